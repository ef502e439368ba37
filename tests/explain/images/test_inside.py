"""fondo.explain.images.inside: outputs of layers and filters, against the layers themselves."""

import numpy as np
import pytest

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.explain.images.inside import activations, filters, first_filters


def test_activations_are_the_outputs_of_the_layer(convolutional, pictures):
    until = keras.Model(convolutional.input, convolutional.get_layer("first").output)
    for layer in ("first", 1, "1"):
        found = activations(convolutional, pictures, layer)
        np.testing.assert_allclose(found, np.asarray(until(pictures)), atol=1e-6)


def test_activations_of_the_last_layer_are_the_answers(convolutional, pictures):
    found = activations(convolutional, pictures, -1)
    np.testing.assert_allclose(found, np.asarray(convolutional(pictures)), atol=1e-6)


def test_the_origin_is_at_the_top_left():
    pictures = keras.Input((3, 4, 1))
    same = keras.layers.Conv2D(1, 1, kernel_initializer="ones", use_bias=False, name="same")
    network = keras.Model(pictures, keras.layers.Flatten()(same(pictures)))
    one = np.zeros((1, 3, 4, 1), np.uint8)
    one[0, 0, 3] = 7
    assert activations(network, one, "same")[0, :, :, 0].tolist() == one[0, :, :, 0].tolist()


def test_filters_are_the_kernels_one_picture_each(convolutional):
    kernel = np.asarray(convolutional.get_layer("first").kernel.value)  # (3, 3, 3, 4)
    found = filters(convolutional, "first")
    assert found.shape == (4, 3, 3, 3)
    assert found[2, 0, 1, 2] == kernel[0, 1, 2, 2]


def test_filters_of_depthwise_and_turned_convolutions():
    pictures = keras.Input((6, 6, 2))
    x = keras.layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(pictures)
    x = keras.layers.Conv2DTranspose(5, 2, name="turned")(x)
    network = keras.Model(pictures, keras.layers.Flatten()(x))
    depthwise = np.asarray(network.get_layer("depthwise").kernel.value)  # (3, 3, 2, 2)
    turned = np.asarray(network.get_layer("turned").kernel.value)  # (2, 2, 5, 4)
    assert filters(network, "depthwise").shape == (4, 3, 3, 1)
    assert filters(network, "depthwise")[1, 2, 0, 0] == depthwise[2, 0, 0, 1]
    assert filters(network, "turned").shape == (5, 2, 2, 4)
    assert filters(network, "turned")[3, 1, 0, 2] == turned[1, 0, 3, 2]


def test_what_has_no_filters_is_told(convolutional):
    with pytest.raises(BadParameter, match=r"filters\(layer='pool_1'\).*this one is MaxPooling2D"):
        filters(convolutional, "pool_1")
    with pytest.raises(BadParameter, match="Convolutions: first, second"):
        filters(convolutional, "head/out")
    with pytest.raises(BadParameter, match=r"activations\(layer='frist'\).*mean 'first'"):
        activations(convolutional, np.zeros((1, 12, 16, 3), np.uint8), "frist")


def test_the_first_filters(convolutional, linear):
    assert first_filters(convolutional).name == "first"
    assert first_filters(linear(np.ones((2, 2, 1)))) is None
