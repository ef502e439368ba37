"""Charts of items on a plane, of coverage against accuracy, and lists of what a person looks at.

What is drawn comes from `embedded`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fondo.recipes.embedded import Cut
from fondo.report.charts import Line, Mark, lines
from fondo.report.markup import Markup, element, join
from fondo.report.svg import WIDTH, Axis, Chart, box, drawing, label, placeholder, rule

Array = np.ndarray[Any, Any]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FRAME, _LINE, _MARGIN = 340.0, 20.0, 12.0  # height of a map; of a line; around points. Pixels
_COLUMNS = 3  # of a legend


def mapped(title: str, places: Array, labels: Array, caption: str) -> Chart:
    """Items on a plane without axes, each as the letter of its class.

    Letters tell any number of classes apart, in grey print too; there are four colours.

    Parameters
    ----------
    title : str
        Above the map.
    places : array (n, 2)
        Where each item lies.
    labels : array (n,)
        Its class; beyond 26 classes the rarest share the last letter.
    caption : str
        What one sees.
    """
    if len(places) == 0:
        return placeholder(title, "Nothing to draw: there are no items.")
    names, counts = np.unique(labels, return_counts=True)
    if len(names) > len(LETTERS):
        often = names[np.argsort(-counts, kind="stable")[: len(LETTERS) - 1]]
        labels = np.where(np.isin(labels, often), labels, "all others")
        names = np.array([*sorted(often), "all others"])
    top = 30 + _LINE * -(-len(names) // _COLUMNS) + 8
    low, high = places.min(axis=0), places.max(axis=0)
    spread = np.where(high > low, high - low, 1.0)
    room = np.array([WIDTH, _FRAME]) - 2 * _MARGIN
    at = np.array([0.0, top]) + _MARGIN + (places - low) / spread * room
    number = {name: k for k, name in enumerate(names.tolist())}
    marks = [
        _letter(x, y + 4, number[name]) for (x, y), name in zip(at, labels.tolist(), strict=True)
    ]
    frame = element(
        "rect", x=0.5, y=top + 0.5, width=WIDTH - 1.0, height=_FRAME - 1, class_="empty"
    )
    return drawing(title, join(*_legend(names.tolist()), frame, *marks), top + _FRAME + 2, caption)


def _letter(x: float, y: float, number: int) -> Markup:
    return label(x, y, LETTERS[number], WIDTH, css=f"fill{1 + number % 4}", anchor="middle")


def _legend(names: Sequence[object]) -> list[Markup]:
    width, found = WIDTH / _COLUMNS, []
    for k, name in enumerate(names):
        x, y = (k % _COLUMNS) * width, 40 + (k // _COLUMNS) * _LINE
        found += [_letter(x + 6, y, k), label(x + 18, y, name, width - 26, css="name")]
    return found


def passed(title: str, table: Sequence[Cut], chosen: float | None, caption: str) -> Chart:
    """Accuracy of the answers that pass against the share that passes, with its interval.

    Parameters
    ----------
    title : str
        Above the curve.
    table : sequence of Cut
        Of `embedded.cuts`.
    chosen : float or None
        Share that passes at the threshold that was chosen, to point at.
    caption : str
        What one sees.
    """
    share = [100 * cut.coverage for cut in table]
    series = [
        Line("right, of those that pass", share, [100 * cut.accuracy for cut in table],
             [100 * cut.low for cut in table], [100 * cut.high for cut in table], dots=True),
        Line("mistakes that a person gets", share, [100 * cut.caught for cut in table], style=2),
    ]  # fmt: skip
    mark = None if chosen is None else Mark(100 * chosen, "chosen")
    axes = Axis("answers that pass", "%", 0.0, 100.0), Axis("share", "%", 0.0, 100.0)
    return lines(title, *axes, series, caption, mark=mark)


def listed(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float],
    caption: str,
) -> Chart:  # fmt: skip
    """A small table as a picture.

    Parameters
    ----------
    title : str
        Above the table.
    head : sequence of str (columns,)
        Names of the columns.
    rows : sequence of sequences of str
        Cells; a long one is cut, and shown whole on hovering.
    widths : sequence of float (columns,)
        Share of the width that each column takes.
    caption : str
        What one sees.
    """
    if not rows:
        return placeholder(title, "There is nothing to list.")
    lefts = WIDTH * np.concatenate([[0.0], np.cumsum(widths)])
    drawn: list[Markup] = []
    for k, cells in enumerate([head, *rows]):
        y = 44 + k * _LINE
        if k % 2:
            drawn.append(box(0, y - 14, WIDTH, _LINE, css="fill4", strength=0.08))
        drawn += [
            label(left + 4, y, cell, right - left - 8, css="name" if k else "tick")
            for cell, left, right in zip(cells, lefts, lefts[1:], strict=False)
        ]
    drawn.append(rule(0, 50, WIDTH, 50, css="axis"))
    return drawing(title, join(*drawn), 44 + _LINE * len(rows) + 12, caption)
