"""fondo.funds.sharpe: the published example, purgedcv, simulation, units, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purgedcv import (
    deflated_sharpe_ratio,
    min_track_record_length,
    probabilistic_sharpe_ratio,
)
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.funds.sharpe import (
    best_of_normals,
    deflated_sharpe,
    independent_trials,
    probabilistic_sharpe,
    sharpe_of,
    track_record_needed,
)

EXAMPLE = {"skew": -3, "kurtosis": 10, "variance": 0.5, "periods_per_year": 250}


@pytest.mark.parametrize(("trials", "golden"), [(100, 0.900397), (46, 0.950502), (88, 0.910153)])
def test_the_published_example_is_reproduced(trials, golden):
    # Bailey and Lopez de Prado (2014): yearly ratio 2.5 over 1250 days, variance 1/2 of trials
    found = deflated_sharpe(2.5, 1250, trials=trials, **EXAMPLE)
    assert found.probability == pytest.approx(golden, abs=5e-7)
    if trials == 100:
        assert found.benchmark == pytest.approx(0.113172, abs=5e-7)
    assert found.to_json()["trials"] == trials


def test_yearly_and_per_day_say_the_same():
    per_day = deflated_sharpe(
        2.5 / math.sqrt(250), 1250, trials=100, variance=0.5 / 250, skew=-3, kurtosis=10
    )
    assert per_day == pytest.approx(deflated_sharpe(2.5, 1250, trials=100, **EXAMPLE))
    yearly = probabilistic_sharpe(1.0, 520, benchmark=0.5, periods_per_year=52)
    weekly = probabilistic_sharpe(1 / math.sqrt(52), 520, benchmark=0.5 / math.sqrt(52))
    assert yearly == pytest.approx(weekly)


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 30]))
@settings(max_examples=20)
def test_both_probabilities_agree_with_purgedcv(seed, trials):
    r = np.random.default_rng(seed).gamma(2, size=60) - 1.8
    value = r.mean() / r.std()  # by n there; and skew and kurtosis without bias
    shape = {"skew": stats.skew(r, bias=False), "kurtosis": 3 + stats.kurtosis(r, bias=False)}
    ours = probabilistic_sharpe(value, 60, benchmark=0.05, **shape)
    assert ours == pytest.approx(probabilistic_sharpe_ratio(r, 0.05))
    ours = deflated_sharpe(value, 60, trials=trials, variance=0.01, **shape)
    assert ours.probability == pytest.approx(deflated_sharpe_ratio(r, trials, 0.01))


def test_a_sharpe_ratio_by_hand():
    # mean 2, deviations -1, 0, 0, 1: sd sqrt(2/3), skew 0, fourth moment (1/2) / (1/2)^2 = 2
    found = sharpe_of([1, 2, 2, 3])
    assert found.value == pytest.approx(2 / math.sqrt(2 / 3))
    assert (found.n, found.skew, found.kurtosis) == (4, 0, pytest.approx(2))


def test_the_probability_is_calibrated_where_there_is_no_skill():
    drawn = np.random.default_rng(0).normal(size=(2000, 104))
    told = [probabilistic_sharpe(r.mean() / r.std(ddof=1), 104) for r in drawn]
    assert np.mean(np.array(told) > 0.95) == pytest.approx(0.05, abs=0.015)


def test_the_best_of_many_is_deflated():
    rng, raw, deflated = np.random.default_rng(1), 0, 0
    for _ in range(200):
        r = rng.normal(size=(104, 30))
        sharpes = r.mean(axis=0) / r.std(axis=0, ddof=1)
        best = float(sharpes.max())
        variance = float(sharpes.var(ddof=1))
        raw += probabilistic_sharpe(best, 104) > 0.95
        deflated += deflated_sharpe(best, 104, trials=30, variance=variance).probability > 0.95
    assert raw / 200 > 0.5
    assert deflated / 200 < 0.08


def test_the_expected_best_is_near_the_exact_one():
    for trials in (10, 100, 1000):
        near, exact = (best_of_normals(trials, exact=exact) for exact in (False, True))
        assert near == pytest.approx(exact, rel=0.025)
    assert best_of_normals(1) == best_of_normals(1.05) == 0
    values = [best_of_normals(n) for n in (2, 3, 10, 50.5, 1000)]
    assert values == sorted(values)


def test_trials_that_hang_together_are_fewer():
    assert independent_trials(100, 0) == 100
    assert independent_trials(100, 1) == 1
    for wrong in ((0, 0.5), (10, -0.1), (10, 1.1)):
        with pytest.raises(BadParameter, match="Take a negative mean correlation as 0"):
            independent_trials(*wrong)


def test_the_track_record_needed_is_where_the_probability_gets_there():
    shape = {"skew": -0.5, "kurtosis": 6.0}
    periods = track_record_needed(0.12, benchmark=0.02, **shape)
    expected = min_track_record_length(0.12, 0.02, 0.05, -0.5, 6.0)
    assert math.ceil(periods) == pytest.approx(expected, abs=1)
    z = (0.12 - 0.02) * math.sqrt(periods - 1) / math.sqrt(1 + 0.5 * 0.12 + 1.25 * 0.12**2)
    assert stats.norm.cdf(z) == pytest.approx(0.95)
    assert track_record_needed(0.1, benchmark=0.1) == math.inf


def test_bad_input_is_refused():
    for wrong in ([], [0.1], [0.1, np.nan], [[0.1, 0.2]]):
        with pytest.raises(BadData, match="at least two returns, all finite"):
            sharpe_of(wrong)
    with pytest.raises(BadData, match="all are equal, so there is no risk to divide by"):
        sharpe_of([0.1, 0.1, 0.1])
    with pytest.raises(BadParameter, match="there must be at least 2 periods"):
        probabilistic_sharpe(0.1, 1)
    with pytest.raises(BadParameter, match="no returns have such moments"):
        probabilistic_sharpe(0.5, 50, skew=9)
    with pytest.raises(BadParameter, match="must be above 0: 252, 52 or 12"):
        probabilistic_sharpe(0.5, 50, periods_per_year=0)
    for trials, variance in ((0, 0.1), (math.nan, 0.1), (9, -1), (9, math.nan)):
        with pytest.raises(BadParameter, match="trials must be at least 1 and variance finite"):
            deflated_sharpe(0.1, 50, trials=trials, variance=variance)
