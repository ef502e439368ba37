"""From the curves of an evaluation to charts, each with the sentence that says what it shows.

How a chart is drawn is in `charts` and `grids`; nothing here computes a score.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fondo.judge.metrics import METRICS
from fondo.report.charts import Bar, Line, Mark, bars, histogram, lines
from fondo.report.content import ReportContent
from fondo.report.grids import matrix, scatter
from fondo.report.scales import finite, number, percent, real
from fondo.report.svg import Axis, Chart, placeholder

_CAPITALS = {"roc": "ROC", "auc": "AUC", "rmse": "RMSE", "mae": "MAE", "mape": "MAPE", "r2": "R²"}


def metric_name(name: str) -> str:
    """Name of a metric in words.

    Examples
    --------
    >>> metric_name("roc_auc"), metric_name("balanced_accuracy")
    ('ROC AUC', 'Balanced accuracy')
    """
    words = " ".join(_CAPITALS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def metric_unit(name: str, unit: str) -> str:
    """Unit of a metric, where `unit` is that of the target."""
    known = METRICS[name].unit if name in METRICS else ""
    return {"target": unit, "share": ""}.get(known, known)


def amount(value: object) -> float:
    """Value to sort and to add by: what is no finite number counts as 0."""
    found = real(value)
    return found if math.isfinite(found) else 0.0


def column(curve: object, *names: str) -> list[Any]:
    """One column of a curve given as rows or as columns, under the first of `names` it has.

    Examples
    --------
    >>> column([{"decile": 1}, {"decile": 2}], "decile"), column({"recall": [0.5]}, "recall")
    ([1, 2], [0.5])
    """
    for name in names:
        if isinstance(curve, Mapping) and name in curve:
            return list(curve[name])
        if isinstance(curve, Sequence) and curve and name in curve[0]:
            return [row.get(name) for row in curve]
    return []


def of(content: ReportContent) -> list[Chart]:
    """Charts of the evaluation's curves that are there."""
    found = content.evaluation
    curves: Mapping[str, Any] = found.curves if found is not None else {}
    charts = []
    if curves.get("lift"):
        charts += [gain(curves["lift"]), lift(curves["lift"])]
    if curves.get("thresholds"):
        charts.append(thresholds(curves["thresholds"], content.threshold))
    if curves.get("calibration"):
        charts.append(calibration(curves["calibration"]))
    if curves.get("confusion"):
        charts.append(confusion(curves["confusion"]))
    if curves.get("residuals"):
        charts += residuals(curves["residuals"], content.unit)
    if content.interval:
        charts.append(coverage(content.interval))
    return charts


def learning_curve(history: Sequence[Mapping[str, Any]], best: int | None, loss: str) -> Chart:
    """Loss by epoch on training and validation rows, the kept epoch marked."""
    title = "Loss by epoch"
    if not history:
        return placeholder(title, "Nothing to draw: no epoch was recorded.")
    epochs = [row.get("epoch", i + 1) for i, row in enumerate(history)]
    parts = {"training rows": "loss", "validation rows": "val_loss"}
    series = [
        Line(name, epochs, [row.get(key) for row in history], style=i + 1)
        for i, (name, key) in enumerate(parts.items())
        if any(key in row for row in history)
    ]
    name, _, unit = loss.partition(" (")
    caption = f"{number(len(history))} epochs."
    kept = next((row for row in history if best is not None and row.get("epoch") == best), None)
    if kept is not None:
        on = "validation" if "val_loss" in kept else "training"
        value = number(kept.get("val_loss", kept.get("loss")))
        caption = (
            f"The weights of epoch {best} of {number(len(history))} were kept, where the {on} "
            f"loss was {value}."
        )
    mark = (
        Mark(float(best), f"kept: epoch {best}") if kept is not None and best is not None else None
    )
    axes = Axis("epoch"), Axis(name, unit.rstrip(")"))
    return lines(title, *axes, series, caption, mark=mark)


def gain(curve: object) -> Chart:
    """Share of all positives found, when rows are taken from the highest score down."""
    caught = [100 * real(v) for v in column(curve, "captured", "gain", "cumulative_share")]
    share = [100 * (i + 1) / len(caught) for i in range(len(caught))]
    series = [
        Line("this network", [0.0, *share], [0.0, *caught], dots=True),
        Line("drawn at random", [0.0, 100.0], [0.0, 100.0], style=4),
    ]
    caption = ""
    if caught and math.isfinite(caught[0]):
        caption = (
            f"The tenth of the rows with the highest scores holds {caught[0]:.0f} % of all "
            f"positive rows, {caught[0] / share[0]:.1f} times as many as a tenth drawn at random."
        )
    axes = Axis("rows, highest score first", "% of rows"), Axis("positive rows found", "%")
    return lines("Gain", *axes, series, caption)


def lift(curve: object) -> Chart:
    """Share of positive rows in each tenth, highest scores first."""
    rates = [100 * real(v) for v in column(curve, "rate", "positive_rate", "precision")]
    ends = [_percents(column(curve, key)) or [math.nan] * len(rates) for key in ("low", "high")]
    rows = [
        Bar(f"{_ordinal(i + 1)} tenth", rate, low, high)
        for i, (rate, low, high) in enumerate(zip(rates, *ends, strict=True))
    ]
    known = finite(rates)
    caption = ""
    if known:
        caption = (
            f"From {known[0]:.3g} % positive rows in the tenth with the highest scores down to "
            f"{known[-1]:.3g} % in the tenth with the lowest."
        )
    return bars("Positive rows in each tenth by score", Axis("positive rows", "%"), rows, caption)


def _ordinal(count: int) -> str:
    return str(count) + {1: "st", 2: "nd", 3: "rd"}.get(count, "th")  # there are ten tenths


def thresholds(curve: object, chosen: Mapping[str, Any] | None) -> Chart:
    """Precision and recall at every threshold, the chosen one marked."""
    at = column(curve, "threshold", "thresholds")
    series = [
        Line("precision", at, _percents(column(curve, "precision")), style=1),
        Line("recall", at, _percents(column(curve, "recall")), style=2),
    ]
    mark, caption = None, "A higher threshold finds fewer positive rows and is right more often."
    value = real(chosen.get("value")) if chosen else math.nan
    if chosen and math.isfinite(value):
        mark = Mark(value, f"threshold {number(value)}")
        near = _nearest(at, value)
        exact = [percent(column(curve, key)[near]) for key in ("precision", "recall")]
        aim = f", chosen for {chosen['aim']}," if chosen.get("aim") else ""
        caption = (
            f"At the threshold {number(value)}{aim} {exact[0]} of the rows called positive are, "
            f"and {exact[1]} of the positive rows are found."
        )
    axes = Axis("threshold on the probability", low=0, high=1), Axis("share", "%", 0, 100)
    return lines("Precision and recall by threshold", *axes, series, caption, mark=mark)


def _percents(shares: Iterable[object]) -> list[float]:
    return [100 * real(share) for share in shares]


def _nearest(values: Sequence[object], value: float) -> int:
    return min(range(len(values)), key=lambda i: abs(amount(values[i]) - value))


def calibration(curve: Mapping[str, Any]) -> Chart:
    """How often the positive class came true where it was given a certain probability."""
    bins = curve.get("bins", curve)
    said = _percents(column(bins, "predicted", "mean_predicted"))
    seen = _percents(column(bins, "observed", "share"))
    low, high = _percents(column(bins, "low")), _percents(column(bins, "high"))
    series = [
        Line("this network", said, seen, low or None, high or None, dots=True),
        Line("perfectly calibrated", [0, 100], [0, 100], style=4),
    ]
    gaps = finite(abs(a - b) for a, b in zip(said, seen, strict=True))
    worst = f" The widest gap is {max(gaps):.2g} percentage points." if gaps else ""
    brier = curve.get("brier") if isinstance(curve, Mapping) else None
    score = f" Brier score {number(brier)} (0 is perfect)." if brier is not None else ""
    axes = Axis("probability given", "%", 0, 100), Axis("share that came true", "%", 0, 100)
    caption = f"On the dashed line, probabilities mean what they say.{worst}{score}"
    return lines("Calibration", *axes, series, caption)


def confusion(curve: Mapping[str, Any]) -> Chart:
    """Confusion matrix."""
    names = curve.get("classes", curve.get("names", curve.get("labels", ())))
    counts = np.asarray(curve.get("counts", curve.get("matrix", ())), dtype=float)
    total = counts.sum()
    caption = "No rows."
    if counts.ndim == 2 and total:
        right = np.trace(counts)
        caption = (
            f"{number(right, 9)} of {number(total, 9)} rows ({percent(right / total, 1)}) are "
            f"answered rightly. {_most_confused(list(names), counts)}"
        )
    return matrix("Confusion matrix", list(names), counts, caption)


def _most_confused(names: Sequence[object], counts: "np.ndarray[Any, Any]") -> str:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any() or len(names) != len(wrong):
        return ""
    true, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (
        f"The most frequent mistake: {number(wrong.max(), 9)} rows of “{names[int(true)]}” "
        f"answered as “{names[int(answer)]}”."
    )


def residuals(curve: Mapping[str, Any], unit: str) -> list[Chart]:
    """Predicted against actual, residuals against predicted, and their histogram."""
    said = [real(v) for v in column(curve, "predicted")]
    seen = [real(v) for v in column(curve, "actual")]
    off = [a - b for a, b in zip(seen, said, strict=True)]
    known = np.array(finite(off) or [math.nan])
    half, wide = np.quantile(np.abs(known), [0.5, 0.9])
    of_unit = f" {unit}" if unit else ""
    against = (
        f"Half of the answers are within {number(half)}{of_unit} of the truth, 90 % within "
        f"{number(wide)}{of_unit}; on the dashed line an answer is exact."
    )
    bias = f"Actual minus predicted; the mean is {number(known.mean())}{of_unit}."
    predicted, residual = Axis("predicted", unit), Axis("residual: actual - predicted", unit)
    counts, edges = np.histogram(finite(off), bins=min(40, max(8, round(len(off) ** 0.5))))
    below = percent(float((known < 0).mean()))
    return [
        scatter(
            "Predicted and actual",
            Axis("actual", unit),
            predicted,
            (seen, said),
            against,
            reference="diagonal",
        ),
        scatter(
            "Residuals by prediction", predicted, residual, (said, off), bias, reference="zero"
        ),
        histogram(
            "Residuals",
            residual,
            list(edges),
            list(counts),
            f"{below} of the answers are too high, the others too low or exact.",
        ),
    ]


def coverage(interval: Mapping[str, Any]) -> Chart:
    """Stated and measured coverage of the prediction interval."""
    stated, measured = (real(interval.get(key)) for key in ("coverage", "measured"))
    low, high = (100 * real(interval.get(key)) for key in ("low", "high"))
    rows = [Bar("stated", 100 * stated, style=4), Bar("measured", 100 * measured, low, high)]
    width = interval.get("half_width")
    margin = (
        f" The interval is the answer give or take {number(width)}." if width is not None else ""
    )
    caption = (
        f"Prediction intervals that should hold {percent(stated)} of the true values hold "
        f"{percent(measured, 1)} on the test rows.{margin}"
    )
    axis = Axis("true values inside the interval", "%", 0, 100)
    return bars("Coverage of the prediction interval", axis, rows, caption)
