"""The places of a window slid over images and series; convolution and pooling stand on them.

What is computed at each place is in `convolution` and `pooling`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.scratch.layer import Array, Layer

Cells = tuple[int, ...]
Size = int | Sequence[int]


@dataclass(frozen=True)
class Windows:
    """The places of a window on the axes between batch and channels: (batch, ..., channels).

    Parameters
    ----------
    size, strides, dilation : tuple of int, one an axis
        Cells of the window, cells from one place to the next, cells from one cell to the next.
    padding : {"valid", "same", "causal"}
        "valid": no padding. "same": edge cells are added so that stride 1 keeps the size; of an
        odd number the extra one comes at the bottom or right. "causal": all before the start.
    """

    size: Cells
    strides: Cells
    dilation: Cells
    padding: str = "valid"

    @property
    def reach(self) -> Cells:
        """Cells from the first to the last of the window, those between included."""
        return tuple((f - 1) * r + 1 for f, r in zip(self.size, self.dilation, strict=True))

    @property
    def least(self) -> Cells:
        """Cells that inputs need for a single place."""
        return self.reach if self.padding == "valid" else (1,) * len(self.size)

    def edges(self, shape: Cells) -> list[tuple[int, int]]:
        """Cells to add before and after each axis of inputs (batch, ..., channels)."""
        if self.padding == "valid":
            return [(0, 0) for _ in self.size]
        if self.padding == "causal":
            return [(f - 1, 0) for f in self.reach]
        totals = [
            max((math.ceil(n / s) - 1) * s + f - n, 0)
            for n, f, s in zip(shape[1:-1], self.reach, self.strides, strict=True)
        ]
        return [(total // 2, total - total // 2) for total in totals]

    def pad(self, x: Array, fill: float = 0.0) -> Array:
        """Inputs with their edge cells; the inputs themselves where there are none."""
        edges = self.edges(x.shape)
        if not np.any(edges):
            return x
        return np.pad(x, [(0, 0), *edges, (0, 0)], constant_values=fill)

    def view(self, padded: Array) -> Array:
        """What lies under the window at each place: (batch, *places, channels, *size), no copy."""
        axes = tuple(range(1, padded.ndim - 1))
        found = np.lib.stride_tricks.sliding_window_view(padded, self.reach, axes)
        places = [slice(None, None, s) for s in self.strides]
        cells = [slice(None, None, r) for r in self.dilation]
        return found[:, *places, :, *cells]

    def put_back(self, shape: Cells, part: Callable[[Cells], Array]) -> Array:
        """Gradient of the inputs, from what each cell of the window has to give back.

        Parameters
        ----------
        shape : tuple of int
            Of the inputs: (batch, ..., channels).
        part : function of a cell's index in the window
            Gives (batch, *places, channels). The only loop is over these cells, never over those
            of an image.
        """
        edges = self.edges(shape)
        cells = [n + before + after for n, (before, after) in zip(shape[1:-1], edges, strict=True)]
        padded = np.zeros((shape[0], *cells, shape[-1]))
        for cell in np.ndindex(*self.size):
            given = part(cell)
            padded[:, *self._where(cell, given.shape[1:-1])] += given
        inner = [
            slice(before, before + n) for n, (before, _) in zip(shape[1:-1], edges, strict=True)
        ]
        return padded[:, *inner]

    def _where(self, cell: Cells, places: Cells) -> list[slice]:
        """Padded inputs that a cell of the window lies on, from its first place to its last."""
        starts = [c * r for c, r in zip(cell, self.dilation, strict=True)]
        ends = [k + s * (n - 1) + 1 for k, s, n in zip(starts, self.strides, places, strict=True)]
        return [slice(*each) for each in zip(starts, ends, self.strides, strict=True)]

    def refuse_small(self, layer: Layer, shape: Cells, channels: int | None = None) -> None:
        """Refuse inputs with other axes or channels, or too small for a single place."""
        least = self.least
        fits = len(shape) == len(least) + 2 and channels in (None, shape[-1])
        if not fits or any(n < m for n, m in zip(shape[1:-1], least, strict=True)):
            sizes = ", ".join(f"at least {n}" for n in least)
            raise layer.wrong(f"(batch, {sizes}, {channels or 'channels'})", shape)

    def of_matrix(self, owner: str, values: Array) -> Array:
        """Windows of one matrix: (places, places, *size)."""
        if any(n < m for n, m in zip(values.shape, self.least, strict=True)):
            raise BadData(
                f"{owner}: a window of {self.size} does not fit into {values.shape}. "
                "Take a smaller one, or padding 'same'."
            )
        found: Array = self.view(self.pad(values[None, :, :, None]))[0, :, :, 0]
        return found


def whole(owner: str, argument: str, value: Any, rank: int) -> Cells:
    """One whole number an axis, each at least 1, from one number or a sequence."""
    values = tuple(value) if isinstance(value, Sequence) else (value,) * rank
    if len(values) != rank or not all(isinstance(n, int | np.integer) and n > 0 for n in values):
        many = "a whole number" if rank == 1 else f"one or {rank} whole numbers"
        raise BadParameter(f"{owner}({argument}={value!r}): must be {many} of at least 1.")
    return tuple(int(n) for n in values)


def padding_named(owner: str, padding: Any, known: Sequence[str] = ("valid", "same")) -> str:
    """The padding, where it is known."""
    if padding not in known:
        raise BadParameter(
            f"{owner}(padding={padding!r}): 'valid' adds no cells, 'same' adds cells that keep the "
            f"size. {did_you_mean(str(padding), known)}"
        )
    return str(padding)


def matrix(owner: str, argument: str, values: Any) -> Array:
    """Typed-in numbers as a matrix of float64; refuses anything else."""
    try:
        found = np.asarray(values, float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.size == 0 or not np.isfinite(found).all():
        raise BadData(
            f"{owner}({argument}): must be a matrix of finite numbers, its rows of one length."
        )
    return found
