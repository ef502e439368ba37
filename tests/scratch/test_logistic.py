"""fondo.scratch.logistic: against scikit-learn and a network of one neuron, laws, by hand."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from fondo.errors import BadData, TrainingFailed
from fondo.scratch.dense import Dense
from fondo.scratch.logistic import logistic_regression, propagate
from fondo.scratch.network import Network
from fondo.scratch.optimizers import SGD
from fondo.scratch.training import fit, gradients


def columns(seed, features=2, rows=60):
    """Two classes that overlap, so that the best weights are finite."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(features, rows))
    Y = (X.sum(axis=0) + 0.5 + random.normal(0, 2, rows) > 0).astype(int)[None]
    return X, Y


@settings(max_examples=6)
@given(seed=st.integers(0, 100))
def test_the_end_is_that_of_scikit_learn_without_penalty(seed):
    X, Y = columns(seed)
    w, b, _ = logistic_regression(X, Y, learning_rate=1.0, epochs=3000)
    theirs = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(X.T, Y[0])
    np.testing.assert_allclose(w[:, 0], theirs.coef_[0], atol=1e-6)
    assert b == pytest.approx(theirs.intercept_[0], abs=1e-6)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), features=st.integers(1, 4))
def test_every_step_is_that_of_a_network_of_one_neuron(seed, features):
    X, Y = columns(seed, features)
    network = Network([Dense(1, "sigmoid", initialiser="zeros")], (features,))
    history = fit(network, X.T, Y.T, "binary_cross_entropy", SGD(0.1), epochs=20, batch_size=None)
    w, b, costs = logistic_regression(X, Y[0], learning_rate=0.1, epochs=20)
    np.testing.assert_allclose(w, network.weights["dense/kernel"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(b, network.weights["dense/bias"][0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(costs[:-1], [row["loss"] for row in history], rtol=1e-9)
    value, found = gradients(network, X.T, Y.T, "binary_cross_entropy")
    cost, dw, db = propagate(w, b, X, Y)
    assert (cost, costs[-1]) == (pytest.approx(value), pytest.approx(value))
    np.testing.assert_allclose(dw, found["dense/kernel"], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(db, found["dense/bias"][0], rtol=1e-8, atol=1e-12)


def test_one_pass_by_hand():
    # w = 0: every A is 1/2, the cost ln 2. Errors A - Y = -1/2, 1/2; X = [[1, 3], [2, 4]]:
    # dw = [(-1 + 3) / 2, (-2 + 4) / 2] / 2 = [0.5, 0.5]; db = 0
    cost, dw, db = propagate(np.zeros((2, 1)), 0.0, np.array([[1.0, 3.0], [2.0, 4.0]]), [[1, 0]])
    assert cost == pytest.approx(math.log(2))
    np.testing.assert_allclose(dw, [[0.5], [0.5]])
    assert db == 0


def test_costs_fall_from_ln_2_and_swapped_classes_turn_the_weights_round():
    X, Y = columns(1)
    w, b, costs = logistic_regression(X, Y, epochs=50)
    assert costs[0] == pytest.approx(math.log(2))
    assert all(after < before for before, after in pairwise(costs))
    turned, intercept, _ = logistic_regression(X, 1 - Y, epochs=50)
    np.testing.assert_allclose(turned, -w)
    assert intercept == pytest.approx(-b)


def test_huge_inputs_do_not_overflow_the_cost():
    _, _, costs = logistic_regression([[-1e3, 1e3]], [0, 1], learning_rate=1.0, epochs=3)
    assert np.isfinite(costs).all()


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([[1.0, 2.0]], [0, 2], "one 0 or 1 for each of 2 columns"),
        ([[1.0, 2.0]], [0, 1, 1], r"for each of 2 columns of X. Got shape \(1, 3\)"),
        ([1.0, 2.0], [0, 1], r"finite numbers of shape \(features, rows\)"),
        ([[1.0, np.nan]], [0, 1], "finite numbers"),
        (np.ones((2, 0)), [], "finite numbers"),
    ],
)
def test_rows_that_do_not_fit_are_refused(x, y, words):
    with pytest.raises(BadData, match=words):
        logistic_regression(x, y)


def test_a_run_that_overflows_names_the_epoch():
    with pytest.raises(TrainingFailed, match=r"\(learning_rate=1e\+300\).*diverged in epoch [12]:"):
        logistic_regression([[-1e10, 1e10]], [0, 1], learning_rate=1e300)
