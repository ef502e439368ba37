"""fondo.judge.auc: against scikit-learn, the written-out formula, simulation, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from fondo.errors import BadData
from fondo.judge.auc import auc_difference, auc_interval, placements


@st.composite
def ranked(draw):
    n = draw(st.integers(4, 30))
    y = np.array([0, 1, *draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))])
    scores = draw(st.lists(st.integers(0, 8), min_size=n + 2, max_size=n + 2))
    return y, np.array(scores, float)


def written_out(y, scores):
    """DeLong's placements pair by pair."""
    wins = np.sign(scores[y == 1][:, None] - scores[y == 0]) / 2 + 0.5
    return wins.mean(axis=1), wins.mean(axis=0)


@given(ranked())
@settings(deadline=None, derandomize=True)
def test_placements_agree_with_pairs_and_with_scikit_learn(case):
    ours, theirs = placements(*case), written_out(*case)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
        assert a.mean() == pytest.approx(roc_auc_score(*case))


@given(ranked())
@settings(deadline=None, derandomize=True)
def test_only_the_order_of_scores_matters(case):
    y, scores = case
    assert auc_interval(y, scores) == auc_interval(y, np.exp(scores) * 3 - 1)


def test_variance_by_hand():
    # ones at 3 and 1, zeros at 2 and 0: placements of the ones 1 and 1/2, of the zeros 1/2 and 1;
    # area 3/4, variances (1/8) / 2 + (1/8) / 2 = 1/8; on the logit scale sqrt(1/8) / (3/16).
    low, high, method = auc_interval(np.array([1, 1, 0, 0]), np.array([3, 1, 2, 0]))
    half = 1.959964 * 0.125**0.5 / (3 / 16)
    expected = [1 / (1 + np.exp(-(np.log(3) + s * half))) for s in (-1, 1)]
    assert (low, high) == pytest.approx(expected, abs=1e-6)
    assert method == "DeLong"


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.5])
def test_the_area_is_covered(shift):
    from scipy.stats import norm

    rng, truth, inside = np.random.default_rng(0), norm.cdf(shift / 2**0.5), 0
    y = np.repeat([1, 0], [25, 75])
    for _ in range(600):
        low, high, _ = auc_interval(y, rng.normal(size=100) + shift * y)
        inside += low <= truth <= high
    assert 0.925 <= inside / 600 <= 0.985


def test_a_perfect_ranking_is_still_doubted():
    low, high, _ = auc_interval(np.array([0] * 10 + [1] * 5), np.arange(15))
    assert high == 1
    assert low == pytest.approx(0.025 ** (1 / 5))  # five independent pairs, none wrong
    assert auc_interval(np.array([0] * 10 + [1] * 5), -np.arange(15))[:2] == (0, 1 - low)


def test_one_row_of_a_class_tells_no_spread():
    y, scores = np.array([1, 0, 0, 0]), np.array([2.0, 1, 3, 0])
    assert auc_interval(y, scores)[:2] == (0, 1)
    assert auc_difference(y, scores, -scores)[:2] == (-1, 1)


def test_the_difference_of_areas_is_covered_and_narrower_than_that_of_strangers():
    rng, inside, widths = np.random.default_rng(0), 0, []
    y = np.repeat([1, 0], 60)
    for _ in range(500):
        both = rng.normal(size=120) + y
        a, b = both + rng.normal(size=120) / 2, both + rng.normal(size=120) / 2
        low, high, _ = auc_difference(y, a, b)
        inside += low <= 0 <= high
        widths.append(high - low)
    alone = auc_interval(y, a)
    assert 0.925 <= inside / 500 <= 0.98
    assert np.mean(widths) < alone.high - alone.low


def test_equal_scores_do_not_differ():
    y, scores = np.array([0, 1, 0, 1, 1]), np.array([0.1, 0.3, 0.4, 0.2, 0.9])
    assert auc_difference(y, scores, scores)[:2] == (0, 0)


def test_both_classes_are_needed():
    with pytest.raises(BadData, match=r"rows of both classes, not 3 and 0"):
        auc_interval(np.ones(3), np.arange(3))
