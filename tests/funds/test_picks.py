"""fondo.funds.picks: by hand, against a loop, invariance of order and scale, no look-ahead."""

import math

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import cross_val_score

from fondo.errors import BadData, BadParameter
from fondo.funds.picks import avoid_precision, picked, selective_precision, top_precision
from fondo.judge.ranking import top_hits

DAY = ["2020-01-03"]


def panel(seed, tied=False):
    """Three dates, groups of 1 to 40 funds, shuffled."""
    rng = np.random.default_rng(seed)
    date = np.repeat(np.array(["2020-01-03", "2021-01-01", "2022-01-07"], "datetime64[D]"), 65)
    peer = np.tile(np.repeat([3, 0, 7, 9], [40, 20, 4, 1]), 3)
    scores = rng.integers(0, 6, 195).astype(float) if tied else rng.normal(size=195)
    mixed = rng.permutation(195)
    return scores[mixed], (rng.random(195) < 0.25).astype(float), date[mixed], peer[mixed]


@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([0.1, 0.25, 1.0]))
@settings(max_examples=20)
def test_each_cell_is_what_top_hits_finds(seed, tied, share):
    scores, y, date, peer = panel(seed, tied)
    found = selective_precision(scores, y, date, peer, share=share)
    for day, group, hits, picks in zip(
        found.date, found.peer, found.hits, found.picks, strict=True
    ):
        rows = (date == day) & (peer == group)
        wanted = max(1, math.floor(share * rows.sum() + 0.5))
        expected, _ = top_hits(y[rows], scores[rows], wanted / rows.sum())
        assert (hits, picks) == pytest.approx((expected, wanted))
        assert found.weight[rows].sum() == pytest.approx(wanted)


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=20)
def test_order_of_rows_and_scale_of_scores_change_nothing(seed, tied):
    scores, y, date, peer = panel(seed, tied)
    mixed = np.random.default_rng(seed + 1).permutation(len(y))
    one = selective_precision(scores, y, date, peer)
    two = selective_precision(np.exp(scores[mixed]), y[mixed], date[mixed], peer[mixed])
    assert two.hits == pytest.approx(one.hits)
    assert two.weight == pytest.approx(one.weight[mixed])
    assert two.base_rate == pytest.approx(one.base_rate)


def test_by_hand():
    # group a, 20 funds: the top two are picked, one hit, base rate 4/20.
    # group b, 3 funds: one is picked although a tenth is 0.3, a hit, base rate 1/3.
    scores = np.r_[np.arange(20), [1, 9, 2]].astype(float)
    y = np.r_[[1, 1, 1], np.zeros(16), [1], [0, 1, 0]].astype(float)
    found = selective_precision(scores, y, DAY * 23, ["a"] * 20 + ["b"] * 3)
    assert (found.n, found.hits.sum(), found.precision) == (3, 2, pytest.approx(2 / 3))
    assert found.base_rate == pytest.approx((2 * 4 / 20 + 1 * 1 / 3) / 3)
    assert found.by("peer").hits.tolist() == [1, 1]
    assert found.by("year").name.tolist() == ["2020"]
    assert found.to_json()["years"] == [
        {"year": "2020", "hits": 2.0, "picks": 3.0, "base": pytest.approx(found.base_rate)}
    ]


@pytest.mark.parametrize(("n", "picks"), [(1, 1), (4, 1), (14, 1), (15, 2), (25, 3), (100, 10)])
def test_a_tenth_is_rounded_halves_up_and_at_least_one(n, picks):
    weight = picked(np.arange(n, dtype=float), np.zeros(n, int))
    assert weight.sum() == picks
    assert weight[-picks:].tolist() == [1] * picks


def test_ties_across_the_border_count_in_part_or_are_drawn():
    scores, cell = np.array([5.0, 3, 3, 3, 1, 1, 1, 1, 1, 1]), np.zeros(10, int)
    assert picked(scores, cell, 0.2).tolist() == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3] + [0] * 6)
    drawn = np.array([picked(scores, cell, 0.2, ties=seed) for seed in range(300)])
    assert set(drawn.ravel()) == {0, 1}
    assert (drawn.sum(axis=1) == 2).all()
    assert drawn.mean(axis=0)[:4] == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3], abs=0.08)
    assert picked(scores, cell, 0.2, ties=3).tolist() == picked(scores, cell, 0.2, ties=3).tolist()


def test_all_scores_alike_pick_blindly():
    _, y, date, peer = panel(0)
    found = selective_precision(np.zeros(len(y)), y, date, peer)
    assert found.precision == pytest.approx(found.base_rate)


def test_a_fund_without_a_score_is_not_ranked_and_one_without_a_label_is_not_left_out():
    scores = np.array([np.nan, 9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0, np.inf])
    y = np.array([1, np.nan, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0.0])
    found = selective_precision(scores, y, DAY * 12, share=0.18)  # 2 of the 11 ranked
    assert found.weight.tolist() == [0, 1] + [0] * 9 + [1]  # infinite and 9, not the hit at 8
    assert (found.unscored, found.unlabelled, found.n, found.precision) == (1, 1, 1, 0)
    assert found.base_rate == pytest.approx(1 / 10)


def test_labels_that_come_later_change_no_pick():
    scores, y, date, peer = panel(3)
    later = np.where(date > np.datetime64("2021-06-01"), np.nan, y)
    one, two = (selective_precision(scores, v, date, peer) for v in (y, later))
    assert one.weight.tolist() == two.weight.tolist()
    assert one.hits[one.date < np.datetime64("2022")].tolist() == (
        two.hits[two.date < np.datetime64("2022")].tolist()
    )


def test_nothing_known_is_said_to_be_nothing():
    found = selective_precision([1.0, 2], [np.nan, np.nan], DAY * 2)
    assert (found.n, found.unlabelled) == (0, 1)
    assert math.isnan(found.precision)
    assert found.to_json()["precision"] is None
    none = selective_precision([np.nan], [1.0], DAY)
    assert (none.n, none.unscored, none.weight.tolist()) == (0, 1, [0])


def test_avoided_funds_are_the_lowest_and_hits_end_at_the_bottom():
    scores = np.arange(20, dtype=float)
    outcome = np.r_[-np.inf, 0.5, np.linspace(1, 2, 18)]  # the two lowest scores have the lowest
    found = avoid_precision(scores, outcome, DAY * 20)
    assert (found.precision, found.n, found.base_rate) == (1, 2, pytest.approx(5 / 20))
    assert found.weight[:2].tolist() == [1, 1]
    assert avoid_precision(-scores, outcome, DAY * 20).precision == 0
    some = np.where(np.arange(20) == 0, np.nan, outcome)
    assert avoid_precision(scores, some, DAY * 20).unlabelled == 1


def test_the_scorer_of_searches_ranks_all_rows_or_cells():
    y, scores = np.array([1, 0, 0, 1, 0, 0]), np.array([0.9, 0.8, 0.1, 0.4, 0.3, 0.2])
    assert top_precision(y, scores, share=1 / 3) == 0.5
    assert top_precision(y, scores, cell=[0, 0, 0, 1, 1, 1], share=1 / 3) == 1
    assert math.isnan(top_precision([np.nan], [0.5]))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    truth = (X[:, 0] + rng.normal(size=300) > 1).astype(int)
    scorer = make_scorer(top_precision, response_method="predict_proba")
    assert cross_val_score(LogisticRegression(), X, truth, scoring=scorer, cv=3).mean() > 0.6
    with sklearn.config_context(enable_metadata_routing=True):
        routed = scorer.set_score_request(cell=True)
        cells = {"cell": np.arange(300) % 5}
        found = cross_val_score(LogisticRegression(), X, truth, scoring=routed, cv=3, params=cells)
    assert found.mean() > 0.5


def test_bad_input_is_refused():
    with pytest.raises(BadData, match=r"selective_precision\(date\): there must be at least one"):
        selective_precision([], [], [])
    with pytest.raises(BadData, match=r"scores=\(1,\)\): must have one entry for each of the 2"):
        selective_precision([1.0], [1, 0], DAY * 2)
    with pytest.raises(BadData, match="labels must be 1, 0 or NaN"):
        selective_precision([1.0], [3], DAY)
    for share in (0, 1.5, "all"):
        with pytest.raises(
            BadParameter, match=r"picked\(share=.*share must be a number in \(0, 1\]"
        ):
            selective_precision([1.0], [1], DAY, share=share)
    with pytest.raises(BadParameter, match="ties must be one of 'share', or a whole number"):
        selective_precision([1.0], [1], DAY, ties="first")
    with pytest.raises(BadParameter, match="unit must be one of 'year', 'date', 'peer'"):
        selective_precision([1.0], [1], DAY).by("month")
