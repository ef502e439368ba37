"""C15-2: a map of sounds that were held out, and which of them a person should listen to."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np

    from fondo.recipes.embedded import Cut
    from fondo.recipes.recordings import Recordings
    from fondo.report.svg import Chart

WANTED = 0.9  # share of the answers that pass which is to be right
NEIGHBOURS = 5
SHOWN = 12  # sounds of the list for a person


@dataclass(frozen=True)
class Heard:
    """What networks that had not heard a sound make of it; everything (n,) or (n, ...)."""

    labels: "np.ndarray"
    sure: "np.ndarray"  # probability of the answer
    threshold: "np.ndarray"  # chosen on the other folds
    neighbours: "np.ndarray"  # (n, 5), training sounds that lie nearest
    likeness: "np.ndarray"  # (n, 5)
    together: "np.ndarray"  # whether the nearest held-out sound of another recording is alike
    vectors: "np.ndarray"  # (n_first, units), of the first fold
    first: "np.ndarray"  # its rows


def run(kitchen: Kitchen) -> Dish:
    """The network of C15-1 on every fold, its embedding, and a threshold for its answers."""
    from fondo.recipes import c15_1
    from fondo.recipes.recordings import recordings

    told = recordings(kitchen)
    heard = _heard(kitchen, told, c15_1.network(kitchen))
    figures, notes = _told(told, heard)
    return Dish(figures, notes, _charts(kitchen, told, heard))


def _heard(kitchen: Kitchen, told: "Recordings", net: Any) -> Heard:
    import numpy as np

    from fondo.recipes.embedded import nearest, threshold_for, together
    from fondo.recipes.recordings import over_folds

    n, parts = len(told.y), told.apart()
    labels, sure, alike = np.empty_like(told.y), np.zeros(n), np.zeros(n, bool)
    near, likeness = np.zeros((n, NEIGHBOURS), int), np.zeros((n, NEIGHBOURS))

    def look(task: Any, train: "np.ndarray", test: "np.ndarray") -> "np.ndarray":
        answers = task.answers(task.read(told.sounds.take(test))[0])
        labels[test], sure[test] = answers.labels, answers.probabilities.max(axis=1)
        new, known = (task.embeddings(told.sounds.take(rows)) for rows in (test, train))
        rows, likeness[test] = nearest(new, known, NEIGHBOURS)
        near[test] = train[rows]
        alike[test] = together(new, told.y[test], told.recordings[test])
        return np.asarray(new)

    vectors = over_folds(
        kitchen, "recordings apart", lambda: net.task(told, kitchen.seed), told, parts, look
    )
    right, threshold = labels == told.y, np.zeros(n)
    for rest, test in parts:
        threshold[test] = threshold_for(WANTED, sure[rest], right[rest])
    return Heard(
        labels, sure, threshold, near, likeness, alike, vectors[0], parts[0][1]
    )  # fmt: skip


def _told(told: "Recordings", heard: Heard) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    import numpy as np

    from fondo.recipes.embedded import cut_at, cuts, voted

    right, groups = heard.labels == told.y, told.recordings
    every, half = (
        100 * float(right.mean()),
        cut_at(np.median(heard.sure), heard.sure, right, groups),
    )
    votes = voted(told.y[heard.neighbours]) == told.y
    chance = 100 * float(np.mean([np.mean(told.y == label) for label in told.y]))
    figures = [
        Figure("accuracy (%) of the surer half, over recordings", 100 * half.accuracy,
               100 * half.low, 100 * half.high, every),
        Figure("accuracy (%) of all", every, *told.interval(right), told.naive()),
        *_passing(told, heard, every),
        Figure(f"accuracy (%) of the votes of the {NEIGHBOURS} nearest training sounds",
               100 * float(votes.mean()), *told.interval(votes), told.naive()),
        Figure("held-out sounds whose nearest one, of another recording, is of their class (%)",
               100 * float(heard.together.mean()), *told.interval(heard.together), chance),
    ]  # fmt: skip
    table = "; ".join(
        f"{cut.threshold:.3f}: {100 * cut.coverage:.0f} % pass, {100 * cut.accuracy:.0f} % of "
        f"them right"
        for cut in cuts(heard.sure, right, groups, 5)
    )
    notes = (
        f"Least probability that passes: {table}.",
        "The threshold of each fold is chosen on the answers to the others.",
        f"The map shows the {len(heard.first):,} sounds of the first fold, which its network has "
        "not heard. It places no new sound: its nearest training sounds do.",
        told.counted,
        *told.notes,
    )
    return tuple(figures), notes


def _passing(told: "Recordings", heard: Heard, every: float) -> list[Figure]:
    """What passes at the thresholds that were chosen."""
    from fondo.recipes.embedded import cut_at

    right = heard.labels == told.y
    cut = cut_at(0.0, heard.sure - heard.threshold, right, told.recordings)
    low, high = told.interval(heard.sure >= heard.threshold)
    wanted = f"{100 * WANTED:.0f} %"
    found = [Figure(f"answers that pass at the threshold for {wanted} (%)", 100 * cut.coverage, low,
                    high)]  # fmt: skip
    if cut.kept:
        found.append(Figure(f"accuracy (%) of those that pass at the threshold for {wanted}",
                            100 * cut.accuracy, 100 * cut.low, 100 * cut.high, every))  # fmt: skip
    if not right.all():
        found.append(Figure("mistakes that go to a person (%)", 100 * cut.caught,
                            naive=100 * (1 - cut.coverage)))  # fmt: skip
    return found


def _charts(kitchen: Kitchen, told: "Recordings", heard: Heard) -> "tuple[Chart, ...]":
    from fondo.recipes.embedded import cuts, flattened
    from fondo.recipes.maps import mapped, passed

    right = heard.labels == told.y
    places = flattened(heard.vectors, kitchen.seed)
    apart = "Held-out sounds of the first fold by t-SNE; only who is near whom means anything."
    caption = (
        "Answers of networks that had not heard the sound. Band: 95 % interval over recordings."
    )
    share = float((heard.sure >= heard.threshold).mean())
    table = cuts(heard.sure, right, told.recordings)
    return (
        mapped("Map of held-out sounds", places, told.y[heard.first], apart),
        passed("Coverage against accuracy", table, share or None, caption),
        _choice(table),
        _review(told, heard),
    )


def _review(told: "Recordings", heard: Heard) -> "Chart":
    """The least sure sounds of those that do not pass."""
    import numpy as np

    from fondo.recipes.maps import listed

    order = np.argsort(heard.sure, kind="stable")
    waiting = order[heard.sure[order] < heard.threshold[order]]
    rows = []
    for row in waiting[:SHOWN].tolist():
        near = int(heard.neighbours[row, 0])
        rows.append(
            (_name(told, row), str(heard.labels[row]), f"{100 * heard.sure[row]:.0f} %",
             _name(told, near), str(told.y[near]), f"{heard.likeness[row, 0]:.2f}")
        )  # fmt: skip
    head = "sound", "answer", "sure", "nearest one learnt", "its class", "alike"
    caption = (
        f"{len(waiting):,} of {len(told.y):,} answers are below their threshold; the least sure "
        "of them. Alike: cosine of the angle between embeddings."
    )
    return listed("For a person to hear", head, rows, (0.22, 0.19, 0.09, 0.22, 0.19, 0.09), caption)


def _choice(table: "Sequence[Cut]") -> "Chart":
    """The table that a threshold is chosen from."""
    from fondo.recipes.maps import listed

    rows = [
        (f"{cut.threshold:.3f}", f"{100 * cut.coverage:.0f} %", f"{100 * cut.accuracy:.0f} %",
         f"{100 * cut.low:.0f} to {100 * cut.high:.0f} %",
         "none" if isnan(cut.caught) else f"{100 * cut.caught:.0f} %")
        for cut in table
    ]  # fmt: skip
    head = "from probability", "pass", "right", "95 % interval", "mistakes that a person hears"
    caption = "Take the row whose accuracy you need, and see what that leaves to a person."
    return listed("Thresholds to choose from", head, rows, (0.2, 0.12, 0.12, 0.2, 0.36), caption)


def _name(told: "Recordings", row: int) -> str:
    return PurePath(told.sounds.places[row]).name


recipe = Recipe(
    id="C15-2",
    title="A map of sounds, and those for a person to hear",
    published="no figure: genres are said to lie together on a map of all clips",
    faults=(
        "The map mixes training and test clips; those that were learnt lie together whatever the "
        "network has understood.",
        "Clips of low probability go to a person, but nobody says how low.",
        "The layer is named by a number that changes from run to run.",
        "t-SNE cannot place a new song.",
    ),
    ours="91.0 % (85.9 to 94.4) of the surer half are right on ESC-10, 74.8 % (69.8 to 79.2) of "
    "all; at thresholds chosen for 90 %, 52 % pass and 90.0 % (84.8 to 93.5) of them are right",
    naive="the accuracy of all answers: what a random half of them would have",
    lesson=(
        "Draw held-out items alone, and place new ones by their nearest neighbours. Choose the "
        "probability below which a person decides from a table of coverage against accuracy, on "
        "other answers than those it is told on: the wish for 90 % came true here, for half of the "
        "sounds. The probability itself says less: sounds from 0.74 up are right 81 times of 100."
    ),
    data="as C15-1: a folder of sounds for each class, or one with labels.csv",
    sample="96 made sounds of half a second: four kinds, 24 recordings",
    run=run,
    full="the network of C15-1 with the source's filters and epochs; many hours on two cores.",
)
