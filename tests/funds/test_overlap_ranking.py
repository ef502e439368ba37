"""fondo.funds.overlap_ranking: the step of Newton by ridge regression, the pipeline by hand."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from fondo.errors import BadData
from fondo.funds.overlap_ranking import linear_scores, logistic, walked_scores


def rows(n: int = 600, features: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Correlated features on scales of their own, of which the first few tell a little."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, features)) + random.normal(size=(n, 1))
    y = (X[:, :3].sum(axis=1) + 6 * random.normal(size=n) > 4).astype(float)
    return X * 10.0 ** np.arange(-3, features - 3) + 7, y


SPLITS = [
    (np.arange(200), np.arange(250, 300)),
    (np.arange(350), np.arange(400, 450)),
    (np.arange(500), np.arange(500, 600)),
]
TESTED = np.concatenate([test for _, test in SPLITS])


def test_the_step_is_a_ridge_regression_of_balanced_rows() -> None:
    # one Newton step from 0: the working response is (y - 1/2) / (1/4) = -2 or 2, its weight
    # 1/4; with a penalty of 1/2 |b|^2 that is a ridge of 4 on weights of 1
    X, y = rows()
    found = linear_scores(X, y, SPLITS)
    for train, test in SPLITS:
        scale = StandardScaler().fit(X[train])
        chosen = SelectKBest(f_classif, k=8).fit(scale.transform(X[train]), y[train])
        share = y[train].mean()
        weight = np.where(y[train] == 1, 1 / (2 * share), 1 / (2 * (1 - share)))
        ridge = Ridge(alpha=4.0)
        ridge.fit(
            chosen.transform(scale.transform(X[train])), 4 * y[train] - 2, sample_weight=weight
        )
        expected = ridge.predict(chosen.transform(scale.transform(X[test])))
        apart = found[test] - expected
        np.testing.assert_allclose(apart, apart[0], atol=1e-9)  # but for an intercept


def test_the_step_ranks_nearly_as_the_whole_regression_does() -> None:
    X, y = rows()
    step, whole = linear_scores(X, y, SPLITS), walked_scores(X, y, SPLITS)
    for _, test in SPLITS:
        assert spearmanr(step[test], whole[test]).statistic > 0.99


def test_the_regression_is_that_of_scikit_learn_split_by_split() -> None:
    X, y = rows(seed=1)
    found = walked_scores(X, y, SPLITS, "logistic")
    for train, test in SPLITS:
        scale = StandardScaler().fit(X[train])
        chosen = SelectKBest(k=8).fit(scale.transform(X[train]), y[train])
        model = LogisticRegression(solver="newton-cg", class_weight="balanced", tol=1e-8)
        model.fit(chosen.transform(scale.transform(X[train])), y[train])
        expected = model.predict_proba(chosen.transform(scale.transform(X[test])))[:, 1]
        np.testing.assert_allclose(found[test], expected, atol=1e-4)
    assert logistic().get_params()["model__class_weight"] == "balanced"


@pytest.mark.parametrize("model", ["linear", "logistic", DummyClassifier(strategy="prior")])
def test_rows_that_are_not_tested_have_no_score(model: object) -> None:
    X, y = rows()
    found = walked_scores(X, y, SPLITS, model)
    assert np.isfinite(found[TESTED]).all()
    assert np.isnan(np.delete(found, TESTED)).all()


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_what_comes_later_changes_no_score(model: str) -> None:
    X, y = rows()
    later = y.copy()
    later[350:] = 1 - later[350:]
    before, after = walked_scores(X, y, SPLITS, model), walked_scores(X, later, SPLITS, model)
    assert (before[250:300] == after[250:300]).all()
    assert (before[400:450] == after[400:450]).all()
    assert (before[500:] != after[500:]).any()


def test_a_column_that_never_changes_tells_nothing() -> None:
    X, y = rows(features=4)
    constant = np.column_stack([np.full(len(y), 3.7), X])
    np.testing.assert_allclose(linear_scores(constant, y, SPLITS), linear_scores(X, y, SPLITS))


@pytest.mark.parametrize(
    "splits", [[(np.arange(1, 50), np.arange(60, 70))], [SPLITS[1], SPLITS[0]]]
)
def test_training_rows_that_are_not_the_first_are_refused(splits: list) -> None:
    X, y = rows()
    with pytest.raises(BadData, match=r"linear_scores\(splits=...\): the training rows must be"):
        linear_scores(X, y, splits)
