"""Precision by threshold: what is hit by all funds above a cut, and which cut to take.

The cut must be chosen on training rows: the best of 19 cuts on the test rows makes 0.33 out of a
base rate of 0.25.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fondo.contracts import Whole, check_value
from fondo.errors import BadData
from fondo.funds.cells import columns, labels, plain
from fondo.judge.clusters import share_by_cluster
from fondo.judge.intervals import Array, Floats, Interval, wilson

CUTS: Floats = np.linspace(0.05, 0.95, 19)
LEAST = 6  # picks below which a cut's precision tells nothing


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """Precision of the rows at or above each threshold.

    Attributes
    ----------
    threshold : float array (cuts,)
        Ascending.
    picks, hits : float array (cuts,)
        Rows at or above it, and those of them with label 1.
    precision : float array (cuts,)
        Hits over picks; NaN where nothing is picked.
    low, high : float array (cuts,)
        Interval of the precision.
    base_rate : float
        Share of label 1 among all rows: the precision of the lowest threshold.
    rows : int
        Rows with a score and a label.
    method : str
        How the intervals were found.
    """

    threshold: Floats
    picks: Floats
    hits: Floats
    precision: Floats
    low: Floats
    high: Floats
    base_rate: float
    rows: int
    method: str

    def best(self, least: int = LEAST) -> float:
        """Threshold of the highest precision among those with at least `least` picks.

        Of equals the lowest, which picks most. To be asked of training rows alone.

        Raises
        ------
        BadData
            No threshold has so many picks.
        """
        check_value("ThresholdCurve.best", "least", least, Whole(1))
        enough = self.picks >= least
        if not enough.any():
            raise BadData(
                f"ThresholdCurve.best(least={least}): no threshold has so many picks; the lowest "
                f"has {self.picks[0]:g}. Ask for fewer, or give lower thresholds."
            )
        return float(self.threshold[np.argmax(np.where(enough, self.precision, -1.0))])

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {name: plain(value) for name, value in vars(self).items()}


def precision_by_threshold(
    scores: ArrayLike,
    y: ArrayLike,
    thresholds: ArrayLike | None = None,
    *,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> ThresholdCurve:
    """Precision of all rows at or above each of some thresholds, beside the base rate.

    Parameters
    ----------
    scores : float array (n,)
        Higher means more likely 1; calibrated probabilities, where thresholds are to mean
        something. Rows without (NaN) are left out.
    y : array (n,) of 1, 0 or NaN
        NaN is left out.
    thresholds : float array (cuts,) or None, default=None
        Any order; None: 0.05, 0.10, ... 0.95, for scores in [0, 1].
    clusters : array (n,) or None, default=None
        What the rows hang together by, such as the year; the intervals are then those of
        `share_by_cluster`, else Wilson's.
    level : float in (0, 1), default=0.95
        Level of the intervals.

    Returns
    -------
    curve : ThresholdCurve

    Examples
    --------
    >>> curve = precision_by_threshold([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1], [0.1, 0.5])
    >>> curve.precision.tolist(), curve.base_rate
    ([0.5, 0.5], 0.5)
    """
    owner = "precision_by_threshold"
    n = len(np.asarray(scores))
    (value,) = columns(owner, n, {"scores": scores})
    truth = labels(owner, n, y)
    known = ~np.isnan(value) & ~np.isnan(truth)
    if not known.any():
        raise BadData(f"{owner}: there must be a row with a score and a label. Give some.")
    group = None if clusters is None else np.asarray(clusters)
    if group is not None and group.shape != (n,):
        raise BadData(
            f"{owner}(clusters={group.shape}): must have one entry for each of the {n} rows. "
            "Give the year of each row."
        )
    value, truth = value[known], truth[known]
    if thresholds is None and (value.min() < 0 or value.max() > 1):
        raise BadData(
            f"{owner}(thresholds=None): scores from {value.min():g} to {value.max():g} are no "
            "probabilities. Give thresholds in their own unit."
        )
    cuts = np.sort(CUTS if thresholds is None else np.asarray(thresholds, np.float64).ravel())
    if len(cuts) == 0 or np.isnan(cuts).any():
        raise BadData(f"{owner}(thresholds): there must be one at least, none NaN. Give some.")
    over = value >= cuts[:, None] - 1e-12  # (cuts, rows): 0.35 from a grid is not quite 0.35
    picks, hits = over.sum(axis=1).astype(float), (over @ truth)
    ends = [_interval(line, truth, None if group is None else group[known], level) for line in over]
    with np.errstate(invalid="ignore"):
        precision = hits / picks
    low, high = np.array([[e.low, e.high] for e in ends]).T
    method = "Wilson" if group is None else "Wilson, by cluster"
    return ThresholdCurve(
        cuts, picks, hits, precision, low, high, float(truth.mean()), len(truth), method
    )


def precision_of_at_least(y: ArrayLike, flagged: ArrayLike, *, least: int = LEAST) -> float:
    """Precision of the flagged rows, 0 where fewer than `least` are flagged.

    For scikit-learn's `TunedThresholdClassifierCV`, together with a purged splitter as its `cv`.

    Parameters
    ----------
    y : array (n,) of 1 or 0
    flagged : array (n,) of 1 or 0
        1 where the row is at or above the threshold.
    least : int, default=6
        Flagged rows below which nothing is believed.

    Examples
    --------
    >>> precision_of_at_least([1, 0, 1], [1, 1, 0], least=2)
    0.5
    """
    truth, over = np.asarray(y, np.float64), np.asarray(flagged) == 1
    return float(truth[over].mean()) if over.sum() >= least else 0.0


def _interval(over: Array, truth: Floats, group: Array | None, level: float) -> Interval:
    if group is None:
        return wilson(float(truth[over].sum()), float(over.sum()), level)
    of = np.unique(group[over], return_inverse=True)[1]
    return share_by_cluster(np.bincount(of, truth[over]), np.bincount(of), level)
