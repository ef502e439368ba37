"""What every layer of ours starts from: the Keras class, its registration, seeds and initializers.

Nothing here draws from a global generator: a seed comes in, seeds for the weights come out.
"""

from typing import Any

import numpy as np

from fondo.backend import keras, keras_class
from fondo.layers.drawing import Drawn

Layer: Any = keras_class("layers", "Layer")


def serializable(cls: Any) -> Any:
    """Register `cls` with Keras under the package name "fondo"."""
    return keras.saving.register_keras_serializable(package="fondo")(cls)


def spawn_seeds(seed: int, count: int) -> list[int]:
    """`count` seeds from one, so that weights drawn side by side are not alike."""
    return [int(s) for s in np.random.SeedSequence(seed).generate_state(count)]


def named_initializer(name: str, seed: int = 0) -> Any:
    """Initializer of Keras by its name, e.g. "he_normal", drawing from `seed` if it draws.

    In a network that is built with it, `drawing.plain` puts the Keras initializers themselves.
    """
    made = keras.initializers.get(name)
    config = made.get_config()
    return Drawn(type(made).from_config({**config, "seed": seed} if "seed" in config else config))


def config_of(layer: Any, *names: str) -> dict[str, Any]:
    """What Keras stores of any layer, and the arguments `names` of this one."""
    return {**Layer.get_config(layer), **{name: getattr(layer, name) for name in names}}
