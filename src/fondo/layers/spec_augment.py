"""Random changes of spectrograms in training, as a layer: gaps in time and frequency, pitch.

Changes of waves are in `wave_augment`. Warping of time, the weakest of the paper's three changes,
is left out: `WaveChanges(speed=...)` is near it.
"""

from typing import Any

import numpy as np

from fondo.backend import jax, jnp, keras
from fondo.contracts import Either, Nothing, Real, Whole, check_value
from fondo.layers.base import Layer, config_of, serializable


@serializable
class SpecAugment(Layer):  # type: ignore[misc]
    """Spectrograms with gaps, and shifted in pitch, in training; as they are otherwise.

    Each example draws its own gaps: a width from 0 to the widest, evenly, then a place. Gaps may
    lie over each other.

    Parameters
    ----------
    times : int, at least 0, default=2
        Gaps in time.
    time_width : float in [0, 1], default=0.1
        Widest of them, as a share of all frames.
    bands : int, at least 0, default=2
        Gaps in frequency.
    band_width : float in [0, 1], default=0.15
        Widest of them, as a share of all bands.
    pitch : float, at least 0, default=0
        Most that all bands move up or down, the outermost going on. Bands, in between in
        proportion. Where bands are spaced logarithmically, as mel bands are above 1 kHz, this is
        another pitch at the same speed; below it, where they are spaced evenly, it is near it.
    fill : float or None, default=None
        What gaps are filled with; None for the mean of the example.
    seed : int, default=0
        Of all draws.

    Notes
    -----
    (batch, frames, bands) -> same shape and type. Slopes go through all but the gaps.

    References
    ----------
    Park and others (2019), SpecAugment, section 2, https://arxiv.org/abs/1904.08779. As the paper
    has it, the input is best a logarithm; its widths are numbers of frames and bands, ours shares.

    Examples
    --------
    >>> layer, ones = SpecAugment(fill=0), np.ones((1, 50, 40), np.float32)
    >>> float(layer(ones).min()), float(layer(ones, training=True).min())
    (1.0, 0.0)
    """

    def __init__(
        self,
        times: int = 2,
        time_width: float = 0.1,
        bands: int = 2,
        band_width: float = 0.15,
        *,
        pitch: float = 0.0,
        fill: float | None = None,
        seed: int = 0,
        **keywords: Any,
    ) -> None:
        super().__init__(**keywords)
        self.times, self.time_width, self.bands, self.band_width = (
            times, time_width, bands, band_width,
        )  # fmt: skip
        self.pitch, self.fill, self.seed = pitch, fill, seed
        for name, value in (("times", times), ("bands", bands), ("seed", seed)):
            check_value("SpecAugment", name, value, Whole(0))
        for name, width in (("time_width", time_width), ("band_width", band_width)):
            check_value("SpecAugment", name, width, Real(0, 1))
        check_value("SpecAugment", "pitch", pitch, Real(0, unit="bands"))
        check_value("SpecAugment", "fill", fill, Either(Nothing(), Real()))
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(batch, frames, bands), changed in training."""
        if not training:
            return inputs
        rows, frames, bands = inputs.shape
        outputs = jnp.asarray(inputs)
        if self.pitch:
            draws = keras.random.uniform((rows,), -1.0, 1.0, seed=self.seed_generator)
            outputs = raised(outputs, self.pitch * draws)
        late = self._gaps(rows, frames, self.times, self.time_width)
        high = self._gaps(rows, bands, self.bands, self.band_width)
        hidden = late[:, :, None] | high[:, None, :]  # (B, T, F)
        mean = outputs.mean(axis=(1, 2), keepdims=True)
        return jnp.where(hidden, mean if self.fill is None else self.fill, outputs)

    def _gaps(self, rows: int, n: int, count: int, width: float) -> Any:
        """Which of n places lie in one of the gaps: bool (batch, n)."""
        if not count or not width:
            return jnp.zeros((rows, n), bool)
        draws = keras.random.uniform((2, rows, count, 1), seed=self.seed_generator)
        return _gap(n, width, draws[0], draws[1]).any(axis=1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        names = ("times", "time_width", "bands", "band_width", "pitch", "fill", "seed")
        return config_of(self, *names)


class BandAugmenter:
    """Changes of batches of spectrograms: pitch, and a gap in frequency; as engine's steps want it.

    Time is left alone, so that targets of each step stay true.

    Parameters
    ----------
    pitch : float, at least 0
        Most that all bands move up or down, as in `SpecAugment`.
    width : float in [0, 1]
        Widest gap, as a share of all bands; filled with the mean of its example.
    name : str, default="features"
        Which input they are: (batch, frames, bands).

    Examples
    --------
    >>> change = BandAugmenter(1.0, 0.5)
    >>> batch = {"features": jnp.ones((2, 3, 8))}
    >>> changed, _ = change(batch, jnp.zeros(2), jax.random.key(0))
    >>> changed["features"].shape, float(changed["features"].min())
    ((2, 3, 8), 1.0)
    """

    def __init__(self, pitch: float, width: float, name: str = "features") -> None:
        check_value("BandAugmenter", "pitch", pitch, Real(0, unit="bands"))
        check_value("BandAugmenter", "width", width, Real(0, 1))
        self.pitch, self.width, self.name = pitch, width, name

    @property
    def signature(self) -> str:
        """Text that is equal for changes that compile to the same program."""
        return f"bands({self.pitch!r},{self.width!r}){self.name}"

    def __call__(self, inputs: dict[str, Any], target: Any, key: Any) -> tuple[Any, Any]:
        """Inputs with their spectrograms changed, and the target as it was."""
        values = jnp.asarray(inputs[self.name])
        rows, _, bands = values.shape
        moving, gap = jax.random.split(key)
        if self.pitch:
            higher = self.pitch * jax.random.uniform(moving, (rows,), minval=-1.0)
            values = raised(values, higher)
        if self.width:
            wide, place = jax.random.uniform(gap, (2, rows, 1))
            hidden = _gap(bands, self.width, wide, place)[:, None, :]  # (B, 1, F)
            values = jnp.where(hidden, values.mean(axis=(1, 2), keepdims=True), values)
        return {**inputs, self.name: values}, target


def _gap(n: int, width: float, wide: Any, place: Any) -> Any:
    """Which of n places lie in a gap, of draws in [0, 1): bool (..., n)."""
    size = jnp.floor(wide * (round(width * n) + 1))  # 0 to the widest, each as often
    start = jnp.floor(place * (n - size + 1))
    return (np.arange(n) >= start) & (np.arange(n) < start + size)


def raised(values: Any, higher: Any) -> Any:
    """Spectrograms (batch, frames, bands) moved up by so many bands, in between in proportion.

        y[k] = x(k - higher), the outermost bands going on

    Parameters
    ----------
    values : float array (batch, frames, bands)
    higher : float array (batch,)
        Bands; negative for down.

    Examples
    --------
    >>> raised(jnp.array([[[0.0, 1.0, 3.0]]]), jnp.array([0.5]))[0, 0].tolist()
    [0.0, 0.5, 2.0]
    """
    bands = values.shape[2]
    places = jnp.clip(np.arange(bands) - higher[:, None], 0, bands - 1)[:, None]  # (B, 1, F)
    first = jnp.floor(places).astype("int32")
    below = jnp.take_along_axis(values, first, axis=2)
    above = jnp.take_along_axis(values, jnp.minimum(first + 1, bands - 1), axis=2)
    return below + (above - below) * (places - first).astype(values.dtype)
