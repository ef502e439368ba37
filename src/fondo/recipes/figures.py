"""Figures out of evaluations: one score of one run, or the mean over several seeds.

The scores themselves come from `judge`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fondo.errors import BadParameter, did_you_mean
from fondo.recipes.kitchen import Figure

if TYPE_CHECKING:
    from fondo.judge.evaluation import Evaluation
    from fondo.judge.metrics import Score


def scored(
    evaluation: "Evaluation",
    metric: str,
    name: str,
    *,
    naive: str,
    published: float | None = None,
) -> Figure:
    """Figure of one metric of an evaluation, beside one of its baselines.

    Parameters
    ----------
    evaluation : Evaluation
        Of the test rows.
    metric : str
        As `judge` calls it.
    name : str
        What the figure is called.
    naive : str
        Baseline of the evaluation, such as "prior" or "median".
    published : float or None, default=None
        What the source claims.
    """
    ours = pick(evaluation.scores, metric)
    fool = pick(evaluation.baselines[naive], metric)
    return Figure(name, ours.value, ours.low, ours.high, fool.value, published)


def pick(scores: Sequence["Score"], metric: str) -> "Score":
    """Score called `metric`; BadParameter with the nearest name where there is none."""
    named = {score.name: score for score in scores}
    if metric not in named:
        raise BadParameter(
            f"recipe(metric={metric!r}): the evaluation has no such score. "
            f"{did_you_mean(metric, named)}"
        )
    return named[metric]


def mean_of(
    name: str,
    values: Sequence[float],
    *,
    naive: float | None = None,
    published: float | None = None,
) -> Figure:
    """Mean over seeds, with Student's interval: what another seed could give, on these rows.

    Parameters
    ----------
    name : str
        What the figure is called; the number of seeds is added.
    values : sequence of float
        One a seed. With a single one there is no interval.
    naive, published : float or None, default=None
        As in `Figure`.

    Examples
    --------
    >>> figure = mean_of("gain", [1.0, 2.0, 3.0])
    >>> figure.name, figure.ours, round(figure.low, 2), round(figure.high, 2)
    ('gain (mean of 3 seeds)', 2.0, -0.48, 4.48)
    """
    from scipy import stats

    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return Figure(name, mean, None, None, naive, published)
    half = float(stats.t.ppf(0.975, n - 1)) * float(np.std(values, ddof=1)) / n**0.5
    return Figure(f"{name} (mean of {n} seeds)", mean, mean - half, mean + half, naive, published)
