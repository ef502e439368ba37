"""fondo.funds.scores and dated: against SciPy and scikit-learn, by hand, laws, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import ndcg_score, roc_auc_score

from fondo.errors import BadData, BadParameter
from fondo.funds.cells import cells
from fondo.funds.dated import Dated, over_peers
from fondo.funds.scores import auc_by_date, ndcg_by_date, rank_ic, top_minus_bottom, turnover
from fondo.judge.clusters import mean_by_cluster

DAYS = np.array(["2020-01-03", "2021-01-01", "2022-01-07"], "datetime64[D]")
seeds = st.integers(0, 10_000)


def panel(seed, funds=20, tied=False):
    rng = np.random.default_rng(seed)
    date, fund = np.repeat(DAYS, funds), np.tile(np.arange(funds), 3)
    scores = rng.integers(0, 5, 3 * funds).astype(float) if tied else rng.normal(size=3 * funds)
    outcome = rng.normal(size=3 * funds) + scores
    mixed = rng.permutation(3 * funds)
    return scores[mixed], outcome[mixed], date[mixed], fund[mixed]


@given(seeds, st.booleans())
@settings(max_examples=20)
def test_rank_correlation_is_that_of_scipy_at_each_date(seed, tied):
    scores, outcome, date, _ = panel(seed, tied=tied)
    found = rank_ic(scores, outcome, date)
    theirs = [spearmanr(scores[date == d], outcome[date == d]).statistic for d in DAYS]
    assert found.values == pytest.approx(theirs)
    assert found.ratio == pytest.approx(np.mean(theirs) / np.std(theirs, ddof=1))
    assert found.interval()[:2] == pytest.approx(mean_by_cluster(theirs, [1, 2, 3])[:2])


@given(seeds)
@settings(max_examples=20)
def test_rank_correlation_knows_only_the_order_inside_a_group(seed):
    scores, outcome, date, fund = panel(seed)
    peer = fund % 3
    one = rank_ic(scores, outcome, date, peer)
    two = rank_ic(np.exp(scores) + 100 * peer, outcome * 5 - 30 * peer, date, peer)
    assert two.values == pytest.approx(one.values)
    assert rank_ic(-scores, outcome, date, peer).values == pytest.approx(-one.values)


def test_groups_of_any_size_mix_by_hand():
    # group a ranks its four funds rightly, group b its two wrongly. Ranks as shares, centred:
    # a -3/8, -1/8, 1/8, 3/8; b -1/4, 1/4: (20/64 - 8/64) / (20/64 + 8/64) = 12/28
    found = rank_ic([1, 2, 3, 4, 1, 2], [5, 6, 7, 8, 9, 1], [DAYS[0]] * 6, ["a"] * 4 + ["b"] * 2)
    assert found.mean == pytest.approx(12 / 28)


@given(seeds, st.booleans())
@settings(max_examples=20)
def test_area_is_that_of_scikit_learn_weighted_by_pairs(seed, tied):
    scores, _, date, fund = panel(seed, tied=tied)
    y, peer = (np.random.default_rng(seed).random(60) < 0.3).astype(float), fund % 2
    found = auc_by_date(scores, y, date, peer)
    for day, value in zip(found.date, found.values, strict=True):
        areas, pairs = [], []
        for group in (0, 1):
            rows = (date == day) & (peer == group)
            ones = y[rows].sum()
            if 0 < ones < rows.sum():
                areas.append(roc_auc_score(y[rows], scores[rows]))
                pairs.append(ones * (rows.sum() - ones))
        assert value == pytest.approx(
            np.average(areas, weights=pairs) if areas else np.nan, nan_ok=True
        )


@given(seeds, st.booleans(), st.sampled_from([0.1, 1.0]))
@settings(max_examples=20)
def test_ndcg_is_that_of_scikit_learn(seed, tied, share):
    scores, _, date, _ = panel(seed, tied=tied)
    gain = np.random.default_rng(seed).integers(0, 4, 60).astype(float)
    found = ndcg_by_date(scores, gain, date, share=share)
    top = 2 if share == 0.1 else 20
    theirs = [ndcg_score([gain[date == d]], [scores[date == d]], k=top) for d in DAYS]
    assert found.values == pytest.approx(theirs)
    assert ndcg_by_date(gain, gain, date).mean == pytest.approx(1)


def test_top_minus_bottom_by_hand():
    # 2020: best 0.09 minus worst 0.01; 2021: 0.02 - 0.06; the mean is (0.08 - 0.04) / 2
    days = [DAYS[0]] * 3 + [DAYS[1]] * 3
    found = top_minus_bottom([3, 2, 1, 3, 2, 1], [0.09, 0.05, 0.01, 0.02, 0.04, 0.06], days)
    assert found.values == pytest.approx([0.08, -0.04])
    assert found.mean == pytest.approx(0.02)


@given(seeds)
@settings(max_examples=20)
def test_top_minus_bottom_turns_with_the_scores_and_shifts_with_nothing(seed):
    scores, outcome, date, fund = panel(seed)
    one = top_minus_bottom(scores, outcome, date, fund % 2, share=0.2).values
    assert top_minus_bottom(-scores, outcome, date, fund % 2, share=0.2).values == pytest.approx(
        -one
    )
    moved = top_minus_bottom(scores, 3 * outcome + 7 * (fund % 2), date, fund % 2, share=0.2)
    assert moved.values == pytest.approx(3 * one)


def test_infinite_outcomes_count_as_the_most_extreme_of_their_date():
    outcome = [np.inf, 5.0, 1.0, -np.inf, 2.0, 3.0]
    found = top_minus_bottom([3, 2, 1, 1, 2, 3], outcome, [DAYS[0]] * 3 + [DAYS[1]] * 3)
    assert found.values.tolist() == [5 - 1, 3 - 2]
    assert found.capped == 2
    never = top_minus_bottom([2, 1], [np.inf, -np.inf], [DAYS[0]] * 2)
    assert (never.undefined, never.capped) == (1, 2)
    assert rank_ic([3, 2, 1], [np.inf, 5, 1], [DAYS[0]] * 3).mean == pytest.approx(1)


def test_turnover_by_hand():
    # picks {a, b}, then {b, c}, then b alone lives: half sold, then c sold for more of b
    fund, date = ["a", "b", "c", "a", "b", "c", "b"], [DAYS[0]] * 3 + [DAYS[1]] * 3 + [DAYS[2]]
    found = turnover([3, 2, 1, 1, 2, 3, 9], date, fund, share=0.6)
    assert found.values[1:].tolist() == [0.5, 0.5]
    assert np.isnan(found.values[0])


def test_turnover_of_blind_and_of_steady_picks():
    rng = np.random.default_rng(0)
    date, fund = np.repeat(DAYS[0] + 7 * np.arange(200), 50), np.tile(np.arange(50), 200)
    blind = turnover(rng.normal(size=10_000), date, fund)
    assert blind.mean == pytest.approx(blind.chance, abs=0.02)
    assert turnover(fund.astype(float), date, fund).mean == 0


def test_dates_where_a_score_is_not_defined_are_counted():
    tied = rank_ic([1, 1, 1, 2, 3], [1, 2, 3, 1, 2], [DAYS[0]] * 3 + [DAYS[1]] * 2)
    assert (tied.undefined, tied.mean) == (1, pytest.approx(1))
    assert auc_by_date([1, 2], [1, 1], [DAYS[0]] * 2).undefined == 1  # all labels alike
    assert ndcg_by_date([1, 2], [0, 0], [DAYS[0]] * 2).undefined == 1
    assert top_minus_bottom([1.0], [2.0], [DAYS[0]]).undefined == 1
    nothing = rank_ic([np.nan], [1.0], [DAYS[0]])
    assert math.isnan(nothing.mean)
    assert math.isnan(nothing.ratio)
    assert nothing.interval()[:2] == (-math.inf, math.inf)
    plain = nothing.to_json()
    assert (plain["mean"], plain["low"], plain["values"]) == (None, None, [None])


def test_rows_without_a_score_or_an_outcome_are_left_out():
    scores, outcome, date, _ = panel(0)
    gone = np.random.default_rng(1).random(60) < 0.3
    for part in (
        (np.where(gone, np.nan, scores), outcome),
        (scores, np.where(gone, np.nan, outcome)),
    ):
        assert rank_ic(*part, date).values == pytest.approx(
            rank_ic(scores[~gone], outcome[~gone], date[~gone]).values
        )


def test_a_mean_over_groups_goes_by_weight():
    cell = cells([DAYS[0]] * 3, [0, 1, 2])
    found = over_peers("x", np.array([1.0, 4.0, np.nan]), np.array([2.0, 1.0, 9.0]), cell, 0.0)
    assert found.values.tolist() == [2.0]
    assert Dated("x", DAYS[:1], np.array([3.0]), 0.0).interval()[:2] == (-math.inf, math.inf)


def test_bad_input_is_refused():
    for call in (rank_ic, auc_by_date, ndcg_by_date, top_minus_bottom):
        with pytest.raises(BadData, match=rf"{call.__name__}\(date\): there must be at least one"):
            call([], [], [])
        with pytest.raises(BadData, match="must have one entry for each of the 2 rows"):
            call([1.0], [1.0, 0.0], DAYS[:2])
    with pytest.raises(BadData, match="gain.*must be finite and at least 0"):
        ndcg_by_date([1.0, 2], [-1.0, 1], [DAYS[0]] * 2)
    with pytest.raises(BadData, match=r"turnover\(fund=\(1,\)\)"):
        turnover([1.0, 2], [DAYS[0]] * 2, ["a"])
    with pytest.raises(BadParameter, match=r"share must be a number in \(0, 1\]"):
        ndcg_by_date([1.0], [1.0], DAYS[:1], share=0)
