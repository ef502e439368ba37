"""Charts of a classifier's curves (`judge.curves`), each with the sentence that tells it.

How a chart is drawn is in `charts`, `rows` and `grids`; nothing here computes a score.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fondo.report.charts import Line, Mark, lines
from fondo.report.grids import matrix
from fondo.report.markup import brief
from fondo.report.rows import Bar, bars
from fondo.report.scales import finite, number, percent, real
from fondo.report.svg import Axis, Chart
from fondo.report.words import amount, column


def gain(curve: Sequence[Mapping[str, Any]]) -> Chart:
    """Share of all positives found, when rows are taken from the highest score down."""
    caught = _percents(column(curve, "captured"))
    share = [100 * (i + 1) / len(caught) for i in range(len(caught))]
    series = [
        Line("this network", [0.0, *share], [0.0, *caught], dots=True),
        Line("drawn at random", [0.0, 100.0], [0.0, 100.0], style=4),
    ]
    caption = (
        f"The {_part(1, len(caught))} of the rows with the highest scores holds {caught[0]:.0f} % "
        f"of all positive rows, {caught[0] / share[0]:.1f} times as many as one drawn at random."
    )
    axes = Axis("rows, highest score first", "% of rows"), Axis("positive rows found", "%")
    return lines("Gain", *axes, series, caption)


def lift(curve: Sequence[Mapping[str, Any]]) -> Chart:
    """Share of positive rows in each part, highest scores first, with the lift."""
    rates = _percents(column(curve, "rate"))
    ends = [_percents(column(curve, key)) for key in ("low", "high")]
    rows = [
        Bar(f"{_ordinal(i + 1)} {_part(1, len(rates))}", rate, low, high)
        for i, (rate, low, high) in enumerate(zip(rates, *ends, strict=True))
    ]
    most, least = (real(row.get("lift")) for row in (curve[0], curve[-1]))
    caption = (
        f"With the highest scores {rates[0]:.3g} % of rows are positive, {most:.2g} times the "
        f"share in all rows (the lift); with the lowest {rates[-1]:.3g} %, {least:.2g} times."
    )
    return bars("Lift: positive rows by score", Axis("positive rows", "%"), rows, caption)


def _part(count: int, parts: int) -> str:
    return "tenth" if parts == 10 else f"{count} of {parts} parts"


def _ordinal(count: int) -> str:
    return str(count) + {1: "st", 2: "nd", 3: "rd"}.get(count, "th")  # there are ten at most


def thresholds(curve: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any] | None) -> Chart:
    """Precision and recall at every threshold, the chosen one marked."""
    flagged = [row for row in curve if row.get("precision") is not None]  # else there is none
    series = [
        Line(key, column(rows, "threshold"), _percents(column(rows, key)), style=style)
        for key, rows, style in (("precision", flagged, 1), ("recall", curve, 2))
    ]
    mark, caption = None, "A higher threshold finds fewer positive rows and is right more often."
    value = real(chosen.get("value")) if chosen else math.nan
    if chosen and math.isfinite(value):
        mark = Mark(value, f"threshold {value:.3g}")
        near = min(curve, key=lambda row: abs(amount(row.get("threshold")) - value))
        precision, recall = (percent(near.get(key)) for key in ("precision", "recall"))
        aim = f", chosen for {chosen['aim']}," if chosen.get("aim") else ""
        caption = (
            f"At the threshold {value:.3g}{aim} {precision} of the rows called positive are, and "
            f"{recall} of the positive rows are found."
        )
    axes = Axis("threshold on the probability", low=0, high=1), Axis("share", "%", 0, 100)
    return lines("Precision and recall by threshold", *axes, series, caption, mark=mark)


def _percents(shares: Iterable[object]) -> list[float]:
    return [100 * real(share) for share in shares]


def calibration(curve: Mapping[str, Any]) -> Chart:
    """How often the positive class came true where it was given a certain probability."""
    said, seen, low, high = (
        _percents(column(curve["bins"], key)) for key in ("predicted", "observed", "low", "high")
    )
    most = max(finite([*said, *seen, *high]), default=100.0)  # often far below 100 %
    series = [
        Line("this network", said, seen, low, high, dots=True),
        Line("perfectly calibrated", [0, most], [0, most], style=4),
    ]
    caption = (
        "On the dashed line, probabilities mean what they say. The mean distance from it is "
        f"{number(100 * curve['gap'], 2)} percentage points; the Brier score is "
        f"{number(curve['brier'])} (0 is perfect). The band is the 95 % interval."
    )
    axes = Axis("probability given", "%", 0), Axis("share that came true", "%", 0)
    return lines("Calibration", *axes, series, caption)


def confusion(curve: Mapping[str, Any]) -> Chart:
    """Confusion matrix with the share answered rightly and the most frequent mistake."""
    names, counts = list(curve["classes"]), np.asarray(curve["counts"], dtype=float)
    right, total = np.trace(counts), counts.sum()
    share = percent(right / total, 1) if total else "none"
    caption = (
        f"{number(right, 9)} of {number(total, 9)} rows ({share}) are answered rightly. "
        f"{_most_confused(names, counts)}"
    )
    return matrix("Confusion matrix", names, counts, caption)


def _most_confused(names: Sequence[object], counts: "np.ndarray[Any, Any]") -> str:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any() or len(names) != len(wrong):
        return ""
    true, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (
        f"The most frequent mistake: {number(wrong.max(), 9)} rows of “{brief(names[int(true)])}” "
        f"answered as “{brief(names[int(answer)])}”."
    )
