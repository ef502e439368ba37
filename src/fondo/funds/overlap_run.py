"""One universe of the study in `overlap`: rows, a walk forward, picks, and their intervals.

How funds are ranked is in `overlap_ranking`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.funds.observations import Observations, observe
from fondo.funds.overlap_ranking import walked_scores
from fondo.funds.panel import Panel
from fondo.funds.picks import selective_precision
from fondo.funds.spans import spans
from fondo.funds.splits import PurgedWalkForward
from fondo.funds.universe import WEEKS
from fondo.judge.clusters import effective_rows, share_by_cluster
from fondo.judge.intervals import wilson

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

BURN_IN = 6  # years before the first pick
FEATURES = (
    *("mean_return", "volatility", "sharpe", "sortino", "calmar", "max_drawdown"),
    *("momentum_1m", "momentum_3m", "momentum_6m", "skewness", "kurtosis", "autocorrelation"),
    *("hit_rate", "market_beta", "market_alpha", "tracking_error"),
)
"""The 16 features that funds are ranked by."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Picks of one universe at one step.

    Parameters
    ----------
    picks, precision : float
        Picks with a label, and the share of hits.
    dates : int
        Test dates.
    effective : float
        Independent picks that they are worth, by year.
    ends : float64 array (3, 2)
        Ends of the intervals that take picks as independent, by date, and by calendar year.
    """

    picks: float
    precision: float
    dates: int
    effective: float
    ends: Floats


def grid(step: int, years: int) -> Places:
    """Rows of the decision dates with a whole look-back and a whole label, as `observe` has it.

    Examples
    --------
    >>> grid(20, 3).tolist()
    [60, 80, 100]
    """
    return np.arange(-(-WEEKS // step) * step, WEEKS * (years - 1) + 1, step)


def run(panel: Panel, grids: Sequence[Places], model: Any) -> list[Judged]:
    """What a ranking finds in one universe, at the dates of each grid.

    Parameters
    ----------
    panel : Panel
        Weekly prices.
    grids : sequence of int arrays
        From `grid`.
    model : {"logistic", "linear"} or classifier of scikit-learn
        As in `fondo.funds.overlap_ranking.walked_scores`.

    Returns
    -------
    found : list of Judged
        One for each grid. Features are computed once for all dates.
    """
    every = np.unique(np.concatenate(grids))
    rows = observe(panel, features=FEATURES, step=list(panel.dates[every]))
    rows = rows.take(rows.labelled)
    return [
        _judged(rows.take(np.isin(rows.date, panel.dates[dates])), int(dates[0]), model)
        for dates in grids
    ]


def _judged(rows: Observations, first: int, model: Any) -> Judged:
    """Picks of a walk through some rows, the first date of which is `first` weeks on."""
    walk = PurgedWalkForward(burn_in=7 * (BURN_IN * WEEKS - first))
    splits = list(walk.split(None, groups=spans(rows.date, rows.label_end)))
    scores = walked_scores(rows.X, rows.y, splits, model)
    tested = np.isfinite(scores)
    found = selective_precision(scores[tested], rows.y[tested], rows.date[tested])
    dates, years = found.by("date"), found.by("year")
    ends = [
        wilson(float(found.hits.sum()), found.n),
        share_by_cluster(dates.hits, dates.picks),
        share_by_cluster(years.hits, years.picks),
    ]
    return Judged(
        picks=found.n,
        precision=found.precision,
        dates=len(dates.name),
        effective=effective_rows(years.hits, years.picks),
        ends=np.array([each[:2] for each in ends]),
    )
