from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.engine import stream
from fondo.engine.examples import Block, Examples
from fondo.engine.plan import Plan
from fondo.engine.stream import RowFeed, chunk_steps, prefetched, recut
from fondo.engine.train import train
from fondo.errors import BadData


class Stored:
    """A streamed source over arrays, in uneven blocks, remembering how it was asked."""

    def __init__(self, examples: Examples, sizes: tuple[int, ...] = (7, 50, 1, 33)) -> None:
        self.n_rows, self._examples, self._sizes = examples.n_rows, examples, sizes
        self.shuffled = 0

    def blocks(self, generator: np.random.Generator | None) -> Iterator[Block]:
        order = np.arange(self.n_rows)
        if generator is not None:
            self.shuffled += 1
            generator.shuffle(order)
        start, k = 0, 0
        while start < self.n_rows:
            stop = start + self._sizes[k % len(self._sizes)]
            yield self._examples.take(order[start:stop])
            start, k = stop, k + 1


@pytest.mark.parametrize("budget", [1, 2000, 10**9])
def test_streamed_rows_give_the_bits_of_the_compiled_epoch(
    budget: int, make_step: Callable[..., Any], rows: Examples
) -> None:
    whole = train(make_step(dropout=0.2, norm=True), rows, rows, Plan(3, 16))
    plan = Plan(3, 16, memory_budget=budget)
    streamed = train(make_step(dropout=0.2, norm=True), rows, rows, plan)
    assert streamed.hashes == whole.hashes
    names = ("loss", "accuracy", "val_loss")
    for one, other in zip(streamed.history, whole.history, strict=True):
        assert [one[n] for n in names] == [other[n] for n in names]


def test_a_streamed_source_learns_repeats_and_is_shuffled_each_epoch(
    make_step: Callable[..., Any], rows: Examples
) -> None:
    source = Stored(rows)
    plan = Plan(4, 16, memory_budget=8000)
    one = train(make_step(), source, Stored(rows), plan)
    assert source.shuffled == 4
    assert one.history[-1]["val_loss"] < one.history[0]["val_loss"]
    assert train(make_step(), Stored(rows), Stored(rows), plan).hashes == one.hashes
    inside = train(make_step("sgd", 1e-12), rows, rows, Plan(1, 16)).history[0]["val_loss"]
    outside = train(make_step("sgd", 1e-12), source, source, Plan(1, 16)).history[0]["val_loss"]
    assert outside == pytest.approx(inside, rel=1e-6)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(1, 12))
def test_recutting_keeps_every_row_in_order(sizes: list[int], size: int) -> None:
    rows = np.arange(sum(sizes))
    parts = np.split(rows, np.cumsum(sizes)[:-1])
    cut = list(recut([({"x": p * 2}, p, p) for p in parts], size))
    np.testing.assert_array_equal(np.concatenate([block[1] for block in cut]), rows)
    np.testing.assert_array_equal(np.concatenate([block[0]["x"] for block in cut]), rows * 2)
    assert [len(block[1]) for block in cut[:-1]] == [size] * (len(cut) - 1)


@given(st.integers(1, 10**4), st.integers(1, 10**7), st.integers(1, 512), st.integers(1, 10**9))
def test_a_chunk_takes_at_most_a_quarter_of_the_budget(
    row_bytes: int, n_rows: int, batch: int, budget: int
) -> None:
    steps = chunk_steps(row_bytes, n_rows, batch, budget)
    assert steps == 1 or steps * batch * row_bytes <= budget / 4


def test_chunks_are_made_ahead_and_faults_of_the_source_come_through() -> None:
    made = []

    def faulty() -> Iterator[Any]:
        for k in range(3):
            made.append(k)
            yield k
        raise BadData("file.csv, row 9: broken")

    chunks = prefetched(faulty())
    assert next(chunks) == 0
    assert next(chunks) == 1
    assert 1 in made
    with pytest.raises(BadData, match="row 9: broken"):
        list(chunks)


def test_a_source_without_rows_is_refused(make_step: Callable[..., Any], rows: Examples) -> None:
    class Empty:
        n_rows = 0

        def blocks(self, generator: Any) -> Iterator[Block]:
            return iter(())

    with pytest.raises(BadData, match="streamed source has no rows"):
        train(make_step(), Empty(), None, Plan(1, 8))


def test_rows_in_memory_are_never_all_on_the_device(rows: Examples) -> None:
    feed = RowFeed(rows, 16, 4000)
    sizes = [stream.jax.tree.leaves(chunk.data)[0].shape[0] for chunk in feed.chunks(0, 0)]
    assert max(sizes) < rows.n_rows
    assert feed.limit * 16 == sizes[0]
