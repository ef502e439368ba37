"""Convolutions and depthwise ones as slices and matrix products, for XLA on the CPU.

Which form a layer takes is decided in `convolution.form_of`. All are compositions of `jax.numpy`,
so gradients of any order, `vmap` and `jvp` work, and the gradients are products again: what XLA
makes of the weight gradient of `lax.conv` on the CPU takes hundreds of times as long as the
convolution itself.

Pictures are (batch, rows, columns, channels) throughout, channels innermost: batch innermost lets
products run faster alone, but a network spends more on turning its layers' outputs than it gains.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fondo.backend import jnp, lax

POINTS = (0.0, 1.0, -1.0, 2.0, -2.0)  # and infinity: the six points that Winograd's tiles use
TILE = len(POINTS) + 1  # cells of a tile along one axis


class Span(NamedTuple):
    """How a window moves along one axis.

    Parameters
    ----------
    size, stride, dilation : int, at least 1
        Cells of the window, cells from one place to the next, cells from one cell to the next.
    before, after : int, at least 0
        Cells of padding at either end.
    places : int
        Where the window fits.
    """

    size: int
    stride: int
    dilation: int
    before: int
    after: int
    places: int

    def cells(self, cell: int) -> slice:
        """What the window's `cell` sees, at all places, of an axis that is padded."""
        first = cell * self.dilation
        return slice(first, first + (self.places - 1) * self.stride + 1, self.stride)


def span(n: int, size: int, stride: int, padding: str, dilation: int = 1) -> Span:
    """Span of a window on an axis of n cells, padded as Keras pads.

    Parameters
    ----------
    n, size, stride, dilation : int, at least 1
        Cells of the axis and of the window, its step, and how far its cells lie apart.
    padding : {"valid", "same"}
        None, or what makes ceil(n / stride) places, the odd cell at the end.

    Returns
    -------
    span : Span
        With 0 or fewer places where the window does not fit.

    Examples
    --------
    >>> span(7, 3, 2, "same")
    Span(size=3, stride=2, dilation=1, before=1, after=1, places=4)
    """
    wide = (size - 1) * dilation + 1
    if padding == "valid":
        return Span(size, stride, dilation, 0, 0, (n - wide) // stride + 1)
    places = -(-n // stride)
    missing = max((places - 1) * stride + wide - n, 0)
    return Span(size, stride, dilation, missing // 2, missing - missing // 2, places)


def padded(x: Any, rows: Span, columns: Span, value: float = 0.0) -> Any:
    """Pictures (batch, rows, columns, channels) with their padding."""
    if not (rows.before or rows.after or columns.before or columns.after):
        return x
    ends = ((0, 0), (rows.before, rows.after), (columns.before, columns.after), (0, 0))
    return jnp.pad(x, ends, constant_values=value)


def cells(x: Any, rows: Span, columns: Span) -> list[Any]:
    """What each cell of the window sees: row by row, arrays (batch, places, places, channels)."""
    return [
        x[:, rows.cells(i), columns.cells(j)] for i in range(rows.size) for j in range(columns.size)
    ]


def by_windows(x: Any, kernel: Any, rows: Span, columns: Span) -> Any:
    """Convolution as one product: each window is a row of a matrix (im2col).

        out = windows (batch * places, size * channels) @ kernel (size * channels, filters)

    Parameters
    ----------
    x : array (batch, rows, columns, channels)
    kernel : array (size, size, channels, filters)
    rows, columns : Span
        Of the window.

    Returns
    -------
    out : array (batch, places, places, filters)
    """
    seen = cells(padded(x, rows, columns), rows, columns)
    laid = seen[0] if len(seen) == 1 else lax.optimization_barrier(jnp.concatenate(seen, -1))
    sums = laid.reshape(-1, laid.shape[-1]) @ kernel.reshape(laid.shape[-1], -1)
    return sums.reshape(*laid.shape[:-1], kernel.shape[-1])


def by_shifts(x: Any, kernel: Any, rows: Span, columns: Span) -> Any:
    """Convolution as a sum of products, one a cell of the window; no matrix of windows is made.

        out = sum over cells of x shifted (batch * places, channels) @ kernel (channels, filters)

    Parameters, result : as `by_windows`.
    """
    parts = kernel.reshape(-1, *kernel.shape[2:])
    seen = cells(padded(x, rows, columns), rows, columns)
    places = seen[0].shape[:-1]
    sums = [a.reshape(-1, a.shape[-1]) @ part for a, part in zip(seen, parts, strict=True)]
    return sum(sums[1:], sums[0]).reshape(*places, kernel.shape[-1])


class Transforms(NamedTuple):
    """Matrices of Winograd's convolution of one axis: out = outputs ((kernel k) * (inputs x))."""

    inputs: NDArray[np.float64]  # (TILE, TILE)
    kernel: NDArray[np.float64]  # (TILE, size)
    outputs: NDArray[np.float64]  # (TILE + 1 - size, TILE)


@cache
def transforms(size: int) -> Transforms:
    """Matrices for a window of `size` cells, from products of polynomials.

    Values of two polynomials at six points, multiplied point by point, are the values of their
    product, so they fix it; the transpose of that rule is the convolution.

    References
    ----------
    Lavin, Gray (2016), Fast Algorithms for Convolutional Neural Networks, section 4.1 and 4.3;
    made as in Toom and Cook's method. For a window of 3 cells this is their F(4x4, 3x3).
    """
    powers = np.vander(POINTS, TILE, increasing=True)
    vander = np.vstack([powers, np.eye(TILE)[-1]])  # (TILE, TILE), the last point at infinity
    # what is a whole number for the inputs rounds nothing; the kernel takes the rest
    scales = [math.prod(p - q for q in POINTS if q != p) for p in POINTS] + [1.0]
    inputs = np.linalg.inv(vander).T * np.asarray(scales)[:, None]

    def cut(width: int) -> NDArray[np.float64]:
        at_infinity = np.eye(width)[-1:]
        return np.vstack([powers[:, :width], at_infinity])

    kernel = cut(size) / np.asarray(scales)[:, None]
    return Transforms(np.round(inputs), kernel, cut(TILE + 1 - size).T)


def by_tiles(x: Any, kernel: Any, rows: Span, columns: Span) -> Any:
    """Convolution with fewer multiplications, tile by tile (Winograd); stride and dilation 1.

        out = S [(G kernel) * (T tiles)]    a product over channels at each cell of the tiles

    Six by six cells of the inputs give four by four outputs of a window of three by three: 36
    multiplications where the definition takes 144. Rounding is a few times that of a plain sum.

    Parameters, result : as `by_windows`.
    """
    batch, (_, _, channels, filters) = x.shape[0], kernel.shape
    a, b = transforms(rows.size), transforms(columns.size)
    step = (len(a.outputs), len(b.outputs))  # outputs of a tile along either axis
    tiles = _tiles(padded(x, rows, columns), (rows.places, columns.places), step)
    count = tiles.shape[2:5]  # batch, tiles, tiles
    seen = _apply(a.inputs, b.inputs, tiles).reshape(TILE * TILE, -1, channels)
    weights = _apply(a.kernel, b.kernel, kernel).reshape(TILE * TILE, channels, filters)
    sums = lax.dot_general(seen, weights, (((2,), (1,)), ((0,), (0,))))  # (36, tiles, filters)
    out = _apply(a.outputs, b.outputs, lax.optimization_barrier(sums))
    out = out.reshape(*step, *count, filters).transpose(2, 3, 0, 4, 1, 5)
    # each barrier keeps XLA from working out, number by number, what it should copy
    whole = out.reshape(batch, count[1] * step[0], count[2] * step[1], filters)
    whole = lax.optimization_barrier(whole)
    return lax.optimization_barrier(whole[:, : rows.places, : columns.places])


def _tiles(x: Any, places: Sequence[int], step: Sequence[int]) -> Any:
    """Overlapping tiles, their cells first: (TILE, TILE, batch, tiles, tiles, channels)."""
    batch, rows, columns, channels = x.shape
    (m, n), count = step, [-(-p // s) for p, s in zip(places, step, strict=True)]
    more = [-(-TILE // s) - 1 for s in step]  # steps that the last tile reaches beyond its own
    high, wide = (c + k for c, k in zip(count, more, strict=True))
    x = jnp.pad(x, ((0, 0), (0, high * m - rows), (0, wide * n - columns), (0, 0)))
    x = x.reshape(batch, high, m, wide, n, channels).transpose(2, 4, 0, 1, 3, 5)
    x = _overlapping(x, 0, 3, count[0])
    return lax.optimization_barrier(_overlapping(x, 1, 4, count[1]))


def _overlapping(x: Any, cell: int, tile: int, count: int) -> Any:
    """Cells of each tile along the axis `cell`, from its own step and those after it."""
    step = x.shape[cell]
    parts = []
    for first in range(0, TILE, step):
        part = lax.slice_in_dim(x, 0, min(step, TILE - first), axis=cell)
        shift = first // step
        parts.append(lax.slice_in_dim(part, shift, shift + count, axis=tile))
    return jnp.concatenate(parts, cell)


def _apply(rows: NDArray[Any], columns: NDArray[Any], x: Any) -> Any:
    """Both matrices on the two first axes of x, as one product: (cells, all the rest)."""
    matrix = np.kron(rows, columns).astype(np.float32)
    return lax.optimization_barrier(matrix @ x.reshape(matrix.shape[1], -1))


def depthwise(x: Any, kernel: Any, rows: Span, columns: Span) -> Any:
    """Depthwise convolution as a sum of products number by number, one a cell of the window.

    Parameters
    ----------
    x : array (batch, rows, columns, channels)
    kernel : array (size, size, channels, multiplier)
    rows, columns : Span
        Of the window.

    Returns
    -------
    out : array (batch, places, places, channels * multiplier)
        The outputs of one channel stand side by side.
    """
    channels, multiplier = kernel.shape[2:]
    parts = kernel.reshape(-1, channels * multiplier)
    seen = cells(padded(x, rows, columns), rows, columns)
    if multiplier > 1:
        seen = [jnp.repeat(a, multiplier, axis=-1) for a in seen]
    sums = [a * part for a, part in zip(seen, parts, strict=True)]
    return sum(sums[1:], sums[0])


Form = Callable[[Any, Any, Span, Span], Any]
FORMS: dict[str, Form] = {"windows": by_windows, "shifts": by_shifts, "tiles": by_tiles}
"""Convolutions by the name of their form."""
