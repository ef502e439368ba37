"""fondo.explain.images.graph: layers found and walked through, against the network itself."""

import numpy as np
import pytest

from fondo.backend import jnp, keras
from fondo.engine.programs import programs
from fondo.errors import BadData, BadParameter
from fondo.explain.images.graph import (
    check_choice,
    check_pictures,
    find_layer,
    in_blocks,
    layers,
    multiplications,
    picked,
    walk,
    weights_of,
)
from fondo.explain.images.maps import saliency


def test_layers_are_listed_in_order_with_those_of_networks_inside(convolutional):
    found = layers(convolutional)
    assert [f.name for f in found] == [
        "scaled", "first", "pool_1", "second", "averages", "dropout", "head/out",
    ]  # fmt: skip
    assert [f.index for f in found] == list(range(7))
    assert found[1].shape == (12, 16, 4)
    assert found[6].shape == (3,)
    assert found[2].kind == "MaxPooling2D"


def test_walking_gives_what_the_network_gives(convolutional, pictures):
    walked = walk(convolutional, weights_of(convolutional), pictures.astype("float32"))
    np.testing.assert_array_equal(walked, convolutional(pictures, training=False))


def test_fractions_of_pictures_are_not_cut_off(linear):
    network = linear(np.ones((1, 1, 1)))  # its input says uint8
    halves = np.full((1, 1, 1, 1), 127.5, np.float32)
    outputs = walk(network, weights_of(network), halves)
    assert float(outputs[0, 0]) == pytest.approx(0.5)


def test_a_tap_changes_what_goes_on(convolutional, pictures):
    def nothing(index, output):
        return jnp.zeros_like(output) if index == 4 else output

    outputs = walk(convolutional, weights_of(convolutional), pictures.astype("float32"), nothing)
    bias = np.asarray(convolutional.get_layer("head").layers[-1].bias.value)
    np.testing.assert_allclose(outputs, np.tile(bias, (5, 1)), atol=1e-7)


def test_a_chain_is_walked_as_a_graph_is(pictures):
    chain = keras.Sequential([keras.Input((12, 16, 3)), keras.layers.Flatten(name="flat")])
    assert [f.name for f in layers(chain)] == ["flat"]
    walked = walk(chain, weights_of(chain), pictures.astype("float32"))
    np.testing.assert_array_equal(walked, pictures.reshape(5, -1))


def test_layers_are_found_by_name_number_and_from_the_end(convolutional):
    def index(layer):
        return find_layer(convolutional, layer, "f").index

    assert [index(each) for each in ("second", "3", 3, -4)] == [3, 3, 3, 3]
    assert index("out") == index("head/out") == 6


def test_an_unknown_layer_is_told_with_the_nearest_name(convolutional):
    with pytest.raises(BadParameter, match=r"activations\(layer='secnd'\).*mean 'second'"):
        find_layer(convolutional, "secnd", "activations")
    with pytest.raises(BadParameter, match=r"f\(layer=7\): layers are counted from 0 to 6"):
        find_layer(convolutional, 7, "f")


def test_products_are_counted_by_hand(convolutional):
    # 3 x 3 x 3 x 4 at 12 x 16 places, 3 x 3 x 4 x 5 at 6 x 8, 5 x 3 once
    assert multiplications(convolutional) == 108 * 192 + 180 * 48 + 15


def test_a_network_without_a_graph_has_no_layers_to_choose_from(pictures):
    class Own(keras.Model):
        def call(self, x, training=None):
            return keras.ops.mean(x, axis=(1, 2))

    own = Own()
    own(pictures)
    with pytest.raises(BadParameter, match="must be a chain or a graph of layers"):
        layers(own)
    assert multiplications(own) == 0
    walked = walk(own, weights_of(own), pictures.astype("float32"))
    np.testing.assert_allclose(walked, pictures.mean(axis=(1, 2)), rtol=1e-5)
    # each pixel of 12 x 16 counts 1 / 192
    np.testing.assert_allclose(saliency(own, pictures, 0), 1 / 192, rtol=1e-5)


def test_of_one_output_zero_is_the_negative():
    outputs = jnp.array([[2.0], [3.0]])
    assert picked(outputs, jnp.array([0, 1])).tolist() == [-2, 3]
    several = jnp.array([[1.0, 5.0], [7.0, 9.0]])
    assert picked(several, jnp.array([1, 0])).tolist() == [5, 7]


def test_choices_are_checked(convolutional, linear):
    assert check_choice(convolutional, 2, 3, "f").tolist() == [2, 2, 2]
    assert check_choice(linear(np.ones((1, 1, 1))), [0, 1], 2, "f").tolist() == [0, 1]
    for wrong in (3, -1, [0, 1], 0.5):
        with pytest.raises(BadParameter, match=r"f\(choice\): .* from 0 to 2"):
            check_choice(convolutional, wrong, 3, "f")


def test_pictures_are_checked():
    assert check_pictures(np.zeros((1, 2, 2, 1)), "f").dtype == np.float32
    for wrong in (np.zeros((2, 2, 1)), np.zeros((0, 2, 2, 1))):
        with pytest.raises(BadData, match=r"f\(pictures\): they must be an array"):
            check_pictures(wrong, "f")


def test_many_rows_go_in_blocks_and_compile_once(linear):
    network = linear(np.ones((2, 2, 1)))
    rows = np.arange(70 * 4, dtype=np.float32).reshape(70, 2, 2, 1)

    def total(weights, block):
        return block.sum(axis=(1, 2, 3))

    before = programs.compiled
    for _ in range(2):
        found = in_blocks(network, "test of blocks", total, rows)
    assert programs.compiled == before + 1
    np.testing.assert_array_equal(found, rows.sum(axis=(1, 2, 3)))
