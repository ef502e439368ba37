"""fondo.judge.resample: against SciPy's BCa, by simulation of coverage, and by laws."""

import math

import numpy as np
import pytest
from scipy import stats

from fondo.errors import BadData
from fondo.judge import resample
from fondo.judge.resample import count_interval, row_weights, smooth_interval


def mean(m):
    return m[..., 0]


def root(m):
    return np.sqrt(m[..., 0])


def test_weights_are_draws_with_replacement():
    blocks = list(row_weights(7, 2000, seed=0))
    weights = np.concatenate(blocks)
    assert weights.shape == (2000, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(7), abs=0.1)
    assert weights.var(axis=0) == pytest.approx(np.full(7, 6 / 7), abs=0.1)  # n p (1 - p)


def test_agrees_with_scipy_bca():
    x = np.random.default_rng(0).gamma(1, size=400)
    theirs = stats.bootstrap(
        (x,), np.mean, method="BCa", n_resamples=4000, rng=np.random.default_rng(1)
    ).confidence_interval
    ours = smooth_interval(x[:, None], mean, n_resamples=4000)
    assert ours[:2] == pytest.approx((theirs.low, theirs.high), abs=0.01)


@pytest.mark.parametrize("n", [25, 120])
def test_the_mean_of_skewed_rows_is_covered(n):
    rng = np.random.default_rng(n)
    inside = 0
    for i in range(500):
        low, high, _ = smooth_interval(rng.exponential(size=(n, 1)), mean, n_resamples=400, seed=i)
        inside += low <= 1 <= high
    assert 0.915 <= inside / 500 <= 0.98


def test_root_mean_square_is_covered():
    rng = np.random.default_rng(0)
    inside = 0
    for i in range(300):
        errors = rng.normal(size=(50, 1))
        low, high, _ = smooth_interval(errors**2, root, n_resamples=300, seed=i)
        inside += low <= 1 <= high
    assert 0.92 <= inside / 300 <= 0.98


def test_many_rows_get_the_closed_form_and_agree(monkeypatch):
    x = np.random.default_rng(0).exponential(size=(3000, 1))
    drawn = smooth_interval(x, mean, n_resamples=3000)
    monkeypatch.setattr(resample, "ROWS", 100)
    closed = smooth_interval(x, mean)
    assert closed.method == "jackknife"
    error = x.std(ddof=1) / math.sqrt(3000)
    assert closed[:2] == pytest.approx((x.mean() - 1.96 * error, x.mean() + 1.96 * error), abs=1e-4)
    assert closed[:2] == pytest.approx(drawn[:2], abs=0.3 * error)


def test_scaling_the_rows_scales_the_ends():
    x = np.random.default_rng(0).gamma(2, size=(40, 1))
    low, high, _ = smooth_interval(x, mean)
    assert smooth_interval(10 * x, mean)[:2] == pytest.approx((10 * low, 10 * high))


def test_equal_rows_leave_no_doubt_and_one_row_leaves_all():
    assert smooth_interval(np.full((9, 1), 2.0), mean)[:2] == (2, 2)
    assert smooth_interval(np.ones((1, 1)), mean)[:2] == (-math.inf, math.inf)


def test_counts_behave_like_resampled_rows():
    # a share of 30 in 100: standard error sqrt(0.3 * 0.7 / 100) = 0.0458
    found = count_interval(np.array([30, 70]), lambda c: c[:, 0] / c.sum(axis=1))
    assert found[:2] == pytest.approx((0.3 - 1.98 * 0.0458, 0.3 + 1.98 * 0.0458), abs=0.015)


def test_rows_are_needed():
    with pytest.raises(BadData, match=r"smooth_interval\(moments\): there must be at least one"):
        smooth_interval(np.empty((0, 1)), mean)
    with pytest.raises(BadData, match=r"count_interval\(counts\): there must be at least one"):
        count_interval(np.zeros(3, int), lambda c: c[:, 0])
