"""A study as a page of its own, or its first chart as a picture; and writing either."""

import os
from collections.abc import Sequence
from pathlib import Path

from fondo.errors import BadParameter
from fondo.report.markup import Markup, element
from fondo.report.style import document, standalone
from fondo.report.svg import Chart
from fondo.report.tables import table
from fondo.store.atomic import write_bytes
from fondo.studies.book import StudyResult


def study_page(result: StudyResult) -> str:
    """Write a study as one HTML file that opens without a network.

    Parameters
    ----------
    result : StudyResult
        Of `fondo.studies.book.study`.

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too; nothing in it may load or run. The same numbers give
        the same text, byte for byte.
    """
    columns = range(1, len(result.table.head))
    numbers = [
        element("h2", "Numbers"),
        table(result.table.head, result.table.rows, numbers=columns),
        element("p", _again(result), class_="quiet"),
    ]
    return page("fondo study", result.title, result.sentence, result.charts, numbers)


def page(
    command: str, title: str, found: str, charts: Sequence[Chart], below: Sequence[Markup]
) -> str:
    """Page that opens with what was found, then shows pictures side by side, then the rest.

    Parameters
    ----------
    command : str
        What makes such pages, above the title.
    title : str
        Of the page.
    found : str
        The sentence to remember.
    charts : sequence of Chart
        The most telling one first; there may be none.
    below : sequence of Markup
        Headings, tables and lists.

    Returns
    -------
    str
        HTML, see `document`.
    """
    header = element("header", element("p", command), element("h1", title))
    verdict = element("div", element("p", found), class_="verdict level")
    grid = [element("div", *(chart.figure() for chart in charts), class_="grid")] if charts else []
    body = element("body", element("main", header, verdict, *grid, *below))
    return document(title, body)


def _again(result: StudyResult) -> str:
    intervals = any(" to " in str(cell) for row in result.table.rows for cell in row)
    told = "In brackets: 95 % intervals. " if intervals else ""
    return f"{told}All numbers: fondo study {result.name} --seed {result.seed} --json."


def check_ending(path: str | os.PathLike[str]) -> None:
    """Refuse a file that is neither a page nor a picture by its name."""
    if Path(path).suffix.lower() not in (".html", ".svg"):
        raise BadParameter(
            f"study(out={os.fspath(path)!r}): the name must end in .html (a page with all charts "
            "and numbers) or .svg (the first chart)."
        )


def write(result: StudyResult, path: str | os.PathLike[str]) -> Path:
    """Write the page (.html) or the first chart (.svg), by the ending of the name.

    Raises
    ------
    BadParameter
        Another ending.
    OutputError
        The file cannot be written.
    """
    check_ending(path)
    place = Path(path)
    is_picture = place.suffix.lower() == ".svg"
    text = standalone(result.charts[0]) if is_picture else study_page(result)
    write_bytes(place, text.encode())
    return place
