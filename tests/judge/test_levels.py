"""fondo.judge.levels: against Newcombe's published intervals, by simulation, by laws, by hand."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import wilson
from fondo.judge.levels import Level, Levels, check_human, difference, stated, told


def share(hits: int, n: int) -> Level:
    low, high, _ = wilson(hits, n)
    return Level("", hits / n, low, high, n)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_a_difference_of_shares_is_as_newcombe_published(first, second, low, high) -> None:
    found = difference(share(*first), share(*second))
    assert found[:2] == pytest.approx((low, high), abs=5e-5)


def test_a_difference_of_error_rates_is_covered() -> None:
    rng, inside = np.random.default_rng(0), 0
    for a, b in zip(rng.binomial(60, 0.2, 2000), rng.binomial(150, 0.05, 2000), strict=True):
        low, high, _ = difference(share(int(a), 60), share(int(b), 150))
        inside += low <= 0.15 <= high
    assert inside / 2000 == pytest.approx(0.95, abs=0.02)


def test_a_difference_by_hand() -> None:
    # to the low end: sqrt(0.3^2 + 0.4^2) = 0.5; to the high end: sqrt(0.6^2 + 0.8^2) = 1
    found = difference(Level("", 5.0, 4.7, 5.6), Level("", 3.0, 2.2, 3.4))
    assert found[:2] == pytest.approx((1.5, 3.0))


spans = st.tuples(*[st.floats(0, 100)] * 3)


@settings(max_examples=20)
@given(spans, spans, st.floats(0, 100))
def test_a_constant_added_to_both_changes_no_gap_and_swapping_turns_it(one, two, shift) -> None:
    a, b = (Level("", v, v - below, v + above) for v, below, above in (one, two))
    plain = difference(a, b)
    moved = (Level("", x.value + shift, x.low + shift, x.high + shift) for x in (a, b))
    assert difference(*moved)[:2] == pytest.approx(plain[:2], abs=1e-9)
    back = difference(b, a)
    assert (-back.high, -back.low) == pytest.approx(plain[:2], abs=1e-9)


def test_an_end_without_a_bound_stays_without() -> None:
    one_row = Level("", 2.0, 0.0, math.inf, 1)
    low, high, _ = difference(one_row, stated(1.0))
    assert (low, high) == (-1.0, math.inf)
    assert Level.from_json(json.loads(json.dumps(one_row.to_json(), allow_nan=False))) == one_row


def test_levels_survive_json_and_damage_is_told() -> None:
    levels = Levels("rmse", share(1, 9), share(2, 9), share(5, 9), human=0.1, notes=("A note.",))
    plain = json.loads(json.dumps(levels.to_json(), allow_nan=False))
    assert Levels.from_json(plain) == levels
    for damage in ({"training": 3}, {"more": 1}, {"notes": None}):
        with pytest.raises(BadData, match=r"Levels.from_json\(plain\): it must be what to_json"):
            Levels.from_json(plain | damage)


def test_levels_are_shown_from_a_person_to_a_fool() -> None:
    levels = Levels("rmse", share(1, 9), share(2, 9), share(5, 9), rival=share(3, 9), human=0.1)
    assert list(levels.shown()) == ["human", "best rival", "training", "test", "naive"]
    assert levels.shown()["human"].n_rows is None


@pytest.mark.parametrize(
    ("metric", "human", "match"),
    [
        ("error_rate", -0.1, r"train\(human=-0.1\): human must be a number in \[0, 1\] \(error"),
        ("error_rate", 2.0, r"human=2.0\).*Write 2 % as 0.02"),
        ("error_rate", math.nan, r"human=nan\): human must be a number in"),
        ("error_rate", True, r"human=True\): human must be a number in"),
        ("error_rate", "0.1", r"human='0.1'\): human must be a number in"),
        ("error_rate", 0.98, r"at most 0.4 \(error rate\).* share of wrong answers, not of right"),
        ("rmse", -1.0, r"a number of at least 0 \(RMSE of a person\). Give it in the unit of the"),
        ("rmse", math.inf, "a number of at least 0"),
        ("mae", 0.5, r"an error of at most 0.4 \(MAE\), which always giving the same answer makes"),
    ],
)
def test_errors_that_no_person_can_have_are_refused(metric, human, match) -> None:
    with pytest.raises(BadParameter, match=match):
        check_human("train", metric, human, 0.4)


def test_errors_that_a_person_can_have_pass() -> None:
    for human in (None, 0, 0.0, np.float64(0.2), 0.4):
        assert check_human("train", "error_rate", human, 0.4) is None


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("error_rate", 0.004, "0.40 %"),
        ("error_rate", 0.0, "0 %"),
        ("error_rate", -1e-9, "0 %"),
        ("error_rate", -0.123, "-12.3 %"),
        ("log_loss", 0.06789, "0.0679 nats"),
        ("mae", 999.7, "1,000"),
        ("mae", 43_861.7, "43,860"),
        ("rmse", math.inf, "without bound"),
    ],
)
def test_errors_are_told_as_a_person_reads_them(metric, value, shown) -> None:
    assert told(metric, value) == shown
