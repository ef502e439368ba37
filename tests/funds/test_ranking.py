"""fondo.funds.ranking: today's ranking is the one that the backtest would have made."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.funds.conftest import FEW, QUICK

from fondo.errors import BadData, BadParameter
from fondo.funds.backtests import backtest
from fondo.funds.ranking import rank


def test_at_the_first_date_of_a_year_it_is_the_backtest(skilled) -> None:
    done = backtest(skilled, [QUICK], plan=FEW, leak=False)
    first = done.facts["tests"][3]["first"]
    found = rank(skilled, first, QUICK, plan=FEW)
    assert str(found.date) == first
    rows = done.tested.filter(done.tested["date"].cast(str) == first)
    wanted = dict(zip(rows["fund"], rows["score:logistic"], strict=True))
    got = dict(zip(found.table["fund"], found.table["score"], strict=True))
    assert got == pytest.approx(wanted, rel=1e-12)


def test_prices_after_the_date_are_not_looked_at(skilled) -> None:
    t = 400
    nav = skilled.nav.copy()
    nav[t + 1 :] *= np.random.default_rng(0).uniform(0.1, 9, nav[t + 1 :].shape)
    ended = np.full(len(skilled.funds), "NaT", "datetime64[D]")
    ended[5] = skilled.dates[t + 9]
    other = replace(skilled, nav=nav, dead_at=ended)
    one, two = (rank(panel, skilled.dates[t], QUICK, plan=FEW) for panel in (skilled, other))
    assert one.table.equals(two.table)


def test_ranks_count_inside_the_group_from_the_best(skilled) -> None:
    found = rank(skilled, None, QUICK, plan=FEW)
    assert found.date == skilled.dates[-1]
    for peer in skilled.group_names:
        mine = found.table.filter(found.table["peer"] == peer)
        assert mine["rank"].to_list() == list(range(1, 25))
        assert mine["of"].to_list() == [24] * 24
        assert mine["score"].is_sorted(descending=True)
        assert mine["pick"].to_list() == [1.0, 1.0] + [0.0] * 22
        assert mine["chance"].is_between(0, 1).all()
    told = json.loads(json.dumps(found.to_json()))
    assert len(told["funds"]) == 48
    assert told["learned_from"]["rows"] > 500


def test_a_date_between_two_stands_for_the_one_before(skilled) -> None:
    day = skilled.dates[400]
    found = rank(skilled, day + 3, "past_sharpe", plan=FEW)
    assert found.date == day
    assert found.model == "past_sharpe"


def test_a_window_leaves_the_old_rows_out(skilled) -> None:
    found = rank(skilled, None, QUICK, plan=replace(FEW, window=1000))
    first = np.datetime64(found.facts["learned_from"]["first"])
    assert skilled.dates[-1] - first <= np.timedelta64(1000, "D")


def test_dates_that_cannot_be_are_named(skilled) -> None:
    with pytest.raises(BadParameter, match=r"funds.rank\(date='soon'\): must be a date"):
        rank(skilled, "soon")
    with pytest.raises(BadData, match=r"the panel runs from 2000-01-07 to 2009-12-25. Give a date"):
        rank(skilled, "1990-01-01")
    with pytest.raises(BadData, match="there are 0 labels, not of both kinds, to learn from"):
        rank(skilled, "2001-06-01", QUICK, plan=FEW)
    with pytest.raises(BadParameter, match="no such model"):
        rank(skilled, None, "oracle")
