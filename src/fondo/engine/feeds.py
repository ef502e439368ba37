"""Rows for one epoch, as chunks on the device: all at once, or some at a time.

Both ways visit the same rows in the same batches, so they give the same numbers.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from fondo.backend import jax
from fondo.engine.examples import Array, Block, Examples, Source
from fondo.engine.programs import Chunk, bucket

CHUNK_BYTES = 1 << 25  # rows sent to the device at a time, where they do not fit at once


class Feed(Protocol):
    """Where an epoch's chunks come from; all have one shape."""

    n_rows: int

    def chunks(self, seed: int | None, epoch: int) -> Iterator[Chunk]:
        """Chunks of one epoch: in stored order (seed None), or shuffled by seed and epoch."""


def make_feed(source: Source, batch_size: int, memory_budget: int | None) -> Feed:
    """Feed that keeps all rows on the device where they fit the budget (bytes; None: always)."""
    from fondo.engine.stream import BlockFeed, RowFeed

    if not isinstance(source, Examples):
        return BlockFeed(source, batch_size, memory_budget)
    if memory_budget is not None and source.nbytes > memory_budget:
        return RowFeed(source, batch_size, memory_budget)
    return WholeFeed(source, batch_size)


class WholeFeed:
    """All rows on the device for good; an epoch is one chunk with another order of visits."""

    def __init__(self, examples: Examples, batch_size: int) -> None:
        self.n_rows, self.batch_size = examples.n_rows, batch_size
        self.limit = bucket(-(-self.n_rows // batch_size))  # steps
        filler = np.arange(self.limit * batch_size) % self.n_rows
        self._data: Block = jax.device_put(examples.take(filler))
        self._drawn: tuple[tuple[int | None, int], Array] | None = None  # (seed, epoch), its grid

    def chunks(self, seed: int | None, epoch: int) -> Iterator[Chunk]:
        """The one chunk of an epoch; the next order is drawn while the device works on it."""
        yield Chunk(self._data, self._grid_of(seed, epoch), self.n_rows)
        if seed is not None:
            self._drawn = (seed, epoch + 1), self._draw(seed, epoch + 1)

    def _grid_of(self, seed: int | None, epoch: int) -> Array:
        if self._drawn is None or self._drawn[0] != (seed, epoch):
            self._drawn = (seed, epoch), self._draw(seed, epoch)
        return self._drawn[1]

    def _draw(self, seed: int | None, epoch: int) -> Array:
        grid = np.zeros((self.limit, self.batch_size), np.int32)
        order = epoch_order(self.n_rows, seed, epoch)
        steps = -(-self.n_rows // self.batch_size)
        grid[:steps] = filled(order, steps * self.batch_size).reshape(steps, -1)
        return grid


def epoch_order(n_rows: int, seed: int | None, epoch: int) -> Array:
    """Order in which an epoch visits the rows (n_rows,), int32; as stored where seed is None.

    Examples
    --------
    >>> epoch_order(5, None, 0)
    array([0, 1, 2, 3, 4], dtype=int32)
    >>> sorted(epoch_order(5, 7, 3).tolist())
    [0, 1, 2, 3, 4]
    """
    rows = np.arange(n_rows, dtype=np.int32)
    if seed is not None:
        draws(seed, epoch).shuffle(rows)
    return rows


def filled(order: Array, length: int) -> Array:
    """`order` brought to `length` by starting again from its beginning."""
    return np.resize(order, length)


def draws(seed: int, epoch: int) -> np.random.Generator:
    """Generator of an epoch's order; no other epoch or seed shares its numbers."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, epoch))))


def epoch_key(seed: int, epoch: int) -> Any:
    """Key (2,) uint32 of everything random in an epoch besides the order."""
    return np.random.SeedSequence((seed, epoch), spawn_key=(1,)).generate_state(2)
