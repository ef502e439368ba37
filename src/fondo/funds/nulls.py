"""What picks without skill would hit: labels dealt out anew among funds that are alike.

Intervals of what was hit are in `inference`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from fondo.funds.cells import Cells, Codes, cells, columns, labels, ranks
from fondo.funds.picks import TOP, picked
from fondo.judge.intervals import Floats
from fondo.judge.permutations import Permuted, permuted_hits

DECILES, FEWEST = 10, 5  # groups of equal volatility, and funds in one on average, at least


def permutation_null(
    scores: ArrayLike,
    y: ArrayLike,
    date: ArrayLike,
    peer: ArrayLike | None = None,
    *,
    volatility: ArrayLike | None = None,
    share: float = TOP,
) -> Permuted:
    """Precision of the picks beside that of labels dealt out anew among funds that are alike.

    Plain, labels move among all funds of a date and peer group. But wild and calm funds do not
    end in the first quartile equally often, so that picks of either beat 0.25 without any skill:
    matched by volatility, labels move among funds of like volatility only.

    Parameters
    ----------
    scores, y, date, peer, share
        As in `selective_precision`. Rows without a score or a label take no part.
    volatility : float array (n,) or None, default=None
        Past volatility of each row, known at its date; None: plain. Rows without one (NaN) are
        alike to each other.

    Returns
    -------
    found : Permuted
        Of the precision; NaN, with a p-value of 1, where no pick has a label.

    Notes
    -----
    Exact unless scores are tied at the border. Dates are taken as independent: give dates whose
    labels do not overlap (`apart`), or read the p-value as too small.

    Examples
    --------
    >>> found = permutation_null([4, 3, 2, 1], [1, 0, 0, 0], ["2020-01-03"] * 4)
    >>> found.value, found.expected, found.p_value
    (1.0, 0.25, 0.25)
    """
    owner = "permutation_null"
    cell = cells(date, peer, owner)
    n = len(cell.of_row)
    (score,) = columns(owner, n, {"scores": scores})
    truth = labels(owner, n, y)
    weight = picked(score, cell.of_row, share)
    strata = cell.of_row
    if volatility is not None:
        (sigma,) = columns(owner, n, {"volatility": volatility})
        strata = strata * (DECILES + 1) + volatility_group(sigma, cell)
    rows = ~np.isnan(score) & ~np.isnan(truth)
    total = float(weight[rows].sum())
    if not total:
        return Permuted(math.nan, math.nan, math.nan, 1.0, "no pick has a label")
    found = permuted_hits(truth[rows], weight[rows], strata[rows])
    return Permuted(
        found.value / total,
        found.expected / total,
        found.spread / total,
        found.p_value,
        found.method,
    )


def volatility_group(volatility: Floats, cell: Cells) -> Codes:
    """Decile of volatility inside each cell: 0 the calmest, 10 for rows without one.

    Cells of fewer than 50 funds have fewer groups, so that five share one on average: with one
    fund in each, labels could not move.
    """
    rank, known = ranks(volatility, cell.of_row), ~np.isnan(volatility)
    size = np.maximum(cell.sum(known), 1)[cell.of_row]
    groups = np.clip(size // FEWEST, 1, DECILES)
    part = np.floor((np.nan_to_num(rank, nan=0.5) - 0.5) * groups / size + 1e-9)
    found: Codes = np.where(known, np.minimum(part, groups - 1), DECILES).astype(np.int64)
    return found
