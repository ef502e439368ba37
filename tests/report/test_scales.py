import itertools
import math

import hypothesis.strategies as st
import pytest
from hypothesis import given

from fondo.report.scales import (
    MISSING,
    Scale,
    decimals_of,
    estimate,
    finite,
    number,
    percent,
    tick_labels,
    ticks,
)

ANY = st.floats(-1e308, 1e308)


@given(ANY, ANY)
def test_a_scale_maps_ends_to_ends(low: float, high: float) -> None:
    scale = Scale(low, high, 40, 500)
    if low < high:
        assert scale(low) == 40
        assert scale(high) == 500


@given(ANY, ANY, ANY)
def test_a_scale_never_leaves_the_frame(low: float, high: float, value: float) -> None:
    assert 40 <= Scale(low, high, 40, 500)(value) <= 500


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1), st.floats(0, 1))
def test_a_scale_keeps_order(low: float, span: float, one: float, other: float) -> None:
    scale = Scale(low, low + span, 0, 100)
    small, large = sorted((low + one * span, low + other * span))
    assert scale(small) <= scale(large)


def test_a_quarter_of_the_way_by_hand() -> None:
    # (2.5 - 0) / (10 - 0) = 1/4; upside down: 300 + (100 - 300) / 4 = 250
    assert Scale(0, 10, 300, 100)(2.5) == 250


@given(ANY, ANY, st.integers(1, 8))
def test_ticks_cover_the_range_and_rise(low: float, high: float, count: int) -> None:
    low, high = min(low, high), max(low, high)
    found = ticks(low, high, count)
    assert found[0] <= low
    assert found[-1] >= high
    assert all(a < b for a, b in itertools.pairwise(found))
    assert 2 <= len(found) <= count + 3
    assert all(map(math.isfinite, found))


@given(st.floats(-1e5, 1e5), st.floats(1e-2, 1e5))
def test_ticks_are_evenly_spaced_round_numbers(low: float, span: float) -> None:
    found = ticks(low, low + span)
    steps = {round(b - a, 9) for a, b in itertools.pairwise(found)}
    assert len(steps) == 1 or max(steps) - min(steps) < 1e-6 * max(steps)


@given(ANY, ANY)
def test_labels_tell_ticks_apart(low: float, high: float) -> None:
    labels = tick_labels(ticks(low, high))
    assert len(set(labels)) == len(labels)


def test_ticks_by_hand() -> None:
    # span 0.78 / 5 = 0.156; the next step of 1, 2, 2.5, 5 times ten is 0.2
    assert ticks(0.13, 0.91) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(0, 7) == [0, 2, 4, 6, 8]
    assert ticks(3, 3)[0] < 3 < ticks(3, 3)[-1]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0, 0.25, 0.5], ["0.00", "0.25", "0.50"]),
        ([-1, 0, 1], ["\N{MINUS SIGN}1", "0", "1"]),
        ([0, 1e9], ["0", "1e9"]),
        ([0, 5000], ["0", "5,000"]),
    ],
)
def test_labels_by_hand(values: list[float], labels: list[str]) -> None:
    assert tick_labels(values) == labels


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, MISSING),
        (math.nan, MISSING),
        (math.inf, "∞"),
        (-math.inf, "\N{MINUS SIGN}∞"),
        (True, "True"),
        ("words", "words"),
        (0, "0"),
        (-0.0, "0"),
        (1234567, "1,234,567"),
        (0.00001234, "1.23e-5"),
        (-2.5, "\N{MINUS SIGN}2.50"),
        (99.96, "100.0"),
    ],
)
def test_numbers_by_hand(value: object, text: str) -> None:
    assert number(value) == text


def test_percent_by_hand() -> None:
    assert percent(0.1234, 1) == "12.3\N{NO-BREAK SPACE}%"
    assert percent(math.nan) == MISSING


def test_estimates_have_the_digits_of_their_interval() -> None:
    assert decimals_of(0.1, 0.9) == 2
    assert estimate(0.5, 0.0, 1.0) == ("0.50", "0.00 to 1.00")
    assert estimate(0.5, 0.0, 1.0, decimals=1) == ("0.5", "0.0 to 1.0")
    assert estimate(0.5) == ("0.500", "")
    assert estimate(1e12, 1e12, 2e12) == ("1e12", "1e12 to 2e12")


def test_finite_leaves_out_what_is_no_number() -> None:
    assert finite([1, None, "x", math.nan, math.inf, "2", 10**400]) == [1.0, 2.0]
