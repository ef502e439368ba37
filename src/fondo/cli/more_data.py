"""`fondo more-data`: what doubling the rows of a table would buy."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fondo.cli.line import Command
from fondo.cli.options import (
    parse_settings,
    pool_of,
    with_json,
    with_on,
    with_quiet,
    with_seed,
    with_source,
)
from fondo.cli.output import stage
from fondo.cli.tables import _line, _table, interval, number, show_notes
from fondo.errors import BadParameter

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


@click.command("more-data", cls=Command)
@with_source
@click.option("--target", metavar="COLUMN", show_default="a sample's own", help="What to predict.")
@click.option(
    "--repeats",
    type=int,
    metavar="N",
    default=5,
    show_default=True,
    help="How often the rows are dealt anew.",
)
@click.option(
    "--sizes",
    metavar="N,N,...",
    show_default="five, from a sixteenth of the rows",
    help="Rows of the nested subsets.",
)
@with_on
@click.option("--task", metavar="T", show_default="guessed", help="Which task.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for a page with the curves, more-data.html.",
)
@click.option("--set", "settings", multiple=True, metavar="key=value", help="As for `fondo train`.")
@click.option(
    "--test",
    type=float,
    metavar="SHARE",
    default=0.2,
    show_default=True,
    help="Share of rows to judge on.",
)
@click.option("--group", metavar="COLUMN", help="Rows that share a value here are never parted.")
@click.option("--time", metavar="COLUMN", help="The latest rows by this column judge.")
@click.option("--weight", metavar="COLUMN", help="How much each row counts in training.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="Column to leave out.")
@with_seed
@with_quiet
@with_json
def command(settings: tuple[str, ...], quiet: bool, as_json: bool, **given: Any) -> None:
    """Say what more rows of the same kind would buy.

    Nested subsets of the rows are fitted and judged, dealt anew in each repeat; a curve through
    their scores foretells twice the rows, with an interval.
    """
    with stage(as_json, quiet) as speaker:
        chosen, sizes = parse_settings(settings), _sizes(given["sizes"])

        from fondo.jobs.asked import Asked
        from fondo.jobs.more_data import more_data
        from fondo.search.more_data import MoreDataPlan

        names = ("source", "target", "task", "group", "time", "weight", "drop")
        job = Asked(settings=chosen, **{name: given[name] for name in names})
        kept = {name: given[name] for name in ("repeats", "test", "seed")}
        with pool_of(given["on"]) as pool:
            plan = MoreDataPlan(sizes, heard=speaker.say, on=pool, **kept)
            result = more_data(job, plan=plan, out=given["out"], say=speaker.say)

        speaker.answer(result.to_json(), lambda console: _show(console, result))


def _sizes(text: str | None) -> tuple[int, ...] | None:
    """Sizes written as `100,200,400`."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() for part in parts):
        raise BadParameter(
            f"fondo(--sizes {text}): sizes must be whole numbers of rows with commas between them. "
            "For example --sizes 100,200,400,800."
        )
    return tuple(int(part) for part in parts)


def _show(console: "Console", result: Any) -> None:
    """A table of sizes, the notes, and the answer."""
    found = result.found
    _line(console, f"[bold]{result.task}[/]: ", result.why)
    console.print(
        f"Rows: {number(found.sizes[-1])} to learn from, {number(found.n_test)} to judge on, dealt "
        f"{found.repeats} times ({found.dealt})."
    )
    for curve in found.curves:
        console.print(_sizes_table(curve))
    show_notes(console, result.notes)
    _line(console, "[bold]Verdict:[/] ", found.verdict)
    if result.page is not None:
        _line(console, "[bold]Page:[/] ", str(result.page))
    console.print(f"{found.seconds:.1f} seconds.")


def _sizes_table(curve: Any) -> "Table":
    lower = None if curve.higher_is_better else "Lower is better."
    table = _table(f"{curve.name} by rows", lower)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column(curve.name, justify="right", style="bold")
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("on the curve", justify="right")
    table.add_column("naive", justify="right")
    for row in curve.table():
        table.add_row(
            f"{number(row['rows'])}{' (foretold)' if row['foretold'] else ''}",
            number(row["value"]),
            interval(row["low"], row["high"]),
            number(row["curve"]),
            number(row["naive"]),
        )
    return table
