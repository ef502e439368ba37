"""`fondo evaluate`: how good a model is on the rows of a table."""

from typing import TYPE_CHECKING, Annotated

import typer

from fondo.cli.options import Json, Model, Source
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console

Train = Annotated[
    str | None,
    typer.Option(
        metavar="SOURCE",
        show_default=False,
        help="The training rows: then classic models are compared and leaks looked for.",
    ),
]


def command(model: Model, source: Source, train: Train = None, as_json: Json = False) -> None:
    """Score a model on a table, beside what a fool would score.

    The table must hold the target column.
    """
    with stage(as_json) as speaker:
        from fondo.cli.tables import show_evaluation, show_notes
        from fondo.jobs.evaluate import evaluate

        result = evaluate(model, source, train=train)

        def show(console: "Console") -> None:
            show_evaluation(console, result.evaluation, sought=train is not None)
            show_notes(console, result.notes)

        speaker.answer(result.to_json(), show)
