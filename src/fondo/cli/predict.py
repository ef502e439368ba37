"""`fondo predict`: a model's answers for the rows of a table."""

from pathlib import Path
from typing import Annotated

import typer

from fondo.cli.options import Json, Model, Source
from fondo.cli.output import stage

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        show_default="CSV on standard output",
        help="Table to write, in the format its name ends in.",
    ),
]


def command(model: Model, source: Source, out: Out = None, as_json: Json = False) -> None:
    """Predict each row of a table with a trained model."""
    with stage(as_json) as speaker:
        from fondo.jobs.predict import predict

        result = predict(model, source, out=out)
        if out is None and not as_json:
            speaker.write(result.frame.write_csv())
            return
        speaker.answer(
            result.to_json(),
            lambda console: console.print(f"{result.frame.height:,} rows predicted: {out}"),
        )
