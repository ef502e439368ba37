"""Charts of a regressor's curves (`judge.curves`), each with the sentence that tells it.

How a chart is drawn is in `charts`, `rows` and `grids`; nothing here computes a score.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fondo.report.charts import histogram
from fondo.report.grids import scatter
from fondo.report.markup import brief
from fondo.report.rows import Bar, bars
from fondo.report.scales import finite, number, percent, real
from fondo.report.svg import Axis, Chart
from fondo.report.words import measured as with_unit

MOST_BARS = 20  # of several targets, drawn by their errors; the others are counted


def targets(rows: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """Error of each of several targets, the largest first; then answers beside the truth."""
    ranked = sorted(rows, key=lambda row: -real(row["standardised"]))
    shown = [Bar(str(row["target"]), row["standardised"]) for row in ranked[:MOST_BARS]]
    rest = len(ranked) - len(shown)
    caption = (
        "RMSE of each target over the standard deviation of its true values; its mean, always "
        f"answered, would have 1. {_told(ranked[0])}"
    )
    caption += f" The {number(rest)} targets with smaller errors are not drawn." if rest else ""
    chart = bars("Error by target", Axis("RMSE", "standard deviations", 0), shown, caption)
    return [chart, *(_beside(row) for row in ranked if "residuals" in row)]


def _told(row: Mapping[str, Any]) -> str:
    """Sentence on the target with the largest error."""
    worst = f"Worst is “{brief(row['target'])}”: RMSE {number(row['rmse'])}"
    if row["r2"] is None:
        return f"{worst}; its true values are all one, so that it is measured in its own unit."
    return f"{worst}, where the true values have {number(row['sd'])}; R² {number(row['r2'])}."


def _beside(row: Mapping[str, Any]) -> Chart:
    """Predicted against actual values of one target."""
    curve = row["residuals"]
    said, seen = ([real(v) for v in curve[key]] for key in ("predicted", "actual"))
    caption = f"On the dashed line an answer is exact. RMSE {number(row['rmse'])}"
    caption += "." if row["r2"] is None else f", R² {number(row['r2'])}."
    if len(said) < curve["rows"]:
        caption += f" Shown are {number(len(said))} of {number(curve['rows'])} rows."
    title = f"Predicted and actual: {brief(row['target'], 40)}"
    axes = Axis("actual"), Axis("predicted")
    return scatter(title, *axes, (seen, said), caption, reference="diagonal")


def residuals(curve: Mapping[str, Any], unit: str) -> list[Chart]:
    """Predicted against actual, residuals against predicted, and their histogram."""
    said, seen = ([real(v) for v in curve[key]] for key in ("predicted", "actual"))
    off = [a - b for a, b in zip(seen, said, strict=True)]
    ends = {share: number(value) for share, value in curve["quantiles"].items()}
    drawn = f"Shown are {number(len(off))} of {number(curve['rows'])} rows, taken at random."
    drawn = drawn if len(off) < curve["rows"] else ""
    exact = f"On the dashed line an answer is exact. {drawn}".rstrip()
    bias = (
        f"The mean residual is {with_unit(curve['mean'], unit)}; a trend along the line would be "
        f"something the network has not learnt. {drawn}"
    )
    middle = (
        f"Half of the residuals lie between {ends['0.25']} and {ends['0.75']}, 90 % between "
        f"{ends['0.05']} and {with_unit(curve['quantiles']['0.95'], unit)}. {drawn}"
    )
    known = finite(off)
    counts, edges = np.histogram(known, bins=min(40, max(8, round(len(known) ** 0.5))))
    predicted, residual = Axis("predicted", unit), Axis("residual: actual minus predicted", unit)
    return [
        scatter(
            "Predicted and actual",
            Axis("actual", unit),
            predicted,
            (seen, said),
            exact,
            reference="diagonal",
        ),
        scatter(
            "Residuals by prediction",
            predicted,
            residual,
            (said, off),
            bias.rstrip(),
            reference="zero",
        ),
        histogram("Residuals", residual, list(edges), list(counts), middle.rstrip()),
    ]


def coverage(interval: Mapping[str, Any], unit: str = "") -> Chart:
    """Stated and measured coverage of the prediction interval."""
    stated, measured = (real(interval.get(key)) for key in ("coverage", "measured"))
    low, high = (100 * real(interval.get(key)) for key in ("low", "high"))
    rows = [Bar("stated", 100 * stated, style=4), Bar("measured", 100 * measured, low, high)]
    width = interval.get("half_width")
    margin = (
        f" The interval is the answer give or take {with_unit(width, unit)}."
        if width is not None
        else ""
    )
    caption = (
        f"Prediction intervals that should hold {percent(stated)} of the true values hold "
        f"{percent(measured, 1)} on the test rows.{margin}"
    )
    axis = Axis("true values inside the interval", "%", 0, 100)
    return bars("Coverage of the prediction interval", axis, rows, caption)
