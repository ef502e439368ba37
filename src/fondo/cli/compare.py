"""`fondo compare`: two models on rows that neither was trained on."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet, with_source
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console


@click.command("compare", cls=Command)
@click.argument(
    "first", cls=Argument, metavar="MODEL", type=click.Path(path_type=Path), help="A model folder."
)
@click.argument(
    "second", cls=Argument, metavar="MODEL", type=click.Path(path_type=Path), help="Another one."
)
@with_source
@with_quiet
@with_json
def command(first: Path, second: Path, source: str, quiet: bool, as_json: bool) -> None:
    """Say whether one model is better than another.

    Both answer the same rows, which neither was trained on; the difference comes with its
    interval, and where that holds zero, they are not distinguishable.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.cli.found import show_compared
        from fondo.jobs.compare import compare

        result = compare(first, second, source)

        def show(console: "Console") -> None:
            show_compared(console, result)

        speaker.answer(result.to_json(), show)
