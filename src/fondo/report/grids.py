"""Charts of two dimensions: scatter, its density where rows are many, and the confusion matrix.

They know nothing of models; `figures` says what to draw and puts the sentence underneath.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fondo.report.markup import Markup, advance, join, sentences
from fondo.report.scales import number, percent
from fondo.report.svg import (
    SMALL,
    WIDTH,
    Axis,
    Canvas,
    Chart,
    box,
    dot,
    drawing,
    label,
    placeholder,
    rule,
)
from fondo.report.words import left_out, nothing

MOST_POINTS = 2000  # more are drawn as a density: the file stays small, and so does the overlap
MOST_CLASSES = 30  # more are left out of the matrix, the rarest first
_CELLS = (60, 36)  # of a density, across and up


def scatter(
    title: str,
    x: Axis,
    y: Axis,
    points: tuple[Sequence[object], Sequence[object]],
    caption: str,
    *,
    reference: str = "none",
) -> Chart:
    """One dot a row; beyond 2,000 rows, the number of rows in each cell of a fine grid.

    Parameters
    ----------
    title, x, y
        Words around the frame.
    points : (x values, y values)
        Rows with a value that is not finite are left out and counted in the caption.
    caption : str
        What one sees, with its numbers.
    reference : {"none", "diagonal", "zero"}
        Line to compare with: y = x or y = 0.
    """
    xs, ys = (np.asarray(values, dtype=float).ravel() for values in points)
    good = np.isfinite(xs) & np.isfinite(ys)
    if not good.any():
        return placeholder(title, nothing(len(xs)))
    xs, ys = xs[good], ys[good]
    spans = x.covers([xs.min(), xs.max()]), y.covers([ys.min(), ys.max()])
    canvas = Canvas(title, x, y, *spans, height=330.0)
    many = len(xs) > MOST_POINTS
    canvas.add(*(_density(canvas, xs, ys) if many else _dots(canvas, xs, ys)))
    canvas.add(*_reference(canvas, reference))
    note = "Darker cells hold more rows." if many else ""
    lost = left_out(int((~good).sum()), "row")
    return canvas.chart(sentences([caption, note, lost]))


def _dots(canvas: Canvas, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> list[Markup]:
    dots = [dot(canvas.x(a), canvas.y(b), size=2.5) for a, b in zip(xs, ys, strict=True)]
    return [Markup(f'<g fill-opacity="0.45">{join(*dots)}</g>')]


def _density(canvas: Canvas, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> list[Markup]:
    across, up = _CELLS
    width, height = (canvas.right - canvas.left) / across, canvas.height / up
    columns = [min(across - 1, int((canvas.x(v) - canvas.left) / width)) for v in xs]
    rows = [min(up - 1, int((canvas.y(v) - canvas.top) / height)) for v in ys]
    counts = np.zeros((up, across))
    np.add.at(counts, (rows, columns), 1)
    most = counts.max()
    return [
        box(
            canvas.left + c * width,
            canvas.top + r * height,
            width,
            height,
            css="fill1",
            strength=0.08 + 0.92 * math.sqrt(counts[r, c] / most),
        )
        for r, c in np.argwhere(counts)
    ]


def _reference(canvas: Canvas, kind: str) -> list[Markup]:
    if kind == "zero" and canvas.y.low <= 0 <= canvas.y.high:
        return [rule(canvas.left, canvas.y(0.0), canvas.right, canvas.y(0.0), css="stroke4")]
    low, high = max(canvas.x.low, canvas.y.low), min(canvas.x.high, canvas.y.high)
    if kind == "diagonal" and low < high:
        ends = canvas.x(low), canvas.y(low), canvas.x(high), canvas.y(high)
        return [rule(*ends, css="stroke4")]
    return []


def matrix(title: str, names: Sequence[object], counts: object, caption: str) -> Chart:
    """Confusion matrix: true classes downwards, answers across; colour is the share of the row.

    Parameters
    ----------
    title : str
        Above the matrix.
    names : sequence
        Classes; of more than 30, the most frequent are drawn and the rest are counted.
    counts : array (classes, classes)
        Rows whose true class is the first index and whose answer is the second.
    caption : str
        What one sees, with its numbers.
    """
    cells = np.asarray(counts, dtype=float)
    if not len(names) or cells.shape != (len(names), len(names)) or not np.isfinite(cells).all():
        return placeholder(title, "Nothing to draw: no confusion matrix was given.")
    kept = np.sort(np.argsort(-cells.sum(axis=1), kind="stable")[:MOST_CLASSES])
    rarest = len(names) - len(kept)
    note = f"The {number(rarest)} rarest classes are not drawn." if rarest else ""
    words, totals = [str(names[i]) for i in kept], cells.sum(axis=1)[kept]
    body, height = _cells(words, cells[np.ix_(kept, kept)], totals)
    return drawing(title, body, height, sentences([caption, note]))


def _cells(
    names: Sequence[str], cells: NDArray[np.float64], totals: NDArray[np.float64]
) -> tuple[Markup, float]:
    longest = max(advance(name, SMALL) for name in names)
    left = max(84.0, min(190.0, longest) + 14)
    side = min(150.0, (WIDTH - left) / len(names))
    tall = min(side, 46.0)
    upright = longest + 8 > side  # names across would touch: write them upwards
    top = 52 + (min(110.0, longest) + 6 if upright else 16)
    parts = [
        label(left, 44, "predicted class (rows)", WIDTH - left, css="name"),
        label(0, top - 8 if not upright else 44, "true class", left - 10, css="name"),
    ]
    for i, name in enumerate(names):
        parts.append(
            label(left - 8, top + tall * (i + 0.5) + 4, name, left - 12, anchor="end", size=SMALL)
        )
        parts.append(_column_name(name, left + side * (i + 0.5), top - 8, side, upright=upright))
        for j, count in enumerate(cells[i]):
            share = count / totals[i] if totals[i] else 0.0
            at = (left + side * j, top + tall * i)
            parts += _cell(at, (side, tall), count, share)
    return join(*parts), top + tall * len(names) + 6


def _column_name(name: str, x: float, y: float, side: float, *, upright: bool) -> Markup:
    if not upright:
        return label(x, y, name, side - 6, anchor="middle", size=SMALL)
    words = label(0, 0, name, 110, size=SMALL)
    return Markup(f'<g transform="translate({x + 4:.1f} {y:.1f}) rotate(-90)">{words}</g>')


def _cell(
    at: tuple[float, float], size: tuple[float, float], count: float, share: float
) -> list[Markup]:
    (x, y), (width, height) = at, size
    fill = box(x + 0.5, y + 0.5, width - 1, height - 1, css="fill1", strength=0.04 + 0.86 * share)
    css = "cell onfill" if share > 0.6 else "cell"
    text = number(count, 6)
    if advance(text, SMALL) + 4 > width or height < 15:
        return [fill]
    middle = x + width / 2
    if height < 34:
        return [fill, label(middle, y + height / 2 + 4, text, width, css=css, anchor="middle")]
    return [
        fill,
        label(middle, y + height / 2 - 2, text, width, css=css + " count", anchor="middle"),
        label(middle, y + height / 2 + 13, percent(share), width, css=css, anchor="middle"),
    ]
