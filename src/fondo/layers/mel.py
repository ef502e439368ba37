"""Sounds as the ear sorts them, as layers: mel bands of a spectrogram, their logarithm, cepstra.

Which frequencies go into which band is in `mel_filters`; PCEN, another way than the logarithm, is
in `loudness`.
"""

from typing import Any

import numpy as np

from fondo.backend import jnp
from fondo.contracts import Choice, Either, Flag, Nothing, Real, Whole, check_value
from fondo.errors import BadParameter
from fondo.layers.base import Layer, config_of, serializable
from fondo.layers.mel_filters import Bands, mel_filters
from fondo.layers.spectrogram import (
    LOGS,
    check_logarithm,
    float_spec,
    frames_shape,
    logarithm,
    spectra,
)  # fmt: skip
from fondo.layers.spectrogram_plain import Floats, Frames


@serializable
class MelSpectrogram(Layer):  # type: ignore[misc]
    """Power of each band of frequencies in each frame of a wave.

        out[t, k] = sum_f S[t, f] w[f, k]           S: the spectrogram, w: see `mel_filters`

    Parameters
    ----------
    rate : float
        Samples in a second. Hertz.
    window, hop : int, default=400, 160
        Samples in a frame; from the start of a frame to that of the next. As they stand, 25 and
        10 ms at 16 kHz.
    n_fft : int or None, default=None
        Samples that are transformed, zeros around those of the frame; None for `window`.
    bands : int, default=64
        How many bands.
    low, high : float, float or None, default=0, None
        Where the first begins and the last ends. Hertz; None for half the rate.
    scale : {"slaney", "htk"}, default="slaney"
        As `Bands` has it.
    norm : {"slaney"} or None, default="slaney"
        As `Bands` has it.
    taper : str, default="hann"
        As `Frames` has it.
    scaling : {"power", "magnitude", "density", "spectrum"}, default="power"
        As `Frames` has it.
    centre : bool, default=True
        Whether frame t has sample t hop in its middle, as `Spectrogram` has it.

    Notes
    -----
    (batch, samples) -> float32 (batch, frames, bands). Equal to the transpose of
    `librosa.feature.melspectrogram` with win_length=window, hop_length=hop, n_mels=bands,
    fmin=low, fmax=high, htk=(scale == "htk"), norm=norm, power=2 or, for "magnitude", 1.

    Examples
    --------
    >>> MelSpectrogram(16000, bands=40)(np.zeros((2, 16000))).shape
    (2, 101, 40)
    """

    _ARGUMENTS: tuple[str, ...] = (
        "rate", "window", "hop", "n_fft", "bands", "low", "high", "scale", "norm", "taper",
        "scaling", "centre",
    )  # fmt: skip

    def __init__(
        self,
        rate: float,
        window: int = 400,
        hop: int = 160,
        n_fft: int | None = None,
        bands: int = 64,
        *,
        low: float = 0.0,
        high: float | None = None,
        scale: str = "slaney",
        norm: str | None = "slaney",
        taper: str = "hann",
        scaling: str = "power",
        centre: bool = True,
        **keywords: Any,
    ) -> None:
        super().__init__(autocast=False, **keywords)  # half precision would not do for a transform
        self.rate, self.window, self.hop, self.n_fft = rate, window, hop, n_fft
        self.bands, self.low, self.high, self.scale, self.norm = bands, low, high, scale, norm
        self.taper, self.scaling, self.centre = taper, scaling, centre
        owner = type(self).__name__
        self.frames.check(owner)
        check_value(owner, "centre", centre, Flag())
        Bands(bands, low, high, scale, norm).check(owner, rate)
        self.filters()  # says so where a band holds no frequency

    @property
    def frames(self) -> Frames:
        """How waves are cut and scaled."""
        return Frames(self.window, self.hop, self.n_fft, self.taper, self.scaling, self.rate)

    def filters(self) -> Floats:
        """Weight of each frequency in each band: float64 (frequencies, bands)."""
        bands = Bands(self.bands, self.low, self.high, self.scale, self.norm)
        return mel_filters(self.rate, self.frames.size, bands)

    def call(self, waves: Any) -> Any:
        """(batch, samples) -> float32 (batch, frames, bands)."""
        filters, owner = self.filters(), type(self).__name__

        def banded(found: Any) -> Any:
            return product(found, filters)

        return spectra(waves, self.frames, self.centre, owner=owner, then=banded)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, samples) -> (batch, frames, bands)."""
        return (*frames_shape(input_shape, self.frames, self.centre), self.bands)

    def compute_output_spec(self, waves: Any) -> Any:
        """Shape of the output, and float32, whatever the layer's precision."""
        return float_spec(self.compute_output_shape(waves.shape))

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, *self._ARGUMENTS)


@serializable
class LogMel(MelSpectrogram):
    """Logarithm of the power of each band of frequencies in each frame of a wave.

    Parameters
    ----------
    rate : float
        Samples in a second. Hertz.
    log : {"db", "log"}, default="db"
        Decibels, 10 log10 of powers and 20 log10 of magnitudes, or the natural logarithm.
    floor : float, above 0, default=1e-10
        What is taken for anything below it, before the logarithm.
    span : float, above 0, or None, default=None
        Most that anything may lie below the loudest of the same clip, afterwards; in the unit of
        `log`. None for no bound.
    **keywords
        All else that `MelSpectrogram` takes.

    Notes
    -----
    (batch, samples) -> float32 (batch, frames, bands). With span=80 equal to the transpose of
    `librosa.power_to_db` of each clip's `librosa.feature.melspectrogram`, with ref=1.

    Examples
    --------
    >>> f"{float(LogMel(16000)(np.zeros((1, 1600))).max()):.1f}"
    '-100.0'
    """

    _ARGUMENTS = (*MelSpectrogram._ARGUMENTS, "log", "floor", "span")

    def __init__(
        self,
        rate: float,
        window: int = 400,
        hop: int = 160,
        n_fft: int | None = None,
        bands: int = 64,
        *,
        log: str = "db",
        floor: float = 1e-10,
        span: float | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__(rate, window, hop, n_fft, bands, **keywords)
        self.log, self.floor, self.span = log, floor, span
        owner = type(self).__name__
        check_value(owner, "log", log, Choice(*LOGS))
        check_logarithm(owner, log, floor)
        check_value(owner, "span", span, Either(Nothing(), Real(0, open_low=True)))

    def call(self, waves: Any) -> Any:
        """(batch, samples) -> float32 (batch, frames, bands)."""
        decibels = 20 if self.scaling == "magnitude" else 10
        logs = logarithm(super().call(waves), self.log, self.floor, decibels)
        if self.span is None:
            return logs
        return jnp.maximum(logs, logs.max(axis=(1, 2), keepdims=True) - self.span)


@serializable
class MFCC(LogMel):
    """Cepstra: the outline of the log-mel spectrum of each frame, as a few cosines.

        out[t, c] = sum_k d[c, k] logmel[t, k],  d[c, k] = sqrt(2 / n) cos(pi c (k + 1/2) / n)

    with sqrt(1 / n) for c = 0, n the number of bands: the orthonormal discrete cosine transform of
    type II.

    Parameters
    ----------
    rate : float
        Samples in a second. Hertz.
    coefficients : int, from 1 to bands, default=20
        How many of the slowest cosines; the first tells how loud the frame is.
    **keywords
        All else that `LogMel` and `MelSpectrogram` take.

    Notes
    -----
    (batch, samples) -> float32 (batch, frames, coefficients). With span=80 equal to the transpose
    of `librosa.feature.mfcc` of each clip (dct_type=2, norm="ortho", lifter=0).

    References
    ----------
    Davis, Mermelstein (1980), Comparison of Parametric Representations for Monosyllabic Word
    Recognition, equation 1, whose cosines are not normed

    Examples
    --------
    >>> MFCC(16000, coefficients=13)(np.zeros((2, 16000))).shape
    (2, 101, 13)
    """

    _ARGUMENTS = (*LogMel._ARGUMENTS, "coefficients")

    def __init__(
        self,
        rate: float,
        window: int = 400,
        hop: int = 160,
        n_fft: int | None = None,
        bands: int = 64,
        *,
        coefficients: int = 20,
        **keywords: Any,
    ) -> None:
        super().__init__(rate, window, hop, n_fft, bands, **keywords)
        self.coefficients = coefficients
        check_value("MFCC", "coefficients", coefficients, Whole(1))
        if coefficients > bands:
            raise BadParameter(
                f"MFCC(coefficients={coefficients}): coefficients must be at most bands, {bands}. "
                "There are no more cosines."
            )

    def call(self, waves: Any) -> Any:
        """(batch, samples) -> float32 (batch, frames, coefficients)."""
        return product(super().call(waves), cosines(self.bands, self.coefficients))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, samples) -> (batch, frames, coefficients)."""
        return (*super().compute_output_shape(input_shape)[:2], self.coefficients)


def cosines(bands: int, coefficients: int) -> Floats:
    """Orthonormal discrete cosine transform of type II: float64 (bands, coefficients).

    Examples
    --------
    >>> cosines(2, 2).round(4).tolist()
    [[0.7071, 0.7071], [0.7071, -0.7071]]
    """
    k, c = np.arange(bands)[:, None] + 0.5, np.arange(coefficients)
    length = np.where(c == 0, 1.0, 2.0) / bands
    found: Floats = np.sqrt(length) * np.cos(np.pi / bands * k * c)
    return found


def product(values: Any, matrix: Floats) -> Any:
    """Matrix product (..., n) times (n, m), in full float32 on devices that would take less."""
    return jnp.matmul(values, np.asarray(matrix, np.float32), precision="highest")
