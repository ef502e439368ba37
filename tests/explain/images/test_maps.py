"""fondo.explain.images.maps: gradients by hand, differences, sums and class activation maps."""

import numpy as np
import pytest

from fondo.backend import jax, keras
from fondo.engine.programs import programs
from fondo.errors import BadData, BadParameter
from fondo.explain.images.graph import walk, weights_of
from fondo.explain.images.inside import activations, last_maps
from fondo.explain.images.maps import grad_cam, integrated_gradients, saliency

WEIGHTS = np.array([[[1.0, 0.0], [-2.0, 0.0]], [[0.0, 3.0], [0.0, 0.0]]])  # (2, 2, 2)


def chosen(network, pictures, choice):
    outputs = np.asarray(walk(network, weights_of(network), np.asarray(pictures, "float32")))
    return outputs[np.arange(len(outputs)), choice]


def test_the_saliency_of_a_linear_network_is_its_weights(linear):
    pictures = np.full((3, 2, 2, 1), 100, np.uint8)
    found = 255 * saliency(linear(WEIGHTS), pictures, [0, 0, 1])
    np.testing.assert_allclose(found[0], [[1, 2], [0, 0]], atol=1e-6)
    np.testing.assert_allclose(found[2], [[0, 0], [3, 0]], atol=1e-6)


def test_saliency_is_the_largest_over_channels(convolutional, pictures):
    maps = saliency(convolutional, pictures, 1)
    assert maps.shape == (5, 12, 16)
    slopes = []
    for channel in range(3):
        ends = []
        for step in (-0.5, 0.5):
            moved = pictures[:1].astype("float64")
            moved[0, 4, 7, channel] += step
            ends.append(chosen(convolutional, moved, [1])[0])
        slopes.append(abs(ends[1] - ends[0]))
    assert maps[0, 4, 7] == pytest.approx(max(slopes), rel=0.02)


def test_one_logit_has_two_signs(linear):
    network = linear(WEIGHTS[:, :, :1])
    pictures = np.full((2, 2, 2, 1), 255, np.uint8)
    for_it, against = integrated_gradients(network, pictures, [1, 0])
    np.testing.assert_allclose(for_it, [[1, -2], [0, 0]], atol=1e-5)
    np.testing.assert_allclose(against, -for_it)


@pytest.mark.parametrize("baseline", ["black", "mean"])
def test_attributions_sum_to_the_difference_of_outputs(convolutional, pictures, baseline):
    choice = np.array([0, 1, 2, 0, 1])
    maps = integrated_gradients(convolutional, pictures, choice, baseline=baseline, steps=128)
    blank = pictures.mean(axis=(1, 2), keepdims=True) * np.ones(pictures.shape)
    blank = np.zeros(pictures.shape) if baseline == "black" else blank
    gap = chosen(convolutional, pictures, choice) - chosen(convolutional, blank, choice)
    assert np.abs(gap).min() > 1e-3
    np.testing.assert_allclose(maps.sum(axis=(1, 2)), gap, rtol=0.01)


def test_attributions_of_a_picture_do_not_depend_on_the_others(convolutional, pictures):
    alone = integrated_gradients(convolutional, pictures[2:3], 2, steps=128)
    together = integrated_gradients(convolutional, pictures, 2, steps=128)
    np.testing.assert_allclose(alone[0], together[2], atol=1e-5)


def test_what_lies_behind_averages_gives_the_class_activation_map(convolutional, pictures):
    kernel = np.asarray(convolutional.get_layer("head").layers[-1].kernel.value)  # (5, 3)
    maps = activations(convolutional, pictures, "second")  # (n, 6, 8, 5)
    share = kernel[:, 2] / (6 * 8)
    expected = np.maximum((maps * share).sum(axis=-1), 0)
    expected = np.asarray(jax.image.resize(expected, (5, 12, 16), "bilinear"))
    found = grad_cam(convolutional, pictures, 2)
    assert found.max() > 0
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-8)
    np.testing.assert_array_equal(found, grad_cam(convolutional, pictures, 2, layer="second"))


def test_for_and_against_one_logit_light_up_other_places():
    pictures = keras.Input((8, 8, 1), dtype="uint8")
    x = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones")(pictures)
    x = keras.layers.Rescaling(1 / 255, -0.5, name="light")(x)
    dense = keras.layers.Dense(1, kernel_initializer="ones")
    network = keras.Model(pictures, dense(keras.layers.GlobalAveragePooling2D()(x)))
    shown = np.zeros((1, 8, 8, 1), np.uint8)
    shown[:, :, 4:] = 255
    bright, dark = (grad_cam(network, shown, choice, layer="light")[0] for choice in (1, 0))
    assert (bright[:, 4:] > 0).all()
    assert (bright[:, :4] == 0).all()
    np.testing.assert_allclose(dark, bright[:, ::-1], rtol=1e-5)


def test_the_last_maps_are_those_of_the_last_convolution_with_its_activation():
    def build(*behind):
        pictures = keras.Input((8, 8, 1))
        first = keras.layers.Conv2D(2, 3, padding="same", name="first")(pictures)
        x = keras.layers.Conv2D(2, 3, padding="same", name="last")(first)
        x = keras.layers.BatchNormalization(name="normalised")(x)
        x = keras.layers.Add(name="sum")([x, first])
        for layer in behind:
            x = layer(x)
        return keras.Model(pictures, keras.layers.Flatten()(x))

    active = keras.layers.Activation("relu", name="active")
    dropped = keras.layers.Dropout(0.5, name="dropped")
    pooled = keras.layers.MaxPooling2D(2, name="pooled")
    steady = keras.layers.MaxPooling2D(3, strides=1, padding="same", name="steady")
    assert last_maps(build(active, pooled)).name == "active"
    assert last_maps(build(active, steady)).name == "active"
    assert last_maps(build(dropped, pooled)).name == "sum"


def test_a_second_call_compiles_nothing(convolutional, pictures):
    for function in (saliency, integrated_gradients, grad_cam):
        function(convolutional, pictures, 0)
        before = programs.compiled
        function(convolutional, pictures[:, ::-1], 1)
        assert programs.compiled == before


def test_what_cannot_be_is_told(convolutional, linear, pictures):
    with pytest.raises(BadParameter, match=r"baseline='white'\): baseline must be 'black' or"):
        integrated_gradients(convolutional, pictures, 0, baseline="white")
    with pytest.raises(BadParameter, match=r"steps=0\): steps must be at least 1"):
        integrated_gradients(convolutional, pictures, 0, steps=0)
    with pytest.raises(BadParameter, match=r"grad_cam\(layer='averages'\): the layer must give"):
        grad_cam(convolutional, pictures, 0, layer="averages")
    with pytest.raises(BadParameter, match="has no convolution. Use saliency or"):
        grad_cam(linear(WEIGHTS), np.zeros((1, 2, 2, 1), np.uint8), 0)
    with pytest.raises(BadParameter, match=r"saliency\(choice\): choice must be a whole number"):
        saliency(convolutional, pictures, 3)
    with pytest.raises(BadData, match=r"saliency\(pictures\): they must be an array"):
        saliency(convolutional, pictures[0], 0)
