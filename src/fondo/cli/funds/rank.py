"""`fondo funds rank`: the funds of one date, best first."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fondo.cli.funds.asked import panel_of, plan_of, with_plan
from fondo.cli.funds.options import notes_on
from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.tables import _line, _safe, _table, number, show_notes

if TYPE_CHECKING:
    from rich.console import Console


@click.command("rank", cls=Command)
@with_plan
@click.option("--date", metavar="DATE", show_default="the last", help="When to decide: 2020-01-31.")
@click.option(
    "--target", metavar="MEASURE", default="sharpe", show_default=True, help="What good means."
)
@click.option(
    "--model", metavar="M", default="logistic", show_default=True,
    help="logistic, forest, network, boosting or a baseline.",
)  # fmt: skip
@click.option(
    "--top", type=click.IntRange(1), metavar="N", default=5, show_default=True,
    help="Funds of each group that are shown.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the whole ranking (.csv, .parquet, ...).",
)  # fmt: skip
@with_seed
@with_quiet
@with_json
def command(quiet: bool, as_json: bool, **given: Any) -> None:
    """Rank the funds of a date by what had been learned until then.

    Prices after the date are not looked at. How far such rankings were right is what `fondo funds
    backtest` tells.
    """
    with stage(as_json, quiet) as speaker:
        plan = plan_of(given, given["target"])
        out = given["out"]

        from fondo.data.tables.read import write_table
        from fondo.funds.ranking import rank

        panel = panel_of(given)
        found = rank(panel, given["date"], given["model"], plan=plan)
        if out is not None:
            write_table(found.table, out)

        def show(console: "Console") -> None:
            show_notes(console, notes_on(panel))
            _show(console, found, given["top"])
            if out is not None:
                _line(console, "[bold]Ranking:[/] ", str(out))

        speaker.answer(found.to_json() | {"file": out}, show)


def _show(console: "Console", found: Any, top: int) -> None:
    """The first of each group."""
    told = found.facts["learned_from"]
    console.print(
        f"{found.date}, {found.model}: {found.table.height} funds ranked; learned from "
        f"{number(told['rows'])} rows of {told['first']} to {told['last']}."
    )
    table = _table("Best of each peer group")
    for name in ("group", "fund"):
        table.add_column(name)
    for name in ("rank", "of", "chance", "last year", "volatility"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in found.table.filter(found.table["rank"] <= top).iter_rows(named=True):
        numbers = (row["rank"], row["of"], row["chance"], row["past"], row["volatility"])
        table.add_row(_safe(row["peer"]), _safe(row["fund"]), *(number(value) for value in numbers))
    console.print(table)
