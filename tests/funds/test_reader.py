"""fondo.funds.reader, tables and calendar: every layout, every calendar, every bad table."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.funds.peers import with_peer_groups
from fondo.funds.reader import read
from fondo.funds.rules import Rules

FRIDAYS = np.datetime64("2020-01-03") + 7 * np.arange(6)


def long_table(n_dates=6, funds=("Oak", "Elm"), **more):
    """Weekly prices; Elm ends after half of the dates."""
    days = np.datetime64("2020-01-03") + 7 * np.arange(n_dates)
    parts = []
    for place, fund in enumerate(funds):
        rng = np.random.default_rng(list(fund.encode()))
        price = 10 * np.exp(np.cumsum(rng.normal(0, 0.01, n_dates)))
        part = pl.DataFrame({"date": days, "fund_id": [fund] * n_dates, "nav": price})
        parts.append(part.head(n_dates // 2) if place == 1 else part)
    return pl.concat(parts).with_columns(**more)


def kinds(panel):
    return panel.issues["kind"].to_list()


def test_long_wide_file_and_frame_give_the_same_panel(tmp_path):
    table = long_table(60)
    wide = table.pivot(on="fund_id", index="date", values="nav")
    table.write_csv(tmp_path / "long.csv")
    wide.write_csv(tmp_path / "wide.csv")
    table.write_parquet(tmp_path / "long.parquet")
    wide_pandas = pd.DataFrame(wide.drop("date").to_dict(as_series=False))
    wide_pandas.index = pd.DatetimeIndex(wide["date"].to_list())
    long_pandas = pd.DataFrame(table.to_dict(as_series=False)).set_index(["date", "fund_id"])
    sources = [
        table, wide, tmp_path / "long.csv", str(tmp_path / "wide.csv"), tmp_path / "long.parquet",
        wide_pandas, long_pandas, table.to_dict(as_series=False),
        table.to_dict(as_series=False) | {"date": list(table["date"].to_numpy())},
    ]  # fmt: skip
    panels = [read(source) for source in sources]
    first = panels[0]
    assert first.funds.tolist() == ["Elm", "Oak"]
    assert first.frequency == "W"
    assert first.dead_at[0] == first.dates[29]
    assert np.isnat(first.dead_at[1])
    assert kinds(first) == ["end"]
    for panel in panels[1:]:
        np.testing.assert_array_equal(panel.nav, first.nav)
        np.testing.assert_array_equal(panel.dates, first.dates)
        np.testing.assert_array_equal(panel.dead_at, first.dead_at)


def test_names_of_columns_are_found_or_told():
    table = long_table(60)
    renamed = table.rename({"date": "As Of", "fund_id": "ISIN", "nav": "Adj. Close"})
    told = table.rename({"date": "x", "fund_id": "y", "nav": "z"})
    expected = read(table).nav
    np.testing.assert_array_equal(read(renamed).nav, expected)
    told_panel = read(told, columns={"date": "x", "fund": "y", "nav": "z"})
    np.testing.assert_array_equal(told_panel.nav, expected)
    with pytest.raises(BadParameter, match="no such role. Did you mean 'fund'"):
        read(table, columns={"fnd": "fund_id"})
    with pytest.raises(BadParameter, match="no such column. Did you mean 'fund_id'"):
        read(table, columns={"fund": "fund_ids"})
    with pytest.raises(BadData, match="found none for fund, nav among x, y, z"):
        read(told, layout="long", columns={"date": "x"})
    with pytest.raises(BadParameter, match="layout='tall'"):
        read(table, layout="tall")
    with pytest.raises(BadData, match="column 'fund_id' holds no numbers"):
        read(table.rename({"nav": "z"}))


def test_daily_prices_become_weeks_by_the_last_one_at_or_before_the_day():
    # Oak on Wed 1, Thu 2, Mon 6, Thu 9, Fri 17 January 2020. On Fridays: 3rd -> 10.2 (Thursday),
    # 10th -> 10.4 (Thursday), 17th -> 10.5 (its own). Elm has nothing in the second week: no price.
    days = ["2020-01-01", "2020-01-02", "2020-01-06", "2020-01-09", "2020-01-17"]
    table = pl.DataFrame(
        {
            "date": [*days, "2020-01-01", "2020-01-03", "2020-01-16", "2020-01-17"],
            "fund": ["Oak"] * 5 + ["Elm"] * 4,
            "nav": [10.1, 10.2, 10.3, 10.4, 10.5, 5.0, 5.1, 5.2, 5.3],
        }
    )
    panel = read(table, frequency="W", survivors_only_ok=True)
    assert (
        panel.dates.tolist()
        == np.array(["2020-01-03", "2020-01-10", "2020-01-17"], "M8[D]").tolist()
    )
    np.testing.assert_array_equal(panel.nav[:, 1], [10.2, 10.4, 10.5])
    np.testing.assert_array_equal(panel.nav[:, 0], [5.1, np.nan, 5.3])
    carried = read(table, frequency="W", survivors_only_ok=True, rules=Rules(carry_days=7))
    np.testing.assert_array_equal(carried.nav[:, 0], [5.1, 5.1, 5.3])
    thursday = read(table, frequency="W", day="Thu", survivors_only_ok=True)
    np.testing.assert_array_equal(thursday.nav[:, 1], [10.2, 10.4, np.nan])
    assert "unfinished_period" in kinds(thursday)


@settings(max_examples=20)
@given(st.sampled_from(["Mon", "Wed", "Fri"]), st.integers(30, 59))
def test_no_price_is_taken_from_the_future(day, known):
    days = np.arange(np.datetime64("2020-01-01"), np.datetime64("2020-04-01"))[:60]
    price = np.exp(np.random.default_rng(0).normal(0, 0.01, (60, 2)).cumsum(axis=0))
    later = price.copy()
    later[known:] *= 1.7  # what comes after is another story
    one, two = (
        read(
            {"date": days, "A": p[:, 0], "B": p[:, 1]},
            frequency="W",
            day=day,
            survivors_only_ok=True,
        )
        for p in (price, later)
    )
    before = one.dates < days[known]
    assert before.any()
    assert one.nav[before].tobytes() == two.nav[before].tobytes()


def test_months_stand_on_their_last_day_or_a_number():
    days = pd.bdate_range("2020-01-01", "2020-05-29").to_numpy().astype("datetime64[D]")
    table = {
        "date": days,
        "Oak": np.arange(1.0, len(days) + 1),
        "Elm": np.arange(2.0, len(days) + 2),
    }
    panel = read(table, frequency="M", survivors_only_ok=True, rules=Rules(jump="keep"))
    # Friday 29 May is the last working day, so May is over
    assert panel.dates.astype(str).tolist()[-2:] == ["2020-04-30", "2020-05-31"]
    assert panel.nav[-1, 1] == len(days)
    panel = read(table, frequency="M", day=15, survivors_only_ok=True, rules=Rules(jump="keep"))
    assert panel.dates.astype(str).tolist() == [f"2020-0{m}-15" for m in range(1, 6)]
    assert panel.nav[1, 1] == 1 + np.searchsorted(days, np.datetime64("2020-02-14"))


def test_monthly_data_keep_the_day_they_have():
    first = np.arange("2020-01", "2021-01", dtype="datetime64[M]").astype("datetime64[D]")
    worth = np.linspace(1, 2, 12)
    panel = read({"date": first, "A": worth, "B": worth**2}, survivors_only_ok=True)
    assert panel.frequency == "M"
    assert panel.dates.tolist() == first.tolist()
    business = pd.date_range("2020-01-01", periods=12, freq="BME").to_numpy()
    panel = read({"date": business, "A": worth, "B": worth**2}, survivors_only_ok=True)
    assert np.isfinite(panel.nav).all()
    assert panel.dates.astype(str).tolist()[0] == "2020-01-31"


def test_a_weekend_print_is_no_trading_day():
    days = pd.bdate_range("2020-01-01", periods=40).to_numpy().astype("datetime64[D]")
    funds = [f"F{i:02}" for i in range(20)]
    table = pl.DataFrame(
        {"date": np.repeat(days, 20), "fund": funds * 40, "nav": np.linspace(1, 2, 800)}
    )
    extra = pl.DataFrame({"date": np.array(["2020-01-25"], "M8[D]"), "fund": ["F00"], "nav": [1.5]})
    panel = read(pl.concat([table, extra.cast(table.schema)]), survivors_only_ok=True)
    assert panel.frequency == "D"
    assert panel.dates.tolist() == days.tolist()
    assert "thin_date" in kinds(panel)
    assert np.isfinite(panel.returns[1:]).all()


def test_frequencies_and_days_that_do_not_fit_are_refused():
    table = long_table(60)
    with pytest.raises(BadParameter, match="prices come every 7 days, which is rarer"):
        read(table, frequency="D")
    with pytest.raises(BadParameter, match="must be 'D', 'W', 'M' or None"):
        read(table, frequency="week")
    with pytest.raises(BadParameter, match="for weeks it must be one of Mon"):
        read(table, day=3)
    with pytest.raises(BadParameter, match="for months it must be 'last'"):
        read(table, frequency="M", day=31)
    with pytest.raises(BadParameter, match="daily prices have no declared day"):
        read(
            {"date": np.arange("2020-01-01", "2020-02-01", dtype="M8[D]"), "A": np.ones(31)},
            day="Fri",
        )
    years = {"date": ["2018-01-01", "2019-01-01", "2020-01-01"], "A": [1.0, 2.0, 3.0]}
    with pytest.raises(BadData, match="prices come every 365 days"):
        read(years)
    with pytest.raises(BadData, match="hold fewer than two dates of frequency 'M'"):
        read(long_table(4), frequency="M")


def test_unsorted_dates_are_sorted_and_said():
    table = long_table(60)
    shuffled = table.sample(fraction=1, shuffle=True, seed=1)
    panel = read(shuffled)
    np.testing.assert_array_equal(panel.nav, read(table).nav)
    assert kinds(panel)[0] == "unsorted"
    assert panel.issues["value"][0] > 0


def test_a_time_zone_is_noted_and_the_day_stays_as_written():
    # 00:00 in India is 18:30 of the day before in universal time
    table = long_table(60)
    india = pd.DataFrame(table.to_dict(as_series=False))
    india["date"] = pd.to_datetime(india["date"]).dt.tz_localize("Asia/Kolkata")
    text = table.with_columns(date=pl.col("date").cast(pl.String) + "T00:00:00+05:30")
    zoned = table.with_columns(
        date=pl.col("date").cast(pl.Datetime("us")).dt.replace_time_zone("Asia/Kolkata")
    )
    for source in (india, text, zoned):
        panel = read(source)
        np.testing.assert_array_equal(panel.dates, read(table).dates)
        assert kinds(panel)[0] == "time_zone"


def test_total_returns_become_an_index_and_lose_no_return():
    # Elm starts with the second date, and its first return is from 100 at the date before.
    table = pl.DataFrame(
        {
            "date": FRIDAYS.repeat(2)[1:],
            "fund": (["Elm", "Oak"] * 6)[1:],
            "total_return": [0.5, 0.1, 0.2, -0.1, 0.0, 0.3, 0.1, 0.0, 0.0, 0.1, 0.1],
        }
    )
    panel = read(table, survivors_only_ok=True)
    np.testing.assert_allclose(panel.returns[1:, 0], [0.1, -0.1, 0.3, 0.0, 0.1])
    np.testing.assert_allclose(panel.returns[1:, 1], [0.2, 0.0, 0.1, 0.0, 0.1])
    lost = panel.issues.filter(pl.col("kind") == "first_return")
    assert lost["fund"].to_list() == ["Oak"]
    assert panel.nav[0, 0] == 100.0


@pytest.mark.parametrize("bad", [[1.2, -1.5, 3.0, 2.0], [101.0, 102.0, 101.5, 103.0]])
def test_per_cent_and_indices_are_no_total_returns(bad):
    table = pl.DataFrame({"date": FRIDAYS[:4], "fund": ["A"] * 4, "total_return": bad})
    with pytest.raises(BadData, match="no returns as shares"):
        read(table, survivors_only_ok=True)


def test_what_is_known_holds_from_its_date_and_flows_add_up():
    table = pl.DataFrame(
        {
            "date": np.arange("2020-01-01", "2020-01-18", dtype="M8[D]"),
            "fund": ["A"] * 17,
            "nav": np.linspace(1, 1.1, 17),
            "peer_group": [None] * 4 + ["debt"] * 6 + ["équité"] * 7,
            "ter": [None] * 3 + [0.01] + [None] * 13,
            "aum": [5.0] * 17,
            "net flow": [1.0] * 17,
        }
    )
    panel = read(table, frequency="W", survivors_only_ok=True)
    assert panel.dates.astype(str).tolist() == ["2020-01-03", "2020-01-10", "2020-01-17"]
    assert panel.peer_names == ("debt", "équité")
    assert panel.peer[:, 0].tolist() == [-1, 0, 1]
    np.testing.assert_array_equal(panel.cost[:, 0], [np.nan, 0.01, 0.01])
    assert panel.aum[:, 0].tolist() == [5, 5, 5]
    assert panel.flow[:, 0].tolist() == [3, 7, 7]


def test_share_classes_are_columns_of_their_own_bound_to_their_fund():
    table = pl.concat(
        [
            long_table(60, ("Oak",)).with_columns(class_id=pl.lit("A")),
            long_table(60, ("Oak",)).with_columns(class_id=pl.lit("I"), nav=pl.col("nav") * 2),
            long_table(60, ("Ash", "Elm")).with_columns(
                class_id=pl.lit("A"), nav=pl.col("nav") ** 2
            ),
        ]
    )
    panel = read(table)
    assert panel.funds.tolist() == ["Ash/A", "Elm/A", "Oak/A", "Oak/I"]
    assert panel.parent.tolist() == [0, 1, 2, 2]
    assert "Oak/A" in panel.issues.filter(pl.col("kind") == "share_class")["reason"][0]
    one = read(table, rules=Rules(share_class="drop"))
    assert one.funds.tolist() == ["Ash/A", "Elm/A", "Oak/A"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"date": [], "A": []}, "no rows"),
        ({"date": ["2020-01-01"], "A": [1.0]}, "no fund has prices at two dates"),
        ({"date": ["yesterday", "today"], "A": [1.0, 2.0]}, "'yesterday' is no date"),
        ({"date": [None, None], "A": [1.0, 2.0]}, "no row has a date and a fund"),
        ({"date": ["2020-01-03", "2020-01-10"]}, "there is no column beside it"),
        (
            {"date": ["2020-01-03"] * 2, "fund": ["A"] * 2, "nav": ["x", "1"]},
            "'x', which is no num",
        ),
        ({"date": ["2020-01-03"] * 2, "fund": ["A"] * 2, "nav": [[1], [2]]}, "not numbers"),
        ({"date": ["2020-01-03", "2020-01-10"], "A": [0.0, -1.0]}, "no fund has two prices"),
    ],
)
def test_tables_that_are_no_prices_say_why(table, words):
    with pytest.raises(BadData, match=words):
        read(table, survivors_only_ok=True)


def test_pandas_frames_with_odd_indices_and_columns():
    table = long_table(60)
    frame = pd.DataFrame(table.to_dict(as_series=False))
    twice = frame.set_index("date", drop=False)  # dates in the index and in a column
    np.testing.assert_array_equal(read(twice).nav, read(table).nav)
    same = pd.concat([frame, frame["nav"]], axis=1)
    with pytest.raises(BadData, match="two columns are called 'nav'"):
        read(same)
    for nothing in (5, None, "prices"):
        with pytest.raises(BadData):
            read(nothing)


def test_rows_without_date_or_fund_are_counted():
    holed = long_table(60).with_columns(
        fund_id=pl.when(pl.int_range(pl.len()) == 3).then(None).otherwise("fund_id")
    )
    panel = read(holed)
    row = panel.issues.row(0, named=True)
    assert (row["kind"], row["value"], row["fund"]) == ("no_date_or_fund", 1, None)
    assert panel.issues.filter(kind="gap").is_empty()  # one week is below the two of the rule


def test_peer_groups_come_from_a_table_of_their_own():
    panel = read(long_table(60, ("Oak", "Elm", "Ash")))
    grouped = with_peer_groups(panel, {"Oak": "debt", "Elm": "equity"})
    assert grouped.peer[0].tolist() == [-1, 1, 0]
    added = grouped.issues["kind"].to_list()[-2:]
    assert added == ["no_peer_group", "peer_static"]
    dated = pl.DataFrame(
        {"fund": ["Oak", "Oak"], "peer": ["debt", "gold"], "date": panel.dates[[5, 9]]}
    )
    changing = with_peer_groups(panel, dated)
    assert changing.peer[[4, 5, 8, 9], 2].tolist() == [-1, 0, 0, 1]
    more = with_peer_groups(panel, {"Oak": "debt", "Elm": "debt", "Ash": "debt", "Yew": "gold"})
    assert more.issues.row(-2, named=True)["kind"] == "not_in_panel"
    with pytest.raises(BadData, match="'Oak' has two groups, 'debt' and 'gold', at one date"):
        with_peer_groups(panel, dated.drop("date"))
    with pytest.raises(BadData, match="names a fund of the panel"):
        with_peer_groups(panel, {"oak": "debt"})
    with pytest.raises(BadData, match="one of peer groups"):
        with_peer_groups(panel, {"fund": ["Oak"], "x": [1]})
