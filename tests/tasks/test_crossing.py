"""fondo.tasks.crossing, beside and folds: cross-validation side by side is the plain loop."""

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes

from fondo import MLP, Columns, TableClassifier, TableRegressor
from fondo.data.splits import folds as split_folds
from fondo.errors import BadData, BadParameter, TrainingFailed
from fondo.tasks.beside import Ask, fit_beside
from fondo.tasks.crossing import fold_parts
from fondo.tasks.folds import cross_validation
from fondo.tasks.rows import Part

SHAPE = {"hidden": (8,), "bins": 4, "members": 2}


@pytest.fixture(scope="module")
def cancer():
    return load_breast_cancer(return_X_y=True, as_frame=True)


def small(kind=TableClassifier, shape=None, **settings):
    return kind(architecture=MLP(**SHAPE, **(shape or {})), **{"epochs": 3, **settings})


@pytest.mark.parametrize("kind", [TableClassifier, TableRegressor])
def test_folds_side_by_side_score_as_folds_one_by_one(cancer, kind):
    X, y = cancer if kind is TableClassifier else load_diabetes(return_X_y=True, as_frame=True)
    task = small(kind, class_weight="balanced") if kind is TableClassifier else small(kind)
    found = task.cross_validate(X, y, folds=3)
    stratify = y.to_numpy() if kind is TableClassifier else None
    for k, (rest, test) in enumerate(split_folds(len(y), 3, 0, stratify=stratify)):
        alone = clone(task).fit(X.iloc[rest], y.iloc[rest]).evaluate(X.iloc[test], y.iloc[test])
        assert found.values[k] == pytest.approx(alone.scores[0].value, rel=1e-5)
        assert found.naive[k] == pytest.approx(next(iter(alone.baselines.values()))[0].value)


def test_repeats_deal_the_rows_anew_and_the_table_tells_what_is_worth_it(cancer):
    found = small(epochs=8).cross_validate(*cancer, folds=3, repeats=2)
    assert len(found.values) == 6
    assert len(set(found.values[:3]) | set(found.values[3:])) > 3
    assert list(found.baselines) == ["majority", "prior", "logistic", "boosted trees"]
    rows = {row["model"]: row for row in found.table()}
    assert rows["majority"]["network_is"] == "better"
    assert rows["network"]["low"] < found.mean < rows["network"]["high"]
    assert rows["logistic"]["network_is"] in ("not distinguishable", "worse")
    assert found.interval == (rows["network"]["low"], rows["network"]["high"])
    assert found.to_json()["folds"] == 6


def test_fits_of_one_place_are_those_of_fit_whatever_their_settings(cancer):
    X, y = cancer
    asked = [
        {"learning_rate": 0.01},
        {"shape": {"dropout": 0.3, "embedding": "none"}, "columns": Columns(scale="robust")},
        {"random_state": 3, "patience": 1, "epochs": 6},
        {"optimizer": "sgd", "class_weight": {0: 1.0, 1: 3.0}},
    ]
    tasks = [small(**settings) for settings in asked]
    part = Part(*small().read(X[:300], y[:300].to_numpy(), fitting=True))
    test = Part(small().fit(X[:300], y[:300]).read(X[300:])[0], None)

    def judge(ask, answers):
        np.testing.assert_array_equal(answers.probabilities, ask.task.predict_proba(X[300:]))
        return answers.probabilities, ask.task.history_, ask.task.best_epoch_

    found = fit_beside([Ask(task, part, "here", test) for task in tasks], judge)
    for place, settings in enumerate(asked):
        alone = small(**settings).fit(X[:300], y[:300])
        np.testing.assert_allclose(found[place][0], alone.predict_proba(X[300:]), atol=1e-4)
        assert found[place][2] == alone.best_epoch_
        assert len(found[place][1]) == len(alone.history_)


def test_a_fit_that_fails_takes_none_with_it(cancer):
    X, y = cancer
    wild = small(optimizer="sgd", learning_rate=1e30)
    part = Part(*small().read(X, y.to_numpy(), fitting=True))
    asks = [Ask(small(epochs=0), part), Ask(wild, part, 1), Ask(small(), part, 1)]
    values = fit_beside(asks, lambda ask, answers: (ask.task.best_epoch_, answers))
    assert [type(value) for value in values[:2]] == [BadParameter, TrainingFailed]
    assert values[2] == (small().fit(X, y).best_epoch_, None)


def test_groups_stay_whole_and_time_goes_forward(cancer):
    X, y = cancer
    task, groups = small(), np.arange(len(y)) // 50
    whole = Part(*task.read(X, y.to_numpy(), fitting=True), groups=groups)
    for rest, test in fold_parts(task, whole, None, (4, 1)):
        assert not set(rest.groups) & set(test.groups)
    frame = pl.from_pandas(X).with_columns(when=pl.int_range(len(y)))
    timed = Part(*task.read(frame, y.to_numpy(), fitting=True))
    for rest, test in fold_parts(task, timed, "when", (3, 1)):
        assert rest.X["when"].max() < test.X["when"].min()


def test_a_class_that_only_validation_rows_have_is_known_to_the_naive_answers():
    X = np.random.default_rng(0).normal(size=(60, 2))
    groups, y = np.arange(60) // 10, np.where(X[:, 0] > 0, "a", "b").astype(object)
    missing = 0
    for group in range(6):
        rare = np.where(groups == group, "c", y)
        task = small(epochs=1).fit(X, rare, groups=groups)
        missing += "c" not in rare[groups != group] and task.n_validation_ > 0
        assert task.evaluate(X, rare).baselines["majority"][0].value > 0.3
    assert missing == 6


def test_folds_that_cannot_be_are_refused(cancer):
    X, y = cancer
    with pytest.raises(BadParameter, match=r"TableClassifier\(folds=1\): folds must be"):
        small().cross_validate(X, y, folds=1)
    with pytest.raises(BadData, match=r"folds=5\): there are 2 groups, fewer than folds"):
        small().cross_validate(X, y, groups=np.arange(len(y)) % 2)
    with pytest.raises(BadParameter, match=r"repeats=2\): folds that go forward in time"):
        small().cross_validate(X, y, repeats=2, time="mean radius")
    lonely = np.where(np.arange(len(y)) < 3, "rare", "common")
    with pytest.raises(BadData, match=r"training rows of fold 1 are all of class '(rare|common)'"):
        small().cross_validate(X, lonely, groups=(np.arange(len(y)) >= 3).astype(int), folds=2)


def test_a_fold_that_fails_is_named(cancer):
    with pytest.raises(TrainingFailed, match=r"Fold 1: Epoch 1"):
        small(optimizer="sgd", learning_rate=1e30).cross_validate(*cancer, folds=2)


def test_scores_that_some_folds_lack_are_no_baseline(cancer):
    X, y = cancer
    task = small().fit(X, y)
    first, second = task.evaluate(X[:50], y[:50]), task.evaluate(X[50:99], y[50:99])
    del second.baselines["prior"]
    assert list(cross_validation([first, second], 0.5).baselines) == ["majority"]
