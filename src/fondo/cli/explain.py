"""`fondo explain`: what a model looks at, in all and row by row, or where in pictures, sounds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Command
from fondo.cli.options import parse_rows, with_json, with_model, with_quiet, with_source
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console


@click.command("explain", cls=Command)
@with_model()
@with_source
@click.option(
    "--rows",
    metavar="0,1,2",
    default="0,1,2",
    show_default=True,
    help="Rows to give reasons for; the first row of data is 0.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.html",
    show_default="none",
    help="Page to write, of pictures: maps of where the network looked, a layer, filters; of "
    "sounds: what it saw and which stretch counts, also as a FOLDER with PNG and WAV.",
)
@click.option(
    "--layer",
    metavar="NAME[:CHANNEL]",
    show_default="the last convolution",
    help="Layer that the page draws, by name or by number from 0; the channel is drawn for many "
    "pictures.",
)
@with_quiet
@with_json
def command(
    model: Path,
    source: str,
    rows: str,
    out: Path | None,
    layer: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Say which columns matter and why rows are predicted so, or where in pictures it looks.

    Of sounds it says which stretch the answer rests on.
    """
    with stage(as_json, quiet) as speaker:
        wanted = parse_rows(rows)
        name, channel = parse_layer(layer)

        from fondo.cli.tables import (
            show_heard,
            show_importances,
            show_looked,
            show_notes,
            show_reasons,
        )
        from fondo.jobs.explain import explain
        from fondo.jobs.explain_pictures import PicturesExplained
        from fondo.jobs.explain_sounds import SoundsExplained

        result = explain(model, source, rows=wanted, out=out, layer=name, channel=channel)

        def show(console: "Console") -> None:
            if isinstance(result, PicturesExplained):
                show_looked(console, result)
                return
            if isinstance(result, SoundsExplained):
                show_heard(console, result)
                return
            show_importances(console, result.importances)
            show_reasons(console, result.predictions, result.reasons, result.rows)
            show_notes(console, result.notes)

        speaker.answer(result.to_json(), show)


def parse_layer(text: str | None) -> tuple[str | None, int | None]:
    """Layer and channel written as `NAME` or `NAME:CHANNEL`.

    Examples
    --------
    >>> parse_layer("stem:7"), parse_layer("3"), parse_layer(None)
    (('stem', 7), ('3', None), (None, None))
    """
    if text is None:
        return None, None
    name, colon, channel = text.rpartition(":")
    if not colon or not channel.isdecimal():
        return text, None
    return name, int(channel)
