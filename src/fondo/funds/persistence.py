"""Where quartiles go: who stays on top, who falls, who is gone by the next look.

The natural rival of any model: rank funds by the quartile they were in.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fondo.contracts import Whole, check_value
from fondo.errors import BadData, BadParameter
from fondo.funds.cells import Codes, Dates, as_dates, plain
from fondo.judge.clusters import share_by_cluster
from fondo.judge.intervals import Array, Floats, Interval


@dataclass(frozen=True, eq=False)
class Transitions:
    """How many funds went from each quantile to each, and how many were gone.

    Attributes
    ----------
    counts : int array (quantiles, quantiles + 1)
        From the row's quantile (0 is the best) to the column's; the last column counts funds that
        had ended, or were ranked in no group, at the later date.
    stayed, started : float arrays (dates,)
        At each earlier date, funds in the best quantile, and those of them still there later.
    date : datetime64[D] array (dates,)
        Earlier dates.
    """

    counts: Codes
    stayed: Floats
    started: Floats
    date: Dates

    @property
    def shares(self) -> Floats:
        """Counts over the sum of their row; NaN in a row without funds."""
        total = self.counts.sum(axis=1, keepdims=True).astype(float)
        with np.errstate(invalid="ignore"):
            found: Floats = self.counts / total
        return found

    @property
    def repeat(self) -> float:
        """Share of the best quantile that is in the best again; NaN where it was empty."""
        return float(self.shares[0, 0])

    @property
    def chance(self) -> float:
        """Share of all that were ranked that is in the best later: what staying is worth."""
        total = int(self.counts.sum())
        return float(self.counts[:, 0].sum()) / total if total else math.nan

    def interval(self, level: float = 0.95) -> Interval:
        """Interval of `repeat`, by calendar year: it has swung from 8 % to 61 % between years."""
        of = np.unique(self.date.astype("datetime64[Y]"), return_inverse=True)[1]
        return share_by_cluster(np.bincount(of, self.stayed), np.bincount(of, self.started), level)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        low, high, method = self.interval()
        return {
            "counts": plain(self.counts),
            "shares": plain(self.shares),
            "repeat": plain(self.repeat),
            "chance": plain(self.chance),
            "low": low,
            "high": high,
            "method": method,
        }


def transitions(
    codes: ArrayLike, date: ArrayLike, fund: ArrayLike, *, step: int = 1, quantiles: int = 4
) -> Transitions:
    """Moves between quantiles from each date to the one `step` dates later.

    Parameters
    ----------
    codes : int array (n,)
        Quantile of each row, 0 the best, as from `quantile_codes`; -1 where it has none.
    date : array (n,) of dates
        In any order.
    fund : array (n,)
        Fund of each row; no fund twice at a date.
    step : int, default=1
        Dates between the two looks: 52 where dates are weekly and codes are of a year.
    quantiles : int, default=4
        How many there are.

    Returns
    -------
    found : Transitions
        Of funds with a code at the earlier date; the last `step` dates have no later one.

    Examples
    --------
    >>> days, funds = ["2020-01-03"] * 3 + ["2021-01-01"] * 2, ["a", "b", "c", "a", "b"]
    >>> transitions([0, 1, 0, 0, 1], days, funds, quantiles=2).counts.tolist()  # c is gone
    [[1, 0, 1], [0, 1, 0]]
    """
    check_value("transitions", "quantiles", quantiles, Whole(2))
    table, dates = _table("transitions", codes, date, fund, step)
    if table.max() >= quantiles:
        raise BadParameter(
            f"transitions(quantiles={quantiles}): codes reach {table.max()}. Give the number of "
            "quantiles they were made with."
        )
    before, after = table[:-step], table[step:]
    start, end = before[before >= 0], after[before >= 0]
    end = np.where(end < 0, quantiles, end)
    size = quantiles * (quantiles + 1)
    counts = np.bincount(start * (quantiles + 1) + end, minlength=size).reshape(quantiles, -1)
    top = before == 0
    stayed = (top & (after == 0)).sum(axis=1).astype(float)
    return Transitions(counts, stayed, top.sum(axis=1).astype(float), dates[:-step])


def stay_rates(
    codes: ArrayLike, date: ArrayLike, fund: ArrayLike, *, periods: int = 3, step: int = 1
) -> tuple[Floats, Codes]:
    """Share of the best quantile that is in the best again at each of the next looks.

    Parameters
    ----------
    codes, date, fund, step
        As in `transitions`.
    periods : int, default=3
        Looks after the first.

    Returns
    -------
    stayed : float array (periods,)
        Share that was in the best at the first 1, 2, ... looks; by chance 1/4, 1/16, ... for
        quartiles. NaN where no date lies so far ahead.
    started : int array (periods,)
        Funds that the share is of.
    """
    check_value("stay_rates", "periods", periods, Whole(1))
    table, _ = _table("stay_rates", codes, date, fund, step)
    top = table == 0
    shares, started = np.full(periods, np.nan), np.zeros(periods, np.int64)
    for ahead in range(1, periods + 1):
        looks = len(top) - ahead * step
        if looks < 1:
            break
        alive = np.all([top[k * step : k * step + looks] for k in range(ahead + 1)], axis=0)
        started[ahead - 1] = top[:looks].sum()
        shares[ahead - 1] = alive.sum() / started[ahead - 1] if started[ahead - 1] else np.nan
    return shares, started


def _table(
    owner: str, codes: ArrayLike, date: ArrayLike, fund: ArrayLike, step: int
) -> tuple[Codes, Dates]:
    """Code of each fund at each date, -1 where there is none: (dates, funds)."""
    check_value(owner, "step", step, Whole(1, unit="dates"))
    days, names, given = as_dates(date, owner), np.asarray(fund), _whole(owner, codes)
    if not days.shape == names.shape == given.shape:
        raise BadData(
            f"{owner}(codes={given.shape}, date={days.shape}, fund={names.shape}): must have one "
            "entry for each row. Give arrays of one length."
        )
    dates, when = np.unique(days, return_inverse=True)
    funds, who = np.unique(names, return_inverse=True)
    if len(dates) <= step:
        raise BadData(
            f"{owner}(step={step}): there are {len(dates)} dates, so that none lies {step} later. "
            "Give more dates."
        )
    places = when * len(funds) + who
    if len(np.unique(places)) < len(places):
        raise BadData(f"{owner}(fund): a fund stands twice at one date. Keep one row of each.")
    table = np.full((len(dates), len(funds)), -1)
    table[when, who] = given
    return table, dates


def _whole(owner: str, codes: ArrayLike) -> Array:
    given = np.asarray(codes)
    if given.dtype.kind not in "iu" or (len(given) and given.min() < -1):
        raise BadData(
            f"{owner}(codes): must be whole numbers from -1 (none) and 0 (best) up. Use "
            "`quantile_codes`."
        )
    return given
