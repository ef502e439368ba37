"""fondo.scratch.dense: against Keras in float64, and by hand (C01-1)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.scratch.activations import ACTIVATIONS
from fondo.scratch.dense import Dense
from fondo.scratch.network import Network

SHARED = sorted(set(ACTIVATIONS) - {"step", "arctan"})  # Keras has no such activation


@settings(max_examples=12)
@given(
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=3),
    units=st.integers(1, 5),
    activation=st.sampled_from(SHARED),
    use_bias=st.booleans(),
)
def test_dense_agrees_with_keras(disagreement, randomised, shape, units, activation, use_bias):
    layer = keras.layers.Dense(units, activation, use_bias=use_bias)
    layer = randomised(layer, tuple(shape[1:]), seed=units)
    assert disagreement(layer, np.random.default_rng(units).normal(size=shape)) <= 1


def test_forward_pass_of_the_cookbook_by_hand():
    # C01-1: the text truncates sigmoid(1.3) = 0.785835 to 0.78, and prints 1.235^2 / 2 as 1.52
    network = Network([Dense(3, "sigmoid", use_bias=False), Dense(1, use_bias=False)], (2,))
    hidden, out = network.layers
    hidden.weights["kernel"][:] = [[0.8, 0.4, 0.3], [0.2, 0.9, 0.5]]
    out.weights["kernel"][:] = [[0.3], [0.5], [0.9]]
    answer = network.predict([[1.0, 1.0]])
    np.testing.assert_allclose(hidden.seen["sums"], [[1.0, 1.3, 0.8]], atol=1e-12)
    sigmoids = [[0.731058579, 0.785834983, 0.689974481]]
    np.testing.assert_allclose(hidden.seen["outputs"], sigmoids, atol=1e-9)
    np.testing.assert_allclose(answer, [[1.233212098]], atol=1e-9)
    np.testing.assert_allclose(answer**2, [[1.520812079]], atol=1e-8)


@pytest.mark.parametrize("wrong", ["sums", "slopes", "shape"])
def test_a_disagreement_is_found(disagreement, randomised, monkeypatch, wrong):
    layer, x = randomised(keras.layers.Dense(2, "tanh"), (3,)), np.ones((4, 3))
    assert disagreement(layer, x) <= 1
    forward, backward = Dense.forward, Dense.backward
    if wrong == "slopes":
        monkeypatch.setattr(Dense, "backward", lambda self, *d: backward(self, *d) * (1 + 1e-7))
    elif wrong == "sums":
        monkeypatch.setattr(Dense, "forward", lambda self, *x, training: forward(self, *x) + 1e-7)
    else:
        monkeypatch.setattr(Dense, "backward", lambda self, *d: backward(self, *d)[:1])
    assert disagreement(layer, x) > 1
