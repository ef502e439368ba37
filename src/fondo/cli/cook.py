"""`fondo cook`: run one recipe of the book."""

from pathlib import Path
from typing import Annotated

import typer

from fondo.cli.options import Json, Quiet, Seed
from fondo.cli.output import stage

Recipe = Annotated[
    str, typer.Argument(metavar="ID", show_default=False, help="As `fondo recipes` lists it.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH", show_default="a small sample", help="The real data the recipe is about."
    ),
]


def command(
    recipe: Recipe,
    data: Data = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
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
