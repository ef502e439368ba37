"""The bootstrap of rows in time: stretches of neighbouring times are drawn, not single ones.

For scores of test dates that overlap; clusters that are apart from each other are in `clusters`.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import RESAMPLES, Floats, Interval, check_level


def block_bootstrap(
    sums: ArrayLike,
    statistic: Callable[[Floats], Floats],
    block: int,
    *,
    level: float = 0.95,
    n_resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Interval for a function of sums over times, by drawing blocks of neighbouring times.

    Parameters
    ----------
    sums : float array (times, columns)
        What adds up at each time, in the order of time, e.g. hits and picks.
    statistic : callable (..., columns) -> (...)
        Function of the totals, e.g. hits / picks; vectorised, indifferent to their common scale.
    block : int
        Times in a block, 1 <= block <= times: at least as many as hang together, e.g. 13 where
        labels reach a year ahead and times are four weeks apart.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.
    n_resamples : int, default=1000
        Bootstrap draws.
    seed : int, default=0
        Same seed, same interval.

    Returns
    -------
    Interval
        In the unit of the statistic; percentiles, widened for few blocks by Student's t. Without
        bounds where the times hold fewer than two blocks, or where a draw is not defined.

    Notes
    -----
    The circular form, in which the last time is followed by the first, so that each time is drawn
    equally often. It is still too short where blocks are few (below some 10): then
    `clusters.share_by_cluster` is to be preferred.

    References
    ----------
    Politis, Romano (1992), A circular block-resampling procedure for stationary data; Kuensch
    (1989), Annals of Statistics 17; Hesterberg (2015), The American Statistician 69, section 5.1
    (percentiles from Student's t).

    Examples
    --------
    >>> hits = np.array([9, 8, 9, 8, 1, 2, 1, 2] * 4)  # four good times, then four bad ones
    >>> sums = np.stack([hits, np.full(32, 10)], axis=1)
    >>> for block in (1, 4):
    ...     low, high, _ = block_bootstrap(sums, lambda s: s[..., 0] / s[..., 1], block)
    ...     print(f"blocks of {block}: {high - low:.2f} wide")
    blocks of 1: 0.25 wide
    blocks of 4: 0.38 wide
    """
    check_level("block_bootstrap", level)
    table = np.asarray(sums, np.float64)
    if table.ndim != 2 or len(table) == 0 or not np.isfinite(table).all():
        raise BadData(
            f"block_bootstrap(sums={table.shape}): there must be a line of finite sums for each "
            "time, and at least one. Leave out times without."
        )
    times = len(table)
    if not 1 <= block <= times:
        raise BadParameter(
            f"block_bootstrap(block={block}): block must be a whole number from 1 to the "
            f"{times} times there are. Take as many as hang together."
        )
    blocks = times / block
    if blocks < 2:
        return Interval(-math.inf, math.inf, "fewer than two blocks tell no spread")
    before = np.vstack([np.zeros(table.shape[1]), np.cumsum(np.vstack([table, table]), axis=0)])
    of_block = before[block : block + times] - before[:times]  # block that starts at each time
    starts = np.random.default_rng(seed).integers(0, times, (n_resamples, math.ceil(blocks)))
    draws = statistic(of_block[starts].sum(axis=1))
    if not np.isfinite(draws).all():
        return Interval(-math.inf, math.inf, "too few rows tell no spread")
    t = float(stats.t.ppf((1 + level) / 2, blocks - 1)) * math.sqrt(blocks / (blocks - 1))
    low, high = np.quantile(draws, stats.norm.cdf([-t, t]))
    return Interval(float(low), float(high), f"bootstrap of blocks of {block}")
