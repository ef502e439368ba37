"""Charts of answers to pictures: pixels removed, pictures shifted, errors of points.

Pictures themselves are drawn in `images`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fondo.report.charts import Line, lines
from fondo.report.picture_findings import Looked
from fondo.report.rows import Bar, bars
from fondo.report.scales import number, percent
from fondo.report.svg import Axis, Chart

SHORT = {
    "occlusion": "occlusion",
    "grad_cam": "Grad-CAM",
    "integrated_gradients": "integrated gradients",
    "saliency": "saliency",
}
MOST_POINTS = 20  # points drawn by their errors; the others are counted


def deletion_chart(looked: Sequence[Looked], kind: str) -> Chart:
    """The answer while pixels are removed, hottest first, beside random maps; means of pictures."""
    checked = [one for one in looked if one.checks]
    ways = list(dict.fromkeys(way for one in checked for way in one.checks))[:3]
    shares = [100 * share for share in next(iter(checked[0].checks.values())).shares]
    series = []
    for style, way in enumerate(ways, start=1):
        curve = np.mean([one.checks[way].curve for one in checked if way in one.checks], axis=0)
        series.append(Line(SHORT.get(way, way), shares, list(curve), style=style, dots=True))
    blind = [check.random_curve for one in checked for check in one.checks.values()]
    series.append(Line("random maps", shares, list(np.mean(blind, axis=0)), style=4))
    unit = Axis("probability of the answer", low=0, high=1)
    if kind == "number":
        unit = Axis("minus the change of the number")
    if kind == "numbers":
        unit = Axis("minus the change of the numbers", "standard deviations")
    count = number(len(checked))
    caption = (
        f"Pixels take the mean colour, hottest first; mean over {count} "
        f"{'picture' if len(checked) == 1 else 'pictures'}. A map that says where the network "
        "looked makes the answer fall sooner than maps as smooth that know nothing."
    )
    axes = Axis("pixels removed", "%", 0, 100), unit
    return lines("Deletion check", *axes, series, caption)


def verdicts(looked: Sequence[Looked]) -> str:
    """For how many pictures the maps of each way say something."""
    told = []
    for way in dict.fromkeys(way for one in looked for way in one.checks):
        checks = [one.checks[way] for one in looked if way in one.checks]
        good = sum(check.says_something for check in checks)
        told.append(f"{SHORT.get(way, way)} {good} of {len(checks)}")
    count = len(next(iter(next(one.checks for one in looked if one.checks).values())).random_areas)
    return (
        f"Pictures whose map does better than all but 5 % of random maps ({count} each): "
        f"{', '.join(told)}."
    )


def shift_chart(studies: Mapping[str, Any]) -> Chart:
    """Scores of shifted pictures: along both axes for one model, by size for several."""
    first = next(iter(studies.values()))
    share = first.metric == "accuracy"
    scale = 100 if share else 1
    y = Axis("accuracy", "%") if share else Axis(first.metric)
    if len(studies) > 1:
        return _compared(studies, scale, y)
    series = []
    for style, axis in enumerate(("sideways", "up and down"), start=1):
        rows = first.curve(axis)
        series.append(
            Line(
                axis,
                [row.pixels for row in rows],
                [scale * row.value for row in rows],
                [scale * row.low for row in rows],
                [scale * row.high for row in rows],
                style=style,
                dots=True,
            )
        )
    still = next(row for row in first.rows if row.pixels == 0)
    pick = min if share else max
    worst = pick(first.rows, key=lambda row: row.value)
    caption = (
        f"{number(first.n_rows)} pictures moved by whole pixels; {first.fill}. "
        f"{_score(still, share)} where they lie, {_score(worst, share)} at worst, "
        f"{_way(worst)}. The bands are 95 % intervals."
    )
    return lines(
        "Shifted pictures", Axis("shift to the right, or down", "pixels"), y, series, caption
    )


def _compared(studies: Mapping[str, Any], scale: int, y: Axis) -> Chart:
    series, told = [], []
    for style, (name, study) in enumerate(studies.items(), start=1):
        points = study.by_size()
        sizes, values = [size for size, _ in points], [scale * value for _, value in points]
        series.append(Line(name, sizes, values, style=min(style, 4), dots=True))
        ends = number(values[0]), number(values[-1])
        told.append(f"{name} from {ends[0]} to {ends[1]}{' %' if scale == 100 else ''}")
    caption = f"Mean over the directions. From no shift to the largest: {'; '.join(told)}."
    return lines("Shifted pictures", Axis("shift", "pixels"), y, series, caption)


def _score(row: Any, share: bool) -> str:
    return (
        f"{percent(row.value, 1)} are right" if share else f"the mean error is {number(row.value)}"
    )


def _way(row: Any) -> str:
    if row.pixels == 0:
        return "without any shift"
    names = ("left", "right") if row.axis == "sideways" else ("up", "down")
    return f"{abs(row.pixels)} pixels {names[row.pixels > 0]}"


def point_chart(errors: Any) -> Chart:
    """Mean error of each point, the largest first."""
    values = np.asarray(errors, float)
    order = np.argsort(-values, kind="stable")[:MOST_POINTS]
    rows = [Bar(f"point {k + 1}", 100 * values[k]) for k in order.tolist()]
    rest = len(values) - len(rows)
    caption = (
        f"Mean distance between answered and true point, over the size of the true shape. Over all "
        f"{number(len(values))} points it is {percent(values.mean(), 1)}."
    )
    caption += f" The {number(rest)} points with smaller errors are not drawn." if rest else ""
    return bars("Error by point", Axis("mean distance", "% of size", 0), rows, caption)
