"""Layers that even out how loud sounds are: each clip as a whole, or each band as time goes on."""

import math
from typing import Any

import numpy as np

from fondo.backend import jax, jnp, keras, lax
from fondo.contracts import Either, Flag, Nothing, Real, check_value
from fondo.layers.base import Layer, config_of, serializable
from fondo.layers.spectrogram import float_spec


@serializable
class Level(Layer):  # type: ignore[misc]
    """Each clip as loud as any other.

        y = x 10^(level / 20) / max(rms(x), quietest),  quietest = 10^((level - most) / 20)

    Parameters
    ----------
    level : float, default=-20
        Root of the mean square of each clip. Decibels, 0 for that of samples which are all 1.
    most : float, at least 0, default=40
        Most that a clip is raised by, so that what is all but silent stays quiet. Decibels.

    Notes
    -----
    (batch, samples) -> float32 (batch, samples). A silent clip stays silent. Nothing is cut off:
    peaks may come to lie above 1.

    Examples
    --------
    >>> [f"{v:.2f}" for v in Level(-20)(np.array([[0.5, -0.5, 0.5, -0.5]]))[0]]
    ['0.10', '-0.10', '0.10', '-0.10']
    """

    def __init__(self, level: float = -20.0, most: float = 40.0, **keywords: Any) -> None:
        super().__init__(autocast=False, **keywords)
        self.level, self.most = level, most
        check_value("Level", "level", level, Real(unit="decibels"))
        check_value("Level", "most", most, Real(0, unit="decibels"))

    def call(self, waves: Any) -> Any:
        """(batch, samples) -> float32 (batch, samples)."""
        waves = jnp.asarray(waves).astype("float32")
        quietest = 10 ** ((self.level - self.most) / 20)
        square = jnp.mean(waves**2, axis=1, keepdims=True)
        # the root of what is at least a positive number, so that silence has a slope
        rms = jnp.sqrt(jnp.maximum(square, quietest**2))
        return waves * (10 ** (self.level / 20) / rms)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape

    def compute_output_spec(self, waves: Any) -> Any:
        """Shape of the output, and float32, whatever the layer's precision."""
        return float_spec(waves.shape)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, "level", "most")


@serializable
class PCEN(Layer):  # type: ignore[misc]
    """Per-channel energy normalisation: each band as a share of what it was just before.

        m[t] = (1 - smoothing) m[t - 1] + smoothing e[t]
        out[t] = (e[t] / (floor + m[t])^gain + bias)^power - bias^power

    Takes the place of the logarithm where sounds come from near and far, or over steady noise.

    Parameters
    ----------
    smoothing : float in (0, 1], default=0.025
        Share of the new frame in the running mean; see `smoothing_of`.
    gain : float, at least 0, default=0.98
        How much of the loudness is divided out: 0 nothing, 1 all of it.
    bias : float, above 0, default=2
        Below it, changes are taken in proportion; above it, as their power.
    power : float in (0, 1], default=0.5
        How much large values are pressed together.
    floor : float, above 0, default=1e-6
        Added to the running mean, in the unit of the input: it should lie well below what counts.
    start : float or None, default=None
        Running mean before the first frame; None takes the first frame itself.
    learned : bool, default=False
        Whether the four numbers are the start of weights, one of each a band, that training
        changes: `smoothing` as a logit and the others as logarithms, so that they stay positive.

    Notes
    -----
    (batch, frames, bands), at least 0 -> float32 of the same shape. Equal to `librosa.pcen` (which
    wants time last) with b=smoothing, eps=floor, and start=1, which is what librosa begins with
    whatever the unit. The paper learns gain, bias and power as logarithms and mixes fixed running
    means; that the smoothing is learned follows LEAF (Zeghidour and others, 2021).

    The running mean is a loop over frames on the CPU, which was measured to be as fast as an
    associative scan there, and four to five times as fast walking back over long clips; on other
    devices it is the scan, of as many steps as the number of frames has bits.

    References
    ----------
    Wang, Getreuer, Hughes, Lyon, Saurous (2017), Trainable Frontend For Robust and Far-Field
    Keyword Spotting, equations 1 and 2, https://arxiv.org/abs/1607.05666

    Examples
    --------
    >>> steady = np.ones((1, 3, 1))
    >>> [f"{float(PCEN()(scale * steady)[0, -1, 0]):.3f}" for scale in (1, 1000)]
    ['0.318', '0.360']
    """

    def __init__(
        self,
        smoothing: float = 0.025,
        gain: float = 0.98,
        bias: float = 2.0,
        power: float = 0.5,
        *,
        floor: float = 1e-6,
        start: float | None = None,
        learned: bool = False,
        **keywords: Any,
    ) -> None:
        super().__init__(autocast=False, **keywords)
        self.smoothing, self.gain, self.bias, self.power = smoothing, gain, bias, power
        self.floor, self.start, self.learned = floor, start, learned
        above = Real(0, open_low=True)
        share = Real(0, 1, open_low=True)
        check_value("PCEN", "smoothing", smoothing, share)
        check_value("PCEN", "gain", gain, Real(0))
        check_value("PCEN", "bias", bias, above)
        check_value("PCEN", "power", power, share)
        check_value("PCEN", "floor", floor, above)
        check_value("PCEN", "start", start, Either(Nothing(), Real(0)))
        check_value("PCEN", "learned", learned, Flag())
        if learned:  # neither a logit of 1 nor a logarithm of 0 is a number
            check_value("PCEN", "smoothing", smoothing, Real(0, 1, open_low=True, open_high=True))
            check_value("PCEN", "gain", gain, above)

    def build(self, input_shape: Any) -> None:
        """Make the weights, if they are learned, for (batch, frames, bands)."""
        if not self.learned:
            return
        starts = {
            "smoothing_logit": math.log(self.smoothing / (1 - self.smoothing)),
            "gain_log": math.log(self.gain),
            "bias_log": math.log(self.bias),
            "power_log": math.log(self.power),
        }
        for name, value in starts.items():
            initializer = keras.initializers.Constant(value)
            weight = self.add_weight((input_shape[-1],), initializer, name=name)
            setattr(self, name, weight)

    def call(self, energies: Any) -> Any:
        """(batch, frames, bands) -> float32 (batch, frames, bands)."""
        energies = jnp.asarray(energies).astype("float32")
        smoothing, gain, bias, power = self._settings()
        before = energies[:, 0] if self.start is None else jnp.full_like(energies[:, 0], self.start)
        mean = running_mean(energies, smoothing, before)
        # as librosa has it: in logarithms, no power of a small number is ever taken
        share = energies * jnp.exp(-gain * (math.log(self.floor) + jnp.log1p(mean / self.floor)))
        return bias**power * jnp.expm1(power * jnp.log1p(share / bias))

    def _settings(self) -> tuple[Any, Any, Any, Any]:
        """Smoothing, gain, bias, power, each a number or one a band."""
        if not self.learned:
            return self.smoothing, self.gain, self.bias, self.power
        values = (self.smoothing_logit, self.gain_log, self.bias_log, self.power_log)
        logit, *logs = (jnp.asarray(v.value).astype("float32") for v in values)
        gain, bias, power = (jnp.exp(each) for each in logs)
        return 1 / (1 + jnp.exp(-logit)), gain, bias, power

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape

    def compute_output_spec(self, energies: Any) -> Any:
        """Shape of the output, and float32, whatever the layer's precision."""
        return float_spec(energies.shape)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer; what is learned travels with the weights."""
        names = ("smoothing", "gain", "bias", "power", "floor", "start", "learned")
        return config_of(self, *names)


@serializable
class Centred(Layer):  # type: ignore[misc]
    """Each band less its own mean over time.

        y[t, k] = x[t, k] - mean_t x[t, k]

    In decibels this takes out how loud a clip is, and what microphone and room make of each band.

    Notes
    -----
    (batch, frames, bands) -> float32 of the same shape.

    References
    ----------
    Atal (1974), Effectiveness of linear prediction characteristics of the speech wave for
    automatic speaker identification and verification, section VI: cepstral mean subtraction.

    Examples
    --------
    >>> Centred()(np.array([[[1.0], [3.0]]]))[0, :, 0].tolist()
    [-1.0, 1.0]
    """

    def __init__(self, **keywords: Any) -> None:
        super().__init__(autocast=False, **keywords)

    def call(self, values: Any) -> Any:
        """(batch, frames, bands) -> float32 of the same shape."""
        values = jnp.asarray(values).astype("float32")
        return values - values.mean(axis=1, keepdims=True)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape

    def compute_output_spec(self, values: Any) -> Any:
        """Shape of the output, and float32, whatever the layer's precision."""
        return float_spec(values.shape)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self)


def running_mean(values: Any, smoothing: Any, before: Any) -> Any:
    """Exponential running mean along time.

        m[t] = (1 - smoothing) m[t - 1] + smoothing x[t]

    Parameters
    ----------
    values : float array (batch, time, bands)
    smoothing : float, or array (bands,), in (0, 1]
    before : float array (batch, bands)
        The mean before the first step.

    Returns
    -------
    mean : float array (batch, time, bands)
    """
    if jax.default_backend() == "cpu":
        return _looped(values, smoothing, before)
    return _scanned(values, smoothing, before)


def _looped(values: Any, smoothing: Any, before: Any) -> Any:
    """Running mean step by step."""

    def step(mean: Any, value: Any) -> tuple[Any, Any]:
        mean = (1 - smoothing) * mean + smoothing * value
        return mean, mean

    _, means = lax.scan(step, before, jnp.moveaxis(values, 1, 0))
    return jnp.moveaxis(means, 0, 1)


def _scanned(values: Any, smoothing: Any, before: Any) -> Any:
    """Running mean by halves: pairs (decay, sum) of neighbouring spans put together."""
    decay = jnp.broadcast_to(1 - jnp.asarray(smoothing, values.dtype), values.shape)
    sums = (smoothing * jnp.asarray(values)).at[:, 0].add((1 - smoothing) * before)

    def joined(first: Any, second: Any) -> tuple[Any, Any]:
        return first[0] * second[0], second[0] * first[1] + second[1]

    return lax.associative_scan(joined, (decay, sums), axis=1)[1]


def smoothing_of(seconds: float, rate: float, hop: int) -> float:
    """Share of the new frame for a running mean that forgets in about so many seconds.

        (sqrt(1 + 4 T^2) - 1) / (2 T^2),  T = seconds rate / hop

    Parameters
    ----------
    seconds : float, above 0
        Time constant.
    rate : float
        Samples in a second. Hertz.
    hop : int
        Samples from frame to frame.

    Returns
    -------
    smoothing : float in (0, 1)
        That of `librosa.pcen`, whose own time constant is 0.4 seconds.

    Examples
    --------
    >>> f"{smoothing_of(0.4, 16000, 160):.4f}"
    '0.0247'
    """
    frames = seconds * rate / hop
    return float((np.sqrt(1 + 4 * frames**2) - 1) / (2 * frames**2))
