"""Where in a picture a map is hottest: a box, and words for it."""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]
HOT = 0.1  # share of the pixels that count as hottest
CORE = 0.8  # share of those that the box holds along each side; the rest may lie anywhere
WIDE = 2 / 3  # of a side; a longer box lies across the whole of it


class Box(NamedTuple):
    """Part of a picture, as shares of its height and width from the top left; ends excluded."""

    top: float
    left: float
    bottom: float
    right: float


def hot_box(map_: Array) -> Box | None:
    """Box around most of the hottest tenth of a map.

    Parameters
    ----------
    map_ : float array (height, width)
        Only what is above 0 can be hot.

    Returns
    -------
    box : Box or None
        Holds the middle 80 % of the hottest pixels, along each side; None where nothing is hot.

    Examples
    --------
    >>> map_ = np.zeros((10, 10))
    >>> map_[2:4, 5:10] = 1
    >>> tuple(round(end, 2) for end in hot_box(map_))
    (0.2, 0.5, 0.4, 1.0)
    """
    heat = np.asarray(map_, float)
    count = max(round(heat.size * HOT), 1)
    least = np.partition(heat.ravel(), -count)[-count]
    hot = np.argwhere((heat >= least) & (heat > 0))
    if not len(hot):
        return None
    tail = (1 - CORE) / 2
    low = np.quantile(hot, tail, axis=0, method="lower")
    high = np.quantile(hot, 1 - tail, axis=0, method="higher") + 1
    top, left = (low / heat.shape).tolist()
    bottom, right = (high / heat.shape).tolist()
    return Box(top, left, bottom, right)


def in_words(box: Box | None) -> str:
    """Where a box lies in its picture.

    Parameters
    ----------
    box : Box or None
        As `hot_box` gives it.

    Examples
    --------
    >>> in_words(Box(0.0, 0.0, 0.3, 0.3)), in_words(Box(0.4, 0.4, 0.6, 0.6))
    ('upper left', 'middle')
    >>> in_words(Box(0.7, 0.1, 0.9, 0.9)), in_words(Box(0.0, 0.0, 1.0, 1.0)), in_words(None)
    ('lower part, across', 'all over the picture', 'nowhere in particular')
    """
    if box is None:
        return "nowhere in particular"
    tall, wide = box.bottom - box.top > WIDE, box.right - box.left > WIDE
    down = _third((box.top + box.bottom) / 2, ("upper", "middle", "lower"))
    across = _third((box.left + box.right) / 2, ("left", "middle", "right"))
    if tall and wide:
        return "all over the picture"
    if wide:
        return f"{down} part, across"
    if tall:
        return f"{across} part, from top to bottom"
    if down == across:
        return "middle"
    if "middle" in (down, across):
        return {"upper": "top", "lower": "bottom"}.get(down, across)
    return f"{down} {across}"


def _third(middle: float, names: tuple[str, str, str]) -> str:
    return names[min(int(3 * middle), 2)]
