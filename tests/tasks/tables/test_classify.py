"""fondo.tasks.tables.classify: it learns, it answers in the user's words, it refuses clearly."""

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fondo import MLP, Columns, TableClassifier
from fondo.errors import BadData, BadParameter

SMALL = MLP(hidden=(16,), embedding="none", members=1, dropout=0.0)


def small(**settings):
    return TableClassifier(
        **{"architecture": SMALL, "epochs": 30, "batch_size": 32, "learning_rate": 0.01} | settings
    )


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)


@pytest.fixture(scope="module")
def fitted(cancer):
    X, _, y, _ = cancer
    return small().fit(X, y)


def test_it_beats_the_majority_by_a_quarter(cancer, fitted):
    _, X_test, _, y_test = cancer
    majority = max(y_test.mean(), 1 - y_test.mean())
    assert fitted.score(X_test, y_test) > majority + 0.25


def test_the_same_seed_gives_the_same_network_and_another_one_another(cancer):
    X, X_test, y, _ = cancer
    first, again = (small(epochs=3).fit(X, y).predict_proba(X_test) for _ in range(2))
    other = small(epochs=3, random_state=1).fit(X, y).predict_proba(X_test)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_probabilities_sum_to_one_and_agree_with_the_answers(cancer, fitted):
    _, X_test, _, _ = cancer
    p = fitted.predict_proba(X_test)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-12)
    assert (fitted.predict(X_test) == fitted.classes_[(p[:, 1] >= 0.5).astype(int)]).all()


def test_labels_are_answered_as_they_were_given():
    X, y = load_iris(return_X_y=True)
    words = np.array(["blau", "grün", "weiß"])[y]
    assert set(small().fit(X, words).predict(X)) == set(words)
    odd = np.array([3, 7, 11])[y]
    assert set(small().fit(X, odd).predict(X)) == {3, 7, 11}


def test_words_missing_values_and_dates_go_in_as_they_are():
    rng = np.random.default_rng(0)
    n = 300
    colour = rng.choice(["red", "blue", "green"], n)
    size = rng.normal(size=n)
    y = (colour == "red") ^ (size > 1)
    frame = pl.DataFrame(
        {
            "colour": colour,
            "größe": pl.Series(np.where(rng.random(n) < 0.1, np.nan, size)),
            "day": pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 10, 26), eager=True)[:n],
            "y": y,
        }
    )
    task = small(epochs=60).fit(frame, "y")
    assert task.score(frame, "y") > max(y.mean(), 1 - y.mean()) + 0.15
    assert task.feature_names_in_.tolist() == ["colour", "größe", "day"]


def test_a_threshold_is_chosen_for_a_stated_aim(cancer):
    X, X_test, y, _ = cancer
    careful = small(aim="cost:20:1").fit(X, y)  # a false alarm costs twenty misses
    eager = small(aim="recall:0.99").fit(X, y)
    assert careful.threshold_ > eager.threshold_
    assert careful.predict(X_test).sum() < eager.predict(X_test).sum()


def test_class_weights_move_the_answers_towards_the_heavy_class(cancer):
    X, X_test, y, _ = cancer
    plain = small(epochs=5).fit(X, y).predict_proba(X_test)[:, 0].mean()
    heavy = small(epochs=5, class_weight={0: 20, 1: 1}).fit(X, y)
    assert heavy.predict_proba(X_test)[:, 0].mean() > plain + 0.02


def test_balanced_weights_are_those_of_scikit_learn(cancer):
    from sklearn.utils.class_weight import compute_sample_weight

    _, _, y, _ = cancer
    task = small(class_weight="balanced")
    task.classes_ = np.unique(y)
    expected = compute_sample_weight("balanced", y)
    np.testing.assert_allclose(task.row_weight(y), expected / expected.mean(), rtol=1e-6)


def test_rows_of_weight_nought_teach_nothing():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 2))
    y = (X[:, 0] > 0).astype(int)
    lie = np.arange(400) % 2 == 0
    taught = np.where(lie, 1 - y, y)
    task = small(validation=None).fit(X, taught, sample_weight=np.where(lie, 0.0, 1.0))
    assert task.score(X, y) > 0.9


def test_a_loss_of_ones_own(cancer):
    X, X_test, y, y_test = cancer

    def squared(truth, p):
        return (truth - p) ** 2

    assert small(loss=squared).fit(X, y).score(X_test, y_test) > 0.9


def test_it_works_inside_scikit_learn(cancer):
    X, _, y, _ = cancer
    X, y = X[:150], y[:150]
    pipe = make_pipeline(StandardScaler(), small(epochs=5))
    assert pipe.fit(X, y).score(X, y) > 0.8
    assert len(cross_val_score(small(epochs=3), X, y, cv=3)) == 3
    search = GridSearchCV(
        small(epochs=3, columns=Columns()), {"columns__scale": ["robust", "standard"]}, cv=2
    )
    assert search.fit(X, y).best_params_["columns__scale"] in ("robust", "standard")
    copy = clone(small(columns=Columns(scale="quantile")))
    assert copy.columns.scale == "quantile"


def test_cross_validation_stands_beside_the_naive_baseline(cancer):
    X, _, y, _ = cancer
    folds = small(epochs=8).cross_validate(X, y, folds=3)
    assert folds.name == "accuracy"
    assert min(folds.values) > max(folds.naive) + 0.15
    assert 0 <= folds.spread < 0.2


def test_repr_would_rebuild_it():
    task = small(columns=Columns(scale="standard"))
    again = eval(repr(task))
    assert repr(again) == repr(task)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"epochs": 0},
            r"TableClassifier\(epochs=0\): epochs must be a whole number of at least 1",
        ),
        ({"validation": 1.0}, "validation must be None, or a number in \\[0, 1\\)"),
        ({"architecture": MLP(hidden=(0,))}, r"MLP\(hidden=\(0,\)\): hidden must be a sequence"),
        ({"columns": Columns(scale="robst")}, "Did you mean 'robust'"),
        ({"loss": "mse"}, r"TableClassifier\(loss='mse'\)"),
        ({"class_weight": {"nobody": 2.0}}, "there is no class 'nobody'"),
        ({"optimizer": "adamww"}, "Did you mean 'AdamW'"),
        ({"random_state": -1}, "random_state must be a whole number from 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(cancer, settings, message):
    X, _, y, _ = cancer
    with pytest.raises(BadParameter, match=message):
        small(**settings).fit(X, y)


def test_an_aim_needs_two_classes_and_a_validation_part(cancer):
    X, _, y, _ = cancer
    with pytest.raises(BadParameter, match="no validation part is set apart"):
        small(aim="f1", validation=None, epochs=1).fit(X, y)
    X, y = load_iris(return_X_y=True)
    with pytest.raises(BadParameter, match="there are more than two classes"):
        small(aim="f1", epochs=1).fit(X, y)


def test_an_aim_that_cannot_be_reached_leaves_the_network_whole():
    coin, y = np.random.default_rng(0).random((2, 200)) < 0.5  # nothing to learn, many ties
    X = coin[:, None].astype(float)
    with pytest.warns(UserWarning, match="threshold stays at 0.5.*no threshold reaches precision"):
        task = small(aim="precision:1.0", epochs=1, validation=0.5).fit(X, y)
    assert task.threshold_ == 0.5
    with pytest.raises(BadParameter, match="aim"):
        small(aim="f2").fit(X, y)


def test_targets_that_cannot_be_are_refused():
    X = np.arange(40.0)[:, None]
    with pytest.raises(BadData, match="all 40 rows are of one class, 'a'"):
        small().fit(X, np.full(40, "a"))
    with pytest.raises(BadData, match="the target is missing in 1 rows, first in row 3"):
        small().fit(X, np.array([0, 1, 0, None] + [0, 1] * 18, dtype=object))
    with pytest.raises(ValueError, match="Unknown label type"):
        small().fit(X, np.linspace(0, 1, 40))
    with pytest.raises(BadData, match="40 rows but 3 targets"):
        small().fit(pl.DataFrame({"x": X[:, 0]}), [0, 1, 0])
    with pytest.raises(BadData, match="no target column 'tagret'. Did you mean 'target'"):
        small().fit(pl.DataFrame({"x": X[:, 0], "target": X[:, 0] > 3}), "tagret")


def test_weights_that_cannot_be_are_refused():
    X, y = np.arange(40.0)[:, None], np.arange(40) % 2
    with pytest.raises(BadData, match=r"sample_weight has shape \(3,\), the table 40 rows"):
        small().fit(X, y, sample_weight=[1, 2, 3])
    with pytest.raises(BadData, match="sample_weight of row 0 is -1.0"):
        small().fit(X, y, sample_weight=np.full(40, -1.0))
    with pytest.raises(BadData, match="every sample_weight is zero"):
        small().fit(X, y, sample_weight=np.zeros(40))


def test_columns_are_found_by_name_and_a_missing_one_is_named(cancer):
    X = pl.DataFrame({"a": np.arange(60.0), "b": np.arange(60.0) % 7})
    y = (X["a"] > 30).to_numpy()
    task = small().fit(X, y)
    assert np.array_equal(task.predict(X), task.predict(X.select("b", "a")))
    with pytest.raises(BadData, match="'b'"):
        task.predict(X.select("a"))
    with pytest.warns(UserWarning, match="'c'"):
        task.predict(X.with_columns(c=pl.lit(1)))


def test_asking_before_fitting_says_so():
    with pytest.raises(NotFittedError):
        small().predict(np.zeros((2, 2)))
