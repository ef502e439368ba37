"""Scores of a ranking (average precision, the top decile) and their bootstrap in one pass.

The area under the ROC curve has a closed form and lives in `auc`.
"""

import math

import numpy as np

from fondo.judge.intervals import RESAMPLES, ROWS, Array, Floats, Interval, check_level
from fondo.judge.resample import row_weights

TOP = 0.1
NAMES = ("average_precision", "top_decile_capture", "top_decile_precision")


def top_hits(y: Array, scores: Array, share: float = TOP) -> tuple[float, float]:
    """Rows of class 1 among the highest-scored share, and how many rows that share is.

    Where a tie crosses the border its rows count in proportion, so that the order of the file
    does not matter.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class looked for.
    scores : array (n,)
        Higher means more likely 1.
    share : float in (0, 1], default=0.1
        Part of the rows that is looked at.

    Returns
    -------
    hits, rows : float
        hits / rows is the precision, hits / sum(y) the share captured.

    Examples
    --------
    >>> top_hits(np.array([1, 0] * 10), np.zeros(20))
    (1.0, 2.0)
    """
    ranked, starts = _rank(y, scores)
    hits, rows = _at_top(*_grouped(np.ones((1, len(ranked))), ranked, starts), share)
    return float(hits[0]), float(rows[0])


def ranking_intervals(
    y: Array, scores: Array, level: float = 0.95, *, seed: int = 0
) -> dict[str, Interval]:
    """Bootstrap intervals of all scores of this module.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class looked for; at least one such row.
    scores : array (n,)
        Higher means more likely 1.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.
    seed : int, default=0
        Same seed, same intervals.

    Returns
    -------
    dict of str to Interval
        Shares in [0, 1]. Percentile bootstrap; above `ROWS` rows that of `ROWS` random rows,
        its spread shrunk by the square root of the ratio. Perfect scores, which resampling
        cannot doubt, get the exact end for as many rows without a failure.
    """
    check_level("ranking_intervals", level)
    y, scores = np.asarray(y) == 1, np.asarray(scores)
    n, method = len(y), "bootstrap"
    full = _values(np.ones((1, n)), *_rank(y, scores))[0]
    if n > ROWS:
        some = np.random.default_rng(seed).choice(n, ROWS, replace=False)
        y, scores, method = y[some], scores[some], f"bootstrap of {ROWS:,} rows, scaled"
    ranked, starts = _rank(y, scores)
    centre = _values(np.ones((1, len(y))), ranked, starts)[0]
    weights = row_weights(len(y), RESAMPLES, seed)
    draws = np.concatenate([_values(w, ranked, starts) for w in weights])
    ends = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    ends = np.clip(full + (ends - centre) * math.sqrt(len(y) / n), 0, 1)
    out = {}
    for i, name in enumerate(NAMES):
        low, high = float(ends[0, i]), float(ends[1, i])
        out[name] = Interval(min(low, full[i]), max(high, full[i]), method)
        if low == high:
            rows = TOP * n if name == "top_decile_precision" else int(ranked.sum() * n / len(y))
            out[name] = _without_spread(float(full[i]), max(rows, 1), level)
    return out


def _without_spread(value: float, rows: float, level: float) -> Interval:
    """All rows agree: how many others may there be, given that `rows` showed none."""
    reach = 1 - ((1 - level) / 2) ** (1 / rows)
    low, high = max(0.0, value - reach), min(1.0, value + reach)
    return Interval(low, high, "exact, no row differs")


def _rank(y: Array, scores: Array) -> tuple[Floats, Array]:
    """Truth by falling score, and where each run of equal scores starts."""
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    falling = np.asarray(scores)[order]
    starts = np.flatnonzero(np.r_[True, falling[1:] != falling[:-1]])
    return np.asarray(y)[order].astype(np.float64), starts


def _grouped(weights: Floats, ranked: Floats, starts: Array) -> tuple[Floats, Floats]:
    """Running counts of rows and of hits after each run of ties: (resamples, runs)."""
    hits = weights * ranked
    if len(starts) < len(ranked):
        weights = np.add.reduceat(weights, starts, axis=1)
        hits = np.add.reduceat(hits, starts, axis=1)
    return weights.cumsum(axis=1), hits.cumsum(axis=1)


def _at_top(rows: Floats, hits: Floats, share: float) -> tuple[Floats, Floats]:
    """Hits among the top share, and its size; the run on the border counts in proportion."""
    top = np.maximum(1.0, np.round(rows[:, -1] * share))
    lines = zip(top, rows, hits, strict=True)
    found = np.array([np.interp(t, np.r_[0, r], np.r_[0, h]) for t, r, h in lines])
    return found, top


def _values(weights: Floats, ranked: Floats, starts: Array) -> Floats:
    """The three scores for each line of weights: (resamples, 3); nan where no row is 1."""
    rows, hits = _grouped(weights, ranked, starts)
    total = np.where(hits[:, -1] > 0, hits[:, -1], np.nan)
    precision = hits / np.maximum(rows, 1)
    gains = np.diff(hits, axis=1, prepend=0.0)
    found, top = _at_top(rows, hits, TOP)
    return np.stack([(gains * precision).sum(axis=1) / total, found / total, found / top], axis=1)
