"""`fondo recipes`: the recipe book."""

from fondo.cli.options import Json
from fondo.cli.output import stage


def command(as_json: Json = False) -> None:
    """List the recipes: published, ours, naive."""
    with stage(as_json) as speaker:
        from fondo.cli.tables import show_recipes
        from fondo.recipes.book import catalogue

        book = catalogue()
        speaker.answer(
            {"recipes": [recipe.to_json() for recipe in book]},
            lambda console: show_recipes(console, book),
        )
