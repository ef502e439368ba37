"""What was found out about answers to pictures, as plain data: no task, no network.

`jobs.looked` fills it; `images` draws it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Shown:
    """One picture with what was answered.

    Parameters
    ----------
    row : int
        Which, counted from 0.
    name : str
        File, or what it is called.
    pixels : uint8 array (height, width, 3)
        To be looked at.
    answer : str
        In the user's words or units.
    truth : str or None
        None where it is not known.
    sure : float or None
        Probability of the answer.
    error : float or None
        Of a number, in its unit; of points, their mean distance over the size of the true shape;
        of several numbers, the root of the mean of squares, in `unit`.
    told, true : float array (k, 2) or None
        Answered and true points, x and y as shares of width and height.
    unit : str
        Of the error, where it is not that of the answer.
    """

    row: int
    name: str
    pixels: Array
    answer: str
    truth: str | None = None
    sure: float | None = None
    error: float | None = None
    told: Array | None = None
    true: Array | None = None
    unit: str = ""

    def to_json(self) -> dict[str, Any]:
        """All but the pixels."""
        points = {"points": self.told, "true_points": self.true}
        return {
            "row": self.row,
            "picture": self.name,
            "answer": self.answer,
            "truth": self.truth,
            "probability": self.sure,
            "error": self.error,
            **{name: None if each is None else each.tolist() for name, each in points.items()},
        }


@dataclass(frozen=True)
class Looked:
    """Where the network looked in one picture.

    Parameters
    ----------
    shown : Shown
        The picture in the size that the network takes.
    maps : mapping of str to float array (height, width)
        By the way they were made, that which is told in words first.
    checks : mapping of str to explain.images.deletion.DeletionCheck
        Whether each map says something.
    box : (top, left, bottom, right) or None
        Around the hottest tenth of the first map, as shares of height and width.
    where : str
        The same in words.
    """

    shown: Shown
    maps: Mapping[str, Array] = field(default_factory=dict)
    checks: Mapping[str, Any] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None
    where: str = ""

    @property
    def first(self) -> str:
        """The way of the map that is told in words; empty where there is none."""
        return next(iter(self.maps), "")

    def to_json(self) -> dict[str, Any]:
        """All but the pixels and the maps."""
        ends = dict(zip(("top", "left", "bottom", "right"), self.box or (), strict=False))
        return self.shown.to_json() | {
            "looked_at": self.where or None,
            "box": ends or None,
            "by": self.first or None,
            "checks": {name: check.to_json() for name, check in self.checks.items()},
        }


@dataclass(frozen=True)
class Mistaken:
    """Pictures of one class that were taken for another: how many, and some of them."""

    truth: str
    answer: str
    count: int
    shown: Sequence[Shown] = ()

    def to_json(self) -> dict[str, Any]:
        """The two classes and how often."""
        return {"truth": self.truth, "answer": self.answer, "count": self.count}


@dataclass(frozen=True)
class LayerView:
    """What one layer makes of pictures.

    Parameters
    ----------
    name, kind : str
        The layer and its class.
    channels : float array (rows, columns, channels)
        Of one picture, the first that is explained.
    channel : int
        The one that is shown for many pictures.
    across : float array (n, rows, columns)
        That channel.
    """

    name: str
    kind: str
    channels: Array
    channel: int
    across: Array


@dataclass(frozen=True)
class PictureFindings:
    """Answers to pictures looked at.

    Parameters
    ----------
    kind : {"class", "number", "numbers", "points"}
        What is answered.
    n_rows, n_wrong : int
        Pictures whose answers are known, and those answered wrongly (classes).
    wrong : sequence of Shown
        The surest mistakes; of all but classes the largest errors.
    right : sequence of Shown
        The surest right answers, class by class; of all but classes the middling errors.
    confused : sequence of Mistaken
        Pairs of classes, the most frequent first.
    asked_for : sequence of Shown
        Pictures that were named.
    looked : sequence of Looked
        Pictures whose answers are explained.
    shifts : explain.images.shifts.ShiftStudy or None
        Scores of shifted pictures.
    layer : LayerView or None
        One layer.
    filters : (str, float array (n_filters, rows, columns, channels)) or None
        Name and kernels of the first convolution.
    point_errors : float array (k,) or None
        Mean error of each point, over the size of the true shape.
    notes : sequence of str
        What was left out, and why.
    """

    kind: str
    n_rows: int = 0
    n_wrong: int = 0
    wrong: Sequence[Shown] = ()
    right: Sequence[Shown] = ()
    confused: Sequence[Mistaken] = ()
    asked_for: Sequence[Shown] = ()
    looked: Sequence[Looked] = ()
    shifts: Any = None
    layer: LayerView | None = None
    filters: tuple[str, Array] | None = None
    point_errors: Array | None = None
    notes: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Numbers, words and names of files; no pixels."""
        return {
            "kind": self.kind,
            "rows": self.n_rows,
            "wrong": self.n_wrong,
            "mistakes": [each.to_json() for each in self.wrong],
            "examples": [each.to_json() for each in self.right],
            "confused": [each.to_json() for each in self.confused],
            "looked": [each.to_json() for each in self.looked],
            "shifts": None if self.shifts is None else self.shifts.to_json(),
            "layer": None if self.layer is None else self.layer.name,
            "point_errors": None if self.point_errors is None else self.point_errors.tolist(),
            "notes": list(self.notes),
        }
