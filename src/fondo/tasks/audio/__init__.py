"""Tasks on sounds: classes, and a word that is listened for."""
