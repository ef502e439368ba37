import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats

from fondo.errors import BadParameter
from fondo.funds.panel import Panel
from fondo.funds.universe import KINDS, Makeup, _ends, draw, draw_returns, make_universe, survivors

YEAR = 52


def weekly(panel: Panel) -> np.ndarray:
    return panel.returns[1:]


def yearly(panel: Panel) -> np.ndarray:
    """Return of each year (years, funds); a fund that ends earns the mean of the others after it.

    NaN where it had ended when the year began.
    """
    r = weekly(panel)
    filled = np.where(np.isfinite(r), r, np.nanmean(r, axis=1, keepdims=True))
    found = np.prod(1 + filled.reshape(-1, YEAR, r.shape[1]), axis=1) - 1
    return np.where(np.isfinite(panel.nav[1::YEAR]), found, np.nan)


def quarter(values: np.ndarray) -> np.ndarray:
    """Which values are in the first quartile."""
    return stats.rankdata(-values) <= 0.25 * len(values)


def persistence(panel: Panel) -> tuple[float, float, float]:
    """First-quartile share of last year's best and worst tenth, and the mean rank correlation."""
    winners, losers, ranks = [], [], []
    for past, after in itertools.pairwise(yearly(panel)[2:]):
        lived = np.isfinite(after)
        p, best = past[lived], quarter(after[lived])
        order, tenth = np.argsort(p), int(lived.sum() / 10)
        winners.append(best[order[-tenth:]].mean())
        losers.append(best[order[:tenth]].mean())
        ranks.append(stats.spearmanr(p, after[lived])[0])
    return float(np.mean(winners)), float(np.mean(losers)), float(np.mean(ranks))


def test_prices_start_at_a_hundred_and_come_each_friday() -> None:
    panel = make_universe("market", funds=7, years=3)
    assert panel.shape == (3 * YEAR + 1, 7)
    assert panel.frequency == "W"
    assert (panel.nav[0] == 100).all()
    assert panel.dates[0].astype(object).isoweekday() == 5
    assert set(np.diff(panel.dates).astype(int)) == {7}
    assert np.isnat(panel.dead_at).all()
    assert panel.peer is None
    assert panel.cost is None


def test_exchangeable_funds_have_two_per_cent_of_noise_and_nothing_in_common() -> None:
    r = weekly(make_universe("iid", funds=100, years=20, seed=1))  # 104,000 numbers
    assert r.std() == pytest.approx(0.02, rel=0.01)  # 4.6 standard errors
    assert r.mean() == pytest.approx(0, abs=4 * 0.02 / 322)
    between = np.corrcoef(r.T)[np.triu_indices(100, 1)]
    assert between.mean() == pytest.approx(0, abs=0.003)
    assert stats.kstest(r[:, 0] / 0.02, "norm").pvalue > 0.01


def test_the_market_has_the_stated_mean_and_spread_and_is_shared_by_all() -> None:
    universe = draw(Makeup.of("market"), funds=50, years=100, seed=2)
    r = weekly(universe.panel)
    assert universe.market.mean() == pytest.approx(0.0015, abs=4 * 0.022 / 72)
    assert universe.market.std() == pytest.approx(0.022, rel=0.04)
    rest = r - universe.market[:, None]
    assert rest.std() == pytest.approx(0.01, rel=0.01)
    # two funds share 2.2^2 of 2.2^2 + 1^2
    assert np.corrcoef(r.T)[0, 1:].mean() == pytest.approx(2.2**2 / (2.2**2 + 1), abs=0.02)


def test_covariances_are_those_of_market_style_and_own_noise() -> None:
    universe = draw(Makeup.of("style+volatility"), funds=12, years=100, seed=3)
    found = np.cov(weekly(universe.panel).T)
    said = 0.022**2 + 0.01**2 * np.outer(universe.loading, universe.loading)
    said += np.diag(universe.own_sd**2)
    variances = np.diag(said)
    error = np.sqrt((np.outer(variances, variances) + said**2) / (100 * YEAR))
    assert (np.abs(found - said) < 4.5 * error).all()


def test_volatility_differs_by_a_log_normal_factor() -> None:
    own = draw(Makeup.of("volatility"), funds=4000, years=1, seed=4).own_sd
    assert np.median(own) == pytest.approx(0.01, rel=0.05)
    assert np.log(own).std() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_only_skill_has_alpha(kind: str) -> None:
    universe = draw(Makeup.of(kind), funds=2000, years=1, seed=5)
    if kind == "skill":
        assert universe.alpha.std() == pytest.approx(0.001, rel=0.06)
        assert universe.alpha.mean() == pytest.approx(0, abs=4e-3 / np.sqrt(2000))
    else:
        assert not universe.alpha.any()


def test_a_part_that_is_added_leaves_the_others_as_they_were() -> None:
    market = weekly(make_universe("market", funds=5, years=4, seed=6))
    skilled = draw(Makeup.of("market+skill"), funds=5, years=4, seed=6)
    np.testing.assert_allclose(weekly(skilled.panel) - market, np.tile(skilled.alpha, (208, 1)))
    styled = draw(Makeup.of("style"), funds=5, years=4, seed=6)
    added = np.outer(styled.style, styled.loading)
    np.testing.assert_allclose(weekly(styled.panel) - market, added, atol=1e-12)


def test_bare_returns_are_those_of_the_panel() -> None:
    makeup = Makeup.of("style+skill+volatility", cost=0.02)
    prices = draw(makeup, funds=5, years=2, seed=7).panel
    np.testing.assert_allclose(draw_returns(makeup, 5, 2, 7), weekly(prices), atol=1e-14)


def test_words_may_stand_in_any_order() -> None:
    assert Makeup.of("skill+style+volatility") == Makeup.of("volatility+skill+market+style")
    assert Makeup.of("iid+skill").market_sd == 0


def test_the_seed_decides_every_price() -> None:
    kind, parts = "style+survivorship", {"groups": 3, "moves": 0.2, "births": 0.3, "cost": 0.02}
    first, again, other = (
        make_universe(kind, funds=30, years=8, seed=seed, **parts) for seed in (1, 1, 2)
    )
    assert first.nav.tobytes() == again.nav.tobytes()
    assert first.peer.tobytes() == again.peer.tobytes()
    assert not np.array_equal(first.nav, other.nav, equal_nan=True)
    drawn = [make_universe(funds=3, years=1, seed=np.random.default_rng(9)) for _ in range(2)]
    assert drawn[0].nav.tobytes() == drawn[1].nav.tobytes()


def test_costs_are_taken_from_the_returns() -> None:
    free = weekly(make_universe("market", funds=6, years=2, seed=7))
    panel = make_universe("market", funds=6, years=2, seed=7, cost=0.02)
    assert panel.cost is not None
    assert (panel.cost == panel.cost[0]).all()
    assert panel.cost.max() <= 0.02
    np.testing.assert_allclose(free - weekly(panel), np.tile(panel.cost[0] / YEAR, (104, 1)))


def test_funds_of_a_group_share_its_return() -> None:
    panel = make_universe("iid", funds=40, years=20, seed=8, groups=2, group_sd=0.02)
    assert panel.peer_names == ("group 1", "group 2")
    together = np.corrcoef(weekly(panel).T)
    same = np.equal.outer(panel.peer[0], panel.peer[0])
    off = ~np.eye(40, dtype=bool)
    assert together[same & off].mean() == pytest.approx(0.5, abs=0.03)  # equal variances
    assert together[~same].mean() == pytest.approx(0, abs=0.05)


def test_funds_change_group_as_often_as_asked_for_and_follow_the_new_one() -> None:
    panel = make_universe(
        "iid", funds=400, years=10, seed=9, groups=4, moves=0.1, own_sd=0.0, group_sd=0.02
    )
    left = (panel.peer[YEAR::YEAR] != panel.peer[:-1:YEAR]).mean()
    assert left == pytest.approx(0.1, abs=0.015)
    r, before = weekly(panel), panel.peer[:-1]
    moving = np.flatnonzero((panel.peer[1:] != before).any(axis=1))
    for week in (0, *moving[:5]):  # without noise, the return is that of the group it started in
        for group in range(4):
            assert np.ptp(r[week, before[week] == group]) < 1e-12


def test_the_worst_over_three_years_are_closed_by_hand() -> None:
    # Growth of 1 to 4 thousandths a week. A quarter of the living at each look, from week 156 on:
    # 1 of 4 (the slowest) at 156; 0.75 owed at 169; 1.5 at 182, so the next slowest; at 195 two
    # live, 0.5 + 0.5 = 1: the third. The look at 208 is the last week and does not count.
    logs = np.arange(209)[:, None] * np.array([0.002, 0.001, 0.004, 0.003])
    ended = _ends(logs, np.zeros(4, int), exits=1 - 0.75**4)
    assert ended.tolist() == [182, 156, 209, 195]


def test_young_funds_are_not_closed() -> None:
    logs = np.arange(209)[:, None] * np.array([0.002, 0.001])
    assert _ends(logs, np.array([0, 100]), exits=1 - 0.5**4).tolist() == [156, 209]


def test_as_many_funds_end_as_asked_for() -> None:
    panel = make_universe("survivorship", funds=400, years=15, seed=1)
    dead = ~np.isnat(panel.dead_at)
    assert dead.mean() == pytest.approx(1 - 0.92**12, abs=0.02)  # the first look is in year 3
    last = np.array([np.flatnonzero(np.isfinite(column))[-1] for column in panel.nav.T])
    assert (panel.dates[last[dead]] == panel.dead_at[dead]).all()
    assert (last[~dead] == 15 * YEAR).all()
    assert np.isfinite(panel.nav[:, ~dead]).all()


def test_a_panel_of_survivors_shows_a_persistence_that_is_not_there() -> None:
    found = []
    for seed in range(6):
        panel = make_universe("survivorship", funds=400, years=15, seed=seed)
        live = survivors(panel)
        extra = 52 * (np.nanmean(live.returns) - draw_mean(seed))
        found.append([*persistence(panel), *persistence(live), extra])
    winners, losers, _, _, losers_alive, ranks_alive, extra = np.mean(found, axis=0)
    assert winners == pytest.approx(0.247, abs=0.02)
    assert losers == pytest.approx(0.250, abs=0.02)
    assert 0.31 <= losers_alive <= 0.36  # measured elsewhere: 0.334
    assert -0.15 <= ranks_alive <= -0.08  # -0.115
    assert 0.01 <= extra <= 0.03  # of the return a year; 0.020


def draw_mean(seed: int) -> float:
    """Mean weekly return of all funds, had none been closed."""
    return float(np.nanmean(make_universe("market", funds=400, years=15, seed=seed).returns))


@settings(max_examples=20, deadline=None)
@given(
    st.sets(
        st.sampled_from(["market", "style", "volatility", "skill", "survivorship"]), min_size=1
    ),
    st.integers(1, 12),
    st.integers(1, 6),
    st.sampled_from([0.0, 0.5]),
)
def test_prices_are_there_from_birth_to_end_alone(
    kinds: set[str], funds: int, years: int, births: float
) -> None:
    panel = make_universe("+".join(sorted(kinds)), funds=funds, years=years, births=births)
    there = np.isfinite(panel.nav)
    first = there.argmax(axis=0)
    last = len(there) - 1 - there[::-1].argmax(axis=0)
    time = np.arange(len(there))[:, None]
    assert (there == ((time >= first) & (time <= last))).all()
    assert (panel.nav[first, np.arange(funds)] == 100).all()
    assert ((last == 52 * years) == np.isnat(panel.dead_at)).all()


def test_births_are_spread_over_the_years_before_the_last() -> None:
    panel = make_universe("market", funds=1000, years=5, seed=3, births=0.4)
    first = np.isfinite(panel.nav).argmax(axis=0)
    assert (first > 0).mean() == pytest.approx(0.4, abs=0.06)
    assert first.max() < 4 * YEAR
    assert first[first > 0].mean() == pytest.approx(2 * YEAR, rel=0.1)


@pytest.mark.parametrize(
    ("kind", "parts", "said"),
    [
        ("markets", {}, "'markets' is no kind of universe. Did you mean 'market'"),
        (None, {}, "no kind of universe"),
        ("", {}, "no kind of universe. Known: iid"),
        ("iid+market", {}, "'iid' is a universe without a market"),
        ("market", {"alpha": 0.1}, "no part of a universe is called so. Did you mean 'alpha_sd'"),
        ("market", {"own_sd": -0.1}, "own_sd must be a number in"),
        ("market", {"exits": 1.0}, "exits must be a number in"),
        ("market", {"own_sd": float("nan")}, "own_sd must be a number in"),
        ("market", {"funds": 0}, "funds must be a whole number of at least 1"),
        ("market", {"years": 1.5}, "years must be a whole number of at least 1"),
        ("market", {"groups": 101}, "at least as many funds as groups; there are 100"),
        ("market", {"seed": -1}, "seed must be a whole number of at least 0"),
        ("skill", {"alpha_sd": 0.2, "own_sd": 0.2, "seed": 1}, "a fund lost everything"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, parts: dict[str, float], said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        make_universe(kind, **parts)


def test_a_panel_without_survivors_says_so() -> None:
    panel = make_universe("survivorship", funds=30, years=15, seed=1, exits=0.5)
    dead = panel.take(funds=~np.isnat(panel.dead_at))
    with pytest.raises(BadParameter, match="no fund lives to the end"):
        survivors(dead)
