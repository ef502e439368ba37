"""Networks from samples of sound to numbers: spectrum, standardised, then convolutions.

What is seen of a sound is in `layers.mel` and its neighbours; convolutions in `pictures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.layers.base import named_initializer
from fondo.layers.convolution_time import Conv1D
from fondo.layers.drawing import plain
from fondo.layers.loudness import PCEN, Centred, Level, smoothing_of
from fondo.layers.mel import MFCC, LogMel, MelSpectrogram
from fondo.layers.spec_augment import SpecAugment
from fondo.layers.spectrogram import Spectrogram
from fondo.networks.pictures import MOMENTUM, Parts, plain_stages, residual_stages
from fondo.networks.pictures import Shape as Convolutions

FILTERS, FILTERS_OF_TIME = (24, 48, 96), (96, 128, 192)
SMALLEST = 4  # frames, or bands, of the maps of the last stage


class Shape(Convolutions, Protocol):
    """What the network is made of; `tasks.audio.settings.SoundNet` documents each."""

    pooling: str


@dataclass(frozen=True)
class View:
    """What of a sound is seen; `tasks.audio.settings.Spectrum` documents each.

    Parameters
    ----------
    rate, samples : int
        Of the waves that enter. Hertz; length.
    kind : str
    bands, coefficients : int
    window, hop : int
        Samples.
    low : float
    high : float or None
    span : float or None
    centre : bool
    average : bool
    level : float or None
        Decibels that waves are brought to first.
    """

    rate: int
    samples: int
    kind: str
    bands: int
    coefficients: int
    window: int
    hop: int
    low: float
    high: float | None
    span: float | None
    centre: bool
    average: bool
    level: float | None

    def layers(self) -> list[Any]:
        """Layers from waves (batch, samples) to what is seen (batch, frames, bands)."""
        found = [] if self.level is None else [Level(self.level, name="level")]
        frames: dict[str, Any] = {"rate": float(self.rate), "window": self.window, "hop": self.hop}
        mel = {**frames, "bands": self.bands, "low": self.low, "high": self.high}
        found += self._spectrum(frames, mel)
        if self.centre and not self.average:
            found.append(Centred(name="centred"))
        return found

    def _spectrum(self, frames: dict[str, Any], mel: dict[str, Any]) -> list[Any]:
        if self.kind == "log":
            log = Spectrogram(
                self.window, self.hop, scaling="power", rate=float(self.rate), taper="hann",
                centre=True, log="db", floor=1e-10, name="spectrum",
            )  # fmt: skip
            return [log]
        if self.kind == "log_mel":
            return [LogMel(**mel, span=self.span, name="spectrum")]
        if self.kind == "mfcc":
            count = self.coefficients
            return [MFCC(**mel, span=self.span, coefficients=count, name="spectrum")]
        smoothing = smoothing_of(0.4, self.rate, self.hop)
        return [MelSpectrogram(**mel, name="mel"), PCEN(smoothing, name="spectrum")]

    def seen(self, waves: Any) -> Any:
        """What is seen of waves: (batch, samples) -> (batch, frames, bands)."""
        for layer in self.layers():
            waves = layer(waves)
        return waves


def sound_network(
    view: View,
    n_outputs: int,
    shape: Shape,
    scale: tuple[Sequence[float], Sequence[float]],
    *,
    seed: int,
    gaps: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Any:
    """Network from samples to one number an output.

    Parameters
    ----------
    view : View
        What it sees.
    n_outputs : int
        Logits, or numbers.
    shape : Shape
        What it is made of.
    scale : (mean, spread), each a sequence of float (bands,)
        Of what is seen of the training sounds.
    seed : int
        Draws weights, dropout and gaps.
    gaps : (time, bands, pitch), default=(0, 0, 0)
        Of SpecAugment in training: widest gaps as shares, most bands that the pitch moves.

    Returns
    -------
    keras.Model
        Takes float32 "waves" (batch, samples); returns float32 (batch, outputs).
    """
    parts = Parts(shape, seed)
    waves = keras.Input((view.samples,), name="waves")
    x = waves
    for layer in view.layers():
        x = layer(x)
    mean, spread = (np.asarray(each, np.float64) for each in scale)
    x = keras.layers.Rescaling((1 / spread).tolist(), (-mean / spread).tolist(), name="scaled")(x)
    if view.average:
        x = keras.layers.GlobalAveragePooling1D(name="averages")(x)
    elif any(gaps):
        x = SpecAugment(
            2, gaps[0], 2, gaps[1], pitch=gaps[2], fill=0.0, seed=parts.draw(), name="gaps"
        )(x)
    x = _seen(x, parts, shape)
    for number, units in enumerate(shape.hidden, start=1):
        x = parts.dense(x, units, f"hidden_{number}", shape.activation)
        x = parts.dropout(x, shape.dropout, f"hidden_{number}_dropout")
    if not shape.hidden:
        x = parts.dropout(x, shape.dropout, "dropout")
    outputs = parts.dense(x, n_outputs, "out", None)
    return plain(keras.Model(waves, outputs))


def _seen(x: Any, parts: Parts, shape: Shape) -> Any:
    """What convolutions find, as one row of numbers (batch, channels)."""
    if len(x.shape) == 2:
        return x
    if shape.kind == "dense":
        return keras.layers.Flatten(name="flat")(x)
    if shape.kind == "time":
        x = _over_time(x, parts, shape.filters or _fitting(FILTERS_OF_TIME, x.shape[1]))
        kind = "GlobalAveragePooling1D" if shape.pooling == "average" else "GlobalMaxPooling1D"
    else:
        x = keras.layers.Reshape((*x.shape[1:], 1), name="as_picture")(x)
        filters = shape.filters or _fitting(FILTERS, min(x.shape[1], x.shape[2]))
        if shape.kind == "plain" and shape.padding == "valid":
            _check_room(min(x.shape[1], x.shape[2]), filters, shape.depth)
        stages = plain_stages if shape.kind == "plain" else residual_stages
        x = stages(x, parts, filters)
        kind = "GlobalAveragePooling2D" if shape.pooling == "average" else "GlobalMaxPooling2D"
    return getattr(keras.layers, kind)(name="pooled")(x)


def _check_room(side: int, filters: Sequence[int], depth: int) -> None:
    """BadParameter where convolutions without zeros around would leave nothing of a spectrum."""
    left = side
    for _ in filters:
        left -= 2 * depth
        left //= 2 if left >= 2 else 1
        if left < 1:
            raise BadParameter(
                f"SoundNet(padding='valid'): {len(filters)} stages of {depth} convolutions leave "
                f"nothing of a spectrum with {side} frames or bands. Give fewer, longer sounds or "
                "more bands, or padding='same'."
            )


def _over_time(x: Any, parts: Parts, filters: Sequence[int]) -> Any:
    """Stages of convolutions over time, each ending in maximum pooling."""
    shape = parts.shape
    for stage, channels in enumerate(filters, start=1):
        for number in range(1, shape.depth + 1):
            name = f"stage_{stage}_convolution_{number}"
            padding = shape.padding if x.shape[1] >= 3 else "same"  # where there is room for none
            x = Conv1D(
                channels, 3, activation=shape.activation, padding=padding, name=name,
                kernel_initializer=named_initializer("he_normal", parts.draw()),
                kernel_regularizer=parts.penalty,
            )(x)  # fmt: skip
            if shape.batch_norm:
                x = keras.layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_normal")(x)
        if x.shape[1] >= 2:
            x = keras.layers.MaxPooling1D(2, name=f"stage_{stage}_pool")(x)
    return x


def _fitting(filters: Sequence[int], side: int) -> tuple[int, ...]:
    """As many stages as the spectrum is large enough for.

    Examples
    --------
    >>> _fitting((24, 48, 96), 64), _fitting((24, 48, 96), 9)
    ((24, 48, 96), (24, 48))
    """
    stages = 1
    while stages < len(filters) and side >> stages >= SMALLEST:
        stages += 1
    return tuple(filters[:stages])
