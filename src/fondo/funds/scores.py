"""Scores of a whole ranking at each date: rank correlation, area, NDCG, spread, turnover.

The precision of the few at the top is in `picks`, by threshold in `thresholds`; where quartiles
go in `persistence`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from fondo.contracts import Real, check_value
from fondo.errors import BadData
from fondo.funds.cells import Cells, as_dates, cells, columns, labels, ranks
from fondo.funds.dated import Dated, over_peers
from fondo.funds.picks import TOP, picked
from fondo.judge.intervals import Floats

_SHARE = Real(0, 1, open_low=True)


def rank_ic(
    scores: ArrayLike, outcome: ArrayLike, date: ArrayLike, peer: ArrayLike | None = None
) -> Dated:
    """Rank correlation of scores and outcomes at each date, funds ranked inside their group.

    Parameters
    ----------
    scores, outcome : float arrays (n,)
        Rows without either (NaN) are left out; infinite ones rank as such.
    date : array (n,) of dates
        In any order.
    peer : array (n,) or None, default=None
        Peer group; ranks are taken inside it, as shares, so that groups of any size and level
        mix. None: all funds are one group, and this is Spearman's correlation.

    Returns
    -------
    found : Dated
        From -1 to 1; `ratio` is the information ratio of the correlations (ICIR). Not defined at
        a date where all scores or all outcomes of each group are tied.

    Notes
    -----
    Dates whose labels overlap are not independent: the usual t test of the mean would find
    something in nearly half of all useless signals. Hence the interval by year.

    Examples
    --------
    >>> days = ["2020-01-03"] * 3 + ["2021-01-01"] * 3
    >>> found = rank_ic([1, 2, 3, 1, 2, 3], [1, 2, 3, 1, 3, 2], days)
    >>> found.values.round(3).tolist(), round(found.mean, 3)
    ([1.0, 0.5], 0.75)
    """
    cell = cells(date, peer, "rank_ic")
    given = {"scores": scores, "outcome": outcome}
    score, result = columns("rank_ic", len(cell.of_row), given)
    known = ~np.isnan(score) & ~np.isnan(result)
    size = cell.sum(known)[cell.of_row]
    a, b = (
        (ranks(np.where(known, v, np.nan), cell.of_row) - 0.5) / np.maximum(size, 1) - 0.5
        for v in (score, result)
    )
    dates, of_cell = np.unique(cell.date, return_inverse=True)
    of = of_cell[cell.of_row][known]
    a, b = a[known], b[known]
    aa, bb, ab = (np.bincount(of, v, minlength=len(dates)) for v in (a * a, b * b, a * b))
    aa, bb = (np.where(v > 1e-12, v, np.nan) for v in (aa, bb))  # all tied: rounding, not spread
    return Dated("rank correlation", dates, np.clip(ab / np.sqrt(aa * bb), -1, 1), 0.0)


def auc_by_date(
    scores: ArrayLike, y: ArrayLike, date: ArrayLike, peer: ArrayLike | None = None
) -> Dated:
    """Area under the ROC curve at each date: is a winner ranked above a loser of its group.

    Parameters
    ----------
    scores : float array (n,)
        Higher means more likely 1; NaN is left out.
    y : array (n,) of 1, 0 or NaN
        NaN is left out.
    date, peer
        As in `rank_ic`.

    Returns
    -------
    found : Dated
        0.5 by chance. A group counts by its pairs of winner and loser; one without is passed over.

    Examples
    --------
    >>> auc_by_date([3, 1, 2], [1, 0, 0], ["2020-01-03"] * 3).mean
    1.0
    """
    cell = cells(date, peer, "auc_by_date")
    (score,) = columns("auc_by_date", len(cell.of_row), {"scores": scores})
    truth = labels("auc_by_date", len(cell.of_row), y)
    known = ~np.isnan(score) & ~np.isnan(truth)
    rank = np.nan_to_num(ranks(np.where(known, score, np.nan), cell.of_row))
    ones = cell.sum(known & (truth == 1))
    pairs = ones * (cell.sum(known) - ones)
    above = cell.sum(rank * (known & (truth == 1))) - ones * (ones + 1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return over_peers("area under the ROC curve", above / pairs, pairs, cell, 0.5)


def ndcg_by_date(
    scores: ArrayLike,
    gain: ArrayLike,
    date: ArrayLike,
    peer: ArrayLike | None = None,
    *,
    share: float = 1.0,
) -> Dated:
    """Normalised discounted cumulative gain of each date's ranking, by scikit-learn.

    Parameters
    ----------
    scores : float array (n,)
        Higher is better; NaN is left out.
    gain : float array (n,)
        Worth of each row, at least 0: the label, or 3, 2, 1, 0 for the quartiles. NaN is left out.
    date, peer
        As in `rank_ic`.
    share : float in (0, 1], default=1.0
        Share of each group that is looked at from the top, at least one fund.

    Returns
    -------
    found : Dated
        1 for the ideal order. A group without any gain, or of one fund, is passed over. `chance`
        is NaN: it depends on sizes and gains.
    """
    from sklearn.metrics import ndcg_score

    check_value("ndcg_by_date", "share", share, _SHARE)
    cell = cells(date, peer, "ndcg_by_date")
    score, worth = columns("ndcg_by_date", len(cell.of_row), {"scores": scores, "gain": gain})
    known = np.flatnonzero(~np.isnan(score) & ~np.isnan(worth))
    if not np.isfinite(worth[known]).all() or (worth[known] < 0).any():
        raise BadData("ndcg_by_date(gain): must be finite and at least 0. Give the label.")
    score = ranks(np.where(np.isnan(worth), np.nan, score), cell.of_row)  # infinite ones too
    values, size = np.full(len(cell), np.nan), cell.sum(~np.isnan(score))
    order = known[np.argsort(cell.of_row[known], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(cell.of_row[order])) + 1):
        if len(rows) > 1 and worth[rows].any():
            top = max(1, math.floor(share * len(rows) + 0.5))
            values[cell.of_row[rows[0]]] = ndcg_score([worth[rows]], [score[rows]], k=top)
    return over_peers("NDCG", values, size, cell, math.nan)


def top_minus_bottom(
    scores: ArrayLike,
    outcome: ArrayLike,
    date: ArrayLike,
    peer: ArrayLike | None = None,
    *,
    share: float = TOP,
) -> Dated:
    """Mean outcome of the highest-scored tenth minus that of the lowest, at each date.

    Parameters
    ----------
    scores : float array (n,)
        Higher is better; NaN is not ranked.
    outcome : float array (n,)
        What came of it, e.g. the return of the next year; NaN where not known. An infinite one
        counts as the most extreme finite one of its date, and is counted in `capped`.
    date, peer, share
        As in `selective_precision`.

    Returns
    -------
    found : Dated
        In the unit of the outcome. A group whose picks at either end have no outcome, or are the
        same funds, is passed over; groups count by their picks.

    Examples
    --------
    >>> top_minus_bottom([1, 2, 3], [0.02, 0.05, 0.08], ["2020-01-03"] * 3).mean
    0.06
    """
    cell = cells(date, peer, "top_minus_bottom")
    given = {"scores": scores, "outcome": outcome}
    score, result = columns("top_minus_bottom", len(cell.of_row), given)
    result, capped = _finite(result, cell)
    top, bottom = (picked(sign * score, cell.of_row, share) for sign in (1.0, -1.0))
    known = ~np.isnan(result)
    filled = np.nan_to_num(result)
    counts = [cell.sum(w * known) for w in (top, bottom)]
    with np.errstate(invalid="ignore"):
        means = [cell.sum(w * filled) / n for w, n in zip((top, bottom), counts, strict=True)]
    shared = cell.sum(np.abs(top - bottom)) < 1e-9  # one fund, or all tied
    values = np.where(shared, np.nan, means[0] - means[1])
    return over_peers("top minus bottom", values, np.minimum(*counts), cell, 0.0, capped)


def turnover(
    scores: ArrayLike,
    date: ArrayLike,
    fund: ArrayLike,
    peer: ArrayLike | None = None,
    *,
    share: float = TOP,
) -> Dated:
    """Share of the picks that is exchanged from each date to the next, all picks held alike.

        turnover = 1/2 sum over funds |weight now - weight before|

    Parameters
    ----------
    scores : float array (n,)
        Higher is better; NaN is not ranked.
    date : array (n,) of dates
        In any order.
    fund : array (n,)
        Fund of each row, as codes or names.
    peer, share
        As in `selective_precision`.

    Returns
    -------
    found : Dated
        From 0, nothing sold, to 1, everything; the first date has none. A fund that ended is sold.
        `chance` is what blind picks would exchange, 1 less the share picked, for lasting funds.

    Examples
    --------
    >>> days = ["2020-01-03"] * 2 + ["2021-01-01"] * 2
    >>> turnover([1, 2, 2, 1], days, ["a", "b", "a", "b"]).values.tolist()
    [nan, 1.0]
    """
    cell = cells(date, peer, "turnover")
    (score,) = columns("turnover", len(cell.of_row), {"scores": scores})
    names = np.asarray(fund)
    if names.shape != cell.of_row.shape:
        raise BadData(
            f"turnover(fund={names.shape}): must have one entry for each of the "
            f"{len(cell.of_row)} rows. Give the fund of each row."
        )
    weight = picked(score, cell.of_row, share)
    held = weight > 0
    dates, when = np.unique(as_dates(date, "turnover"), return_inverse=True)
    who = np.unique(names[held], return_inverse=True)[1]
    table = np.zeros((len(dates), int(who.max(initial=-1)) + 1))
    np.add.at(table, (when[held], who), weight[held])
    total = table.sum(axis=1, keepdims=True)
    table = np.divide(table, total, where=total > 0, out=np.full_like(table, np.nan))
    values = np.r_[np.nan, np.abs(np.diff(table, axis=0)).sum(axis=1) / 2]
    return Dated("turnover", dates, values, 1 - share)


def _finite(values: Floats, cell: Cells) -> tuple[Floats, int]:
    """Infinite values set to the most extreme finite one of their date; how many those were."""
    wild = np.isinf(values)
    if not wild.any():
        return values, 0
    dates, of_cell = np.unique(cell.date, return_inverse=True)
    of = of_cell[cell.of_row]
    out = values.copy()
    finite = np.isfinite(values)
    for sign in (1.0, -1.0):
        most = np.full(len(dates), -np.inf)
        np.maximum.at(most, of[finite], sign * values[finite])
        most[np.isinf(most)] = np.nan  # no finite value at that date to go by
        rows = values == sign * np.inf
        out[rows] = sign * most[of[rows]]
    return out, int(wild.sum())
