"""The values of the scores, by scikit-learn, and the error of each row that they average.

Names, directions and intervals are put to them in `metrics`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import metrics as reference

from fondo.judge.answers import ClassCase, NumberCase
from fondo.judge.intervals import Floats
from fondo.judge.ranking import top_hits


def first(m: Floats) -> Floats:
    """The first mean itself: (..., columns) -> (...)."""
    return m[..., 0]


def root(m: Floats) -> Floats:
    """Square root of the first mean: (..., columns) -> (...)."""
    return np.sqrt(m[..., 0])


def explained(m: Floats) -> Floats:
    """R squared from the means of squared error, target and squared target.

    It is nan where the target does not vary, as when a resample draws one row again and again.
    """
    spread = m[..., 2] - m[..., 1] ** 2
    varies = spread > 1e-9 * m[..., 2]
    return np.where(varies, 1 - m[..., 0] / np.where(varies, spread, 1), np.nan)


def surprise(case: ClassCase) -> Floats:
    """Minus the logarithm of the probability given to the truth, nats: (n,)."""
    p = case.known()[np.arange(len(case.y)), case.y]
    nats: Floats = -np.log(np.clip(p, np.finfo(float).eps, 1))
    return nats


def squared(case: ClassCase) -> Floats:
    """Squared distance of the probability of the second class from the truth: (n,)."""
    return (case.known()[:, 1] - case.y) ** 2


def error2(case: NumberCase) -> Floats:
    """Squared error of each row: (n,)."""
    return (case.guess - case.y) ** 2


def absolute(case: NumberCase) -> Floats:
    """Absolute error of each row: (n,)."""
    return abs(case.guess - case.y)


def relative(case: NumberCase) -> Floats:
    """Absolute error as a share of the true number: (n,)."""
    return abs((case.guess - case.y) / case.y)


def moments2(case: NumberCase) -> list[Floats]:
    """What R squared is a function of; the target is centred, against cancellation."""
    y = case.y - case.y.mean()
    return [error2(case), y, y**2]


def on_labels(function: Callable[..., Any]) -> Callable[[Any], float]:
    """Score of truth and answer."""
    return lambda case: float(function(case.y, case.guess))


def on_positives(function: Callable[..., Any]) -> Callable[[ClassCase], float]:
    """Score of truth and the probability of the second class."""
    return lambda case: float(function(case.y, case.known()[:, 1]))


def on_classes(function: Callable[..., Any]) -> Callable[[ClassCase], float]:
    """Score of the second of two classes, or averaged over the classes that occur."""

    def score(case: ClassCase) -> float:
        if case.binary:
            return float(function(case.y, case.guess, pos_label=1, zero_division=0))
        return float(
            function(case.y, case.guess, labels=case.present, average="macro", zero_division=0)
        )

    return score


def balanced_accuracy(case: ClassCase) -> float:
    """Average recall of the classes that occur; scikit-learn's, without its warnings."""
    given = {"labels": case.present, "average": "macro", "zero_division": 0}
    return float(reference.recall_score(case.y, case.guess, **given))


def log_loss(case: ClassCase) -> float:
    """Average surprise, nats."""
    return float(reference.log_loss(case.y, case.known(), labels=np.arange(len(case.classes))))


def capture(case: ClassCase) -> float:
    """Share of the second class found among the tenth of rows with the highest scores."""
    return top_hits(case.y, case.known()[:, 1])[0] / int(case.y.sum())


def top_precision(case: ClassCase) -> float:
    """Share of the second class among the tenth of rows with the highest scores."""
    hits, rows = top_hits(case.y, case.known()[:, 1])
    return hits / rows
