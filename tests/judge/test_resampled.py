"""fondo.judge.resampled: the corrected t by hand, against scipy without correction, and a law."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadParameter
from fondo.judge.resampled import fold_mean

scores = st.lists(st.floats(-10, 10), min_size=2, max_size=12)


def test_interval_by_hand():
    # values 1, 3: mean 2, s^2 = 2; J = 2, test share 1/5: (1/2 + 1/4) 2 = 1.5; t_1(0.975) = 12.706
    found = fold_mean([1.0, 3.0], 0.2)
    assert found.value == 2
    assert found.high - 2 == pytest.approx(12.7062 * math.sqrt(1.5), rel=1e-4)
    assert found.low == pytest.approx(4 - found.high)


@given(scores)
def test_without_overlap_it_tends_to_the_usual_t_interval(values):
    found = fold_mean(values, 1e-9)
    spread = stats.sem(values)
    if spread > 1e-9:
        low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), spread)
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-5, abs=1e-6)


@given(scores, st.floats(-5, 5), st.floats(0.05, 0.6))
def test_adding_a_constant_to_every_score_moves_the_interval_by_it(values, constant, share):
    before, after = fold_mean(values, share), fold_mean([v + constant for v in values], share)
    assert after.low == pytest.approx(before.low + constant, abs=1e-6)
    assert after.high == pytest.approx(before.high + constant, abs=1e-6)


def test_the_interval_holds_the_truth_about_as_often_as_it_says_where_folds_overlap():
    """Means of 200 rows judged on resampled parts of them: the usual interval is far too short."""
    random, held, usual = np.random.default_rng(0), 0, 0
    for _ in range(300):
        rows = random.normal(size=200)
        parts = [random.permutation(200)[:40] for _ in range(10)]
        values = [float(rows[part].mean()) for part in parts]
        found = fold_mean(values, 0.2)
        held += found.low <= 0 <= found.high
        low, high = stats.t.interval(0.95, 9, np.mean(values), stats.sem(values))
        usual += low <= 0 <= high
    assert held / 300 > 0.9
    assert usual / 300 < 0.85


def test_a_single_fold_tells_no_spread_and_none_is_refused():
    found = fold_mean([0.5], 0.2)
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert found.to_json() == {"value": 0.5, "low": None, "high": None}
    with pytest.raises(BadParameter, match="at least one value"):
        fold_mean([], 0.2)
    with pytest.raises(BadParameter, match="share must lie between 0 and 1"):
        fold_mean([1.0, 2.0], 1.0)
