"""fondo.judge.ranking: against scikit-learn with weights, by simulation, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from fondo.judge import ranking
from fondo.judge.ranking import _rank, _values, ranking_intervals, top_hits


@given(st.integers(0, 10_000), st.booleans())
@settings(deadline=None, derandomize=True, max_examples=60)
def test_average_precision_of_a_resample_agrees_with_scikit_learn(seed, tied):
    rng = np.random.default_rng(seed)
    y = np.r_[1, 0, rng.integers(0, 2, 20)]
    scores = rng.integers(0, 5, 22).astype(float) if tied else rng.normal(size=22)
    drawn = np.bincount(rng.integers(0, 22, 22), minlength=22).astype(float)
    order = np.argsort(-scores, kind="stable")
    if not (drawn * y).any():
        drawn[0] = 1
    ours = _values(drawn[order][None], *_rank(y, scores))[0, 0]
    assert ours == pytest.approx(average_precision_score(y, scores, sample_weight=drawn))


def test_top_hits_by_hand():
    # 20 rows: the top tenth is 2 rows, scores 9 and 8, of which one is a hit
    y = np.array([1, 0] + [0, 1] * 9)
    scores = np.r_[9.0, 8.0, np.linspace(0, 1, 18)]
    assert top_hits(y, scores) == (1, 2)


def test_ties_do_not_depend_on_the_order_of_the_rows():
    y, scores = np.array([1, 0] * 20), np.repeat([0.9, 0.1], 20)
    mixed = np.random.default_rng(0).permutation(40)
    assert top_hits(y, scores) == top_hits(y[mixed], scores[mixed]) == (2, 4)


def test_scores_are_covered(monkeypatch):
    monkeypatch.setattr(ranking, "RESAMPLES", 300)
    rng = np.random.default_rng(0)
    n, hits = 200, dict.fromkeys(ranking.NAMES, 0)

    def drawn(size):
        y = (rng.random(size) < 0.2).astype(int)
        return y, rng.normal(size=size) + 1.5 * y

    y, scores = drawn(200_000)
    found, rows = top_hits(y, scores)
    truth = {
        "average_precision": average_precision_score(y, scores),
        "top_decile_capture": found / y.sum(),
        "top_decile_precision": found / rows,
    }
    for seed in range(150):
        for name, interval in ranking_intervals(*drawn(n), seed=seed).items():
            hits[name] += interval.low <= truth[name] <= interval.high
    for name, count in hits.items():
        assert 0.9 <= count / 150 <= 0.99, name


def test_more_rows_than_are_drawn_get_the_right_width(monkeypatch):
    rng = np.random.default_rng(0)
    y = (rng.random(4000) < 0.2).astype(int)
    scores = rng.normal(size=4000) + y
    full = ranking_intervals(y, scores)["average_precision"]
    monkeypatch.setattr(ranking, "ROWS", 1000)
    some = ranking_intervals(y, scores)["average_precision"]
    assert some.method == "bootstrap of 1,000 rows, scaled"
    assert some.high - some.low == pytest.approx(full.high - full.low, rel=0.2)
    assert (some.low + some.high) / 2 == pytest.approx((full.low + full.high) / 2, abs=0.01)


def test_a_perfect_ranking_is_still_doubted():
    y = np.repeat([1, 0], [10, 190])
    found = ranking_intervals(y, np.arange(200.0)[::-1])
    # ten positives, none ranked wrongly: a failure in 31 % of them would go unseen 1 time in 40
    assert found["average_precision"].low == pytest.approx(0.025**0.1)
    assert found["average_precision"].high == 1
