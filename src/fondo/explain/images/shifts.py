"""How answers hold when pictures are moved by a few pixels.

Convolutions and pooling bear small shifts, dense layers on pixels do not; here it is measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import normal_quantile, wilson

Array = np.ndarray[Any, Any]
AXES = ("sideways", "up and down")


@dataclass(frozen=True)
class Shifted:
    """Score of pictures that were moved all alike.

    Attributes
    ----------
    axis : {"sideways", "up and down"}
        Along which they moved.
    pixels : int
        How far: right and down are positive.
    value, low, high : float
        Accuracy with its 95 % Wilson interval, or mean absolute error with the normal one.
    """

    axis: str
    pixels: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ShiftStudy:
    """Scores of pictures at shifts along both axes.

    Attributes
    ----------
    metric : {"accuracy", "mean absolute error", "mean absolute error of standardised numbers"}
        What the scores are.
    n_rows : int
        Pictures.
    fill : str
        What came in at the edge, in words.
    rows : list of Shifted
        From the largest negative shift to the largest positive one, axis after axis.
    """

    metric: str
    n_rows: int
    fill: str
    rows: list[Shifted]

    def curve(self, axis: str) -> list[Shifted]:
        """Scores along one axis."""
        return [row for row in self.rows if row.axis == axis]

    def by_size(self) -> list[tuple[int, float]]:
        """Mean score over the directions, by the number of pixels: (pixels, value)."""
        sizes = sorted({abs(row.pixels) for row in self.rows})
        return [
            (size, float(np.mean([row.value for row in self.rows if abs(row.pixels) == size])))
            for size in sizes
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        rows = [vars(row) for row in self.rows]
        return {"metric": self.metric, "n_rows": self.n_rows, "fill": self.fill, "rows": rows}


def shift(pictures: Array, down: int, right: int, *, fill: str | Sequence[float] = "edge") -> Array:
    """Pictures moved by whole pixels.

    Parameters
    ----------
    pictures : array (n, height, width, channels)
        Bytes or fractions.
    down, right : int
        Pixels; negative moves up or left.
    fill : "edge" or one number a channel, default="edge"
        What comes in: the outermost row and column go on, or a colour.

    Returns
    -------
    moved : array (n, height, width, channels)
        Of the same type.

    Raises
    ------
    BadData
        The pictures have another form, or the shift leaves nothing of them.
    BadParameter
        The colour has another number of channels.

    Examples
    --------
    >>> row = np.array([[[[1], [2], [3]]]])
    >>> shift(row, 0, -1).ravel().tolist(), shift(row, 0, 1, fill=[0]).ravel().tolist()
    ([2, 3, 3], [0, 1, 2])
    """
    if pictures.ndim != 4:
        raise BadData(
            "shift(pictures): they must be an array (n, height, width, channels). "
            f"Found shape {pictures.shape}."
        )
    height, width, channels = pictures.shape[1:]
    if abs(down) >= height or abs(right) >= width:
        raise BadData(
            f"shift(down={down}, right={right}): nothing would be left of pictures of "
            f"{height} x {width} pixels. Move them less."
        )
    rows, columns = np.arange(height) - down, np.arange(width) - right
    moved = pictures[:, rows.clip(0, height - 1)][:, :, columns.clip(0, width - 1)]
    if isinstance(fill, str) and fill == "edge":
        return moved
    colour = np.asarray(fill)
    if colour.shape != (channels,) or colour.dtype.kind not in "fiu":
        raise BadParameter(
            f"shift(fill={fill!r}): fill must be 'edge' or {channels} numbers, one a channel."
        )
    moved[:, (rows < 0) | (rows >= height)] = colour
    moved[:, :, (columns < 0) | (columns >= width)] = colour
    return moved


def shift_study(
    answer: Callable[[Array], Array],
    pictures: Array,
    y: Array,
    most: int = 5,
    *,
    fill: str | Sequence[float] = "edge",
) -> ShiftStudy:
    """Scores of a model on pictures moved left, right, up and down.

    Parameters
    ----------
    answer : callable (n, height, width, channels) -> (n,) or (n, k)
        Labels, or numbers; several of a picture in units that can be put together.
    pictures : array (n, height, width, channels)
        What it takes, in the size that it takes.
    y : array (n,) or (n, k)
        The truth; numbers where it holds fractions or the answers do.
    most : int, at least 1, default=5
        Largest shift. Pixels; less where the pictures are small.
    fill : "edge" or one number a channel, default="edge"
        See `shift`.

    Returns
    -------
    study : ShiftStudy
        Scores from -most to most along both axes.

    Raises
    ------
    BadData
        There are no pictures, or not as many truths.
    BadParameter
        `most` below 1.

    Notes
    -----
    Asks for 4 most + 1 times the pictures. Intervals hold for each shift by itself: all are
    measured on the same pictures.
    """
    if most < 1:
        raise BadParameter(f"shift_study(most={most}): most must be at least 1 pixel.")
    truth = np.asarray(y)
    if len(truth) == 0 or len(truth) != len(pictures):
        raise BadData(
            f"shift_study(y): there must be one truth for each of the {len(pictures)} pictures, "
            f"and at least one. Found {len(truth)}."
        )
    still = np.asarray(answer(pictures))
    numbers = "f" in (truth.dtype.kind, still.dtype.kind)
    most = min(most, min(pictures.shape[1:3]) - 1)
    rows = []
    for axis in AXES:
        for pixels in range(-most, most + 1):
            way = (0, pixels) if axis == AXES[0] else (pixels, 0)
            told = still if pixels == 0 else np.asarray(answer(shift(pictures, *way, fill=fill)))
            rows.append(Shifted(axis, pixels, *_score(truth, told, numbers)))
    words = "the edge goes on" if isinstance(fill, str) else f"the colour {list(fill)}"
    metric = "mean absolute error" if numbers else "accuracy"
    metric += " of standardised numbers" if truth.ndim == 2 else ""
    return ShiftStudy(metric, len(truth), words, rows)


def _score(truth: Array, told: Array, numbers: bool) -> tuple[float, float, float]:
    if not numbers:
        hits = int((truth == told).sum())
        low, high, _ = wilson(hits, len(truth))
        return hits / len(truth), low, high
    off = np.abs(truth.astype(float) - told).reshape(len(truth), -1).mean(axis=1)
    half = normal_quantile(0.95) * off.std(ddof=min(1, len(off) - 1)) / np.sqrt(len(off))
    return float(off.mean()), float(max(0.0, off.mean() - half)), float(off.mean() + half)
