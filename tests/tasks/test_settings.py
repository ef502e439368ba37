"""fondo.tasks.settings: what stands after --set becomes a task."""

import pytest

from fondo import TableClassifier, TableRegressor
from fondo.errors import BadParameter
from fondo.tasks.settings import configure, known_settings


def test_names_of_the_task_and_of_its_groups_are_taken():
    task = configure(
        TableClassifier,
        {
            "epochs": "7",
            "hidden": "64,32",
            "columns.scale": "robust",
            "cap": "0.01,0.99",
            "class_weight": "yes:10,no:1",
            "patience": "none",
            "learning_rate": "0.01",
            "optimizer": "sgd",
        },
        seed=3,
    )
    assert (task.epochs, task.patience, task.learning_rate, task.random_state) == (7, None, 0.01, 3)
    assert task.architecture.hidden == (64, 32)
    assert (task.columns.scale, task.columns.cap) == ("robust", (0.01, 0.99))
    assert task.class_weight == {"yes": 10.0, "no": 1.0}
    assert task.optimizer == "sgd"


def test_settings_not_named_keep_their_defaults():
    task = configure(TableRegressor, {"loss": "quantile:0.9"})
    assert task.loss == "quantile:0.9"
    assert task.architecture is None
    assert task.get_params(deep=False) == TableRegressor(loss="quantile:0.9").get_params(deep=False)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"epoch": "3"},
            r"TableClassifier\(epoch=...\): there is no such setting. Did you mean 'ep",
        ),
        ({"hiden": "3"}, "Did you mean 'hidden'"),
        ({"columns.scal": "x"}, "Did you mean 'columns.scale'"),
        ({"epochs": "0"}, r"TableClassifier\(epochs=0\): epochs must be"),
        ({"hidden": "0"}, r"MLP\(hidden=\(0,\)\): hidden must be"),
        ({"scale": "robst"}, "Did you mean 'robust'"),
    ],
)
def test_what_is_unknown_or_wrong_is_refused_with_the_nearest(settings, message):
    with pytest.raises(BadParameter, match=message):
        configure(TableClassifier, settings)


def test_every_known_name_is_taken_by_its_own_contract():
    names = known_settings(TableRegressor)
    assert {"epochs", "columns.scale", "architecture.hidden"} <= set(names)
    any_word = {"optimizer", "aim", "columns.drop"}  # judged later, against the data
    for name in set(names) - any_word:
        rule = "is a group of settings" if name in TableRegressor.setting_groups else "must be"
        with pytest.raises(BadParameter, match=rule):
            configure(TableRegressor, {name: "\0"})
