"""Sounds that are made rather than recorded, to try things on: four kinds, in noise.

Row 7 of them is at the place "sample:tones#7", as digits are at "sample:digits#7".
"""

from functools import lru_cache
from typing import Any

import numpy as np

from fondo.data.audio.waves import Sample
from fondo.errors import BadData

Array = np.ndarray[Any, Any]

TONES = "sample:tones"
KINDS = ("clicks", "falling", "rising", "steady")
COUNT = 240
RATE = 8000  # hertz
SAMPLES = 4000  # half a second

_LOWEST, _HIGHEST = 300.0, 1500.0  # hertz, between which a tone lies or begins
_GLIDE = 2.0  # octaves that a rising or falling tone goes through, at most
_CLICKS = (4, 12)  # of one sound
_NOISE = (0.01, 0.12)  # of full scale, quietest and loudest
_SEED = 15  # any other gives other sounds


def labels() -> list[str]:
    """Kind of each sound (n,).

    Examples
    --------
    >>> labels()[:5], len(labels())
    (['clicks', 'falling', 'rising', 'steady', 'clicks'], 240)
    """
    return [KINDS[row % len(KINDS)] for row in range(COUNT)]


@lru_cache(maxsize=COUNT)
def tone(row: int) -> Array:
    """Samples of one sound, int16 (samples,), read only.

    Each is drawn from a seed of its own. What is drawn of noise, length and strength
    says nothing of the kind.

    Parameters
    ----------
    row : int
        From 0 to 239.
    """
    rng = np.random.default_rng([_SEED, row])
    kind = KINDS[row % len(KINDS)]
    time = np.arange(SAMPLES) / RATE
    if kind == "clicks":
        wave = np.zeros(SAMPLES)
        for start in rng.integers(0, SAMPLES - 80, rng.integers(*_CLICKS)):
            wave[start : start + 80] += rng.normal(size=80) * np.exp(-np.arange(80) / 16)
    else:
        octaves = {"steady": 0.0, "rising": 1.0, "falling": -1.0}[kind]
        octaves *= rng.uniform(0.5, 1.0) * _GLIDE
        middle = np.exp(rng.uniform(np.log(_LOWEST), np.log(_HIGHEST)))
        pitch = middle * 2 ** (octaves * (time / time[-1] - 0.5))
        wave = np.sin(2 * np.pi * np.cumsum(pitch) / RATE + rng.uniform(0, 2 * np.pi))
    begin, end = rng.uniform(0.0, 0.1), rng.uniform(0.4, 0.5)  # seconds
    edges = np.clip((time - begin) / 0.01, 0, 1) * np.clip((end - time) / 0.01, 0, 1)
    noise = rng.uniform(*_NOISE) * rng.normal(size=SAMPLES)
    mixed = rng.uniform(0.1, 0.5) * wave * edges + noise
    made: Array = (np.clip(mixed, -1, 1) * 32767).round().astype(np.int16)
    made.flags.writeable = False
    return made


def tone_at(place: str) -> Sample:
    """The sound at a place, such as "sample:tones#7".

    Raises
    ------
    BadData
        There is none.
    """
    file, _, row = place.rpartition("#")
    if file != TONES or not row.isdecimal() or int(row) >= COUNT:
        raise BadData(
            f"{place}: there is no such sample of sounds. There are {TONES}#0 to {COUNT - 1}."
        )
    return Sample(tone(int(row)), RATE, place)
