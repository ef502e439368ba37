"""The bootstrap where it is fast: functions of means, and functions of counts.

Statistics that need whole rows or ranks are not here; see `intervals` and `ranking`.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from scipy import stats

from fondo.errors import BadData
from fondo.judge.intervals import RESAMPLES, ROWS, Array, Floats, Interval, check_level

FEW_ROWS = 10  # below it, resamples repeat each other and promise too much
_CELLS = 2_000_000  # weights held at a time: 16 MB


def row_weights(n: int, n_resamples: int, seed: int) -> Iterator[Floats]:
    """How often each of n rows is drawn in each resample, in blocks (resamples, n).

    Each line is a multinomial draw: whole numbers that sum to n.
    """
    rng = np.random.default_rng(seed)
    block = max(1, _CELLS // n)
    for start in range(0, n_resamples, block):
        size = min(block, n_resamples - start)
        drawn = rng.integers(0, n, (size, n), dtype=np.int32 if n < 2**31 else np.int64)
        weights = np.empty((size, n))
        for line, rows in zip(weights, drawn, strict=True):
            line[:] = np.bincount(rows, minlength=n)
        yield weights


def smooth_interval(
    moments: Array,
    statistic: Callable[[Floats], Floats],
    *,
    level: float = 0.95,
    n_resamples: int = RESAMPLES,
    seed: int = 0,
    most_rows: int | None = None,
) -> Interval:
    """Interval for a smooth function of the means of some columns.

    Means, root mean squares, R squared and their differences are all of this shape, so one
    matrix product does all resamples.

    Parameters
    ----------
    moments : array (n, columns)
        What is averaged over rows, e.g. the squared error.
    statistic : callable (..., columns) -> (...)
        Function of the averages, e.g. the square root; vectorised.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.
    n_resamples : int, default=1000
        Bootstrap draws.
    seed : int, default=0
        Same seed, same interval.
    most_rows : int or None, default=None
        Rows that are resampled at most; None: `ROWS`.

    Returns
    -------
    Interval
        BCa bootstrap, widened for few rows. Above `most_rows` and below `FEW_ROWS` rows, jackknife
        standard errors with Student's t: there the two agree, here the bootstrap is too short.

    References
    ----------
    Efron (1987), JASA 82 (BCa); Hesterberg (2015), The American Statistician 69, section 5.1
    (percentiles from Student's t, to undo the narrowness of the bootstrap for few rows).

    Examples
    --------
    >>> errors = np.arange(-50.0, 51.0)[:, None]
    >>> low, high, _ = smooth_interval(errors**2, lambda m: np.sqrt(m[..., 0]))
    >>> bool(low < np.sqrt((errors**2).mean()) < high)
    True
    """
    check_level("smooth_interval", level)
    m = np.asarray(moments, np.float64)
    n = len(m)
    if n == 0:
        raise BadData("smooth_interval(moments): there must be at least one row. Give one.")
    value = float(statistic(m.mean(axis=0)))
    if n == 1:
        return Interval(-math.inf, math.inf, "one row tells no spread")
    left_out = statistic((m.sum(axis=0) - m) / (n - 1))  # (n,)
    if not np.isfinite(left_out).all():
        return Interval(-math.inf, math.inf, "too few rows tell no spread")
    pull = left_out.mean() - left_out
    if n > (most_rows or ROWS) or n < FEW_ROWS:
        error = math.sqrt(float((pull**2).sum()) * (n - 1) / n)
        half = float(stats.t.ppf((1 + level) / 2, n - 1)) * error
        return Interval(value - half, value + half, "jackknife")
    draws = np.concatenate([statistic(w @ m / n) for w in row_weights(n, n_resamples, seed)])
    return bca(draws[np.isfinite(draws)], value, pull, level)


def count_interval(
    counts: Array,
    statistic: Callable[[Floats], Floats],
    *,
    level: float = 0.95,
    n_resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Bootstrap interval for a function of counts, such as a confusion matrix.

    Resampling rows and counting again is one multinomial draw, so its cost does not depend on
    the number of rows.

    Parameters
    ----------
    counts : int array (cells,)
        Rows in each cell; at least one in all.
    statistic : callable (resamples, cells) -> (resamples,)
        Function of the counts; vectorised.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.
    n_resamples : int, default=1000
        Bootstrap draws.
    seed : int, default=0
        Same seed, same interval.

    Returns
    -------
    Interval
        Percentiles, widened for few rows.
    """
    check_level("count_interval", level)
    counts = np.asarray(counts, np.int64)
    n = int(counts.sum())
    if n == 0:
        raise BadData("count_interval(counts): there must be at least one row. Give one.")
    rng = np.random.default_rng(seed)
    block = max(1, _CELLS // len(counts))
    draws = []
    for start in range(0, n_resamples, block):
        size = min(block, n_resamples - start)
        drawn = rng.multinomial(n, counts / n, size=size).astype(np.float64)
        draws.append(statistic(drawn))
    tails = stats.norm.cdf(_ends(n, level))
    low, high = np.quantile(np.concatenate(draws), tails)
    return Interval(float(low), float(high), "bootstrap")


def bca(draws: Floats, value: float, pull: Floats, level: float) -> Interval:
    """Bias-corrected, accelerated percentiles of bootstrap draws.

    Parameters
    ----------
    draws : array (resamples,)
        The statistic on resampled rows.
    value : float
        The statistic on all rows.
    pull : array (n,)
        Jackknife: mean of the leave-one-out values minus each of them.
    level : float in (0, 1)
        Share of such intervals that hold the truth, nearly.

    Returns
    -------
    Interval
        Both ends are draws or lie between two of them.

    References
    ----------
    Efron, Tibshirani (1993), eq. 14.9 to 14.15.
    """
    spread = float((pull**2).sum())
    if spread == 0 or np.ptp(draws) == 0:
        return Interval(value, value, "bootstrap (all rows agree)")
    below = ((draws < value).mean() + (draws <= value).mean()) / 2
    edge = 0.5 / len(draws)
    shift = stats.norm.ppf(np.clip(below, edge, 1 - edge))
    skew = float((pull**3).sum()) / (6 * spread**1.5)
    z = shift + _ends(len(pull), level)
    tails = stats.norm.cdf(shift + z / (1 - skew * z))
    low, high = np.quantile(draws, np.sort(tails))
    return Interval(float(low), float(high), "bootstrap (BCa)")


def _ends(n: int, level: float) -> Floats:
    """Normal quantiles to read percentiles at, widened by Student's t and n/(n-1)."""
    t = float(stats.t.ppf((1 + level) / 2, max(n - 1, 1))) * math.sqrt(n / max(n - 1, 1))
    return np.array([-t, t])
