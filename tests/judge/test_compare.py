"""fondo.judge.compare: by simulation of coverage, by laws, and by hand."""

import json

import numpy as np
import pytest

from fondo.errors import BadData, BadParameter
from fondo.judge.compare import Comparison, compare
from fondo.judge.metrics import Answers

TWO = np.array([0, 1])


def test_accuracies_by_hand():
    # 10 rows: ours alone right in 6, theirs alone in 1, so with one added to each and two rows
    # to all: (7 - 2) / 12 +- 1.96 sqrt((9/12 - 25/144) / 12)
    y = np.ones(10, int)
    ours = np.array([1] * 6 + [0] + [1] * 3)
    theirs = np.array([0] * 6 + [1] + [1] * 3)
    found = compare(
        "class", y, Answers(ours, classes=TWO), Answers(theirs, classes=TWO), metric="accuracy"
    )
    half = 1.959964 * ((9 / 12 - 25 / 144) / 12) ** 0.5
    assert found.difference == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx((5 / 12 - half, 5 / 12 + half), abs=1e-6)
    assert found.result == "level"  # 6 against 1 is not enough: the low end is -0.013


@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy", "roc_auc", "log_loss", "f1"])
def test_twins_are_level_and_swapping_turns_the_sign(metric, monkeypatch):
    monkeypatch.setattr("fondo.judge.compare.ROW_RESAMPLES", 60)
    rng = np.random.default_rng(0)
    y = np.r_[0, 1, rng.integers(0, 2, 58)]
    p, q = (np.clip(0.5 + 0.2 * (2 * y - 1) + 0.2 * rng.normal(size=60), 0.01, 0.99) for _ in "ab")
    a, b = (Answers(probabilities=np.c_[1 - s, s], classes=TWO) for s in (p, q))
    same = compare("class", y, a, a, metric=metric)
    assert (same.difference, same.result) == (0, "level")
    forth, back = compare("class", y, a, b, metric=metric), compare("class", y, b, a, metric=metric)
    assert forth.difference == pytest.approx(-back.difference)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low), abs=0.03)
    assert forth.low <= forth.difference <= forth.high


@pytest.mark.parametrize("metric", ["rmse", "mae", "r2"])
def test_the_difference_of_errors_is_covered(metric):
    rng, inside = np.random.default_rng(0), 0
    for _ in range(150):
        y = rng.normal(size=80)
        shared = rng.normal(size=80)
        a, b = (Answers(numbers=y + shared + rng.normal(size=80) / 2) for _ in "ab")
        inside += compare("number", y, a, b, metric=metric).result == "level"
    assert 0.9 <= inside / 150 <= 0.99  # there is no difference to find


def test_the_difference_of_accuracies_is_covered():
    rng, inside, n = np.random.default_rng(0), 0, 60
    for _ in range(600):
        y = rng.integers(0, 2, n)
        ours, theirs = (np.where(rng.random(n) < q, y, 1 - y) for q in (0.9, 0.8))
        found = compare(
            "class", y, Answers(ours, classes=TWO), Answers(theirs, classes=TWO), metric="accuracy"
        )
        inside += found.low <= 0.1 <= found.high
    assert inside / 600 == pytest.approx(0.95, abs=0.025)


def test_lower_errors_are_better():
    y = np.arange(40.0)
    near, far = Answers(numbers=y + 0.5), Answers(numbers=y + 5 + y % 3)
    assert compare("number", y, near, far, metric="mae").result == "better"
    assert compare("number", y, far, near, metric="mae").result == "worse"
    assert compare("number", y, near, far, metric="r2").result == "better"


def test_pairing_sees_what_two_intervals_hide():
    from fondo.judge.metrics import measure

    rng = np.random.default_rng(0)
    y, hard = rng.normal(size=200), rng.exponential(size=200) * 3
    ours, theirs = Answers(numbers=y + hard), Answers(numbers=y + hard * 1.1)
    a, b = (measure("number", y, answers, ["mae"])[0] for answers in (ours, theirs))
    assert a.high > b.low
    assert compare("number", y, ours, theirs, metric="mae").result == "better"


def test_a_comparison_survives_json():
    one = compare("number", [1.0], Answers(numbers=[2.0]), Answers(numbers=[3.0]), metric="mae")
    assert one.result == "level"
    assert Comparison.from_json(json.loads(json.dumps(one.to_json(), allow_nan=False))) == one


def test_messages():
    answers = Answers(numbers=np.zeros(2))
    with pytest.raises(BadParameter, match="metric must be one for kind 'number'"):
        compare("number", np.zeros(2), answers, answers, metric="accuracy")
    with pytest.raises(BadParameter, match=r"compare\(level=0\)"):
        compare("number", np.zeros(2), answers, answers, metric="mae", level=0)
    labels = Answers(labels=np.array([0, 1]), classes=TWO)
    with pytest.raises(BadData, match="needs probabilities"):
        compare("class", np.array([0, 1]), labels, labels, metric="roc_auc")
