"""The recipe book: one short file a recipe, found by walking this folder. Import `book` to use it."""
