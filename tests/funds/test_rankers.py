"""fondo.funds.rankers: baselines rank by one number that was known."""

from dataclasses import replace

import numpy as np
import pytest
from tests.funds.conftest import FEW

from fondo.errors import BadData
from fondo.funds.labels import Label
from fondo.funds.rankers import BASELINES, Baseline
from fondo.funds.universe import make_universe
from fondo.funds.walk import make_walk


@pytest.fixture(scope="module")
def walk(skilled):
    return make_walk(skilled, FEW)


def test_each_ranks_the_tested_rows_and_no_other(walk) -> None:
    untested = np.setdiff1d(np.arange(len(walk.rows)), walk.tested)
    for name in set(BASELINES) - {"low_cost"}:
        found = Baseline(name).rank(walk)
        assert np.isfinite(found.scores[walk.tested]).all()
        assert np.isnan(found.scores[untested]).all()
        assert found.probability is None
        assert found.trials == []
        assert Baseline(name).settings() == {"ranker": name}


def test_past_figures_rank_as_they_are_and_calm_funds_first(walk) -> None:
    at = walk.tested
    np.testing.assert_array_equal(
        Baseline("past_sharpe").rank(walk).scores[at], walk.known["sharpe"][at]
    )
    np.testing.assert_array_equal(
        Baseline("low_volatility").rank(walk).scores[at], -walk.known["volatility"][at]
    )


def test_quartiles_tie_and_the_first_is_the_best(walk) -> None:
    scores = Baseline("past_quartile").rank(walk).scores
    cell = walk.cell
    mine = np.flatnonzero(cell == cell[walk.tested[0]])
    order = mine[np.argsort(-walk.known["past"][mine])]
    assert scores[order].tolist() == [0.0] * 6 + [-1.0] * 6 + [-2.0] * 6 + [-3.0] * 6


def test_where_funds_are_to_be_avoided_all_turn_round(skilled, walk) -> None:
    avoid = make_walk(skilled, replace(FEW, label=Label("sharpe", side="bottom")))
    at = walk.tested
    for name in ("past_sharpe", "low_volatility"):
        np.testing.assert_array_equal(
            Baseline(name).rank(avoid).scores[at], -Baseline(name).rank(walk).scores[at]
        )
    quartile = Baseline("past_quartile").rank(avoid).scores
    assert quartile[at][np.argmin(avoid.known["past"][at])] == 0.0


def test_drawn_numbers_hang_on_seed_date_and_fund_alone(skilled, walk) -> None:
    at = walk.tested
    once = Baseline("random").rank(walk).scores[at]
    shorter = make_walk(skilled.take(dates=slice(0, 470)), FEW)
    again = Baseline("random").rank(shorter).scores[shorter.tested]
    np.testing.assert_array_equal(once[: len(again)], again)
    other = make_walk(skilled, replace(FEW, seed=1))
    assert not np.array_equal(Baseline("random").rank(other).scores[at], once)


def test_costs_rank_where_they_are_known(walk) -> None:
    with pytest.raises(BadData, match="the panel has no costs"):
        Baseline("low_cost").rank(walk)
    dear = make_universe("market", funds=24, years=8, cost=0.03, seed=2)
    costly = make_walk(dear, FEW)
    np.testing.assert_array_equal(
        Baseline("low_cost").rank(costly).scores[costly.tested],
        -costly.known["cost"][costly.tested],
    )
