"""Seeds, initializers and configurations that all layers start from."""

import numpy as np
import pytest

from fondo.backend import keras
from fondo.layers.base import config_of, named_initializer, spawn_seeds


def test_seeds_of_one_parent_differ_and_come_back():
    seeds = spawn_seeds(0, 50)
    assert len(set(seeds)) == 50
    assert seeds == spawn_seeds(0, 50)
    assert not set(seeds) & set(spawn_seeds(1, 50))


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal", "orthogonal"])
def test_an_initializer_draws_from_its_seed(name):
    first, again, other = (np.asarray(named_initializer(name, s)((3, 4))) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_initializer_that_draws_nothing_needs_no_seed():
    assert np.asarray(named_initializer("zeros", 1)((2, 2))).tolist() == [[0, 0], [0, 0]]


def test_config_holds_what_keras_stores_and_the_names_given():
    layer = keras.layers.Dense(3, name="three")
    assert config_of(layer, "units").items() >= {"name": "three", "units": 3}.items()
