"""Errors by several measures, each with an interval over rows or groups.

What becomes of them is said in `levels` and `diagnosis`; scores for reports are in `metrics`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.judge import formulas as f
from fondo.judge import several
from fondo.judge.answers import Answers, case_of
from fondo.judge.clusters import share_by_cluster
from fondo.judge.intervals import Array, Floats
from fondo.judge.levels import Level
from fondo.judge.resample import smooth_interval
from fondo.judge.scores import Score

RESAMPLED = 2000  # rows; above it bootstrap and jackknife agree, and one of them is fast


@dataclass(frozen=True)
class Measure:
    """A way to measure error.

    Attributes
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    rows : callable (case) -> float array (n,)
        What is averaged over rows.
    of_mean : callable (..., 1) -> (...)
        What is made of the average.
    score : str
        Name in `METRICS`; the error rate is 1 minus accuracy.
    """

    kind: str
    rows: Callable[[Any], Floats]
    of_mean: Callable[[Floats], Floats]
    score: str


MEASURES = {
    "error_rate": Measure("class", lambda c: (c.guess != c.y).astype(float), f.first, "accuracy"),
    "log_loss": Measure("class", f.surprise, f.first, "log_loss"),
    "rmse": Measure("number", f.error2, f.root, "rmse"),
    "mae": Measure("number", f.absolute, f.first, "mae"),
    "rmse_standardised": Measure("numbers", several.squared, f.root, "rmse_standardised"),
    "mae_standardised": Measure("numbers", several.absolute, f.first, "mae_standardised"),
    "point_error": Measure("points", lambda c: c.guess, f.first, "normalised_mean_error"),
}


def level_of(
    metric: str, y: Array, answers: Answers, whose: str, groups: Array | None = None
) -> Level:
    """Error of some answers, with an interval over rows, or over groups where rows have them.

    Parameters
    ----------
    metric : one of MEASURES
        What to measure.
    y : array (n,)
        The truth.
    answers : Answers
        To the same rows.
    whose : str
        Where it was measured, to follow the word "error".
    groups : array (n,) or None, default=None
        What each row belongs to; rows of one group are alike, so groups are what counts.

    Returns
    -------
    level : Level
        A share of rows for "error_rate", nats for "log_loss", standard deviations of the targets
        over these very rows for what is standardised, else in the unit of the target.

    Notes
    -----
    Error rates have Wilson's interval, which keeps its promise near 0; with groups, for as many
    independent rows as the spread of the groups' errors is worth. Other errors are resampled.

    References
    ----------
    Korn, Graubard (1998), Survey Methodology 24, 193-201, for the worth of rows in groups; Dean,
    Pagano (2015), Journal of Survey Statistics and Methodology 3, 484-503, for Wilson's interval
    with it.

    Examples
    --------
    >>> y = np.array([0, 1, 1, 1])
    >>> level_of("error_rate", y, Answers(labels=0 * y, classes=np.array([0, 1])), "here").value
    0.75
    """
    measure = MEASURES[metric]
    errors = measure.rows(case_of(measure.kind, np.asarray(y), answers))
    codes = np.arange(len(errors))
    if groups is not None:
        codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    moments = np.stack([np.bincount(codes, errors), np.bincount(codes)], axis=1)  # a row a group
    value = float(measure.of_mean(np.array([errors.mean()])))
    if metric == "error_rate":
        low, high, _ = share_by_cluster(*moments.T)
    else:
        low, high, _ = smooth_interval(
            moments, lambda m: measure.of_mean(m[..., :1] / m[..., 1:]), most_rows=RESAMPLED
        )
    low, high = max(0.0, float(min(low, value))), float(max(high, value))
    return Level(whose, value, low, high, len(errors))


def level_of_score(score: Score, whose: str, n_rows: int) -> Level:
    """Level of a score that was measured elsewhere: an accuracy becomes an error rate."""
    if score.name == "accuracy":
        return Level(whose, 1 - score.value, 1 - score.high, 1 - score.low, n_rows)
    return Level(whose, score.value, score.low, score.high, n_rows)
