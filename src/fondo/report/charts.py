"""Charts of values along an axis: lines with bands, and histograms.

Bars and dots are in `rows`, two dimensions in `grids`; what to draw is the business of `figures`.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from fondo.report.markup import Markup, element, sentences
from fondo.report.scales import finite, real
from fondo.report.svg import Axis, Canvas, Chart, Key, box, dot, label, placeholder, rule
from fondo.report.words import left_out, nothing


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
    joined : bool
        Whether a line goes from point to point; else there are dots alone.
    """

    name: str
    x: Sequence[object]
    y: Sequence[object]
    low: Sequence[object] | None = None
    high: Sequence[object] | None = None
    style: int = 1
    dots: bool = False
    joined: bool = True


@dataclass(frozen=True)
class Mark:
    """Upright line through the frame at `x`, with a word beside it."""

    x: float
    text: str


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
        return placeholder(title, nothing(sum(len(line.x) for line in series)))
    lost = sum(not point for line in points for point in line)
    xs = [p[0] for p in kept] + ([mark.x] if mark and math.isfinite(mark.x) else [])
    ys = [p[1] for p in kept] + [
        v for s in series for v in finite([*(s.low or ()), *(s.high or ())])
    ]
    keys = [Key(line.name, line.style, "line" if line.joined else "dot") for line in series]
    canvas = Canvas(title, x, y, x.covers(xs), y.covers(ys), keys)
    for line in reversed(series):
        canvas.add(*_band(canvas, line))
    if mark and math.isfinite(mark.x):
        canvas.add(*_marked(canvas, mark))
    for line, path in reversed(list(zip(series, points, strict=True))):
        canvas.add(*_path(canvas, line, path))
    return canvas.chart(sentences([caption, left_out(lost)]))


def _points(line: Line) -> list[tuple[float, float] | None]:
    pairs = [(real(a), real(b)) for a, b in zip(line.x, line.y, strict=True)]
    return [pair if all(map(math.isfinite, pair)) else None for pair in pairs]


def _path(canvas: Canvas, line: Line, points: list[tuple[float, float] | None]) -> list[Markup]:
    placed = [(canvas.x(p[0]), canvas.y(p[1])) if p else None for p in points]
    if not line.joined:
        return [dot(p[0], p[1], style=line.style) for p in placed if p]
    steps, fresh = [], True
    for point in placed:
        if point:
            steps.append(f"{'M' if fresh else 'L'}{point[0]:.1f} {point[1]:.1f}")
        fresh = point is None
    parts = [element("path", d=" ".join(steps), class_=f"stroke{line.style}")]
    if line.dots or sum(p is not None for p in placed) == 1:
        parts += [dot(p[0], p[1], style=line.style) for p in placed if p]
    return parts


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


def histogram(
    title: str, x: Axis, edges: Sequence[object], counts: Sequence[object], caption: str
) -> Chart:
    """Counts of rows between edges (one more edge than counts)."""
    ends, heights = [real(v) for v in edges], [real(v) for v in counts]
    whole = all(map(math.isfinite, [*ends, *heights]))
    if not whole or len(ends) != len(heights) + 1 or not sum(heights):
        return placeholder(title, nothing(len(heights)))
    canvas = Canvas(title, x, Axis("rows"), x.covers([ends[0], ends[-1]]), (0.0, max(heights)))
    for (start, end), height in zip(itertools.pairwise(ends), heights, strict=True):
        left, right, top = canvas.x(start), canvas.x(end), canvas.y(height)
        canvas.add(
            box(left + 0.5, top, right - left - 1, canvas.bottom - top, css="fill1", strength=0.75)
        )
    return canvas.chart(caption)
