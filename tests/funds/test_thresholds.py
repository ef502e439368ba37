"""fondo.funds.thresholds: against scikit-learn, by hand, and the price of choosing on the test."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_score

from fondo.errors import BadData, BadParameter
from fondo.funds.thresholds import CUTS, precision_by_threshold, precision_of_at_least
from fondo.judge.clusters import share_by_cluster
from fondo.judge.intervals import wilson


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_precision_is_that_of_scikit_learn_at_each_cut(seed):
    rng = np.random.default_rng(seed)
    scores, y = rng.random(80).round(2), (rng.random(80) < 0.3).astype(float)
    curve = precision_by_threshold(scores, y)
    theirs = [precision_score(y, scores >= cut - 1e-12, zero_division=np.nan) for cut in CUTS]
    assert curve.precision == pytest.approx(theirs, nan_ok=True)
    assert curve.base_rate == pytest.approx(y.mean())
    ends = [wilson(h, n)[:2] for h, n in zip(curve.hits, curve.picks, strict=True)]
    assert np.stack([curve.low, curve.high], axis=1) == pytest.approx(np.array(ends))
    assert (np.diff(curve.picks) <= 0).all()


def test_by_hand():
    # at 0.5 three rows, two hits; at 0.8 one row, no hit; at 0.95 none
    curve = precision_by_threshold([0.9, 0.6, 0.5, 0.2, np.nan], [0, 1, 1, 0, 1], [0.95, 0.5, 0.8])
    assert curve.threshold.tolist() == [0.5, 0.8, 0.95]
    assert curve.precision[:2].tolist() == [2 / 3, 0]
    assert np.isnan(curve.precision[2])
    assert (curve.rows, curve.base_rate) == (4, 0.5)
    assert curve.to_json()["precision"][2] is None


def test_the_best_cut_needs_enough_picks_and_is_the_lowest_of_equals():
    scores, y = np.linspace(0, 1, 21), np.r_[np.zeros(11), np.ones(10)]
    curve = precision_by_threshold(scores, y)
    assert curve.best() == pytest.approx(0.55)  # all ten hits; higher cuts are as precise
    assert curve.best(least=15) == pytest.approx(0.3)
    with pytest.raises(BadData, match="no threshold has so many picks; the lowest has 20"):
        curve.best(least=30)


def test_a_cut_chosen_on_the_test_rows_flatters_and_one_from_training_rows_does_not():
    rng, nested, flattered = np.random.default_rng(0), [], []
    for _ in range(250):
        scores, y = rng.random((2, 100)), (rng.random((2, 100)) < 0.25).astype(float)
        train, test = (precision_by_threshold(s, v) for s, v in zip(scores, y, strict=True))
        flattered.append(test.precision[test.threshold == test.best()][0])
        nested.append(test.precision[test.threshold == train.best()][0])
    assert np.nanmean(nested) == pytest.approx(0.25, abs=0.02)
    assert np.mean(flattered) > 0.32


def test_intervals_by_cluster_are_wider_where_years_differ():
    rng = np.random.default_rng(1)
    year = np.repeat(np.arange(10), 40)
    scores, y = rng.random(400), (rng.random(400) < rng.beta(1, 2, 10)[year]).astype(float)
    plain, by_year = (precision_by_threshold(scores, y, [0.3], clusters=c) for c in (None, year))
    over = scores >= 0.3
    hits, sizes = np.bincount(year[over], y[over]), np.bincount(year[over])
    assert (by_year.low[0], by_year.high[0]) == share_by_cluster(hits, sizes)[:2]
    assert by_year.high[0] - by_year.low[0] > 2 * (plain.high[0] - plain.low[0])


def test_the_scorer_believes_no_cut_with_few_picks():
    y, flagged = np.array([1, 1, 0, 1]), np.array([1, 1, 1, 0])
    assert precision_of_at_least(y, flagged, least=3) == pytest.approx(2 / 3)
    assert precision_of_at_least(y, flagged) == 0


def test_all_labels_alike_are_allowed():
    curve = precision_by_threshold([0.1, 0.9], [1, 1], [0.5])
    assert (curve.base_rate, curve.precision[0]) == (1, 1)


def test_bad_input_is_refused():
    with pytest.raises(BadData, match="there must be a row with a score and a label"):
        precision_by_threshold([], [])
    with pytest.raises(BadData, match="there must be a row with a score and a label"):
        precision_by_threshold([np.nan, 1.0], [1, np.nan])
    with pytest.raises(BadData, match="scores from -3 to 2 are no probabilities"):
        precision_by_threshold([-3.0, 2.0], [1, 0])
    with pytest.raises(BadData, match=r"thresholds\): there must be one at least, none NaN"):
        precision_by_threshold([0.5], [1], [np.nan])
    with pytest.raises(BadData, match=r"clusters=\(1,\)\): must have one entry for each"):
        precision_by_threshold([0.5, 0.6], [1, 0], clusters=[2020])
    with pytest.raises(BadParameter, match="least must be a whole number of at least 1"):
        precision_by_threshold([0.5], [1]).best(0)
