from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.funds.test_report_findings import DASH, hand

from fondo.funds import report_data as data
from fondo.funds.issues import Found
from fondo.funds.observations import LEFT_OUT
from fondo.funds.result import Backtest


def changed(part: str, **told: Any) -> Backtest:
    done = hand()
    return replace(done, facts=done.facts | {part: done.facts[part] | told})


def test_issues_are_counted_by_kind_and_by_what_was_done() -> None:
    found = Found()
    found.add("jump", "adjust", "a move near a factor", fund=np.array(["A", "A", "B"]))
    found.add("stale", "keep", "the same price", fund=np.array(["A"]))
    found.add("stale", "mask", "the same price", fund=np.array(["B"]))
    found.add("share_class", "keep", "a class of: A", fund="B")
    found.add("share_class", "keep", "a class of: C", fund="D")
    found.add("survivors_only", "keep", "no fund ever ends")
    head, rows = data.issues(replace(hand(), issues=found.table()))
    assert head == ["found in the prices", "done", "times", "funds", "why"]
    assert rows == [
        ["jump", "divided out", "3", "2", "a move near a factor"],
        ["share class", "kept", "2", "2", "a class of: A; and others alike"],
        ["stale", "kept", "1", "1", "the same price"],
        ["stale", "made missing", "1", "1", "the same price"],
        ["survivors only", "kept", "1", DASH, "no fund ever ends"],
    ]
    assert data.issues(hand())[1] == []


def test_rows_left_out_are_summed_by_reason() -> None:
    day = np.datetime64("2010-01-04").item()
    later = np.datetime64("2011-01-04").item()
    table = pl.DataFrame(
        [
            (day, None, None, "short_history", 3, "too few returns"),
            (later, None, None, "short_history", 4, "too few returns"),
            (day, "a", None, "small_group", 9, "fewer than 4 funds"),
        ],
        schema=LEFT_OUT, orient="row",
    )  # fmt: skip
    head, rows = data.left_out(replace(hand(), left_out=table))
    assert head[0] == "left out"
    assert rows == [
        ["small group", "9", "1", "fewer than 4 funds"],
        ["short history", "7", "2", "too few returns"],
    ]
    assert data.left_out(hand())[1] == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [("peer_mean", "mean of its group"), ("loser", "ranks last"), ("leave_out", "too good")],
)
def test_funds_that_ended_are_told_with_the_rule(rule: str, words: str) -> None:
    plan = hand().facts["plan"]
    text = data.ended(changed("plan", label=plan["label"] | {"dead": rule}))
    assert text.startswith("2 of the 10 funds ended before the last date (20\N{NO-BREAK SPACE}%)")
    assert words in text


def test_survivors_only_are_a_warning() -> None:
    assert "survivors only" in data.ended(changed("data", ended=0))


def test_the_manifest_is_enough_to_run_again() -> None:
    done = hand()
    told = data.manifest(done)
    assert told["fondo"] == "9.9"
    assert told["data (SHA-256)"] == "ab" * 32
    assert told["funds"] == "10, 2 of which ended"
    assert told["prices"] == "weekly, 500 dates, 2009-01-02 to 2018-12-28"
    assert told["rows"] == "90, 90 with a label"
    assert told["seed"] == "0"
    assert told["label: measure"] == "sharpe"
    assert told["look back"] == "usual"
    plan = done.facts["plan"]
    assert len([name for name in told if name.startswith("label: ")]) == len(plan["label"])
    for name in plan:
        assert name in ("label", "features") or name.replace("_", " ") in told
    assert data.features(done) == "2 features: sharpe, tail ratio."


def test_tests_and_models_have_their_rows() -> None:
    head, rows = data.tests(hand(2))
    assert head == ["test", "from", "to", "learned from", "ranked"]
    assert rows[1] == ["2011", "2011-01-04", "2011-01-04", "10", "10"]
    _, rows = data.models(hand())
    assert rows[0] == ["logistic regression", "logistic", "learns", "as usual"]
    assert rows[2] == ["past Sharpe", "past_sharpe", "baseline", "as usual"]
