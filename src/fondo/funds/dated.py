"""A score that is measured at each date, and what its mean over the dates is worth.

The scores themselves are in `scores`.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from fondo.funds.cells import Cells, Dates, plain
from fondo.judge.clusters import mean_by_cluster
from fondo.judge.intervals import Floats, Interval


@dataclass(frozen=True, eq=False)
class Dated:
    """One value a date.

    Attributes
    ----------
    name : str
        What is measured.
    date : datetime64[D] array (dates,)
        Ascending.
    values : float array (dates,)
        NaN where the score is not defined at that date.
    chance : float
        What a ranking without skill has on average.
    capped : int
        Infinite outcomes that were set to the most extreme finite one of their date.
    """

    name: str
    date: Dates
    values: Floats
    chance: float
    capped: int = 0

    @cached_property
    def known(self) -> Floats:
        """Values that are defined."""
        return self.values[~np.isnan(self.values)]

    @property
    def undefined(self) -> int:
        """Dates at which the score is not defined."""
        return len(self.values) - len(self.known)

    @property
    def mean(self) -> float:
        """Mean over the dates; NaN without any."""
        return float(self.known.mean()) if len(self.known) else math.nan

    @property
    def sd(self) -> float:
        """Standard deviation over the dates; NaN below two."""
        return float(self.known.std(ddof=1)) if len(self.known) > 1 else math.nan

    @property
    def ratio(self) -> float:
        """Mean over standard deviation: for rank correlations the information ratio, ICIR."""
        return self.mean / self.sd if self.sd > 0 else math.nan

    def interval(self, level: float = 0.95) -> Interval:
        """Interval of the mean, by calendar year: neighbouring dates share most of their labels."""
        if len(self.known) == 0:
            return Interval(-math.inf, math.inf, "not defined at any date")
        years = self.date[~np.isnan(self.values)].astype("datetime64[Y]")
        return mean_by_cluster(self.known, years, level)

    def to_json(self) -> dict[str, Any]:
        """Summary and every date, as plain JSON."""
        low, high, method = self.interval()
        told = {"mean": self.mean, "sd": self.sd, "ratio": self.ratio, "low": low, "high": high}
        return {
            "name": self.name,
            "dates": len(self.date),
            "undefined": self.undefined,
            "capped": self.capped,
            "chance": plain(self.chance),
            "method": method,
            **{key: plain(value) for key, value in told.items()},
            "date": plain(self.date),
            "values": plain(self.values),
        }


def over_peers(
    name: str, values: Floats, weights: Floats, cell: Cells, chance: float, capped: int = 0
) -> Dated:
    """One value a date from one a cell: the mean over peer groups, by weight.

    Parameters
    ----------
    name : str
    values, weights : float arrays (cells,)
        A cell whose value is NaN, or whose weight is 0, is passed over.
    cell : Cells
    chance : float
    capped : int, default=0
        As in `Dated`.
    """
    dates, of = np.unique(cell.date, return_inverse=True)
    use = ~np.isnan(values) & (weights > 0)
    total = np.bincount(of[use], weights[use], minlength=len(dates)).astype(np.float64)
    sums = np.bincount(of[use], (values * weights)[use], minlength=len(dates))
    with np.errstate(invalid="ignore"):
        return Dated(name, dates, sums / total, chance, capped)
