"""fondo.funds.labels and observe: quantiles, ties, deaths, and no way to see the future."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.errors import BadData, BadParameter
from fondo.funds.features import FEATURES, FeatureSet
from fondo.funds.labels import Label, choose_best
from fondo.funds.observations import observe
from fondo.funds.panel import Panel
from fondo.funds.reader import read

FEW = ["sharpe", "volatility", "momentum_1m"]
LOOK, HORIZON, STEP = 13, 10, 5


def days(n):
    return np.datetime64("2015-01-02") + 7 * np.arange(n)


def market(n_dates=60, n_funds=10, seed=0, **more):
    rng = np.random.default_rng(seed)
    nav = np.exp(rng.normal(0.001, 0.02, (n_dates, n_funds)).cumsum(axis=0))
    names = np.array([f"F{i}" for i in range(n_funds)])
    return Panel(days(n_dates), names, nav, "W", **more)


def rows_of(panel, target="sharpe", **settings_):
    chosen = {"features": FEW, "look_back": LOOK, "horizon": HORIZON, "step": STEP} | settings_
    return observe(panel, target=target, **chosen)


def best(outcome, growth=None, label=None):
    outcome = np.asarray(outcome, float)
    growth = outcome if growth is None else np.asarray(growth, float)
    y, alike = choose_best(outcome, growth, np.zeros(len(outcome), int), label or Label())
    return y.tolist(), alike.tolist()


@pytest.mark.parametrize("n", range(4, 41))
def test_the_first_quartile_is_what_pandas_calls_so(n):
    outcome = np.random.default_rng(n).normal(size=n)
    quartile = pd.qcut(outcome, 4, labels=False)
    assert best(outcome)[0] == (quartile == 3).astype(float).tolist()
    if n % 4 == 0:  # else the two ends are not of one size in pandas
        assert (
            best(outcome, label=Label(side="bottom"))[0] == (quartile == 0).astype(float).tolist()
        )


@settings(max_examples=20)
@given(arrays("float64", st.integers(4, 30), elements=st.floats(-5, 5), unique=True))
def test_top_and_bottom_are_the_same_thing_turned_round(outcome):
    top = best(outcome)[0]
    assert best(-outcome, label=Label(side="bottom"))[0] == top
    assert sum(top) == Label().wanted(len(outcome))
    assert min(np.array(outcome)[np.array(top) == 1]) > max(np.array(outcome)[np.array(top) == 0])


def test_ties_at_the_edge_follow_the_rule():
    # Eight funds, two are wanted; three have no drawdown and so an infinite Calmar ratio.
    calmar = [np.inf, np.inf, np.inf, 2, 1, 0, -1, -2]
    growth = [0.1, 0.3, 0.2, 0.9, 0.1, 0.0, -0.1, -0.2]
    assert best(calmar, growth)[0] == [0, 1, 1, 0, 0, 0, 0, 0]
    assert best(calmar, growth, Label(ties="in"))[0] == [1, 1, 1, 0, 0, 0, 0, 0]
    assert best(calmar, growth, Label(ties="out"))[0] == [0] * 8
    # a tie that the edge does not cut harms nobody
    assert best([3, 3, 1, 0, 0, 0, 0, 0], label=Label(ties="out"))[0] == [1, 1, 0, 0, 0, 0, 0, 0]
    # equal in return as well: both are in
    assert best([5, 5, 5, 1, 1, 0, 0, 0], [1, 2, 1, 0, 0, 0, 0, 0])[0] == [1, 1, 1, 0, 0, 0, 0, 0]


def test_groups_that_cannot_be_ranked_get_no_label():
    assert np.isnan(best([3, 2, 1])[0]).all()
    assert best([3, 2, np.nan, 1, 0])[0] == [1, 0, pytest.approx(np.nan, nan_ok=True), 0, 0]
    y, alike = best([1.0] * 5)
    assert np.isnan(y).all()
    assert alike == [True] * 5
    assert best([], [])[0] == []


@pytest.mark.parametrize(
    ("measure", "feature"),
    [("sharpe", "sharpe"), ("calmar", "calmar"), ("sortino", "sortino"), ("return", "total_return"),
     ("peer_residual", "excess_return"), ("market_residual", "market_alpha"),
     (FEATURES["volatility"], "volatility"),
     (lambda window: window.growth, None)],
)  # fmt: skip
def test_the_outcome_is_the_measure_of_the_window_after_the_date(measure, feature):
    panel = market()
    rows = rows_of(panel, measure)
    date = np.searchsorted(panel.dates, rows.date)
    assert (rows.label_end[rows.labelled] == panel.dates[date[rows.labelled] + HORIZON]).all()
    for start in np.unique(date[rows.labelled]):
        after = panel.take(dates=slice(start, start + HORIZON + 1))
        expected = after.nav[-1] / after.nav[0]
        if feature is not None:
            table = observe(after, features=[feature], look_back=HORIZON, step=HORIZON, horizon=1)
            expected = table.X[:, 0]
        mine = date == start
        np.testing.assert_allclose(rows.outcome[mine], expected)
        order = np.argsort(-expected if feature != "volatility" else expected)
        assert rows.y[mine][order].tolist() == [1, 1, 1] + [0] * 7


def test_a_fund_that_dies_goes_on_with_its_group():
    # Five funds; F0 has its last price three periods after the date, and the others earn 1 %, 2 %,
    # 3 % and 4 % a period: from then on its money earns 2.5 %.
    growth = np.cumprod(np.tile(1 + np.array([0.05, 0.01, 0.02, 0.03, 0.04]), (31, 1)), axis=0)
    nav = growth.copy()
    nav[19:, 0] = np.nan
    dead = np.full(5, "NaT", "M8[D]")
    dead[0] = days(31)[18]
    panel = Panel(days(31), np.array(list("ABCDE")), nav, "W", dead_at=dead)
    kept = rows_of(panel, "return", look_back=5, step=15)
    first = kept.date == days(31)[15]
    assert kept.outcome[first][0] == pytest.approx(1.05**3 * 1.025**7 - 1)
    assert kept.y[first].tolist() == [0, 0, 0, 0, 1]
    lost = rows_of(panel, Label("return", dead="loser", side="bottom"), look_back=5, step=15)
    assert lost.outcome[first][0] == -np.inf
    assert lost.y[first].tolist() == [1, 0, 0, 0, 0]
    volatile = rows_of(panel, Label("volatility", dead="loser"), look_back=5, step=15)
    assert volatile.outcome[first][0] == np.inf  # the worst there is
    out = rows_of(panel, Label("return", dead="leave_out"), look_back=5, step=15)
    assert np.isnan(out.y[first][0])
    assert out.left_out.filter(pl.col("kind") == "ended")["rows"].sum() == 1


def test_money_of_a_group_that_vanishes_goes_to_the_market():
    # Both funds of group x end; from then on their money earns the mean of the four of y, 2 %.
    nav = np.cumprod(np.full((31, 6), 1.02), axis=0)
    nav[18:, :2] = np.nan
    dead = np.array([days(31)[17]] * 2 + ["NaT"] * 4, "M8[D]")
    peer = np.broadcast_to([0, 0, 1, 1, 1, 1], nav.shape)
    panel = Panel(days(31), np.array(list("ABCDEF")), nav, "W", peer, ("x", "y"), dead_at=dead)
    rows = rows_of(panel, "return", look_back=5, step=15)
    first = rows.date == days(31)[15]
    np.testing.assert_allclose(rows.outcome[first], 1.02**10 - 1)
    listed = rows.left_out.filter(pl.col("date") == days(31)[15].item()).rows()
    reason = "fewer than 4 funds of the group have an outcome"
    assert (days(31)[15].item(), "x", None, "small_group", 2, reason) in listed
    assert np.isnan(rows.y[first]).all()  # of y all outcomes are equal
    assert "all_equal" in rows.left_out["kind"].to_list()


def test_dead_funds_do_not_drop_out_of_the_ranking():
    panel = market(n_funds=8)
    nav = panel.nav.copy()
    nav[17:, :4] = np.nan
    dead = np.full(8, "NaT", "M8[D]")
    dead[:4] = panel.dates[16]
    rows = rows_of(Panel(panel.dates, panel.funds, nav, "W", dead_at=dead), Label(dead="loser"))
    first = rows.date == panel.dates[15]
    assert rows.labelled[first].all()
    assert rows.y[first][:4].tolist() == [0] * 4
    assert rows.y[first].sum() == 2


def test_groups_are_of_the_date_and_each_is_ranked_alone():
    panel = market(n_funds=12)
    peer = np.zeros(panel.shape, int)
    peer[:, 6:] = 1
    peer[30:, [0, 6]] = [1, 0]  # two funds change places
    peer[:, 11] = -1
    rows = rows_of(replace(panel, peer=peer, peer_names=("x", "y")), "return")
    assert set(rows.fund[(rows.date == panel.dates[35]) & (rows.peer == 0)]) == {1, 2, 3, 4, 5, 6}
    assert set(rows.fund[(rows.date == panel.dates[25]) & (rows.peer == 0)]) == {0, 1, 2, 3, 4, 5}
    for date in panel.dates[[15, 35]]:
        for group, size in ((0, 6), (1, 5)):
            mine = (rows.date == date) & (rows.peer == group)
            assert mine.sum() == size
            assert rows.y[mine].sum() == Label().wanted(size)
    assert np.isnan(rows.y[rows.fund == 11]).all()
    assert "no_peer_group" in rows.left_out["kind"].to_list()


def test_windows_past_the_end_have_no_label_and_are_listed():
    rows = rows_of(market())
    late = rows.date > days(60)[60 - 1 - HORIZON]
    assert late.any()
    assert np.isnan(rows.y[late]).all()
    assert np.isnat(rows.label_end[late]).all()
    assert rows.labelled[~late].all()
    listed = rows.left_out.filter(pl.col("kind") == "window_past_end")
    assert listed["rows"].sum() == late.sum()
    assert "left out, window_past_end: 20" in rows.describe()
    assert rows.overlap == pytest.approx(1 - STEP / LOOK)


def test_thirty_per_cent_missing_is_left_out_or_let_in_by_rule():
    panel = market(n_funds=8)
    nav = panel.nav.copy()
    nav[np.arange(60) % 10 >= 7, 0] = np.nan  # returns: 6 of 10
    holed = replace(panel, nav=nav)
    strict = rows_of(holed, step=10)
    assert 0 not in strict.fund
    assert strict.left_out.filter(pl.col("kind") == "short_history")["rows"].sum() == 4
    assert strict.left_out.filter(pl.col("kind") == "short_label")["rows"].sum() == 3
    loose = rows_of(
        holed, Label(min_history=0.4), features=FeatureSet(FEW, min_history=0.4), step=10
    )
    assert (loose.fund == 0).sum() == 4
    assert np.isfinite(loose.y[loose.fund == 0]).sum() == 3


def test_labels_do_not_depend_on_look_back_or_features():
    panel = market(seed=3)
    nav = panel.nav.copy()
    nav[:20, 0] = np.nan  # too young for a long look-back, yet ranked
    panel = replace(panel, nav=nav)
    short, long = rows_of(panel), rows_of(panel, look_back=25, features=["sharpe"])
    kept = np.isin(short.date, long.date) & np.isin(
        short.date.astype(int) * 100 + short.fund, long.date.astype(int) * 100 + long.fund
    )
    assert 0 < kept.sum() == len(long) < len(short)
    np.testing.assert_array_equal(short.y[kept], long.y)
    np.testing.assert_array_equal(short.outcome[kept], long.outcome)


def _same(one, two):
    return one.equals(two) if isinstance(one, pl.DataFrame) else one == two


def test_another_horizon_changes_no_row_and_no_feature():
    panel = market(seed=4)
    before = rows_of(panel)
    other = rows_of(panel, horizon=20)
    after = rows_of(panel)
    for item in fields(before):
        one, two = getattr(before, item.name), getattr(after, item.name)
        bytes_equal = isinstance(one, np.ndarray) and one.tobytes() == two.tobytes()
        assert bytes_equal or (not isinstance(one, np.ndarray) and _same(one, two)), item.name
    for name in ("date", "fund", "peer", "X"):
        assert getattr(before, name).tobytes() == getattr(other, name).tobytes()
    assert (other.label_end[other.labelled] > before.label_end[other.labelled]).all()


@settings(max_examples=12)
@given(st.integers(20, 45), st.booleans(), st.integers(0, 99))
def test_the_past_of_a_row_never_changes_with_the_future(row, gone, seed):
    panel = market(seed=5)
    later = panel.nav.copy()
    rng = np.random.default_rng(seed)
    later[row + 1 :] = np.nan if gone else rng.permutation(later[row + 1 :])
    one, two = rows_of(panel), rows_of(replace(panel, nav=later))
    known, same = one.date <= panel.dates[row], two.date <= panel.dates[row]
    for name in ("date", "fund", "peer", "X"):
        assert getattr(one, name)[known].tobytes() == getattr(two, name)[same].tobytes()
    done = one.label_end[known] <= panel.dates[row]  # labels that were over by then
    assert one.y[known][done].tobytes() == two.y[same][done].tobytes()


@settings(max_examples=12)
@given(st.integers(15, 40), st.integers(0, 99))
def test_a_label_looks_at_nothing_up_to_its_date(row, seed):
    panel = market(seed=6)
    earlier = panel.nav.copy()
    rng = np.random.default_rng(seed)
    earlier[:row] = rng.permutation(earlier[:row]) * rng.uniform(0.5, 2, 10)
    for target in ("sharpe", "calmar", "market_residual"):
        one, two = rows_of(panel, target), rows_of(replace(panel, nav=earlier), target)
        after = one.date >= panel.dates[row]
        assert one.outcome[after].tobytes() == two.outcome[two.date >= panel.dates[row]].tobytes()


@pytest.mark.parametrize("target", ["calmar", "sharpe"])
def test_returns_that_are_all_equal(target):
    # every fund grows by 1 % each week: Calmar is infinite for all, Sharpe undefined for all
    nav = np.cumprod(np.full((40, 6), 1.01), axis=0)
    panel = Panel(days(40), np.array(list("ABCDEF")), nav, "W")
    rows = rows_of(panel, target)
    assert np.isnan(rows.y).all()
    kind = "all_equal" if target == "calmar" else "undefined"
    assert kind in rows.left_out["kind"].to_list()
    assert "0 labels, none positive" in rows.describe()


def test_one_fund_has_rows_but_no_label():
    rows = rows_of(market(n_funds=1))
    assert len(rows) > 0
    assert not rows.labelled.any()
    assert "small_group" in rows.left_out["kind"].to_list()


def test_decision_dates_can_be_told():
    panel = market()
    rows = rows_of(panel, step=["2015-05-01", "2015-08-04"])
    assert np.unique(rows.date).astype(str).tolist() == ["2015-05-01", "2015-07-31"]
    with pytest.raises(BadParameter, match=r"observe\(step=\[...\]\): must be decision dates"):
        rows_of(panel, step=["soon"])
    with pytest.raises(BadData, match="no decision date has a whole look-back before it"):
        rows_of(panel, step=["2015-01-09"])


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"horizon": 0}, r"observe\(horizon=0\)"),
        ({"look_back": 2.5}, "look_back"),
        ({"look_back": [13, 13]}, "a length stands twice"),
        ({"step": -4}, r"observe\(step=-4\)"),
        ({"target": "sharp"}, "no such measure. Did you mean 'sharpe'"),
        ({"quantile": 1.5}, r"Label\(quantile=1.5\)"),
    ],
)
def test_settings_of_observe_that_cannot_be_are_refused(settings_, words):
    with pytest.raises(BadParameter, match=words):
        rows_of(market(), **settings_)


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"side": "left"}, r"Label\(side='left'\)"),
        ({"ties": "coin"}, r"Label\(ties='coin'\)"),
        ({"dead": "zombie"}, r"Label\(dead='zombie'\)"),
        ({"least": 1}, "least=1"),
        ({"min_history": 0}, "min_history=0"),
        ({"risk_free": 2}, "risk_free=2"),
    ],
)
def test_labels_that_cannot_be_are_refused(settings_, words):
    with pytest.raises(BadParameter, match=words):
        Label(**settings_)


def test_panels_without_a_single_row_are_refused():
    with pytest.raises(BadData, match="no decision date has a whole look-back"):
        observe(market(20))
    holed = market()
    nav = holed.nav.copy()
    nav[1::2] = np.nan
    with pytest.raises(BadData, match="at no decision date does a fund have a price"):
        rows_of(replace(holed, nav=nav))
    with pytest.raises(BadData, match=r"gives an array of shape \(\) for 10 funds"):
        rows_of(market(), lambda window: 1.0)


def test_real_funds_of_india(fondo_data):
    panel = read(fondo_data / "funds" / "india_nav.parquet")
    assert panel.shape == (530, 700)
    assert len(panel.peer_names) == 14
    # the folder's own count is 160 that end before 2016; nine of these stop within the last three
    # months before the cut delivery, which may be silence
    assert (~np.isnat(panel.dead_at)).sum() == 151
    jumps = panel.issues.filter(pl.col("kind") == "jump")
    # the moves by ten or a hundred times that the folder's README tells of
    assert (np.abs(np.log(jumps["value"].to_numpy())) > np.log(9)).sum() == 7
    rows = observe(panel, features=["sharpe", "volatility"], step=52)
    assert 0.24 < rows.y[rows.labelled].mean() < 0.27
    year = rows.date.astype("datetime64[Y]")
    rates = [rows.y[(year == y) & rows.labelled].mean() for y in np.unique(year)[:-1]]
    assert all(0.24 < rate < 0.28 for rate in rates)
