"""`fondo explain`: what a model looks at, in all and row by row."""

from typing import TYPE_CHECKING, Annotated

import typer

from fondo.cli.options import Json, Model, Source, parse_rows
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console

Rows = Annotated[
    str,
    typer.Option(metavar="0,1,2", help="Rows to give reasons for; the first row of data is 0."),
]


def command(model: Model, source: Source, rows: Rows = "0,1,2", as_json: Json = False) -> None:
    """Say which columns matter, and why single rows are predicted so."""
    with stage(as_json) as speaker:
        wanted = parse_rows(rows)

        from fondo.cli.tables import show_importances, show_notes, show_reasons
        from fondo.jobs.explain import explain

        result = explain(model, source, rows=wanted)

        def show(console: "Console") -> None:
            show_importances(console, result.importances)
            show_reasons(console, result.predictions, result.reasons, result.rows)
            show_notes(console, result.notes)

        speaker.answer(result.to_json(), show)
