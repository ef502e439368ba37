"""Pooling against Keras' own layers, ties and not-a-numbers included, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import jax, jnp, keras
from fondo.layers.pooling import AveragePooling2D, MaxPooling2D

PROGRAMS = {}
RANDOM = np.random.default_rng(0)
KINDS = {"max": MaxPooling2D, "average": AveragePooling2D}
SIZES = {  # rows, columns, window, stride, padding
    "2 by 2": (7, 6, 2, None, "valid"),
    "2 by 2, same": (7, 5, 2, None, "same"),
    "overlapping": (9, 8, 3, 2, "same"),
    "4 by 5": (9, 11, (4, 5), (4, 3), "same"),
    "2 by 1": (5, 5, (2, 1), 1, "valid"),
}


def in_keras(layer):
    return getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())


def value_and_gradient(layer, x):
    """Outputs, and the gradient of the inputs for 1, 2, 3 ... as the gradient of the outputs."""
    # one program a configuration and shape, not one an operation
    key = (type(layer), str({**layer.get_config(), "name": ""}), x.shape)
    if key not in PROGRAMS:

        @jax.jit
        def both(x):
            outputs, pullback = jax.vjp(lambda x: layer(x), x)
            gradient = 1 + jnp.arange(outputs.size, dtype="float32").reshape(outputs.shape)
            return outputs, pullback(gradient)[0]

        PROGRAMS[key] = both
    return [np.asarray(array) for array in PROGRAMS[key](x)]


def assert_alike(layer, x):
    found, wanted = value_and_gradient(layer, x), value_and_gradient(in_keras(layer), x)
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", SIZES)
def test_values_and_gradients_are_those_of_keras(case, kind):
    high, wide, size, stride, padding = SIZES[case]
    layer = KINDS[kind](size, stride, padding)
    assert_alike(layer, RANDOM.normal(size=(2, high, wide, 3)).astype("float32"))
    assert layer.compute_output_shape((2, high, wide, 3))[0] == 2


@pytest.mark.parametrize("size", [2, 4])
@settings(max_examples=15)
@given(st.lists(st.integers(-1, 1), min_size=64, max_size=64))
def test_the_first_of_equal_numbers_gets_the_whole_gradient(size, numbers):
    # at once for few cells, along rows and then along columns for more: the same rule
    x = np.asarray(numbers, "float32").reshape(1, 8, 8, 1)
    assert_alike(MaxPooling2D(size), x)
    gradient = value_and_gradient(MaxPooling2D(size), x)[1]
    blocks = gradient.reshape(8 // size, size, 8 // size, size)
    assert ((blocks != 0).sum(axis=(1, 3)) == 1).all()


def test_ties_by_hand():
    x = np.array([[0, 7, 7, 1], [7, 7, 1, 1], [2, 2, 0, 0], [2, 2, 0, 0]], "float32")
    found = value_and_gradient(MaxPooling2D(2), x.reshape(1, 4, 4, 1))[1][0, :, :, 0]
    assert found.tolist() == [[0, 1, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_what_is_no_number_is_the_maximum(place):
    x = np.arange(8, dtype="float32")
    x[place] = np.nan
    found = np.asarray(MaxPooling2D(2)(x.reshape(2, 2, 2, 1))).ravel()
    assert np.isnan(found).tolist() == [True, False]


def test_means_leave_padding_out():
    x = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], "float32").reshape(1, 3, 3, 1)
    found = np.asarray(AveragePooling2D(2, padding="same")(x))[0, :, :, 0]
    assert found.tolist() == [[3, 4.5], [7.5, 9]]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_covered_is_left_to_keras(kind):
    first = KINDS[kind](2, data_format="channels_first")
    assert_alike(first, RANDOM.normal(size=(1, 2, 4, 4)).astype("float32"))
    wide = KINDS[kind](17)
    assert_alike(wide, RANDOM.normal(size=(1, 17, 18, 1)).astype("float32"))
    with pytest.raises(ValueError, match=r"(?i)negative|dimension"):
        keras.Sequential([keras.Input((3, 3, 1)), KINDS[kind](4)])


@pytest.mark.parametrize("kind", KINDS)
def test_the_configuration_is_that_of_keras(kind):
    layer = KINDS[kind]((2, 3), strides=2, padding="same", name="pooled")
    assert in_keras(layer).get_config() == layer.get_config()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is KINDS[kind]
    assert again.get_config() == layer.get_config()
