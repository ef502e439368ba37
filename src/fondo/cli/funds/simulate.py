"""`fondo funds simulate`: a universe of invented funds, or a study of many."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fondo.cli.funds.options import weekly_skill, whole_numbers, with_skill
from fondo.cli.line import Command
from fondo.cli.options import parse_settings, with_json, with_quiet
from fondo.cli.output import Stage, stage
from fondo.cli.tables import _line, _safe, _table, show_notes
from fondo.errors import BadParameter

if TYPE_CHECKING:
    from rich.console import Console

    from fondo.funds.overlap import OverlapStudy
    from fondo.funds.panel import Panel

KINDS, STEPS, SIMULATIONS, MODEL = "iid,market,style", "52,13,4", 200, "logistic"
_OF_STUDY = ("simulations", "step", "model", "page")
_NONE = (None, ())  # what an option holds that was not given
_OF_UNIVERSE = ("out", "skill", "skill_per_year", "groups", "settings")


@click.command("simulate", cls=Command)
@click.option(
    "--kind",
    metavar="KIND",
    show_default=f"market; {KINDS} with --study",
    help="iid, market, style, volatility, skill, survivorship, or some joined by +.",
)
@click.option("--funds", type=int, metavar="N", default=100, show_default=True, help="Funds.")
@click.option("--years", type=int, metavar="N", default=20, show_default=True, help="Years.")
@with_skill
@click.option("--groups", type=int, metavar="N", show_default="none", help="Peer groups.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="part=number",
    help="Another part of the returns, such as births=0.2 or cost=0.02.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the prices go: .csv, .parquet or another table.",
)
@click.option(
    "--study",
    is_flag=True,
    help="Instead, rank funds without skill in many universes: how wrong are intervals?",
)
@click.option(
    "--simulations",
    type=int,
    metavar="N",
    show_default=str(SIMULATIONS),
    help="Universes of each kind that --study simulates.",
)
@click.option(
    "--step",
    metavar="N,N,...",
    show_default=STEPS,
    help="Weeks between two decision dates in --study.",
)
@click.option(
    "--model",
    metavar="NAME",
    show_default=MODEL,
    help="How --study ranks: logistic, or linear, its first step: faster, the same picture.",
)
@click.option(
    "--page", type=click.Path(path_type=Path), metavar="FILE", help="A page (.html) of --study."
)
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="Of all chance.")
@with_quiet
@with_json
def command(quiet: bool, as_json: bool, **given: Any) -> None:
    """Invent funds of which it is known who has skill, and write their prices.

    The same seed gives the same prices. With --study, funds without skill are ranked in many
    universes, to see how often an interval of the precision keeps its promise.
    """
    with stage(as_json, quiet) as speaker:
        _refuse(given)
        if given["study"]:
            _study(speaker, given)
        else:
            _universe(speaker, given)


def _refuse(given: dict[str, Any]) -> None:
    """Usage error where options of one universe and of the study are mixed, or --out lacks."""
    study = given["study"]
    wrong = [name for name in (_OF_UNIVERSE if study else _OF_STUDY) if given[name] not in _NONE]
    option = "".join(wrong[:1]).replace("settings", "set").replace("_", "-")
    if wrong and study:
        raise click.UsageError(
            f"--{option} is of one universe, and --study simulates many. Leave one of the two out."
        )
    if wrong:
        raise click.UsageError(f"--{option} is of the study. Add --study, or leave it out.")
    if not study and given["out"] is None:
        raise click.UsageError(
            "Missing option '--out', the file for the prices. For example --out prices.csv; "
            "--study simulates many universes instead."
        )


def _universe(speaker: Stage, given: dict[str, Any]) -> None:
    """One universe, written."""
    from fondo.data.tables.read import write_table
    from fondo.funds.long_table import long_table
    from fondo.funds.universe import make_universe

    parts = _parts(given["settings"])
    skill = weekly_skill(given["skill"], given["skill_per_year"])
    if skill is not None:
        parts["alpha_sd"] = skill
    sizes = {name: given[name] for name in ("funds", "years", "seed")}
    kind = given["kind"] or "market"
    panel = make_universe(kind, groups=given["groups"] or 0, **sizes, **parts)
    table = long_table(panel)
    write_table(table, given["out"])
    told = {
        "kind": kind,
        **sizes,
        "groups": len(panel.peer_names),
        "parts": parts,
        "prices": table.height,
        "first": str(panel.dates[0]),
        "last": str(panel.dates[-1]),
        "ended": _ended(panel),
        "columns": table.columns,
        "out": given["out"],
    }
    speaker.answer(told, lambda console: _show_universe(console, told))


def _parts(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Parts of the returns, as numbers."""
    parts: dict[str, Any] = {}
    for name, text in parse_settings(pairs).items():
        try:
            parts[name] = float(text)
        except ValueError as error:
            raise BadParameter(
                f"fondo(--set {name}={text}): must be a number. For example --set births=0.2."
            ) from error
    return parts


def _ended(panel: "Panel") -> int:
    import numpy as np

    return int((~np.isnat(panel.dead_at)).sum())


def _show_universe(console: "Console", told: dict[str, Any]) -> None:
    console.print(
        f"{told['prices']:,} weekly prices of {told['funds']} funds, {told['first']} to "
        f"{told['last']}; {told['ended']} of the funds end before."
    )
    if not told["ended"]:
        note = "No fund ever ends, so reading these prices asks for survivors_only_ok=True."
        show_notes(console, [note])
    _line(console, "[bold]Prices:[/] ", str(told["out"]))


def _study(speaker: Stage, given: dict[str, Any]) -> None:
    """Many universes, ranked."""
    page = given["page"]
    if page is not None and page.suffix.lower() != ".html":
        raise BadParameter(f"fondo(--page {page}): must end in .html. For example --page a.html.")
    kinds = [kind.strip() for kind in (given["kind"] or KINDS).split(",")]
    steps = whole_numbers("--step", given["step"] or STEPS)

    from fondo.funds.overlap_page import overlap_page
    from fondo.store.atomic import write_bytes

    found = _simulated(speaker, given, kinds, steps)
    if page is not None:
        write_bytes(page, overlap_page(found).encode())
    speaker.answer(
        {**found.to_json(), "page": page}, lambda console: _show_study(console, found, page)
    )


def _simulated(
    speaker: Stage, given: dict[str, Any], kinds: list[str], steps: tuple[int, ...]
) -> "OverlapStudy":
    """The study, one kind after the other, so that something is heard between them."""
    from dataclasses import replace

    from fondo.funds.overlap import check_overlap, overlap_study

    sizes = {name: given[name] for name in ("years", "funds", "seed")}
    sizes["simulations"] = SIMULATIONS if given["simulations"] is None else given["simulations"]
    check_overlap(kinds, steps, sizes)
    parts = []
    for place, kind in enumerate(kinds, start=1):
        speaker.say(f"Kind {place} of {len(kinds)}: {sizes['simulations']} {kind} universes.")
        parts.append(overlap_study([kind], steps, **sizes, model=given["model"] or MODEL))
    return replace(parts[0], rows=tuple(row for part in parts for row in part.rows))


def _show_study(console: "Console", found: "OverlapStudy", page: Path | None) -> None:
    """The three tables and the sentences."""
    from fondo.funds.overlap_page import called, coverage, precisions

    grids = {
        f"What a run finds, mean of {found.simulations}": precisions(found),
        "How often the interval holds the truth (mean width)": coverage(found),
        "How often noise is called skill": called(found),
    }
    for title, (head, rows) in grids.items():
        table = _table(title)
        for column, name in enumerate(head):
            table.add_column(_safe(name), justify="right" if column else "left")
        for row in rows:
            table.add_row(*(_safe(str(cell)) for cell in row))
        console.print(table)
    for line in found.lines():
        _line(console, "[bold]Found:[/] ", line)
    if page is not None:
        _line(console, "[bold]Page:[/] ", str(page))
