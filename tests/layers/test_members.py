"""Layers of several members against NumPy, against laws, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.layers.members import MemberDense, MemberScale

RANDOM = np.random.default_rng(0)


def array(*shape):
    return RANDOM.normal(size=shape).astype("float32")


def test_member_scale_worked_by_hand():
    layer = MemberScale(2)
    layer.build((None, 2))
    layer.scale.assign([[1.0, 2.0], [0.0, -1.0]])
    # row (3, 4): member 0 sees (3, 8), member 1 sees (0, -4)
    assert np.asarray(layer(np.array([[3.0, 4.0]], "float32"))).tolist() == [[[3, 8], [0, -4]]]


def test_member_scale_of_an_embedding_keeps_each_vector_whole():
    layer, x = MemberScale(3, seed=1), array(5, 4, 2)
    found = np.asarray(layer(x)).reshape(5, 3, 4, 2)
    expected = np.einsum("bfw,kf->bkfw", x, np.asarray(layer.scale))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_member_dense_worked_by_hand():
    layer = MemberDense(1)
    layer.build((None, 2, 2))
    layer.kernel.assign([[[1.0], [10.0]], [[100.0], [0.0]]])
    layer.bias.assign([[0.5], [0.0]])
    # member 0: 1 + 2 * 10 + 0.5 = 21.5; member 1: 3 * 100 + 4 * 0 = 300
    assert np.asarray(layer(np.array([[[1.0, 2.0], [3.0, 4.0]]]))).tolist() == [[[21.5], [300.0]]]


@pytest.mark.parametrize("members", [1, 3])
def test_each_member_is_a_dense_layer(members):
    layer, x = MemberDense(4, seed=2), array(6, members, 5)
    found = np.asarray(layer(x))
    for m in range(members):
        dense = keras.layers.Dense(4)
        dense.build((None, 5))
        dense.set_weights([np.asarray(layer.kernel)[m], np.asarray(layer.bias)[m]])
        np.testing.assert_allclose(found[:, m], np.asarray(dense(x[:, m])), rtol=1e-5, atol=1e-6)


def test_kernels_are_drawn_as_wide_as_those_of_a_dense_layer():
    layer = MemberDense(50, seed=3)
    layer.build((None, 8, 150))
    # Glorot and Bengio (2010), eq. 16: bound sqrt(6 / (inputs + outputs)) = sqrt(6 / 200)
    bound = np.sqrt(6 / 200)
    largest = np.abs(np.asarray(layer.kernel)).max(axis=(1, 2))
    assert (largest <= bound).all()
    assert (largest > 0.99 * bound).all()
    assert len({float(kernel[0, 0]) for kernel in np.asarray(layer.kernel)}) == 8


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.permutations(range(6)))
def test_permuting_rows_permutes_the_answers(order):
    scale, dense, x = MemberScale(3, seed=1), MemberDense(2, seed=1), array(6, 4)
    answers = np.asarray(dense(scale(x)))
    np.testing.assert_allclose(np.asarray(dense(scale(x[order]))), answers[order], rtol=1e-5)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.floats(-3, 3, width=32))
def test_member_scale_is_linear(factor):
    scale, x = MemberScale(3, seed=1), array(4, 5)
    np.testing.assert_allclose(
        np.asarray(scale(np.float32(factor) * x)), factor * np.asarray(scale(x)), atol=1e-4
    )


MADE = [
    (lambda: MemberScale(3, seed=5), (2, 4)),
    (lambda: MemberScale(3, seed=5), (2, 4, 3)),
    (lambda: MemberDense(2, initializer="he_normal", seed=5), (2, 3, 4)),
]


@pytest.mark.parametrize(("make", "shape"), MADE)
def test_config_rebuilds_the_layer_and_the_seed_its_weights(make, shape):
    first, x = make(), array(*shape)
    config = keras.saving.serialize_keras_object(first)
    assert config["registered_name"] == f"fondo>{type(first).__name__}"
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == first.get_config()
    np.testing.assert_array_equal(np.asarray(first(x)), np.asarray(again(x)))
    assert first.compute_output_shape(shape) == tuple(first(x).shape)
