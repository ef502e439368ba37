"""fondo.engine.keras_file: files that are models, and files that are not or mean harm."""

import json
import zipfile

import numpy as np
import pytest

from fondo.backend import keras
from fondo.engine.keras_file import read_keras
from fondo.errors import BadData

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # h5py, saving
KNOWN = ("Dense", "LSTM", "Bidirectional")


def saved(path, *layers):
    model = keras.Sequential([keras.Input((4, 3)), *layers])
    model.save(path)
    return model


def altered(path, change):
    """The file with another config.json."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    change(config)
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)


def test_a_saved_model_answers_as_before(tmp_path):
    path, layers = tmp_path / "model.keras", keras.layers
    model = saved(path, layers.Bidirectional(layers.LSTM(2)), layers.Dense(1, "sigmoid"))
    rows = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    np.testing.assert_array_equal(read_keras(path, KNOWN)(rows), model(rows))


def test_a_model_that_was_compiled_and_trained_is_opened_without_its_optimizer(tmp_path):
    path = tmp_path / "model.keras"
    model = saved(path, keras.layers.LSTM(2), keras.layers.Dense(1, kernel_regularizer="l2"))
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((4, 4, 3)), np.ones((4, 1)), epochs=1, verbose=0)
    model.save(path)
    rows = np.ones((1, 4, 3), "float32")
    opened = read_keras(path, KNOWN)
    np.testing.assert_array_equal(opened(rows), model(rows))
    assert not opened.compiled


def test_layers_that_are_not_known_are_refused_before_anything_is_built(tmp_path):
    path = tmp_path / "model.keras"
    saved(path, keras.layers.GRU(2))
    with pytest.raises(BadData, match=r"asks for 'GRU' of 'keras.layers', which is not opened"):
        read_keras(path, KNOWN)


@pytest.mark.parametrize(
    ("module", "kind"),
    [("os", "system"), ("builtins", "eval"), ("keras.utils", "get_file"), ("keras", "Lambda")],
)
def test_objects_of_other_modules_are_refused(tmp_path, module, kind):
    path = tmp_path / "model.keras"
    saved(path, keras.layers.Dense(1))

    def harm(config):
        dense = config["config"]["layers"][-1]["config"]
        dense["activation"] = {"module": module, "class_name": kind, "config": {}}

    altered(path, harm)
    with pytest.raises(BadData, match=f"asks for '{kind}' of '{module}'"):
        read_keras(path, KNOWN)


def test_files_that_are_no_models_are_refused(tmp_path):
    path = tmp_path / "model.keras"
    with pytest.raises(BadData, match=r"there is no such file. Give a .keras file"):
        read_keras(path, KNOWN)
    for body in (b"", b"nothing", b"PK\x03\x04 cut off"):
        path.write_bytes(body)
        with pytest.raises(BadData, match=r"no .keras file of Keras 3, or it is damaged"):
            read_keras(path, KNOWN)


def test_a_model_without_its_weights_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    saved(path, keras.layers.Dense(1))
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config)
    with pytest.raises(BadData, match="the model cannot be read"):
        read_keras(path, KNOWN)


def test_a_config_beyond_measure_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (17 << 20))
    with pytest.raises(BadData, match="larger than any model needs"):
        read_keras(path, KNOWN)
