"""The page of a study of overlap: coverage against the distance of dates, tables and sentences."""

from collections.abc import Callable

from fondo.funds.overlap import INTERVALS, Fared, OverlapRow, OverlapStudy
from fondo.judge.intervals import wilson
from fondo.report.charts import Line, lines
from fondo.report.markup import Markup, element
from fondo.report.scales import estimate, number, percent
from fondo.report.svg import Axis, Chart
from fondo.report.tables import bullets, table
from fondo.studies.page import page

PROMISED = 0.95  # share of the runs in which an interval should hold the truth
Grid = tuple[list[str], list[tuple[object, ...]]]


def overlap_page(study: OverlapStudy) -> str:
    """Write a study of overlap as one HTML file that opens without a network.

    Parameters
    ----------
    study : OverlapStudy
        From `fondo.funds.overlap.overlap_study`.

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too; nothing in it may load or run. The same numbers give
        the same text, byte for byte.
    """
    first, *rest = study.lines()
    grids = {
        "What a run finds": precisions(study),
        "How often the interval holds the truth (mean width)": coverage(study),
        "How often noise is called skill": called(study),
    }
    below = [bullets(rest)]
    for title, (head, rows) in grids.items():
        below += [element("h2", title), table(head, rows, numbers=range(1, len(head)))]
    title = "What overlapping windows and shared styles do to an interval"
    return page(
        "fondo funds simulate --study", title, first, pictures(study), [*below, _basis(study)]
    )


def pictures(study: OverlapStudy) -> list[Chart]:
    """Coverage and false calls against the distance of dates, for two of the intervals."""
    return [
        *(_coverage_chart(study, name) for name in ("naive", "year")),
        _called_chart(study),
        _inflation_chart(study),
    ]


def precisions(study: OverlapStudy) -> Grid:
    """A row for each kind and step: picks, precision, and how much it varies."""
    head = ["universe", "weeks", "picks", "effective", "precision", "variance"]
    return head, [
        (
            row.kind,
            row.step,
            f"{row.picks:,.0f}",
            f"{row.effective:,.0f}",
            "{} ({})".format(*estimate(row.precision, row.low, row.high, 3)),
            number(row.inflation),
        )
        for row in study.rows
    ]


def coverage(study: OverlapStudy) -> Grid:
    """A row for each kind and step: how often each interval holds the truth, and its width."""
    return _fared(study, lambda each: f"{percent(each.covered, 1)} ({number(each.width)})")


def called(study: OverlapStudy) -> Grid:
    """A row for each kind and step: how often each interval calls noise skill."""
    return _fared(study, lambda each: percent(each.called, 1))


def _fared(study: OverlapStudy, told: Callable[[Fared], str]) -> Grid:
    head = ["universe", "weeks", *INTERVALS.values()]
    return head, [
        (row.kind, row.step, *(told(getattr(row, name)) for name in INTERVALS))
        for row in study.rows
    ]


def _coverage_chart(study: OverlapStudy, name: str) -> Chart:
    def covered(row: OverlapRow) -> float:
        fared: Fared = getattr(row, name)
        return fared.covered

    worst = min(study.rows, key=covered)
    caption = (
        f"Share of {study.simulations} runs whose 95 % interval holds the truth, "
        f"{number(study.truth)}; bands are 95 % intervals for the number of runs. Lowest: "
        f"{percent(covered(worst))}, {worst.kind}, every {worst.step} weeks."
    )
    return _by_step(study, f"Coverage, picks {INTERVALS[name]}", "runs covered", covered, caption)


def _called_chart(study: OverlapStudy) -> Chart:
    worst = max(study.rows, key=lambda row: row.naive.called)
    caption = (
        "Share of runs in which the interval that takes picks as independent lies above "
        f"{number(study.truth)}, though nobody has skill; {percent((1 - PROMISED) / 2, 1)} was "
        f"promised. Most: {percent(worst.naive.called)}, {worst.kind}, every {worst.step} weeks."
    )
    return _by_step(
        study,
        "Noise called skill, picks as independent",
        "runs that find skill",
        lambda row: row.naive.called,
        caption,
        promised=(1 - PROMISED) / 2,
    )


def _inflation_chart(study: OverlapStudy) -> Chart:
    worst = max(study.rows, key=lambda row: row.inflation)
    caption = (
        "Variance of the precision between runs, over that of as many independent picks. Most: "
        f"{number(worst.inflation)} times, {worst.kind}, every {worst.step} weeks."
    )
    series = [
        Line(kind, [row.step for row in rows], [row.inflation for row in rows], style=k, dots=True)
        for k, kind, rows in _by_kind(study)
    ]
    axes = Axis("weeks between dates", low=0.0), Axis("times the variance", low=0.0)
    return lines("How much more a precision varies", *axes, series, caption)


def _by_step(
    study: OverlapStudy,
    title: str,
    axis: str,
    value: Callable[[OverlapRow], float],
    caption: str,
    promised: float = PROMISED,
) -> Chart:
    """A share of the runs against the step, one line a kind, beside what was promised."""
    series = []
    for style, kind, rows in _by_kind(study):
        shares = [value(row) for row in rows]
        ends = [wilson(share * study.simulations, study.simulations) for share in shares]
        low, high = [end.low for end in ends], [end.high for end in ends]
        x = [row.step for row in rows]
        series.append(Line(kind, x, shares, low, high, style, dots=True))
    steps = sorted({row.step for row in study.rows})
    series.append(Line("promised", steps, [promised] * len(steps), style=4))
    axes = Axis("weeks between dates", low=0.0), Axis(axis, "share", low=0.0, high=1.0)
    return lines(title, *axes, series, caption)


def _by_kind(study: OverlapStudy) -> list[tuple[int, str, list[OverlapRow]]]:
    """Style, name and rows by rising step of each kind."""
    return [
        (place % 3 + 1, kind, sorted((r for r in study.rows if r.kind == kind), key=_step))
        for place, kind in enumerate(study.kinds)
    ]


def _step(row: OverlapRow) -> int:
    return row.step


def _basis(study: OverlapStudy) -> Markup:
    told = (
        "Weeks: between two decision dates. Effective: the independent picks that a run's years "
        "make of its picks. Variance: of the precision between runs, over that of as many "
        f"independent picks. {study.simulations} universes of each kind, of {study.funds} funds "
        f"and {study.years} years, seed {study.seed}. Nobody has skill. 16 features look back 52 "
        "weeks, labels look 52 weeks ahead (first quartile by Sharpe ratio), a tenth of the funds "
        f"is picked after 6 years of learning; ranked by: {study.model}."
    )
    return element("p", told, class_="quiet")
