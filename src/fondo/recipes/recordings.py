"""Sounds of chapters 3 and 15 in folds that keep recordings whole: those given, or made ones.

What is made is in `noises`; what is learnt from them, in the recipes.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.data.audio.sounds import Sounds
from fondo.errors import BadData
from fondo.recipes.kitchen import Kitchen

Array = np.ndarray[Any, Any]
Parts = list[tuple[Array, Array]]  # rows to learn from, and to judge on, of each fold

FOLDS, SPLIT_SEED = 5, 10  # where none are given; the seed is the source's
SAMPLE_FOLDS = 3  # of made sounds; it divides the recordings of each kind
FEWEST = 40  # sounds
LABELS = ("label", "class", "category", "genre")
# names of files that say what they were cut from: ESC-10 and ESC-50, UrbanSound8K
NAMES = (
    re.compile(r"(?P<fold>\d+)-(?P<recording>\d+)-[A-Z](?:-\d+)?\.[^.]+"),
    re.compile(r"(?P<recording>\d+)-\d+-\d+-\d+\.[^.]+"),
)


@dataclass(frozen=True)
class Recordings:
    """Sounds with their classes, and what belongs together.

    Parameters
    ----------
    sounds : Sounds
        All of them (n).
    y : array (n,)
        Their classes.
    recordings : int array (n,)
        What each was cut from.
    folds : int array (n,)
        Parts of which each is judged on once; recordings stay whole.
    notes : tuple of str, default=()
        What was left out or is not known.
    """

    sounds: Sounds
    y: Array
    recordings: Array
    folds: Array
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Length that 95 of 100 sounds do not exceed, at most 30 s."""
        lengths = self.sounds.survey().seconds
        return min(float(np.quantile(lengths, 0.95, method="higher")), 30.0)

    @property
    def rate(self) -> int:
        """Samples a second of most sounds. Hertz."""
        return int(np.median(self.sounds.survey().rates))

    def are(self, names: Iterable[str]) -> bool:
        """Whether these are the classes, however many sounds of them there are."""
        return set(self.y.tolist()) == set(names)

    def apart(self) -> Parts:
        """Training and test rows of each fold, recordings whole."""
        numbers = np.unique(self.folds)
        return [(np.flatnonzero(self.folds != k), np.flatnonzero(self.folds == k)) for k in numbers]

    def shuffled(self, seed: int = SPLIT_SEED) -> Parts:
        """As many folds at random, classes in proportion, as if nothing belonged together."""
        from fondo.data.splits import folds

        return list(folds(len(self.y), len(np.unique(self.folds)), seed, stratify=self.y))

    def naive(self) -> float:
        """Accuracy of the commonest class of the other folds. Percent."""
        right = 0
        for train, test in self.apart():
            labels, counts = np.unique(self.y[train], return_counts=True)
            right += int(np.sum(self.y[test] == labels[counts.argmax()]))
        return 100 * right / len(self.y)

    def interval(self, hits: Array) -> tuple[float, float]:
        """Interval of a share of sounds that counts recordings, not sounds. Percent.

        Parameters
        ----------
        hits : bool array (n,)
            Which sounds count.
        """
        from fondo.judge.clusters import share_by_cluster

        _, which = np.unique(self.recordings, return_inverse=True)
        low, high, _ = share_by_cluster(np.bincount(which, np.asarray(hits, float)),
                                        np.bincount(which))  # fmt: skip
        return 100 * low, 100 * high

    @property
    def counted(self) -> str:
        """Sentence on how many there are."""
        return (
            f"{len(self.y):,} sounds of {len(np.unique(self.y))} classes from "
            f"{len(np.unique(self.recordings)):,} recordings, in {len(np.unique(self.folds))} "
            "folds that keep recordings whole; every sound is judged on once."
        )


def recordings(kitchen: Kitchen) -> Recordings:
    """Sounds of the kitchen's data, or made ones.

    Parameters
    ----------
    kitchen : Kitchen
        Its data are a folder with a folder of sounds for each class, a folder with labels.csv, or
        a table of sounds and classes. Columns "fold" and "recording", or names of files as in
        ESC-10 and UrbanSound8K, say what belongs together.

    Raises
    ------
    BadData
        There are no classes, or too few sounds.
    """
    if kitchen.data is None:
        from fondo.recipes.noises import RATE, noises

        heard = noises()
        sounds = Sounds.of_array(heard.waves, RATE, "sample")
        return Recordings(sounds, heard.kinds, heard.recordings, heard.recordings % SAMPLE_FOLDS)
    return _read(kitchen)


def _read(kitchen: Kitchen) -> Recordings:
    frame, name, notes = _table(kitchen)
    label = kitchen.need(frame, *(each for each in LABELS if each in frame.columns), *LABELS)
    sounds = Sounds.of_places(frame[name].to_list())
    survey = sounds.survey()
    if survey.faults:
        good = [row for row in range(len(sounds)) if row not in survey.faults]
        notes.append(f"{len(survey.faults):,} of {len(sounds):,} sounds cannot be read and are "
                     "left out.")  # fmt: skip
        sounds, frame = sounds.take(good), frame[good]
    y = frame[label].cast(str).to_numpy().astype(str)
    if len(y) < FEWEST or len(np.unique(y)) < 2:
        raise BadData(
            f"{kitchen.data}: there must be at least {FEWEST} sounds of at least two classes. "
            f"There are {len(y)} of {len(np.unique(y))}."
        )
    told = {k: frame[k].to_list() for k in ("fold", "recording") if k in frame.columns}
    return _folded(sounds, y, told or _named(sounds.places), notes)


def _table(kitchen: Kitchen) -> tuple[Any, str, list[str]]:
    """Table of the sounds, its column of files, and what was noticed."""
    from fondo.data.audio.columns import KIND, sound_column
    from fondo.data.audio.source import read_sounds
    from fondo.data.tables.read import read_table

    place = kitchen.data
    assert place is not None  # noqa: S101  asked for real data only
    beside = place / "labels.csv"
    found = None if beside.is_file() else read_sounds(place)
    if found is None:
        path = beside if beside.is_file() else place
        found = KIND.resolve(read_table(path), path)
    frame, notes = found
    name = sound_column(frame)
    if name is None:
        raise BadData(
            f"{place}: the recipe needs sounds and a class of each. Give a folder with a folder "
            "of sounds for each class, or one with labels.csv (file, class)."
        )
    return frame, name, list(notes)


def _named(places: Sequence[str]) -> dict[str, list[Any]]:
    """Fold and recording where the names of all files say them.

    Examples
    --------
    >>> _named(["a/1-17367-A.ogg", "b/2-55-B.ogg"])
    {'fold': ['1', '2'], 'recording': ['17367', '55']}
    >>> _named(["rock.00001.au"])
    {}
    """
    files = [re.split(r"[/\\]", place)[-1] for place in places]
    for pattern in NAMES:
        found = [pattern.fullmatch(file) for file in files]
        if all(found):
            names = pattern.groupindex
            return {name: [match[name] for match in found if match] for name in names}
    return {}


def _folded(sounds: Sounds, y: Array, told: dict[str, list[Any]], notes: list[str]) -> Recordings:
    """Folds as they are told, where they keep recordings whole; else dealt anew."""
    from fondo.data.splits import folds

    if "recording" in told:
        group = np.unique(np.array(told["recording"], str), return_inverse=True)[1]
    else:  # exact copies, at least, must not part
        group = np.unique(sounds.survey().digests, return_inverse=True)[1]
        notes.append("Nothing says which sounds come from one recording, so only exact copies "
                     "are kept together.")  # fmt: skip
    if "fold" in told:
        fold = np.unique(np.array(told["fold"], str), return_inverse=True)[1]
        pairs = len(set(zip(group.tolist(), fold.tolist(), strict=True)))
        if pairs == len(np.unique(group)) and fold.max() > 0:
            return Recordings(sounds, y, group, fold, tuple(notes))
        notes.append("The folds that are told part recordings, or are only one; others are dealt.")
    fold = np.zeros(len(y), int)
    whole = len(np.unique(group)) < len(group)
    dealt = folds(len(y), FOLDS, SPLIT_SEED, **({"groups": group} if whole else {"stratify": y}))
    for k, (_, test) in enumerate(dealt):
        fold[test] = k
    return Recordings(sounds, y, group, fold, tuple(notes))


def confused(y: Array, labels: Array) -> Any:
    """Confusion matrix of answers as a chart."""
    from fondo.judge.answers import Answers, class_case
    from fondo.judge.curves import confusion
    from fondo.report.class_figures import confusion as drawn

    return drawn(confusion(class_case(y, Answers(labels=labels, classes=np.unique(y)))))


def over_folds(
    kitchen: Kitchen,
    name: str,
    make: Callable[[], Any],
    told: Recordings,
    parts: Parts,
    look: Callable[[Any, Array, Array], Any],
) -> list[Any]:
    """Train a task for each fold and look at it before the next one.

    Parameters
    ----------
    kitchen : Kitchen
        Hears of each training.
    name : str
        What is trained.
    make : callable () -> task
        The task, not fitted.
    told : Recordings
        What is learnt from.
    parts : list of (int array, int array)
        Rows to learn from, and to judge on.
    look : callable (task, training rows, test rows) -> value
        Sees the fitted task.

    Returns
    -------
    values : list
        What was seen, fold by fold.
    """
    found = []
    for train, test in parts:
        task = make().fit(told.sounds.take(train), told.y[train], run=kitchen.run())
        found.append(look(task, train, test))
        kitchen.tell(f"{name}: {len(found)} of {len(parts)} folds.")
    return found
