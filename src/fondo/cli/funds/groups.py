"""`fondo funds groups`: peer groups that prices tell, and whether they hold."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fondo.cli.funds.options import notes_on, with_peer_groups, with_prices
from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.tables import _line, _safe, _table, show_notes
from fondo.errors import BadParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from fondo.funds.group_study import GroupStudy
    from fondo.funds.scalings import Scale

SHOWN = 15  # funds of a list
_PLACED = ("fund", "group", "neighbours", "nearest", "doubt")


@click.command("groups", cls=Command)
@with_prices
@with_peer_groups
@click.option(
    "--by",
    metavar="WHAT",
    default="features",
    show_default=True,
    help="features (funds that behave alike) or returns (that move together).",
)
@click.option("--k", type=int, metavar="N", show_default="by the elbow", help="Number of groups.")
@click.option("--date", metavar="DATE", show_default="the last", help="Last date of the window.")
@click.option(
    "--length",
    type=int,
    metavar="N",
    default=156,
    show_default=True,
    help="Periods of the window: weeks, months or days, as the prices are.",
)
@click.option(
    "--scale",
    metavar="NAME",
    default="standard",
    show_default=True,
    help="Of features: standard, robust, min-max, tanh or none.",
)
@click.option(
    "--cut",
    metavar="SD",
    default="3",
    show_default=True,
    help="Standard deviations at which features are cut off first, or none.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="runs/groups-NAME.html",
    help="The page (.html), or a folder for it.",
)
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="Of all chance.")
@with_quiet
@with_json
def command(prices: str, quiet: bool, as_json: bool, **given: Any) -> None:
    """Find peer groups among funds, and say whether they would be found again.

    Groups by k-means beside three trees, judged by shuffled columns, by funds and weeks drawn
    anew, and by the peer groups that are given, where there are any.
    """
    with stage(as_json, quiet) as speaker:
        scale, date = _scale(given["scale"], given["cut"]), _date(given["date"])
        place = _page(given["out"], prices)

        from fondo.funds import group_words
        from fondo.funds.group_page import groups_page
        from fondo.funds.group_study import find_groups
        from fondo.funds.samples import read_prices
        from fondo.store.atomic import write_bytes

        # survivors may be grouped: nothing is foretold from who they are
        panel = read_prices(prices, peer_groups=given["peer_groups"], survivors_only_ok=True)
        speaker.say(f"Grouping {len(panel.funds)} funds; this takes some seconds.")
        chosen = {name: given[name] for name in ("by", "k", "length", "seed")}
        study = find_groups(panel, date=date, scale=scale, **chosen)
        write_bytes(place, groups_page(study).encode())
        notes, against = notes_on(panel), study.methods[0].against
        told = {
            **group_words.to_json(study),
            "given": None if against is None else against.sentence,
            "placed": [dict(zip(_PLACED, row, strict=True)) for row in group_words.placed(study)],
            "notes": notes,
            "page": place,
        }
        speaker.answer(told, lambda console: _show(console, study, notes, place))


def _scale(name: str, cut: str) -> "Scale":
    """Scale of the two options; BadParameter where there is none such."""
    from fondo.funds.scalings import Scale

    if cut.strip().lower() == "none":
        return Scale(name, None)
    try:
        return Scale(name, float(cut))
    except ValueError as error:
        if isinstance(error, BadParameter):
            raise
        raise BadParameter(
            f"fondo(--cut {cut}): must be a number of standard deviations, or none. "
            "For example --cut 3."
        ) from error


def _date(text: str | None) -> datetime.date | None:
    """Date written as 2020-01-31."""
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadParameter(
            f"fondo(--date {text}): must be a date such as 2020-01-31. Write it so."
        ) from error


def _page(out: Path | None, prices: str) -> Path:
    """Where the page goes: a file that ends in .html, or a file in a folder."""
    if out is None:
        name = Path(prices.partition(":")[2] or prices).name.partition(".")[0]
        return Path("runs") / f"groups-{name or 'prices'}.html"
    if out.suffix.lower() == ".html":
        return out
    if out.suffix and not out.is_dir():
        raise BadParameter(
            f"fondo(--out {out}): must end in .html, or be a folder. For example --out groups.html."
        )
    return out / "groups.html"


def _show(console: "Console", study: "GroupStudy", notes: "Sequence[str]", page: Path) -> None:
    """Groups, how they agree with given ones, funds without one, and the verdict."""
    from fondo.funds import group_words

    head, rows = group_words.groups(study)
    means = {group_words.plain(name) for name in study.table.columns}  # they are in the page
    kept = [place for place, name in enumerate(head) if name not in means]
    rows = [tuple(row[place] for place in kept) for row in rows]
    title = f"Groups of {len(study.table.funds)} funds"
    console.print(_filled(title, [head[place] for place in kept], rows))
    against = study.methods[0].against
    if against is not None:
        _line(console, "[bold]Given groups:[/] ", against.sentence)
        _line(console, "", group_words.neighbours(study))
    placed = group_words.placed(study)
    if placed:
        console.print(_filled("Funds without a group, placed", _PLACED, placed[:SHOWN]))
    if len(placed) > SHOWN:
        console.print(f"{len(placed) - SHOWN} more are in the page.")
    for told in _aside(study):
        _line(console, "Set aside, ", told)
    show_notes(console, notes)
    _line(console, "[bold]Verdict:[/] ", group_words.verdict(study))
    _line(console, "[bold]Page:[/] ", str(page))


def _aside(study: "GroupStudy") -> list[str]:
    """Funds and columns that are not used, a line a reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in study.table.aside:
        reasons.setdefault(reason, []).append(name)
    return [
        f"{reason}: {len(names)} ({', '.join(names[:SHOWN])}{', ...' * (len(names) > SHOWN)})"
        for reason, names in reasons.items()
    ]


def _filled(title: str, head: "Sequence[str]", rows: "Sequence[Sequence[object]]") -> "Table":
    """Table of text; numbers, which start with a digit, stand at the right."""
    table = _table(title)
    for column, name in enumerate(head):
        cells = [str(row[column]).lstrip("\N{MINUS SIGN}") for row in rows]
        numeric = all(cell[:1].isdigit() or cell == "\N{EN DASH}" for cell in cells)
        table.add_column(_safe(name), justify="right" if column and numeric else "left")
    for row in rows:
        table.add_row(*(_safe(str(cell)) for cell in row))
    return table
