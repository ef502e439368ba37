"""Filters that gather the frequencies of a spectrogram into bands as the ear does, in NumPy.

The layers that use them are in `mel`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo.contracts import Choice, Either, Nothing, Real, Whole, check_value
from fondo.errors import BadParameter

Floats = NDArray[np.float64]

SCALES = ("slaney", "htk")
NORMS = ("slaney",)

# Slaney's scale: 200 / 3 Hz a mel up to 1000 Hz, from there 27 mels for each factor of 6.4.
_STEP, _BEND = 200 / 3, 1000.0
_LOG_STEP = np.log(6.4) / 27


@dataclass(frozen=True)
class Bands:
    """Which bands.

    Parameters
    ----------
    count : int, at least 1, default=64
        How many.
    low : float, at least 0, default=0
        Where the first begins. Hertz.
    high : float or None, default=None
        Where the last ends. Hertz; None for half the rate.
    scale : {"slaney", "htk"}, default="slaney"
        On which they are evenly spaced: in a straight line up to 1 kHz and logarithmic above, or
        2595 log10(1 + f / 700).
    norm : {"slaney"} or None, default="slaney"
        Whether each filter's area is 1, in hertz, so that white noise is equally strong in all
        bands; None leaves their tops at 1.
    """

    count: int = 64
    low: float = 0.0
    high: float | None = None
    scale: str = "slaney"
    norm: str | None = "slaney"

    def check(self, owner: str, rate: float) -> None:
        """Raise BadParameter, in the owner's name, for what cannot be."""
        check_value(owner, "bands", self.count, Whole(1))
        check_value(owner, "low", self.low, Real(0, unit="hertz"))
        check_value(owner, "scale", self.scale, Choice(*SCALES))
        check_value(owner, "norm", self.norm, Either(Nothing(), Choice(*NORMS)))
        if self.high is not None:
            check_value(owner, "high", self.high, Real(0, open_low=True, unit="hertz"))
        top = rate / 2 if self.high is None else self.high
        if not self.low < top <= rate / 2:
            raise BadParameter(
                f"{owner}(low={self.low:g}, high={top:g}): low must be below high, and high at "
                f"most half the rate, {rate / 2:g} Hz. There is nothing above it in the samples."
            )


def mel_of(hertz: ArrayLike, scale: str = "slaney") -> Floats:
    """Mels of frequencies in hertz, of any shape.

    Examples
    --------
    >>> mel_of([0, 1000, 6400]).round(3).tolist()
    [0.0, 15.0, 42.0]
    >>> mel_of([0, 700], "htk").round(3).tolist()
    [0.0, 781.173]
    """
    frequency = np.asarray(hertz, np.float64)
    if scale == "htk":
        mels: Floats = 2595 * np.log10(1 + frequency / 700)
        return mels
    above = _BEND / _STEP + np.log(np.maximum(frequency, _BEND) / _BEND) / _LOG_STEP
    return np.where(frequency < _BEND, frequency / _STEP, above)


def hertz_of(mels: ArrayLike, scale: str = "slaney") -> Floats:
    """Frequencies in hertz of mels, of any shape; undoes `mel_of`."""
    places = np.asarray(mels, np.float64)
    if scale == "htk":
        frequency: Floats = 700 * (10 ** (places / 2595) - 1)
        return frequency
    above = _BEND * np.exp(_LOG_STEP * np.maximum(places - _BEND / _STEP, 0))
    return np.where(places < _BEND / _STEP, places * _STEP, above)


def edges_of(bands: Bands, rate: float) -> Floats:
    """Ends and tops of the bands, in hertz: band k goes from k by way of k + 1 to k + 2.

    Parameters
    ----------
    bands : Bands
    rate : float
        Samples in a second. Hertz.

    Returns
    -------
    edges : float64 array (bands + 2,)
    """
    high = rate / 2 if bands.high is None else bands.high
    ends = mel_of([bands.low, high], bands.scale)
    return hertz_of(np.linspace(ends[0], ends[1], bands.count + 2), bands.scale)


def mel_filters(rate: float, n_fft: int, bands: Bands | None = None) -> Floats:
    """Triangles over the frequencies of a transform, one a band.

        w[f, k] = max(0, min((f - e_k) / (e_{k+1} - e_k), (e_{k+2} - f) / (e_{k+2} - e_{k+1})))

    Parameters
    ----------
    rate : float, above 0
        Samples in a second. Hertz.
    n_fft : int, at least 1
        Samples that are transformed.
    bands : Bands or None, default=None
        Which; None for 64 over all frequencies.

    Returns
    -------
    filters : float64 array (n_fft // 2 + 1, bands)
        At least 0; to be multiplied with a power spectrogram from behind.

    Raises
    ------
    BadParameter
        A band lies between two frequencies of the transform and would be 0 for any wave.

    References
    ----------
    Slaney (1998), Auditory Toolbox, version 2, technical report 1998-010, Interval Research,
    function mfcc; Young and others (2006), The HTK Book, section 5.4. librosa.filters.mel has the
    same numbers.

    Examples
    --------
    >>> mel_filters(8000, 256, Bands(20)).shape
    (129, 20)
    """
    which = Bands() if bands is None else bands
    which.check("mel_filters", rate)
    edges = edges_of(which, rate)
    frequencies = np.arange(n_fft // 2 + 1)[:, None] * (rate / n_fft)  # (F, 1)
    low, top, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (frequencies - low) / (top - low), (high - frequencies) / (high - top)
    filters: Floats = np.maximum(0.0, np.minimum(rising, falling))  # (F, bands)
    empty = np.flatnonzero(filters.max(axis=0) == 0)
    if len(empty):
        k = int(empty[0])
        raise BadParameter(
            f"mel_filters(bands={which.count}): every band must hold a frequency of the "
            f"transform, which are {rate / n_fft:.4g} Hz apart; band {k}, {low[k]:.4g} to "
            f"{high[k]:.4g} Hz, holds none. Take fewer bands, or a larger n_fft."
        )
    if which.norm == "slaney":
        filters *= 2 / (high - low)
    return filters
