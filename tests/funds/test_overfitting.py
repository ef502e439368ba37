"""fondo.funds.overfitting: purgedcv, by hand, noise against one good trial, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purgedcv import probability_of_backtest_overfitting

from fondo.errors import BadData, BadParameter
from fondo.funds.overfitting import overfitting


@given(st.integers(0, 10_000), st.sampled_from([(50, 6), (52, 4), (60, 8)]))
@settings(max_examples=15)
def test_probability_slope_and_halvings_are_those_of_purgedcv(seed, sizes):
    periods, blocks = sizes
    table = np.random.default_rng(seed).standard_t(4, size=(periods, 10)) + 0.1
    found = overfitting(table, blocks=blocks, noise=0)
    theirs = probability_of_backtest_overfitting(table.T, n_splits=blocks, metric=_sharpe)
    assert found.probability == pytest.approx(theirs.pbo)
    assert found.slope == pytest.approx(theirs.slope)
    assert found.halvings == theirs.n_combos
    assert found.loss == pytest.approx((theirs.is_oos_performance[:, 1] < 0).mean())


def _sharpe(r):
    return float(r.mean() / r.std())


def test_by_hand():
    # two blocks of one period: trial 0 is best in the first and worst in the second, trial 2 the
    # other way round, so that each choice is below the median in the other half
    found = overfitting([[3, 2, 1], [1, 2, 3]], blocks=2, measure="mean", noise=0)
    assert (found.probability, found.halvings) == (1, 2)
    assert overfitting([[3, 2, 1], [3, 2, 1]], blocks=2, measure="mean", noise=0).probability == 0
    # the middle of three counts half: trial 0 is chosen, then trial 1, each then in the middle
    told = overfitting([[3, 2, 1], [2, 3, 1]], blocks=2, measure="mean", noise=0)
    assert told.probability == 0.5


def test_noise_is_a_coin_and_one_good_trial_is_found():
    noise, planted = [], []
    for seed in range(8):
        table = np.random.default_rng(seed).normal(size=(520, 50))
        noise.append(overfitting(table, noise=0).probability)
        table[:, 0] += 0.25
        planted.append(overfitting(table, noise=0).probability)
    assert np.mean(noise) == pytest.approx(0.5, abs=0.12)
    assert np.ptp(noise) > 0.15  # a single figure says little
    assert np.mean(planted) < 0.06


def test_the_spread_of_noise_stands_beside_it():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(120, 12)) + rng.normal(size=(120, 1))  # trials that hang together
    table[:, 3] += 0.6
    found = overfitting(table, noise=30)
    assert found.noise_low < found.noise_mean < found.noise_high
    assert found.noise_mean == pytest.approx(0.5, abs=0.12)
    assert found.probability < found.noise_low
    assert found == overfitting(table, noise=30)
    assert found != overfitting(table, noise=30, seed=1)
    assert math.isnan(overfitting(table, noise=0).noise_low)
    assert overfitting(table, noise=0).to_json()["noise_low"] is None


def test_trials_that_tie_share_their_rank():
    # trial 0 is always chosen; three others tie with it elsewhere and one is better: of five it
    # has the middle of ranks 1 to 4, 2.5, under the median 3
    table = np.array([[5, 2, 2, 2, 1], [2, 2, 2, 2, 9]], float)
    table[1, 0] = 2
    found = overfitting(table, blocks=2, measure="mean", noise=0)
    # the other choice, trial 4, is the worst of the first half: rank 1
    assert found.probability == 1
    # all equal elsewhere: the median itself, which counts half
    even = overfitting([[5, 2, 2], [3, 3, 3]], blocks=2, measure="mean", noise=0)
    # choices: trial 0 (half), and of three equals the first, which is best elsewhere (nothing)
    assert even.probability == 0.25


def test_order_of_trials_and_scale_change_nothing():
    table = np.random.default_rng(1).normal(size=(60, 8))
    one = overfitting(table, noise=0)
    assert overfitting(1000 * table[:, ::-1], noise=0).probability == one.probability
    huge = overfitting(table + 1e6, noise=0, measure="mean")
    assert huge.probability == overfitting(table, noise=0, measure="mean").probability


def test_trials_that_never_vary_score_nothing():
    table = np.random.default_rng(2).normal(size=(40, 4)) - 5
    table[:, 1] = 0.0  # better than those that lose
    assert overfitting(table, noise=0).probability == 0


def test_bad_input_is_refused():
    good = np.random.default_rng(0).normal(size=(20, 3))
    for wrong in (good[:, :1], good[:9], good[0], np.where(good > 1, np.nan, good)):
        with pytest.raises(BadData, match="finite returns of at least two trials"):
            overfitting(wrong)
    for blocks in (3, 0, 2.0, True):
        with pytest.raises(BadParameter, match="must be an even number"):
            overfitting(good, blocks=blocks)
    with pytest.raises(BadParameter, match="measure must be one of 'sharpe', 'mean'"):
        overfitting(good, measure="calmar")
    with pytest.raises(BadParameter, match="noise must be a whole number of at least 0"):
        overfitting(good, noise=-1)
