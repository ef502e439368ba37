"""Whether one model beats another on the same rows, with room for chance.

Two intervals that overlap prove nothing, since both models err on the same rows: the difference
itself gets an interval here. Which models to compare is decided in `evaluation`.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fondo.errors import BadParameter
from fondo.judge import formulas as f
from fondo.judge import several
from fondo.judge.answers import Answers, ClassCase, case_of
from fondo.judge.auc import auc_difference
from fondo.judge.intervals import (
    Array,
    Floats,
    Interval,
    average_of,
    bootstrap,
    check_level,
    normal_quantile,
)
from fondo.judge.metrics import metric_named
from fondo.judge.resample import smooth_interval

ROW_RESAMPLES = 300  # of whole rows, scored one by one: slow
_AVERAGED: dict[str, tuple[Callable[[Any], Any], Callable[[Floats], Floats]]] = {
    "log_loss": (lambda c: [f.surprise(c)], f.first),
    "brier": (lambda c: [f.squared(c)], f.first),
    "rmse": (lambda c: [f.error2(c)], f.root),
    "normalised_mean_error": (lambda c: [c.guess], f.first),
    "mae": (lambda c: [f.absolute(c)], f.first),
    "mape": (lambda c: [f.relative(c)], f.first),
    "r2": (f.moments2, f.explained),
    "rmse_standardised": (several.squares, several.root_mean_square),
    "mae_standardised": (several.sizes, several.mean_size),
    "r2_mean": (several.squares, several.explained),
}


@dataclass(frozen=True)
class Comparison:
    """One model against another on the same rows.

    Attributes
    ----------
    metric, other : str
        The score compared, and the name of the other model.
    difference : float
        Score of ours minus score of the other, in the unit of the score.
    low, high : float
        95 % interval of the difference.
    result : "better", "level" or "worse"
        Ours against the other: "level" where the interval holds 0.
    method : str
        How the interval was found.
    """

    metric: str
    other: str
    difference: float
    low: float
    high: float
    result: str
    method: str

    def to_json(self) -> dict[str, Any]:
        """Plain dict of the attributes; an end without a bound becomes None."""
        plain = asdict(self)
        return {k: None if v in (math.inf, -math.inf) else v for k, v in plain.items()}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Comparison":
        """The comparison that `to_json` wrote."""
        low = -math.inf if plain["low"] is None else plain["low"]
        high = math.inf if plain["high"] is None else plain["high"]
        return cls(**{**plain, "low": low, "high": high})


def compare(
    kind: str,
    y: Array,
    ours: Answers,
    theirs: Answers,
    *,
    metric: str,
    other: str = "the other",
    level: float = 0.95,
) -> Comparison:
    """Compare two models by one score on the same rows.

    Parameters
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    y : array (n,)
        The truth.
    ours, theirs : Answers
        Answers to the same rows.
    metric : str
        Score to compare.
    other : str, default="the other"
        What to call the other model.
    level : float in (0, 1), default=0.95
        Level of the interval.

    Returns
    -------
    Comparison
        Whether ours is better, worse, or not distinguishable.

    Notes
    -----
    Accuracy by Bonett and Price's paired interval, balanced accuracy by combining it over
    classes, areas by paired DeLong, averages by a paired bootstrap, anything else by a bootstrap
    of whole rows (slow).

    References
    ----------
    Bonett, Price (2012), Journal of Educational and Behavioral Statistics 37, eq. 4, recommended
    by Fagerland, Lydersen, Laake (2014), Statistics in Medicine 33.

    Examples
    --------
    >>> y = np.arange(50.0)
    >>> near, far = Answers(numbers=y + 0.1), Answers(numbers=y + 2 + y % 2)
    >>> compare("number", y, near, far, metric="rmse").result
    'better'
    """
    check_level("compare", level)
    chosen = metric_named(metric)
    if chosen.kind != kind:
        raise BadParameter(
            f"compare(metric={metric!r}): metric must be one for kind {kind!r}. "
            "Take one that `measure` lists."
        )
    y = np.asarray(y)
    a, b = case_of(kind, y, ours), case_of(kind, y, theirs)
    gap = chosen.function(a) - chosen.function(b)
    low, high, method = _interval(metric, a, b, level)
    low, high = float(low), float(high)
    result = (
        "level"
        if low <= 0 <= high
        else "worse"
        if (gap > 0) ^ chosen.higher_is_better
        else "better"
    )
    return Comparison(metric, other, float(gap), low, high, result, method)


def _interval(metric: str, a: Any, b: Any, level: float) -> Interval:
    if isinstance(a, ClassCase) and isinstance(b, ClassCase):
        if metric == "roc_auc":
            return auc_difference(a.y, a.known()[:, 1], b.known()[:, 1], level)
        if metric == "accuracy":
            return _paired_share(a.guess == a.y, b.guess == b.y, level)
        if metric == "balanced_accuracy":
            return _paired_by_class(a, b, level)
    if metric in _AVERAGED:
        return _paired_means(metric, a, b, level)
    score = metric_named(metric).function
    rows = np.arange(len(a.y))
    return bootstrap(
        lambda some: score(a.take(some)) - score(b.take(some)),
        rows,
        n_resamples=ROW_RESAMPLES,
        level=level,
    )


def _paired_means(metric: str, a: Any, b: Any, level: float) -> Interval:
    columns, of = _AVERAGED[metric]
    left, right = columns(a), columns(b)
    moments = np.stack([*left, *right], axis=1)
    width = len(left)
    low, high, method = smooth_interval(
        moments, lambda m: of(m[..., :width]) - of(m[..., width:]), level=level
    )
    return Interval(low, high, f"paired {method}")


def _paired_share(first: Array, second: Array, level: float) -> Interval:
    """Difference of two shares of the same rows; first, second: bool (n,)."""
    n = len(first)
    gained = (int((first & ~second).sum()) + 1) / (n + 2)
    lost = (int((second & ~first).sum()) + 1) / (n + 2)
    half = normal_quantile(level) * math.sqrt((gained + lost - (gained - lost) ** 2) / (n + 2))
    low, high = max(-1.0, gained - lost - half), min(1.0, gained - lost + half)
    return Interval(low, high, "paired Bonett-Price")


def _paired_by_class(a: ClassCase, b: ClassCase, level: float) -> Interval:
    first, second = a.guess == a.y, b.guess == b.y
    values, parts = [], []
    for code in a.present:
        rows = a.y == code
        parts.append(_paired_share(first[rows], second[rows], level))
        values.append(float(first[rows].mean() - second[rows].mean()))
    low, high, _ = average_of(values, parts)
    return Interval(low, high, "paired Bonett-Price, MOVER over classes")
