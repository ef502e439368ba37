"""`fondo explain`: what a model looks at, in all and row by row."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Command
from fondo.cli.options import parse_rows, with_json, with_model, with_quiet, with_source
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console


@click.command("explain", cls=Command)
@with_model
@with_source
@click.option(
    "--rows",
    metavar="0,1,2",
    default="0,1,2",
    show_default=True,
    help="Rows to give reasons for; the first row of data is 0.",
)
@with_quiet
@with_json
def command(model: Path, source: str, rows: str, quiet: bool, as_json: bool) -> None:
    """Say which columns matter, and why single rows are predicted so."""
    with stage(as_json, quiet) as speaker:
        wanted = parse_rows(rows)

        from fondo.cli.tables import show_importances, show_notes, show_reasons
        from fondo.jobs.explain import explain

        result = explain(model, source, rows=wanted)

        def show(console: "Console") -> None:
            show_importances(console, result.importances)
            show_reasons(console, result.predictions, result.reasons, result.rows)
            show_notes(console, result.notes)

        speaker.answer(result.to_json(), show)
