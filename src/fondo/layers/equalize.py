"""Pictures that were taken in other light made alike, as layers: brightness spread, contrast.

Histogram equalisation works on the picture as a whole, local contrast on each place.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from fondo.backend import jax, jnp
from fondo.contracts import Real, check_value
from fondo.layers.base import Layer, config_of, serializable

BINS = 256
REACH = 0.125  # of what is around a place: standard deviation, as a share of the picture
GREY, SPREAD = 128.0, 50.0  # what a place like those around it becomes; one deviation away
QUIETEST = 2.0  # of 255: contrast below it is noise, and not raised further


@serializable
class EqualizeBrightness(Layer):  # type: ignore[misc]
    """Each picture's brightness spread evenly over black to white.

        v = max(red, green, blue);  v' = share of pixels at or below v;  colours times v' / v

    The share is that of 256 bins over the picture's own range, taken linearly between the middles
    of the bins. A picture of one brightness has no range and stays as it is.

    Parameters
    ----------
    done_in_training : bool, default=False
        Whether pictures come equalised in training, before they were changed at random
        (`layers.augment.Augmenter(first=...)`), so that the layer then leaves them alone.

    Notes
    -----
    Input: uint8 or float (batch, height, width, 1 or 3), 0 to 255. Output: float32 of the same
    shape, 0 to 255. The rule is that of `skimage.exposure.equalize_hist`.
    """

    def __init__(self, done_in_training: bool = False, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.done_in_training = done_in_training

    def call(self, pictures: Any, training: bool = False) -> Any:
        """Pictures with their brightness equalised."""
        return _unless(training and self.done_in_training, equalized, pictures)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, "done_in_training")


def _unless(done: bool, change: Callable[[Any], Any], pictures: Any) -> Any:
    return jnp.asarray(pictures, "float32") if done else change(pictures)


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


@serializable
class LocalContrast(Layer):  # type: ignore[misc]
    """Each place of a picture held against the brightness around it.

        y = 128 + 50 (x - mean) / max(spread, 2),  between 0 and 255

    Mean and spread (standard deviation) are those of the brightness around the place, weighted by
    a Gaussian; brightness is the mean of the channels. What a picture shows in deep shade and in
    glare comes out alike, and colours stay as differences from grey.

    Parameters
    ----------
    reach : float, default=0.125
        Standard deviation of the Gaussian, as a share of height and width.
    done_in_training : bool, default=False
        As of `EqualizeBrightness`.

    Notes
    -----
    Input: uint8 or float (batch, height, width, channels), 0 to 255. Output: float32 of the same
    shape, 0 to 255. Edges go on as mirrors.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato, LeCun (2009), What is the Best Multi-Stage Architecture for
    Object Recognition?, section 3.1; Sermanet, LeCun (2011) used it on traffic signs.
    """

    def __init__(
        self, reach: float = REACH, done_in_training: bool = False, **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.reach = reach
        self.done_in_training = done_in_training
        check_value("LocalContrast", "reach", reach, Real(0, 10, open_low=True))

    def call(self, pictures: Any, training: bool = False) -> Any:
        """Pictures with the contrast of each place made alike."""
        done = training and self.done_in_training
        return _unless(done, lambda x: local_contrast(x, self.reach), pictures)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The same shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, "reach", "done_in_training")


def local_contrast(pictures: Any, reach: float = REACH) -> Any:
    """Pictures (batch, height, width, channels) as `LocalContrast` makes them.

    Examples
    --------
    >>> flat = np.full((1, 4, 4, 1), 200)
    >>> float(local_contrast(flat).max())
    128.0
    """
    values = jnp.asarray(pictures, "float32")
    down, across = (_gaussian(n, reach * n) for n in values.shape[1:3])

    def around(x: Any) -> Any:
        return jnp.einsum("ij,bjk,lk->bil", down, x, across)

    bright = values.mean(axis=-1)  # (B, H, W)
    mean = around(bright)
    square = around((bright - mean) ** 2)
    spread = jnp.sqrt(jnp.maximum(square, QUIETEST**2))
    held = GREY + SPREAD * (values - mean[..., None]) / spread[..., None]
    return jnp.clip(held, 0.0, 255.0)  # one glint must not outshout the rest


def _gaussian(n: int, sigma: float) -> Any:
    """Matrix (n, n) that takes the weighted mean around each of n places."""
    return np.asarray(gaussian_filter1d(np.eye(n), sigma, axis=0, mode="reflect"), np.float32)


EQUALIZERS: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "brightness": (EqualizeBrightness, equalized),
    "local": (LocalContrast, local_contrast),
}
"""Layer and function of each way to make light alike, by name."""
