"""A chime laid over a recording wherever the trigger word was heard.

When it was heard is decided elsewhere; times come in seconds.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from fondo.contracts import Real, Whole, check_value
from fondo.errors import BadData

Array = np.ndarray[Any, Any]

HERTZ = (1318.5, 1760.0)  # E6 and A6, struck together


def bell(rate: int, seconds: float = 0.4, peak: float = 0.5) -> Array:
    """Two tones that die away.

    Parameters
    ----------
    rate : int
        Samples a second.
    seconds : float, default=0.4
        Length; at its end it is 60 dB quieter.
    peak : float in (0, 1], default=0.5
        Largest value.

    Returns
    -------
    samples : float32 array (seconds * rate,)

    Examples
    --------
    >>> chime = bell(8000)
    >>> len(chime), round(float(abs(chime).max()), 3)
    (3200, 0.5)
    """
    check_value("bell", "rate", rate, Whole(1))
    check_value("bell", "seconds", seconds, Real(0, 60, open_low=True))
    check_value("bell", "peak", peak, Real(0, 1, open_low=True))
    time = np.arange(max(int(seconds * rate), 1)) / rate
    hertz = np.minimum(HERTZ, rate / 4)  # above half of the rate they would come out as others
    sound = np.cos(2 * np.pi * hertz[:, None] * time).sum(axis=0) * 10.0 ** (-3 * time / seconds)
    return np.asarray(sound * peak / np.abs(sound).max(), np.float32)


def with_chimes(
    recording: Array,
    times: Iterable[float],
    *,
    rate: int,
    chime: Array | None = None,
    lengthen: bool = False,
) -> Array:
    """Recording with a chime at each time.

    Parameters
    ----------
    recording : float array (samples,) or (samples, channels)
        Full scale is 1.
    times : iterable of float
        Seconds from the start, none negative, none beyond the end.
    rate : int
        Samples a second, of both.
    chime : float array (samples,) or (samples, channels) or None, default=None
        `bell` by default. A chime of one channel is heard in all; one of several is averaged
        where the recording has another number of channels.
    lengthen : bool, default=False
        Whether a chime at the end makes the recording longer. Otherwise it is cut off, and what
        comes back is as long as the recording.

    Returns
    -------
    samples : float32 array, the shape of the recording
        Between -1 and 1: where the sum goes beyond, all of it is made quieter. With `lengthen`,
        max(samples, start of the last chime + its length) samples.

    Raises
    ------
    BadData
        A time lies outside the recording, or samples are whole numbers or not finite.

    Examples
    --------
    >>> quiet = np.zeros((8000, 2))
    >>> with_chimes(quiet, [0.5, 0.9], rate=8000).shape
    (8000, 2)
    >>> with_chimes(quiet, [0.5, 0.9], rate=8000, lengthen=True).shape
    (10400, 2)
    """
    check_value("with_chimes", "rate", rate, Whole(1))
    under = _planes("recording", recording)
    over = _planes("chime", bell(rate) if chime is None else chime)
    if over.shape[1] != under.shape[1]:
        over = over.mean(axis=1, keepdims=True)
    starts = [_start(time, rate, len(under)) for time in times]
    count = max([len(under), *(start + len(over) for start in starts)])
    mixed = np.zeros((count, under.shape[1]))
    mixed[: len(under)] = under
    for start in starts:
        mixed[start : start + len(over)] += over
    if not lengthen:
        mixed = mixed[: len(under)]
    mixed /= max(1.0, float(np.abs(mixed).max(initial=0.0)))
    return mixed.astype(np.float32).reshape((len(mixed), *np.shape(recording)[1:]))


def _start(time: float, rate: int, count: int) -> int:
    start = round(time * rate) if np.isfinite(time) else -1
    if not 0 <= start <= count:
        raise BadData(
            f"with_chimes(times): every time must lie between 0 and {count / rate:g} seconds, but "
            f"one is {time:g}. Give seconds, not steps."
        )
    return start


def _planes(name: str, samples: Array) -> Array:
    """Samples (samples, channels), float64."""
    values = np.asarray(samples)
    if values.ndim not in (1, 2) or values.dtype.kind != "f" or 0 in values.shape[1:]:
        raise BadData(
            f"with_chimes({name}={values.shape} of {values.dtype}): {name} must be fractions with "
            "full scale 1, (samples,) or (samples, channels). Divide 16-bit numbers by 32768."
        )
    if not np.isfinite(values).all():
        raise BadData(f"with_chimes({name}): samples must be finite. Mend the recording first.")
    return values.astype(np.float64)[:, None] if values.ndim == 1 else values.astype(np.float64)
