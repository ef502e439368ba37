"""Layers that hold several networks in one: members that share most weights and all the data.

What they share is left to the layers of Keras between these two.
"""

from typing import Any

import numpy as np

from fondo.backend import keras
from fondo.layers.base import Layer, config_of, named_initializer, serializable, spawn_seeds


@serializable
class MemberScale(Layer):  # type: ignore[misc]
    """One row seen by several members, each with its own weight for every feature.

    Behind it, layers without members of their own (Dense, Dropout) are shared by all; the first
    weights differ, so the members do, at the price of (members, features) numbers.

        out[m] = x * r_m

    Parameters
    ----------
    members : int, at least 1
        Networks in one.
    seed : int, default=0
        Draws r from the standard normal distribution.

    Notes
    -----
    (batch, features) -> (batch, members, features), and
    (batch, features, width) -> (batch, members, features * width), one weight a feature.
    TabM-mini, with r shared along an embedding also in training, not only at the start.

    References
    ----------
    Gorishniy, Kotelnikov, Babenko (2025), TabM, section 3.3, https://arxiv.org/abs/2410.24210
    """

    def __init__(self, members: int, *, seed: int = 0, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.members, self.seed = members, seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for (batch, features) or (batch, features, width)."""
        normal = keras.initializers.RandomNormal(0, 1, seed=self.seed)
        self.scale = self.add_weight((self.members, input_shape[1]), normal, name="scale")

    def call(self, inputs: Any) -> Any:
        """(batch, features[, width]) -> (batch, members, features [* width])."""
        if len(inputs.shape) == 2:
            return inputs[:, None, :] * self.scale  # (B, members, F)
        scaled = inputs[:, None] * self.scale[:, :, None]  # (B, members, F, E)
        return keras.ops.reshape(scaled, (-1, *self.compute_output_shape(inputs.shape)[1:]))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of the output for a shape of the input."""
        return (input_shape[0], self.members, int(np.prod(np.asarray(input_shape[1:]))))

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, "members", "seed")


@serializable
class MemberDense(Layer):  # type: ignore[misc]
    """Dense layer of which every member has its own.

        out[m] = x[m] K_m + b_m

    Parameters
    ----------
    units : int, at least 1
        Outputs of each member.
    initializer : str, default="glorot_uniform"
        How Keras draws each K_m.
    seed : int, default=0
        Draws the kernels, each member its own.

    Notes
    -----
    (batch, members, features) -> (batch, members, units). With one member it is a Dense layer.
    """

    def __init__(
        self, units: int, *, initializer: str = "glorot_uniform", seed: int = 0, **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.units, self.initializer, self.seed = units, initializer, seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for (batch, members, features)."""
        _, members, features = input_shape
        self.kernel = self.add_weight((members, features, self.units), self._draw, name="kernel")
        self.bias = self.add_weight((members, self.units), named_initializer("zeros"), name="bias")

    def _draw(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """Kernels drawn one by one: drawn at once, Keras would take members for inputs."""
        makers = [named_initializer(self.initializer, s) for s in spawn_seeds(self.seed, shape[0])]
        return keras.ops.stack([make(shape[1:], dtype=dtype) for make in makers])

    def call(self, inputs: Any) -> Any:
        """(batch, members, features) -> (batch, members, units)."""
        return keras.ops.einsum("bkf,kfu->bku", inputs, self.kernel) + self.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of the output for a shape of the input."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, "units", "initializer", "seed")
