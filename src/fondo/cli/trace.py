"""`fondo trace`: one row through a network, number by number."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console


@click.command("trace", cls=Command)
@click.argument(
    "model",
    cls=Argument,
    metavar="MODEL",
    type=click.Path(path_type=Path),
    help="The model folder that `fondo train` wrote, or a .keras file.",
)
@click.argument(
    "source",
    cls=Argument,
    metavar="SOURCE",
    help="A table or sample:NAME; for a .keras file also .npy or .npz.",
)
@click.option(
    "--row",
    type=click.IntRange(min=0),
    metavar="K",
    default=0,
    show_default=True,
    help="Which row; the first row of data is 0.",
)
@click.option("--backward", is_flag=True, help="Walk back too: the gradient of every number.")
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the walk as a page."
)
@click.option("--target", metavar="COLUMN", help="Holds the target; a model folder knows its own.")
@click.option("--loss", metavar="NAME", help="Of a .keras model, such as mean_squared_error.")
@with_quiet
@with_json
def command(
    model: Path,
    source: str,
    row: int,
    backward: bool,
    html: Path | None,
    target: str | None,
    loss: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Follow a row through a network, layer by layer, and back.

    Every number is computed anew in plain NumPy and compared with the fast engine.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.cli.walk import show_walk
        from fondo.jobs.trace import trace, write_page

        result = trace(model, source, row, backward=backward, target=target, loss=loss)
        if html is not None:
            write_page(result, html)

        def show(console: "Console") -> None:
            show_walk(console, result, html)

        speaker.answer(result.to_json() | {"html": html}, show)
    if not result.agrees:
        raise SystemExit(1)
