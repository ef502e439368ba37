"""fondo.explain.images.single: one of several outputs as a network of its own."""

import numpy as np

from fondo.backend import keras
from fondo.explain.images.graph import layers
from fondo.explain.images.maps import saliency
from fondo.explain.images.single import one_output


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    pictures = keras.Input((4, 4, 1), dtype="float32")
    x = keras.layers.Conv2D(3, 3, activation="relu", name="conv")(pictures)
    return keras.Model(pictures, keras.layers.Dense(3)(keras.layers.Flatten()(x)))


def test_each_output_is_that_of_the_whole_network():
    whole = network()
    X = np.random.default_rng(0).uniform(0, 255, (5, 4, 4, 1)).astype("float32")
    for place in range(3):
        single = one_output(whole, place)
        assert np.allclose(single(X)[:, 0], whole(X)[:, place], atol=1e-4)


def test_its_layers_come_in_the_same_order_and_share_their_weights():
    whole = network()
    single = one_output(whole, 1)
    names = [facts.name for facts in layers(whole)]
    assert [facts.name for facts in layers(single)] == [*names, "picked_output"]
    whole.get_layer("conv").set_weights([np.zeros((3, 3, 1, 3)), np.zeros(3)])
    assert not np.asarray(single.get_layer("conv").kernel).any()


def test_maps_of_it_are_those_of_the_chosen_output():
    whole = network()
    X = np.random.default_rng(1).uniform(0, 255, (2, 4, 4, 1)).astype("float32")
    for place in range(3):
        found = saliency(one_output(whole, place), X, 1)
        assert np.allclose(found, saliency(whole, X, place), rtol=1e-4)
