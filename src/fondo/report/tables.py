"""HTML tables with numbers aligned. What stands in them comes from `results` and `facts`."""

from collections.abc import Mapping, Sequence

from fondo.report.markup import Markup, brief, clean, element
from fondo.report.scales import number

LONGEST = 160  # characters of one cell; the rest appears on hovering
MOST_ROWS = 200  # of one table; the rest is counted


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numbers: Sequence[int] = (),
    ranges: Sequence[int] = (),
    strong: Sequence[int] = (),
) -> Markup:
    """Table under a head; at most 200 rows, and a sentence that counts the others.

    Parameters
    ----------
    head : sequence of str
        Names of the columns.
    rows : sequence of sequences
        Cells; numbers are written with three significant digits, Markup stays as it is.
    numbers, ranges : sequences of int
        Columns to align right, and columns of intervals, which are quiet.
    strong : sequence of int
        Rows to stress.
    """
    classes = {**dict.fromkeys(ranges, "range"), **dict.fromkeys(numbers, "number")}
    titles = [
        element("th", text, class_=classes.get(i), scope="col") for i, text in enumerate(head)
    ]
    body = [
        element(
            "tr",
            *[_cell(cell, classes.get(j)) for j, cell in enumerate(row)],
            class_="strong" if i in strong else None,
        )
        for i, row in enumerate(rows[:MOST_ROWS])
    ]
    grid = element("table", element("thead", element("tr", *titles)), element("tbody", *body))
    return element("div", grid, _more(len(rows)), class_="scroll", tabindex=0)


def _more(count: int) -> Markup:
    if count <= MOST_ROWS:
        return Markup()
    return element("p", f"{number(count - MOST_ROWS)} more rows are not shown.", class_="quiet")


def _cell(value: object, css: str | None) -> Markup:
    if isinstance(value, Markup):
        return element("td", value, class_=css)
    text = clean(number(value) if isinstance(value, int | float) or value is None else value)
    if len(text) <= LONGEST:
        return element("td", text, class_=css)
    return element("td", brief(text, LONGEST), class_=css, title=brief(text, 4000))


def pairs(facts: Mapping[str, object]) -> Markup:
    """Table of two columns without a head: what, and its value."""
    rows = [
        element("tr", element("th", brief(name, LONGEST), scope="row"), _cell(value, None))
        for name, value in facts.items()
    ]
    return element("div", element("table", element("tbody", *rows)), class_="scroll", tabindex=0)


def bullets(items: Sequence[object]) -> Markup:
    """Unordered list."""
    return element("ul", *[element("li", item) for item in items])
