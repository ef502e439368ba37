from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.backend import jax
from fondo.engine.examples import Examples
from fondo.engine.feeds import WholeFeed, epoch_key, epoch_order
from fondo.engine.programs import Loop, Programs, bucket, read_logs


@given(st.integers(1, 10**9))
def test_a_bucket_holds_n_and_wastes_at_most_a_quarter(n: int) -> None:
    size = bucket(n)
    assert n <= size <= 1.25 * n + 1
    assert bucket(size) == size
    assert bucket(n + 1) >= size


def test_the_least_recently_used_program_is_dropped() -> None:
    programs = Programs(limit=2)
    for name in ("a", "b", "a", "c", "a"):
        assert programs.get(name, "s", lambda x: x + 1, np.float32(1))(np.float32(1)) == 2
    assert programs.compiled == 3
    programs.get("b", "s", lambda x: x + 1, np.float32(1))
    assert programs.compiled == 4
    programs.clear()
    programs.get("b", "s", lambda x: x + 1, np.float32(1))
    assert programs.compiled == 5


def test_another_shape_or_type_is_another_program() -> None:
    programs = Programs()
    for x in (np.zeros(2, "f4"), np.zeros(3, "f4"), np.zeros(2, "i4"), np.ones(2, "f4")):
        programs.get("a", "s", lambda x: x + 1, x)
    assert programs.compiled == 3


@given(st.integers(1, 300), st.integers(0, 2**32 - 1), st.integers(0, 10**6))
def test_an_epoch_visits_every_row_once(n: int, seed: int, epoch: int) -> None:
    order = epoch_order(n, seed, epoch)
    assert sorted(order.tolist()) == list(range(n))
    assert np.array_equal(order, epoch_order(n, seed, epoch))


def test_epochs_and_seeds_have_their_own_draws() -> None:
    orders = {tuple(epoch_order(50, s, e)) for s in range(4) for e in range(4)}
    keys = {tuple(epoch_key(s, e).tolist()) for s in range(4) for e in range(4)}
    assert len(orders) == len(keys) == 16


@pytest.mark.parametrize("n", [1, 7, 8, 9, 30])
def test_the_grid_of_an_epoch_holds_every_row_and_wraps_the_rest(n: int) -> None:
    feed = WholeFeed(Examples(np.arange(n, dtype=float)[:, None], np.arange(n)), 8)
    (chunk,) = feed.chunks(3, 0)
    flat = chunk.grid.ravel()
    assert sorted(flat[:n].tolist()) == list(range(n))
    assert chunk.steps == -(-n // 8)
    filler = flat[n : chunk.steps * 8]
    assert filler.tolist() == np.resize(flat[:n], chunk.steps * 8)[n:].tolist()


def test_the_logs_are_sums_over_rows_and_their_weight(
    make_step: Callable[..., Any], rows: Examples
) -> None:
    step = make_step()
    feed = WholeFeed(rows, 64)
    (chunk,) = feed.chunks(None, 0)
    state, key = step.init(epoch_key(0, 0)), epoch_key(0, 1)
    _, logs = Loop(step, state, chunk, learn=False).run(state, chunk, key)
    found = read_logs(logs, chunk)
    assert {name: values.shape for name, values in found.items()} == dict.fromkeys(found, (3,))
    assert found["weight"].sum() == pytest.approx(rows.weight.sum(), rel=1e-6)
    whole = jax.jit(step.evaluate)(state, rows.arrays)
    assert found["loss"].sum() == pytest.approx(float(whole["loss"]), rel=1e-5)


@pytest.mark.parametrize("learn", [True, False])
def test_a_step_is_traced_once_for_a_program(
    make_step: Callable[..., Any], rows: Examples, learn: bool
) -> None:
    step, traced = make_step(), []

    def counted(*given: Any) -> Any:
        traced.append(given)
        return step.step(*given) if learn else step.evaluate(*given)

    own = SimpleNamespace(step=counted, evaluate=counted, signature=f"traced once, {learn}")
    (chunk,) = WholeFeed(rows, 64).chunks(0, 0)
    loop = Loop(own, step.init(epoch_key(0, 0)), chunk, learn=learn)
    assert len(traced) == 1
    _, logs = loop.run(step.init(epoch_key(0, 0)), chunk, epoch_key(0, 1))
    assert read_logs(logs, chunk)["weight"].sum() == pytest.approx(rows.weight.sum(), rel=1e-6)
    assert len(traced) == 1


def test_steps_can_be_vmapped_side_by_side(make_step: Callable[..., Any], rows: Examples) -> None:
    # folds, seeds and candidates will train so: the step must be pure
    step = make_step(dropout=0.2)
    states = [step.init(epoch_key(seed, 0)) for seed in range(2)]
    both = jax.tree.map(lambda *leaves: np.stack(leaves), *states)
    key = epoch_key(0, 1)
    after, log = jax.jit(jax.vmap(step.step, in_axes=(0, None, None)))(both, rows.arrays, key)
    for k, state in enumerate(states):
        alone, own = jax.jit(step.step)(state, rows.arrays, key)
        assert np.allclose(log["loss"][k], own["loss"], rtol=1e-5)
        for a, b in zip(jax.tree.leaves(after), jax.tree.leaves(alone), strict=True):
            np.testing.assert_allclose(a[k], b, rtol=1e-4, atol=1e-6)
