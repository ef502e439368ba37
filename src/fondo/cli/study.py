"""`fondo study`: a question that a few small networks answer, with a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import Stage, stage
from fondo.cli.tables import _line, _safe, _table

if TYPE_CHECKING:
    from rich.console import Console

    from fondo.studies.book import StudyResult


@click.command("study", cls=Command)
@click.argument(
    "name",
    cls=Argument,
    metavar="[NAME]",
    required=False,
    help="Which study; without it, they are listed.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="runs/study-NAME.html",
    help="The page (.html), or its first chart (.svg).",
)
@with_seed
@with_quiet
@with_json
def command(name: str | None, out: Path | None, seed: int, quiet: bool, as_json: bool) -> None:
    """Show how networks learn: numbers, a picture, a sentence.

    Each study trains small networks in plain NumPy, over several seeds where chance has a part.
    """
    with stage(as_json, quiet) as speaker:
        if name is None:
            _list(speaker, out)
            return
        from fondo.studies.book import find, study
        from fondo.studies.page import check_ending, write

        place = out or Path("runs") / f"study-{find(name).name}.html"
        check_ending(place)
        speaker.say(f"Studying {find(name).name}; this takes some seconds.")
        result = study(name, seed=seed)
        write(result, place)
        speaker.answer(
            {**result.to_json(), "picture": place}, lambda console: _show(console, result, place)
        )


def _list(speaker: Stage, out: Path | None) -> None:
    from fondo.studies.book import catalogue

    if out is not None:
        raise click.UsageError("--out needs the NAME of a study.")
    known = {each.name: each.title for each in catalogue()}

    def show(console: "Console") -> None:
        table = _table("Studies; `fondo study NAME` runs one")
        table.add_column("name", style="bold", no_wrap=True)
        table.add_column("title")
        for each, title in known.items():
            table.add_row(each, title)
        console.print(table)

    speaker.answer({"studies": [{"name": n, "title": t} for n, t in known.items()]}, show)


def _show(console: "Console", result: "StudyResult", place: Path) -> None:
    """Title, sentence, table, and where the picture lies."""
    _line(console, "[bold]Study:[/] ", result.title)
    _line(console, "[bold]Found:[/] ", result.sentence)
    table = _table()
    for column, name in enumerate(result.table.head):
        table.add_column(_safe(name), justify="left" if column == 0 else "right")
    for row in result.table.rows:
        table.add_row(*(_safe(str(cell)) for cell in row))
    console.print(table)
    _line(console, "[bold]Picture:[/] ", str(place))
    console.print(f"{result.seconds:.1f} seconds.")
