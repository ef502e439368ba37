"""Shares and means whose rows hang together: by date, by year, by person, by shop.

Rows of one cluster are alike, so the clusters are what counts; rows in blocks of time that slide
over each other are in `moving_blocks`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from fondo.errors import BadData
from fondo.judge.intervals import Floats, Interval, check_level, normal_quantile, wilson


def share_by_cluster(hits: ArrayLike, sizes: ArrayLike, level: float = 0.95) -> Interval:
    """Interval for a share of rows that come in clusters: Wilson's, for the rows' true worth.

    The spread of the clusters' shares tells how many independent rows they are worth; Student's t
    for the number of clusters makes them fewer still, and Wilson's interval takes that number.

    Parameters
    ----------
    hits : float array (clusters,)
        Rows that count, in each cluster; 0 <= hits <= sizes.
    sizes : float array (clusters,)
        Rows of each cluster; a cluster without rows is passed over.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.

    Returns
    -------
    Interval
        Shares in [0, 1]; everything where there is one cluster or none, which tells no spread.

    Notes
    -----
    Where every cluster is one row this is Wilson's interval itself. Where all rows agree, each
    cluster counts as one row. Clusters are taken as independent: of labels that reach into the
    next year, the years are nearly so, the dates are not.

    References
    ----------
    Korn, Graubard (1998), Survey Methodology 24, 193-201, for the worth of rows in clusters; Dean,
    Pagano (2015), Journal of Survey Statistics and Methodology 3, 484-503, for Wilson's interval
    with it.

    Examples
    --------
    >>> low, high, _ = share_by_cluster([9, 1, 5, 5], [10, 10, 10, 10])
    >>> f"{low:.2f} to {high:.2f}; as if independent: {wilson(20, 40).low:.2f} and more"
    '0.14 to 0.86; as if independent: 0.35 and more'
    """
    check_level("share_by_cluster", level)
    hit, size = _clusters("share_by_cluster", hits, sizes)
    n, count = float(size.sum()), len(size)
    if count and count == n:
        return wilson(float(hit.sum()), n, level)
    if count < 2:
        return Interval(0.0, 1.0, "one cluster tells no spread" if count else "no rows")
    t = float(stats.t.ppf((1 + level) / 2, count - 1))
    worth = min(_worth(hit, size) * (normal_quantile(level) / t) ** 2, n)
    low, high, _ = wilson(float(hit.sum()) / n * worth, worth, level)
    return Interval(low, high, f"Wilson, {count} clusters")


def effective_rows(hits: ArrayLike, sizes: ArrayLike) -> float:
    """How many independent rows the rows of some clusters are worth, for a share of them.

        p (1 - p) / variance of the share, over clusters

    Parameters
    ----------
    hits, sizes : float arrays (clusters,)
        As in `share_by_cluster`.

    Returns
    -------
    rows : float
        At most the rows there are; the number of clusters where all rows agree, since then no
        spread is seen; NaN for a single cluster, 0 for none.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2: rows divided by the design effect.

    Examples
    --------
    >>> round(effective_rows([10, 0, 10, 0], [10, 10, 10, 10]), 6)  # four rows, less one
    3.0
    """
    hit, size = _clusters("effective_rows", hits, sizes)
    n, count = float(size.sum()), len(size)
    if count == n:
        return n
    return min(_worth(hit, size), n) if count > 1 else math.nan


def mean_by_cluster(values: ArrayLike, clusters: ArrayLike, level: float = 0.95) -> Interval:
    """Interval for the mean of values that come in clusters, with Student's t.

        mean +- t_{G-1} sqrt(G / (G - 1) sum_g (sum_{i in g} (v_i - mean))^2) / n

    Parameters
    ----------
    values : float array (n,)
        One or more; finite.
    clusters : array (n,)
        What each value belongs to, such as the year.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.

    Returns
    -------
    Interval
        In the unit of the values; without bounds where there is a single cluster.

    References
    ----------
    Liang, Zeger (1986), Biometrika 73, 13-22; Cameron, Miller (2015), Journal of Human Resources
    50, section VI (few clusters: Student's t with G - 1).

    Examples
    --------
    >>> low, high, _ = mean_by_cluster([1.0, 1.0, 3.0, 3.0], [2001, 2001, 2002, 2002])
    >>> f"{low:.1f} to {high:.1f}"  # two values in truth
    '-10.7 to 14.7'
    """
    check_level("mean_by_cluster", level)
    v, c = np.asarray(values, np.float64), np.asarray(clusters)
    if v.ndim != 1 or len(v) == 0 or c.shape != v.shape or not np.isfinite(v).all():
        raise BadData(
            f"mean_by_cluster(values={v.shape}, clusters={c.shape}): there must be a finite value "
            "and a cluster for each row, and at least one row. Leave out those without."
        )
    mean = float(v.mean())
    off = np.bincount(np.unique(c, return_inverse=True)[1], v - mean)
    count = len(off)
    if count < 2:
        return Interval(-math.inf, math.inf, "one cluster tells no spread")
    error = math.sqrt(count / (count - 1) * float((off**2).sum())) / len(v)
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    return Interval(mean - half, mean + half, f"Student's t, {count} clusters")


def _worth(hits: Floats, sizes: Floats) -> float:
    """Independent rows that two or more clusters are worth, before any cap."""
    n, count = float(sizes.sum()), len(sizes)
    p = float(hits.sum()) / n
    spread = count / (count - 1) * float(((hits - p * sizes) ** 2).sum()) / n**2
    return p * (1 - p) / spread if spread > 0 and 0 < p < 1 else float(count)


def _clusters(owner: str, hits: ArrayLike, sizes: ArrayLike) -> tuple[Floats, Floats]:
    hit, size = np.asarray(hits, np.float64), np.asarray(sizes, np.float64)
    if hit.shape != size.shape or hit.ndim != 1 or not ((hit >= 0) & (hit <= size)).all():
        raise BadData(
            f"{owner}(hits={hit.shape}, sizes={size.shape}): there must be a count for each "
            "cluster, hits between 0 and its size. Count them again."
        )
    return hit[size > 0], size[size > 0]
