"""`fondo cook`: run one recipe of the book."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console


@click.command("cook", cls=Command)
@click.argument("recipe", cls=Argument, metavar="ID", help="As `fondo recipes` lists it.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    show_default="a small sample",
    help="The real data the recipe is about.",
)
@click.option(
    "--full",
    is_flag=True,
    help="Train as long as the source did, which may take hours; the recipe says how many.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="PAGE",
    show_default="no page",
    help="Write a page with pictures too: a name that ends in .html, or a folder for ID.html.",
)
@with_seed
@with_quiet
@with_json
def command(
    recipe: str,
    data: Path | None,
    full: bool,
    out: Path | None,
    seed: int,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run a recipe beside its published figure and a fool's.

    Without --data it runs on a small sample that it names.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.cli.progress import Bar
        from fondo.cli.tables import _line, show_dish
        from fondo.recipes.book import cook, find
        from fondo.recipes.page import place_of, write

        place = None if out is None else place_of(out, find(recipe))
        with Bar(speaker.console()) as bar:
            result = cook(
                recipe, data=data, seed=seed, full=full, callbacks=(bar,), say=speaker.say
            )
        if place is None:
            speaker.answer(result.to_json(), lambda console: show_dish(console, result))
            return
        write(result, place)

        def show(console: "Console") -> None:
            show_dish(console, result)
            _line(console, "[bold]Page:[/] ", str(place))

        speaker.answer({**result.to_json(), "page": place}, show)
