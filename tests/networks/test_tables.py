"""The network for tables: sizes, parameter counts, and the same answers as NumPy."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.networks.tables import PLAIN, Shape, mlp

RANDOM = np.random.default_rng(0)
MIXED = {"numbers": 3, "flags": 2, "categories": (4, 5)}
SMALL = Shape(hidden=(6, 5), bins=4, embedding_width=3, members=2)


def rows(sizes, n=7):
    codes = [RANDOM.integers(0, c, n) for c in sizes.get("categories", ())]
    made = {
        "numbers": RANDOM.normal(size=(n, sizes.get("numbers", 0))).astype("float32"),
        "flags": RANDOM.integers(0, 2, (n, sizes.get("flags", 0))).astype("float32"),
        "categories": np.stack(codes, axis=1).astype("int32") if codes else np.zeros((n, 0)),
    }
    return {name: array for name, array in made.items() if array.shape[1]}


def weights(network):
    return [np.asarray(w.value) for w in network.weights]


def answer(network, inputs):
    return np.asarray(network(inputs))


@pytest.mark.parametrize(
    ("numbers", "hidden", "outputs", "count"),
    [
        (13, (64,), 1, 961),  # 13 * 64 + 64 + 64 + 1
        (20, (64, 64), 2, 5634),  # 20 * 64 + 64 + 64 * 64 + 64 + 64 * 2 + 2
        (4, (), 3, 15),  # 4 * 3 + 3
    ],
)
def test_a_plain_network_has_dense_layers_alone(numbers, hidden, outputs, count):
    network = mlp({"numbers": numbers}, outputs, dataclasses.replace(PLAIN, hidden=hidden))
    assert network.count_params() == count
    kinds = {type(layer).__name__ for layer in network.layers}
    assert kinds == {"InputLayer", "Dense", "Reshape"}


def test_parameters_of_a_network_with_members_counted_by_hand():
    # embeddings: edges 3*5, linear 3*3, kernel 3*4*3, bias 3*3; codes (4+5)*3: 69 + 27 = 96
    # scales: 2 members * (3 numbers + 2 flags + 2 columns of codes) = 14
    # hidden: (3*3 + 2 + 2*3)*6 + 6 + 6*5 + 5 = 143; out: 2*(5*3 + 3) = 36
    assert mlp(MIXED, 3, SMALL).count_params() == 96 + 14 + 143 + 36


def test_a_plain_network_agrees_with_numpy():
    network = mlp({"numbers": 4}, 2, dataclasses.replace(PLAIN, hidden=(5,)))
    x = rows({"numbers": 4})["numbers"]
    w1, b1, w2, b2 = (np.asarray(w, "float64") for w in network.weights)
    expected = np.maximum(x @ w1 + b1, 0) @ w2 + b2
    np.testing.assert_allclose(answer(network, {"numbers": x})[:, 0], expected, rtol=1e-4)


def test_a_network_of_members_agrees_with_numpy():
    shape = dataclasses.replace(SMALL, embedding="none", hidden=(5,), members=3)
    network, inputs = mlp({"numbers": 4, "flags": 2}, 2, shape), rows({"numbers": 4, "flags": 2})
    by_name = {w.path: np.asarray(w, "float64") for w in network.weights}
    x = np.concatenate([inputs["numbers"], inputs["flags"]], axis=1)
    scale = np.concatenate(
        [by_name["numbers_by_member/scale"], by_name["flags_by_member/scale"]], axis=1
    )
    for m in range(3):
        h = x * scale[m] @ by_name["hidden_1/kernel"] + by_name["hidden_1/bias"]
        out = np.maximum(h, 0) @ by_name["out/kernel"][m] + by_name["out/bias"][m]
        np.testing.assert_allclose(answer(network, inputs)[:, m], out, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("embedding", ["none", "piecewise", "periodic"])
@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize(
    "sizes", [MIXED, {"numbers": 3, "flags": 0}, {"flags": 2}, {"categories": (4,)}]
)
def test_every_mix_of_inputs_gives_an_answer_a_member(embedding, members, sizes):
    shape = dataclasses.replace(SMALL, embedding=embedding, members=members)
    network = mlp(sizes, 3, shape)
    assert network.output_shape == (None, members, 3)
    assert set(network.input) == set(rows(sizes))
    assert np.isfinite(answer(network, rows(sizes))).all()


def test_members_differ_from_each_other():
    first, second = np.moveaxis(answer(mlp(MIXED, 3, SMALL), rows(MIXED)), 1, 0)
    assert not np.allclose(first, second)


def test_the_seed_decides_the_weights():
    first, again, other = (weights(mlp(MIXED, 3, SMALL, seed=s)) for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.permutations(range(7)))
def test_permuting_rows_permutes_the_answers(order):
    network, inputs = mlp(MIXED, 3, SMALL), rows(MIXED)
    shuffled = {name: array[list(order)] for name, array in inputs.items()}
    expected = answer(network, inputs)[list(order)]
    np.testing.assert_allclose(answer(network, shuffled), expected, rtol=1e-4, atol=1e-5)


# Keras 3.15 copies its variables in a way that NumPy 2 warns of
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_network_comes_back_from_its_file(tmp_path):
    edges = np.tile(np.arange(5.0), (3, 1))
    network, inputs = mlp(MIXED, 3, SMALL, edges=edges), rows(MIXED)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(answer(loaded, inputs), answer(network, inputs))
    np.testing.assert_array_equal(np.asarray(loaded.get_layer("numbers_embedded").edges), edges)


def test_edges_change_the_answers_but_not_the_shape_of_the_network():
    here, there = (
        mlp(MIXED, 3, SMALL, edges=np.tile(np.arange(5.0) + shift, (3, 1))) for shift in (0, 9)
    )
    shapes = [[(w.path, tuple(w.shape)) for w in network.weights] for network in (here, there)]
    assert shapes[0] == shapes[1]
    for network in (here, there):  # fresh kernels are zero: any edges would answer alike
        kernel = network.get_layer("numbers_embedded").kernel
        kernel.assign(np.ones(kernel.shape))
    inputs = rows(MIXED)
    assert not np.allclose(answer(here, inputs), answer(there, inputs))


def test_normalisation_penalties_and_dropout_are_where_they_were_asked_for():
    shape = dataclasses.replace(SMALL, batch_norm=True, l1=0.1, l2=0.2, dropout=0.3)
    network = mlp(MIXED, 3, shape)
    kinds = [type(layer).__name__ for layer in network.layers]
    assert [kinds.count(k) for k in ("BatchNormalization", "Activation", "Dropout")] == [2, 2, 2]
    kernels = [np.asarray(network.get_layer(f"hidden_{n}").kernel) for n in (1, 2)]
    expected = sum(0.1 * np.abs(k).sum() + 0.2 * (k**2).sum() for k in kernels)
    np.testing.assert_allclose(sum(float(loss) for loss in network.losses), expected, rtol=1e-4)


def test_dropout_silences_in_training_alone():
    network, inputs = mlp(MIXED, 3, dataclasses.replace(SMALL, dropout=0.5)), rows(MIXED)
    silent = answer(network, inputs)
    np.testing.assert_array_equal(silent, answer(network, inputs))
    assert not np.allclose(silent, np.asarray(network(inputs, training=True)))


def test_one_mask_silences_the_same_neurons_of_every_member():
    shape = dataclasses.replace(SMALL, dropout=0.5, activation="sigmoid", hidden=(40,), members=3)
    network, inputs = mlp(MIXED, 3, shape), rows(MIXED)
    inside = keras.Model(network.input, network.get_layer("dropout_1").output)
    silent = np.asarray(inside(inputs, training=True)) == 0  # (7, 3, 40); a sigmoid is never 0
    assert 0.3 < silent.mean() < 0.7
    assert (silent == silent[:, :1]).all()
    assert not (silent == silent[:1]).all()  # each row has its own
