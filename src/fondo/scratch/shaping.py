"""Layers that only rearrange, mask or combine numbers.

The layers with weights are in `dense`, `convolution`, `recurrent` and `embedding`.
"""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from fondo.errors import BadParameter
from fondo.scratch.layer import Array, Layer


class Flatten(Layer):
    """Every row as one line of numbers: (batch, ...) -> (batch, features)."""

    formula = "outputs = inputs, row by row in one line"

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        outputs = x.reshape(len(x), -1)
        self.seen = {"inputs": x, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        return d_outputs[0].reshape(self.seen["inputs"].shape)


class Reshape(Flatten):
    """Every row in another shape: (batch, ...) -> (batch, *target_shape); -1 is worked out.

    Parameters
    ----------
    target_shape : sequence of int
        Without the batch.
    """

    formula = "outputs = inputs, in another shape"
    settings = ("target_shape",)

    def __init__(self, target_shape: Sequence[int], *, name: str = "") -> None:
        super().__init__(name)
        self.target_shape = tuple(target_shape)

    def check(self, shape: tuple[int, ...]) -> None:
        known = math.prod(n for n in self.target_shape if n != -1)
        size = math.prod(shape[1:])
        if size % known or (-1 not in self.target_shape and size != known):
            raise self.wrong(f"(batch, ...) of {known} numbers a row", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        outputs = x.reshape(len(x), *self.target_shape)
        self.seen = {"inputs": x, "outputs": outputs}
        return outputs


class Dropout(Layer):
    """Silence each input with chance `rate` while training, and make up for it at once.

        training: outputs = inputs * mask / (1 - rate);    otherwise outputs = inputs

    Parameters
    ----------
    rate : float in [0, 1)
        Share that is silenced.
    noise_shape : sequence of int or None, default=None
        Shape of the mask, 1 where an axis shares it and None where it follows the inputs.

    Notes
    -----
    Inverted dropout: dividing while training keeps the expected sum, so nothing is scaled when
    the network answers. The same mask goes both ways.

    References
    ----------
    Srivastava et al. (2014), Dropout, section 10: the paper scales the weights at test time
    instead.
    """

    formula = "answering: outputs = inputs;  training: inputs * mask / (1 - rate)"
    settings = ("rate", "noise_shape")

    def __init__(
        self, rate: float, *, noise_shape: Sequence[int | None] | None = None, name: str = ""
    ) -> None:
        super().__init__(name)
        if not 0 <= rate < 1:
            raise BadParameter(f"Dropout(rate={rate}): rate must be at least 0 and below 1.")
        self.rate, self.noise_shape = rate, noise_shape

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        self.seen = {"inputs": x}
        outputs = x
        if training and self.rate:
            wanted = self.noise_shape or x.shape
            shape = [n if m is None else m for n, m in zip(x.shape, wanted, strict=True)]
            self.seen["mask"] = (self.random.random(shape) >= self.rate) / (1 - self.rate)
            outputs = x * self.seen["mask"]
        self.seen["outputs"] = outputs
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        return d_outputs[0] * self.seen.get("mask", 1.0)


class Rescaling(Layer):
    """Inputs times `scale` plus `offset`, such as pixels from 0 to 255 brought to 0 to 1."""

    formula = "outputs = inputs * scale + offset"
    settings = ("scale", "offset")

    def __init__(self, scale: float, offset: float = 0.0, *, name: str = "") -> None:
        super().__init__(name)
        self.scale, self.offset = scale, offset

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        outputs = inputs[0] * self.scale + self.offset
        self.seen = {"inputs": inputs[0], "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        return d_outputs[0] * self.scale


class Concatenate(Layer):
    """Several inputs side by side along one axis; going back, each gets its own piece.

    Parameters
    ----------
    axis : int, default=-1
        All other axes must agree.
    """

    formula = "outputs = inputs side by side"
    settings = ("axis",)

    def __init__(self, axis: int = -1, *, name: str = "") -> None:
        super().__init__(name)
        self.axis = axis

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        try:
            outputs: Array = np.concatenate(inputs, axis=self.axis)
        except ValueError:
            raise self.wrong(
                f"{inputs[0].shape} but for axis {self.axis}", next(_odd(inputs)).shape
            ) from None
        self.seen = {f"inputs {k}": x for k, x in enumerate(inputs)} | {"outputs": outputs}
        self._ends = np.cumsum([x.shape[self.axis] for x in inputs])[:-1]
        return outputs

    def backward(self, *d_outputs: Array) -> tuple[Array, ...]:
        return tuple(np.split(d_outputs[0], self._ends, axis=self.axis))


def _odd(inputs: tuple[Array, ...]) -> Any:
    """Inputs that differ from the first in more than a length."""
    return (x for x in inputs[1:] if x.shape != inputs[0].shape)


class Add(Layer):
    """Sum of several inputs of one shape: the shortcut of a residual network."""

    formula = "outputs = sum of the inputs"
    only: ClassVar[dict[str, Any]] = {}

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        for x in inputs[1:]:
            if x.shape != inputs[0].shape:
                raise self.wrong(f"{inputs[0].shape}, as the first", x.shape)
        outputs = sum(inputs[1:], inputs[0])
        self.seen = {f"inputs {k}": x for k, x in enumerate(inputs)} | {"outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> tuple[Array, ...]:
        return (d_outputs[0],) * (len(self.seen) - 1)
