"""Charts of a plane: shaded by how sure a network is of one class, or by height, with dots on it.

They know nothing of models; whoever calls computes the field.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from fondo.report.markup import Markup, element, join, sentences
from fondo.report.scales import real
from fondo.report.svg import Axis, Canvas, Chart, Key, box, dot, placeholder

_SHADES = 6  # of each colour; cells of one shade side by side are drawn as one
_STRONGEST = 0.5  # dots and paths must stand out
_ASPECT = 2 / 3  # height of the frame by its width


@dataclass(frozen=True)
class Group:
    """Dots of one kind.

    Parameters
    ----------
    name : str
        In the legend.
    x, y : sequences of equal length
        Dots outside the frame are not drawn, and counted.
    style : int from 1 to 4
        Colour.
    """

    name: str
    x: Sequence[object]
    y: Sequence[object]
    style: int = 1


@dataclass(frozen=True)
class Path:
    """A way across the plane: joined by lines, a small dot at every point."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    style: int = 1


def regions(
    title: str,
    axes: tuple[Axis, Axis],
    field: Sequence[Sequence[float]],
    caption: str,
    *,
    marks: Sequence[Group | Path] = (),
    styles: tuple[int, int] = (1, 2),
) -> Chart:
    """Shade a plane by a field, and draw dots or paths on it.

    Parameters
    ----------
    title : str
        Above the frame.
    axes : (Axis, Axis)
        Horizontal and vertical; the field lies evenly between their stated ends.
    field : rows of float from -1 to 1
        The lowest row first. -1 is the full colour of the first style, 1 that of the second; the
        colour changes at 0.
    caption : str
        What one sees, with its numbers.
    marks : sequence of Group or Path
        Drawn in this order, the first on top.
    styles : (int, int)
        Colours of the two sides.
    """
    x, y = axes
    values = [[real(v) for v in row] for row in field]
    whole = bool(values) and all(len(row) == len(values[0]) > 0 for row in values)
    if not whole or not all(math.isfinite(v) for row in values for v in row):
        return placeholder(title, "Nothing to draw: the field has gaps.")
    (left, right), (low, high) = x.covers([]), y.covers([])
    keys = [
        Key(mark.name, mark.style, "dot" if isinstance(mark, Group) else "line") for mark in marks
    ]
    canvas = Canvas(title, x, y, (left, right), (low, high), keys)
    canvas = Canvas(
        title, x, y, (left, right), (low, high), keys, _ASPECT * (canvas.right - canvas.left)
    )
    canvas.add(*_shades(canvas, values, (left, right, low, high), styles))
    lost = 0
    for mark in reversed(marks):
        pairs = [(real(a), real(b)) for a, b in zip(mark.x, mark.y, strict=True)]
        kept = [(a, b) for a, b in pairs if left <= a <= right and low <= b <= high]
        canvas.add(*(_dots if isinstance(mark, Group) else _path)(canvas, kept, mark.style))
        lost += len(pairs) - len(kept)
    points = "1 point lies" if lost == 1 else f"{lost} points lie"
    return canvas.chart(sentences([caption, f"{points} outside the frame." if lost else ""]))


def _shades(
    canvas: Canvas,
    field: list[list[float]],
    frame: tuple[float, float, float, float],
    styles: tuple[int, int],
) -> list[Markup]:
    """Runs of one shade, row by row."""
    left, right = canvas.x(frame[0]), canvas.x(frame[1])
    low, high = canvas.y(frame[2]), canvas.y(frame[3])
    width, height = (right - left) / len(field[0]), (low - high) / len(field)
    drawn = []
    for k, row in enumerate(field):
        start = 0
        for shade, run in itertools.groupby(row, _shade):
            count = len(list(run))
            drawn.append(
                box(
                    left + start * width,
                    low - (k + 1) * height,
                    count * width,
                    height,
                    css=f"fill{styles[shade > 0]}",
                    strength=_STRONGEST * abs(shade) / _SHADES,
                )
            )
            start += count
    return [Markup(f'<g shape-rendering="crispEdges">{join(*drawn)}</g>')]


def _shade(value: float) -> int:
    """-6 to -1 below zero, 1 to 6 from zero on."""
    size = min(_SHADES, max(1, math.ceil(abs(value) * _SHADES)))
    return -size if value < 0 else size


def _dots(canvas: Canvas, points: Sequence[tuple[float, float]], style: int) -> list[Markup]:
    return [dot(canvas.x(a), canvas.y(b), style=style, size=2.5) for a, b in points]


def _path(canvas: Canvas, points: Sequence[tuple[float, float]], style: int) -> list[Markup]:
    steps = " L".join(f"{canvas.x(a):.1f} {canvas.y(b):.1f}" for a, b in points)
    line = [element("path", d=f"M{steps}", class_=f"stroke{style}")] if points else []
    return line + [dot(canvas.x(a), canvas.y(b), style=style, size=1.8) for a, b in points]
