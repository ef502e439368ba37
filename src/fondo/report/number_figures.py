"""Charts of a regressor's curves (`judge.curves`), each with the sentence that tells it.

How a chart is drawn is in `charts`, `rows` and `grids`; nothing here computes a score.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fondo.report.charts import histogram
from fondo.report.grids import scatter
from fondo.report.rows import Bar, bars
from fondo.report.scales import finite, number, percent, real
from fondo.report.svg import Axis, Chart
from fondo.report.words import measured as with_unit


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
