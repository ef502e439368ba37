"""fondo.recipes.c03_4: the loss against JAX and by hand, and the one that must be refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.backend import jax, jnp
from fondo.recipes import c03_3, c03_4
from fondo.recipes.kitchen import Kitchen

positive = arrays("float64", 5, elements=st.floats(0.01, 100))


@given(positive, positive)
def test_the_loss_is_symmetric_and_nothing_where_prediction_and_truth_agree(a, b) -> None:
    np.testing.assert_allclose(c03_4.root_error(a, b), c03_4.root_error(b, a), atol=1e-12)
    np.testing.assert_allclose(c03_4.root_error(a, a), 0, atol=1e-12)


def test_by_hand() -> None:
    # (sqrt 9 - sqrt 4)^2 = 1; below 0.01 the root is the line 0.1 + 5 (p - 0.01): -14.95 at -3
    truth = np.array([4.0, 4.0])
    given = c03_4.root_error(truth, np.array([9.0, -3.0]))
    assert given == pytest.approx([1.0, (-14.95 - 2) ** 2])


@given(st.floats(0.01, 1e4))
def test_the_root_is_the_root_from_the_floor_on(value: float) -> None:
    assert c03_4.root(np.array([value]))[0] == pytest.approx(value**0.5)


@given(st.floats(-100, 100), st.floats(1e-3, 10))
def test_the_root_rises_everywhere(value: float, step: float) -> None:
    low, high = c03_4.root(np.array([value, value + step]))
    assert low < high


def test_the_gradient_is_finite_where_the_printed_one_is_not() -> None:
    truth, prediction = jnp.array([4.0, 4.0, 4.0]), jnp.array([9.0, 0.0, -1.0])

    def slope(loss):
        return np.asarray(jax.grad(lambda p: loss(truth, p).sum())(prediction))

    assert np.isfinite(slope(c03_4.root_error)).all()
    assert not np.isfinite(slope(c03_4.root_error_as_printed)).all()
    # d/dp (sqrt p - 2)^2 at p = 9 is (3 - 2) / 3
    assert slope(c03_4.root_error)[0] == pytest.approx(1 / 3, abs=1e-6)


def test_a_plain_clip_has_no_slope_below_it_and_the_line_has() -> None:
    def slope(function) -> float:
        return float(jax.grad(lambda p: ((function(p) - 2.0) ** 2).sum())(jnp.array([-1.0]))[0])

    assert slope(lambda p: p.clip(c03_4.FLOOR) ** 0.5) == 0.0
    assert slope(c03_4.root) < -1.0  # the loss falls as the prediction rises


def test_both_losses_beat_a_constant_and_the_printed_one_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(c03_3, "SEEDS", 2)
    dish = c03_4.run(Kitchen())
    root, plain, gain = dish.figures
    assert root.ours < 0.9 * root.naive
    assert plain.ours < 0.9 * plain.naive
    assert gain.ours == pytest.approx(root.ours - plain.ours)
    assert "was refused" in dish.notes[0]
    assert "root_error_as_printed" in dish.notes[0]
