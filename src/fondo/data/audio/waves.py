"""Sounds in memory: checked once, and read as fractions of full scale.

Files are in `files`; both are given form in `decode`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fondo.data.audio.files import RATES, check_samples, naming
from fondo.errors import BadData, BadParameter

Array = np.ndarray[Any, Any]

_BLOCK = 1 << 20  # samples looked at or converted at a time
# full scale of whole numbers, and which of them is silence
_SCALES = {"int8": (128.0, 0), "uint8": (128.0, 128), "int16": (32_768.0, 0), "int32": (2.0**31, 0)}


class Sample:
    """One sound in memory, read as one of a file is; see `files.Sound`.

    Parameters
    ----------
    array : array (samples,)
        Fractions, or whole numbers of 8, 16 or 32 bits.
    rate : int
        Hertz.
    name : str
        For messages.
    """

    channels = 1

    def __init__(self, array: Array, rate: int, name: str) -> None:
        self.array = array
        self.rate = rate
        self.name = name
        self.frames = len(array)

    def blocks(self, start: int, stop: int) -> Iterator[Array]:
        """Samples from `start` to `stop` in blocks (frames, 1), float32; full scale is 1."""
        for at in range(start, stop, _BLOCK):
            yield fractions(self.array[at : min(at + _BLOCK, stop)])[:, None]


def fractions(part: Array) -> Array:
    """Samples as float32, full scale 1.

    Examples
    --------
    >>> fractions(np.array([-32768, 16384], np.int16))
    array([-1. ,  0.5], dtype=float32)
    """
    if part.dtype.kind == "f":
        return part.astype(np.float32)
    full, silence = _SCALES[part.dtype.name]
    return ((part.astype(np.float64) - silence) / full).astype(np.float32)


def checked_waves(array: Any, rate: int, owner: str) -> list[Array]:
    """Sounds of an array (n, samples), or of a list of arrays (samples,) of any lengths.

    Parameters
    ----------
    array : array or sequence of arrays
        Fractions, of which 1 is full scale, a little overshoot (up to 10) forgiven; or whole
        numbers of 8, 16 or 32 bits, of which the largest is.
    rate : int
        Hertz.
    owner : str
        Who was given it, for messages.

    Returns
    -------
    waves : list of array (samples,)
        The memory is that of `array`.

    Raises
    ------
    BadData
        Another shape or type; a sound without samples; NaN or infinite samples, or ones above 10.
    BadParameter
        A rate outside of 100 Hz to 4 MHz.
    """
    if not isinstance(rate, int | np.integer) or not RATES[0] <= rate <= RATES[1]:
        raise BadParameter(
            f"{owner}(rate={rate!r}): rate must be a whole number of {RATES[0]} to {RATES[1]:,} "
            "(hertz)."
        )
    if isinstance(array, np.ndarray) and array.dtype != object:
        if array.ndim != 2:
            raise BadData(
                f"{owner}(X=...): sounds must be an array of shape (n, samples), or a list of "
                f"arrays (samples,). This one is {array.shape}; average channels, and put a single "
                "sound in a list."
            )
        waves = list(array)
        _check_type(array.dtype, f"{owner}(X=...)")
    else:
        if not isinstance(array, Sequence | np.ndarray) or isinstance(array, str | bytes):
            raise BadData(f"{owner}(X=...): sounds must be an array (n, samples) or a list.")
        waves = [np.asarray(wave) for wave in array]
    for row, wave in enumerate(waves):
        _check(wave, f"{owner}(X=...): row {row}")
    return waves


def _check(wave: Array, name: str) -> None:
    if wave.ndim != 1:
        raise BadData(
            f"{name} is of shape {wave.shape}; a sound must be of shape (samples,). Average its "
            "channels."
        )
    _check_type(wave.dtype, name)
    if len(wave) == 0:
        raise BadData(f"{name} has no sample. Remove it.")
    if wave.dtype.kind == "f":
        with naming(name):
            for start in range(0, len(wave), _BLOCK):
                check_samples(wave[start : start + _BLOCK], start)


def _check_type(dtype: np.dtype[Any], name: str) -> None:
    if dtype.kind != "f" and dtype.name not in _SCALES:
        raise BadData(
            f"{name} holds {dtype}; samples must be fractions (float32, 1 is full scale) or whole "
            f"numbers of a known full scale ({', '.join(_SCALES)}). Convert them with astype."
        )
