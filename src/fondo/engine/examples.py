"""Rows to learn from: arrays in memory, or a source that is read from disk block by block.

How files become these arrays is the business of `data`; nothing here knows tables or pictures.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from fondo.errors import BadData

Array = np.ndarray[Any, Any]
Inputs = dict[str, Array]
Block = tuple[Inputs, Array, Array]
"""(inputs, target (rows, ...), weight (rows,)): rows of equal number, in one order."""

PLAIN = "inputs"  # key given to inputs that are one array without a name


class Examples:
    """Inputs, target and weight of rows that fit in memory.

    Parameters
    ----------
    inputs : mapping of str to array (rows, ...), or one array (rows, ...)
        What the network reads. Floating numbers become float32, whole ones int32, flags float32;
        unsigned bytes, such as pixels, stay what they are.
    target : array (rows, ...)
        Whole numbers (class codes) become int32, others float32.
    weight : array (rows,) or None, default=None
        Importance of each row, finite and at least 0; None counts every row once.

    Raises
    ------
    BadData
        There are no rows, the arrays disagree about their number, or a weight is negative or
        not finite.

    Examples
    --------
    >>> examples = Examples(np.zeros((3, 2)), np.array([0, 1, 1]))
    >>> examples.n_rows, examples.target.dtype.name, examples.nbytes
    (3, 'int32', 48)
    """

    def __init__(
        self, inputs: Mapping[str, Array] | Array, target: Array, weight: Array | None = None
    ) -> None:
        self.inputs = named_inputs(inputs)
        self.target = target_type(np.asarray(target))
        self.n_rows = count_rows({**self.inputs, "target": self.target})
        if weight is None:
            weight = np.ones(self.n_rows, np.float32)
        self.weight: Array = np.asarray(weight, np.float32)
        _check_weight(self.weight, self.n_rows)

    @property
    def nbytes(self) -> int:
        """Size of all arrays together. Bytes."""
        arrays = [*self.inputs.values(), self.target, self.weight]
        return sum(array.nbytes for array in arrays)

    @property
    def arrays(self) -> Block:
        """(inputs, target, weight)."""
        return self.inputs, self.target, self.weight

    def weighed(self, weight: Array | None) -> "Examples":
        """The same arrays, not copied, with other weights (rows,); None counts every row once."""
        if weight is None and not np.any(self.weight != 1):
            return self
        return Examples(self.inputs, self.target, weight)

    def take(self, rows: Array) -> Block:
        """Chosen rows, in the order asked for; a row may be asked for twice."""
        inputs = {name: array[rows] for name, array in self.inputs.items()}
        return inputs, self.target[rows], self.weight[rows]


@runtime_checkable
class Streamed(Protocol):
    """A source of rows that need not fit in memory.

    Attributes
    ----------
    n_rows : int
        Rows in all.
    """

    n_rows: int

    def blocks(self, generator: np.random.Generator | None) -> Iterator[Block]:
        """Every row once, in blocks of any size: as stored (None), or shuffled by `generator`."""


Source = Examples | Streamed


def named_inputs(inputs: Mapping[str, Array] | Array) -> Inputs:
    """Inputs by name, in the types the device computes in; one bare array is called "inputs"."""
    named = inputs if isinstance(inputs, Mapping) else {PLAIN: inputs}
    return {name: on_device_type(np.asarray(array)) for name, array in named.items()}


def on_device_type(array: Array) -> Array:
    """The array as float32, or int32 for whole numbers; bytes take a quarter of that and stay."""
    return array if array.dtype == np.uint8 else target_type(array)


def target_type(array: Array) -> Array:
    """The array as float32, or int32 for whole numbers."""
    wanted = np.int32 if np.issubdtype(array.dtype, np.integer) else np.float32
    return array.astype(wanted, copy=False)


def count_rows(arrays: Mapping[str, Array]) -> int:
    """Number of rows that all arrays share; BadData where they differ or there are none."""
    shapes = {name: array.shape for name, array in arrays.items()}
    counts = {shape[0] if shape else 0 for shape in shapes.values()}
    if len(counts) != 1:
        raise BadData(f"Examples: all arrays must have the same number of rows. Found {shapes}.")
    (rows,) = counts
    if rows == 0:
        raise BadData(f"Examples: there must be at least one row. Found {shapes}.")
    return int(rows)


def _check_weight(weight: Array, n_rows: int) -> None:
    if weight.shape != (n_rows,):
        raise BadData(f"Examples(weight): shape must be {(n_rows,)}. Found {weight.shape}.")
    wrong = np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))
    if wrong.size:
        raise BadData(
            f"Examples(weight): row {wrong[0]} has weight {weight[wrong[0]]}. "
            "Weights must be finite and at least 0."
        )
    if not weight.any():
        raise BadData("Examples(weight): every row has weight 0. Give at least one row some.")
