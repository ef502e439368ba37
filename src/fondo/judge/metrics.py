"""Scores: each computed by scikit-learn, each with an interval and the method behind it.

Whether one model beats another is answered in `compare`, not by looking at two intervals.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn import metrics as sk

from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.judge import formulas as f
from fondo.judge import several, shares
from fondo.judge.answers import Answers, Case, ClassCase, case_of, check_kind
from fondo.judge.auc import auc_interval
from fondo.judge.intervals import (
    Array,
    Floats,
    Interval,
    check_level,
    median_interval,
    wilson,
)
from fondo.judge.ranking import ranking_intervals
from fondo.judge.resample import smooth_interval
from fondo.judge.scores import Metric, Score

__all__ = ["METRICS", "Answers", "Metric", "Score", "headline", "measure", "metric_named"]

FAILED = 0.1  # mean error of a row's points, as a share of its size, from which it is a failure
BALANCED = 0.8  # above this majority share, accuracy says too little to be the headline


_P = "probabilities"
_HEADLINES = {
    "number": "rmse",
    "numbers": "rmse_standardised",
    "points": "normalised_mean_error",
}
_UNBOUNDED = ("r2", "r2_mean")  # below; no other score can be negative


def _means(columns: Callable[[Any], Sequence[Array]], of: Callable[[Floats], Floats]) -> Any:
    """Interval of a function of the means of some columns."""

    def interval(case: Any, level: float) -> Interval:
        return smooth_interval(np.stack(columns(case), axis=1), of, level=level)

    return interval


def _ranked(name: str) -> Callable[[ClassCase, float], Interval]:
    def interval(case: ClassCase, level: float) -> Interval:
        key = ("ranking", level)
        if key not in case.memory:  # three scores, one pass
            case.memory[key] = ranking_intervals(case.y, case.known()[:, 1], level)
        found: Interval = case.memory[key][name]
        return found

    return interval


def _area(case: ClassCase, level: float) -> Interval:
    return auc_interval(case.y, case.known()[:, 1], level)


def _two_sided(case: ClassCase) -> bool:
    return case.binary and len(case.present) == 2


def _labels(name: str, function: Callable[[Any], float], interval: Any) -> Metric:
    return Metric(name, "class", function, interval, True, "labels", "share", lambda _: True)


def _positives(name: str, function: Callable[[Any], float], interval: Any) -> Metric:
    return Metric(name, "class", function, interval, name != "brier", _P, "share", _two_sided)


def _number(name: str, function: Callable[[Any], float], interval: Any) -> Metric:
    unit = "share" if name == "mape" else "target"
    fits: dict[str, Callable[[Any], bool]] = {"mape": lambda case: bool((case.y != 0).all())}
    always = fits.get(name, lambda _: True)
    return Metric(name, "number", function, interval, False, "numbers", unit, always)


def _numbers(name: str, rows: Callable[[Any], Floats], of_means: tuple[Any, Any]) -> Metric:
    ends = np.sqrt if name.startswith("rmse") else np.asarray
    return Metric(
        name=name,
        kind="numbers",
        function=lambda case: float(ends(rows(case).mean())),
        interval=_means(*of_means),
        higher_is_better=False,
        needs="numbers",
        unit="standard deviations",
        fits=lambda _: True,
    )


_ALL: tuple[Metric, ...] = (
    _labels("accuracy", f.on_labels(sk.accuracy_score), shares.accuracy_interval),
    _positives("roc_auc", f.on_positives(sk.roc_auc_score), _area),
    _labels("balanced_accuracy", f.balanced_accuracy, shares.balanced_interval),
    Metric(
        name="log_loss",
        kind="class",
        function=f.log_loss,
        interval=_means(lambda case: [f.surprise(case)], f.first),
        higher_is_better=False,
        needs=_P,
        unit="nats",
        fits=lambda case: len(case.classes) > 1,
    ),
    _labels("f1", f.on_classes(sk.f1_score), shares.f1_interval),
    _labels("precision", f.on_classes(sk.precision_score), shares.precision_interval),
    _labels("recall", f.on_classes(sk.recall_score), shares.recall_interval),
    _positives(
        "average_precision",
        f.on_positives(sk.average_precision_score),
        _ranked("average_precision"),
    ),
    _positives(
        "brier",
        f.on_positives(sk.brier_score_loss),
        _means(lambda case: [f.squared(case)], f.first),
    ),
    _positives("top_decile_capture", f.capture, _ranked("top_decile_capture")),
    _positives("top_decile_precision", f.top_precision, _ranked("top_decile_precision")),
    _number(
        "rmse",
        f.on_labels(sk.root_mean_squared_error),
        _means(lambda case: [f.error2(case)], f.root),
    ),
    _number(
        "mae",
        f.on_labels(sk.mean_absolute_error),
        _means(lambda case: [f.absolute(case)], f.first),
    ),
    Metric(
        name="r2",
        kind="number",
        function=f.on_labels(sk.r2_score),
        interval=_means(f.moments2, f.explained),
        higher_is_better=True,
        needs="numbers",
        unit="share",
        fits=lambda case: len(case.y) > 1 and bool(np.ptp(case.y) > 0),
    ),
    _number(
        "median_ae",
        f.on_labels(sk.median_absolute_error),
        lambda case, level: median_interval(f.absolute(case), level),
    ),
    _number(
        "mape",
        f.on_labels(sk.mean_absolute_percentage_error),
        _means(lambda case: [f.relative(case)], f.first),
    ),
)
_ALL += (
    Metric(
        name="normalised_mean_error",
        kind="points",
        function=lambda case: float(case.guess.mean()),
        interval=_means(lambda case: [case.guess], f.first),
        higher_is_better=False,
        needs="numbers",
        unit="share",
        fits=lambda _: True,
    ),
    Metric(
        name="failure_rate",
        kind="points",
        function=lambda case: float((case.guess > FAILED).mean()),
        interval=lambda case, level: wilson(int((case.guess > FAILED).sum()), len(case.y), level),
        higher_is_better=False,
        needs="numbers",
        unit="share",
        fits=lambda _: True,
    ),
)
_ALL += (
    _numbers("rmse_standardised", several.squared, (several.squares, several.root_mean_square)),
    _numbers("mae_standardised", several.absolute, (several.sizes, several.mean_size)),
    Metric(
        name="r2_mean",
        kind="numbers",
        function=f.on_labels(sk.r2_score),
        interval=_means(several.squares, several.explained),
        higher_is_better=True,
        needs="numbers",
        unit="share",
        fits=lambda case: len(case.y) > 1 and bool(case.varies.all()),
    ),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def metric_named(name: str) -> Metric:
    """The metric of that name; BadParameter proposes the nearest one."""
    if name not in METRICS:
        raise BadParameter(
            f"measure(name={name!r}): name must be a known score. {did_you_mean(name, METRICS)}"
        )
    return METRICS[name]


def headline(kind: str, y: Array, classes: Array | None = None) -> str:
    """Name of the score that stands first.

    Parameters
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    y : array (n,)
        True labels; the training rows, if the choice is to hold for later rows too.
    classes : array (n_classes,), default=None
        Every label there is; None: those in y.

    Returns
    -------
    str
        rmse for numbers, rmse_standardised for several of them a row. For classes accuracy, unless
        one class has 80 % or more of the rows: then roc_auc for two classes, balanced_accuracy for
        more.

    Examples
    --------
    >>> headline("class", np.array(["good"] * 9 + ["bad"]))
    'roc_auc'
    """
    check_kind("headline", kind)
    if kind != "class":
        return _HEADLINES[kind]
    found, counts = np.unique(np.asarray(y).astype(str), return_counts=True)
    if counts.max(initial=0) < BALANCED * max(len(y), 1):
        return "accuracy"
    return "roc_auc" if len(found if classes is None else classes) == 2 else "balanced_accuracy"


def measure(
    kind: str,
    y: Array,
    answers: Answers,
    names: Sequence[str] | None = None,
    *,
    level: float = 0.95,
) -> list[Score]:
    """All scores of some answers, the headline first, each with its interval.

    Parameters
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    y : array (n,)
        The truth; every label must be one of `answers.classes`.
    answers : Answers
        What the model said about these rows.
    names : sequence of str, default=None
        Scores wanted, in this order. None: all that are defined on these rows.
    level : float in (0, 1), default=0.95
        Level of the intervals.

    Returns
    -------
    list of Score
        Scores that are not defined here (an area with one class, a relative error with a true
        0, anything the answers lack) are left out, unless `names` asks for them.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 3.0, 4.0])
    >>> for score in measure("number", y, Answers(numbers=y + 0.5))[:2]:
    ...     print(score.name, score.value)
    rmse 0.5
    mae 0.5
    """
    check_level("measure", level)
    case = case_of(kind, np.asarray(y), answers)
    wanted = [metric_named(name) for name in names] if names is not None else _order(kind, case)
    out = []
    for metric in wanted:
        if metric.kind == kind and _has(metric, case) and metric.fits(case):
            out.append(_score(metric, case, level))
        elif names is not None:
            raise BadData(
                f"measure(name={metric.name!r}): these answers and rows do not define this score "
                f"({metric.needs} of a {metric.kind} target are needed). Leave it out."
            )
    return out


def _order(kind: str, case: Case) -> list[Metric]:
    classes = case.classes if isinstance(case, ClassCase) else None
    top = headline(kind, case.y, classes)
    rest = [m for m in METRICS.values() if m.kind == kind]
    return sorted(rest, key=lambda m: m.name != top)


def _has(metric: Metric, case: Case) -> bool:
    return metric.needs != _P or (isinstance(case, ClassCase) and case.p is not None)


def _score(metric: Metric, case: Case, level: float) -> Score:
    value = metric.function(case)
    low, high, method = metric.interval(case, level)
    least = -np.inf if metric.name in _UNBOUNDED else 0.0
    low, high = max(least, float(min(low, value))), float(max(high, value))
    return Score(metric.name, value, low, high, metric.higher_is_better, method)
