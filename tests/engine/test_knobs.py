"""fondo.engine.knobs: found once each, turned and turned back."""

import threading

import pytest

from fondo.backend import keras
from fondo.engine import signatures
from fondo.engine.knobs import at_rest, knobs_of, read_knobs, turned
from fondo.engine.losses import class_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.signatures import network_signature
from fondo.engine.step import supervised
from fondo.layers.knobs import Dropout, Penalty


def network(rate=0.25, l2=0.1, seed=0):
    shared, dense = Penalty(0.3, l2), keras.layers.Dense
    layers = [dense(4, kernel_regularizer=shared), Dropout(rate, seed=seed)]
    layers += [dense(3, kernel_regularizer=shared), keras.layers.Dropout(0.5)]
    return keras.Sequential([keras.Input((2,)), *layers])


def test_each_knob_is_found_once_and_keras_own_layers_have_none():
    found = knobs_of(network())
    assert [name for _, name in found] == ["l1", "l2", "rate"]
    assert [float(value) for value in read_knobs(found)] == pytest.approx([0.3, 0.1, 0.25])


def test_they_are_turned_back_even_where_something_fails():
    made = network()
    knobs = knobs_of(made)
    with turned(knobs, [1.0, 2.0, 0.5]):
        assert [float(v) for v in read_knobs(knobs)] == [1.0, 2.0, 0.5]
    with pytest.raises(ZeroDivisionError), turned(knobs, [1.0, 2.0, 0.5]):
        1 / 0  # noqa: B018
    assert [float(v) for v in read_knobs(knobs)] == pytest.approx([0.3, 0.1, 0.25])


def test_networks_that_differ_in_knobs_alone_have_one_signature():
    assert network_signature(network(0.1, 0.5)) == network_signature(network(0.4, 0.2, seed=3))
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.1)])
    fixed = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.2)])
    assert network_signature(other) != network_signature(fixed)


def test_a_penalty_of_nothing_is_no_knob_and_another_program():
    assert [name for _, name in knobs_of(network(l2=0.0))] == ["l1", "rate"]
    assert network_signature(network(l2=0.0)) != network_signature(network(l2=0.5))
    weights, penalty = keras.ops.array([3.0, -4.0]), Penalty(0.0, 0.5)
    assert float(penalty(weights)) == 12.5  # 0.5 (9 + 16)
    penalty.l1 = 1.0
    assert float(penalty(weights)) == 19.5
    assert float(Penalty()(weights)) == 0.0


def test_knobs_at_rest_are_not_turned_by_another_thread():
    made, seen = network(), []
    knobs = knobs_of(made)

    def turn():
        with turned(knobs, [9.0, 9.0, 9.0]):
            seen.append("turned")

    thread = threading.Thread(target=turn)
    with at_rest():
        thread.start()
        thread.join(0.05)
        assert [float(v) for v in read_knobs(knobs)] == pytest.approx([0.3, 0.1, 0.25])
        assert not seen
    thread.join()
    assert seen == ["turned"]


def test_freezing_a_layer_changes_the_signature_at_once():
    made = network()
    before = network_signature(made)
    made.layers[0].trainable = False
    assert network_signature(made) != before


def test_within_a_block_a_signature_is_found_once_and_after_it_anew(monkeypatch):
    made, found = network(), []
    monkeypatch.setattr(signatures, "_digest", lambda n: found.append(n) or str(len(found)))
    with signatures.remembered():
        with signatures.remembered():
            assert network_signature(made) == network_signature(made) == "1"
        assert network_signature(made) == "1"
    assert network_signature(made) == "2"
    made.layers[-1].rate = 0.9
    assert network_signature(made) == "3"


def test_a_state_holds_the_knobs_of_its_network():
    step = supervised(network(), class_objective("cross_entropy", 3), make_optimizer("sgd", 0.1))
    state = step.init([0, 0])
    assert [float(v) for v in state["knobs"]] == pytest.approx([0.3, 0.1, 0.25])
