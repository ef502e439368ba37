"""Small weights side by side in one vector, so that the optimizer updates them in one go.

On a CPU every small XLA operation costs its start, so that a bias of two numbers takes as long as a
kernel. Done only where the optimizer treats each number alike: what comes out is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.backend import jax, jnp, keras

_SMALL = 256  # numbers of an array that is worth packing; measured
_ALIKE = ("Adam", "AdamW", "SGD", "RMSprop", "Nadam", "Adamax", "Adagrad", "Adadelta")
_NOT_ALIKE = ("clipnorm", "global_clipnorm", "gradient_accumulation_steps")


@dataclass(frozen=True)
class Packing:
    """Which trainable weights of a network lie side by side.

    Parameters
    ----------
    shapes : tuple of shape
        Of all trainable weights, in Keras' order.
    small : tuple of int
        Places of those that are packed; empty for none.
    """

    shapes: tuple[tuple[int, ...], ...]
    small: tuple[int, ...] = ()

    def pack(self, arrays: Sequence[Any]) -> list[Any]:
        """Large arrays in their order, then one vector of the small ones."""
        if not self.small:
            return list(arrays)
        large = [array for k, array in enumerate(arrays) if k not in self.small]
        library = np if all(isinstance(array, np.ndarray) for array in arrays) else jnp
        return [*large, library.concatenate([arrays[k].reshape(-1) for k in self.small])]

    def unpack(self, arrays: Sequence[Any]) -> list[Any]:
        """All arrays in Keras' order; of a finished step on the host, where slices are free."""
        if not self.small:
            return list(arrays)
        if not any(isinstance(array, jax.core.Tracer) for array in arrays):
            arrays = [np.asarray(array) for array in arrays]
        sizes = [int(np.prod(self.shapes[k])) for k in self.small]
        ends = np.cumsum(sizes).tolist()
        parts = {
            k: arrays[-1][end - size : end].reshape(self.shapes[k])
            for k, size, end in zip(self.small, sizes, ends, strict=True)
        }
        large = iter(arrays[:-1])
        return [parts[k] if k in parts else next(large) for k in range(len(self.shapes))]

    def variables(self, variables: Sequence[Any]) -> list[Any]:
        """Variables of the packed shapes, for an optimizer to be built on."""
        if not self.small:
            return list(variables)
        large = [variable for k, variable in enumerate(variables) if k not in self.small]
        vector = np.concatenate([np.asarray(variables[k].value).ravel() for k in self.small])
        return [*large, keras.Variable(vector, name="packed")]


def packing_of(variables: Sequence[Any], optimizer: Any) -> Packing:
    """Packing of trainable variables that the optimizer allows.

    None with norms over single arrays, gradients gathered over steps, averages kept by the
    optimizer, arrays that are not float32, or an optimizer that looks at shapes.
    """
    shapes = tuple(tuple(variable.shape) for variable in variables)
    small = tuple(
        k
        for k, variable in enumerate(variables)
        if np.prod(shapes[k]) <= _SMALL and variable.dtype == "float32"
    )
    own = type(optimizer).__module__.startswith("keras.") and type(optimizer).__name__ in _ALIKE
    alike = own and not optimizer.use_ema and not optimizer.built
    if not alike or len(small) < 2 or any(getattr(optimizer, name, None) for name in _NOT_ALIKE):
        return Packing(shapes)
    return Packing(shapes, small)
