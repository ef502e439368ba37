"""What a backtest rests on, in words: prices found wrong, rows left out, funds that ended, plan.

Sentences and table rows, no markup.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from fondo.funds.report_findings import Cell, Grid, model
from fondo.funds.report_proofs import settings
from fondo.funds.result import Backtest
from fondo.report.scales import MISSING, number, percent

DONE = {
    "keep": "kept",
    "mask": "made missing",
    "drop": "left out",
    "adjust": "divided out",
    "dead_at": "ended there",
}
FREQUENCIES = {"D": "daily", "W": "weekly", "M": "monthly"}
_DEAD = {
    "peer_mean": "its money earns the mean of its group from its last price on",
    "loser": "it ranks last",
    "leave_out": "it gets no label, which makes results look too good",
}


def issues(done: Backtest) -> Grid:
    """A row for each kind of thing found in the prices and what was done; the most first."""
    head = ["found in the prices", "done", "times", "funds", "why"]
    table = done.issues
    if table.height == 0:
        return head, []
    counted = (
        table.group_by("kind", "done")
        .agg(
            pl.len().alias("times"),
            pl.col("fund").drop_nulls().n_unique().alias("funds"),
            pl.col("reason").min().alias("reason"),
            pl.col("reason").n_unique().alias("reasons"),
        )
        .sort("times", "kind", "done", descending=[True, False, False])
    )
    rows: list[list[Cell]] = []
    for kind, what, times, funds, reason, reasons in counted.iter_rows():
        more = "; and others alike" if reasons > 1 else ""
        rows.append(
            [_plain(kind), DONE.get(what, what), number(times), number(funds) if funds else MISSING,
             f"{reason}{more}"]
        )  # fmt: skip
    return head, rows


def left_out(done: Backtest) -> Grid:
    """A row for each reason why fund and date have no row or no label."""
    head = ["left out", "rows", "dates", "why"]
    table = done.left_out
    if table.height == 0:
        return head, []
    counted = (
        table.group_by("kind")
        .agg(
            pl.col("rows").sum().alias("total"),
            pl.col("date").drop_nulls().n_unique().alias("dates"),
            pl.col("reason").min().alias("reason"),
        )
        .sort("total", "kind", descending=[True, False])
    )
    return head, [
        [_plain(kind), number(total), number(dates), reason]
        for kind, total, dates, reason in counted.iter_rows()
    ]


def _plain(kind: Any) -> str:
    return str(kind).replace("_", " ")


def ended(done: Backtest) -> str:
    """How many funds ended, and how that was judged."""
    data, label = done.facts["data"], done.facts["plan"]["label"]
    funds, gone = int(data["funds"]), int(data["ended"])
    if not gone:
        return (
            f"None of the {number(funds)} funds ever ends: these look like survivors only, among "
            "whom past losers look better than they were."
        )
    rule = _DEAD.get(label["dead"], str(label["dead"]))
    return (
        f"{number(gone)} of the {number(funds)} funds ended before the last date "
        f"({percent(gone / funds)}); they are ranked for as long as they lived. A fund that ends "
        f"within a label window: {rule}."
    )


def manifest(done: Backtest) -> dict[str, object]:
    """What is needed to do the run again."""
    facts = done.facts
    data, plan = facts["data"], facts["plan"]
    told: dict[str, object] = {
        **{str(name): str(value) for name, value in facts.get("versions", {}).items()},
        "data (SHA-256)": data.get("sha256"),
        "funds": f"{number(data['funds'])}, {number(data['ended'])} of which ended",
        "prices": f"{FREQUENCIES.get(data['frequency'], data['frequency'])}, "
        f"{number(data['dates'])} dates, {data['first']} to {data['last']}",
        "peer groups": number(len(data["groups"])),
        "costs": "known" if data.get("costs") else "not known",
        "rows": f"{number(facts.get('rows'))}, {number(facts.get('labels'))} with a label",
        "overlap of neighbouring feature windows": percent(facts.get("overlap")),
    }
    return told | dict(_settings(plan))


def _settings(plan: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Every setting of the plan by its own name, so that it can be given again."""
    for name, value in plan.items():
        if isinstance(value, dict):
            for inner, given in value.items():
                if not (name == "features" and inner == "features"):
                    yield f"{name}: {_plain(inner)}", _written(given)
        else:
            yield _plain(name), _written(value)


def _written(value: object) -> str:
    return "usual" if value is None else str(value)


def features(done: Backtest) -> str:
    """What models see, by name."""
    names = [str(name).replace("_", " ") for name in done.facts.get("features", [])]
    return f"{number(len(names))} features: {', '.join(names) or 'none'}."


def tests(done: Backtest) -> Grid:
    """A row for each test: its dates, and how many rows were learned from and ranked."""
    head = ["test", "from", "to", "learned from", "ranked"]
    return head, [
        [
            str(each["first"])[:4], each["first"], each["last"], number(each["learned"]),
            number(each["tested"]),
        ]
        for each in done.facts["tests"]
    ]  # fmt: skip


def models(done: Backtest) -> Grid:
    """A row for each model: its name as an option, and its settings."""
    head = ["model", "option", "kind", "settings"]
    return head, [
        [
            model(name), name, "learns" if told["learns"] else "baseline",
            settings({k: v for k, v in told["settings"].items() if k != "ranker"}),
        ]
        for name, told in done.models.items()
    ]  # fmt: skip
