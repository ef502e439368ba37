"""fondo.judge.classics: against the same models fitted by hand, and by laws."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression

from fondo.errors import BadData
from fondo.judge import classics
from fondo.judge.baselines import fitted


def rows(n, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 3))
    return X, X @ [1.0, -1.0, 0.0]


def test_the_trees_are_scikit_learns():
    (X, y), (new, _) = rows(300), rows(50, 1)
    theirs = HistGradientBoostingRegressor(random_state=0).fit(X, y).predict(new)
    found = fitted("number", y, plain=(X, new))
    assert list(found) == ["boosted trees"]
    np.testing.assert_allclose(found["boosted trees"].numbers, theirs)


def test_the_linear_models_find_a_line_whatever_the_units():
    (X, y), (new, truth) = rows(200), rows(40, 1)
    found = fitted("number", y, encoded=(X, new))["linear"].numbers
    scaled = fitted("number", y, encoded=(X * [1e3, 1, 1], new * [1e3, 1, 1]))["linear"].numbers
    np.testing.assert_allclose(found, truth, atol=0.05)
    np.testing.assert_allclose(found, scaled)
    words = np.where(y > 0, "up", "down")
    answers = fitted("class", words, encoded=(X, new))["logistic"]
    standard = (X - X.mean(axis=0)) / X.std(axis=0)
    theirs = LogisticRegression(max_iter=500).fit(standard, words)
    p = theirs.predict_proba((new - X.mean(axis=0)) / X.std(axis=0))
    np.testing.assert_allclose(answers.probabilities, p, atol=1e-6)
    np.testing.assert_array_equal(answers.classes, ["down", "up"])


def test_thousands_of_categories_and_missing_ones_are_read():
    rng = np.random.default_rng(0)
    codes = rng.permutation(np.r_[np.repeat(np.arange(4), 500), np.arange(4, 1000)]).astype(float)
    codes[:5] = np.nan
    y = np.where(codes == 2, 1.0, 0.0)
    new = np.array([[2.0], [1.0], [5000.0], [np.nan]])
    found = fitted("number", y, plain=(codes[:, None], new), categorical=[True])
    np.testing.assert_allclose(found["boosted trees"].numbers, [1, 0, 0, 0], atol=0.02)


def test_many_rows_are_sampled_and_it_is_said():
    X, y = rows(500)
    found = fitted("number", y, encoded=(X, X), plain=(X, X), max_rows=100)
    for answers in found.values():
        assert answers.note == "learnt from 100 random rows of the 500 training rows"
        assert len(answers.numbers) == 500


def test_a_class_lost_in_the_sample_keeps_its_column():
    X = rows(400)[0]
    y = np.r_[np.repeat([0, 1], 199), 2, 2]
    found = fitted("class", y, plain=(X, X), max_rows=50)["boosted trees"]
    assert found.probabilities.shape == (400, 3)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)


def test_many_classes_get_fewer_rounds_and_it_is_said(monkeypatch):
    monkeypatch.setattr(classics, "MOST_TREES", 30)
    X = rows(90)[0]
    found = fitted("class", np.arange(90) % 3, plain=(X, X))["boosted trees"]
    assert found.note == "10 rounds instead of 100, because there are 3 classes"


def test_one_class_or_no_columns_leave_nothing_to_fit():
    X = rows(20)[0]
    assert fitted("class", np.zeros(20), encoded=(X, X), plain=(X, X)) == {}
    assert fitted("number", rows(20)[1], encoded=(X[:, :0], X[:, :0])) == {}


def test_messages():
    X, y = rows(20)
    with pytest.raises(BadData, match=r"fitted\(plain=\(20, 3\), \(20, 2\)\): there must be"):
        fitted("number", y, plain=(X, X[:, :2]))
