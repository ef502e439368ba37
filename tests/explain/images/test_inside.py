"""fondo.explain.images.inside: outputs of layers and filters, against the layers themselves."""

import numpy as np
import pytest

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.explain.images.graph import layers
from fondo.explain.images.inside import activations, filters, first_filters, last_maps
from fondo.layers.preparation import MODES, Prepare
from fondo.networks.backbones import BACKBONES
from fondo.networks.backbones.start import started


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


def bare(name):
    """A backbone whose weights are zeros, at nearly its smallest pictures."""
    facts, side = BACKBONES[name], max(64, BACKBONES[name].smallest)

    def make():
        pictures = keras.Input((side, side, 3))
        prepared = Prepare(**MODES[facts.preparation], name="prepared")(pictures)
        return keras.Model(pictures, facts.builder(prepared), name=name)

    return started(make, None)


@pytest.mark.parametrize("name", list(BACKBONES))
def test_the_last_maps_of_a_backbone_are_those_before_the_head(name):
    trunk, facts = bare(name), BACKBONES[name]
    found = last_maps(trunk)
    assert found.name == facts.explained
    assert found.shape[-1] == facts.channels
    headed = keras.Model(trunk.input, keras.layers.GlobalAveragePooling2D()(trunk.output))
    assert last_maps(headed) == found
    nested = keras.Sequential([keras.Input(trunk.input_shape[1:]), trunk, keras.layers.Flatten()])
    assert last_maps(nested).name == f"{name}/{facts.explained}"


def branched(join, *behind):
    """Two convolutions beside each other, joined, and what is behind."""
    pictures = keras.Input((8, 8, 1))
    one = keras.layers.Conv2D(2, 3, padding="same", name="one")(pictures)
    other = keras.layers.Conv2D(2, 1, activation="relu", name="other")(pictures)
    x = join([one, other])
    for layer in behind:
        x = layer(x)
    return keras.Model(pictures, x)


def test_the_last_maps_are_passed_by_all():
    flat = keras.layers.Flatten(name="flat")
    both = keras.layers.Concatenate(name="both")
    assert last_maps(branched(both, flat)).name == "both"
    assert last_maps(branched(both, keras.layers.ReLU(name="active"), flat)).name == "active"
    slopes = branched(keras.layers.Add(name="sum"), keras.layers.Rescaling(2.0, name="twice"), flat)
    assert last_maps(slopes).name == "twice"
    pooled = keras.layers.MaxPooling2D(2, name="pooled")
    assert last_maps(branched(both, pooled, flat)).name == "both"


def test_an_excited_block_ends_with_its_product():
    pictures = keras.Input((8, 8, 3))
    x = keras.layers.DepthwiseConv2D(3, padding="same", name="depthwise")(pictures)
    means = keras.layers.GlobalAveragePooling2D(keepdims=True, name="means")(x)
    shares = keras.layers.Conv2D(3, 1, activation="sigmoid", name="shares")(means)
    x = keras.layers.Multiply(name="product")([x, shares])
    network = keras.Model(pictures, keras.layers.GlobalMaxPooling2D()(x))
    assert last_maps(network).name == "product"
    assert last_maps(network).shape == (8, 8, 3)


def test_convolutions_behind_a_mean_of_the_picture_do_not_count():
    pictures = keras.Input((8, 8, 3))
    x = keras.layers.SeparableConv2D(4, 3, name="seen")(pictures)
    means = keras.layers.GlobalAveragePooling2D(keepdims=True, name="means")(x)
    scores = keras.layers.Conv2D(2, 1, name="scores")(means)
    network = keras.Model(pictures, keras.layers.Flatten()(scores))
    assert last_maps(network).name == "seen"


def test_where_ways_never_meet_as_maps_the_last_convolution_stands_for_itself():
    pictures = keras.Input((8, 8, 1))
    one = keras.layers.Conv2D(2, 3, name="one")(pictures)
    other = keras.layers.ReLU(name="active")(keras.layers.Conv2D(2, 5, name="other")(one))
    pooled = [keras.layers.GlobalMaxPooling2D()(x) for x in (one, other)]
    network = keras.Model(pictures, keras.layers.Concatenate()(pooled))
    assert last_maps(network).name == "active"


def test_layers_know_what_enters_them():
    network = branched(keras.layers.Add(name="sum"), keras.layers.Rescaling(2.0))
    inputs = {facts.name: facts.inputs for facts in layers(network)}
    numbers = {facts.name: facts.index for facts in layers(network)}
    assert inputs["one"] == inputs["other"] == (-1,)
    assert inputs["sum"] == tuple(sorted((numbers["one"], numbers["other"])))
