"""Intervals that say how far a score may be off: shares, quantiles, means and their functions.

Rank statistics live in `ranking`, areas under the curve in `auc`, differences in `compare`.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fondo.errors import BadData, BadParameter

Array = NDArray[Any]
Floats = NDArray[np.float64]

ROWS = 30_000  # above it, resampling gives way to a closed form or to scaled subsamples
RESAMPLES = 1000


class Interval(NamedTuple):
    """Two ends between which the true value plausibly lies, and how they were found.

    Attributes
    ----------
    low, high : float
        The ends, in the unit of the score.
    method : str
        Name of the method, for the report.
    """

    low: float
    high: float
    method: str = ""


def check_level(owner: str, level: float) -> None:
    """Raise BadParameter unless `level` lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise BadParameter(
            f"{owner}(level={level}): level must be a number in (0, 1). 0.95 is usual."
        )


@cache
def normal_quantile(level: float) -> float:
    """Half-width, in standard errors, of a two-sided normal interval: 1.96 for 0.95."""
    return float(stats.norm.ppf((1 + level) / 2))


def wilson(hits: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's score interval for a share: `hits` of `n` rows.

    Stays inside [0, 1] and keeps its promise near 0 and 1, where the textbook interval fails.

        (p + z^2/2n +- z sqrt(p (1-p)/n + z^2/4n^2)) / (1 + z^2/n)

    Parameters
    ----------
    hits : float
        Rows that count, 0 <= hits <= n.
    n : float
        Rows in all; with none, nothing is known and the interval is [0, 1].
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth.

    Returns
    -------
    Interval
        Shares, each in [0, 1].

    References
    ----------
    Wilson (1927), JASA 22; Brown, Cai, DasGupta (2001), Statistical Science 16, eq. 4.

    Examples
    --------
    >>> low, high, _ = wilson(9, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.596 to 0.982'
    """
    _check_share("wilson", hits, n, level)
    if n == 0:
        return Interval(0.0, 1.0, "Wilson")
    z, p = normal_quantile(level), hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # at the ends the formula is exact in real numbers, not in floating point
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return Interval(low, 1.0 if hits == n else min(1.0, middle + half), "Wilson")


def clopper_pearson(hits: float, n: float, level: float = 0.95) -> Interval:
    """Exact (never too short, often too long) interval for a share: `hits` of `n` rows.

    Parameters
    ----------
    hits : float
        Rows that count, 0 <= hits <= n.
    n : float
        Rows in all; with none the interval is [0, 1].
    level : float in (0, 1), default=0.95
        At least this share of such intervals holds the truth.

    Returns
    -------
    Interval
        Shares, each in [0, 1].

    References
    ----------
    Clopper, Pearson (1934), Biometrika 26.

    Examples
    --------
    >>> low, high, _ = clopper_pearson(0, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.000 to 0.308'
    """
    _check_share("clopper_pearson", hits, n, level)
    return Interval(*_beta_ends(hits, n, level, 1.0), "Clopper-Pearson")


def jeffreys(hits: float, n: float, level: float = 0.95) -> Interval:
    """Bayesian interval for a share: `hits` of `n` rows, nothing held beforehand.

    Equal tails of Beta(hits + 1/2, n - hits + 1/2); between Wilson's and the exact one in length.

    Parameters
    ----------
    hits : float
        Rows that count, 0 <= hits <= n.
    n : float
        Rows in all; with none the interval is [0, 1].
    level : float in (0, 1), default=0.95
        Probability that the share lies inside.

    Returns
    -------
    Interval
        Shares, each in [0, 1]; 0 and 1 themselves where no row or every row counts.

    References
    ----------
    Brown, Cai, DasGupta (2001), Statistical Science 16, section 4.1, with the ends of 4.1.1.

    Examples
    --------
    >>> low, high, _ = jeffreys(9, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.619 to 0.989'
    """
    _check_share("jeffreys", hits, n, level)
    return Interval(*_beta_ends(hits, n, level, 0.5), "Jeffreys")


def _beta_ends(hits: float, n: float, level: float, more: float) -> tuple[float, float]:
    """Quantiles of two Beta distributions, `more` added to what each end counts."""
    tail, less = (1 - level) / 2, 1 - more
    low = 0.0 if hits == 0 else float(stats.beta.ppf(tail, hits + less, n - hits + more))
    high = 1.0 if hits == n else float(stats.beta.ppf(1 - tail, hits + more, n - hits + less))
    return low, high


def _check_share(owner: str, hits: float, n: float, level: float) -> None:
    check_level(owner, level)
    if not 0 <= hits <= n:
        raise BadParameter(
            f"{owner}(hits={hits}, n={n}): hits must lie between 0 and n. Count them again."
        )


def average_of(values: Sequence[float], intervals: Sequence[Interval]) -> Interval:
    """Interval for the plain average of independent values that each have one.

    Zou and Donner's recovery of variances (MOVER): the distances to the ends add like standard
    errors. Never collapses to a point as a bootstrap of perfect answers does.

    Parameters
    ----------
    values : sequence of float
        Estimates, from rows that do not overlap.
    intervals : sequence of Interval
        One for each value, all at the same level.

    Returns
    -------
    Interval
        In the unit of the values.

    References
    ----------
    Zou, Donner (2008), Statistics in Medicine 27, eq. 8.
    """
    v = np.asarray(values, float)
    low = np.asarray([i.low for i in intervals])
    high = np.asarray([i.high for i in intervals])
    below, above = np.linalg.norm(v - low) / len(v), np.linalg.norm(high - v) / len(v)
    return Interval(float(v.mean() - below), float(v.mean() + above), "MOVER")


def median_interval(values: Array, level: float = 0.95) -> Interval:
    """Distribution-free interval for a median: two order statistics chosen by the binomial.

    Parameters
    ----------
    values : array (n,)
        Any order; finite.
    level : float in (0, 1), default=0.95
        At least this share holds the truth, where n allows it: below 6 rows (at 0.95) the
        smallest and largest value are returned and promise less.

    Returns
    -------
    Interval
        Two of the values.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, section 3.2.

    Examples
    --------
    >>> median_interval(np.arange(1, 11))[:2]
    (2.0, 9.0)
    """
    check_level("median_interval", level)
    n = len(values)
    if n == 0:
        raise BadData("median_interval(values): there must be at least one row. Give one.")
    rank = max(1, int(stats.binom.ppf((1 - level) / 2, n, 0.5)))
    parts = np.partition(np.asarray(values, float), [rank - 1, n - rank])
    return Interval(float(parts[rank - 1]), float(parts[n - rank]), "order statistics")


def bootstrap(
    statistic: Callable[..., float],
    *arrays: Array,
    n_resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Percentile bootstrap of any statistic of rows: slow and general.

    For means, shares, areas and ranks the closed forms of this package are faster and better.

    Parameters
    ----------
    statistic : callable (*arrays) -> float
        Computed on resampled rows; rows of all arrays are drawn together.
    *arrays : arrays, equal first axis
        The rows.
    n_resamples : int, default=1000
        Above `ROWS` rows, each resample holds `ROWS` of them and the spread is shrunk by the
        square root of the ratio; the method then says so.
    seed : int, default=0
        Same seed, same interval.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.

    Returns
    -------
    Interval
        In the unit of the statistic.

    References
    ----------
    Efron, Tibshirani (1993), An Introduction to the Bootstrap, chapter 13; Bickel, Goetze,
    van Zwet (1997), Statistica Sinica 7 (fewer rows than there are).
    """
    check_level("bootstrap", level)
    if not arrays or len({len(a) for a in arrays}) != 1 or len(arrays[0]) == 0:
        shapes = ", ".join(str(a.shape) for a in arrays)
        raise BadData(
            f"bootstrap(arrays={shapes}): arrays must share a first axis of at least 1 row."
        )
    n = len(arrays[0])
    size = min(n, ROWS)
    rng = np.random.default_rng(seed)
    draws = np.empty(n_resamples)
    for i in range(n_resamples):
        rows = rng.integers(0, n, size)
        draws[i] = statistic(*(a[rows] for a in arrays))
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    if size == n:
        return Interval(float(low), float(high), "bootstrap")
    value, shrink = float(statistic(*arrays)), math.sqrt(size / n)
    method = f"bootstrap of {size:,} rows, scaled"
    return Interval(value + (low - value) * shrink, value + (high - value) * shrink, method)
