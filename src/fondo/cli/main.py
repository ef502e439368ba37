"""The entry point and the list of commands; each command is a file of its own."""

import sys

import click

from fondo.cli.line import Commands
from fondo.version import __version__

COMMANDS = (
    "train", "predict", "evaluate", "explain", "trace", "replay", "search", "compare", "more-data",
    "recipes", "cook", "study", "funds", "trigger", "doctor",
)  # fmt: skip


@click.group(
    "fondo",
    cls=Commands,
    names=COMMANDS,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)
@click.version_option(
    __version__, prog_name="fondo", message="%(prog)s %(version)s", help="Say the version and stop."
)
def app() -> None:
    """Train, check, explain, save and use neural networks on your own data.

    Start with:  fondo train sample:breast_cancer

    Exit codes: 0 done, 1 a fault of fondo or a replay that differs, 2 a mistake in what was
    asked, 130 stopped with Ctrl-C.
    """


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a poor terminal must not stop an answer
    app()


if __name__ == "__main__":
    main()
