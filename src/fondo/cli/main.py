"""The entry point and the list of commands; each command is a file of its own."""

import sys

import typer

from fondo.cli import cook, doctor, evaluate, explain, predict, recipes, replay, train

app = typer.Typer(
    name="fondo",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: quick to draw, and the same in every terminal
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from fondo.version import __version__

        typer.echo(f"fondo {__version__}")
        raise typer.Exit


@app.callback()
def fondo(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say the version and stop."
    ),
) -> None:
    """Train, check, explain, save and use neural networks on your own data.

    Start with:  fondo train sample:breast_cancer

    Exit codes: 0 done, 1 a fault of fondo or a replay that differs, 2 a mistake in what was
    asked, 130 stopped with Ctrl-C.
    """


for _command in (train, predict, evaluate, explain, replay, recipes, cook, doctor):
    app.command(_command.__name__.rpartition(".")[2])(_command.command)


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a poor terminal must not stop an answer
    app()


if __name__ == "__main__":
    main()
