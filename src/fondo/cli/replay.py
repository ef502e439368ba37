"""`fondo replay`: train again from the receipt, and say whether every epoch came out the same."""

from pathlib import Path

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_model, with_quiet, with_source
from fondo.cli.output import OUR_FAULT, stage


@click.command("replay", cls=Command)
@with_model()
@with_source
@with_quiet
@with_json
def command(model: Path, source: str, quiet: bool, as_json: bool) -> None:
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
            raise click.exceptions.Exit(OUR_FAULT)
