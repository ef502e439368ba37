"""`fondo recipes`: the recipe book."""

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json
from fondo.cli.output import stage


@click.command("recipes", cls=Command)
@with_json
def command(as_json: bool) -> None:
    """List the recipes: published, ours, naive."""
    with stage(as_json) as speaker:
        from fondo.cli.tables import show_recipes
        from fondo.recipes.book import catalogue

        book = catalogue()
        speaker.answer(
            {"recipes": [recipe.to_json() for recipe in book]},
            lambda console: show_recipes(console, book),
        )
