"""Pictures of a backtest: precision by year and by threshold, repeat rates, intervals, trials."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fondo.funds.inference import Evidence
from fondo.funds.moves import Moves
from fondo.funds.record import Record
from fondo.funds.report_findings import PERCENT_95, Findings, count, ends, model, share, titled
from fondo.funds.report_proofs import HEADLINE, cuts, intervals, known
from fondo.funds.report_words import by_year
from fondo.funds.result import Backtest
from fondo.funds.thresholds import LEAST
from fondo.report.charts import Line, Mark, lines
from fondo.report.grids import scatter
from fondo.report.markup import Markup, advance, element
from fondo.report.rows import Bar, dots
from fondo.report.scales import Scale, percent
from fondo.report.svg import SMALL, Axis, Canvas, Chart, Key, dot, placeholder


@dataclass(frozen=True)
class Yearly:
    """One series of a picture by year.

    Parameters
    ----------
    name : str
        In the legend.
    values : dict of str to float
        By year; NaN draws nothing.
    notes : dict of str to str
        What appears on hovering, by year.
    style : int from 1 to 4
        Colour and dashes; 4 is the quiet one.
    """

    name: str
    values: dict[str, float]
    notes: dict[str, str]
    style: int = 1


class YearCanvas(Canvas):
    """Canvas whose horizontal axis holds whole years, each in the middle of its place."""

    def __post_init__(self) -> None:
        """Years in place of round numbers."""
        super().__post_init__()
        first, last = (int(end) for end in self.x_range)
        room = (self.right - self.left) / (last - first + 1)
        every = max(1, math.ceil((advance("2004", SMALL) + 8) / room))
        self._x_ticks = [float(year) for year in range(first, last + 1, every)]
        self._x_labels = [f"{year:.0f}" for year in self._x_ticks]
        self.x = Scale(first - 0.5, last + 0.5, self.left, self.right)


def by_years(title: str, y: Axis, series: Sequence[Yearly], caption: str) -> Chart:
    """Draw a value for each calendar year.

    Parameters
    ----------
    title, y
        Words around the frame.
    series : sequence of Yearly
        The first on top.
    caption : str
        What one sees, with its numbers.
    """
    points = [
        [(int(year), value) for year, value in sorted(each.values.items()) if math.isfinite(value)]
        for each in series
    ]
    drawn = [point for line in points for point in line]
    if not drawn:
        return placeholder(title, "Nothing to draw: no year has a value.")
    years = [float(year) for year, _ in drawn]
    heights = y.covers([value for _, value in drawn])
    keys = [Key(each.name, each.style) for each in series]
    canvas = YearCanvas(title, Axis("year"), y, (min(years), max(years)), heights, keys)
    for each, line in reversed(list(zip(series, points, strict=True))):
        canvas.add(*_through(canvas, each, line))
    return canvas.chart(caption)


def _through(canvas: Canvas, each: Yearly, points: list[tuple[int, float]]) -> list[Markup]:
    """Line from year to year, broken at missing ones; a dot at each, but not for references."""
    steps, before = [], None
    for year, value in points:
        step = "L" if before == year - 1 else "M"
        steps.append(f"{step}{canvas.x(year):.1f} {canvas.y(value):.1f}")
        before = year
    parts = [element("path", d=" ".join(steps), class_=f"stroke{each.style}")] if steps else []
    for year, value in points if each.style < 4 or len(points) == 1 else ():
        note = f"{each.name}, {year}: {each.notes.get(str(year), share(value))}"
        mark = dot(canvas.x(year), canvas.y(value), style=each.style)
        parts.append(element("g", element("title", note), mark))
    return parts


def year_charts(told: Findings) -> list[Chart]:
    """Precision by year of each model that learns, beside the best baseline and the base rate."""
    rival = told.rival
    shown = [record for record in told.shown if record.name != rival.name] or [rival]
    top = max([0.5, *(v for r in [*shown, rival] for v in _precisions(r).values() if v == v)])
    return [year_chart(record, rival, top, titled(record.name)) for record in shown]


def year_chart(record: Record, rival: Record, top: float, name: str) -> Chart:
    """Precision by year of one model, beside a baseline and the base rate.

    Parameters
    ----------
    record, rival : Record
        The model and the baseline; the same for a baseline alone.
    top : float
        That the axis reaches at least, so that pictures share it.
    name : str
        In the title.
    """
    tally = by_year(record.picks)
    base = {year: rate for year, (_, _, rate) in tally.items()}
    series = [Yearly(model(record.name), _precisions(record), _notes(record))]
    if record.name != rival.name:
        series.append(Yearly(model(rival.name), _precisions(rival), _notes(rival), 2))
    series.append(Yearly("base rate", base, {}, 4))
    judged = [(hits / n, rate) for hits, n, rate in tally.values() if n]
    above = sum(value > rate for value, rate in judged)
    caption = (
        f"Above the base rate in {above} of {len(judged)} years. A year's picks hang together, so "
        "that a single year tells little; hits and picks of each are in the table below."
    )
    axis = Axis("precision of the picks", low=0.0, high=top)
    return by_years(f"{name} by year", axis, series, caption)


def _precisions(record: Record) -> dict[str, float]:
    return {year: h / n if n else math.nan for year, (h, n, _) in by_year(record.picks).items()}


def _notes(record: Record) -> dict[str, str]:
    return {
        year: f"{share(hits / n)}, {count(hits)} of {count(n)} picks"
        for year, (hits, n, _) in by_year(record.picks).items()
        if n
    }


def threshold_charts(records: Iterable[Record]) -> list[Chart]:
    """Precision against the threshold of the calibrated probability, one picture a model."""
    return [threshold_chart(record, titled(record.name)) for record in records if record.learns]


def threshold_chart(record: Record, name: str) -> Chart:
    """Precision of all rows at or above each threshold, with its band and the base rate.

    Parameters
    ----------
    record : Record
        Of a model that learns.
    name : str
        In the title.
    """
    title, curve = f"{name} by threshold", record.curve
    if curve is None:
        return placeholder(title, "No calibrated probabilities: the training sides are too short.")
    enough = [k for k, picks in enumerate(curve.picks) if picks >= LEAST]
    x = [float(curve.threshold[k]) for k in enough]
    most = len(enough) and enough[-1]
    caption = (
        f"Precision of all {count(curve.rows)} tested rows at or above a calibrated probability; "
        f"band: {PERCENT_95} interval by year. At {curve.threshold[most]:.2f} there are "
        f"{count(curve.picks[most])} rows; thresholds with fewer than {LEAST} are not drawn. "
        f"Base rate {share(curve.base_rate)}."
    )
    series = [
        Line(
            "precision", x, [curve.precision[k] for k in enough],
            [curve.low[k] for k in enough], [curve.high[k] for k in enough], dots=True,
        ),
        Line("base rate", [0.0, 1.0], [curve.base_rate] * 2, style=4),
    ]  # fmt: skip
    axes = (
        Axis("threshold of the probability", low=0.0, high=1.0),
        Axis("precision", low=0.0, high=1.0),
    )
    return lines(title, *axes, series, caption, mark=_chosen(record))


def _chosen(record: Record) -> Mark | None:
    """The threshold chosen in training, where it is one; else the middle one."""
    found = cuts(record)
    if not len(found):
        return None
    middle = float(sorted(found.tolist())[(len(found) - 1) // 2])
    word = "chosen in training" if found.min() == found.max() else "chosen in training, middle"
    return Mark(middle, f"{word}: {middle:.2f}")


def repeat_chart(found: Moves) -> Chart:
    """How often the first quarter repeats, by year, beside chance."""
    chance = found.found.chance
    rates = dict(zip(found.year.tolist(), found.repeat.tolist(), strict=True))
    notes = {
        year: f"{percent(rates[year], 1)}, {count(again)} of {count(first)}"
        for year, again, first in zip(found.year.tolist(), found.again, found.first, strict=True)
    }
    series = [
        Yearly("repeat rate", rates, notes),
        Yearly("by chance", dict.fromkeys(rates, chance), {}, 4),
    ]
    caption = (
        "Share of the first quarter that is in it again at the next look, by the year of the "
        f"first look; over all years {percent(found.found.repeat, 1)}, by chance "
        f"{percent(chance, 1)}."
    )
    axis = Axis("again in the first quarter", "share", low=0.0, high=0.5)
    return by_years("Repeat rate by year", axis, series, caption)


def interval_chart(proof: Evidence) -> Chart:
    """All intervals of one precision under each other."""
    rows = [
        Bar(
            str(line[0]).removesuffix(HEADLINE),
            proof.precision,
            low,
            high,
            style=1 if name == proof.headline else 4,
        )
        for line, (name, (low, high, _)) in zip(
            intervals(proof)[1], proof.intervals.items(), strict=True
        )
    ]
    caption = (
        f"The same {count(proof.picks)} picks, {count(proof.hits)} hits, under each assumption; "
        f"base rate {share(proof.base_rate)}. Headline: {ends(proof.intervals[proof.headline])}."
    )
    return dots(f"All {PERCENT_95} intervals of the best model", Axis("precision"), rows, caption)


def trials_chart(done: Backtest) -> Chart | None:
    """Precision on the rows learned from against that on inner folds, a dot a setting."""
    tried = [trial for name in done.learned for trial in done.models[name]["trials"]]
    pairs = [(known(trial["trained"]), known(trial["held"])) for trial in tried]
    if not pairs:
        return None
    both = [(a, b) for a, b in pairs if math.isfinite(a) and math.isfinite(b)]
    lower = sum(b < a for a, b in both)
    caption = (
        f"Each dot is a setting tried inside a training side; {lower} of {len(both)} lie under the "
        "line, where it does worse on rows that it has not seen. None of them saw a tested row."
    )
    axes = Axis("precision on rows learned from"), Axis("precision held out")
    points = [a for a, _ in pairs], [b for _, b in pairs]
    return scatter("What was tried", *axes, points, caption, reference="diagonal")
