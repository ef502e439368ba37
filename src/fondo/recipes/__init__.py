"""The recipe book: one short file a recipe, found by walking this folder.

Importing it imports no recipe and nothing heavy; `catalogue` and `cook` do.
"""

from fondo.recipes.book import catalogue, cook

__all__ = ["catalogue", "cook"]
