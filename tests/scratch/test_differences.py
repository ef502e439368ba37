"""fondo.scratch.differences: learning by nudges (C01-4, C01-5), checks that catch, dead units."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import TrainingFailed
from fondo.scratch.activations import ACTIVATIONS
from fondo.scratch.dense import Activation, Dense, PReLU
from fondo.scratch.differences import by_differences, check_gradients, dead_units, slopes
from fondo.scratch.losses import mean_squared_error
from fondo.scratch.network import Network
from fondo.scratch.normalisation import BatchNormalization
from fondo.scratch.optimizers import SGD
from fondo.scratch.shaping import Add, Concatenate, Dropout
from fondo.scratch.training import fit

X = np.array([[1.0], [2.0], [3.0], [4.0]])
Y = 2 * X


def line_loss(p):
    return float(np.mean((p["a"] * X + p["b"] - Y) ** 2))


def line(a, epochs, rate=0.01, **settings):
    parameters = {"a": np.array(a), "b": np.array(0.0)}
    return by_differences(line_loss, parameters, learning_rate=rate, epochs=epochs, **settings)


# ---- C01-4: y = 2x. The text prints the weights with a bracket too many, and its loop without
# the indentation that makes the copy of the weights anew for each parameter.


def test_y_is_2x_by_differences():
    path = line(1.477867, 1000)
    assert path[0]["loss"] == pytest.approx(2.044671523, abs=6e-10)
    for epoch, a, b in (
        (1, 1.556179450, 0.026105650),
        (100, 1.959803456, 0.118044700),
        (1000, 1.997108123, 0.008364448),
    ):
        found = path[epoch]["parameters"]
        np.testing.assert_allclose((found["a"], found["b"]), (a, b), rtol=0, atol=2e-9)
    assert [row["epoch"] for row in path] == list(range(1001))


def test_the_end_of_forward_differences_is_off_by_their_bias():
    # not 2 and 0: a nudge adds half of itself times the curvature to every slope
    end = line(1.477867, 30_000, rate=0.1)[-1]["parameters"]
    np.testing.assert_allclose((end["a"], end["b"]), (1.9998, 0.00045), atol=6e-5)


def test_companion_runs_by_differences():
    # the hand-made version computes in float32, hence only three digits
    end = line(-0.07377076, 100)[-1]["parameters"]
    np.testing.assert_allclose((end["a"], end["b"]), (1.8406178, 0.46846756), atol=2e-4)
    far = line(2000.0, 1)[-1]["parameters"]
    np.testing.assert_allclose((far["a"], far["b"]), (1700.2999925637, -99.9000011361), atol=2e-6)


def test_all_parameters_move_at_once_from_the_slopes_that_are_told():
    path = line(1.477867, 3)
    for before, after in pairwise(path):
        for name, w in before["parameters"].items():
            step = after["parameters"][name] - w
            assert step == pytest.approx(-0.01 * before["slopes"][name], rel=1e-12)


def test_a_run_that_diverges_is_stopped():
    words = r"by_differences\(learning_rate=0.5\): training diverged in epoch 5: .*smaller"
    with pytest.raises(TrainingFailed, match=words):
        line(1.477867, 100, rate=0.5)


# ---- C01-5: a 1-3-1 network. The text multiplies by the nudge where it must add it.

PRINTED = ([-0.82203424, -0.9185806, 0.03494298], [1.0692896, 0.62761235, -0.5426246])
# The printed start does not lead to the printed result: its first two units are dead and cannot
# move. This one does (to the noise of float32 differences).
TRUE = ([-1.0281681, 0.43613, -0.08701682], [0.5071335, -0.90505, -0.10594594])
HEALTHY = ([0.5, -0.3, 0.8], [0.4, 0.7, 0.6])


def net(start):
    network = Network([Dense(3, "relu", name="hidden"), Dense(1, name="out")], (1,))
    network.weights["hidden/kernel"][0] = start[0]
    network.weights["out/kernel"][:, 0] = start[1]
    return network


def exactly(network, epochs):
    return fit(network, X, Y, "mean_squared_error", SGD(0.01), epochs=epochs, batch_size=None)


def nudged(network, epochs):
    return by_differences(
        lambda _: mean_squared_error(network.predict(X), Y)[0], network.weights, epochs=epochs
    )


def assert_weights(network, expected, atol):
    for (name, w), values in zip(network.weights.items(), expected, strict=True):
        np.testing.assert_allclose(w.ravel(), values, rtol=0, atol=atol, err_msg=name)


AFTER_PRINTED = (
    [-0.82203424, -0.9185806, -0.129387699],
    [0, 0, -0.054776893],
    [1.0692896, 0.62761235, -0.532042323],
    [0.100948046],
)


def test_one_step_from_the_printed_start():
    network = net(PRINTED)
    history = exactly(network, 1)
    assert history[0]["loss"] == pytest.approx(30.571523990, abs=6e-10)
    assert_weights(network, AFTER_PRINTED, atol=6e-10)
    after = mean_squared_error(network.predict(X), Y)[0]
    assert after == pytest.approx(29.000710048, abs=6e-10)
    network = net(PRINTED)
    nudged(network, 1)
    assert_weights(network, AFTER_PRINTED, atol=2e-5)


def test_the_start_that_leads_to_the_printed_result():
    printed = (
        [-1.0281681, 0.11109705, -0.08701682],
        [0, -0.10836656, 0],
        [0.5071335, -0.74833566, -0.10594594],
        [0.11973583],
    )
    for learn, atol in ((exactly, 7e-5), (nudged, 8e-5)):
        network = net(TRUE)
        learn(network, 1)
        assert_weights(network, printed, atol)


def test_a_healthy_start_learns():
    network = net(HEALTHY)
    assert exactly(network, 1)[0]["loss"] == pytest.approx(13.068)
    after = ([0.5792, -0.3, 0.9188], [0.0264, 0, 0.0396], [0.499, 0.7, 0.7584], [0.066])
    assert_weights(network, after, atol=1e-12)
    new = [[5.0], [6.0]]
    np.testing.assert_allclose(network.predict(new)[:, 0], [5.03839984, 6.02423856], atol=6e-9)
    exactly(network, 99)
    np.testing.assert_allclose(network.predict(new)[:, 0], [9.88062133, 11.82231177], atol=6e-9)
    exactly(network, 900)
    np.testing.assert_allclose(network.predict(new)[:, 0], [9.99995665, 11.99993542], atol=6e-9)


def test_the_dead_relu_trap():
    network = net(PRINTED)
    assert dead_units(network, X) == {"hidden": [0, 1]}
    exactly(network, 1)
    assert dead_units(network, X) == {"hidden": [0, 1, 2]}
    exactly(network, 1500)  # only the last bias still moves, to the mean of the targets
    np.testing.assert_allclose(network.predict([[1.0], [9.0]]), 5.0)
    assert mean_squared_error(network.predict(X), Y)[0] == pytest.approx(5.0)


def test_dead_units_are_told_by_layer():
    layers = [Dense(3), Activation("relu"), Dense(2, "tanh"), Dense(1, "relu6")]
    network = Network(layers, (2,), seed=1)
    network.layers[0].weights["bias"][:] = [-100.0, 0.0, 100.0]
    network.layers[3].weights["bias"][:] = 50.0
    rows = np.random.default_rng(0).normal(size=(20, 2))
    assert dead_units(network, rows) == {"activation": [0]}
    assert dead_units(net(HEALTHY), [[-1.0]]) == {"hidden": [0, 2]}


# ---- slopes and checks


@settings(max_examples=15)
@given(a=st.floats(-5, 5), b=st.floats(-5, 5), w=st.floats(-5, 5))
def test_differences_of_a_parabola(a, b, w):
    # a w^2 + b w: central differences are exact, forward ones too large by a * nudge
    held = {"w": np.array([w])}

    def parabola(p):
        return float(a * p["w"][0] ** 2 + b * p["w"][0])

    exact = 2 * a * w + b
    assert slopes(parabola, held, 0.1, central=True)["w"][0] == pytest.approx(exact, abs=1e-10)
    assert slopes(parabola, held, 0.1)["w"][0] == pytest.approx(exact + 0.1 * a, abs=1e-10)
    assert held["w"][0] == w


SMOOTH = sorted(set(ACTIVATIONS) - {"step"})


@pytest.mark.parametrize("activation", SMOOTH)
def test_every_activation_passes_the_check(activation):
    x = np.random.default_rng(3).normal(size=(4, 3))
    found = check_gradients(Dense(5, activation, l1=0.01, l2=0.1), x)
    assert set(found) == {"kernel", "bias", "inputs"}
    assert max(found.values()) < 1e-7


class Wrong(Dense):
    """A dense layer whose way back has one fault."""

    fault = ""

    def backward(self, *d_outputs):
        d_inputs = super().backward(*d_outputs)
        if self.fault == "sign":
            self.gradients["bias"] = -self.gradients["bias"]
        if self.fault == "mean":
            self.gradients["kernel"] = self.gradients["kernel"] / len(self.seen["inputs"])
        return 1.01 * d_inputs if self.fault == "inputs" else d_inputs


@pytest.mark.parametrize(
    ("fault", "where"), [("sign", "bias"), ("mean", "kernel"), ("inputs",) * 2]
)
def test_a_wrong_way_back_is_caught_where_it_is(fault, where):
    layer = Wrong(2, "tanh")
    layer.fault = fault
    found = check_gradients(layer, np.random.default_rng(0).normal(size=(4, 3)))
    assert found.pop(where) > 1e-3
    assert max(found.values()) < 1e-8


def test_layers_with_several_inputs_are_checked():
    random = np.random.default_rng(0)
    pair = random.normal(size=(3, 2)), random.normal(size=(3, 2))
    for layer in (Add(), Concatenate()):
        found = check_gradients(layer, pair)
        assert set(found) == {"inputs 0", "inputs 1"}
        assert max(found.values()) < 1e-8


def test_a_network_is_checked_as_it_trains_and_left_as_it_was():
    layers = [Dense(4, l2=0.3), BatchNormalization(), PReLU(), Dropout(0.4), Dense(2, "softmax")]
    network = Network(layers, (3,), seed=2)
    x = np.random.default_rng(1).normal(size=(6, 3))
    weights = {name: w.copy() for name, w in network.weights.items()}
    statistics = {name: a.copy() for name, a in network.layers[1].statistics.items()}
    found = check_gradients(network, x, training=True)
    assert set(found) == {*network.weights, "inputs"}
    assert max(found.values()) < 1e-6
    for name, w in network.weights.items():
        np.testing.assert_array_equal(w, weights[name])
    for name, array in network.layers[1].statistics.items():
        np.testing.assert_array_equal(array, statistics[name])


def test_codes_have_no_slope():
    assert "inputs" not in check_gradients(Dense(1), np.array([[1], [2]]))
    links = {"add": [("a", 0), ("b", 0)]}
    network = Network([Add(), Dense(1)], links=links, inputs=("a", "b"))
    found = check_gradients(network, {"a": np.array([[1], [2]]), "b": np.array([[0.5], [1.0]])})
    assert set(found) == {"dense/kernel", "dense/bias", "b"}
