"""Pictures of digits as a chart: dark where there is ink."""

import itertools
from collections.abc import Sequence

import numpy as np

from fondo.recipes.digits import TOP, Array
from fondo.report.markup import Markup, join
from fondo.report.svg import WIDTH, Chart, box, drawing, label

_GAP = 16.0  # between pictures, pixels
_SHADES = 8  # of ink; neighbours of one shade are drawn as one


def shown(title: str, pictures: Array, names: Sequence[object], caption: str) -> Chart:
    """Pictures side by side, each with its name above.

    Parameters
    ----------
    title : str
        Above the pictures.
    pictures : array (pictures, height, width)
        Brightness, 0 to 255, drawn as ink.
    names : sequence
        One a picture.
    caption : str
        What one sees.
    """
    count, height, width = pictures.shape
    side = (WIDTH - _GAP * (count - 1)) / count
    unit = side / max(height, width)
    drawn: list[Markup] = []
    for k, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        left, top = k * (side + _GAP), 56.0
        drawn.append(box(left, top, side, side, css="fill4", strength=0.06))
        drawn.append(label(left, top - 8, name, side, css="name"))
        # crisp, since faint seams would show between the rows
        ink = join(*_ink(picture, left, top, unit))
        drawn.append(Markup(f'<g shape-rendering="crispEdges">{ink}</g>'))
    return drawing(title, join(*drawn), 62 + side, caption)


def _ink(picture: Array, left: float, top: float, unit: float) -> list[Markup]:
    shades = np.ceil(_SHADES * picture / TOP).astype(int)
    drawn = []
    for row, line in enumerate(shades.tolist()):
        column = 0
        for shade, run in itertools.groupby(line):
            length = len(list(run))
            if shade > 0:
                place = left + column * unit, top + row * unit, length * unit, unit
                drawn.append(box(*place, css="fill1", strength=shade / _SHADES))
            column += length
    return drawn
