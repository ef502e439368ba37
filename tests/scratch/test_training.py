"""fondo.scratch.training: y = 2x of the cookbook to all digits (C01-4, C02-6), laws, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter, TrainingFailed
from fondo.scratch.dense import Dense
from fondo.scratch.differences import slopes
from fondo.scratch.losses import mean_squared_error
from fondo.scratch.network import Network
from fondo.scratch.optimizers import SGD, Adam
from fondo.scratch.shaping import Add
from fondo.scratch.training import fit, gradients

X = np.array([[1.0], [2.0], [3.0], [4.0]])
Y = 2 * X
START = 1.477867  # 1.477 in the cookbook's prose


def line(a):
    network = Network([Dense(1)], (1,))
    network.weights["dense/kernel"][:] = a
    return network


def fitted(a, rate, epochs, batch_size=None):
    """Slope, intercept and history after that many epochs."""
    network = line(a)
    history = fit(
        network, X, Y, "mean_squared_error", SGD(rate), epochs=epochs, batch_size=batch_size
    )
    slope, intercept = (float(w.ravel()[0]) for w in network.weights.values())
    return slope, intercept, history


@pytest.mark.parametrize(
    ("rate", "epochs", "slope", "intercept", "digits"),
    [
        (0.01, 1, 1.556186950, 0.026106650, 9),
        (0.01, 2, 1.621453575, 0.047775169, 9),
        (0.01, 10, 1.872183920, 0.128870062, 9),
        (0.01, 100, 1.959886445, 0.117938726, 9),
        (0.01, 1000, 1.997300247, 0.007937602, 9),
        (0.1, 1, 2.2610665, 0.2610665, 7),
        (0.1, 2, 1.7389335, 0.0783200, 7),
        (0.1, 3, 2.0913733, 0.1931892, 7),
        (0.1, 10, 1.9515130, 0.1145492, 7),
        (0.1, 100, 1.9974093, 0.0076169, 7),
        (0.1, 1000, 2.0, 0.0, 7),
        (0.5, 1, 5.3938645, 1.3053325, 7),
        (0.5, 2, -23.3234505, -8.4846612, 7),
        (0.5, 3, 187.8140814, 63.3086263, 7),
    ],
)
def test_y_is_2x_step_by_step(rate, epochs, slope, intercept, digits):
    found = fitted(START, rate, epochs)
    np.testing.assert_allclose(found[:2], (slope, intercept), rtol=0, atol=0.6 * 10**-digits)


def test_start_of_y_is_2x():
    value, found = gradients(line(START), X, Y, "mean_squared_error")
    assert value == pytest.approx(2.044671523, abs=5e-10)
    # by hand: 2 (a - 2) mean x^2 = 15 (a - 2) and 2 (a - 2) mean x = 5 (a - 2)
    assert found["dense/kernel"][0, 0] == pytest.approx(15 * (START - 2))
    assert found["dense/bias"][0] == pytest.approx(5 * (START - 2))


def test_companion_run_with_batches_of_four_is_the_exact_gradient():
    # The hand-made float32 run of the companion ends at 1.8406178, 0.46846756, Keras' own at
    # 1.8406798, 0.46842048: float32 noise about what is computed here.
    slope, intercept, history = fitted(-0.07377076, 0.01, 100, batch_size=4)
    np.testing.assert_allclose((slope, intercept), (1.840679832, 0.468420653), atol=6e-10)
    np.testing.assert_allclose((slope, intercept), (1.8406798, 0.46842048), atol=3e-7)
    trace = [32.2539, 22.4004, 15.5631, 10.8187, 7.5265, 5.2421, 3.6568]
    losses = [row["loss"] for row in history]
    np.testing.assert_allclose(losses[:7], trace, rtol=0, atol=6e-5)
    np.testing.assert_allclose(
        [losses[93], losses[98], losses[99]], [0.0382, 0.0371, 0.0369], rtol=0, atol=6e-5
    )
    assert [row["epoch"] for row in history] == list(range(1, 101))


def test_companion_start_far_away():
    slope, intercept, _ = fitted(2000.0, 0.01, 1)
    np.testing.assert_allclose((slope, intercept), (1700.3, -99.9), rtol=1e-12)


def curvatures():
    """Eigenvalues of the matrix of second derivatives of mean (a x + b - y)^2."""
    design = np.column_stack([X, np.ones(4)])
    return np.linalg.eigvalsh(2 * design.T @ design / len(X))


def test_the_stability_limit_comes_from_the_curvature():
    np.testing.assert_allclose(curvatures(), [0.299390, 16.700610], atol=5e-7)
    limit = 2 / curvatures()[-1]
    assert limit == pytest.approx(0.119756, abs=5e-7)
    below = fitted(START, 0.99 * limit, 400)[2]
    assert below[-1]["loss"] < below[0]["loss"] / 100
    with pytest.raises(TrainingFailed):
        fitted(START, 1.01 * limit, 2000)


def test_a_rate_of_a_half_diverges_and_the_epoch_is_named():
    # The text calls this run "stuck in a local minimum"; the loss has none: it diverges. It
    # grows (0.5 * 16.7 - 1)^2 = 54-fold a step, so past 1e8 in the fifth: seen before the sixth.
    words = (
        r"fit\(learning_rate=0.5\): training diverged in epoch 6: the loss has come to 9.*"
        r"smaller learning rate, or scale the inputs"
    )
    with pytest.raises(TrainingFailed, match=words):
        fitted(START, 0.5, 1000)


def test_ten_steps_of_a_half_without_the_guard():
    network, optimizer = line(START), SGD(0.5)
    for _ in range(10):
        optimizer.update(network.weights, gradients(network, X, Y, "mean_squared_error")[1])
    assert network.weights["dense/kernel"][0, 0] == pytest.approx(-2.15e8, rel=0.005)


@pytest.mark.parametrize(
    ("rate", "words"),
    [(1e200, "dense_2/kernel.*no longer finite|overflowed"), (1e308, "no longer finite")],
)
def test_an_overflow_is_told_as_divergence(rate, words):
    network = Network([Dense(2), Dense(1)], (1,))
    with pytest.raises(TrainingFailed, match=f"diverged in epoch [12]: .*({words})"):
        fit(network, X, Y, "mean_squared_error", SGD(rate), epochs=3, batch_size=None)


def test_a_loss_that_is_no_number_stops_the_run():
    def broken(prediction, target):
        return float("nan"), lambda d: np.zeros_like(prediction)

    with pytest.raises(TrainingFailed, match="diverged in epoch 1: the loss has come to nan"):
        fit(line(START), X, Y, broken, SGD(0.01))


def test_a_perfect_start_is_no_divergence():
    network = line(2.0)
    fit(network, X, Y, "mean_squared_error", Adam(0.01), epochs=5, batch_size=1)
    assert network.weights["dense/kernel"][0, 0] == pytest.approx(2.0, abs=0.05)


# ---- laws


def small(seed, l2=0.0):
    return Network([Dense(3, "tanh", l2=l2), Dense(1)], (2,), seed=seed)


def rows(seed, n=10):
    random = np.random.default_rng(seed)
    return random.normal(size=(n, 2)), random.normal(size=(n, 1))


@settings(max_examples=8)
@given(seed=st.integers(0, 1000), l2=st.sampled_from([0.0, 0.1]))
def test_gradients_are_the_slopes_of_their_value(seed, l2):
    network, (x, y) = small(seed, l2), rows(seed)
    value, found = gradients(network, x, y, "mean_squared_error")
    assert value == pytest.approx(mean_squared_error(network.predict(x), y)[0] + network.penalty())
    close = slopes(
        lambda _: mean_squared_error(network.predict(x), y)[0] + network.penalty(),
        network.weights,
        1e-5,
        central=True,
    )
    for name, slope in close.items():
        np.testing.assert_allclose(found[name], slope, atol=1e-8)


@settings(max_examples=8)
@given(seed=st.integers(0, 1000), n=st.integers(1, 10))
def test_steps_of_an_epoch(seed, n):
    x, y = rows(seed)
    for size, steps in ((None, 1), (1, 10), (n, -(-10 // n))):
        optimizer = SGD(0.001)
        fit(small(seed), x, y, "mean_squared_error", optimizer, batch_size=size)
        assert optimizer.steps == steps


def test_the_loss_of_an_epoch_counts_rows_not_batches():
    # rate so small that the weights stand still: 3 batches of 4, 4 and 2 rows must give the mean
    network, (x, y) = small(0, l2=0.1), rows(0)
    still = fit(network, x, y, "mean_squared_error", SGD(1e-300), batch_size=4, validation=(x, y))
    whole = gradients(network, x, y, "mean_squared_error")[0]
    assert still[0]["loss"] == pytest.approx(whole, rel=1e-12)
    # rows that are held out are measured without what L2 adds
    assert still[0]["val_loss"] == pytest.approx(whole - network.penalty(), rel=1e-12)
    assert still[0]["seconds"] > 0


def test_orders_are_drawn_from_the_seed():
    x, y = rows(3)

    def end(**settings):
        network = small(0)
        fit(network, x, y, "mean_squared_error", SGD(0.1), epochs=2, batch_size=3, **settings)
        return network.weights["dense/kernel"]

    np.testing.assert_array_equal(end(seed=5), end(seed=5))
    np.testing.assert_array_equal(end(seed=5), end(seed=5, validation=(y * x, y)))
    assert not np.array_equal(end(seed=5), end(seed=6))
    assert not np.array_equal(end(seed=5), end(shuffle=False))
    np.testing.assert_array_equal(end(shuffle=False, seed=5), end(shuffle=False, seed=6))


def test_batch_descent_is_one_step_along_the_gradient():
    (x, y), network, by_hand = rows(1), small(1), small(1)
    fit(network, x, y, "mean_squared_error", SGD(0.1), batch_size=None)
    found = gradients(by_hand, x, y, "mean_squared_error")[1]
    for name, w in by_hand.weights.items():
        np.testing.assert_array_equal(network.weights[name], w - 0.1 * found[name])


def test_rows_by_input_name():
    links = {"add": [("left", 0), ("right", 0)]}
    network = Network([Add(), Dense(1)], links=links, inputs=("left", "right"))
    x, y = rows(2)
    parts = {"left": x, "right": 2 * x}
    history = fit(network, parts, y, "mean_squared_error", Adam(0.1), epochs=30, batch_size=4)
    assert history[-1]["loss"] < history[0]["loss"]


def test_a_loss_of_ones_own():
    def doubled(prediction, target):
        value, pullback = mean_squared_error(prediction, target)
        return 2 * value, lambda d: pullback(2 * d)

    own, twice = line(START), line(START)
    fit(own, X, Y, doubled, SGD(0.01))
    fit(twice, X, Y, "mean_squared_error", SGD(0.02))
    np.testing.assert_allclose(own.weights["dense/kernel"], twice.weights["dense/kernel"])


# ---- refusals


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X, Y[:3], "same number of rows. inputs has 4, y has 3"),
        (X, 7.0, "same number of rows. inputs has 4, y has 0"),
        (X[:0], Y[:0], "the input 'inputs' has no rows"),
        (np.ones((4, 2)), Y, r"Dense 'dense': expected inputs of shape \(batch, ..., 1\)"),
        (X, [[1.0], [2.0], [np.nan], [0.0]], "targets must be finite. Row 2 is not"),
        ([[1.0], [np.inf], [0.0], [0.0]], Y, "row 1 of the input 'inputs' holds NaN or infinity"),
        (X, np.ones((4, 3)), r"targets must have the shape of the predictions, \(4, 1\)"),
    ],
)
def test_rows_that_do_not_fit_are_refused_before_anything_changes(x, y, words):
    network = line(START)
    with pytest.raises(BadData, match=words):
        fit(network, x, y, "mean_squared_error", SGD(0.01), batch_size=1)
    assert network.weights["dense/kernel"][0, 0] == START


def test_labels_that_do_not_fit_the_loss_are_refused_with_their_row():
    sure = Network([Dense(1, "sigmoid")], (1,))
    with pytest.raises(BadData, match="targets must lie between 0 and 1. Row 3 has 2"):
        fit(sure, X, [0, 1, 1, 2], "binary_cross_entropy", SGD(0.01), batch_size=1)
    three = Network([Dense(3, "softmax")], (1,))
    with pytest.raises(BadData, match="whole numbers from 0 to 2.*Row 2 has 3"):
        fit(three, X, [0, 1, 3, 2], "categorical_cross_entropy", SGD(0.01), batch_size=1)
    with pytest.raises(BadData, match="same number of rows"):
        fit(line(1.0), X, Y, "mean_squared_error", SGD(0.01), validation=(X, Y[:2]))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"epochs": 0}, r"fit\(epochs=0, batch_size=32\): both must be whole numbers"),
        ({"batch_size": 0}, r"fit\(epochs=1, batch_size=0\): .* batch_size=None takes all"),
    ],
)
def test_counts_that_cannot_be_are_refused(settings, words):
    with pytest.raises(BadParameter, match=words):
        fit(line(1.0), X, Y, "mean_squared_error", SGD(0.01), **settings)


def test_unknown_losses_and_networks_with_two_answers_are_refused():
    with pytest.raises(BadParameter, match=r"fit\(loss='mean_squared'\): Did you mean"):
        fit(line(1.0), X, Y, "mean_squared", SGD(0.01))
    both = Network([Dense(1), Dense(1)], (1,), outputs=[("dense", 0), ("dense_2", 0)])
    with pytest.raises(BadParameter, match="the network has 2 outputs; fit trains one alone"):
        fit(both, X, Y, "mean_squared_error", SGD(0.01))
