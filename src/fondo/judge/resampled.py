"""Means of scores over folds, with intervals that know that training sets overlap.

Scores of one model on one test part are in `intervals`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from fondo.errors import BadParameter
from fondo.judge.intervals import check_level


@dataclass(frozen=True)
class FoldMean:
    """Mean of a score over folds, and its interval.

    Attributes
    ----------
    value : float
        Mean over all folds of all repeats.
    low, high : float
        Ends of the interval; infinite where there is a single fold.
    """

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        """Plain dict; an end without a bound is None."""
        ends = {"low": self.low, "high": self.high}
        plain = {name: end if math.isfinite(end) else None for name, end in ends.items()}
        return {"value": self.value, **plain}


def fold_mean(values: Sequence[float], test_share: float, level: float = 0.95) -> FoldMean:
    """Mean of scores on folds, with the corrected resampled t interval.

        mean +- t_{J-1} sqrt((1/J + n_test/n_train) s^2)

    The folds' training rows overlap, so that their scores are alike; the usual s^2/J promises far
    too much.

    Parameters
    ----------
    values : sequence of float (J,)
        One score a fold, of all repeats.
    test_share : float in (0, 1)
        Test rows of a fold over its test and training rows.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.

    References
    ----------
    Nadeau, Bengio (2003), Inference for the Generalization Error, Machine Learning 52, eq. 9;
    Bouckaert, Frank (2004), section 2.3, for repeats.

    Examples
    --------
    >>> found = fold_mean([0.8, 0.9, 0.85, 0.95, 0.75], 0.2)
    >>> [round(x, 3) for x in (found.value, found.low, found.high)]
    [0.85, 0.703, 0.997]
    """
    check_level("fold_mean", level)
    if not values or not 0 < test_share < 1:
        raise BadParameter(
            f"fold_mean(values={list(values)}, test_share={test_share}): there must be at least "
            "one value, and the share must lie between 0 and 1."
        )
    array = np.asarray(values, float)
    value, count = float(array.mean()), len(array)
    if count == 1:
        return FoldMean(value, -math.inf, math.inf)
    ratio = test_share / (1 - test_share)
    error = math.sqrt((1 / count + ratio) * float(array.var(ddof=1)))
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    return FoldMean(value, value - half, value + half)
