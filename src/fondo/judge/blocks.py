"""How far a score hangs on the very test rows it was measured on, by leaving out blocks of them.

For scores of which only a value is known; those with a formula of their own are in `metrics`.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData
from fondo.judge.intervals import Array, Floats

BLOCKS = 20  # more cost more and tell the spread hardly better: 19 degrees of freedom


def blocks_of(
    n: int,
    *,
    labels: Array | None = None,
    groups: Array | None = None,
    times: Array | None = None,
    count: int = BLOCKS,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Block of each row, rows that hang together in one block.

    Parameters
    ----------
    n : int
        Rows.
    labels : array (n,) or None, default=None
        Classes, dealt out evenly, as they are to stratified parts.
    groups : array (n,) or None, default=None
        Groups that stay whole; come before the others.
    times : float array (n,) or None, default=None
        Blocks are stretches of time; rows without one come first.
    count : int, default=20
        Most blocks.
    seed : int, default=0
        Same seed, same blocks.

    Returns
    -------
    blocks : int array (n,)
        From 0; sizes differ by one row, or by what groups make of it.

    Examples
    --------
    >>> blocks_of(6, times=np.array([3.0, 1.0, 2.0, 6.0, 5.0, 4.0]), count=3).tolist()
    [1, 0, 0, 2, 2, 1]
    """
    if groups is not None:
        table: dict[Any, int] = {}
        numbers = np.array([table.setdefault(g, len(table)) for g in np.asarray(groups).tolist()])
        dealt = blocks_of(len(table), count=count, seed=seed)
        return np.take(dealt, numbers)
    blocks = np.empty(n, np.int64)
    if times is not None:
        early = np.where(np.isnan(times), -math.inf, times)
        blocks[np.argsort(early, kind="stable")] = np.arange(n) * min(count, n) // max(n, 1)
        return blocks
    order = np.random.default_rng(seed).permutation(n)
    if labels is not None:
        codes = np.unique(np.asarray(labels)[order], return_inverse=True)[1]
        order = order[np.argsort(codes, kind="stable")]
    blocks[order] = np.arange(n) % count
    return blocks


def left_out(score: Callable[[Any], float], case: Any, blocks: Array) -> Floats:
    """The score without each block in turn: (n_blocks,); NaN where it is not defined then.

    Parameters
    ----------
    score : callable (case) -> float
    case : ClassCase or NumberCase
        Truth and answers.
    blocks : int array (n_rows,)
        Of `blocks_of`.
    """
    rest = (np.flatnonzero(blocks != block) for block in np.unique(blocks))
    return np.array([score(case.take(rows)) if len(rows) else math.nan for rows in rest], float)


def block_covariance(left: Floats) -> Floats:
    """Covariance of several scores over other test rows of the same kind (jackknife).

        (K - 1) / K sum_k (s_k - mean) (s_k - mean)^T

    Parameters
    ----------
    left : float array (n_blocks, n_scores)
        Scores without each block, all on the same test rows.

    Returns
    -------
    covariance : float array (n_scores, n_scores)
        Blocks without which a score is not defined are passed over.

    Raises
    ------
    BadData
        Fewer than two blocks can be left out, so that the rows tell no spread.

    References
    ----------
    Shao, Tu (1995), The Jackknife and Bootstrap, section 2.3 (groups of rows left out).

    Examples
    --------
    >>> float(block_covariance(np.array([[2.0], [1.0]]))[0, 0])  # (1/2) (1/4 + 1/4)
    0.25
    """
    known = left[np.isfinite(left).all(axis=1)]
    count = len(known)
    if count < 2:
        raise BadData(
            f"block_covariance(left): {count} blocks of test rows can be left out, and at least 2 "
            "are needed. Give more test rows, in more groups and of more classes."
        )
    off = known - known.mean(axis=0)
    covariance: Floats = off.T @ off * (count - 1) / count
    return covariance
