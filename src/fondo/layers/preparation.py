"""What a backbone's weights expect of pictures, as a layer: order of colours, means, scale.

Which backbone expects which is in `networks.backbones`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fondo.backend import jnp
from fondo.layers.base import Layer, config_of, serializable

# In the order in which the channels leave the layer. "lite" is (x - 127) / 128.
MODES: dict[str, dict[str, Any]] = {
    "caffe": {"means": (103.939, 116.779, 123.68), "scale": (1.0, 1.0, 1.0), "order": "BGR"},
    "tf": {"means": (127.5, 127.5, 127.5), "scale": (127.5, 127.5, 127.5), "order": "RGB"},
    "torch": {
        "means": (123.675, 116.28, 103.53),  # 255 times 0.485, 0.456, 0.406
        "scale": (58.395, 57.12, 57.375),  # 255 times 0.229, 0.224, 0.225
        "order": "RGB",
    },
    "lite": {"means": (127.0, 127.0, 127.0), "scale": (128.0, 128.0, 128.0), "order": "RGB"},
    "unit": {"means": (0.0, 0.0, 0.0), "scale": (255.0, 255.0, 255.0), "order": "RGB"},
}


@serializable
class Prepare(Layer):  # type: ignore[misc]
    """Pictures as a network that has learnt before wants them.

        y = (x in the channels' order - means) / scale

    Parameters
    ----------
    means, scale : three floats
        One a channel, in the order in which channels leave the layer.
    order : {"RGB", "BGR"}
        Of the channels that leave; those that enter are red, green, blue.

    Notes
    -----
    Input: uint8 or float (batch, height, width, 3), 0 to 255, or with one channel, grey, which is
    taken for each of the three. Output: float32 (batch, height, width, 3).

    Examples
    --------
    >>> layer = Prepare(**MODES["tf"])
    >>> [f"{v:.1f}" for v in layer(np.array([[[[0, 51, 255]]]], np.uint8)).ravel()]
    ['-1.0', '-0.6', '1.0']
    """

    def __init__(
        self, means: Sequence[float], scale: Sequence[float], order: str = "RGB", **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.means = [float(mean) for mean in means]
        self.scale = [float(part) for part in scale]
        self.order = order

    def call(self, pictures: Any) -> Any:
        """(batch, height, width, 1 or 3) -> float32 (batch, height, width, 3)."""
        values = jnp.asarray(pictures).astype(self.compute_dtype)
        if values.shape[-1] == 1:
            values = jnp.repeat(values, 3, axis=-1)
        if self.order == "BGR":
            values = values[..., ::-1]
        means, scale = (np.asarray(part, values.dtype) for part in (self.means, self.scale))
        return (values - means) / scale

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Three channels."""
        return (*input_shape[:-1], 3)

    def get_config(self) -> dict[str, Any]:
        """All of its numbers."""
        return config_of(self, "means", "scale", "order")
