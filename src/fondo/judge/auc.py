"""Area under the ROC curve: DeLong's interval, alone and for the difference of two.

The area itself is scikit-learn's; this is its noise. Two classes only.
"""

import math

import numpy as np
from scipy import stats

from fondo.errors import BadData
from fondo.judge.intervals import Array, Floats, Interval, check_level, normal_quantile


def placements(y: Array, scores: Array) -> tuple[Floats, Floats]:
    """For each row, the share of rows of the other class that it is ranked rightly against.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class that should have high scores.
    scores : array (n,)
        Higher means more likely 1; ties count half.

    Returns
    -------
    positives, negatives : float arrays (n_ones,), (n_zeros,)
        The mean of either is the area.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, eq. 5; by midranks as in Sun, Xu
    (2014), IEEE Signal Processing Letters 21.
    """
    ones = np.asarray(y) == 1
    above, below = np.asarray(scores)[ones], np.asarray(scores)[~ones]
    n_ones, n_zeros = len(above), len(below)
    if not n_ones or not n_zeros:
        raise BadData(
            f"auc(y): there must be rows of both classes, not {n_ones} and {n_zeros}. "
            "Give a part that has both, e.g. by a stratified split."
        )
    both = stats.rankdata(np.concatenate([above, below]))
    positives = (both[:n_ones] - stats.rankdata(above)) / n_zeros
    negatives = 1 - (both[n_ones:] - stats.rankdata(below)) / n_ones
    return positives, negatives


def auc_interval(y: Array, scores: Array, level: float = 0.95) -> Interval:
    """DeLong's interval for one area, on the logit scale so that it stays inside (0, 1).

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class that should have high scores.
    scores : array (n,)
        Higher means more likely 1.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.

    Returns
    -------
    Interval
        Areas. Where every pair is ranked rightly (or every one wrongly) there is no variance to
        see; then the end is exact for min(n_ones, n_zeros) independent pairs, hence cautious.

    References
    ----------
    DeLong et al. (1988); Pepe (2003), section 5.2.4 (logit scale).

    Examples
    --------
    >>> low, high, _ = auc_interval(np.array([0, 0, 1, 1] * 10), np.array([1, 3, 2, 4] * 10))
    >>> f"{low:.2f} to {high:.2f}"
    '0.56 to 0.88'
    """
    check_level("auc_interval", level)
    positives, negatives = placements(y, scores)
    area = float(positives.mean())
    fewest = min(len(positives), len(negatives))
    if area in (0.0, 1.0):
        end = ((1 - level) / 2) ** (1 / fewest)
        low, high = (end, 1.0) if area == 1 else (0.0, 1 - end)
        return Interval(low, high, "exact, no pair wrong")
    if fewest < 2:
        return Interval(0.0, 1.0, "one row of a class tells no spread")
    error = math.sqrt(_variance(positives, negatives))
    centre, half = math.log(area / (1 - area)), normal_quantile(level) * error
    half /= area * (1 - area)  # standard error of the logit
    low, high = (1 / (1 + math.exp(-np.clip(centre + s * half, -700, 700))) for s in (-1, 1))
    return Interval(low, high, "DeLong")


def auc_difference(y: Array, first: Array, second: Array, level: float = 0.95) -> Interval:
    """DeLong's interval for area(first) - area(second) on the same rows.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class that should have high scores.
    first, second : arrays (n,)
        Two scores of the same rows.
    level : float in (0, 1), default=0.95
        Share of such intervals that hold the truth, nearly.

    Returns
    -------
    Interval
        Differences of areas, in [-1, 1]. With a single row of a class nothing is known.
    """
    check_level("auc_difference", level)
    a, b = placements(y, first), placements(y, second)
    gap = [x - z for x, z in zip(a, b, strict=True)]
    if min(len(g) for g in gap) < 2:
        return Interval(-1.0, 1.0, "one row of a class tells no spread")
    middle = float(gap[0].mean())
    half = normal_quantile(level) * math.sqrt(_variance(*gap))
    return Interval(max(-1.0, middle - half), min(1.0, middle + half), "paired DeLong")


def _variance(positives: Floats, negatives: Floats) -> float:
    parts = (p.var(ddof=1) / len(p) for p in (positives, negatives))
    return float(sum(parts))
