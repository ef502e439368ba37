"""`fondo predict`: a model's answers for the rows of a table, for pictures or sounds."""

from pathlib import Path

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_model, with_quiet, with_source
from fondo.cli.output import stage


@click.command("predict", cls=Command)
@with_model()
@with_source
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="CSV on standard output",
    help="Table to write, in the format its name ends in.",
)
@with_quiet
@with_json
def command(model: Path, source: str, out: Path | None, quiet: bool, as_json: bool) -> None:
    """Predict each row of a table, picture or sound with a trained model."""
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.predict import predict

        result = predict(model, source, out=out)
        for note in result.notes:
            speaker.say(f"Note: {note}")
        if out is None and not as_json:
            speaker.write(result.frame.write_csv())
            return
        speaker.answer(
            result.to_json(),
            lambda console: console.print(f"{result.frame.height:,} rows predicted: {out}"),
        )
