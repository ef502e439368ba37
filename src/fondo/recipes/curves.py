"""Figures, sentences and pictures out of runs over seeds.

Figures have the 95 % interval of the mean; bands in pictures go from the 10th to the 90th
percentile of the seeds, so a single run of somebody else's should mostly lie within them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fondo.recipes.figures import mean_of
from fondo.recipes.kitchen import Figure
from fondo.recipes.runs import Runs
from fondo.report.charts import Line, lines
from fondo.report.rows import Bar, dots
from fondo.report.scales import estimate, number
from fondo.report.svg import Axis, Chart
from fondo.studies.drawing import banded
from fondo.studies.spread import Bands, verdict

BAND = "Line: mean of {n} seeds; band: 10th to 90th percentile of them."
UNITS = {"accuracy": "%", "loss": "nats"}


def mean(
    name: str,
    values: Sequence[float],
    *,
    naive: float | None = None,
    published: float | None = None,
) -> Figure:
    """`mean_of` the seeds under a name that does not count them: `reading` says it once for all."""
    found = mean_of(name, values, naive=naive, published=published)
    return replace(found, name=name, ours=round(found.ours, 9))  # no 1e-15 where there is 0


def reading(n_seeds: int) -> str:
    """How the figures of this chapter are to be read."""
    return (
        f"Figures are means over {n_seeds} seeds with the 95 % interval of the mean: what other "
        "seeds would give on these test rows. They are of fixed epochs; the test rows choose "
        "nothing."
    )


def after(
    runs: Runs,
    epoch: int | None = None,
    column: str = "test accuracy",
    *,
    naive: float | None = None,
    published: float | None = None,
) -> Figure:
    """Figure of one column after an epoch; the last one where none is said."""
    epoch = runs.setting.epochs if epoch is None else epoch
    unit = UNITS[column.rpartition(" ")[2]]
    name = f"{column} ({unit}) after {in_words(epoch)}, {runs.name}"
    return mean(name, runs.at(epoch, column), naive=naive, published=published)


def path(
    runs: Runs,
    published: Mapping[int, float],
    column: str = "test accuracy",
    *,
    naive: float | None = None,
    told: bool = True,
) -> list[Figure]:
    """Figures at every epoch that the source tells of and that was reached, the last one first.

    `told` says whether these are the rows that the source speaks of; the last epoch is there
    whether the source tells of it or not.
    """
    ends = {epoch for epoch in published if epoch <= runs.setting.epochs} | {runs.setting.epochs}
    return [
        after(runs, e, column, naive=naive, published=published.get(e) if told else None)
        for e in sorted(ends, reverse=True)
    ]


def gap(name: str, first: Sequence[float], second: Sequence[float]) -> Figure:
    """Mean difference, first minus second, paired by seed; 0 is what a fool would expect."""
    return mean(name, [a - b for a, b in zip(first, second, strict=True)], naive=0.0)


def said(figure: Figure, above: str, below: str) -> str:
    """The words for a paired difference, with its interval.

    Examples
    --------
    >>> said(Figure("a minus b (points)", 0.2, 0.1, 0.52), "better", "worse")
    'A minus b (points): 0.20 (0.10 to 0.52), better.'
    """
    low, high = figure.low, figure.high
    word = "one seed, which says nothing of chance"
    if low is not None and high is not None:
        ends = {"mean": figure.ours, "low": low, "high": high}
        word = verdict(ends, below, above, "not distinguishable")
    shown, interval = estimate(figure.ours, low, high)
    name, ends_told = figure.name, f" ({interval})" if interval else ""
    return f"{name[0].upper()}{name[1:]}: {shown}{ends_told}, {word}."


def beside(
    runs: Runs, published: Mapping[int, float], column: str = "test accuracy", *, told: bool = True
) -> list[str]:
    """Sentence on each published figure that was reached: whether that one run lies among ours.

    `told` says whether these are the rows that the source speaks of; else nothing is said.
    """
    return [
        among(f"{column} after {in_words(epoch)}, {runs.name},", runs.at(epoch, column), value)
        for epoch, value in sorted(published.items())
        if told and epoch <= runs.setting.epochs
    ]


def among(name: str, values: Sequence[float], published: float) -> str:
    """Sentence on where one published run lies among our seeds.

    Examples
    --------
    >>> among("accuracy", [97.0, 97.4], 97.1)
    'Published accuracy 97.10: within our 2 seeds (97 to 97.40).'
    """
    low, high = min(values), max(values)
    where = "within" if low <= published <= high else "above" if published > high else "below"
    place = f"{where} our {len(values)} seeds ({number(low, 4)} to {number(high, 4)})"
    return f"Published {name} {number(published, 4)}: {place}."


def ranges(curves: Any) -> Bands:
    """Mean and the 10th and 90th percentile of curves (seeds, points) at each point."""
    runs = np.asarray(curves, float)
    low, high = np.percentile(runs, [10, 90], axis=0)
    return {"mean": runs.mean(axis=0).tolist(), "low": low.tolist(), "high": high.tolist()}


def curves(
    title: str,
    runs: Sequence[tuple[str, Runs, str]],
    caption: str,
    *,
    by: str = "epoch",
    floor: float | None = None,
    published: Mapping[str, Mapping[int, float]] | None = None,
) -> Chart:
    """Curves with bands, by epoch, by update or by seconds of one run.

    Parameters
    ----------
    title : str
        Above the picture.
    runs : sequence of at most four (name, runs, column)
        Columns of one unit.
    caption : str
        What one sees; what line and band are is added.
    by : {"epoch", "updates", "seconds"}, default="epoch"
        Horizontal axis.
    floor : float or None, default=None
        Value that the vertical axis reaches at least.
    published : mapping of str to {epoch: value}, or None, default=None
        Single runs of the source, by epoch, as dots; those behind the last epoch are left out.
    """
    series = [
        banded(name, _along(each, by), ranges(each.curves[column]), style, dots=_few(each))
        for style, (name, each, column) in enumerate(runs, start=1)
    ]
    last = max(each.setting.epochs for _, each, _ in runs)
    series = [*_published(published or {}, last, len(series) + 1), *series]  # on top of ours
    kinds = {column.rpartition(" ")[2] for _, _, column in runs}
    columns = {column for _, _, column in runs}
    what = columns.pop() if len(columns) == 1 else kinds.pop()
    n = len(next(iter(runs))[1].curves["seconds"])
    unit = UNITS[what.rpartition(" ")[2]]
    x = Axis({"updates": "update", "seconds": "time of one run"}.get(by, by), _unit(by), low=0.0)
    return lines(title, x, Axis(what, unit, low=floor), series, f"{caption} {BAND.format(n=n)}")


def stands(
    title: str,
    runs: Sequence[tuple[str, Runs, str]],
    caption: str,
    published: Mapping[str, float],
) -> Chart:
    """Where runs stand after their last epoch, one under the other: for runs of a single epoch.

    Parameters
    ----------
    title : str
        Above the picture.
    runs : sequence of (name, runs, column)
        Columns of one kind.
    caption : str
        What one sees; what dot and whisker are is added.
    published : mapping of str to float
        Single runs of the source.
    """
    rows = []
    for style, (name, each, column) in enumerate(runs, start=1):
        found = ranges(np.asarray(each.last(column))[:, None])
        rows.append(Bar(name, found["mean"][0], found["low"][0], found["high"][0], style))
    rows += [Bar(name, value, style=4) for name, value in published.items()]
    column, n = runs[0][2], len(runs[0][1].last())
    axis = Axis(column, UNITS[column.rpartition(" ")[2]])
    told = f"{caption} Dot: mean of {n} seeds; whisker: 10th to 90th percentile of them."
    return dots(title, axis, rows, told)


def _published(runs: Mapping[str, Mapping[int, float]], last: int, style: int) -> list[Line]:
    """Runs of the source up to an epoch, in the styles that are left."""
    found: list[Line] = []
    for name, points in runs.items():
        there = {epoch: value for epoch, value in sorted(points.items()) if epoch <= last}
        if there:
            x, y = list(there), list(there.values())
            found.append(Line(name, x, y, style=style + len(found), joined=False))
    return found


def _unit(by: str) -> str:
    return "seconds" if by == "seconds" else ""


def _along(runs: Runs, by: str) -> list[float]:
    if by == "epoch":
        return [float(epoch) for epoch in range(1, runs.setting.epochs + 1)]
    if by == "updates":
        return [float(value) for value in runs.curves["updates"].mean(axis=0)]
    return [float(value) for value in runs.curves["seconds"].mean(axis=0).cumsum()]


def _few(runs: Runs) -> bool:
    return runs.setting.epochs <= 12


def in_words(epoch: int) -> str:
    """`1 epoch`, `5 epochs`."""
    return "1 epoch" if epoch == 1 else f"{epoch} epochs"


def outline(
    title: str, x: Axis, edges: Any, counts: Sequence[tuple[str, Any]], caption: str
) -> Chart:
    """Histograms laid over each other as outlines, each a share of its own values.

    Parameters
    ----------
    title, x
        Words around the frame.
    edges : array (bins + 1,)
        Ends of the bins.
    counts : sequence of at most four (name, array (seeds, bins))
        Values in each bin, seed by seed.
    caption : str
        What one sees.
    """
    edges = np.asarray(edges, float)
    middles = ((edges[1:] + edges[:-1]) / 2).tolist()
    series: list[Line] = []
    for style, (name, each) in enumerate(counts, start=1):
        shares = np.asarray(each, float)
        shares = 100 * shares / shares.sum(axis=1, keepdims=True)
        series.append(banded(name, middles, ranges(shares), style))
    n = len(np.asarray(counts[0][1]))
    return lines(
        title, x, Axis("share of the values", "%", low=0.0), series,
        f"{caption} {BAND.format(n=n)}",
    )  # fmt: skip


def single(title: str, runs: Runs, column: str, caption: str) -> Chart:
    """Curves of the four seeds that step up most, one line each: what a mean smooths away."""
    unit = UNITS[column.rpartition(" ")[2]]
    along, found = _along(runs, "epoch"), runs.curves[column]
    steps = np.diff(found[:, 1:], axis=1).max(axis=1, initial=-np.inf)  # the first epoch is a start
    series = [
        Line(f"run {k + 1} of {len(found)}", along, found[k].tolist(), style=style)
        for style, k in enumerate(np.argsort(-steps, kind="stable")[:4], start=1)
    ]
    return lines(title, Axis("epoch", low=0.0), Axis(column, unit), series, caption)
