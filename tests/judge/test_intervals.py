"""fondo.judge.intervals: against SciPy, by simulation of coverage, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from fondo.errors import BadData, BadParameter
from fondo.judge import intervals
from fondo.judge.intervals import (
    Interval,
    average_of,
    bootstrap,
    clopper_pearson,
    jeffreys,
    median_interval,
    wilson,
)

counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, st.floats(0.5, 0.999))
@settings(deadline=None, derandomize=True)
def test_shares_agree_with_scipy(count, level):
    hits, n = count
    for ours, name in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = stats.binomtest(hits, n).proportion_ci(level, method=name)
        assert ours(hits, n, level)[:2] == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(counts)
@settings(deadline=None, derandomize=True)
def test_misses_mirror_hits_and_the_estimate_lies_inside(count):
    hits, n = count
    low, high, _ = wilson(hits, n)
    mirrored = wilson(n - hits, n)
    assert (1 - high, 1 - low) == pytest.approx(mirrored[:2], abs=1e-12)
    assert 0 <= low <= hits / n <= high <= 1


def test_wilson_by_hand():
    # n = 4, 2 hits, z = 1.96: the middle is 1/2, the half-width
    # 1.96 sqrt(1/16 + 3.8415/64) / (1 + 3.8415/4) = 1.96 * 0.35002 / 1.96036 = 0.34996
    low, high, method = wilson(2, 4)
    assert (low, high) == pytest.approx((0.15004, 0.84996), abs=1e-4)
    assert method == "Wilson"


def test_wilson_agrees_with_statsmodels_for_all_counts_to_200():
    pairs = np.array([(k, n) for n in range(1, 201) for k in range(n + 1)])
    theirs = np.stack(proportion_confint(*pairs.T, method="wilson"), axis=1)
    ours = np.array([wilson(int(k), int(n))[:2] for k, n in pairs])
    assert np.abs(ours - theirs.clip(0, 1)).max() <= 1e-12
    mirrored = {(k, n): ends for (k, n), ends in zip(pairs.tolist(), ours, strict=True)}
    other_way = np.array([1 - mirrored[n - k, n][::-1] for k, n in pairs.tolist()])
    assert np.abs(ours - other_way).max() <= 1e-12


@pytest.mark.parametrize("n", [*range(1, 21), 50, 100, 200])
def test_wilson_agrees_with_scipy_to_twelve_digits(n):
    for hits in range(0, n + 1, max(1, n // 20)):
        theirs = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
        assert wilson(hits, n)[:2] == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),  # scipy 1.17, binomtest(k, n).proportion_ci(method="wilson")
    [
        (7, 50, 0.069508, 0.261862),
        (40, 100, 0.309401, 0.497997),
        (25, 100, 0.175452, 0.343045),
        (300, 1000, 0.272407, 0.329124),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
    ],
)
def test_wilson_gives_the_golden_values(hits, n, low, high):
    assert wilson(hits, n)[:2] == pytest.approx((low, high), abs=5e-7)


@given(counts.filter(lambda c: 0 < c[0] < c[1]))
@settings(deadline=None, derandomize=True, max_examples=20)
def test_jeffreys_agrees_with_statsmodels_inside(count):
    hits, n = count
    theirs = proportion_confint(hits, n, method="jeffreys")
    assert jeffreys(hits, n)[:2] == pytest.approx(theirs, abs=1e-9)


def test_jeffreys_reaches_the_ends_where_all_rows_agree():
    assert jeffreys(0, 7).low == 0
    assert jeffreys(7, 7).high == 1
    assert jeffreys(0, 7).high == pytest.approx(1 - jeffreys(7, 7).low)
    assert jeffreys(0, 0)[:2] == (0, 1)


def exact_coverage(interval, n, p):
    """Probability, over binomial draws, that the interval holds p."""
    hits = np.arange(n + 1)
    inside = [interval(int(h), n).low <= p <= interval(int(h), n).high for h in hits]
    return float(stats.binom.pmf(hits, n, p) @ inside)


@pytest.mark.parametrize("p", [0.03, 0.1, 0.3, 0.5])
def test_share_intervals_keep_their_promise(p):
    assert exact_coverage(clopper_pearson, 40, p) >= 0.95
    assert exact_coverage(wilson, 40, p) == pytest.approx(0.95, abs=0.035)


def test_nothing_seen_means_nothing_known():
    assert wilson(0, 0)[:2] == (0, 1)
    assert clopper_pearson(0, 0)[:2] == (0, 1)


def test_average_of_two_shares_by_hand():
    # distances to the low ends 0.3 and 0.4: sqrt(0.09 + 0.16) / 2 = 0.25
    found = average_of([0.5, 0.7], [Interval(0.2, 0.5), Interval(0.3, 0.7)])
    assert found[:2] == pytest.approx((0.35, 0.6))


def test_average_of_shares_covers():
    rng, inside = np.random.default_rng(0), 0
    truth = (0.95 + 0.7 + 0.5) / 3
    for _ in range(1000):
        hits = rng.binomial([30, 50, 40], [0.95, 0.7, 0.5])
        parts = [wilson(int(h), n) for h, n in zip(hits, (30, 50, 40), strict=True)]
        low, high, _ = average_of((hits / [30, 50, 40]).tolist(), parts)
        inside += low <= truth <= high
    assert inside / 1000 == pytest.approx(0.95, abs=0.02)


def test_median_covers_whatever_the_distribution():
    rng = np.random.default_rng(0)
    draws = rng.exponential(size=(2000, 25))
    inside = [low <= np.log(2) <= high for low, high, _ in map(median_interval, draws)]
    # n = 25: the order statistics 8 and 18 hold the median with probability 0.9567
    assert np.mean(inside) == pytest.approx(0.9567, abs=0.015)


def test_median_of_few_rows_is_their_range():
    assert median_interval(np.array([3.0, 1.0, 2.0]))[:2] == (1, 3)


def test_bootstrap_agrees_with_scipy():
    x = np.random.default_rng(0).gamma(2, size=60)
    theirs = stats.bootstrap(
        (x,), np.mean, method="percentile", n_resamples=4000, rng=np.random.default_rng(1)
    ).confidence_interval
    ours = bootstrap(np.mean, x, n_resamples=4000)
    assert ours[:2] == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_bootstrap_draws_rows_together():
    x = np.arange(20.0)
    assert bootstrap(lambda a, b: float(abs(a - b).max()), x, x)[:2] == (0, 0)


def test_bootstrap_of_more_rows_than_it_draws_has_the_right_width(monkeypatch):
    x = np.random.default_rng(0).normal(size=4000)
    full = bootstrap(np.mean, x, n_resamples=2000)
    monkeypatch.setattr(intervals, "ROWS", 500)
    some = bootstrap(np.mean, x, n_resamples=2000)
    assert some.high - some.low == pytest.approx(full.high - full.low, rel=0.1)
    assert some.method == "bootstrap of 500 rows, scaled"


def test_same_seed_same_interval():
    x = np.random.default_rng(0).normal(size=30)
    assert bootstrap(np.mean, x, seed=3) == bootstrap(np.mean, x, seed=3)
    assert bootstrap(np.mean, x, seed=3) != bootstrap(np.mean, x, seed=4)


@pytest.mark.parametrize("call", [wilson, clopper_pearson, jeffreys])
def test_impossible_counts_are_refused(call):
    with pytest.raises(BadParameter, match="hits must lie between 0 and n"):
        call(5, 4)
    with pytest.raises(BadParameter, match=r"level must be a number in \(0, 1\)"):
        call(1, 4, 95)


def test_rows_are_needed():
    with pytest.raises(BadData, match="at least one row"):
        median_interval(np.array([]))
    with pytest.raises(BadData, match=r"bootstrap\(arrays=\(3,\), \(2,\)\): arrays must share"):
        bootstrap(np.mean, np.zeros(3), np.zeros(2))
