"""fondo.scratch.convert: whole networks taken out of Keras and of model folders."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine

import fondo
from fondo.backend import keras
from fondo.errors import BadParameter, ModelFolderError
from fondo.networks.tables import Shape, mlp
from fondo.scratch.convert import from_model

RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def float64():
    """These networks are as people train them: in float32."""


SHAPES = [
    Shape(hidden=(6,), embedding="none", members=1),
    Shape(hidden=(5, 4), bins=3, members=3, batch_norm=True),
    Shape(hidden=(5,), embedding="periodic", bins=3, members=2, activation="gelu", l2=0.1),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_whole_networks_for_tables_answer_alike(shape):
    network = mlp({"numbers": 3, "flags": 2, "categories": (3, 4)}, 2, shape, seed=1)
    rows = {
        "numbers": RANDOM.normal(size=(7, 3)),
        "flags": RANDOM.integers(0, 2, (7, 2)),
        "categories": RANDOM.integers(0, 3, (7, 2)),
    }
    theirs = np.asarray(network(rows))
    ours = from_model(network)
    np.testing.assert_allclose(ours.predict(rows), theirs, atol=1e-5)
    assert ours.count == sum(int(np.prod(v.shape)) for v in network.trainable_variables)


@pytest.mark.parametrize("kind", ["classifier", "regressor"])
def test_a_trained_task_and_its_folder_answer_alike_in_the_glass_box(tmp_path, kind):
    X, y = (load_wine if kind == "classifier" else load_diabetes)(return_X_y=True)
    task = fondo.TableClassifier if kind == "classifier" else fondo.TableRegressor
    task = task(epochs=3).fit(X[::2], y[::2])
    rows = task.encode(task.read(X[1::2])[0])
    theirs = task.outputs(task.read(X[1::2])[0])
    np.testing.assert_allclose(from_model(task).predict(rows), theirs, atol=1e-5)
    folder = task.save(tmp_path / kind)
    np.testing.assert_allclose(from_model(folder).predict(rows), theirs, atol=1e-5)


def test_layers_that_are_not_known_are_named_all_at_once():
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4, 4)),
            layers.GaussianNoise(0.1),
            layers.Dense(2),
            layers.UnitNormalization(),
        ]
    )
    with pytest.raises(
        BadParameter, match=r"know 'gaussian_noise\w*' \(GaussianNoise\), 'unit_norm"
    ):
        from_model(model)


def test_a_setting_that_is_not_known_is_named_with_its_layer():
    model = keras.Sequential([keras.Input((3,)), keras.layers.PReLU(shared_axes=[1], name="bent")])
    with pytest.raises(BadParameter, match=r"PReLU\(shared_axes=.1.\).*in layer 'bent'"):
        from_model(model)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "mish", name="odd")])
    with pytest.raises(BadParameter, match=r"odd\(activation='mish'\)"):
        from_model(model)


def test_a_layer_that_is_called_twice_is_refused():
    shared, x = keras.layers.Dense(3, name="shared"), keras.Input((3,))
    with pytest.raises(BadParameter, match="'shared' is called 2 times"):
        from_model(keras.Model(x, shared(shared(x))))


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(BadParameter, match=r"from_model\(int\): model must be"):
        from_model(3)
    with pytest.raises(ModelFolderError):
        from_model(tmp_path / "nothing")


def test_a_graph_with_a_shortcut_and_two_outputs():
    x = keras.Input((4,), name="rows")
    hidden = keras.layers.Dense(4, "elu")(x)
    total = keras.layers.Add()([x, hidden])
    both = keras.layers.Concatenate()([total, x])
    model = keras.Model(x, [keras.layers.LeakyReLU(0.3)(both), keras.layers.Softmax()(total)])
    rows = RANDOM.normal(size=(3, 4)).astype("float32")
    for ours, theirs in zip(from_model(model).predict(rows), model(rows), strict=True):
        np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-6)
