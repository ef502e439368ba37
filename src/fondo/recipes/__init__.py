"""The recipe book: one short file a recipe, found by walking this folder.

Nothing is imported here; `book` lists and cooks.
"""
