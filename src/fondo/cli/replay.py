"""`fondo replay`: train again from the receipt, and say whether every epoch came out the same."""

import typer

from fondo.cli.options import Json, Model, Quiet, Source
from fondo.cli.output import OUR_FAULT, stage


def command(model: Model, source: Source, quiet: Quiet = False, as_json: Json = False) -> None:
    """Train a model again and compare it epoch by epoch.

    Settings and seed come from the model's receipt; SOURCE is the data it was trained on. Ends
    with exit code 1 where they differ, and says at which epoch they first did.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.cli.progress import Bar
        from fondo.jobs.replay import replay

        with Bar(speaker.console()) as bar:
            result = replay(model, source, callbacks=(bar,))
        speaker.answer(result.to_json(), lambda console: console.print(result.where, markup=False))
        if not result.identical:
            raise typer.Exit(OUR_FAULT)
