"""fondo.funds.features, windows, sample: against empyrical and scipy, laws, golden series."""

from pathlib import Path

import empyrical
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.funds.feature import BLOCKS, Feature
from fondo.funds.features import FEATURES, FeatureSet, feature_table
from fondo.funds.panel import Panel
from fondo.funds.within import rank_share, z_scores

LENGTH, N = 52, 9
# A17 of the digest: twelve weekly returns, repeated, cut at 104
GOLDEN = np.resize(
    [0.01, -0.02, 0.03, -0.01, 0.02, -0.03, 0.015, 0.005, -0.01, 0.02, 0.01, -0.005], 104
)
RATIOS = ("sharpe", "sortino", "calmar", "cagr", "max_drawdown", "total_return", "volatility")


def panel_of(nav, frequency="W", **more):
    days = np.datetime64("2015-01-02") + 7 * np.arange(len(nav))
    return Panel(days, np.array([f"F{i}" for i in range(nav.shape[1])]), nav, frequency, **more)


def market(n_dates=130, n_funds=N, seed=0, gaps=0.0):
    """Prices of funds in two groups that move with a market."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0.001, 0.02, (n_dates, 1))
    returns = common * rng.uniform(0.5, 1.5, n_funds) + rng.normal(0, 0.01, (n_dates, n_funds))
    nav = 100 * np.cumprod(1 + returns, axis=0)
    nav[rng.random(nav.shape) < gaps] = np.nan
    peer = np.broadcast_to(np.arange(n_funds) % 2, nav.shape).copy()
    return panel_of(
        nav, peer=peer, peer_names=("even", "odd"),
        cost=np.full(nav.shape, 0.01) + 0.001 * np.arange(n_funds),
        aum=1e6 * np.exp(rng.normal(0, 1, nav.shape)), flow=rng.normal(0, 1e4, nav.shape),
    )  # fmt: skip


def features_of(panel, end, length=LENGTH, **settings_):
    table = feature_table(panel, np.array([end]), [length], FeatureSet(**settings_))
    return dict(zip(table.names, table.values[0].T, strict=True))


def series(returns):
    """Prices from returns, one column a fund, from 1 on."""
    returns = np.atleast_2d(np.asarray(returns, float).T).T
    return panel_of(np.vstack([np.ones(returns.shape[1]), np.cumprod(1 + returns, axis=0)]))


def test_golden_series_of_the_digest():
    value = features_of(series(GOLDEN), 104, 104, features=RATIOS)
    assert value["cagr"][0] == pytest.approx(0.152462, abs=5e-7)
    assert value["max_drawdown"][0] == pytest.approx(-0.03, abs=1e-12)
    assert value["calmar"][0] == pytest.approx(5.082078, abs=5e-7)
    assert value["sharpe"][0] == pytest.approx(1.187874, abs=5e-7)
    assert value["sharpe"][0] == pytest.approx(empyrical.sharpe_ratio(GOLDEN, annualization=52))


def test_a_loss_in_the_first_period_is_a_drawdown():
    value = features_of(series([-0.1, *[0.02] * 12]), 13, 13, features=["max_drawdown"])
    assert value["max_drawdown"][0] == pytest.approx(-0.1)


def test_no_drawdown_makes_calmar_infinite_and_nothing_that_varies_has_no_sharpe():
    # a steady rise, a price that never moves, a rise of varying speed
    returns = np.stack([np.full(20, 0.01), np.zeros(20), np.linspace(0.001, 0.02, 20)], axis=1)
    value = features_of(series(returns), 20, 20, features=RATIOS)
    assert value["calmar"].tolist() == [np.inf, pytest.approx(np.nan, nan_ok=True), np.inf]
    assert np.isnan(value["sharpe"]).tolist() == [True, True, False]
    assert value["sortino"].tolist() == [np.inf, pytest.approx(np.nan, nan_ok=True), np.inf]
    assert value["max_drawdown"].tolist() == [0, 0, 0]


def test_periods_per_year_are_those_of_the_panel():
    nav = series(GOLDEN).nav
    by_month = panel_of(nav, "M")
    value = features_of(by_month, 104, 104, features=["sharpe", "cagr"])
    assert value["sharpe"][0] == pytest.approx(empyrical.sharpe_ratio(GOLDEN, annualization=12))
    assert value["cagr"][0] == pytest.approx(empyrical.cagr(GOLDEN, annualization=12))


def oracle(returns, others, whole, per_year=52):
    """What empyrical, scipy and pandas say of one fund and the rest of its group."""
    kept = returns[np.isfinite(returns)]
    with_others = np.isfinite(returns) & np.isfinite(others)
    r, g = returns[with_others], others[with_others]
    with_market = np.isfinite(returns) & np.isfinite(whole)
    m, rm = whole[with_market], returns[with_market]
    period_alpha = lambda a: (1 + a) ** (1 / per_year) - 1  # noqa: E731
    year = {"annualization": per_year}
    return {
        "mean_return": kept.mean() * per_year,
        "sharpe": empyrical.sharpe_ratio(kept, **year),
        "sortino": empyrical.sortino_ratio(kept, **year),
        "volatility": empyrical.annual_volatility(kept, **year),
        "downside_deviation": empyrical.downside_risk(kept, **year),
        "value_at_risk": empyrical.value_at_risk(kept, 0.05),
        "expected_shortfall": empyrical.conditional_value_at_risk(kept, 0.05),
        "tail_ratio": empyrical.tail_ratio(kept),
        "information_ratio": empyrical.excess_sharpe(r, g) * np.sqrt(per_year),
        "beta": empyrical.beta_aligned(r, g),
        "alpha": period_alpha(empyrical.alpha_aligned(r, g, **year)) * per_year,
        "market_beta": empyrical.beta_aligned(rm, m),
        "market_alpha": period_alpha(empyrical.alpha_aligned(rm, m, **year)) * per_year,
        "r_squared": stats.pearsonr(r, g).statistic ** 2,
        "tracking_error": np.std(r - g, ddof=1) * np.sqrt(per_year),
        "excess_return": empyrical.cum_returns_final(r) - empyrical.cum_returns_final(g),
        "skewness": stats.skew(kept),
        "kurtosis": stats.kurtosis(kept),
        "hit_rate": (kept > 0).mean(),
        "missing_share": 1 - len(kept) / len(returns),
        "autocorrelation": pd.Series(returns).autocorr(1),
    }


@pytest.mark.parametrize("gaps", [0.0, 0.05])
def test_features_agree_with_empyrical_scipy_and_pandas(gaps):
    panel = market(seed=4, gaps=gaps)
    end = int(np.flatnonzero(np.isfinite(panel.nav).all(axis=1))[-1])
    value = features_of(panel, end, min_history=0.5)
    window = panel.returns[end - LENGTH + 1 : end + 1]
    for fund in range(N):
        mates = [i for i in range(N) if i % 2 == fund % 2 and i != fund]
        rest = np.nanmean(window[:, mates], axis=1)
        whole = np.nanmean(np.delete(window, fund, axis=1), axis=1)
        for name, expected in oracle(window[:, fund], rest, whole).items():
            assert value[name][fund] == pytest.approx(expected, rel=1e-9, abs=1e-12), name


def test_paths_agree_with_empyrical_where_nothing_is_missing():
    panel = market(seed=5)
    value = features_of(panel, 100)
    for fund in range(N):
        r = panel.returns[49:101, fund]
        assert value["cagr"][fund] == pytest.approx(empyrical.cagr(r, annualization=52))
        assert value["total_return"][fund] == pytest.approx(empyrical.cum_returns_final(r))
        assert value["max_drawdown"][fund] == pytest.approx(empyrical.max_drawdown(r))
        assert value["calmar"][fund] == pytest.approx(empyrical.calmar_ratio(r, annualization=52))
        for months, weeks in ((1, 4), (3, 13), (6, 26), (12, 52)):
            expected = panel.nav[100, fund] / panel.nav[100 - weeks, fund] - 1
            assert value[f"momentum_{months}m"][fund] == pytest.approx(expected)


def test_money_without_risk_is_taken_off_every_return():
    panel = market(seed=6)
    value = features_of(panel, 100, risk_free=0.05)
    period = 1.05 ** (1 / 52) - 1
    r = panel.returns[49:101, 3]
    assert value["sharpe"][3] == pytest.approx(empyrical.sharpe_ratio(r, period, annualization=52))
    assert value["sortino"][3] == pytest.approx(
        empyrical.sortino_ratio(r, period, annualization=52)
    )
    rest = panel.returns[49:101, [1, 5, 7]].mean(axis=1)
    expected = empyrical.alpha_aligned(r, rest, period, annualization=52)
    assert value["alpha"][3] == pytest.approx(52 * ((1 + expected) ** (1 / 52) - 1))


def test_other_features_by_loops():
    panel = market(seed=7)
    value = features_of(panel, 100)
    path = np.log(panel.nav[48:101])
    assert value["age"].tolist() == [100 / 52] * N
    assert value["size"].tolist() == np.log(panel.aum[100]).tolist()
    np.testing.assert_allclose(value["flow"], panel.flow[49:101].sum(axis=0) / panel.aum[49])
    np.testing.assert_allclose(value["cost"], panel.cost[100])
    np.testing.assert_allclose(
        value["cost_rank"], rank_share(panel.cost[[100]], panel.peer[[100]])[0]
    )
    spread = [np.std(path[k:] - path[:-k], axis=0, ddof=1) for k in (1, 2, 4)]
    slope = [np.polyfit(np.log([1, 2, 4]), np.log([s[i] for s in spread]), 1)[0] for i in range(N)]
    np.testing.assert_allclose(value["hurst"], slope)
    best = np.zeros(N)
    for part in range(4):  # thirteen weeks each
        growth = panel.nav[100 - 13 * part] / panel.nav[87 - 13 * part]
        best += rank_share(growth[None], panel.peer[[100]])[0] >= 0.75
    np.testing.assert_allclose(value["consistency"], best / 4)
    np.testing.assert_allclose(
        value["return_rank"], rank_share((panel.nav[100] / panel.nav[48])[None], panel.peer[:1])[0]
    )


def test_consistency_counts_as_many_funds_as_a_label_wants():
    # of six funds the first quartile is two (1.5 rounded up) in each of the four parts
    rng = np.random.default_rng(1)
    nav = np.exp(rng.normal(0, 0.02, (60, 6)).cumsum(axis=0))
    value = features_of(panel_of(nav), 55, features=["consistency"])["consistency"]
    assert value.sum() == pytest.approx(2)


def test_a_fund_without_a_price_at_the_date_has_no_features():
    nav = np.exp(np.random.default_rng(1).normal(0, 0.02, (60, 2)).cumsum(axis=0))
    nav[55, 0], nav[54, 1] = np.nan, np.nan
    value = features_of(panel_of(nav), 55, features=["sharpe"])["sharpe"]
    assert np.isnan(value).tolist() == [True, False]


def test_a_random_walk_has_a_hurst_exponent_of_a_half():
    nav = np.exp(np.random.default_rng(0).normal(0, 0.01, (801, 40)).cumsum(axis=0))
    value = features_of(panel_of(nav), 800, 800, features=["hurst"])
    assert value["hurst"].mean() == pytest.approx(0.5, abs=0.02)


def test_a_price_that_is_not_made_anew_is_stale_and_a_young_fund_counts_its_years():
    # the price stays for 5 of 20 weeks; the second fund is born at row 5: 15 returns of 20
    nav = np.exp(np.arange(21)[:, None] * np.array([0.01, 0.02]))
    nav[8:13, 0] = nav[7, 0]
    nav[:5, 1] = np.nan
    value = features_of(panel_of(nav), 20, 20, min_history=0.7)
    assert value["stale_share"].tolist() == [0.25, 0]
    assert value["missing_share"].tolist() == [0, 0.25]
    assert value["age"].tolist() == [20 / 52, 15 / 52]
    assert value["cagr"][1] == pytest.approx(np.exp(0.02 * 52) - 1)
    few = features_of(panel_of(nav), 20, 20, min_history=0.8)
    assert np.isnan(few["cagr"]).tolist() == [False, True]


def test_funds_that_are_not_there_have_no_feature_and_harm_nobody():
    whole = market(70, n_funds=N, seed=9)
    nav = whole.nav.copy()
    nav[:, 0] = np.where(np.arange(70) < 69, np.nan, 1.0)  # not born yet
    nav[10:, 2] = np.nan  # dead since long
    nav[:64, 4] = np.nan  # just born
    panel = Panel(**{**vars_of(whole), "nav": nav})
    rest = panel.take(funds=[1, 3, 5, 6, 7, 8])
    for settings_ in ({}, {"composite": True}):
        value, alone = features_of(panel, 65, **settings_), features_of(rest, 65, **settings_)
        for name in value:
            assert np.isnan(value[name][[0, 2, 4]]).all(), name
        np.testing.assert_allclose(value[name][[1, 3, 5, 7]], alone[name][[0, 1, 2, 4]], rtol=1e-9)


quick = settings(max_examples=15)


@quick
@given(st.lists(st.floats(1e-3, 1e3), min_size=N, max_size=N))
def test_features_do_not_depend_on_the_unit_of_a_price(scale):
    panel = market(70, seed=1, gaps=0.02)
    other = Panel(**{**vars_of(panel), "nav": panel.nav * np.array(scale)})
    for name, value in features_of(other, 65).items():
        np.testing.assert_allclose(value, features_of(panel, 65)[name], rtol=1e-7, atol=1e-9)


@quick
@given(st.permutations(range(N)))
def test_features_do_not_depend_on_the_order_of_funds(order):
    panel = market(70, seed=1, gaps=0.02)
    here, there = features_of(panel, 65), features_of(panel.take(funds=order), 65)
    for name, value in here.items():
        np.testing.assert_allclose(there[name], value[order], rtol=1e-9, atol=1e-12)


@quick
@given(st.integers(55, 68), st.booleans(), st.integers(0, 99))
def test_nothing_after_a_date_changes_its_features(end, gone, seed):
    panel = market(70, seed=2, gaps=0.02)
    rng = np.random.default_rng(seed)
    later = panel.nav.copy()
    later[end + 1 :] = np.nan if gone else rng.permutation(later[end + 1 :])
    changed = {"nav": later} | {
        name: np.vstack([getattr(panel, name)[: end + 1], -1 * getattr(panel, name)[end + 1 :]])
        for name in ("cost", "aum", "flow")
    }
    ends = np.arange(53, end + 1)
    one = feature_table(panel, ends, [LENGTH])
    two = feature_table(Panel(**{**vars_of(panel), **changed}), ends, [LENGTH])
    assert one.values.tobytes() == two.values.tobytes()
    assert one.enough.tobytes() == two.enough.tobytes()


def vars_of(panel):
    return {name: getattr(panel, name) for name in panel.__dataclass_fields__}


def test_blocks_of_dates_change_no_value(monkeypatch):
    panel = market(130, seed=3, gaps=0.02)
    ends = np.arange(52, 130, 3)
    whole = feature_table(panel, ends, [LENGTH])
    monkeypatch.setattr("fondo.funds.features._BLOCK", 1)
    assert feature_table(panel, ends, [LENGTH]).values.tobytes() == whole.values.tobytes()


def test_another_look_back_changes_no_value_of_the_first():
    panel = market(130, seed=3)
    ends = np.array([60, 110])
    one = feature_table(panel, ends, [26])
    two = feature_table(panel, ends, [26, 104])
    assert two.names[: len(one.names)] == tuple(f"{name}_26" for name in one.names)
    np.testing.assert_array_equal(two.values[:, :, : len(one.names)], one.values)
    assert np.isnan(two.values[0, :, len(one.names) :]).all()  # 104 weeks before row 60 are none
    assert "momentum_12m" not in one.names  # twelve months do not fit into half a year


def test_composites_are_mean_scores_of_their_block_turned_to_better():
    panel = market(70, seed=8)
    names = ["sharpe", "cagr", "volatility", "max_drawdown", "cost"]
    single = features_of(panel, 65, features=names)
    blocks = features_of(panel, 65, features=names, composite=True)
    z = {name: z_scores(single[name][None], panel.peer[[65]])[0] for name in names}
    assert tuple(blocks) == ("cost", "performance", "risk")
    np.testing.assert_allclose(blocks["performance"], (z["sharpe"] + z["cagr"]) / 2)
    np.testing.assert_allclose(blocks["risk"], (z["max_drawdown"] - z["volatility"]) / 2)
    np.testing.assert_allclose(blocks["cost"], -z["cost"])


def test_every_feature_has_a_block_a_unit_and_a_formula():
    assert {feature.block for feature in FEATURES.values()} == set(BLOCKS)
    assert all(feature.unit and feature.formula for feature in FEATURES.values())
    assert all(name == feature.name for name, feature in FEATURES.items())
    bare = panel_of(market().nav)
    names = feature_table(bare, np.array([60]), [52]).names
    assert set(FEATURES) - set(names) == {"cost", "cost_rank", "size", "flow"}


def test_a_feature_of_ones_own_is_a_function_of_the_window():
    spread = Feature("range", "risk", "share", "max(r) - min(r)", lambda w: np.ptp(w.returns, 0))
    panel = market(70)
    value = features_of(panel, 65, features=["sharpe", spread])
    np.testing.assert_allclose(value["range"], np.ptp(panel.returns[14:66], axis=0))
    wrong = Feature("two", "risk", "none", "2", lambda w: np.ones(2))
    with pytest.raises(BadData, match=r"gives an array of shape \(2,\) for 9 funds"):
        features_of(panel, 65, features=[wrong])
    with pytest.raises(BadParameter, match="block='wealth'"):
        Feature("x", "wealth", "", "", lambda w: w)
    with pytest.raises(BadParameter, match="better='big'"):
        Feature("x", "risk", "", "", lambda w: w, better="big")


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"features": ["sharp"]}, "no such feature. Did you mean 'sharpe'"),
        ({"features": []}, "must be a list of one or more"),
        ({"features": "sharpe"}, "must be a list of one or more"),
        ({"features": ["sharpe", "sharpe"]}, "a name stands twice"),
        ({"features": ["size"]}, "the panel has no aum"),
        ({"features": ["momentum_12m"]}, "needs a look-back of 52 periods, not 20"),
        ({"min_history": 0}, "min_history=0"),
        ({"risk_free": 5}, "Give 0.02 for 2 % a year"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings_, words):
    with pytest.raises(BadParameter, match=words):
        features_of(panel_of(market().nav), 65, 20, **settings_)


def test_the_page_of_features_lists_each_with_its_unit_and_formula() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/fund-features.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(lines) == len(FEATURES)
    for feature in FEATURES.values():
        formula = feature.formula.replace("|", "&#124;")
        wanted = f"| `{feature.name}` | {feature.block} | {feature.unit} | {formula} | "
        assert wanted + f"{feature.better} |" in lines
