"""Spectrograms in NumPy, in double precision: what the layer computes, said once more, plainly.

Tapers and scales have their home here, for the layer too. Needs no Keras, so that a detector that
listens to a stream can use it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo.contracts import Choice, Real, Whole, check_value
from fondo.errors import BadData, BadParameter

Floats = NDArray[np.float64]

# Coefficients of a sum of cosines, a_0 + a_1 cos(u) + a_2 cos(2 u), u from -pi to pi.
_COSINES = {
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "rectangular": (1.0,),
}
SYMMETRIC = "_symmetric"
TAPERS = (*_COSINES, *(name + SYMMETRIC for name in _COSINES if name != "rectangular"))
SCALINGS = ("density", "spectrum", "power", "magnitude")


@dataclass(frozen=True)
class Frames:
    """How a wave is cut into frames and what is told of each frequency.

    Parameters
    ----------
    window : int, at least 3, default=200
        Samples in a frame; of two, some tapers would leave nothing.
    hop : int, at least 1, default=80
        Samples from the start of a frame to that of the next.
    n_fft : int or None, default=None
        Samples that are transformed, zeros behind those of the frame; None for `window`.
    taper : str, default="hann_symmetric"
        What the samples of a frame are multiplied with: "hann", "hamming", "blackman", each as
        part of an endless wave of period `window`, or with "_symmetric" behind the name falling
        alike to both ends (`numpy.hanning`); "rectangular" multiplies with 1.
    scaling : {"density", "spectrum", "power", "magnitude"}, default="density"
        "density": power in each hertz, one-sided, so that its integral over frequency is the mean
        square of the samples. "spectrum": power of a sine, one-sided, whose peak is half the square
        of its amplitude. "power": the square of the transform's absolute value, nothing else, as
        librosa has it. "magnitude": its root.
    rate : float, above 0, default=8000
        Samples in a second. Hertz; only "density" needs it.

    Notes
    -----
    As it stands it is the spectrogram of the course notes on trigger words: 25 ms, a step of 10 ms.
    """

    window: int = 200
    hop: int = 80
    n_fft: int | None = None
    taper: str = "hann_symmetric"
    scaling: str = "density"
    rate: float = 8000.0

    @property
    def size(self) -> int:
        """Samples that are transformed."""
        return self.window if self.n_fft is None else self.n_fft

    @property
    def n_frequencies(self) -> int:
        """Frequencies from 0 to half the rate."""
        return self.size // 2 + 1

    def n_frames(self, n_samples: int) -> int:
        """Whole frames in so many samples; what is left at the end is in none."""
        return max((n_samples - self.window) // self.hop + 1, 0)

    def frequencies(self) -> Floats:
        """Frequency of each column, in hertz: (frequencies,)."""
        return np.arange(self.n_frequencies, dtype=np.float64) * (self.rate / self.size)

    def check(self, owner: str) -> None:
        """Raise BadParameter, in the owner's name, for what cannot be."""
        check_value(owner, "window", self.window, Whole(3, unit="samples"))
        check_value(owner, "hop", self.hop, Whole(1, unit="samples"))
        check_value(owner, "taper", self.taper, Choice(*TAPERS))
        check_value(owner, "scaling", self.scaling, Choice(*SCALINGS))
        check_value(owner, "rate", self.rate, Real(0, open_low=True, unit="hertz"))
        if self.n_fft is not None:
            check_value(owner, "n_fft", self.n_fft, Whole(1, unit="samples"))
        if self.size < self.window:
            raise BadParameter(
                f"{owner}(n_fft={self.n_fft}): n_fft must not be below window, {self.window} "
                "samples. Leave it out to transform just these."
            )


def taper_of(name: str, window: int) -> Floats:
    """What the samples of a frame are multiplied with: (window,), from 0 to 1.

    Examples
    --------
    >>> taper_of("hann", 4).tolist()
    [0.0, 0.5, 1.0, 0.5]
    >>> taper_of("hann_symmetric", 5).tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    plain = name.removesuffix(SYMMETRIC)
    steps = window - 1 if name.endswith(SYMMETRIC) else window
    # counted from the middle, as numpy does it, both halves come out alike to the last bit
    turn = np.pi * (2 * np.arange(window) - steps) / steps
    total = np.zeros(window)
    for k, part in enumerate(_COSINES[plain]):
        total += part * np.cos(k * turn)
    return total


def weights_of(frames: Frames) -> Floats:
    """What the squared transform at each frequency is multiplied with: (frequencies,).

    One-sided scales hold the power of negative frequencies too, so all but 0 and, for an even
    number of samples, half the rate count twice.
    """
    taper = taper_of(frames.taper, frames.window)
    sides = np.full(frames.n_frequencies, 2.0)
    sides[0] = 1.0
    if frames.size % 2 == 0:
        sides[-1] = 1.0
    if frames.scaling == "density":
        return sides / (frames.rate * float((taper**2).sum()))
    if frames.scaling == "spectrum":
        return sides / float(taper.sum()) ** 2
    return np.ones(frames.n_frequencies)


def specgram(samples: ArrayLike, frames: Frames | None = None) -> Floats:
    """Spectrogram of one wave: (frames, frequencies).

        X[t, f] = sum_n taper[n] x[t hop + n] exp(-2 pi i f n / n_fft)
        out[t, f] = weight[f] |X[t, f]|^2

    Parameters
    ----------
    samples : number array (samples,)
        In any unit; the power is in its square, in the unit's square by hertz for "density".
    frames : Frames or None, default=None
        How it is cut and scaled; None for that of the notes.

    Returns
    -------
    power : float64 array (frames, frequencies)
        Equal to the transpose of what `scipy.signal.spectrogram` (detrend=False) and
        `matplotlib.mlab.specgram` give. No frame where the wave is shorter than one.

    Raises
    ------
    BadData
        `samples` is not one wave of numbers.

    Notes
    -----
    Each frame is computed from its own samples alone, so a stream can be cut anywhere: what comes
    is put behind the last `window - hop` samples, or, in general, behind those from the start of
    the first frame that is not yet complete.

    Examples
    --------
    >>> ten_seconds = np.zeros(441_000)
    >>> specgram(ten_seconds).shape
    (5511, 101)
    """
    how = Frames() if frames is None else frames
    how.check("specgram")
    wave = np.asarray(samples)
    if wave.ndim != 1 or not (np.issubdtype(wave.dtype, np.number) and np.isrealobj(wave)):
        raise BadData(
            f"specgram(samples of shape {wave.shape}, {wave.dtype}): samples must be one wave of "
            "real numbers. Take one channel, or their mean."
        )
    if not how.n_frames(len(wave)):
        return np.zeros((0, how.n_frequencies))
    cut: NDArray[Any] = np.lib.stride_tricks.sliding_window_view(wave, how.window)[:: how.hop]
    transform = np.fft.rfft(cut * taper_of(how.taper, how.window), how.size, axis=1)
    power: Floats = (transform.real**2 + transform.imag**2) * weights_of(how)
    return np.sqrt(power) if how.scaling == "magnitude" else power
