"""Histogram equalisation of the brightness of pictures, as a layer.

Colours are kept: of hue, saturation and value only the value changes.
"""

from typing import Any

from fondo.backend import jax, jnp
from fondo.layers.base import Layer, serializable

BINS = 256


@serializable
class EqualizeBrightness(Layer):  # type: ignore[misc]
    """Each picture's brightness spread evenly over black to white.

        v = max(red, green, blue);  v' = share of pixels at or below v;  colours times v' / v

    The share is that of 256 bins over the picture's own range, taken linearly between the middles
    of the bins. A picture of one brightness has no range and stays as it is.

    Notes
    -----
    Input: uint8 or float (batch, height, width, 1 or 3), 0 to 255. Output: float32 of the same
    shape, 0 to 255. The rule is that of `skimage.exposure.equalize_hist`.
    """

    def call(self, pictures: Any) -> Any:
        """Pictures with their brightness equalised."""
        return equalized(pictures)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape


def equalized(pictures: Any) -> Any:
    """Pictures (batch, height, width, channels), 0 to 255, with their brightness equalised.

    Examples
    --------
    >>> picture = 255 * jnp.array([[0.1, 0.1], [0.2, 0.9]])[None, :, :, None]
    >>> (equalized(picture)[0, :, :, 0] / 255).round(3).tolist()
    [[0.5, 0.5], [0.625, 1.0]]
    """
    values = jnp.asarray(pictures, "float32")
    bright = values.max(axis=-1)  # (B, H, W)
    after = jax.vmap(_spread)(bright)
    factor = after / jnp.where(bright > 0, bright, 1.0)
    return jnp.where((bright > 0)[..., None], values * factor[..., None], after[..., None])


def _spread(bright: Any) -> Any:
    """Brightness (height, width) of one picture, equalised, 0 to 255."""
    low, high = bright.min(), bright.max()
    width = jnp.where(high > low, (high - low) / BINS, 1.0)
    place = (bright - low) / width  # 0 to BINS
    bins = jnp.clip(place.astype("int32"), 0, BINS - 1)
    counts = jnp.zeros(BINS, "float32").at[bins.ravel()].add(1.0)
    shares = jnp.cumsum(counts) / bright.size
    below = jnp.clip(place - 0.5, 0.0, BINS - 1.0)  # in middles of bins
    first = jnp.clip(below.astype("int32"), 0, BINS - 2)
    part = below - first
    found = shares[first] * (1 - part) + shares[first + 1] * part
    return jnp.where(high > low, 255 * found, bright)
