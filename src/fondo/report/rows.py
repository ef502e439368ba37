"""Charts with one line a row: bars from zero, and dots, each with its name and its interval.

They know nothing of models; `figures` and `results` say what to draw.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fondo.report.markup import Markup, advance, element, join, sentences, shorten
from fondo.report.scales import Scale, estimate, finite, real
from fondo.report.svg import (
    NORMAL,
    SMALL,
    WIDTH,
    Axis,
    Chart,
    box,
    dot,
    drawing,
    fitting_ticks,
    label,
    placeholder,
    rule,
)
from fondo.report.words import left_out, nothing

_ROW = 24.0  # height of one row with its space, pixels
_NAMES = 190.0  # widest column of names, pixels


@dataclass(frozen=True)
class Bar:
    """One row of a bar or dot chart, in one of the four colours.

    `detail` stands behind the name, and stays where the name has to be cut.
    """

    name: str
    value: object
    low: object = None
    high: object = None
    style: int = 1
    detail: str = ""


def bars(title: str, x: Axis, rows: Sequence[Bar], caption: str) -> Chart:
    """Horizontal bars from zero, each with its name, its value and its interval."""
    return _rows(title, x, rows, caption, from_zero=True)


def dots(title: str, x: Axis, rows: Sequence[Bar], caption: str) -> Chart:
    """Values as dots with intervals, one under the other, where zero means nothing."""
    return _rows(title, x, rows, caption, from_zero=False)


def _rows(title: str, x: Axis, rows: Sequence[Bar], caption: str, *, from_zero: bool) -> Chart:
    drawn = [row for row in rows if math.isfinite(real(row.value))]
    if not drawn:
        return placeholder(title, nothing(len(rows)))
    values = finite(v for row in drawn for v in (row.value, row.low, row.high))
    values += [0.0] if from_zero else []
    numbers = [" ".join(_written(row)) for row in drawn]
    left = min(_NAMES, max(advance(_whole(row), NORMAL) for row in drawn)) + 14
    right = WIDTH - 14 - max(advance(text, SMALL) for text in numbers)
    bottom = 38 + _ROW * len(drawn)
    steps, labels = fitting_ticks(*x.covers(values), right - left)
    scale = Scale(steps[0], steps[-1], left, right)
    parts = []
    for value, text in zip(steps, labels, strict=True):
        parts.append(rule(scale(value), 34, scale(value), bottom, css="grid"))
        parts.append(label(scale(value), bottom + 16, text, WIDTH, anchor="middle"))
    for i, (row, text) in enumerate(zip(drawn, numbers, strict=True)):
        parts += _row(row, text, 38 + _ROW * (i + 0.5), scale, from_zero=from_zero)
    start = max(0.0, min(left, WIDTH - advance(x.label, NORMAL)))
    parts.append(label(start, bottom + 38, x.label, WIDTH, css="name"))
    lost = left_out(len(rows) - len(drawn), "row")
    return drawing(title, join(*parts), bottom + 48, sentences([caption, lost]))


def _written(row: Bar) -> tuple[str, str]:
    value, interval = estimate(row.value, row.low, row.high)
    return value, f"({interval})" if interval else ""


def _whole(row: Bar) -> str:
    """Name and detail on one line."""
    detail = f" {shorten(row.detail, NORMAL, math.inf)}" if row.detail else ""
    return shorten(row.name, NORMAL, math.inf) + detail


def _row(row: Bar, text: str, middle: float, scale: Scale, *, from_zero: bool) -> list[Markup]:
    at, zero = scale(real(row.value)), scale(0.0)
    whole, room = _whole(row), scale.start - 14
    kept = shorten(row.detail, NORMAL, room / 2) if row.detail else ""
    beside = advance(f" {kept}", NORMAL) if kept else 0.0
    cut = f"{shorten(row.name, NORMAL, room - beside)} {kept}".rstrip()
    name = label(scale.start - 12, middle + 4, cut, WIDTH, css="name", anchor="end")
    if cut != whole:
        name = element("g", element("title", whole), name)
    parts = [name, label(WIDTH, middle + 4, text, WIDTH, css="tick", anchor="end")]
    if from_zero:
        parts.append(
            box(
                min(at, zero), middle - 7, abs(at - zero), 14, css=f"fill{row.style}", strength=0.75
            )
        )
    ends = finite([row.low, row.high])
    if len(ends) == 2:
        low, high = scale(ends[0]), scale(ends[1])
        whisker = "whisker" if from_zero else f"stroke{row.style} solid"
        parts.append(rule(low, middle, high, middle, css=whisker))
    if not from_zero:
        parts.append(dot(at, middle, style=row.style, size=4.5))
    return parts
