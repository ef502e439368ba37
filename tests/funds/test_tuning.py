"""fondo.funds.tuning: settings, probabilities and cuts are chosen inside the training side."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from tests.funds.conftest import FEW

from fondo.funds.picks import selective_precision
from fondo.funds.spans import leaking_rows
from fondo.funds.tuning import (
    Choice,
    Inner,
    calibrate,
    choose,
    inner_folds,
    precision,
    tuning_places,
)
from fondo.funds.walk import Walk, make_walk

LAST = -1


@pytest.fixture(scope="module")
def walk(skilled) -> Walk:
    return make_walk(skilled, FEW)


@pytest.fixture(scope="module")
def inner(walk: Walk) -> Inner:
    return inner_folds(walk, len(walk.pairs) + LAST)


def test_inner_folds_see_the_training_side_alone_and_are_purged(walk: Walk, inner: Inner) -> None:
    train, test = walk.pairs[LAST]
    assert inner.test == str(walk.rows.date[test].min())[:4]
    assert len(inner.pairs) == 3
    for learned, held in inner.pairs:
        assert np.isin(learned, train).all()
        assert np.isin(held, train).all()
        assert leaking_rows(walk.times, learned, held) == 0
        # no row that looks back on the labels held out is learned from
        after = walk.rows.date[learned] - walk.times["label_end"][held].max()
        days = after.astype(int)
        assert not ((days >= 0) & (days <= walk.embargo)).any()


def test_short_training_sides_have_no_folds_and_no_cut(walk: Walk) -> None:
    train, test = walk.pairs[0]
    first = train[walk.rows.date[train] <= np.unique(walk.rows.date)[1]]
    assert inner_folds(replace(walk, pairs=[(first, test)]), 0).pairs == []
    steps = calibrate(walk, None)
    assert np.isnan(steps.threshold)
    assert np.isnan(steps.probability(np.zeros(3))).all()


def test_many_rows_are_thinned_by_whole_dates(walk: Walk, monkeypatch) -> None:
    monkeypatch.setattr("fondo.funds.tuning.MOST_ROWS", 300)
    monkeypatch.setattr("fondo.funds.tuning.LEAST_ROWS", 100)
    thin = inner_folds(walk, len(walk.pairs) - 1)
    used = np.unique(np.concatenate([np.concatenate(pair) for pair in thin.pairs]))
    train = walk.pairs[LAST][0]
    assert 150 < len(used) <= 348
    for date in np.unique(walk.rows.date[used]):
        assert (walk.rows.date[used] == date).sum() == (walk.rows.date[train] == date).sum()


def test_searches_come_every_so_many_years(walk: Walk) -> None:
    assert tuning_places(walk) == [0, 3]
    assert tuning_places(replace(walk, plan=replace(FEW, tune_every=2))) == [0, 2, 4]


def test_precision_is_that_of_the_picks_of_each_cell(walk: Walk) -> None:
    rows = walk.pairs[LAST][0]
    scores = np.random.default_rng(0).normal(size=len(rows))
    found = selective_precision(scores, walk.y[rows], walk.rows.date[rows], walk.rows.peer[rows])
    assert precision(walk, rows, scores) == pytest.approx(found.precision, abs=1e-12)


def test_the_best_held_out_is_kept_and_of_equals_the_first(walk: Walk, inner: Inner) -> None:
    def scored(settings, fold):
        learned, held = inner.pairs[fold]
        good = {"none": 0.0, "some": 1.0, "same": 1.0}[settings["skill"]]
        return np.zeros(len(learned)), good * walk.y[held]

    found = choose(walk, inner, [{"skill": s} for s in ("none", "some", "same")], scored)
    assert found.settings == {"skill": "some"}
    assert [trial.chosen for trial in found.trials] == [False, True, False]
    assert found.trials[1].held == 1.0
    assert found.trials[0].held == pytest.approx(0.25)  # all tie, so each counts in part
    np.testing.assert_array_equal(found.scores, walk.y[found.held])


def test_probabilities_are_isotonic_steps_on_rows_held_out(walk: Walk, inner: Inner) -> None:
    held = np.concatenate([rows for _, rows in inner.pairs])
    random = np.random.default_rng(1)
    scores = walk.y[held] + random.normal(size=len(held))
    steps = calibrate(walk, Choice({}, [], held, scores))
    grid = np.linspace(-4, 5, 50)
    chance = steps.probability(grid)
    assert (np.diff(chance) >= 0).all()
    assert chance.min() >= 0
    assert chance.max() <= 1
    reference = IsotonicRegression(out_of_bounds="clip").fit(scores, walk.y[held])
    np.testing.assert_allclose(chance, reference.predict(grid))
    mean = steps.probability(scores).mean()
    assert mean == pytest.approx(walk.y[held].mean())
    over = steps.probability(scores) >= steps.threshold
    assert over.sum() >= max(6, 0.02 * len(held))
    assert walk.y[held][over].mean() > 0.5
