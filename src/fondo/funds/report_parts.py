"""What the pages of backtests are put together from: tables of grids, pictures, names of files."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from fondo.funds.report_findings import Grid
from fondo.report.markup import Markup, element, join
from fondo.report.results import wide
from fondo.report.svg import Chart
from fondo.report.tables import table

INDEX = "index.html"
COMMAND = "fondo funds backtest"
_LONGEST = 60  # letters of a name in a file name


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Short names of small letters, digits and hyphens, for files; no two alike.

    Parameters
    ----------
    names : iterable of str
        Different names in any script. What has no letter or digit of ASCII is numbered.

    Examples
    --------
    >>> slugs(["Équity / EU", "equity eu", "基金"])
    {'Équity / EU': 'equity-eu', 'equity eu': 'equity-eu-2', '基金': '3'}
    """
    found: dict[str, str] = {}
    for place, name in enumerate(names, start=1):
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        plain = re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST].strip("-") or str(place)
        slug, again = plain, 2
        while slug in found.values():
            slug, again = f"{plain}-{again}", again + 1
        found[name] = slug
    return found


def grid(
    found: Grid, *, text: int = 1, words: Sequence[int] = (), strong: Sequence[int] = ()
) -> Markup:
    """Table of a grid; pairs of texts stand under each other.

    Parameters
    ----------
    found : Grid
        Head and rows.
    text : int, default=1
        How many of the first columns are words; the others stand at the right.
    words : sequence of int
        Further columns of words.
    strong : sequence of int
        Rows to stress.
    """
    head, rows = found
    numbers = [place for place in range(text, len(head)) if place not in words]
    cells = [[_cell(cell) for cell in row] for row in rows]
    return table(head, cells, numbers=numbers, strong=strong)


def _cell(cell: object) -> object:
    if not isinstance(cell, tuple):
        return cell
    value, below = cell
    return join(value, element("small", below)) if below else value


def pictures(charts: Sequence[Chart]) -> Markup:
    """Pictures side by side; one alone on its line."""
    if len(charts) == 1:
        return wide(charts[0])
    return element("div", *(chart.figure() for chart in charts), class_="grid")
