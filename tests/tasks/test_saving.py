"""fondo.tasks.saving: through a folder and back, and through a worker process and back."""

import pickle

import numpy as np
import polars as pl
import pytest

import fondo
from fondo import MLP, Columns, Latest, TableClassifier, TableRegressor
from fondo.backend import keras
from fondo.errors import BadParameter, ModelFolderError
from fondo.tasks.base import Task
from fondo.tasks.registry import task_class

SMALL = MLP(hidden=(8,), members=2, bins=4, embedding_width=2)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "x": rng.normal(size=80),
            "colour": rng.choice(["red", "blue", "green"], 80),
            "many": [f"word {i % 40}" for i in range(80)],
        }
    )


@pytest.fixture(scope="module")
def labels(frame):
    return (frame["x"] > 0).to_numpy()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"columns": Columns(categories="onehot", scale="quantile", cap=(0.05, 0.95))},
        {"architecture": MLP(hidden=(4, 4), embedding="periodic", batch_norm=True, members=1)},
        {"class_weight": {True: 3.0}, "aim": "f1", "patience": None},
        {"validation": Latest("x", 0.2)},
    ],
)
def test_a_task_goes_through_its_folder_unchanged(frame, labels, settings, tmp_path):
    task = TableClassifier(**{"architecture": SMALL, "epochs": 2} | settings).fit(frame, labels)
    again = fondo.load(task.save(tmp_path / "model"))
    np.testing.assert_array_equal(again.predict_proba(frame), task.predict_proba(frame))
    assert again.classes_.tolist() == task.classes_.tolist()
    assert repr(again) == repr(task)
    assert again.history_ == task.history_
    assert again.receipt_ == task.receipt_
    assert again.evaluate(frame, labels).baselines == task.evaluate(frame, labels).baselines


def test_a_keras_optimizer_and_an_own_loss_are_told_apart(frame, tmp_path):
    def own(truth, prediction):
        return (truth - prediction) ** 2

    rate = keras.optimizers.schedules.CosineDecay(0.01, 100)
    task = TableRegressor(
        architecture=SMALL, epochs=2, loss=own, optimizer=keras.optimizers.RMSprop(rate)
    )
    again = fondo.load(task.fit(frame, frame["x"]).save(tmp_path / "model"))
    assert isinstance(again.optimizer, keras.optimizers.RMSprop)
    assert "own: give it again" in repr(again.loss)
    np.testing.assert_array_equal(again.predict(frame), task.predict(frame))
    with pytest.raises(BadParameter, match="loss"):
        again.fit(frame, frame["x"])


def test_a_task_goes_to_a_worker_process_and_back(frame, labels):
    task = TableClassifier(architecture=SMALL, epochs=2).fit(frame, labels)
    again = pickle.loads(pickle.dumps(task))
    np.testing.assert_array_equal(again.predict_proba(frame), task.predict_proba(frame))


def test_a_folder_of_another_task_says_so(frame, labels, tmp_path):
    folder = TableClassifier(architecture=SMALL, epochs=1).fit(frame, labels).save(tmp_path / "m")
    with pytest.raises(ModelFolderError, match="this model is a TableClassifier, not a TableReg"):
        TableRegressor.load(folder)


def test_a_task_of_ones_own_is_loaded_by_its_class(tmp_path):
    class OwnTask(TableClassifier):
        pass

    X = np.arange(40.0)[:, None]
    folder = OwnTask(architecture=SMALL, epochs=1).fit(X, X[:, 0] > 20).save(tmp_path / "m")
    assert type(OwnTask.load(folder)) is OwnTask
    with pytest.raises(ModelFolderError, match="task 'OwnTask', which fondo does not have"):
        fondo.load(folder)


def test_forged_settings_are_refused_not_run(frame, labels, tmp_path):
    from fondo.store.folder import read, write

    task = TableClassifier(architecture=SMALL, epochs=1).fit(frame, labels)
    stored = read(task.save(tmp_path / "m"))
    forgeries = [
        {"settings": stored.model["settings"] | {"nonsense": 1}},
        {"settings": stored.model["settings"] | {"columns": {"group": "os.system"}}},
        {"settings": stored.model["settings"] | {"optimizer": {"optimizer": {"class": "eval"}}}},
        {"learned": stored.model["learned"] | {"predict": 1}},
        {"learned": {}},
        {"task": "table-regressor"},
        {"fools": {"majority": {"kind": "class"}}},
    ]
    for number, forged in enumerate(forgeries):
        folder = tmp_path / f"forged-{number}"
        write(
            folder,
            model=stored.model | forged,
            weights=stored.weights,
            history=stored.history,
            receipt=stored.receipt,
            card=stored.card,
        )
        with pytest.raises(ModelFolderError):
            fondo.load(folder)


def test_weights_of_another_network_are_refused(frame, labels, tmp_path):
    from fondo.store.folder import read, write

    task = TableClassifier(architecture=SMALL, epochs=1).fit(frame, labels)
    stored = read(task.save(tmp_path / "m"))
    weights = dict(stored.weights)
    weights.pop(min(weights))
    write(
        tmp_path / "forged",
        model=stored.model,
        weights=weights,
        history=stored.history,
        receipt=stored.receipt,
        card=stored.card,
    )
    with pytest.raises(ModelFolderError, match=r"weights\.safetensors: shapes"):
        fondo.load(tmp_path / "forged")


def test_task_names_are_known_or_nearly():
    assert issubclass(task_class("table-classifier"), Task)
    with pytest.raises(BadParameter, match="Did you mean 'table-regressor'"):
        task_class("table-regresor")
