"""Whether answers to short or quiet sounds are worse: the share of right ones by quarters."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.judge.intervals import wilson

Array = np.ndarray[Any, Any]
FEWEST = 40  # sounds; fewer leave under ten to a quarter, whose intervals say nothing
QUARTERS = 4


@dataclass(frozen=True)
class Quarter:
    """A quarter of the sounds, from the least of some value on.

    Attributes
    ----------
    low, high : float
        Least and greatest value among them.
    n, right : int
        How many there are, and how many are answered rightly.
    ends : (float, float)
        Interval of the share (Wilson); that all of them hold is 95 % sure (Bonferroni).
    """

    low: float
    high: float
    n: int
    right: int
    ends: tuple[float, float]

    @property
    def share(self) -> float:
        """Share of right answers."""
        return self.right / self.n

    def to_json(self) -> dict[str, Any]:
        """All numbers."""
        names = ("low", "high", "n", "right")
        return {name: getattr(self, name) for name in names} | {"interval": list(self.ends)}


def quarters(values: Array, right: Array) -> list[Quarter]:
    """Right answers by quarters of a value.

    Parameters
    ----------
    values : float array (n,)
        Such as seconds, or decibels.
    right : bool array (n,)
        Whether each is answered rightly.

    Returns
    -------
    quarters : list of Quarter
        Equal values are never parted, so there may be fewer than four. None at all for fewer than
        40 sounds, or where all values are equal.

    Examples
    --------
    >>> found = quarters(np.arange(40.0), np.arange(40) >= 10)
    >>> [(each.low, each.right, each.n) for each in found]
    [(0.0, 0, 10), (10.0, 10, 10), (20.0, 10, 10), (30.0, 10, 10)]
    """
    values, right = np.asarray(values, float), np.asarray(right, bool)
    if len(values) < FEWEST:
        return []
    ends = np.unique(np.quantile(values, np.arange(1, QUARTERS) / QUARTERS, method="lower"))
    of = np.searchsorted(ends, values)  # the ends belong to the quarter below
    found = []
    parts = np.unique(of)
    for number in parts:
        rows = of == number
        hits, n = int(right[rows].sum()), int(rows.sum())
        low, high, _ = wilson(hits, n, 1 - 0.05 / len(parts))
        found.append(
            Quarter(float(values[rows].min()), float(values[rows].max()), n, hits, (low, high))
        )
    return found if len(found) > 1 else []
