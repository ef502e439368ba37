"""Small networks on pictures whose inner life is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fondo.backend import keras


@pytest.fixture(scope="session")
def convolutional() -> Any:
    """Network of two convolutions and a dense head in a model of its own; three outputs."""
    layers = keras.layers
    keras.utils.set_random_seed(3)
    head = keras.Sequential([keras.Input((5,)), layers.Dense(3, name="out")], name="head")
    pictures = keras.Input((12, 16, 3), dtype="uint8", name="pictures")
    x = layers.Rescaling(1 / 255, name="scaled")(pictures)
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(x)
    x = layers.MaxPooling2D(2, name="pool_1")(x)
    x = layers.Conv2D(5, 3, padding="same", activation="tanh", name="second")(x)
    x = layers.GlobalAveragePooling2D(name="averages")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(pictures, head(x))


@pytest.fixture(scope="session")
def pictures() -> np.ndarray:
    """Five pictures of noise, of 12 x 16 pixels."""
    return np.random.default_rng(0).integers(0, 256, (5, 12, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="session")
def linear() -> Callable[..., Any]:
    """Gives a network whose outputs are weighted sums of pixels / 255."""
    return _linear


def _linear(weights: np.ndarray, channels: int = 1) -> Any:
    """`weights` (height, width, outputs) of the mean over channels."""
    height, width, outputs = weights.shape
    pictures = keras.Input((height, width, channels), dtype="uint8")
    x = keras.layers.Rescaling(1 / 255)(pictures)
    x = keras.layers.Flatten()(x)
    dense = keras.layers.Dense(outputs, use_bias=False)
    network = keras.Model(pictures, dense(x))
    kernel = np.repeat(weights[:, :, None], channels, axis=2) / channels
    dense.set_weights([kernel.reshape(-1, outputs)])
    return network
