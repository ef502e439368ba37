"""`fondo cook`: run one recipe of the book."""

from pathlib import Path

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage


@click.command("cook", cls=Command)
@click.argument("recipe", cls=Argument, metavar="ID", help="As `fondo recipes` lists it.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    show_default="a small sample",
    help="The real data the recipe is about.",
)
@with_seed
@with_quiet
@with_json
def command(recipe: str, data: Path | None, seed: int, quiet: bool, as_json: bool) -> None:
    """Run a recipe beside its published figure and a fool's.

    Without --data it runs on a small sample that it names.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.cli.progress import Bar
        from fondo.cli.tables import show_dish
        from fondo.recipes.book import cook

        with Bar(speaker.console()) as bar:
            result = cook(recipe, data=data, seed=seed, callbacks=(bar,))
        speaker.answer(result.to_json(), lambda console: show_dish(console, result))
