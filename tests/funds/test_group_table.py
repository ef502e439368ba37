import numpy as np
import pandas as pd
import polars as pl
import pytest

from fondo.errors import BadData, BadParameter
from fondo.funds.feature import BLOCKS
from fondo.funds.features import FEATURES
from fondo.funds.group_table import DESCRIBING, GroupTable, by_features, by_returns, from_table
from fondo.funds.panel import Panel
from fondo.funds.universe import make_universe


def panel(**changes: float) -> Panel:
    return make_universe("market", funds=8, years=4, seed=1, groups=2, **changes)


def test_distances_of_scaled_returns_are_those_of_correlations() -> None:
    prices = panel()
    table = by_returns(prices, length=104)
    r = prices.returns[-104:]
    between = np.corrcoef(r.T)
    squared = ((table.values[:, None] - table.values) ** 2).sum(axis=2)
    np.testing.assert_allclose(squared, 2 * (1 - between), atol=1e-12)
    assert table.columns[0] == str(prices.dates[-104])
    assert table.columns[-1] == str(prices.dates[-1])
    assert table.kind == "returns"
    assert table.given is not None
    assert table.given.tolist() == ["group 1", "group 2"] * 4
    assert table.known.all()


def test_features_are_those_of_the_window_that_ends_at_the_date() -> None:
    prices = panel()
    date = prices.dates[150]
    table = by_features(prices, date=date + 3, length=104)  # a Monday: the Friday before counts
    r = prices.returns[47:151]
    column = dict(zip(table.columns, table.values.T, strict=True))
    np.testing.assert_allclose(column["volatility"], r.std(axis=0, ddof=1) * np.sqrt(52))
    np.testing.assert_allclose(column["mean_return"], r.mean(axis=0) * 52)
    assert set(table.columns) <= set(DESCRIBING)
    later = np.where(np.arange(len(prices.dates))[:, None] > 150, np.nan, prices.nav)
    again = by_features(Panel(prices.dates, prices.funds, later, "W"), date=date, length=104)
    np.testing.assert_array_equal(again.values, table.values)  # nothing after the date is known


def test_no_describing_feature_compares_with_the_peer_group() -> None:
    for name in DESCRIBING:
        feature = FEATURES[name]
        assert feature.block in BLOCKS
        assert "g" not in feature.formula.replace("sign", "").replace("log", "").split()
        assert " g " not in f" {feature.formula} ".replace("(", " ").replace(")", " ")


def test_a_missing_return_counts_as_the_funds_mean() -> None:
    prices = panel()
    nav = prices.nav.copy()
    nav[200, 0] = np.nan  # two returns are missing
    table = by_returns(Panel(prices.dates, prices.funds, nav, "W"), length=104)
    assert table.filled == 2
    assert (table.values[0] == 0).sum() == 2
    np.testing.assert_allclose(table.values.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose((table.values**2).sum(axis=1), 1)


def test_funds_that_cannot_be_used_are_named_with_the_reason() -> None:
    prices = panel()
    nav = prices.nav.copy()
    nav[-1, 0] = np.nan  # ended
    nav[:150, 1] = np.nan  # young
    nav[:, 2] = 100.0  # never moves
    table = by_returns(Panel(prices.dates, prices.funds, nav, "W"), length=104)
    reasons = dict(table.aside)
    assert reasons["fund 1"] == "no price at the date, or too few returns in the window"
    assert reasons["fund 2"] == reasons["fund 1"]
    assert reasons["fund 3"] == "its returns never differ"
    assert table.funds.tolist() == ["fund 4", "fund 5", "fund 6", "fund 7", "fund 8"]
    lenient = by_returns(Panel(prices.dates, prices.funds, nav, "W"), length=104, min_history=0.5)
    assert "fund 2" in lenient.funds


def test_a_category_that_is_not_known_is_empty() -> None:
    prices = panel()
    peer = prices.peer.copy()
    peer[-1, 3] = -1
    table = by_returns(
        Panel(prices.dates, prices.funds, prices.nav, "W", peer=peer, peer_names=prices.peer_names),
        length=52,
    )
    assert table.given is not None
    assert table.given[3] == ""
    assert table.known.tolist() == [True] * 3 + [False] + [True] * 4


FRAME = {
    "fund": ["Ä & Ö", "基金", "C", "D"],
    "kind": ["bond", "", None, "share"],
    "risk": [0.1, None, 0.3, 0.8],
    "ratio": [1.0, float("inf"), 3.0, float("-inf")],
    "note": ["x", "y", "z", "w"],
    "flat": [1, 1, 1, 1],
    "empty": [None, None, None, None],
}


@pytest.mark.parametrize("make", [dict, pl.DataFrame, pd.DataFrame])
def test_a_table_of_features_is_filled_as_stated(make: type) -> None:
    frame = {**FRAME, "empty": [float("nan")] * 4}
    table = from_table(make(frame), given="kind")
    assert table.funds.tolist() == FRAME["fund"]
    assert table.columns == ("risk", "ratio")
    assert table.values[:, 0].tolist() == pytest.approx([0.1, 0.4, 0.3, 0.8])  # the mean
    assert table.values[:, 1].tolist() == [1, 3, 3, 1]  # the largest and smallest finite
    assert table.filled == 3
    assert table.given is not None
    assert table.given.tolist() == ["bond", "", "", "share"]
    assert dict(table.aside) == {
        "column note": "it is text",
        "column flat": "its values never differ",
        "column empty": "it has no finite value",
    }


def test_funds_without_any_value_are_set_aside() -> None:
    table = from_table({"fund": list("abcd"), "x": [1.0, None, 2.0, 4.0], "y": [3.0, None, 1, 1]})
    assert table.funds.tolist() == ["a", "c", "d"]
    assert table.aside == (("b", "it has no value in any column"),)


def test_rows_are_numbered_where_no_column_is_text() -> None:
    assert from_table({"x": [1.0, 2.0, 4.0]}).funds.tolist() == ["1", "2", "3"]


def test_some_of_the_funds_may_be_taken() -> None:
    part = from_table(FRAME, given="kind").take([0, 2, 3])
    assert part.funds.tolist() == ["Ä & Ö", "C", "D"]
    assert part.values.shape == (3, 2)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"fund": ["a"], "x": [1.0]}, "none of 1 columns has values in which the 1 funds differ"),
        ({"fund": ["a", "b"], "x": [1.0, 2.0]}, "at least three funds are needed, 2 left"),
        ({"fund": ["a", "b", "c"], "x": [1.0, 1.0, 1.0]}, "no groups to find"),
        ({"fund": ["a", "a", "c"], "x": [1.0, 2.0, 3.0]}, "the name of a fund stands twice"),
        ({"fund": ["a", "b", "c"]}, "none of 0 columns has values"),
    ],
)
def test_tables_without_groups_to_find_are_refused(frame: dict, said: str) -> None:
    with pytest.raises(BadData, match=said):
        from_table(frame)


def test_columns_that_are_not_there_are_refused() -> None:
    with pytest.raises(BadParameter, match="from_table.given='sort'.: there is no such column"):
        from_table(FRAME, given="sort")
    with pytest.raises(BadParameter, match="from_table.fund='name'.: there is no such column"):
        from_table(FRAME, fund="name")


def test_windows_that_cannot_be_are_refused() -> None:
    prices = panel()
    with pytest.raises(BadData, match="the panel has 208 returns. Take a shorter window"):
        by_returns(prices, length=209)
    with pytest.raises(BadData, match="up to none the panel has 0 returns"):
        by_returns(prices, length=52, date="1990-01-01")
    with pytest.raises(BadParameter, match="length must be a whole number of at least 3"):
        by_features(prices, length=2)
    with pytest.raises(BadParameter, match="min_history must be a number in"):
        by_features(prices, min_history=0.0)
    with pytest.raises(BadParameter, match="no such feature. Did you mean 'volatility'"):
        by_features(prices, features=["volatlity"])
    with pytest.raises(BadData, match="only 2 of 2 funds have a price"):
        by_returns(prices.take(funds=[0, 1]), length=52)
    with pytest.raises(BadData, match="only 1 of 1 funds have a price"):
        by_features(prices.take(funds=[0]), length=52)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((4, 2)), "all funds are alike in every column"),
        (np.full((4, 2), np.nan), "a value is not finite"),
        (np.zeros((3, 2)), "Match the shapes"),
        (np.zeros((4, 1)), "Match the shapes"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: np.ndarray, said: str) -> None:
    with pytest.raises(BadData, match=said):
        GroupTable(np.array(list("abcd")), ("x", "y"), values)


def test_too_many_funds_are_refused() -> None:
    names = np.arange(5001).astype(str)
    with pytest.raises(BadData, match="at most 5,000 funds can be grouped at once, not 5,001"):
        GroupTable(names, ("x",), np.arange(5001.0)[:, None])
