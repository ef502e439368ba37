"""Folders of recordings become what clips are made of: words, other words, backgrounds, rooms.

A folder holds `positives` (the word, once in each), `negatives`, `backgrounds` and perhaps
`near_misses` (words that sound like it) and `rooms`; within them a folder for each voice, or names
from which the voice can be told.
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.audio.clips import Sources
from fondo.data.audio.columns import is_sound
from fondo.data.audio.decode import Wave
from fondo.data.audio.mixing import Recording
from fondo.data.audio.shaping import made_up_noise, trimmed, word_of
from fondo.data.audio.sounds import Sounds
from fondo.errors import BadData, BadParameter
from fondo.layers.wave_augment import COLOURS
from fondo.tasks.album import broken

PARTS = {
    "positives": ("positives", "positive", "activates"),
    "negatives": ("negatives", "negative"),
    "near_misses": ("near_misses", "near-misses"),
    "backgrounds": ("backgrounds", "background", "noise"),
    "rooms": ("rooms", "room", "rir"),
}
WORDS = ("positives", "negatives", "near_misses")
LONGEST_WORD, LONGEST_BACKGROUND = 10.0, 3 * 3600.0  # seconds
SILENCE, MADE_UP = "silence", "made-up noise"  # names of backgrounds that nobody recorded
NOISE_SECONDS, NOISES_EACH = 20.0, 2
QUIET = 35.0  # decibels under its own peak below which the ends of a word are cut off


def read_recordings(folder: Path | str, rate: int, voice: str | None = None) -> Sources:
    """Recordings of a folder, at one rate.

    Parameters
    ----------
    folder : path
        With folders `positives`, `negatives`, `near_misses`, `backgrounds`, `rooms`; only the
        first is needed.
    rate : int
        Samples a second. Hertz.
    voice : str or None, default=None
        Regular expression whose first group, found in a path, names the voice. None takes the
        folder within `positives`, where there is one, else each file is a voice of its own.

    Returns
    -------
    sources : Sources
        Words are cut to where they are heard; files that cannot be read are left out with a
        warning that names them.

    Raises
    ------
    BadData
        There is no such folder, or no recording of the word that can be read.
    """
    place = Path(folder)
    if not place.is_dir():
        raise BadData(f"{place}: there is no such folder. Give one with a folder `positives`.")
    pattern = _pattern(voice)
    found = {
        part: _recordings(place, names, rate, pattern, word=part in WORDS)
        for part, names in PARTS.items()
    }
    if not found["positives"]:
        raise BadData(
            f"{place}: there is no recording of the word. Put some into {place / 'positives'}."
        )
    if not found["backgrounds"]:
        found["backgrounds"] = [Recording(np.zeros(rate, np.float32), SILENCE)]
    return Sources(rate, **found)


def sources_of(X: Any, rate: int, seed: int = 0) -> Sources:
    """What `TriggerWord` is given, a folder or Sources, at the rate that its network needs.

    Where a folder has no backgrounds, noise is made up: a network that has heard words in silence
    alone hears none in a room.

    Parameters
    ----------
    X : path or Sources
    rate : int
        Samples a second. Hertz.
    seed : int, default=0
        Draws the noise.

    Raises
    ------
    BadData
        It is something else, or has another rate.
    """
    if isinstance(X, str | Path):
        found = read_recordings(X, rate)
        silent = [b.source for b in found.backgrounds] == [SILENCE]
        return replace(found, backgrounds=_noises(rate, seed)) if silent else found
    if not isinstance(X, Sources):
        raise BadData(
            f"TriggerWord(X={type(X).__name__}): recordings must be a folder, or Sources."
        )
    if X.rate != rate:
        raise BadData(
            f"TriggerWord(X=...): recordings have {X.rate} samples a second, but this network "
            f"needs {rate}. Read them at that rate."
        )
    return X


def told_of(sources: Sources) -> list[str]:
    """What a person must know of recordings that are learnt from."""
    if not any(b.source.startswith(MADE_UP) for b in sources.backgrounds):
        return []
    return [
        "There are no backgrounds: silence and made-up noise stand for them. Record where it will "
        "listen, into backgrounds/."
    ]


def _noises(rate: int, seed: int) -> list[Recording]:
    """Silence, and noise of each colour."""
    rng = np.random.default_rng(seed)
    return [
        Recording(np.zeros(rate, np.float32), SILENCE),
        *(
            Recording(
                made_up_noise(rate, NOISE_SECONDS, exponent, rng),
                f"{MADE_UP}, {colour} {seed}-{number}",
            )
            for number in range(NOISES_EACH)
            for colour, exponent in COLOURS.items()
        ),
    ]


def part_sources(
    sources: Sources, share: float, seed: int = 0
) -> tuple[Sources, Sources, list[str]]:
    """Sources in two parts that share no voice, and no background where there are two.

    Parameters
    ----------
    sources : Sources
        All of them.
    share : float in (0, 1)
        Of voices and backgrounds, for the second part.
    seed : int, default=0
        Draws which.

    Returns
    -------
    train, held : Sources
    notes : list of str
        What both parts had to share.

    Raises
    ------
    BadData
        There is only one voice of the word.
    """
    rng = np.random.default_rng(seed)
    voices = sorted({r.voice for r in sources.positives})
    if len(voices) < 2:
        raise BadData(
            "part_sources(positives): there is only one voice of the word, so none can be set "
            "apart. Record another person, or make voices with fondo trigger synthesise --say."
        )
    rest = sorted({r.voice for r in sources.others} - set(voices))
    apart = {*_some(voices, share, rng), *_some(rest, share, rng)}
    notes = []
    places = sorted(r.source for r in sources.backgrounds)
    away = set(_some(places, share, rng))
    if not away:
        away = set(places)
        notes.append("There is one background only: training and validation share it.")

    def chosen(recordings: Sequence[Recording], held: bool) -> list[Recording]:
        return [r for r in recordings if (r.voice in apart) is held]

    parts = [
        Sources(
            sources.rate,
            [r for r in sources.backgrounds if (r.source in away) is held or away == set(places)],
            chosen(sources.positives, held),
            chosen(sources.negatives, held),
            [] if held else sources.rooms,
            chosen(sources.near_misses, held),
        )
        for held in (False, True)
    ]
    return parts[0], parts[1], notes


def _some(names: list[str], share: float, rng: np.random.Generator) -> list[str]:
    """A share of names, at least one where there are two."""
    if len(names) < 2:
        return []
    count = min(max(round(share * len(names)), 1), len(names) - 1)
    return [names[i] for i in rng.choice(len(names), count, replace=False)]


def _pattern(voice: str | None) -> re.Pattern[str] | None:
    if voice is None:
        return None
    try:
        pattern = re.compile(voice)
    except re.error as error:
        raise BadParameter(f"read_recordings(voice={voice!r}): {error}.") from None
    if pattern.groups < 1:
        raise BadParameter(
            f"read_recordings(voice={voice!r}): there must be a group, as in '(\\w+)_'."
        )
    return pattern


def _recordings(
    place: Path, names: Sequence[str], rate: int, pattern: re.Pattern[str] | None, *, word: bool
) -> list[Recording]:
    """Recordings of the first of these folders that is there."""
    folder = next((place / name for name in names if (place / name).is_dir()), None)
    if folder is None:
        return []
    paths = sorted(p for p in folder.rglob("*") if is_sound(p.name) and p.is_file())
    sounds = Sounds.of_places([str(p) for p in paths])
    survey, made = sounds.survey(), []
    if survey.faults:
        warnings.warn(f"{folder}: {broken(survey.faults, len(paths), 'sounds')}", stacklevel=3)
    for row, path in enumerate(paths):
        if row in survey.faults:
            continue
        seconds = min(survey.seconds[row], LONGEST_WORD if word else LONGEST_BACKGROUND)
        samples = sounds.take([row]).load(Wave.of_seconds(rate, float(seconds)))[0]
        if word:
            samples = word_of(trimmed(samples, rate, QUIET), rate)
        name = path.relative_to(place).as_posix()
        made.append(Recording(samples, name, _voice(path, folder, pattern)))
    return made


def _voice(path: Path, folder: Path, pattern: re.Pattern[str] | None) -> str:
    """Who speaks in a file."""
    inner = path.relative_to(folder)
    if pattern is not None:
        found = pattern.search(inner.as_posix())
        return found[1] if found else ""
    return inner.parts[0] if len(inner.parts) > 1 else inner.stem
