"""Feeds for rows that do not fit on the device: read ahead, sent a chunk of steps at a time.

Reading files is the business of `data`; a source there offers blocks, cut to chunks here.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from fondo.backend import jax
from fondo.engine.examples import (
    Array,
    Block,
    Examples,
    Streamed,
    count_rows,
    on_device_type,
    target_type,
)
from fondo.engine.feeds import CHUNK_BYTES, draws, epoch_order, filled
from fondo.engine.programs import Chunk, bucket
from fondo.errors import BadData


class RowFeed:
    """Rows in memory, gathered on the host; visits and numbers are those of `WholeFeed`."""

    def __init__(self, examples: Examples, batch_size: int, memory_budget: int) -> None:
        self.n_rows, self.batch_size = examples.n_rows, batch_size
        self._examples = examples
        row_bytes = examples.nbytes / examples.n_rows
        self.limit = chunk_steps(row_bytes, self.n_rows, batch_size, memory_budget)
        self._grid = _grid(self.limit, batch_size)

    def chunks(self, seed: int | None, epoch: int) -> Iterator[Chunk]:
        """Chunks of one epoch, each prepared while the one before is computed."""
        return prefetched(self._chunks(epoch_order(self.n_rows, seed, epoch)))

    def _chunks(self, order: Array) -> Iterator[Chunk]:
        batch = self.batch_size
        steps = -(-self.n_rows // batch)
        rows = filled(order, steps * batch)  # the last batch is filled as in `WholeFeed`
        for first in range(0, steps, self.limit):
            part = filled(rows[first * batch : (first + self.limit) * batch], self.limit * batch)
            real = min(self.limit * batch, self.n_rows - first * batch)
            data: Block = jax.device_put(self._examples.take(part))
            yield Chunk(data, self._grid, real, first)


class BlockFeed:
    """Blocks of a streamed source, cut anew to chunks of whole steps."""

    def __init__(self, source: Streamed, batch_size: int, memory_budget: int | None) -> None:
        self.n_rows, self.batch_size = source.n_rows, batch_size
        self._source = source
        sample = _typed(next(iter(source.blocks(None)), None))
        row_bytes = sum(array.nbytes for array in jax.tree.leaves(sample)) / len(sample[1])
        self.limit = chunk_steps(row_bytes, self.n_rows, batch_size, memory_budget)
        self._grid = _grid(self.limit, batch_size)

    def chunks(self, seed: int | None, epoch: int) -> Iterator[Chunk]:
        """Chunks of one epoch, each prepared while the one before is computed."""
        blocks = self._source.blocks(None if seed is None else draws(seed, epoch))
        return prefetched(self._chunks(blocks))

    def _chunks(self, blocks: Iterable[Block]) -> Iterator[Chunk]:
        size, first = self.limit * self.batch_size, 0
        for block in recut(map(_typed, blocks), size):
            real = len(block[1])
            if real < size:
                rows = filled(np.arange(real), size)
                block = jax.tree.map(lambda array, rows=rows: array[rows], block)
            yield Chunk(jax.device_put(block), self._grid, real, first)
            first += self.limit


def chunk_steps(row_bytes: float, n_rows: int, batch_size: int, budget: int | None) -> int:
    """Steps a chunk: a power of two whose rows take at most a quarter of the budget.

    Two chunks are on the device, one is being made and one waits, hence the quarter.

    Examples
    --------
    >>> chunk_steps(row_bytes=100, n_rows=10**6, batch_size=256, budget=10**6)
    8
    """
    room = min(CHUNK_BYTES, budget // 4) if budget is not None else CHUNK_BYTES
    most = max(int(room / (row_bytes * batch_size)), 1)
    return min(1 << (most.bit_length() - 1), bucket(-(-n_rows // batch_size)))


def recut(blocks: Iterable[Block], size: int) -> Iterator[Block]:
    """The same rows in the same order, in blocks of `size` and one shorter at the end."""
    held: list[Block] = []
    count = 0
    for block in blocks:
        start = 0
        while count + len(block[1]) - start >= size:
            stop = start + size - count
            held.append(_cut(block, start, stop))
            yield _joined(held)
            held, count, start = [], 0, stop
        if start < len(block[1]):
            held.append(_cut(block, start, len(block[1])))
            count += len(block[1]) - start
    if held:
        yield _joined(held)


def prefetched(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks, the next one made by a thread while the caller works on this one."""
    with ThreadPoolExecutor(1, thread_name_prefix="fondo-feed") as pool:
        pending = pool.submit(next, chunks, None)
        while (chunk := pending.result()) is not None:
            pending = pool.submit(next, chunks, None)
            yield chunk


def _typed(block: Any) -> Block:
    """A block in the types the device computes in, its lengths checked."""
    if block is None:
        raise BadData("Examples: the streamed source has no rows. Give at least one.")
    inputs, target, weight = block
    named = {name: on_device_type(np.asarray(array)) for name, array in inputs.items()}
    target, weight = target_type(np.asarray(target)), np.asarray(weight, np.float32)
    count_rows({**named, "target": target, "weight": weight})
    return named, target, weight


def _cut(block: Block, start: int, stop: int) -> Block:
    cut: Block = jax.tree.map(lambda array: array[start:stop], block)
    return cut


def _joined(blocks: list[Block]) -> Block:
    joined: Block = jax.tree.map(lambda *parts: np.concatenate(parts), *blocks)
    return joined


def _grid(limit: int, batch_size: int) -> Any:
    """Rows of a chunk in the order they are stored in, (limit, batch), on the device."""
    rows = np.arange(limit * batch_size, dtype=np.int32)
    return jax.device_put(rows.reshape(limit, batch_size))
