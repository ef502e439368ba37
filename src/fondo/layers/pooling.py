"""Keras' pooling of pictures, computed on the CPU by slices instead of moving windows.

The gradient that XLA makes of a moving window's maximum is very slow on the CPU.
"""

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.backend import jnp, keras_class
from fondo.layers.base import serializable
from fondo.layers.convolution import covered, has_places, spans
from fondo.layers.convolution_forms import Span, cells, padded

_KerasMaxPooling2D: Any = keras_class("layers", "MaxPooling2D")
_KerasAveragePooling2D: Any = keras_class("layers", "AveragePooling2D")

FEW_CELLS = 9  # of a window, that are compared at once; more go along rows, then along columns
WIDEST = 16  # cells of a window along an axis; each is an array of its own in the program


@serializable
class MaxPooling2D(_KerasMaxPooling2D):  # type: ignore[misc]
    """Keras' MaxPooling2D: the largest number of each window, channel by channel.

    Notes
    -----
    (batch, rows, columns, channels) -> (batch, places, places, channels), arguments and
    configuration of `keras.layers.MaxPooling2D`. Where numbers tie, the whole gradient goes to the
    first of them, row by row, as in Keras on JAX; a not-a-number in a window is its maximum. Where
    `convolution.covered` says no, or for windows of more than `WIDEST` cells along an axis, it is
    Keras' own.
    """

    def call(self, inputs: Any) -> Any:
        """(batch, rows, columns, channels) -> (batch, places, places, channels)."""
        both = _spans(inputs, self)
        return super().call(inputs) if both is None else largest(inputs, *both)


@serializable
class AveragePooling2D(_KerasAveragePooling2D):  # type: ignore[misc]
    """Keras' AveragePooling2D: the mean of each window, channel by channel.

    Notes
    -----
    As `MaxPooling2D`; cells of padding do not count.
    """

    def call(self, inputs: Any) -> Any:
        """(batch, rows, columns, channels) -> (batch, places, places, channels)."""
        both = _spans(inputs, self)
        return super().call(inputs) if both is None else mean(inputs, *both)


def largest(x: Any, rows: Span, columns: Span) -> Any:
    """Maximum of each window (batch, places, places, channels); ties go to the first cell."""
    x = padded(x, rows, columns, -np.inf)
    if rows.size * columns.size <= FEW_CELLS:
        return reduce(_first, cells(x, rows, columns))
    # the first along each row of the window, then the first of those: the same cell
    x = reduce(_first, [x[:, :, columns.cells(j)] for j in range(columns.size)])
    return reduce(_first, [x[:, rows.cells(i)] for i in range(rows.size)])


def mean(x: Any, rows: Span, columns: Span) -> Any:
    """Mean of each window over the cells that are no padding."""
    counts = np.outer(_counts(x.shape[1], rows), _counts(x.shape[2], columns))
    x = padded(x, rows, columns)
    x = sum(x[:, :, columns.cells(j)] for j in range(columns.size))
    x = sum(x[:, rows.cells(i)] for i in range(rows.size))
    return x * (1 / counts).astype(np.float32)[:, :, None]


def _first(a: Any, b: Any) -> Any:
    """The larger of two, the first where they are equal; where one is no number, that one."""
    # only what is no number differs from itself
    return jnp.where((a >= b) | (a != a), a, b)


def _counts(n: int, axis: Span) -> NDArray[Any]:
    """Cells of an axis of n that the window sees at each place, padding left out."""
    inside = np.pad(np.ones(n), (axis.before, axis.after))
    seen: NDArray[Any] = np.sum([inside[axis.cells(k)] for k in range(axis.size)], axis=0)
    return seen


def _spans(inputs: Any, layer: Any) -> tuple[Span, Span] | None:
    """The window's spans; None where Keras' own layer is to be used."""
    if not covered(inputs, layer) or max(layer.pool_size) > WIDEST:
        return None
    both = spans(inputs.shape, layer, layer.pool_size)
    return both if has_places(both) else None
