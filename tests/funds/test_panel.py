"""fondo.funds.panel and observations: shapes that hold together, parts that stay whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fondo.funds
from fondo.errors import BadData, BadParameter
from fondo.funds.observations import Observations
from fondo.funds.panel import Panel

DAYS = np.datetime64("2020-01-03") + 7 * np.arange(3)


def make(**changes):
    given_ = {
        "dates": DAYS,
        "funds": np.array(["A", "B"]),
        "nav": np.array([[1.0, 4.0], [2.0, np.nan], [1.0, 5.0]]),
        "frequency": "W",
    }
    return Panel(**{**given_, **changes})


def test_returns_are_missing_where_either_price_is():
    # A: 2/1 - 1 = 1, 1/2 - 1 = -1/2. B has a gap at the second date, so no return touches it.
    np.testing.assert_array_equal(make().returns, [[np.nan] * 2, [1, np.nan], [-0.5, np.nan]])


@pytest.mark.parametrize(("frequency", "periods"), [("D", 252), ("W", 52), ("M", 12)])
def test_periods_per_year_follow_from_the_frequency(frequency, periods):
    assert make(frequency=frequency).periods_per_year == periods


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nav": np.ones((3, 1))}, r"need arrays of shape \(3, 2\)"),
        ({"cost": np.ones((2, 2))}, r"got cost \(2, 2\)"),
        ({"dates": DAYS[::-1]}, "dates must ascend"),
        ({"dates": np.array([DAYS[0], DAYS[0], DAYS[2]])}, "none twice"),
        ({"dates": np.array([DAYS[0], "NaT", DAYS[2]], "datetime64[D]")}, "dates must ascend"),
        ({"funds": np.array(["A", "A"])}, "a name stands twice"),
        ({"nav": np.zeros((3, 2))}, "finite and above 0"),
        ({"nav": np.full((3, 2), np.inf)}, "finite and above 0"),
        ({"peer": np.full((3, 2), 1), "peer_names": ("x",)}, r"codes must lie in -1 \.\. 0"),
        ({"dead_at": np.array(["NaT"], "datetime64[D]")}, "1 dates for 2 funds"),
        ({"funds": np.array([], str), "nav": np.ones((3, 0))}, "at least one of each"),
    ],
)
def test_a_panel_that_cannot_be_says_why(changes, words):
    with pytest.raises(BadData, match=words):
        make(**changes)


def test_an_unknown_frequency_is_refused():
    with pytest.raises(BadParameter, match="frequency='Y'"):
        make(frequency="Y")


def test_funds_are_taken_by_name_place_mask_and_slice():
    panel = make(peer=np.array([[0, 1]] * 3), peer_names=("x", "y"))
    for chosen in ("B", ["B"], [1], [False, True], slice(1, 2)):
        part = panel.take(funds=chosen, dates=slice(1, 3))
        assert part.funds.tolist() == ["B"]
        np.testing.assert_array_equal(part.nav, [[np.nan], [5.0]])
        np.testing.assert_array_equal(part.peer, [[1], [1]])
        assert part.dates.tolist() == DAYS[1:].tolist()
    with pytest.raises(BadData, match="no fund is called 'C'"):
        panel.take(funds=["A", "C"])


def test_classes_stay_bound_when_the_first_is_taken_away():
    panel = Panel(DAYS, np.array(list("ABCD")), np.ones((3, 4)), "W", parent=np.array([0, 0, 2, 0]))
    # B and D were classes of A; without A, B stands for them, at place 0
    assert panel.take(funds=[1, 2, 3]).parent.tolist() == [0, 1, 0]


@given(st.permutations(range(4)))
def test_taking_funds_takes_their_returns(order):
    nav = np.exp(np.sin(np.arange(20).reshape(5, 4)))
    panel = Panel(np.datetime64("2020-01-31") + 31 * np.arange(5), np.array(list("ABCD")), nav, "M")
    np.testing.assert_array_equal(panel.take(funds=order).returns, panel.returns[:, order])


def test_without_groups_all_funds_are_one_group():
    assert make().group_names == ("all funds",)
    assert make().peer_codes.tolist() == [[0, 0]] * 3


def observations(**changes):
    given_ = {
        "date": DAYS[[0, 0, 1]],
        "label_end": DAYS[[2, 2, 2]],
        "fund": np.array([0, 1, 0]),
        "peer": np.zeros(3, int),
        "X": np.arange(6.0).reshape(3, 2),
        "names": ("a", "b"),
        "y": np.array([1.0, 0.0, np.nan]),
        "outcome": np.array([2.0, 1.0, np.nan]),
    }
    return Observations(**{**given_, **changes})


def test_observations_keep_their_rows_together():
    rows = observations(weight=np.array([1.0, 2.0, 3.0]))
    part = rows.take(rows.labelled)
    assert (len(rows), len(part)) == (3, 2)
    assert part.X.tolist() == [[0, 1], [2, 3]]
    assert part.weight.tolist() == [1, 2]
    assert part.names == ("a", "b")
    assert "2 labels, 50.0% of them positive" in rows.describe()
    assert rows.take([]).describe() == "no rows"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y": np.zeros(2)}, "y"),
        ({"X": np.zeros((3, 3))}, r"\(3, 3\)"),
        ({"names": ("a",)}, "1 na"),
    ],
)
def test_observations_of_different_lengths_are_refused(changes, words):
    with pytest.raises(BadData, match=words):
        observations(**changes)


def test_the_package_is_light_and_names_what_it_has():
    assert sorted(fondo.funds.__all__) == dir(fondo.funds)
    for name in fondo.funds.__all__:
        assert getattr(fondo.funds, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = fondo.funds.nothing


def test_groups_and_share_classes_are_told_once():
    days = np.arange("2020-01-03", "2020-01-24", 7, dtype="datetime64[D]")
    codes = np.zeros((3, 2), np.int64)
    plain = Panel(days, np.array(["A", "B"]), np.ones((3, 2)), "W")
    grouped = replace(plain, peer=codes, peer_names=("debt",), parent=np.array([0, 0]))
    assert plain.parent_codes.tolist() == [0, 1]
    assert grouped.parent_codes.tolist() == [0, 0]
    assert plain.named(np.array([0, -1])).tolist() == ["all funds", "no group"]
    assert grouped.named(np.array([-1, 0])).tolist() == ["no group", "debt"]
