"""The few funds that a ranking picks at each date in each peer group, and how many turn out right.

What of the result is chance is said in `inference`; scores of the whole ranking are in `scores`.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from fondo.contracts import Choice, Either, Real, Whole, check_value
from fondo.funds.cells import (
    Cells,
    Codes,
    Dates,
    cells,
    columns,
    labels,
    ordered,
    plain,
    quantile_codes,
)
from fondo.judge.intervals import Array, Floats

TOP = 0.1  # share of a group that is picked, and the fewest funds
Ties = Literal["share"] | int
_SHARE = Real(0, 1, open_low=True)
_TIES = Either(Choice("share"), Whole(0))


@dataclass(frozen=True, eq=False)
class Picks:
    """Picks and hits of a ranking, cell by cell (one date, one peer group).

    Attributes
    ----------
    date : datetime64[D] array (cells,)
        Date of each cell, ascending.
    peer : array (cells,)
        Its peer group.
    ranked : float array (cells,)
        Funds with a score.
    picks : float array (cells,)
        Picked funds whose label is known; rows tied at the border count in part.
    hits : float array (cells,)
        Those of them with label 1.
    base : float array (cells,)
        Share of label 1 among the ranked funds with a label: what picking blindly hits.
    weight : float array (n,)
        How much each row is picked, in [0, 1], with or without a label.
    unscored, unlabelled : float
        Rows without a score, which were not ranked, and picks whose label is not known.
    """

    date: Dates
    peer: Array
    ranked: Floats
    picks: Floats
    hits: Floats
    base: Floats
    weight: Floats
    unscored: float
    unlabelled: float

    @cached_property
    def n(self) -> float:
        """Picks with a label, over all cells."""
        return float(self.picks.sum())

    @cached_property
    def precision(self) -> float:
        """Hits over picks; NaN where nothing with a label was picked."""
        return float(self.hits.sum()) / self.n if self.n else math.nan

    @cached_property
    def base_rate(self) -> float:
        """Precision of as many blind picks in each cell: in small groups it is not 1 in 4."""
        used = self.picks > 0
        return float(self.picks[used] @ self.base[used]) / self.n if self.n else math.nan

    def by(self, unit: Literal["year", "date", "peer"]) -> "Tally":
        """Hits, picks and base rate of each year, date or peer group."""
        check_value("Picks.by", "unit", unit, Choice("year", "date", "peer"))
        keys = self.peer if unit == "peer" else self.date
        if unit == "year":
            keys = self.date.astype("datetime64[Y]").astype(str)
        names, of = np.unique(keys, return_inverse=True)
        base = self.picks * np.nan_to_num(self.base)
        columns = np.stack([self.hits, self.picks, base])
        sums: Floats = np.array([np.bincount(of, line, minlength=len(names)) for line in columns])
        with np.errstate(invalid="ignore"):
            return Tally(names, sums[0], sums[1], sums[2] / sums[1])

    def to_json(self) -> dict[str, Any]:
        """Totals, and a line a year."""
        years = self.by("year")
        lines = zip(*(plain(v) for v in vars(years).values()), strict=True)
        return {
            "picks": self.n,
            "hits": float(self.hits.sum()),
            "precision": plain(self.precision),
            "base_rate": plain(self.base_rate),
            "unscored": self.unscored,
            "unlabelled": self.unlabelled,
            "years": [dict(zip(("year", "hits", "picks", "base"), x, strict=True)) for x in lines],
        }


@dataclass(frozen=True, eq=False)
class Tally:
    """Hits, picks and base rate of each year, date or peer group: arrays of one length."""

    name: Array
    hits: Floats
    picks: Floats
    base: Floats


def picked(
    scores: ArrayLike, of_row: ArrayLike, share: float = TOP, *, ties: Ties = "share"
) -> Floats:
    """How much each row is among the highest-scored share of its cell.

    Parameters
    ----------
    scores : float array (n,)
        Higher is better; a row without one (NaN) is not ranked.
    of_row : int array (n,)
        Cell of each row.
    share : float in (0, 1], default=0.1
        Share of the ranked rows of a cell to pick, rounded to the nearest number, halves up; at
        least one row.
    ties : "share" or int, default="share"
        Rows tied across the border: each counts in part, so that neither the order of the rows
        nor luck matters; or a seed, and they are drawn.

    Returns
    -------
    weight : float array (n,)
        1 for a pick, 0 for none; in each cell they sum to the number of picks.

    Examples
    --------
    >>> picked([0.9, 0.5, 0.5, 0.1], [0, 0, 0, 0], share=0.5).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    check_value("picked", "share", share, _SHARE)
    check_value("picked", "ties", ties, _TIES)
    values, cell = np.asarray(scores, np.float64), np.asarray(of_row)
    weight = np.zeros(len(values))
    if ties != "share":
        mixed = np.random.default_rng(ties).permutation(len(values))
        values, cell = values[mixed], cell[mixed]
    order, first, last = ordered(-values, cell)  # places from the top
    if ties != "share":  # each row is a run of its own, in the order that chance gave
        first = last = _places(cell[order])
    size = np.bincount(cell[order], minlength=int(cell.max(initial=0)) + 1)
    count = np.maximum(np.floor(size * share + 0.5 + 1e-9), 1)[cell[order]]
    part = np.clip(count - first, 0, last - first + 1) / (last - first + 1)
    weight[order] = part
    if ties != "share":
        back = np.empty_like(weight)
        back[mixed] = weight
        return back
    return weight


def _places(cell: Codes) -> Codes:
    """Place of each row inside its cell, for rows sorted by cell."""
    place = np.arange(len(cell))
    return place - np.maximum.accumulate(np.where(np.r_[True, cell[1:] != cell[:-1]], place, 0))


def selective_precision(
    scores: ArrayLike,
    y: ArrayLike,
    date: ArrayLike,
    peer: ArrayLike | None = None,
    *,
    share: float = TOP,
    ties: Ties = "share",
) -> Picks:
    """Precision of the picks: the highest-scored tenth at each date in each peer group.

    Not all winners need to be found; those that are picked should be winners.

    Parameters
    ----------
    scores : float array (n,)
        Higher means more likely 1. Rows without one (NaN) are not ranked, and are counted.
    y : array (n,) of 1, 0 or NaN
        1 is a hit. A row without a label (NaN) may be picked, since nobody knew, and is then
        counted apart: leaving it out of the ranking would be knowing the future.
    date : array (n,) of dates
        In any order.
    peer : array (n,) or None, default=None
        Peer group at that date; None: all funds are one group.
    share : float in (0, 1], default=0.1
        Share of each cell that is picked, at least one fund; rounded, halves up.
    ties : "share" or int, default="share"
        Tied rows at the border count in part, or are drawn with that seed.

    Returns
    -------
    found : Picks

    Raises
    ------
    BadData
        There is no row, lengths differ, a date is missing, or labels are not 0 or 1.

    Examples
    --------
    >>> found = selective_precision([3, 2, 1, 5, 6], [1, 0, 0, 0, 1], ["2020-01-03"] * 5,
    ...                             ["Europe", "Europe", "Europe", "US", "US"])
    >>> found.precision, round(found.base_rate, 4)  # both hit; blindly 1/3 and 1/2
    (1.0, 0.4167)
    """
    owner = "selective_precision"
    cell = cells(date, peer, owner)
    n = len(cell.of_row)
    (value,) = columns(owner, n, {"scores": scores})
    return _tallied(picked(value, cell.of_row, share, ties=ties), value, labels(owner, n, y), cell)


def avoid_precision(
    scores: ArrayLike,
    outcome: ArrayLike,
    date: ArrayLike,
    peer: ArrayLike | None = None,
    *,
    share: float = TOP,
    quantiles: int = 4,
) -> Picks:
    """Precision of what to avoid: does the lowest-scored tenth end in the bottom quarter.

    On real funds losers are easier to tell than winners.

    Parameters
    ----------
    scores : float array (n,)
        Higher means better; the lowest are picked here.
    outcome : float array (n,)
        The measure behind the label, such as next year's Sharpe ratio; NaN where not known.
    date, peer, share
        As in `selective_precision`.
    quantiles : int, default=4
        A hit is a fund in the lowest of so many parts of its cell, by outcome: n / quantiles
        funds, rounded, halves up, at least one.

    Returns
    -------
    found : Picks
        Hits are funds that were rightly avoided.
    """
    owner = "avoid_precision"
    cell = cells(date, peer, owner)
    value, result = columns(owner, len(cell.of_row), {"scores": scores, "outcome": outcome})
    part = quantile_codes(-result, cell.of_row, quantiles)  # from the lowest
    y = np.where(part < 0, np.nan, part == 0)
    return _tallied(picked(-value, cell.of_row, share), value, y, cell)


def top_precision(
    y: ArrayLike, scores: ArrayLike, *, cell: ArrayLike | None = None, share: float = TOP
) -> float:
    """Precision of the highest-scored tenth, as scikit-learn's scorers want it.

    Parameters
    ----------
    y : array (n,) of 1 or 0
        1 is a hit.
    scores : float array (n,)
        Higher means more likely 1.
    cell : int array (n,) or None, default=None
        Rows are ranked inside their cell; None ranks all rows together.
    share : float in (0, 1], default=0.1
        Share of each cell that is picked, at least one row.

    Returns
    -------
    precision : float

    Examples
    --------
    >>> from sklearn.metrics import make_scorer
    >>> scorer = make_scorer(top_precision, response_method="predict_proba")
    >>> top_precision([1, 0, 0, 1], [0.2, 0.9, 0.1, 0.8], share=0.5)
    0.5
    """
    truth = np.asarray(y, np.float64)
    groups = np.zeros(len(truth), np.int64) if cell is None else np.asarray(cell)
    (value,) = columns("top_precision", len(truth), {"scores": scores})
    weight = picked(value, np.unique(groups, return_inverse=True)[1], share)
    labels("top_precision", len(truth), truth)
    known = ~np.isnan(truth)
    total = float(weight[known].sum())
    return float(weight[known] @ truth[known]) / total if total else math.nan


def _tallied(weight: Floats, scores: Floats, y: Floats, cell: Cells) -> Picks:
    scored, known = ~np.isnan(scores), ~np.isnan(y)
    truth, labelled = np.nan_to_num(y), scored & known
    with np.errstate(invalid="ignore"):
        base = cell.sum(truth * labelled) / cell.sum(labelled)
    return Picks(
        date=cell.date,
        peer=cell.peer,
        ranked=cell.sum(scored),
        picks=cell.sum(weight * known),
        hits=cell.sum(weight * truth),
        base=base,
        weight=weight,
        unscored=float((~scored).sum()),
        unlabelled=float(weight[~known].sum()),
    )
