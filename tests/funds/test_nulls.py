"""fondo.funds.nulls: by hand, and wild funds that look skilled until they are matched."""

import math

import numpy as np
import pytest

from fondo.errors import BadData
from fondo.funds.cells import cells
from fondo.funds.nulls import permutation_null, volatility_group

DAY = ["2020-01-03"]


def uneven_world(seed, years=12, funds=100):
    """Funds whose Sharpe ratio has no skill but whose volatility differs, with a market.

    Wild funds end high, or low, more often than calm ones. The ranking: wild funds first.
    """
    rng = np.random.default_rng(seed)
    own = 0.01 * np.exp(0.7 * rng.normal(size=funds))
    market = rng.normal(0.0015, 0.022, (years + 1, 52, 1))
    returns = market + own * rng.normal(size=(years + 1, 52, funds))
    sharpe, sd = returns.mean(1) / returns.std(1), returns.std(1)
    y = np.argsort(np.argsort(-sharpe[1:], axis=1), axis=1) < funds // 4
    date = np.repeat(np.datetime64("2000-01-07") + 364 * np.arange(years), funds)
    scores = sd[:-1] * np.exp(0.3 * rng.normal(size=(years, funds)))
    return scores.ravel(), y.ravel().astype(float), date, sd[:-1].ravel()


def test_without_skill_only_the_matched_null_keeps_its_level():
    plain, matched, raw = 0, 0, []
    for seed in range(40):
        scores, y, date, sigma = uneven_world(seed)
        found = permutation_null(scores, y, date)
        raw.append(found.value)
        plain += found.p_value <= 0.05
        matched += permutation_null(scores, y, date, volatility=sigma).p_value <= 0.05
    assert np.mean(raw) > 0.27  # no skill anywhere
    assert plain / 40 > 0.25
    assert matched / 40 <= 0.10


def test_by_hand():
    # 10 funds, the best-scored picked, a hit; 2 hits in all. Plain: 2/10. Calm and wild funds,
    # five each, both hits among the calm, where the pick is: 2/5
    scores, y = np.arange(10.0), np.r_[np.zeros(8), 1, 1]
    plain = permutation_null(scores, y, DAY * 10)
    assert (plain.value, plain.p_value) == (1, pytest.approx(0.2))
    matched = permutation_null(scores, y, DAY * 10, volatility=-scores)
    assert matched.p_value == matched.expected == pytest.approx(0.4)


def test_skill_is_found_by_both():
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(50) < 12, 10).astype(float)
    date, sigma = np.repeat(np.datetime64("2000-01-07") + 364 * np.arange(10), 50), rng.random(500)
    scores = y + rng.normal(size=500)
    for volatility in (None, sigma):
        assert permutation_null(scores, y, date, volatility=volatility).p_value < 0.001


def test_labels_stay_in_their_date_and_group():
    scores, y = np.array([1.0, 2, 1, 2]), np.array([0.0, 0, 1, 1])
    found = permutation_null(scores, y, DAY * 4, ["a", "a", "b", "b"])
    assert (found.value, found.expected, found.p_value) == (0.5, 0.5, 1)


@pytest.mark.parametrize(("n", "groups"), [(100, 10), (50, 10), (49, 9), (12, 2), (3, 1)])
def test_small_groups_have_fewer_groups_of_volatility(n, groups):
    cell = cells(DAY * n)
    found = volatility_group(np.random.default_rng(0).random(n), cell)
    sizes = np.bincount(found)
    assert len(sizes) == groups
    assert sizes.min() >= min(n, 5)
    assert np.ptp(sizes) <= 1


def test_funds_without_volatility_are_alike_and_all_equal_ones_too():
    cell = cells(DAY * 12)
    some = volatility_group(np.r_[np.nan, np.nan, np.arange(10.0)], cell)
    assert some.tolist() == [10, 10, *[0] * 5, *[1] * 5]
    assert len(set(volatility_group(np.ones(12), cell))) == 1


def test_nothing_known_proves_nothing():
    found = permutation_null([1.0, 2], [np.nan, np.nan], DAY * 2)
    assert math.isnan(found.value)
    assert found.p_value == 1
    missing = permutation_null([np.nan, 2, 1], [1, 1, np.nan], DAY * 3)
    assert (missing.value, missing.p_value) == (1, 1)  # one ranked fund with a label
    with pytest.raises(BadData, match=r"permutation_null\(volatility=\(1,\)\)"):
        permutation_null([1.0, 2], [1, 0], DAY * 2, volatility=[0.1])
