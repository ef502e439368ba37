"""fondo.funds.within: sums, ranks and scores within groups, against loops and scipy."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata, zscore

from fondo.funds.within import mean_of_group, mean_of_others, rank_share, z_scores

SHAPE = (3, 7)
values = arrays("float64", SHAPE, elements=st.sampled_from([-2.0, 0.5, 1.0, 3.0, 7.0, np.nan]))
codes = arrays("int64", SHAPE, elements=st.integers(-1, 2))
quick = settings(max_examples=20)


def members(v, c):
    """Each date and group with the places and values of its members."""
    for t in range(len(v)):
        for group in set(c[t]) - {-1}:
            yield t, np.flatnonzero((c[t] == group) & np.isfinite(v[t]))


@quick
@given(values, codes)
def test_ranks_agree_with_scipy(v, c):
    expected = np.full(SHAPE, np.nan)
    for t, place in members(v, c):
        if len(place):
            expected[t, place] = (rankdata(v[t, place]) - 0.5) / len(place)
    np.testing.assert_allclose(rank_share(v, c), expected)


@quick
@given(values, codes)
def test_scores_agree_with_scipy(v, c):
    expected = np.full(SHAPE, np.nan)
    for t, place in members(v, c):
        same = len(set(v[t, place])) <= 1
        expected[t, place] = 0.0 if same else zscore(v[t, place])
    np.testing.assert_allclose(z_scores(v, c), expected, atol=1e-12)


@quick
@given(values, codes)
def test_the_mean_of_others_leaves_the_fund_itself_out(v, c):
    expected = np.full(SHAPE, np.nan)
    for t, place in members(v, c):
        for i in np.flatnonzero(c[t] == c[t, place[0]]) if len(place) else []:
            rest = place[place != i]
            expected[t, i] = v[t, rest].mean() if len(rest) else np.nan
    np.testing.assert_allclose(mean_of_others(v, c), expected)


@quick
@given(values, codes, codes)
def test_the_mean_of_a_group_is_that_of_its_members(v, c, asked):
    expected = np.full(SHAPE, np.nan)
    for t, i in np.ndindex(SHAPE):
        of = v[t][(c[t] == asked[t, i]) & np.isfinite(v[t])]
        if asked[t, i] >= 0 and len(of):
            expected[t, i] = of.mean()
    np.testing.assert_allclose(mean_of_group(v, c, asked), expected)


def test_infinite_values_are_ranked_and_capped():
    v, one = np.array([[1.0, np.inf, 3.0, -np.inf]]), np.zeros((1, 4), int)
    assert rank_share(v, one).tolist() == [[0.375, 0.875, 0.625, 0.125]]
    # capped to 1, 3, 3, 1: mean 2, deviation 1
    assert z_scores(v, one).tolist() == [[-1, 1, 1, -1]]
