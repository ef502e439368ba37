"""Which size and channels pictures are brought to, learnt from the training pictures."""

import math
from typing import Any

import numpy as np

from fondo.data.images.decode import Form
from fondo.tasks.images.settings import Backbone, Pixels

SIDE = 64  # pixels: of the square whose area default pictures have, where they are larger
SIDE_OF_BACKBONE = 128
STEP = 8  # pixels: sizes that were not asked for are whole multiples, so that halving goes well
OBLONG = 4.0  # most that one side of them is as long as the other


def choose_form(survey: Any, pixels: Pixels, backbone: Backbone) -> Form:
    """Form of the pictures of a task.

    Parameters
    ----------
    survey : Survey
        Of the training pictures.
    pixels : Pixels
        What is asked for.
    backbone : Backbone
        Whether the network has learnt from photographs before: those are larger, and in colour.
    """
    named = backbone.name is not None
    channels = 3 if named else {"grey": 1, "rgb": 3, "auto": 0}[pixels.color]
    if channels == 0:
        channels = 1 if int(np.max(survey.channels)) == 1 else 3
    crop = None if pixels.crop is None else tuple(int(n) for n in pixels.crop)
    height, width = _size(survey, pixels, crop, SIDE_OF_BACKBONE if named else SIDE, named)
    return Form(height, width, channels, pixels.fit, crop)  # type: ignore[arg-type]


def _size(
    survey: Any, pixels: Pixels, crop: tuple[int, ...] | None, side: int, at_least: bool
) -> tuple[int, int]:
    """Height and width: those asked for, else those of a middling picture, not too large."""
    if isinstance(pixels.size, int):
        return pixels.size, pixels.size
    if pixels.size is not None:
        return int(pixels.size[0]), int(pixels.size[1])
    known = survey.heights > 0
    top, right, bottom, left = crop or (0, 0, 0, 0)
    height = max(float(np.median(survey.heights[known])) - top - bottom, 1.0)
    width = max(float(np.median(survey.widths[known])) - left - right, 1.0)
    if height * width <= side * side and not at_least:
        return round(height), round(width)
    ratio = float(np.clip(width / height, 1 / OBLONG, OBLONG))
    return _rounded(side / math.sqrt(ratio)), _rounded(side * math.sqrt(ratio))


def _rounded(length: float) -> int:
    """Nearest whole multiple of the step, at least one.

    Examples
    --------
    >>> _rounded(45.3), _rounded(2.0)
    (48, 8)
    """
    return max(round(length / STEP), 1) * STEP


def to_frame(points: np.ndarray, sizes: np.ndarray, form: Form) -> np.ndarray:
    """Points in pixels of their own pictures as shares of the frame that the network sees.

    Parameters
    ----------
    points : float array (n, k, 2)
        (x, y), counted from the top left corner. Pixels.
    sizes : int array (n, 2)
        Height and width of each picture. Pixels.
    form : Form
        What becomes of the pictures.

    Returns
    -------
    shares : float array (n, k, 2)
        0 is the left or top edge of the frame, 1 the right or bottom one.
    """
    start, extent = _region(sizes, form)
    return np.asarray((points - start[:, None]) / extent[:, None])


def from_frame(shares: np.ndarray, sizes: np.ndarray, form: Form) -> np.ndarray:
    """The way back of `to_frame`: points (n, k, 2) in pixels of their own pictures."""
    start, extent = _region(sizes, form)
    return np.asarray(shares * extent[:, None] + start[:, None])


def _region(sizes: np.ndarray, form: Form) -> tuple[np.ndarray, np.ndarray]:
    """Corner and extent (n, 2), as (x, y), of what the frame shows of each picture."""
    top, right, bottom, left = form.crop or (0, 0, 0, 0)
    height = sizes[:, 0].astype(float) - top - bottom
    width = sizes[:, 1].astype(float) - left - right
    start, extent = np.array([[left, top]], float), np.stack([width, height], axis=1)
    if form.fit == "stretch":
        return np.broadcast_to(start, extent.shape), extent
    chosen = np.minimum if form.fit == "crop" else np.maximum
    shown = np.stack(
        [chosen(width, height * form.width / form.height),
         chosen(height, width * form.height / form.width)], axis=1,
    )  # fmt: skip
    return start + (extent - shown) / 2, shown
