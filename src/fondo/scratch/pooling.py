"""Pooling: one number for each patch, or for all places of a channel.

`pool` takes a typed-in matrix; the places of a window are in `windows`.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from fondo.errors import BadParameter, did_you_mean
from fondo.scratch.layer import Array, Layer
from fondo.scratch.windows import Size, Windows, matrix, padding_named, whole

_KINDS: Mapping[str, Callable[..., Array]] = {"max": np.max, "average": np.mean, "sum": np.sum}


def pool(values: Any, size: Size = 2, stride: Size | None = None, kind: str = "max") -> Array:
    """Largest, average or sum of each patch of a matrix.

    Parameters
    ----------
    values : matrix of numbers
    size : int or (rows, columns), default=2
        Cells of a patch.
    stride : int, (rows, columns) or None, default=None
        Cells from one patch to the next; None is the size, so that no two patches meet.
    kind : {"max", "average", "sum"}, default="max"
        What is told of a patch. Rows and columns that fill no patch are left out.

    Examples
    --------
    >>> [pool([[11, 22], [32, 65]], kind=kind).item() for kind in ("max", "average", "sum")]
    [65.0, 32.5, 130.0]
    """
    if kind not in _KINDS:
        raise BadParameter(f"pool(kind={kind!r}): {did_you_mean(str(kind), _KINDS)}")
    patch = whole("pool", "size", size, 2)
    strides = patch if stride is None else whole("pool", "stride", stride, 2)
    windows = Windows(patch, strides, (1, 1)).of_matrix("pool", matrix("pool", "values", values))
    return _KINDS[kind](windows, axis=(2, 3))


class _Pooling(Layer):
    """What the poolings share: their settings and their windows."""

    settings = ("pool_size", "strides", "padding")
    only: ClassVar[Mapping[str, Any]] = {"data_format": "channels_last"}
    rank: ClassVar[int] = 2

    def __init__(
        self,
        pool_size: Size = 2,
        strides: Size | None = None,
        padding: str = "valid",
        *,
        name: str = "",
    ) -> None:
        super().__init__(name)
        owner, rank = type(self).__name__, self.rank
        size = whole(owner, "pool_size", pool_size, rank)
        steps = size if strides is None else whole(owner, "strides", strides, rank)
        self.windows = Windows(size, steps, (1,) * rank, padding_named(owner, padding))

    def check(self, shape: tuple[int, ...]) -> None:
        self.windows.refuse_small(self, shape)


class MaxPooling2D(_Pooling):
    """Largest number of each patch, channel by channel.

        outputs = max over the patch;    dL/dinputs = dL/doutputs where the largest was, else 0

    Parameters
    ----------
    pool_size : int or (rows, columns), default=2
        Cells of a patch.
    strides : int, (rows, columns) or None, default=None
        Cells from one patch to the next; None is `pool_size`.
    padding : {"valid", "same"}, default="valid"
        "valid" leaves out cells that fill no patch; "same" takes smaller patches at the edges.

    Notes
    -----
    Where several cells are largest, the gradient goes to the first of them, row by row, as in
    Keras on JAX. `seen["chosen"]` counts the cells of a patch from 0 in that order.
    """

    formula = "outputs = largest number of each patch"

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        view = self.windows.view(self.windows.pad(x, fill=-np.inf))  # (B, *places, C, *size)
        cells = view.reshape(*view.shape[: self.rank + 2], -1)
        chosen = cells.argmax(axis=-1)
        outputs: Array = np.take_along_axis(cells, chosen[..., None], axis=-1)[..., 0]
        self.seen = {"inputs": x, "chosen": chosen, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        chosen, size = self.seen["chosen"], self.windows.size

        def part(cell: tuple[int, ...]) -> Array:
            d: Array = d_outputs[0] * (chosen == np.ravel_multi_index(cell, size))
            return d

        return self.windows.put_back(self.seen["inputs"].shape, part)


class AveragePooling2D(_Pooling):
    """Average of each patch, channel by channel; settings as in `MaxPooling2D`.

        outputs = sum over the patch / cells;    dL/dinputs = dL/doutputs / cells

    Notes
    -----
    With padding "same" a patch at the edge is divided by the cells it has, as in Keras.
    """

    formula = "outputs = average of each patch"

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        inside = tuple(range(-self.rank, 0))
        ones = self.windows.pad(np.ones((1, *x.shape[1:-1], 1)))
        self._cells = self.windows.view(ones).sum(axis=inside)  # (1, *places, 1)
        outputs: Array = self.windows.view(self.windows.pad(x)).sum(axis=inside) / self._cells
        self.seen = {"inputs": x, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        share = d_outputs[0] / self._cells
        return self.windows.put_back(self.seen["inputs"].shape, lambda _: share)


class MaxPooling1D(MaxPooling2D):
    """Largest number of each stretch of a series (batch, steps, channels)."""

    rank = 1


class AveragePooling1D(AveragePooling2D):
    """Average of each stretch of a series (batch, steps, channels)."""

    rank = 1


class GlobalAveragePooling2D(Layer):
    """Average over all places: (batch, rows, columns, channels) -> (batch, channels).

    Parameters
    ----------
    keepdims : bool, default=False
        Whether the axes of the places stay, with length 1.
    """

    formula = "outputs = average of each channel over all places"
    settings = ("keepdims",)
    only: ClassVar[Mapping[str, Any]] = {"data_format": "channels_last"}
    rank: ClassVar[int] = 2

    def __init__(self, *, keepdims: bool = False, name: str = "") -> None:
        super().__init__(name)
        self.keepdims = keepdims
        self._places = tuple(range(1, self.rank + 1))

    def check(self, shape: tuple[int, ...]) -> None:
        if len(shape) != self.rank + 2 or 0 in shape:
            raise self.wrong(f"(batch, {'places, ' * self.rank}channels)", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        outputs: Array = inputs[0].mean(axis=self._places, keepdims=self.keepdims)
        self.seen = {"inputs": inputs[0], "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        shape = self.seen["inputs"].shape
        return np.broadcast_to(self._wide(d_outputs[0]) / math.prod(shape[1:-1]), shape)

    def _wide(self, array: Array) -> Array:
        """Outputs, or their gradient, with an axis of length 1 for each that was pooled away."""
        return array.reshape(len(array), *(1,) * self.rank, array.shape[-1])


class GlobalMaxPooling2D(GlobalAveragePooling2D):
    """Largest number over all places: (batch, rows, columns, channels) -> (batch, channels).

    Notes
    -----
    Where several cells are largest they share the gradient equally, as in Keras on JAX, and
    unlike `MaxPooling2D`.
    """

    formula = "outputs = largest number of each channel over all places"

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        outputs: Array = inputs[0].max(axis=self._places, keepdims=self.keepdims)
        self.seen = {"inputs": inputs[0], "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        largest = self.seen["inputs"] == self._wide(self.seen["outputs"])
        share = largest / largest.sum(axis=self._places, keepdims=True)
        d_inputs: Array = self._wide(d_outputs[0]) * share
        return d_inputs


class GlobalAveragePooling1D(GlobalAveragePooling2D):
    """Average over all steps: (batch, steps, channels) -> (batch, channels)."""

    rank = 1


class GlobalMaxPooling1D(GlobalMaxPooling2D):
    """Largest number over all steps: (batch, steps, channels) -> (batch, channels)."""

    rank = 1
