"""Configurations are Keras' own, and TensorFlow is not imported for them."""

import sys

import pytest

from fondo.backend import keras
from fondo.engine.configs import config_of


class Finder:
    """Pretends that TensorFlow can be imported, and fails the test where it is."""

    def find_spec(self, name, path=None, target=None):
        assert name != "tensorflow", "TensorFlow was imported"


@pytest.fixture
def guarded(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    lazy = keras.src.utils.module_utils.tensorflow
    monkeypatch.setattr(lazy, "_available", None)
    return lazy


def test_a_configuration_is_keras_own_and_wakes_no_tensorflow(guarded):
    layer = keras.layers.Dense(3, "relu", name="one")
    found = config_of(layer)
    assert (found["units"], found["activation"], found["name"]) == (3, "relu", "one")
    assert guarded._available is None  # whoever wants TensorFlow may still look for it


def test_what_keras_knows_of_tensorflow_already_is_left_alone(guarded, monkeypatch):
    monkeypatch.setattr(guarded, "_available", False)
    assert config_of(keras.layers.Dense(2))["units"] == 2
    assert guarded._available is False
