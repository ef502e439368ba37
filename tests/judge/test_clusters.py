"""fondo.judge.clusters: by hand, against statsmodels, by simulation of coverage, and laws."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.judge.clusters import effective_rows, mean_by_cluster, share_by_cluster
from fondo.judge.intervals import wilson

clusters = st.lists(
    st.integers(1, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2
)


def test_effective_rows_by_hand():
    # shares 0.8 and 0.2 of 10 rows each: p = 0.5, residuals +3 and -3,
    # variance 2/1 * 18 / 400 = 0.09, worth 0.25 / 0.09 = 2.7778 rows
    assert effective_rows([8, 2], [10, 10]) == pytest.approx(0.25 / 0.09)


def test_the_share_interval_by_hand():
    # the same two clusters; t of one degree of freedom is 12.7062, so worth
    # 2.7778 * (1.95996 / 12.7062)^2 = 0.066094 rows, and Wilson's interval of as many
    rows = 0.25 / 0.09 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 1)) ** 2
    assert rows == pytest.approx(0.066094, abs=1e-6)
    assert share_by_cluster([8, 2], [10, 10])[:2] == pytest.approx(wilson(rows / 2, rows)[:2])


def test_rows_of_their_own_are_plain_wilson():
    hits = np.array([1, 0, 0, 1, 1, 0, 0])
    assert share_by_cluster(hits, np.ones(7))[:2] == wilson(3, 7)[:2]
    assert effective_rows(hits, np.ones(7)) == 7


@given(clusters)
@settings(max_examples=20)
def test_order_and_mirroring_change_nothing_and_the_share_lies_inside(pairs):
    hits, sizes = np.array(pairs, float).T
    low, high, _ = share_by_cluster(hits, sizes)
    assert 0 <= low <= hits.sum() / sizes.sum() + 1e-12
    assert hits.sum() / sizes.sum() - 1e-12 <= high <= 1
    assert share_by_cluster(hits[::-1], sizes[::-1])[:2] == pytest.approx((low, high))
    mirrored = share_by_cluster(sizes - hits, sizes)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((low, high))
    assert effective_rows(hits, sizes) <= sizes.sum()


def test_an_empty_cluster_is_passed_over():
    assert share_by_cluster([3, 0, 5], [10, 0, 10]) == share_by_cluster([3, 5], [10, 10])


def test_the_interval_covers_where_the_naive_one_does_not():
    rng, held, naive = np.random.default_rng(0), 0, 0
    for _ in range(400):  # 14 years of 10 picks, each year's rate drawn from a beta of mean 1/4
        hits = rng.binomial(10, rng.beta(1, 3, 14))
        low, high, _ = share_by_cluster(hits, np.full(14, 10))
        held += low <= 0.25 <= high
        ends = wilson(hits.sum(), 140)
        naive += ends.low <= 0.25 <= ends.high
    assert held / 400 == pytest.approx(0.95, abs=0.03)
    assert naive / 400 < 0.8


def test_all_rows_alike_are_worth_their_clusters():
    assert effective_rows([0, 0, 0], [5, 9, 2]) == 3
    low, high, _ = share_by_cluster([0, 0, 0], [5, 9, 2])
    assert low == 0
    assert high > 0.7  # three years without a hit leave much open


def test_one_cluster_or_none_tells_nothing():
    assert share_by_cluster([3], [9])[:2] == (0, 1)
    assert share_by_cluster([], [])[:2] == (0, 1)
    assert share_by_cluster([0], [0]).method == "no rows"
    assert math.isnan(effective_rows([3], [9]))
    assert effective_rows([], []) == 0
    assert mean_by_cluster([1.0, 2.0], [7, 7])[:2] == (-math.inf, math.inf)


def test_the_mean_agrees_with_a_regression_on_a_constant():
    rng = np.random.default_rng(1)
    years = rng.integers(0, 9, 60)
    values = rng.normal(size=60) + rng.normal(size=9)[years]
    settings = {"groups": years, "use_correction": False}
    fitted = sm.OLS(values, np.ones(60)).fit(cov_type="cluster", cov_kwds=settings)
    error = float(fitted.bse[0]) * math.sqrt(9 / 8)
    half = stats.t.ppf(0.975, 8) * error
    low, high, method = mean_by_cluster(values, years)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half))
    assert method == "Student's t, 9 clusters"


def test_values_of_their_own_have_the_usual_interval():
    values = np.random.default_rng(2).normal(size=12)
    theirs = stats.ttest_1samp(values, 0).confidence_interval()
    assert mean_by_cluster(values, np.arange(12))[:2] == pytest.approx((theirs.low, theirs.high))


def test_bad_input_is_refused():
    with pytest.raises(BadData, match="hits between 0 and its size"):
        share_by_cluster([5], [4])
    with pytest.raises(BadData, match="hits between 0 and its size"):
        effective_rows([1, np.nan], [4, 4])
    with pytest.raises(BadData, match="a finite value and a cluster for each row"):
        mean_by_cluster([], [])
    with pytest.raises(BadData, match="a finite value and a cluster for each row"):
        mean_by_cluster([1.0, np.nan], [1, 2])
    with pytest.raises(BadParameter, match=r"level must be a number in \(0, 1\)"):
        share_by_cluster([1, 2], [4, 4], level=95)
