"""Charts of values along an axis: lines with bands, bars and dots with intervals, histograms.

They know nothing of models; `figures` says what to draw and puts the sentence underneath.
Two-dimensional counts are in `grids`.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from fondo.report.markup import Markup, advance, element, sentences
from fondo.report.scales import Scale, estimate, finite, number, real
from fondo.report.svg import (
    SMALL,
    WIDTH,
    Axis,
    Canvas,
    Chart,
    Key,
    box,
    drawing,
    fitting_ticks,
    label,
    placeholder,
    rule,
)

_ROW = 24.0  # height of one bar with its space, pixels
_NAMES = 190.0  # widest column of names beside bars, pixels


@dataclass(frozen=True)
class Line:
    """One series of a line chart.

    Parameters
    ----------
    name : str
        In the legend.
    x, y : sequences of equal length
        Points in order; a point that is not finite breaks the line.
    low, high : sequences or None
        Ends of a band around the line.
    style : int from 1 to 4
        Colour and dashes; 4 is the quiet one, for references.
    dots : bool
        Mark every point, for few points.
    """

    name: str
    x: Sequence[object]
    y: Sequence[object]
    low: Sequence[object] | None = None
    high: Sequence[object] | None = None
    style: int = 1
    dots: bool = False


@dataclass(frozen=True)
class Mark:
    """Upright line through the frame at `x`, with a word beside it."""

    x: float
    text: str


@dataclass(frozen=True)
class Bar:
    """One row of a bar or dot chart, in one of the four colours."""

    name: str
    value: object
    low: object = None
    high: object = None
    style: int = 1


def lines(
    title: str, x: Axis, y: Axis, series: Sequence[Line], caption: str, *, mark: Mark | None = None
) -> Chart:
    """Draw series as lines, with bands where they have ends.

    Parameters
    ----------
    title, x, y
        Words around the frame.
    series : sequence of Line
        Drawn in this order, the first on top.
    caption : str
        What one sees, with its numbers.
    mark : Mark or None
        One value of the horizontal axis to point at.
    """
    points = [_points(line) for line in series]
    kept = [point for line in points for point in line if point]
    if not kept:
        return placeholder(title, _nothing(sum(len(line.x) for line in series)))
    lost = sum(not point for line in points for point in line)
    xs = [p[0] for p in kept] + ([mark.x] if mark and math.isfinite(mark.x) else [])
    ys = [p[1] for p in kept] + [
        v for s in series for v in finite([*(s.low or ()), *(s.high or ())])
    ]
    keys = [Key(line.name, line.style) for line in series]
    canvas = Canvas(title, x, y, x.covers(xs), y.covers(ys), keys)
    for line in reversed(series):
        canvas.add(*_band(canvas, line))
    if mark and math.isfinite(mark.x):
        canvas.add(*_marked(canvas, mark))
    for line, path in reversed(list(zip(series, points, strict=True))):
        canvas.add(*_path(canvas, line, path))
    return canvas.chart(sentences([caption, _lost(lost)]))


def _points(line: Line) -> list[tuple[float, float] | None]:
    pairs = [(real(a), real(b)) for a, b in zip(line.x, line.y, strict=True)]
    return [pair if all(map(math.isfinite, pair)) else None for pair in pairs]


def _path(canvas: Canvas, line: Line, points: list[tuple[float, float] | None]) -> list[Markup]:
    placed = [(canvas.x(p[0]), canvas.y(p[1])) if p else None for p in points]
    steps, fresh = [], True
    for point in placed:
        if point:
            steps.append(f"{'M' if fresh else 'L'}{point[0]:.1f} {point[1]:.1f}")
        fresh = point is None
    parts = [element("path", d=" ".join(steps), class_=f"stroke{line.style}")]
    if line.dots or sum(p is not None for p in placed) == 1:
        parts += [dot(p[0], p[1], style=line.style) for p in placed if p]
    return parts


def dot(x: float, y: float, *, style: int = 1, size: float = 3.5) -> Markup:
    """Filled circle in the colour of a style."""
    return element("circle", cx=float(x), cy=float(y), r=size, class_=f"fill{style}")


def _band(canvas: Canvas, line: Line) -> list[Markup]:
    if line.low is None or line.high is None:
        return []
    rows = [
        row
        for row in zip(map(real, line.x), map(real, line.low), map(real, line.high), strict=True)
        if all(map(math.isfinite, row))
    ]
    edge = [(x, high) for x, _, high in rows] + [(x, low) for x, low, _ in reversed(rows)]
    if not edge:
        return []
    steps = " L".join(f"{canvas.x(x):.1f} {canvas.y(y):.1f}" for x, y in edge)
    return [element("path", d=f"M{steps} Z", class_=f"fill{line.style}", fill_opacity=0.18)]


def _marked(canvas: Canvas, mark: Mark) -> list[Markup]:
    at = canvas.x(mark.x)
    right = at < (canvas.left + canvas.right) / 2
    words = label(
        at + (6 if right else -6),
        canvas.top + 12,
        mark.text,
        (canvas.right - canvas.left) / 2 - 10,
        css="mark",
        anchor="start" if right else "end",
    )
    return [rule(at, canvas.top, at, canvas.bottom, css="marker"), words]


def bars(title: str, x: Axis, rows: Sequence[Bar], caption: str) -> Chart:
    """Horizontal bars from zero, each with its name, its value and its interval."""
    return _rows(title, x, rows, caption, from_zero=True)


def dots(title: str, x: Axis, rows: Sequence[Bar], caption: str) -> Chart:
    """Values as dots with intervals, one under the other, where zero means nothing."""
    return _rows(title, x, rows, caption, from_zero=False)


def _rows(title: str, x: Axis, rows: Sequence[Bar], caption: str, *, from_zero: bool) -> Chart:
    drawn = [row for row in rows if math.isfinite(real(row.value))]
    if not drawn:
        return placeholder(title, _nothing(len(rows)))
    values = finite(v for row in drawn for v in (row.value, row.low, row.high))
    values += [0.0] if from_zero else []
    numbers = [" ".join(_written(row)) for row in drawn]
    left = min(_NAMES, max(advance(row.name, 12.5) for row in drawn)) + 14
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
    parts.append(label(left, bottom + 38, x.label, WIDTH - left, css="name"))
    lost = _lost(len(rows) - len(drawn), "row")
    return drawing(title, Markup("".join(parts)), bottom + 48, sentences([caption, lost]))


def _written(row: Bar) -> tuple[str, str]:
    value, interval = estimate(row.value, row.low, row.high)
    return value, f"({interval})" if interval else ""


def _row(row: Bar, text: str, middle: float, scale: Scale, *, from_zero: bool) -> list[Markup]:
    at, zero = scale(real(row.value)), scale(0.0)
    name = label(scale.start - 12, middle + 4, row.name, _NAMES, css="name", anchor="end")
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


def histogram(
    title: str, x: Axis, edges: Sequence[object], counts: Sequence[object], caption: str
) -> Chart:
    """Counts of rows between edges (one more edge than counts)."""
    ends, heights = [real(v) for v in edges], [real(v) for v in counts]
    whole = all(map(math.isfinite, [*ends, *heights]))
    if not whole or len(ends) != len(heights) + 1 or not sum(heights):
        return placeholder(title, _nothing(len(heights)))
    canvas = Canvas(title, x, Axis("rows"), x.covers([ends[0], ends[-1]]), (0.0, max(heights)))
    for (start, end), height in zip(itertools.pairwise(ends), heights, strict=True):
        left, right, top = canvas.x(start), canvas.x(end), canvas.y(height)
        canvas.add(
            box(left + 0.5, top, right - left - 1, canvas.bottom - top, css="fill1", strength=0.75)
        )
    return canvas.chart(caption)


def _nothing(count: int) -> str:
    if not count:
        return "Nothing to draw: no values were given."
    return f"Nothing to draw: none of the {number(count)} values is a finite number."


def _lost(count: int, what: str = "point") -> str:
    if not count:
        return ""
    verb = (
        f"{what} without a finite value is" if count == 1 else f"{what}s without a finite value are"
    )
    return f"{count} {verb} not drawn."
