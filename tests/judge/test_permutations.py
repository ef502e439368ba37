"""fondo.judge.permutations: every permutation counted, scipy, and calibration under the null."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.judge.permutations import permuted, permuted_hits

bits = st.lists(st.integers(0, 1), min_size=3, max_size=4)


def all_ways(y, weights):
    """Hits of every way to deal out the labels of one stratum."""
    return np.array([np.dot(p, weights) for p in permutations(y)])


@given(bits, bits, st.booleans())
@settings(max_examples=20)
def test_the_p_value_counts_every_permutation_of_two_strata(first, second, halves):
    y = np.array([*first, *second], float)
    strata = np.repeat([7, 3], [len(first), len(second)])
    weights = np.random.default_rng(len(y)).choice([0.0, 0.5, 1.0] if halves else [0, 1], len(y))
    ways = [all_ways(y[strata == s], weights[strata == s]) for s in (7, 3)]
    sums = np.array([a + b for a, b in product(*ways)])
    found = permuted_hits(y, weights, strata)
    exact = float((sums >= y @ weights - 1e-9).mean())
    tolerance = 1e-12 if found.method == "exact" else 0.06
    assert found.p_value == pytest.approx(exact, abs=tolerance)
    assert found.expected == pytest.approx(sums.mean(), abs=max(tolerance, 1e-9))
    assert found.spread == pytest.approx(sums.std(), abs=max(tolerance, 1e-6))


def test_one_stratum_is_the_exact_test_of_fisher():
    y, picks = np.repeat([1, 0], [6, 14]), np.zeros(20)
    picks[[0, 1, 2, 3, 10]] = 1  # 4 of 5 picks hit, 6 of 20 are hits
    theirs = stats.fisher_exact([[4, 1], [2, 13]], alternative="greater").pvalue
    assert permuted_hits(y, picks, np.zeros(20)).p_value == pytest.approx(theirs)


def test_drawn_permutations_agree_with_exact_ones():
    rng = np.random.default_rng(0)
    strata = np.repeat(np.arange(12), 10)
    y, picks = (rng.random(120) < 0.3).astype(float), (rng.random(120) < 0.2).astype(float)
    exact = permuted_hits(y, picks, strata)
    drawn = permuted(lambda labels: picks @ labels, y, strata, n_resamples=3000)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=0.03)
    assert drawn.expected == pytest.approx(exact.expected, abs=0.15)
    assert drawn.spread == pytest.approx(exact.spread, rel=0.06)


def test_a_drawn_p_value_is_never_zero():
    y = np.repeat([1.0, 0.0], [10, 30])  # of 848 million ways one hits ten times
    found = permuted(lambda labels: float(labels[:10].sum()), y, np.zeros(40), n_resamples=99)
    assert found.p_value == 1 / 100
    assert found.method == "99 drawn"


def test_labels_stay_inside_their_stratum():
    strata = np.array([1, 0, 1, 0, 1])
    y = np.array([1.0, 0.0, 1.0, 0.0, 1.0])  # all ones in stratum 1
    found = permuted(lambda labels: float(labels[strata == 1].sum()), y, strata, n_resamples=50)
    assert (found.expected, found.spread, found.p_value) == (3, 0, 1)


def test_under_the_null_one_test_in_twenty_rejects():
    rng, rejected = np.random.default_rng(1), 0
    strata = np.repeat(np.arange(30), 20)
    picks = np.tile(np.r_[np.ones(2), np.zeros(18)], 30)
    for _ in range(400):
        y = np.concatenate([rng.permutation(np.r_[np.ones(5), np.zeros(15)]) for _ in range(30)])
        rejected += permuted_hits(y, picks, strata).p_value <= 0.05
    assert 0.02 <= rejected / 400 <= 0.07


def test_labels_that_cannot_move_prove_nothing():
    found = permuted_hits([1, 0, 1], [1, 0, 1], [0, 1, 2])
    assert (found.value, found.expected, found.p_value) == (2, 2, 1)
    assert permuted_hits([1, 1], [1, 0], [0, 0]).p_value == 1
    assert found.to_json()["method"] == "exact"


def test_bad_input_is_refused():
    with pytest.raises(BadData, match="at least one row"):
        permuted_hits([], [], [])
    with pytest.raises(BadData, match="a finite label and a stratum for each row"):
        permuted_hits([1, np.nan], [1, 0], [0, 0])
    with pytest.raises(BadData, match="a finite label and a stratum for each row"):
        permuted(np.sum, [1.0, 2.0], [0])
    for y, weights in (([2, 0], [1, 0]), ([1, 0], [1.5, 0])):
        with pytest.raises(BadData, match="labels must be 0 or 1 and weights must lie"):
            permuted_hits(y, weights, [0, 0])
    with pytest.raises(BadParameter, match="n_resamples must be at least 1"):
        permuted(np.sum, [1.0, 2.0], [0, 0], n_resamples=0)
