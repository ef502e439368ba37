"""Convolution: a small window of weights slid over an image or a series.

`correlate`, `convolve` and `partial_sums` take typed-in matrices; pooling is in `pooling`, the
places of a window in `windows`.
"""

import math
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from fondo.errors import BadParameter
from fondo.scratch.activations import ACTIVATIONS, activation_named
from fondo.scratch.initialisers import draw
from fondo.scratch.layer import Array, Layer
from fondo.scratch.windows import Size, Windows, matrix, padding_named, whole


def output_size(n: int, f: int, p: int = 0, s: int = 1) -> int:
    """Places for a window of f cells on n cells, with p more at either end, s apart.

        floor((n + 2p - f) / s) + 1

    References
    ----------
    Dumoulin, Visin (2016), A guide to convolution arithmetic for deep learning, relationship 6.

    Examples
    --------
    >>> output_size(28, 5), output_size(28, 5, p=2), output_size(227, 11, s=4)
    (24, 28, 55)
    """
    if min(f, s) < 1 or p < 0 or f > n + 2 * p:
        raise BadParameter(
            f"output_size(n={n}, f={f}, p={p}, s={s}): f and s must be at least 1, p at least 0, "
            "and the window must fit: f at most n + 2p."
        )
    return (n + 2 * p - f) // s + 1


class PartialSums(NamedTuple):
    """A convolution, place by place: at [i, j] the window, its products and their sum."""

    windows: Array  # (H, W, h, w)
    products: Array  # (H, W, h, w)
    sums: Array  # (H, W)


def partial_sums(image: Any, kernel: Any, stride: Size = 1, padding: str = "valid") -> PartialSums:
    """Every window of a matrix, times the kernel number by number, and the sums.

    Parameters
    ----------
    image, kernel : matrix of numbers, array or nested lists
    stride : int or (rows, columns), default=1
        Cells from one place to the next.
    padding : {"valid", "same"}, default="valid"
        No padding, or zeros that keep the size at stride 1; books that have it the other way
        round swap the names.

    Examples
    --------
    >>> found = partial_sums([[1, 2, 5], [3, 4, 6]], [[1, 2], [3, 4]])
    >>> found.products[0, 0].tolist(), found.sums.tolist()
    ([[1.0, 4.0], [9.0, 16.0]], [[30.0, 48.0]])
    """
    owner = "partial_sums"
    kernel, strides = matrix(owner, "kernel", kernel), whole(owner, "stride", stride, 2)
    places = Windows(kernel.shape, strides, (1, 1), padding_named(owner, padding))
    windows = places.of_matrix(owner, matrix(owner, "image", image))
    products = windows * kernel
    return PartialSums(windows, products, products.sum(axis=(2, 3)))


def correlate(image: Any, kernel: Any, stride: Size = 1, padding: str = "valid") -> Array:
    """What networks call convolution: the kernel is slid as it is, see `partial_sums`.

        out[i, j] = sum over a, b of image[i s + a, j s + b] kernel[a, b]

    Examples
    --------
    >>> correlate(np.arange(1, 17).reshape(4, 4), [[1, 2], [3, 4]], stride=2).tolist()
    [[44.0, 64.0], [124.0, 144.0]]
    """
    return partial_sums(image, kernel, stride, padding).sums


def convolve(image: Any, kernel: Any, stride: Size = 1, padding: str = "valid") -> Array:
    """What mathematics calls convolution: the kernel is turned by half a turn, then slid.

    Examples
    --------
    >>> convolve(np.arange(1, 17).reshape(4, 4), [[1, 2], [3, 4]])[0].tolist()
    [26.0, 36.0, 46.0]
    """
    return correlate(image, matrix("convolve", "kernel", kernel)[::-1, ::-1], stride, padding)


class Conv2D(Layer):
    """Filters slid over an image: the same small sum of products at every place.

        sums = windows(inputs) W + b;    outputs = f(sums)
        dL/dW = windows' dL/dsums;  dL/db = sum over places;  dL/dinputs: W', put back by place

    Parameters
    ----------
    filters : int, at least 1
        Channels of the outputs.
    kernel_size, strides, dilation_rate : int or (rows, columns)
        The window, its step, and how far its cells lie apart.
    padding : {"valid", "same"}, default="valid"
        See `Windows`; Conv1D has "causal" too: no place sees what comes after it.
    activation, use_bias, initialiser, l1, l2
        As in `Dense`.

    Notes
    -----
    (batch, rows, columns, channels) -> (batch, places, places, filters); W is (*kernel_size,
    channels, filters). The windows are laid out as rows of a matrix, one a place, so that all of
    it is one product; that takes rows * columns as much memory as the inputs.
    """

    formula = "sums = windows of inputs, each times W + b;  outputs = f(sums)"
    settings = (
        "filters", "kernel_size", "strides", "padding", "dilation_rate", "activation", "use_bias",
    )  # fmt: skip
    only: ClassVar[Mapping[str, Any]] = {"groups": 1, "data_format": "channels_last"}
    rank: ClassVar[int] = 2
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")

    def __init__(
        self,
        filters: int,
        kernel_size: Size,
        strides: Size = 1,
        padding: str = "valid",
        activation: str | None = None,
        *,
        dilation_rate: Size = 1,
        use_bias: bool = True,
        initialiser: str = "glorot",
        l1: float = 0.0,
        l2: float = 0.0,
        name: str = "",
    ) -> None:
        super().__init__(name)
        owner = type(self).__name__
        (self.filters,) = whole(owner, "filters", filters, 1)
        self.windows = Windows(
            whole(owner, "kernel_size", kernel_size, self.rank),
            whole(owner, "strides", strides, self.rank),
            whole(owner, "dilation_rate", dilation_rate, self.rank),
            padding_named(owner, padding, self.paddings),
        )
        self.use_bias, self.initialiser = use_bias, initialiser
        self.activation = activation_named(activation, self.name)
        if l1 or l2:
            self.penalties["kernel"] = (l1, l2)

    def build(self, shape: tuple[int, ...]) -> None:
        kernel = (*self.windows.size, shape[-1], self.filters)
        self.weights["kernel"] = draw(self.initialiser, kernel, self.random)
        if self.use_bias:
            self.weights["bias"] = np.zeros(self.filters)

    def check(self, shape: tuple[int, ...]) -> None:
        self.windows.refuse_small(self, shape, self.weights["kernel"].shape[-2])

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        padded = self.windows.pad(x)
        view = np.moveaxis(self.windows.view(padded), self.rank + 1, -1)  # (B, *places, *size, C)
        places, cells = view.shape[: self.rank + 1], view.shape[self.rank + 1 :]
        self._rows = view.reshape(-1, math.prod(cells))  # (B * places, size * C), a copy
        sums = self._rows @ self.weights["kernel"].reshape(-1, self.filters)
        sums = sums.reshape(*places, self.filters)
        if self.use_bias:
            sums = sums + self.weights["bias"]
        outputs, self._pullback = ACTIVATIONS[self.activation](sums)
        added = {} if padded is x else {"padded": padded}
        self.seen = {"inputs": x, **added, "sums": sums, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        kernel, shape = self.weights["kernel"], self.seen["inputs"].shape
        d_sums = self._pullback(d_outputs[0])
        flat = d_sums.reshape(-1, self.filters)  # (B * places, filters)
        self.gradients["kernel"] = (self._rows.T @ flat).reshape(kernel.shape)
        if self.use_bias:
            self.gradients["bias"] = flat.sum(axis=0)
        d_rows = flat @ kernel.reshape(-1, self.filters).T
        d_view = d_rows.reshape(*d_sums.shape[:-1], *kernel.shape[:-1])  # (B, *places, *size, C)
        every = (slice(None),) * (self.rank + 1)
        return self.windows.put_back(shape, lambda cell: d_view[every + cell])


class Conv1D(Conv2D):
    """Filters slid along a series: (batch, steps, channels) -> (batch, places, filters).

    As `Conv2D`, with one axis; padding "causal" is known here alone.
    """

    rank = 1
    paddings = ("valid", "same", "causal")
