"""`fondo trigger`: the list of its commands; each is a file of its own."""

import click

from fondo.cli.line import Commands

COMMANDS = (
    "record", "synthesise", "train", "evaluate", "choose", "enrol", "listen", "serve", "chime",
    "export",
)  # fmt: skip


@click.group("trigger", cls=Commands, names=COMMANDS, package="fondo.cli.trigger")
def command() -> None:
    """Train a network on recordings of a word, and listen for it.

    A folder of recordings holds positives/ (the word, once in each file), negatives/ (other
    words), backgrounds/ and perhaps rooms/, with a folder for each voice in the first two.

    Start with:  fondo trigger synthesise RECORDINGS --say computer
    """
