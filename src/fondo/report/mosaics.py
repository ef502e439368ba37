"""Arrays as pictures in colour: heat laid over a picture, many small maps side by side.

Files are written in `png`; what is shown is the business of `images`.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# Nine colours whose lightness grows evenly, from dark violet over green to yellow: viridis, by
# Smith and van der Walt (2015), CC0.
_VIRIDIS = np.array(
    [(68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141), (39, 173, 129),
     (92, 200, 99), (170, 220, 50), (253, 231, 37)], float,
)  # fmt: skip
_GAP = (214, 224, 240)  # neither a colour of heat nor a grey
_TILE = 24  # pixels a side, at least: of smaller tiles each pixel is drawn as several
_COVER = 0.75  # of the picture by the hottest colour
_TOP = 0.99  # share of the pixels below full heat, so that one of them does not dim the rest
TILES = 36  # of one mosaic


def colours(shares: Array) -> Array:
    """Colours (..., 3) as bytes of shares in [0, 1]; other numbers are held at the ends.

    Examples
    --------
    >>> colours(np.array([0.0, 0.5, 2.0])).tolist()
    [[68, 1, 84], [33, 144, 141], [253, 231, 37]]
    """
    at = np.clip(np.nan_to_num(np.asarray(shares, float)), 0, 1) * (len(_VIRIDIS) - 1)
    low = np.minimum(at.astype(int), len(_VIRIDIS) - 2)
    part = (at - low)[..., None]
    mixed = _VIRIDIS[low] * (1 - part) + _VIRIDIS[low + 1] * part
    return np.asarray(mixed.round().astype(np.uint8))


def overlay(pixels: Array, map_: Array) -> Array:
    """A picture in grey with a map over it: the hotter, the more colour.

    Parameters
    ----------
    pixels : uint8 array (height, width, 3)
        The picture.
    map_ : float array (height, width)
        Only what is above 0 is coloured; full colour is at its 99th percentile.

    Returns
    -------
    pixels : uint8 array (height, width, 3)
    """
    heat = np.maximum(np.asarray(map_, float), 0)
    full = float(np.quantile(heat, _TOP)) or float(heat.max())
    share = np.clip(heat / full, 0, 1) if full > 0 else np.zeros_like(heat)
    grey = np.asarray(pixels, float) @ (0.299, 0.587, 0.114)
    cover = _COVER * share[..., None]
    mixed = (1 - cover) * grey[..., None] + cover * colours(share)
    return np.asarray(mixed.round().astype(np.uint8))


def scale_bar(width: int = 128, height: int = 8) -> Array:
    """All colours from left to right (height, width, 3), for a legend."""
    return np.tile(colours(np.linspace(0, 1, width)), (height, 1, 1))


def maps_side_by_side(maps: Array) -> Array:
    """Mosaic of maps (n, rows, columns), each in its own colours from its least to its greatest.

    The first 36 are drawn, line by line from the top left.
    """
    shown = np.asarray(maps, float)[:TILES]
    low = shown.min(axis=(1, 2), keepdims=True)
    spread = shown.max(axis=(1, 2), keepdims=True) - low
    return mosaic(list(colours((shown - low) / np.where(spread > 0, spread, 1))))


def filters_side_by_side(kernels: Array) -> Array:
    """Mosaic of filters (n, rows, columns, channels), in grey where 0 lies in the middle.

    Three channels are red, green and blue; of others the mean is shown. The first 36 are drawn.
    """
    shown = np.asarray(kernels, float)[:TILES]
    if shown.shape[3] != 3:
        shown = np.repeat(shown.mean(axis=3, keepdims=True), 3, axis=3)
    most = np.abs(shown).max(axis=(1, 2, 3), keepdims=True)
    share = 0.5 + 0.5 * shown / np.where(most > 0, most, 1)
    return mosaic(list((255 * share).round().astype(np.uint8)))


def mosaic(tiles: Sequence[Array]) -> Array:
    """Tiles (rows, columns, 3) of one size in a field about as wide as high, with pale gaps."""
    times = math.ceil(_TILE / max(tiles[0].shape[:2]))
    tiles = [tile.repeat(times, axis=0).repeat(times, axis=1) for tile in tiles]
    height, width = tiles[0].shape[:2]
    across = max(1, min(len(tiles), round(math.sqrt(len(tiles) * height / width))))
    down, gap = math.ceil(len(tiles) / across), max(1, min(height, width) // 12)
    field = np.empty((down * (height + gap) - gap, across * (width + gap) - gap, 3), np.uint8)
    field[:] = _GAP
    for k, tile in enumerate(tiles):
        top, left = k // across * (height + gap), k % across * (width + gap)
        field[top : top + height, left : left + width] = tile
    return field


def shrunk(array: Array, most: int) -> Array:
    """Picture or map of at most `most` pixels a side: neighbours are averaged, edges cut.

    Parameters
    ----------
    array : array (height, width, ...)
        Bytes stay bytes.
    most : int
        Pixels.
    """
    step = math.ceil(max(array.shape[:2]) / most)
    if step <= 1:
        return array
    height, width = (max(side // step, 1) for side in array.shape[:2])
    rows, columns = min(height * step, array.shape[0]), min(width * step, array.shape[1])
    rest = array.shape[2:]
    part = np.asarray(array[:rows, :columns], float)
    blocks = part.reshape(height, rows // height, width, columns // width, *rest)
    means = blocks.mean(axis=(1, 3))
    return np.asarray(means.round().astype(np.uint8) if array.dtype == np.uint8 else means)
