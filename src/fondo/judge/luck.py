"""How good the best of many looks by luck alone.

Which candidates there are is the business of `search`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import integrate, stats

from fondo.errors import BadParameter


@dataclass(frozen=True)
class Luck:
    """What the best of some candidates would score if all were equally good.

    Attributes
    ----------
    candidates : int
        How many were tried on all folds.
    mean : float
        Their mean score: what each would truly score, were they alike.
    noise : float
        Standard error of one candidate's mean over the folds, fold effects taken out.
    best : float
        Expected score of the best of them then.
    """

    candidates: int
    mean: float
    noise: float
    best: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "candidates": self.candidates,
            "mean": self.mean,
            "noise": self.noise,
            "best": self.best,
        }


@cache
def expected_largest(n: int) -> float:
    """Mean of the largest of n standard normal numbers.

        E = integral of x n phi(x) Phi(x)^(n - 1)

    Examples
    --------
    >>> [round(expected_largest(n), 3) for n in (1, 2, 10)]
    [0.0, 0.564, 1.539]
    """
    if n < 1:
        raise BadParameter(f"expected_largest(n={n}): n must be a whole number of at least 1.")

    def density(x: float) -> float:
        tail = (n - 1) * float(stats.norm.logcdf(x))
        return x * n * math.exp(float(stats.norm.logpdf(x)) + tail)

    value, _ = integrate.quad(density, -12, 12, limit=200)
    return float(value)


def best_share(trials: int, n: int, share: float) -> float:
    """Mean of the largest of several shares of n rows, all of the same true value.

        E = 1/n sum_{k=0}^{n-1} (1 - F(k)^trials), F the binomial distribution

    What the best of some models without skill would reach, had each its own luck. Models that
    agree with each other reach less.

    Parameters
    ----------
    trials : int
        How many were tried, at least 1.
    n : int
        Rows that each share is of, at least 1.
    share : float in [0, 1]
        The true share.

    Returns
    -------
    largest : float in [0, 1]

    Examples
    --------
    >>> [round(best_share(trials, 50, 0.25), 3) for trials in (1, 10, 50, 200)]
    [0.25, 0.347, 0.394, 0.427]
    """
    if trials < 1 or n < 1 or not 0 <= share <= 1:
        raise BadParameter(
            f"best_share(trials={trials}, n={n}, share={share}): trials and n must be whole "
            "numbers of at least 1 and share must lie in [0, 1]. Count them again."
        )
    below = stats.binom.cdf(np.arange(n), n, share)
    return float((1 - below**trials).sum() / n)


def luck_of(scores: Sequence[Sequence[float]], higher_is_better: bool) -> Luck:
    """Luck of candidates that were scored on the same folds.

    Parameters
    ----------
    scores : sequences (candidates, folds)
        One row a candidate.
    higher_is_better : bool

    Returns
    -------
    luck : Luck
        With a single candidate or fold the noise is unknown, NaN.

    Notes
    -----
    The noise is what is left of the scores when the means of candidates and of folds are taken
    out (a two-way layout without interaction): candidates that differ in truth do not swell it.

    Examples
    --------
    >>> found = luck_of([[0.8, 0.9], [0.9, 0.8]], True)
    >>> round(found.noise, 3), round(found.best, 3)  # residual variance 0.01, over two folds
    (0.071, 0.89)
    """
    table = np.asarray(scores, float)
    if table.ndim != 2 or table.size == 0:
        raise BadParameter("luck_of(scores): scores must be a table of candidates and folds.")
    candidates, folds = table.shape
    mean, freedom = float(table.mean()), (candidates - 1) * (folds - 1)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + mean
    noise = math.sqrt(float((rest**2).sum()) / freedom / folds) if freedom else math.nan
    sign = 1 if higher_is_better else -1
    best = mean + sign * noise * expected_largest(candidates)
    return Luck(candidates, mean, noise, best)
