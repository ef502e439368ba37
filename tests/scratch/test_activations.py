"""fondo.scratch.activations: golden values (C01-2), Keras in float64, laws, the far ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import jax, jnp, keras
from fondo.errors import BadParameter
from fondo.scratch.activations import ACTIVATIONS, activation_named, leaky_relu, sigmoid, softmax
from fondo.scratch.dense import PReLU

POINTS = np.array([-2, -1, -0.5, 0, 0.5, 1, 2])
TABLE = {
    "linear": POINTS,
    "step": [0, 0, 0, 1, 1, 1, 1],
    "sigmoid": [
        0.119202922, 0.268941421, 0.377540669, 0.5, 0.622459331, 0.731058579, 0.880797078,
    ],
    "tanh": [-0.964027580, -0.761594156, -0.462117157, 0, 0.462117157, 0.761594156, 0.964027580],
    "arctan": [-1.107148718, -0.785398163, -0.463647609, 0, 0.463647609, 0.785398163, 1.107148718],
    "relu": [0, 0, 0, 0, 0.5, 1, 2],
    "elu": [-0.864664717, -0.632120559, -0.393469340, 0, 0.5, 1, 2],
    "softplus": [
        0.126928011, 0.313261688, 0.474076984, 0.693147181, 0.974076984, 1.313261688, 2.126928011,
    ],
}  # fmt: skip
OF_KERAS = sorted(set(ACTIVATIONS) - {"step", "arctan"})
KINKS = {"step", "relu", "relu6", "leaky_relu", "elu", "selu", "hard_sigmoid", "softsign"}


@pytest.mark.parametrize("name", TABLE)
def test_values_of_the_catalogue(name):
    np.testing.assert_allclose(ACTIVATIONS[name](POINTS)[0], TABLE[name], rtol=0, atol=6e-10)


def test_softmax_of_the_catalogue():
    found, _ = softmax(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found, [0.090030573, 0.244728471, 0.665240956], rtol=0, atol=6e-10)


def test_prelu_and_leaky_relu_of_the_catalogue():
    layer = PReLU()
    layer(POINTS[:, None])
    layer.weights["alpha"][:] = 0.25
    below = [-0.5, -0.25, -0.125, 0, 0.5, 1, 2]  # a quarter of the points below zero
    np.testing.assert_allclose(layer(POINTS[:, None])[:, 0], below)
    np.testing.assert_allclose(leaky_relu(POINTS, 0.25)[0], below)


@pytest.mark.parametrize("name", OF_KERAS)
@settings(max_examples=6)
@given(seed=st.integers(0, 1000), scale=st.sampled_from([0.1, 2.0, 20.0]))
def test_values_and_slopes_agree_with_keras(name, seed, scale):
    random = np.random.default_rng(seed)
    x, d = random.normal(0, scale, (4, 5)), random.normal(size=(4, 5))
    out, pullback = ACTIVATIONS[name](x)
    theirs, their_pullback = jax.vjp(keras.activations.get(name), jnp.asarray(x))
    np.testing.assert_allclose(out, np.asarray(theirs), rtol=1e-9, atol=1e-12)
    slopes = np.asarray(their_pullback(jnp.asarray(d))[0])
    np.testing.assert_allclose(pullback(d), slopes, rtol=1e-9, atol=1e-11)


def test_the_slope_of_a_relu_at_zero_is_that_of_keras():
    assert ACTIVATIONS["relu"](np.zeros(1))[1](np.ones(1))[0] == 0
    assert float(jax.grad(keras.activations.relu)(0.0)) == 0


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax"}))
@settings(max_examples=10)
@given(x=st.floats(-10, 10))
def test_slopes_are_central_differences(name, x):
    if name in KINKS and min(abs(x - k) for k in (-3, 0, 3, 6)) < 1e-4:
        x += 0.01  # no slope, or no second one, at a kink
    f = ACTIVATIONS[name]
    ends, h = np.array([x - 1e-5, x + 1e-5]), 1e-5
    low, high = f(ends)[0]
    slope = f(np.array([x]))[1](np.ones(1))[0]
    assert slope == pytest.approx((high - low) / (2 * h), rel=1e-5, abs=1e-8)


@settings(max_examples=15)
@given(x=st.floats(-700, 700))
def test_laws_among_the_functions(x):
    value = {name: f(np.array([x]))[0][0] for name, f in ACTIVATIONS.items()}
    assert value["sigmoid"] + sigmoid(np.array([-x]))[0][0] == pytest.approx(1)
    assert value["tanh"] == pytest.approx(2 * sigmoid(np.array([2 * x]))[0][0] - 1, abs=1e-12)
    mirrored = ACTIVATIONS["softplus"](np.array([-x]))[0][0]
    assert value["softplus"] - mirrored == pytest.approx(x, abs=1e-12)
    assert value["silu"] == value["swish"] == pytest.approx(x * value["sigmoid"])
    assert value["relu"] == pytest.approx((x + abs(x)) / 2)


@settings(max_examples=15)
@given(x=st.lists(st.floats(-50, 50), min_size=2, max_size=5), shift=st.floats(-900, 900))
def test_adding_a_constant_to_every_score_changes_nothing(x, shift):
    scores = np.array([x, x[::-1]])
    out, pullback = softmax(scores)
    np.testing.assert_allclose(out.sum(axis=1), 1)
    np.testing.assert_allclose(softmax(scores + shift)[0], out, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(pullback(np.ones_like(out)), 0, atol=1e-15)  # a shift: no slope


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"exponential"}))
def test_nothing_overflows_at_the_far_ends(name):
    # warnings are errors here; the printed tanh and softmax do overflow
    out, pullback = ACTIVATIONS[name](np.array([-1000.0, 0.0, 1000.0]))
    assert np.isfinite(out).all()
    assert np.isfinite(pullback(np.ones(3))).all()
    assert np.abs(out).max() <= 2000


def test_printed_forms_of_softmax_and_tanh_overflow():
    x = np.array([1000.0, 1000.0])
    with np.errstate(all="ignore"):
        assert np.isnan(np.exp(x) / np.exp(x).sum()).all()
        assert np.isnan((np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))).all()
    np.testing.assert_array_equal(softmax(x)[0], [0.5, 0.5])
    np.testing.assert_array_equal(ACTIVATIONS["tanh"](x)[0], [1, 1])
    np.testing.assert_array_equal(sigmoid(np.array([-1000.0, 1000.0]))[0], [0, 1])
    np.testing.assert_array_equal(ACTIVATIONS["softplus"](np.array([-1e3, 1e3]))[0], [0, 1e3])


def test_names_are_read_as_keras_writes_them_and_unknown_ones_refused():
    assert activation_named("relu") == "relu"
    with pytest.raises(BadParameter, match=r"Dense\(activation='sigmoyd'\).*mean 'sigmoid'"):
        activation_named("sigmoyd", "Dense")
    with pytest.raises(BadParameter, match=r"\(activation=3\): the glass box does not know it"):
        activation_named(3)
