"""`fondo evaluate`: how good a model is on the rows of a table."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_model, with_quiet, with_source
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console


@click.command("evaluate", cls=Command)
@with_model()
@with_source
@click.option(
    "--train",
    metavar="SOURCE",
    help="The training rows: then classic models are compared and leaks looked for.",
)
@with_quiet
@with_json
def command(model: Path, source: str, train: str | None, quiet: bool, as_json: bool) -> None:
    """Score a model on a table, pictures or sounds, beside what a fool would score.

    The table must hold the target column.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.cli.tables import show_diagnosis, show_evaluation, show_notes
        from fondo.jobs.evaluate import evaluate

        result = evaluate(model, source, train=train)

        def show(console: "Console") -> None:
            show_evaluation(console, result.evaluation, sought=train is not None)
            show_diagnosis(console, result.diagnosis)
            show_notes(console, result.notes)

        speaker.answer(result.to_json(), show)
