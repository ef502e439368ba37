"""fondo.scratch.losses: golden values (C01-3), Keras in float64, laws, labels that do not fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import jax, jnp, keras
from fondo.errors import BadData
from fondo.scratch.activations import softmax
from fondo.scratch.losses import (
    LOSSES,
    binary_cross_entropy,
    binary_cross_entropy_of_logits,
    categorical_cross_entropy,
    cross_entropy_of_logits,
    mean_absolute_error,
    mean_squared_error,
    one_hot,
)


def test_categorical_cross_entropy_of_the_cookbook():
    for p, y, nats in (([0.1, 0.9], 1, 0.105360516), ([0.7, 0.2, 0.1], 0, 0.356674944)):
        value, _ = categorical_cross_entropy(np.array([p]), np.array([y]))
        assert value == pytest.approx(nats, abs=6e-10)
    bits = categorical_cross_entropy(np.array([[0.1, 0.9]]), np.array([1]))[0] / np.log(2)
    assert bits == pytest.approx(0.152003093, abs=6e-10)


@pytest.mark.parametrize(
    ("p", "y", "printed"),
    [([0.1, 0.9], [0, 1], 0.304006187), ([0.7, 0.2, 0.1], [1, 0, 0], 0.988504361)],
)
def test_what_the_cookbook_calls_categorical_is_a_sum_of_binary_ones_in_bits(p, y, printed):
    # Its function sums y log2 p + (1 - y) log2 (1 - p) over the classes; its binary formula is
    # printed without the minus sign. Neither is what fondo computes.
    p, y = np.array(p), np.array(y)
    own = -(y * np.log2(p) + (1 - y) * np.log2(1 - p)).sum()
    assert own == pytest.approx(printed, abs=6e-10)
    assert binary_cross_entropy(p, y)[0] * len(p) / np.log(2) == pytest.approx(own)
    assert categorical_cross_entropy(p[None], y[None])[0] != pytest.approx(own, rel=0.1)


def test_squared_and_absolute_errors_by_hand():
    # misses 1, -2, 0: squares 1 + 4 + 0 over 3; sizes 1 + 2 + 0 over 3
    p, t = np.array([2.0, 0.0, 5.0]), np.array([1.0, 2.0, 5.0])
    value, pullback = mean_squared_error(p, t)
    assert value == pytest.approx(5 / 3)
    np.testing.assert_allclose(pullback(1.0), [2 / 3, -4 / 3, 0])
    value, pullback = mean_absolute_error(p, t)
    assert value == pytest.approx(1)
    np.testing.assert_allclose(pullback(1.0), [1 / 3, -1 / 3, 0])


# ---- Keras


def drawn(name, seed, rows, classes):
    """Predictions and targets that fit the loss."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 3, (rows, classes))
    if name in ("categorical_cross_entropy", "cross_entropy_of_logits"):
        t = random.dirichlet(np.ones(classes), rows)
        return (softmax(scores)[0] if name == "categorical_cross_entropy" else scores), t
    t = random.random((rows, classes)).round(seed % 2)  # yes-or-no, or a share of yes
    if name == "binary_cross_entropy":
        return random.uniform(0.01, 0.99, scores.shape), t
    return scores, (t if name == "binary_cross_entropy_of_logits" else random.normal(size=t.shape))


def of_keras(name):
    losses = keras.losses
    return {
        "mean_squared_error": losses.MeanSquaredError(),
        "mean_absolute_error": losses.MeanAbsoluteError(),
        "binary_cross_entropy": losses.BinaryCrossentropy(),
        "binary_cross_entropy_of_logits": losses.BinaryCrossentropy(from_logits=True),
        "categorical_cross_entropy": losses.CategoricalCrossentropy(),
        "cross_entropy_of_logits": losses.CategoricalCrossentropy(from_logits=True),
    }[name]


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=8)
@given(seed=st.integers(0, 1000), rows=st.sampled_from([1, 4]), classes=st.sampled_from([2, 3]))
def test_values_and_slopes_agree_with_keras(name, seed, rows, classes):
    p, t = drawn(name, seed, rows, classes)
    value, pullback = LOSSES[name](p, t)
    theirs, slopes = jax.value_and_grad(lambda p: of_keras(name)(jnp.asarray(t), p))(jnp.asarray(p))
    assert value == pytest.approx(float(theirs), rel=1e-9)
    ours, slopes = pullback(3.0), 3 * np.asarray(slopes)
    if name == "categorical_cross_entropy":
        # Keras divides by the sum of a row first; what goes through a softmax is the same
        ours, slopes = (p * (d - (d * p).sum(axis=1, keepdims=True)) for d in (ours, slopes))
    np.testing.assert_allclose(ours, slopes, rtol=1e-9, atol=1e-12)


@settings(max_examples=8)
@given(seed=st.integers(0, 1000))
def test_class_codes_agree_with_keras(seed):
    random = np.random.default_rng(seed)
    z, codes = random.normal(0, 3, (4, 5, 3)), random.integers(0, 3, (4, 5))
    for name, p, from_logits in (
        ("cross_entropy_of_logits", z, True),
        ("categorical_cross_entropy", softmax(z)[0], False),
    ):
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
        value, pullback = LOSSES[name](p, codes)
        assert value == pytest.approx(float(loss(codes, p)), rel=1e-9)
        hot, _ = LOSSES[name](p, one_hot("", codes, p.shape))
        assert value == pytest.approx(hot, rel=1e-12)
        assert pullback(1.0).shape == p.shape


def test_certain_and_wrong_costs_what_it_costs_in_keras():
    # -ln 1e-7 = 16.118: the source does not clip, which gives infinity
    p = np.array([[1.0, 0.0]])
    value, pullback = categorical_cross_entropy(p, np.array([1]))
    theirs = keras.losses.SparseCategoricalCrossentropy()(np.array([1]), p)
    assert value == pytest.approx(16.118095651) == float(theirs)
    np.testing.assert_array_equal(pullback(1.0), [[0, 0]])  # cut off: no slope
    value, pullback = binary_cross_entropy(p[0], np.array([0.0, 1.0]))
    assert value == pytest.approx(16.118095651)
    np.testing.assert_array_equal(pullback(1.0), [0, 0])


# ---- laws


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=6)
@given(seed=st.integers(0, 1000))
def test_slopes_are_central_differences(name, seed):
    p, t = drawn(name, seed, 2, 3)
    _, pullback = LOSSES[name](p, t)
    nudge = 1e-6 * np.array([[1, -1, 0], [0, 2, -2]])  # rows that sum to 1 still do
    high, low = LOSSES[name](p + nudge, t)[0], LOSSES[name](p - nudge, t)[0]
    assert (pullback(1.0) * nudge).sum() == pytest.approx((high - low) / 2, rel=1e-4, abs=1e-14)


@settings(max_examples=15)
@given(z=st.floats(-50, 50), yes=st.booleans(), shift=st.floats(-900, 900))
def test_yes_or_no_is_a_choice_of_two(z, yes, shift):
    one, slope = binary_cross_entropy_of_logits(np.array([z]), np.array([float(yes)]))
    two, slopes = cross_entropy_of_logits(np.array([[shift, z + shift]]), np.array([int(yes)]))
    assert one == pytest.approx(two, rel=1e-6, abs=1e-12)
    assert slope(1.0)[0] == pytest.approx(slopes(1.0)[0, 1], rel=1e-6, abs=1e-12)
    assert slopes(1.0).sum() == pytest.approx(0, abs=1e-15)


def test_logits_of_any_size_do_not_overflow():
    for loss, t in (
        (binary_cross_entropy_of_logits, np.array([[1.0, 0.0]])),
        (cross_entropy_of_logits, np.array([0])),
    ):
        value, pullback = loss(np.array([[-1000.0, 1000.0]]), t)
        assert 1000 <= value <= 2000
        np.testing.assert_allclose(np.abs(pullback(1.0)), pullback(1.0).max())


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), scale=st.floats(0.1, 10))
def test_errors_follow_the_unit_of_the_target(seed, scale):
    p, t = drawn("mean_squared_error", seed, 3, 2)
    for loss, power in ((mean_squared_error, 2), (mean_absolute_error, 1)):
        assert loss(scale * p, scale * t)[0] == pytest.approx(scale**power * loss(p, t)[0])
        assert loss(np.vstack([p, p]), np.vstack([t, t]))[0] == pytest.approx(loss(p, t)[0])


def test_a_last_axis_of_one_may_be_left_out():
    value, pullback = mean_squared_error(np.ones((3, 1)), np.zeros(3))
    assert value == 1
    assert pullback(1.0).shape == (3, 1)


# ---- refusals

P = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])


@pytest.mark.parametrize(
    ("loss", "p", "t", "words"),
    [
        (mean_squared_error, np.ones((2, 1)), np.ones(3), r"shape of the predictions, \(2, 1\)"),
        (mean_absolute_error, np.ones(0), np.ones(0), "there are no rows"),
        (mean_squared_error, np.ones((2, 1)), [[0], [np.inf]], "must be finite. Row 1 is not"),
        (binary_cross_entropy, [0.5, 0.5], [0, 2], "targets must lie between 0 and 1. Row 1 has 2"),
        (binary_cross_entropy, [3.0, 0.5], [0, 1], "probabilities must lie.*Row 0 has 3; sc"),
        (binary_cross_entropy_of_logits, [3.0], [-1], "targets must lie between 0 and 1"),
        (categorical_cross_entropy, P, [0, 3], "whole numbers from 0 to 2.*Row 1 has 3"),
        (categorical_cross_entropy, P, [0.5, 1], "whole numbers from 0 to 2.*Row 0 has 0.5"),
        (categorical_cross_entropy, P, [0, -1], "whole numbers from 0 to 2.*Row 1 has -1"),
        (categorical_cross_entropy, P, [0, 1, 1], r"classes of shape \(2,\) or rows of shape"),
        (categorical_cross_entropy, P, P[:, :2], r"predictions have shape \(2, 3\)"),
        (categorical_cross_entropy, P, 2 * P, "targets must lie between 0 and 1"),
        (categorical_cross_entropy, P, P / 2, "targets must sum to 1 in.*Row 0 sums to 0.5"),
        (categorical_cross_entropy, P / 2, [0, 1], "probabilities must sum to 1.*Row 0"),
        (cross_entropy_of_logits, P, [0, 7], "whole numbers from 0 to 2.*Row 1 has 7"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_loss_is_refused(loss, p, t, words):
    with pytest.raises(BadData, match=words):
        loss(np.asarray(p), np.asarray(t))
