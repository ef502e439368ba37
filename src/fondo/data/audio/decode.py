"""One sound becomes an array of samples: at a wanted rate, mono or stereo, cut or filled to length.

Where sounds are is in `places`; many of them at once are decoded in `load`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, gcd
from typing import Any, Literal, Protocol, Self, get_args

import numpy as np

from fondo.data.audio.files import RATES, Refused, naming, opened, soxr
from fondo.data.audio.places import Span, parse
from fondo.errors import BadParameter

Array = np.ndarray[Any, Any]
Place = Literal["start", "middle"]
Fill = Literal["zeros", "repeat"]

_LONGEST = 1 << 31  # samples of a window
_MARGIN = 256  # samples of the lower rate; the filter of soxr's HQ reaches less far (1e-6)


class Source(Protocol):
    """What samples are read from: `files.Sound`, or an array in memory (`waves.Sample`)."""

    name: str
    rate: int
    frames: int
    channels: int

    def blocks(self, start: int, stop: int) -> Iterator[Array]:
        """Samples from `start` to `stop`, float32 (frames, channels)."""


@dataclass(frozen=True)
class Wave:
    """Rate, length and channels that sounds are brought to.

    Parameters
    ----------
    rate : int
        Samples a second, 100 to 4,000,000.
    samples : int
        Length, of each channel.
    mono : bool, default=True
        The mean of all channels, of shape (samples,); else the first two channels, of shape
        (samples, 2), where a single one is given twice.
    place : "start" or "middle", default="start"
        What is kept of a longer sound; and where a shorter one lies among zeros.
    fill : "zeros" or "repeat", default="zeros"
        What a shorter sound is filled up with: silence, or itself from its beginning, over and
        over.

    Raises
    ------
    BadParameter
        A value cannot be.

    Examples
    --------
    >>> Wave.of_seconds(16_000, 2.5)
    Wave(rate=16000, samples=40000, mono=True, place='start', fill='zeros')
    """

    rate: int
    samples: int
    mono: bool = True
    place: Place = "start"
    fill: Fill = "zeros"

    def __post_init__(self) -> None:
        if not _is_whole(self.rate, *RATES):
            raise BadParameter(
                f"Wave(rate={self.rate!r}): rate must be a whole number of {RATES[0]} to "
                f"{RATES[1]:,} (hertz)."
            )
        if not _is_whole(self.samples, 1, _LONGEST):
            raise BadParameter(
                f"Wave(samples={self.samples!r}): samples must be a whole number of at least 1."
            )
        if self.place not in get_args(Place):
            raise BadParameter(f"Wave(place={self.place!r}): place must be start or middle.")
        if self.fill not in get_args(Fill):
            raise BadParameter(f"Wave(fill={self.fill!r}): fill must be zeros or repeat.")

    @classmethod
    def of_seconds(cls, rate: int, seconds: float, **others: Any) -> Self:
        """Form of a length in seconds; at least one sample."""
        if not (isinstance(seconds, int | float) and 0 < seconds < float("inf")):
            raise BadParameter(f"Wave(seconds={seconds!r}): seconds must be a number above 0.")
        return cls(rate, max(round(seconds * rate), 1), **others)

    @property
    def seconds(self) -> float:
        """Length."""
        return self.samples / self.rate

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sound."""
        return (self.samples,) if self.mono else (self.samples, 2)


def decode(place: str, form: Wave) -> Array:
    """Sound of a file, or of a stretch of one, in the wanted form.

    Only what the window needs is read: of a file of hours some seconds, in blocks.

    Parameters
    ----------
    place : str
        See `places`; WAV, FLAC, OGG, MP3, AIFF or AU, told by the content.
    form : Wave
        Rate, length, channels, and what to do about other lengths.

    Returns
    -------
    wave : float32 array (samples,) or (samples, 2)
        Full scale is 1; lossy files and resampling may go a little beyond.

    Raises
    ------
    BadData
        The file is no sound, is damaged in the part that is read, or is shorter than its header
        says; a sample is NaN, infinite or above 10; the stretch begins after the end.
    MissingExtra
        soundfile or soxr is not installed.

    Notes
    -----
    Other rates are converted by soxr at its quality HQ, after the channels are averaged: 20 bits,
    pass band up to 91 % of the lower half rate, no shift in time. A stretch is what the same
    stretch of the whole converted file would be, within 1e-5 of full scale.
    """
    path, span = parse(place)
    with opened(path) as sound:
        return shaped(sound, span, form)


def shaped(source: Source, span: Span, form: Wave) -> Array:
    """A stretch of a sound that is open, in the wanted form; see `decode`."""
    first, last = bounds(source, span, form.rate)
    if form.place == "middle":
        first += max(last - first - form.samples, 0) // 2
    return filled(excerpt(source, form.rate, first, min(last, first + form.samples), form), form)


def bounds(source: Source, span: Span, rate: int) -> tuple[int, int]:
    """First sample of a stretch and the one after its last, counted at another rate.

    Raises
    ------
    BadData
        The stretch begins after the end.
    """
    total = max((2 * source.frames * rate + source.rate) // (2 * source.rate), 1)
    first = round(span.start * rate)
    if first >= total:
        with naming(source.name):
            raise Refused(
                f"the stretch from {span.start:g} s on begins after the end, which is at "
                f"{source.frames / source.rate:g} s."
            )
    return first, total if span.end * rate >= total else max(round(span.end * rate), first + 1)


def excerpt(source: Source, rate: int, first: int, last: int, form: Wave) -> Array:
    """Samples `first` to `last` of a sound, counted at `rate`, with the channels of the form."""
    result = np.zeros((last - first, *form.shape[1:]), np.float32)
    if rate == source.rate:
        at = 0
        for block in source.blocks(first, last):
            result[at : at + len(block)] = mixed(block, form.mono)
            at += len(block)
        return result
    # only where a whole number of samples stands for a whole number at the other rate do both
    # begin together, so that a stretch falls on the samples that the whole would have
    unit = source.rate // gcd(source.rate, rate)
    margin = ceil(_MARGIN * max(source.rate / rate, 1))
    start = max(first * source.rate // rate - margin, 0) // unit * unit
    stop = min(-(-last * source.rate // rate) + margin, source.frames)
    at = start * rate // source.rate - first  # where in the result what comes next belongs
    stream = soxr().ResampleStream(source.rate, rate, 1 if form.mono else 2, dtype="float32")
    got, block = start, result[:0]
    for block in source.blocks(start, stop):
        got += len(block)
        new = stream.resample_chunk(mixed(block, form.mono), last=got == stop)
        if at + len(new) > 0 and at < len(result):
            begin = max(at, 0)
            part = new[begin - at :][: len(result) - begin]
            result[begin : begin + len(part)] = part
        at += len(new)
    if at <= 0 < len(block):  # too short for a sample at this rate
        result[:] = mixed(block[-1:], form.mono)
    return result


def mixed(block: Array, mono: bool) -> Array:
    """Mean of the channels (frames,), or two of them (frames, 2); contiguous."""
    if not mono:
        return np.ascontiguousarray(block[:, [0, min(1, block.shape[1] - 1)]])
    if block.shape[1] == 1:
        return np.ascontiguousarray(block[:, 0])
    mean: Array = block.mean(axis=1, dtype=np.float32)
    return mean


def filled(wave: Array, form: Wave) -> Array:
    """A sound that is not too long, filled up to the length of the form."""
    short = form.samples - len(wave)
    if short == 0:
        return wave
    if form.fill == "repeat":
        return np.resize(wave, form.shape)
    before = short // 2 if form.place == "middle" else 0
    result = np.zeros(form.shape, np.float32)
    result[before : before + len(wave)] = wave
    return result


def _is_whole(value: Any, least: int, most: int) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and bool(least <= value <= most)
