"""SqueezeNet 1.1: few weights, by squeezing channels before each larger convolution.

The layout is that of the Keras files of its weights: no padding at the first convolution and pools.
"""

from typing import Any

from fondo.backend import keras
from fondo.layers.convolution import Conv2D
from fondo.layers.pooling import MaxPooling2D

STEM = 64
SQUEEZED = {
    2: 16,
    3: 16,
    4: 32,
    5: 32,
    6: 48,
    7: 48,
    8: 64,
    9: 64,
}  # each is expanded fourfold twice
POOLED = (3, 5)  # fire modules behind which height and width are halved


def squeezenet(prepared: Any) -> Any:
    """Maps (height, width, 512) of prepared pictures.

    Parameters
    ----------
    prepared : symbolic tensor (batch, height, width, 3)
        As the weights expect it.

    Returns
    -------
    maps : symbolic tensor (batch, height / 16, width / 16, 512)
        About a sixteenth of the sides.

    References
    ----------
    Iandola et al. (2016), SqueezeNet, section 3; version 1.1 pools earlier than the paper's.
    """
    x = Conv2D(STEM, 3, strides=2, activation="relu", name="conv1")(prepared)
    x = MaxPooling2D(3, strides=2, name="pool1")(x)
    for number, channels in SQUEEZED.items():
        x = _fire(x, channels, f"fire{number}")
        if number in POOLED:
            x = MaxPooling2D(3, strides=2, name=f"pool{number}")(x)
    return x


def _fire(x: Any, channels: int, name: str) -> Any:
    """Fewer channels, then twice four times as many, seen through small and larger windows."""
    x = Conv2D(channels, 1, activation="relu", name=f"{name}_squeeze1x1")(x)
    small = Conv2D(4 * channels, 1, activation="relu", name=f"{name}_expand1x1")(x)
    large = Conv2D(
        4 * channels, 3, padding="same", activation="relu", name=f"{name}_expand3x3"
    )(x)  # fmt: skip
    return keras.layers.Concatenate(name=f"{name}_concat")([small, large])
