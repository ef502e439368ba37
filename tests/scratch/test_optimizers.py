"""fondo.scratch.optimizers: against Keras in float64, by hand, and laws of each rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.scratch.optimizers import SGD, Adam, RMSProp

KINDS = {
    "plain": (lambda r: SGD(r), lambda r: keras.optimizers.SGD(r)),
    "momentum": (lambda r: SGD(r, 0.9), lambda r: keras.optimizers.SGD(r, 0.9)),
    "nesterov": (lambda r: SGD(r, 0.8, True), lambda r: keras.optimizers.SGD(r, 0.8, True)),
    "rmsprop": (lambda r: RMSProp(r, 0.8), lambda r: keras.optimizers.RMSprop(r, 0.8)),
    "rmsprop, large epsilon": (
        lambda r: RMSProp(r, epsilon=0.1),
        lambda r: keras.optimizers.RMSprop(r, epsilon=0.1),
    ),
    "adam": (lambda r: Adam(r), lambda r: keras.optimizers.Adam(r)),
    "adam, large epsilon": (
        lambda r: Adam(r, 0.7, 0.9, 0.1),
        lambda r: keras.optimizers.Adam(r, 0.7, 0.9, 0.1),
    ),
}


@pytest.mark.parametrize("steps", [1, 5])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), rate=st.sampled_from([0.001, 0.3]))
def test_steps_agree_with_keras(kind, steps, seed, rate):
    ours, theirs = (make(rate) for make in KINDS[kind])
    random = np.random.default_rng(seed)
    weights = {"a/kernel": random.normal(size=(3, 2)), "a/bias": random.normal(size=2)}
    variables = [keras.Variable(w.copy()) for w in weights.values()]
    for _ in range(steps):
        gradients = {name: random.normal(0, 2, w.shape) for name, w in weights.items()}
        ours.update(weights, gradients)
        theirs.apply(list(gradients.values()), variables)
    for w, variable in zip(weights.values(), variables, strict=True):
        np.testing.assert_allclose(w, np.asarray(variable.value), rtol=1e-9, atol=1e-12)


def stepped(optimizer, *slopes, start=1.0):
    weights = {"w": np.array([start])}
    for g in slopes:
        optimizer.update(weights, {"w": np.array([g])})
    return weights["w"][0]


def test_two_steps_by_hand():
    # plain: 1 - 0.1 * 2 = 0.8, then 0.8 - 0.1 * 1 = 0.7
    assert stepped(SGD(0.1), 2, 1) == pytest.approx(0.7)
    # momentum 0.5: v = -0.2, w = 0.8; v = -0.1 - 0.1 = -0.2, w = 0.6
    assert stepped(SGD(0.1, 0.5), 2, 1) == pytest.approx(0.6)
    # nesterov: w = 1 + 0.5 * -0.2 - 0.2 = 0.7; then 0.7 + 0.5 * -0.2 - 0.1 = 0.5
    assert stepped(SGD(0.1, 0.5, True), 2, 1) == pytest.approx(0.5)
    # rho 0.75: square = 0.25 * 4 = 1, w = 1 - 0.2 = 0.8; square = 0.75 + 0.25 = 1, w = 0.7
    assert stepped(RMSProp(0.1, 0.75, 0.0), 2, 1) == pytest.approx(0.7)
    # Adam: the corrections make the first step exactly the learning rate, whatever the slope
    assert stepped(Adam(0.1, epsilon=0.0), 2) == pytest.approx(0.9)


@settings(max_examples=15)
@given(g=st.floats(0.01, 100), scale=st.floats(0.1, 10))
def test_adaptive_steps_do_not_feel_the_scale_of_the_loss(g, scale):
    for make in (lambda: RMSProp(0.1, epsilon=0.0), lambda: Adam(0.1, epsilon=0.0)):
        assert stepped(make(), g, 2 * g) == pytest.approx(stepped(make(), scale * g, 2 * scale * g))
    plain = 1 - stepped(SGD(0.1), g, 2 * g)
    assert 1 - stepped(SGD(0.1), scale * g, 2 * scale * g) == pytest.approx(scale * plain)


def test_averaged_gradients_of_the_notes_are_momentum_with_a_larger_rate():
    # v = 0.9 v + 0.1 g, w = w - 0.5 v: Keras' momentum has learning rate 0.5 * 0.1
    slopes, v, w = [2.0, -1.0, 3.0], 0.0, 1.0
    for g in slopes:
        v = 0.9 * v + 0.1 * g
        w -= 0.5 * v
    assert stepped(SGD(0.05, 0.9), *slopes) == pytest.approx(w)


def test_weights_change_in_place_and_each_name_has_its_own_memory():
    weights = {"a": np.ones(2), "b": np.ones(2)}
    held, adam = weights["a"], Adam(0.1)
    adam.update(weights, {"a": np.ones(2), "b": -np.ones(2)})
    assert held is weights["a"]
    np.testing.assert_allclose(held, 0.9, rtol=1e-6)
    np.testing.assert_allclose(adam.state["a"]["mean"], 0.1)
    np.testing.assert_allclose(adam.state["b"]["mean"], -0.1)
    assert adam.steps == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SGD(0.0), r"SGD\(learning_rate=0.0\): learning_rate must be above 0"),
        (lambda: Adam(float("nan")), r"Adam\(learning_rate=nan\): learning_rate must be above 0"),
        (lambda: SGD(0.1, 1.0), r"SGD\(momentum=1.0\): momentum must be from 0 to below 1"),
        (lambda: RMSProp(rho=-0.1), r"RMSProp\(rho=-0.1\): rho must be from 0 to below 1"),
        (lambda: Adam(beta_2=2.0), r"Adam\(beta_2=2.0\): beta_2 must be from 0 to below 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(make, words):
    with pytest.raises(BadParameter, match=words):
        make()
