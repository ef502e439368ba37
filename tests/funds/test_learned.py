"""fondo.funds.learned: rankers by scikit-learn, against scikit-learn by hand."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.funds.conftest import FEW, QUICK

from fondo.errors import BadParameter
from fondo.funds.learned import K_GRID, Boosting, Forest, Logistic, fit
from fondo.funds.picks import selective_precision
from fondo.funds.walk import Walk, make_walk


@pytest.fixture(scope="module")
def walk(skilled) -> Walk:
    return make_walk(skilled, FEW)


def test_the_regression_is_the_notes_own(walk: Walk) -> None:
    train, test = walk.pairs[-1]
    by_hand = make_pipeline(
        StandardScaler(),
        SelectKBest(f_classif, k=4),
        LogisticRegression(class_weight="balanced", solver="newton-cg", tol=1e-8, max_iter=10_000),
    )
    X = np.nan_to_num(walk.X)
    varies = X[train].std(axis=0) > 0
    by_hand.fit(X[train][:, varies], walk.y[train])
    wanted = by_hand.decision_function(X[test][:, varies])
    found = QUICK.rank(walk)
    np.testing.assert_allclose(found.scores[test], wanted, atol=1e-3)
    assert np.isnan(found.scores[walk.pairs[0][0]]).all()


@pytest.mark.parametrize("ranker", [QUICK, Logistic(), Forest(draws=2), Boosting()])
def test_each_finds_skill_that_is_there(walk: Walk, ranker) -> None:
    found = ranker.rank(walk)
    at = walk.tested
    picks = selective_precision(
        found.scores[at], walk.y[at], walk.rows.date[at], walk.rows.peer[at]
    )
    assert picks.precision > picks.base_rate + 0.25
    # the last three years have probabilities, chosen at the second search
    late = walk.pairs[-1][1]
    assert np.isfinite(found.probability[late]).all()
    assert np.isfinite(found.threshold[late]).all()
    assert np.isnan(found.probability[walk.pairs[0][0]]).all()


def test_what_was_tried_inside_is_told(walk: Walk) -> None:
    trials = Logistic().rank(walk).trials
    tried = [trial.settings["k"] for trial in trials if trial.test == trials[0].test]
    assert tuple(tried) == K_GRID
    assert sum(trial.chosen for trial in trials) == len({trial.test for trial in trials})
    assert all(0 <= trial.held <= 1 and 0 <= trial.trained <= 1 for trial in trials)
    drawn = Forest(draws=3).candidates(seed=0)
    assert drawn[0] == {"n_estimators": 50, "max_depth": 10, "min_samples_split": 2}
    assert len(drawn) == 4
    assert drawn == Forest(draws=3).candidates(seed=0)
    assert drawn[1:] != Forest(draws=3).candidates(seed=1)[1:]


def test_selection_takes_the_best_of_columns_and_products(walk: Walk) -> None:
    train = walk.pairs[-1][0]
    fitted = fit(Logistic(), walk, train, {"k": 7}, seed=0)
    prepared = fitted.prepared.transform(walk.X[train])
    assert prepared.shape[1] > 500
    assert fitted.select.get_support().sum() == 7
    assert fitted.model.coef_.shape == (1, 7)
    small = fit(Logistic(products=False), walk, train, {"k": 1000}, seed=0)
    assert small.model.n_features_in_ == walk.X.shape[1]  # more than there are: all


def test_rows_of_other_years_and_tests_change_nothing_that_is_learned(walk: Walk) -> None:
    train, test = walk.pairs[1]
    spoiled = walk.X.copy()
    others = np.setdiff1d(np.arange(len(walk.rows)), train)
    spoiled[others] = 1e6
    for ranker in (QUICK, Forest(draws=0), Boosting()):
        honest = fit(ranker, walk, train, ranker.usual, seed=0)
        given = fit(ranker, replace(walk, X=spoiled), train, ranker.usual, seed=0)
        np.testing.assert_array_equal(given.scores(walk.X[test]), honest.scores(walk.X[test]))


def test_groups_apart_learn_from_their_own_rows(skilled) -> None:
    apart = make_walk(skilled, replace(FEW, groups="apart"))
    one = replace(apart, plan=FEW, pairs=[pair for pair in next(iter(apart.parts())).pairs])
    first = one.tested
    np.testing.assert_array_equal(QUICK.rank(apart).scores[first], QUICK.rank(one).scores[first])


def test_recent_rows_may_count_more(skilled, walk: Walk) -> None:
    fading = make_walk(skilled, replace(FEW, half_life=0.5))
    assert not np.allclose(
        QUICK.rank(fading).scores[walk.tested], QUICK.rank(walk).scores[walk.tested]
    )


def test_the_same_seed_gives_the_same_bytes(walk: Walk) -> None:
    for ranker in (Forest(draws=0), Boosting()):
        assert ranker.rank(walk).scores.tobytes() == ranker.rank(walk).scores.tobytes()


def test_settings_that_cannot_be_are_named() -> None:
    with pytest.raises(BadParameter, match=r"Logistic\(k=0\): k must be"):
        Logistic(k=0)
    with pytest.raises(BadParameter, match=r"Logistic\(products=1\): products must be"):
        Logistic(products=1)
    with pytest.raises(BadParameter, match=r"Forest\(draws=-1\): draws must be"):
        Forest(draws=-1)
    assert Logistic(k=3).settings() == {"ranker": "logistic", "products": True, "k": 3}
    assert Forest().settings() == {"ranker": "forest", "draws": 20}
    assert Boosting().settings() == {"ranker": "boosting"}
