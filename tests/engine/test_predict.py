from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fondo.engine.predict import network_state, predict, set_state
from fondo.engine.programs import programs
from fondo.errors import BadData, BadParameter


@pytest.mark.parametrize("n", [1, 63, 65, 300])
def test_predictions_are_those_of_keras(n: int, make_network: Callable[..., Any]) -> None:
    network = make_network(dropout=0.5, norm=True)
    rows = np.random.default_rng(0).normal(size=(n, 4)).astype("f4")
    found = predict(network, rows, batch_size=128)
    assert found.shape == (n, 3)
    np.testing.assert_allclose(found, np.asarray(network(rows)), rtol=1e-5, atol=1e-6)


def test_a_row_alone_is_predicted_as_among_others(make_network: Callable[..., Any]) -> None:
    network = make_network()
    rows = np.random.default_rng(0).normal(size=(40, 4))
    together = predict(network, rows)
    alone = np.concatenate([predict(network, rows[k : k + 1]) for k in range(40)])
    np.testing.assert_array_equal(together, alone)


def test_equal_networks_and_nearby_sizes_share_a_program(make_network: Callable[..., Any]) -> None:
    rows = np.zeros((9, 4))
    predict(make_network(5), rows)
    before = programs.compiled
    network = make_network(5)
    network.set_weights([np.ones(variable.shape) for variable in network.weights])
    assert np.allclose(predict(network, rows[:2]), 1.0 + 5 * np.tanh(1.0))
    assert programs.compiled == before


def test_state_goes_out_and_in(make_network: Callable[..., Any]) -> None:
    one, other = make_network(norm=True), make_network(norm=True)
    one.set_weights([np.full(variable.shape, 0.5) for variable in one.weights])
    set_state(other, network_state(one))
    rows = np.ones((3, 4))
    np.testing.assert_array_equal(predict(one, rows), predict(other, rows))
    state = network_state(one)
    state["trainable"][0][:] = 0  # a copy: the network does not notice
    np.testing.assert_array_equal(predict(one, rows), predict(other, rows))


def test_state_of_another_network_is_refused_whole(make_network: Callable[..., Any]) -> None:
    network = make_network()
    before = network_state(network)
    with pytest.raises(BadParameter, match=r"trainable weights must have shapes \[\(4, 8\)"):
        set_state(network, network_state(make_network(9)))
    for a, b in zip(before["trainable"], network_state(network)["trainable"], strict=True):
        np.testing.assert_array_equal(a, b)


def test_no_rows_are_refused(make_network: Callable[..., Any]) -> None:
    with pytest.raises(BadData, match="at least one row"):
        predict(make_network(), np.zeros((0, 4)))
