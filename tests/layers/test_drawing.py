"""fondo.layers.drawing: starting weights are those of Keras, number by number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo import MLP, TableClassifier
from fondo.backend import keras
from fondo.layers.base import named_initializer
from fondo.layers.drawing import Drawn, plain

SHAPES = st.sampled_from([(3, 5), (64, 64), (1, 700)])


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(["glorot_uniform", "he_uniform", "lecun_uniform"]),
       SHAPES, st.integers(0, 2**32 - 1))  # fmt: skip
def test_uniform_weights_are_those_that_keras_draws(name, shape, seed):
    ours, theirs = named_initializer(name, seed), keras.initializers.get(name)
    theirs = type(theirs)(seed=seed)
    wanted = np.asarray(theirs(shape, dtype="float32"))
    found = np.asarray(ours(shape, dtype="float32"))
    assert found.dtype == np.float32
    # exactly equal where the processor multiplies and adds with one rounding, as most do
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1.2e-7 * np.abs(wanted).max())


def test_a_range_may_lie_anywhere_and_zeros_are_zeros():
    start = keras.initializers.RandomUniform(-0.25, 2, seed=9)
    found = Drawn(start)((2, 3, 4), dtype="float32")
    np.testing.assert_allclose(found, np.asarray(start((2, 3, 4))), rtol=0, atol=2.5e-7)
    zeros = Drawn(keras.initializers.Zeros())((5,), dtype="float32")
    assert zeros.dtype == np.float32
    assert not zeros.any()


@pytest.mark.parametrize(
    ("start", "shape", "dtype"),
    [
        (keras.initializers.HeNormal(seed=2), (4, 3), "float32"),  # another distribution
        (keras.initializers.GlorotUniform(seed=2), (3, 3, 2, 4), "float32"),  # a convolution
        (keras.initializers.GlorotUniform(seed=2), (4, 3), "float16"),  # another type
    ],
)
def test_what_it_does_not_know_keras_draws(start, shape, dtype):
    found = Drawn(start)(shape, dtype=dtype)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(start(shape, dtype=dtype)))


def test_a_built_network_names_the_initializers_of_keras_alone():
    layer = keras.layers.Dense(3, kernel_initializer=named_initializer("glorot_uniform", 7))
    network = plain(keras.Sequential([keras.Input((4,)), layer]))
    config = network.get_config()["layers"][1]["config"]["kernel_initializer"]
    assert (config["module"], config["class_name"]) == ("keras.initializers", "GlorotUniform")
    assert config["config"]["seed"] == 7
    copy = keras.models.clone_model(network)
    np.testing.assert_array_equal(*(np.asarray(n.layers[0].kernel) for n in (network, copy)))


def test_a_tasks_network_can_be_taken_away():
    X = np.random.default_rng(0).normal(size=(40, 3))
    shape = MLP(hidden=(4,), embedding="none", members=1, dropout=0.0)
    task = TableClassifier(architecture=shape, epochs=1).fit(X, X[:, 0] > 0)
    assert "Drawn" not in str(task.network_.get_config())
