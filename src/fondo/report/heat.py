"""Arrays as pictures: every number a square, blue below zero and orange above.

How a PNG is written is in `png`; small arrays are better shown as tables of numbers, see `walk`.
"""

import math
from typing import Any

import numpy as np

from fondo.report.markup import Markup, element
from fondo.report.png import address
from fondo.report.scales import number

Array = np.ndarray[Any, Any]

_SIDE = 400  # most squares along one side; beyond it, neighbours are averaged
_LINE = 64  # a longer line of numbers is broken
_TILES = 64  # of one picture
_WHITE, _ORANGE, _BLUE = (
    np.array(c, float) for c in ((247, 247, 247), (194, 89, 12), (31, 95, 153))
)
_GAP = (150, 156, 162)


def heat(name: str, array: Array) -> Markup:
    """Figure of an array of any number of axes.

    Parameters
    ----------
    name : str
        In the caption.
    array : float array
        One axis: a line, broken where it is long. Two: rows downwards. More: one picture for each
        place on the further axes, side by side.

    Returns
    -------
    Markup
        Figure with a caption that tells shape, range, and how the picture was made.
    """
    flat, told = _flat(np.asarray(array, float))
    flat, averaged = _shrunk(flat)
    finite = np.abs(flat[np.isfinite(flat)])
    most = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    side = max(2, min(18, 520 // max(flat.shape)))
    picture = element(
        "img",
        src=address(_coloured(flat, most)),
        width=flat.shape[1] * side,
        height=flat.shape[0] * side,
        alt=f"heat map of {name}",
        class_="heat",
    )
    caption = (
        f"{name}, shape {shape_of(array)}: from {number(float(array.min()))} to "
        f"{number(float(array.max()))}, mean {number(float(array.mean()))}. {told}{averaged}"
        f"Orange is positive, blue negative; full colour is {number(most)}."
    )
    return element("figure", picture, element("figcaption", caption), class_="wide")


def shape_of(array: Array) -> str:
    """Shape in words: `3 x 4`, or `a number`."""
    return " x ".join(map(str, array.shape)) or "a number"


def _coloured(flat: Array, most: float) -> Array:
    """Pixels (rows, columns, 3) uint8; places without a number are grey."""
    strength = np.clip(np.nan_to_num(np.abs(flat)) / most, 0, 1)[..., None]
    full = np.where(flat[..., None] >= 0, _ORANGE, _BLUE)
    pixels = _WHITE + strength * (full - _WHITE)
    pixels[~np.isfinite(flat)] = _GAP
    return np.ascontiguousarray(pixels.round().astype(np.uint8))


def _flat(array: Array) -> tuple[Array, str]:
    """Array of two axes, and how it came about."""
    if array.ndim < 2:
        line = array.reshape(-1)
        if len(line) <= _LINE:
            return line[None], ""
        rows = math.ceil(len(line) / _LINE)
        padded = np.full(rows * _LINE, np.nan)
        padded[: len(line)] = line
        return padded.reshape(rows, _LINE), f"Read like text, {_LINE} numbers a line. "
    if array.ndim == 2:
        return array, ""
    tiles = np.moveaxis(array.reshape(*array.shape[:2], -1), 2, 0)
    shown = tiles[:_TILES]
    across = math.ceil(math.sqrt(len(shown) * shown.shape[1] / shown.shape[2]))
    across = max(1, min(across, len(shown)))
    down, (height, width) = math.ceil(len(shown) / across), shown.shape[1:]
    flat = np.full((down * (height + 1) - 1, across * (width + 1) - 1), np.nan)
    for k, tile in enumerate(shown):
        top, left = k // across * (height + 1), k % across * (width + 1)
        flat[top : top + height, left : left + width] = tile
    rest = f" (the first {_TILES} of {len(tiles)})" if len(tiles) > _TILES else ""
    return flat, f"One field of {height} x {width} for each place on the further axes{rest}. "


def _shrunk(flat: Array) -> tuple[Array, str]:
    """Array of at most 400 squares a side, neighbours averaged."""
    steps = [math.ceil(n / _SIDE) for n in flat.shape]
    if max(steps) == 1:
        return flat, ""
    height, width = (math.ceil(n / s) for n, s in zip(flat.shape, steps, strict=True))
    padded = np.full((height * steps[0], width * steps[1]), np.nan)
    padded[: flat.shape[0], : flat.shape[1]] = flat
    blocks = padded.reshape(height, steps[0], width, steps[1])
    there = np.isfinite(blocks)
    total = np.where(there, blocks, 0).sum(axis=(1, 3))
    count = there.sum(axis=(1, 3))
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean, f"A square is the mean of {steps[0]} x {steps[1]} numbers. "
