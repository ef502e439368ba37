"""Which charts a report has: those of learning, and those that the evaluation's curves allow.

The charts of classes and of numbers are in `class_figures` and `number_figures`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fondo.report import class_figures, number_figures
from fondo.report.charts import Line, Mark, lines
from fondo.report.content import ReportContent
from fondo.report.scales import number
from fondo.report.svg import Axis, Chart, placeholder


def charts_of(content: ReportContent) -> list[Chart]:
    """Charts of the evaluation's curves that are there."""
    found = content.evaluation
    curves: Mapping[str, Any] = found.curves if found is not None else {}
    charts = []
    if curves.get("lift"):
        charts += [class_figures.gain(curves["lift"]), class_figures.lift(curves["lift"])]
    if curves.get("thresholds"):
        charts.append(class_figures.thresholds(curves["thresholds"], content.threshold))
    if curves.get("calibration"):
        charts.append(class_figures.calibration(curves["calibration"]))
    if curves.get("confusion"):
        charts.append(class_figures.confusion(curves["confusion"]))
    if curves.get("residuals"):
        charts += number_figures.residuals(curves["residuals"], content.unit)
    if curves.get("targets"):
        charts += number_figures.targets(curves["targets"])
    if content.interval:
        charts.append(number_figures.coverage(content.interval, content.unit))
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
