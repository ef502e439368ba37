"""fondo.funds.backtests: no look-ahead, the same bytes again, every trial written down."""

from dataclasses import replace

import numpy as np
import pytest
from tests.funds.conftest import FEW, QUICK, SMALL

from fondo.errors import BadData, BadParameter
from fondo.funds.backtests import backtest
from fondo.funds.labels import Label
from fondo.funds.learned import Boosting, Forest
from fondo.funds.ledger import Ledger
from fondo.funds.picks import selective_precision
from fondo.funds.plan import BacktestPlan
from fondo.funds.record import Record
from fondo.funds.universe import make_universe


def precision(done, name: str) -> tuple[float, float]:
    rows = done.tested
    found = selective_precision(done.column(name), rows["y"], rows["date"], rows["peer"])
    return found.precision, found.base_rate


def test_skill_is_found_by_every_model_and_not_by_chance(done) -> None:
    assert done.learned == ["logistic", "forest", "network"]
    assert done.baselines == ["random", "past_sharpe", "past_quartile", "low_volatility"]
    for name in done.learned:
        found, base = precision(done, name)
        assert found > base + 0.25
    assert precision(done, "random")[0] < 0.40


@pytest.fixture(scope="module")
def boosted(skilled):
    """Boosted trees, which `done` does without."""
    return backtest(skilled, [Boosting()], plan=FEW, leak=False)


@pytest.mark.parametrize("what", ["shuffled", "missing"])
def test_what_comes_after_a_date_changes_nothing_before_it(
    skilled, done, boosted, what: str
) -> None:
    """A13: features, fitted models and scores of dates up to t are the same bytes."""
    t = int(np.searchsorted(skilled.dates, np.datetime64("2008-01-15")))
    nav = skilled.nav.copy()
    if what == "missing":
        nav[t + 1 :] = np.nan
        nav[t + 1 :, 0] = skilled.nav[t + 1 :, 0]  # one fund lives on, so that the dates do
    else:
        random = np.random.default_rng(0)
        steps = np.log(nav[t + 1 :] / nav[t:-1])
        nav[t + 1 :] = nav[t] * np.exp(np.cumsum(random.permuted(steps, axis=0), axis=0))
    other = replace(skilled, nav=nav)
    again = backtest(other, [QUICK, Forest(draws=1), SMALL, Boosting()], plan=FEW, leak=False)
    until = skilled.dates[t].item()
    before = done.tested.filter(done.tested["date"] <= until)
    found = again.tested.filter(again.tested["date"] <= until)
    assert found.height == before.height > 300
    for name in ("logistic", "forest", "network", *done.baselines):
        wanted = before[f"score:{name}"].to_numpy()
        assert found[f"score:{name}"].to_numpy().tobytes() == wanted.tobytes(), name
    rows = boosted.tested.filter(boosted.tested["date"] <= until)["score:boosting"].to_numpy()
    assert found["score:boosting"].to_numpy().tobytes() == rows.tobytes()


def test_the_next_price_is_not_known_yet(skilled) -> None:
    """A13: scores at t do not use the price of the next week."""
    other = skilled.nav.copy()
    t = 16 * 26
    date = skilled.dates[t]
    other[t + 1] *= np.random.default_rng(1).uniform(0.5, 2.0, other.shape[1])
    one, two = (
        backtest(replace(skilled, nav=nav), [QUICK], plan=FEW, leak=False)
        for nav in (skilled.nav, other)
    )
    at = one.rows["date"].to_numpy() == date
    assert at.sum() == 48
    assert one.rows["tested"].to_numpy()[at].all()
    for column in ("volatility", "past", "score:logistic", "score:past_sharpe"):
        np.testing.assert_array_equal(
            one.rows[column].to_numpy()[at], two.rows[column].to_numpy()[at]
        )
    assert not np.array_equal(
        one.rows["outcome"].to_numpy()[at], two.rows["outcome"].to_numpy()[at]
    )


def test_the_same_seed_gives_the_same_bytes(skilled, done) -> None:
    """A22."""
    again = backtest(skilled, [QUICK, Forest(draws=1), SMALL], plan=FEW, leak=False)
    assert again.rows.equals(done.rows)
    assert again.facts["data"]["sha256"] == done.facts["data"]["sha256"]
    other = backtest(skilled, [Forest(draws=1)], plan=replace(FEW, seed=1), leak=False)
    assert not np.array_equal(other.column("forest"), done.column("forest"))


def test_another_horizon_beside_changes_no_result(skilled, done) -> None:
    """A22: each horizon is a backtest of its own, so adding one leaves the others as they are."""
    backtest(skilled, [QUICK], plan=replace(FEW, horizon=26), leak=False)
    again = backtest(skilled, [QUICK], plan=replace(FEW, horizon=52), leak=False)
    np.testing.assert_array_equal(again.column("logistic"), done.column("logistic"))


def test_bottom_labels_find_the_funds_to_avoid(skilled) -> None:
    avoid = replace(FEW, label=Label("sharpe", side="bottom"))
    bad = backtest(skilled, [QUICK], plan=avoid, leak=False)
    found, base = precision(bad, "logistic")
    assert found > base + 0.25
    assert Record(bad, "logistic").spread.mean > 0.05  # the others did better
    assert Record(bad, "logistic").rank_ic.mean > 0.2


def test_every_trial_is_written_down(skilled, tmp_path) -> None:
    place = tmp_path / "trials.sqlite"
    first = backtest(skilled, [QUICK], plan=FEW, ledger=place, leak=False)
    with Ledger(place) as book:
        trials = book.trials()
        outer = [trial for trial in trials if "precision" in trial.scores]
        inner = [trial for trial in trials if "inner_precision" in trial.scores]
        assert [t.settings["ranker"] for t in outer] == list(first.models)
        assert [t.split for t in inner] == [
            f"inner folds before {t['test']}" for t in first.models["logistic"]["trials"]
        ]
        assert {trial.data for trial in trials} == {first.facts["data"]["sha256"]}
        assert first.facts["ledger"]["digest"] == book.digest
    assert first.facts["ledger"]["trials"] == 5
    # the same again is no new look; other settings are
    again = backtest(skilled, [QUICK], plan=FEW, ledger=place, leak=False)
    assert again.facts["ledger"]["trials"] == 5
    more = backtest(skilled, [replace(QUICK, k=7)], plan=FEW, ledger=place, leak=False)
    assert more.facts["ledger"]["trials"] == 6


def test_the_leak_meter_shows_what_shuffling_makes_of_nothing() -> None:
    nothing = make_universe("style", funds=40, years=8, seed=3)
    done = backtest(nothing, [], plan=BacktestPlan(step=4))
    assert done.leak is not None
    assert done.leak.shuffled > done.leak.purged + 0.15
    assert done.leak.flagged


def test_a_date_with_one_group_that_vanishes_and_a_tiny_one() -> None:
    panel = make_universe("market", funds=30, years=8, seed=4)
    peer = np.zeros(panel.shape, np.int64)
    peer[:, :3] = 1  # three funds: no label
    peer[:300, 3:12] = 2  # nine that are moved to the first group later
    grouped = replace(panel, peer=peer, peer_names=("large", "tiny", "gone"))
    for groups in ("together", "dummies", "apart"):
        done = backtest(grouped, [QUICK], plan=replace(FEW, groups=groups), leak=False)
        rows = done.tested
        large = (rows["peer"] == "large").to_numpy()
        assert np.isfinite(done.column("logistic")[large]).all()
        tiny = (rows["peer"] == "tiny").to_numpy()
        assert np.isnan(rows["y"].to_numpy()[tiny]).all()
        kinds = set(done.left_out["kind"])
        assert "small_group" in kinds


def test_equal_returns_and_infinite_calmar_are_ranked_by_rule() -> None:
    panel = make_universe("market", funds=24, years=8, seed=5)
    nav = panel.nav.copy()
    nav[:, 0] = 1.0  # never moves: no Sharpe ratio
    nav[:, 1] = np.exp(0.001 * np.arange(len(nav)))  # never falls: Calmar infinite
    done = backtest(
        replace(panel, nav=nav), [QUICK], plan=replace(FEW, label=Label("calmar")), leak=False
    )
    rows = done.tested
    assert np.isfinite(done.column("logistic")).all()
    riser = (rows["fund"] == panel.funds[1]).to_numpy()
    assert (rows["y"].to_numpy()[riser] == 1).all()


def test_a_third_missing_is_ranked_where_there_is_enough() -> None:
    panel = make_universe("market+skill", funds=40, years=8, alpha_sd=0.002, seed=6)
    nav = np.where(np.random.default_rng(0).random(panel.shape) < 0.3, np.nan, panel.nav)
    plan = replace(FEW, features=replace(FEW.features, min_history=0.3),
                   label=Label(min_history=0.3))  # fmt: skip
    done = backtest(replace(panel, nav=nav), [QUICK], plan=plan, leak=False)
    found, base = precision(done, "logistic")
    assert found > base + 0.1
    with pytest.raises(BadData, match="at no decision date does a fund have a price and enough"):
        backtest(replace(panel, nav=nav), [QUICK], plan=FEW, leak=False)


def test_columns_are_asked_for_by_the_name_of_a_model(done) -> None:
    with pytest.raises(BadParameter, match=r"no such model. Did you mean 'logistic'"):
        done.column("logistik")
    assert np.isnan(done.column("random", kind="chance")).all()


def test_one_fund_cannot_be_ranked() -> None:
    panel = make_universe("market", funds=4, years=8)
    with pytest.raises(BadData):
        backtest(panel.take(funds=[0]), [QUICK], plan=FEW, leak=False)
