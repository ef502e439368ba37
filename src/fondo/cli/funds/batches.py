"""`fondo funds batches`: how many rows a step of the network should have, honestly compared."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fondo.cli.funds.asked import panel_of, plan_of, with_burn_in, with_plan
from fondo.cli.funds.options import notes_on, whole_numbers
from fondo.cli.line import Command
from fondo.cli.options import pool_of, with_json, with_on, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.tables import _line, _safe, _table, show_notes
from fondo.errors import BadParameter

if TYPE_CHECKING:
    from rich.console import Console


@click.command("batches", cls=Command)
@with_plan
@click.option(
    "--target", metavar="MEASURE", default="sharpe", show_default=True, help="What good means."
)
@click.option(
    "--sizes", metavar="N,N,...", default="1,10,200", show_default=True, help="Rows of a step."
)
@click.option(
    "--seeds", type=int, metavar="N", default=10, show_default=True, help="Networks of each."
)
@click.option(
    "--rows", type=int, metavar="N", default=1000, show_default=True,
    help="Most rows a year learns from; dates are left out for it.",
)  # fmt: skip
@with_burn_in
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE",
    show_default="runs/funds-batches.html", help="The page.",
)  # fmt: skip
@with_on
@with_seed
@with_quiet
@with_json
def command(quiet: bool, as_json: bool, **given: Any) -> None:
    """Compare batch sizes of the network at equal epochs and at equal updates.

    All seeds and years of a size train side by side.
    """
    with stage(as_json, quiet) as speaker:
        sizes = whole_numbers("--sizes", given["sizes"])
        plan = plan_of(given, given["target"], burn_in=given["burn_in"])
        place = given["out"] or Path("runs") / "funds-batches.html"
        if place.suffix.lower() != ".html":
            raise BadParameter(f"fondo(--out {place}): the name must end in .html.")

        from fondo.funds.batches import batch_page, batch_size_study
        from fondo.funds.walk import make_walk
        from fondo.store.atomic import write_bytes

        panel = panel_of(given)
        walk = make_walk(panel, plan)
        speaker.say(f"Training {given['seeds']} networks a size and year; this takes minutes.")
        with pool_of(given["on"]) as pool:
            study = batch_size_study(
                walk, sizes, seeds=given["seeds"], most_rows=given["rows"], seed=given["seed"],
                on=pool,
            )  # fmt: skip
        write_bytes(place, batch_page(study).encode())

        def show(console: "Console") -> None:
            show_notes(console, notes_on(panel))
            _show(console, study, place)

        speaker.answer({**study.to_json(), "page": place}, show)


def _show(console: "Console", study: Any, place: Path) -> None:
    table = _table("Precision of the picks by rows of a step")
    for name in ("batch size", "regime", "updates", "precision", "sd over seeds", "seconds"):
        table.add_column(name, justify="left" if name == "regime" else "right", no_wrap=True)
    for row in study.rows:
        table.add_row(
            str(row.batch_size), _safe(row.regime), f"{row.updates:.0f}",
            f"{row.precision['mean']:.3f}", f"{row.sd:.3f}", f"{row.seconds:.1f}",
        )  # fmt: skip
    console.print(table)
    for line in (study.sentence, *study.lines()):
        _line(console, "", line)
    _line(console, "[bold]Page:[/] ", str(place))
