from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadParameter
from fondo.funds.dated import Dated
from fondo.funds.leak_meter import Leak
from fondo.funds.plan import BacktestPlan
from fondo.funds.report_findings import (
    chance,
    count,
    dated,
    ends,
    findings,
    model,
    round_or,
    scored,
    share,
    signed,
)
from fondo.funds.result import Backtest
from fondo.judge.intervals import Interval

NAN, INF = float("nan"), float("inf")
DASH, M = "\N{EN DASH}", "\N{MINUS SIGN}"
LEAK = Leak(0.6, 0.3, 0.25, 40, 30, 1.0)


def hand(
    years: int = 9, right: int = 6, *, groups: Sequence[str] = ("all",), **changes: Any
) -> Backtest:
    """Ten funds a group, a date a year from 2010; each year three of each are wanted.

    "logistic" always picks fund 0, which is wanted in the first `right` years and the worst in the
    others; the baselines always pick fund 9, which is never wanted.
    """
    rows = []
    for year, peer, fund in product(range(years), groups, range(10)):
        day, name = date(2010 + year, 1, 4), f"fund {fund} of {peer}"
        worst = fund == 0 and year >= right
        outcome = 0.0 if worst else 10.0 - fund
        wanted = not worst and fund < (3 if year < right else 4)
        rows.append(
            {
                "date": day, "label_end": day + timedelta(days=364), "fund": name, "parent": name,
                "peer": peer, "tested": True, "y": float(wanted), "outcome": outcome,
                "growth": outcome / 100, "volatility": 0.1, "tracking_error": 0.1, "past": 0.0,
                "score:logistic": 10.0 - fund, "chance:logistic": 0.2 if fund else 0.6,
                "cut:logistic": 0.5, "score:random": float(fund),
                "score:past_sharpe": float(fund),
            }
        )  # fmt: skip
    models = {
        "logistic": {
            "learns": True,
            "settings": {"ranker": "logistic", "k": None},
            "trials": [
                {"test": "2010", "settings": {"k": k}, "trained": 0.5 + k / 10,
                 "held": 0.4, "chosen": k == 1}
                for k in (1, 4)
            ],
        },
        "random": {"learns": False, "settings": {"ranker": "random"}, "trials": []},
        "past_sharpe": {"learns": False, "settings": {"ranker": "past_sharpe"}, "trials": []},
    }  # fmt: skip
    facts = {
        "versions": {"fondo": "9.9"},
        "data": {
            "sha256": "ab" * 32, "funds": 10 * len(groups), "ended": 2, "dates": 500,
            "first": "2009-01-02", "last": "2018-12-28", "frequency": "W",
            "groups": list(groups), "costs": False,
        },
        "plan": BacktestPlan().to_json(), "features": ["sharpe", "tail_ratio"], "overlap": 0.0,
        "sign": 1, "side": 1, "rows": 10 * years, "labels": 10 * years, "ledger": None,
        "tests": [
            {"first": f"{2010 + k}-01-04", "last": f"{2010 + k}-01-04", "learned": 10 * k,
             "tested": 10}
            for k in range(years)
        ],
    }  # fmt: skip
    return replace(Backtest(pl.DataFrame(rows), models, facts, LEAK), **changes)


def test_the_best_and_its_rival_are_found() -> None:
    told = findings(hand())
    assert told.best.name == "logistic"
    assert told.rival.name == "past_sharpe"
    assert [record.name for record in told.shown] == ["logistic", "past_sharpe"]
    assert told.groups == ["all"]
    assert told.moves is not None
    assert told.best.evidence.precision == pytest.approx(6 / 9)


def test_the_best_learned_model_is_shown_first() -> None:
    done = hand()
    rows = done.rows.with_columns(pl.col("score:random").alias("score:forest"))
    models = {"forest": {"learns": True, "settings": {}, "trials": []}} | done.models
    told = findings(replace(done, rows=rows, models=models))
    assert [record.name for record in told.shown] == ["logistic", "forest", "past_sharpe"]


def test_one_group_has_its_own_rows() -> None:
    done = hand(groups=("b", "a"))
    whole = findings(done)
    assert whole.groups == ["a", "b"]
    parts = [findings(done, peer) for peer in whole.groups]
    assert [part.best.picks.n for part in parts] == [9, 9]
    assert whole.best.picks.n == 18
    assert parts[0].moves is not None
    assert parts[0].moves.found.counts.sum() == 80  # ten funds at the first eight dates


def test_a_group_that_was_not_ranked_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"group_page\(peer='al'\): no fund of such a group"):
        findings(hand(), "al")


def test_numbers_are_written_for_a_person() -> None:
    assert [share(0.25), share(NAN), share(INF)] == ["0.250", DASH, DASH]
    assert [count(1552.0), count(589.013), count(NAN)] == ["1,552", "589.0", DASH]
    assert [chance(0.0123), chance(0.0004), chance(1.0), chance(NAN)] == [
        "0.012", "< 0.001", "1.000", DASH,
    ]  # fmt: skip
    assert [signed(0.0123), signed(-0.5), signed(-0.0001), signed(NAN)] == [
        "+0.012", f"{M}0.500", "0.000", DASH,
    ]  # fmt: skip
    assert ends(Interval(-0.1, 0.25, "")) == f"{M}0.100 to 0.250"
    assert ends(Interval(-INF, INF, "")) == "not known"
    assert scored(0.5, Interval(0.4, 0.6, "")) == ("0.500", "0.400 to 0.600")
    assert scored(NAN, Interval(0.0, 1.0, "")) == (DASH, "")
    assert round_or(2.6) == 3
    assert model("own_model") == "own model"


def test_a_dated_score_is_its_mean_and_interval() -> None:
    days = np.array(["2010-01-04", "2011-01-04", "2012-01-04"], "datetime64[D]")
    found = Dated("score", days, np.full(3, -0.1), 0.0)
    assert dated(found) == (f"{M}0.100", f"{M}0.100 to {M}0.100")
    assert dated(replace(found, values=np.full(3, NAN))) == (DASH, "not known")
