"""`fondo funds report`: the pages of a backtest, written anew from what it kept."""

from pathlib import Path

import click

from fondo.cli.funds.backtest import show_backtest
from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.tables import _line


@click.command("report", cls=Command)
@click.argument(
    "run",
    cls=Argument,
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="The folder that `fondo funds backtest` wrote.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    show_default="the folder itself",
    help="Where the pages go.",
)
@with_quiet
@with_json
def command(run: Path, out: Path | None, quiet: bool, as_json: bool) -> None:
    """Write the pages of a backtest again; nothing is fitted.

    Print them from a browser for a PDF.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.funds.job import load_runs, write_pages
        from fondo.funds.record import records

        done = load_runs(run)
        pages = write_pages(done, out or run)
        found = {target: records(each) for target, each in done.items()}

        def show(console: object) -> None:
            for target, each in done.items():
                show_backtest(console, target, each, found[target])  # type: ignore[arg-type]
            _line(console, "[bold]Report:[/] ", str(pages[0]))  # type: ignore[arg-type]

        told = {t: [r.to_json() for r in each.values()] for t, each in found.items()}
        speaker.answer({"pages": pages, "targets": told}, show)
