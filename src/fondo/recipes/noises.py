"""Sounds that recipes are cooked from where no real ones are given; all made here.

They are made to show the recipe's point, not to sound like anybody's street.
"""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

KINDS = ("clicks", "hum", "rustle", "whistle")
RATE = 8000  # hertz
COLOUR = 14.0  # decibels; how far microphones and places lie apart, at most, either way
POINTS = 10  # of the frequency response of a recording


class Heard(NamedTuple):
    """Sounds (n, samples), what each is, and which recording it was cut from."""

    waves: Array
    kinds: Array
    recordings: Array


def noises(recordings: int = 6, slices: int = 4, seconds: float = 0.5, seed: int = 0) -> Heard:
    """Slices of recordings of four kinds of sound at 8 kHz.

    Each recording has a place and a microphone of its own, which colour all of its slices: slices
    of one recording are more alike than sounds of one kind.

    Parameters
    ----------
    recordings, slices : int, default=6, 4
        Recordings of each kind, and sounds cut from each.
    seconds : float, default=0.5
        Length of a sound.
    seed : int, default=0
        Same seed, same sounds.

    Examples
    --------
    >>> heard = noises(recordings=2, slices=3)
    >>> heard.waves.shape, sorted(set(heard.kinds.tolist()))
    ((24, 4000), ['clicks', 'hum', 'rustle', 'whistle'])
    """
    draw = np.random.default_rng(seed)
    n = round(seconds * RATE)
    whole = [
        _recording(kind, slices * n, draw).reshape(slices, n)
        for kind in KINDS
        for _ in range(recordings)
    ]
    kinds = np.repeat(np.array(KINDS), recordings * slices)
    return Heard(np.concatenate(whole), kinds, np.repeat(np.arange(len(whole)), slices))


def _recording(kind: str, n: int, draw: np.random.Generator) -> Array:
    """One recording (n,), its loudest sample at 0.9."""
    times = np.arange(n) / RATE
    made = {"clicks": _clicks, "hum": _hum, "rustle": _rustle, "whistle": _whistle}[kind]
    wave = made(times, draw)
    wave = wave / wave.std() + draw.uniform(0.3, 1.0) * draw.normal(size=n)
    wave = _coloured(wave, draw)
    return np.asarray(0.9 * wave / np.abs(wave).max())


def _clicks(times: Array, draw: np.random.Generator) -> Array:
    """A tick over and over, at a pace that wavers."""
    phase = np.cumsum(draw.uniform(6, 14) * (1 + 0.2 * draw.normal(size=len(times))) / RATE)
    since = phase - np.floor(phase)
    return np.asarray(np.exp(-60 * since) * draw.normal(size=len(times)))


def _hum(times: Array, draw: np.random.Generator) -> Array:
    """A low tone with overtones."""
    pitch = draw.uniform(90, 220)
    tones = [np.sin(2 * np.pi * k * pitch * times + draw.uniform(0, 6)) / k for k in range(1, 6)]
    return np.asarray(np.sum(tones, axis=0))


def _rustle(times: Array, draw: np.random.Generator) -> Array:
    """Noise that swells and fades."""
    swell = 1 + 0.8 * np.sin(2 * np.pi * draw.uniform(1, 4) * times + draw.uniform(0, 6))
    return np.asarray(swell * draw.normal(size=len(times)))


def _whistle(times: Array, draw: np.random.Generator) -> Array:
    """A tone that glides up and down."""
    middle, width, pace = draw.uniform(900, 2400), draw.uniform(100, 400), draw.uniform(1, 4)
    pitch = middle + width * np.sin(2 * np.pi * pace * times + draw.uniform(0, 6))
    return np.asarray(np.sin(2 * np.pi * np.cumsum(pitch) / RATE))


def _coloured(wave: Array, draw: np.random.Generator) -> Array:
    """The same as one microphone in one place hears it: every band louder or quieter."""
    found = np.fft.rfft(wave)
    gains = draw.uniform(-COLOUR, COLOUR, POINTS)
    decibels = np.interp(np.linspace(0, 1, len(found)), np.linspace(0, 1, POINTS), gains)
    return np.fft.irfft(found * 10 ** (decibels / 20), len(wave))
