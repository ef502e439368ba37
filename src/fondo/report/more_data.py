"""The page that says what more rows would buy: learning curves with bands, and their numbers.

What is measured and fitted comes from `search.more_data`; nothing here computes a score.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fondo.judge.learning_curve import Estimate
from fondo.judge.score_curve import ScoreCurve
from fondo.report.facts import paragraph, section
from fondo.report.markup import Markup, element, sentences
from fondo.report.scales import decimals_of, estimate, number
from fondo.report.style import document
from fondo.report.svg import Axis, Canvas, Chart, Key, dot, label, rule
from fondo.report.tables import bullets, pairs, table
from fondo.report.words import metric_name, metric_unit

_POINTS = 48  # of the curve
_SMALLEST = 0.2  # share of the height that the curve keeps when the naive answer is drawn too

COVERED = (
    "Intervals are 95 % and cover how the rows were dealt, how the networks were trained, and "
    "which rows the table happens to hold. They do not cover a curve that bends beyond the largest "
    "size, nor new rows of another kind than these."
)


def score_chart(curve: ScoreCurve, unit: str = "") -> Chart:
    """Scores of nested subsets, the curve through them with its band, and twice the rows.

    Parameters
    ----------
    curve : ScoreCurve
        One of `fondo.more_data(...).curves`.
    unit : str, default=""
        Of the target, where the score has it.
    """
    sizes, twice = curve.sizes, 2 * curve.sizes[-1]
    line = [(float(n), curve.at(n)) for n in np.geomspace(sizes[0], twice, _POINTS)]
    means = [curve.measured(k).value for k in range(len(sizes))]
    values = [v for _, found in line for v in found] + [v for row in curve.scores for v in row]
    naive = _near(values, curve.naive)
    keys = [Key("fitted curve, 95 % band", 1), Key("mean of the repeats", 1, "dot")]
    keys += [Key("one repeat", 4, "dot"), Key("twice the rows, foretold", 2, "dot")]
    keys += [Key("always the same answer", 4)] if naive else []
    name = metric_name(curve.metric)
    x, y = Axis("rows learnt from"), Axis(name, metric_unit(curve.metric, unit))
    span = x.covers([sizes[0], twice])
    canvas = Canvas(f"{name} by rows", x, y, span, y.covers([*values, *naive]), keys)
    _draw_curve(canvas, line)
    if naive:
        points = [*zip(sizes, naive, strict=True), (twice, naive[-1])]
        canvas.add(element("path", d=_steps(canvas, points), class_="stroke4"))
    for row in curve.scores:
        canvas.add(*(_dot(canvas, p, 4, 2.0) for p in zip(sizes, row, strict=True)))
    canvas.add(*(_dot(canvas, p, 1, 4.0) for p in zip(sizes, means, strict=True)))
    _draw_doubled(canvas, twice, curve.at(twice))
    return canvas.chart(_caption(curve, drawn=bool(naive)))


def more_data_page(result: Any) -> str:
    """Write what more rows would buy as one HTML file that opens without a network.

    Parameters
    ----------
    result : MoreDataResult
        Of `fondo.jobs.more_data`.

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too; nothing in it may load or run. The same numbers give
        the same text, byte for byte.
    """
    found, title = result.found, f"What more rows would buy: {result.source}"
    header = element("header", element("p", "fondo more-data"), element("h1", title))
    tone = "verdict" if found.curves[0].helps else "verdict level"
    verdict = element("div", paragraph(found.verdict), class_=tone)
    charts = [score_chart(curve).figure() for curve in found.curves]
    sections = [
        section("numbers", "Numbers", *map(_numbers, found.curves), paragraph(COVERED, "quiet")),
        section("check", "A check", paragraph(_check(found.curves[0]))),
        section("how", "How it was measured", pairs(_facts(result)), *_remarks(result.notes)),
    ]
    body = element(
        "body", element("main", header, verdict, element("div", *charts, class_="grid"), *sections)
    )
    return document(title, body)


def _near(values: Sequence[float], naive: Sequence[float]) -> list[float]:
    """The naive scores, unless they would press the curve flat."""
    span = max(values) - min(values)
    wide = max(*values, *naive) - min(*values, *naive)
    return list(naive) if span >= _SMALLEST * wide else []


def _draw_curve(canvas: Canvas, line: Sequence[tuple[float, Estimate]]) -> None:
    upper = [(n, found.high) for n, found in line]
    lower = [(n, found.low) for n, found in reversed(line)]
    band = f"{_steps(canvas, [*upper, *lower])} Z"
    canvas.add(
        element("path", d=band, class_="fill1", fill_opacity=0.18),
        element(
            "path", d=_steps(canvas, [(n, found.value) for n, found in line]), class_="stroke1"
        ),
    )


def _draw_doubled(canvas: Canvas, n: float, found: Estimate) -> None:
    at = canvas.x(n)
    half = canvas.x(n / 2)
    canvas.add(
        rule(half, canvas.top, half, canvas.bottom, css="marker"),
        label(half - 6, canvas.top + 12, "all rows", half, css="mark", anchor="end"),
        rule(at, canvas.y(found.low), at, canvas.y(found.high), css="stroke2 solid"),
        dot(at, canvas.y(found.value), style=2, size=4.5),
    )


def _steps(canvas: Canvas, points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{canvas.x(n):.1f} {canvas.y(v):.1f}" for n, v in points)


def _dot(canvas: Canvas, point: tuple[float, float], style: int, size: float) -> Markup:
    return dot(canvas.x(point[0]), canvas.y(point[1]), style=style, size=size)


def _caption(curve: ScoreCurve, *, drawn: bool) -> str:
    twice = 2 * curve.sizes[-1]
    value, ends = estimate(*curve.at(twice))
    better = "higher" if curve.higher_is_better else "lower"
    found = (
        f"{metric_name(curve.metric)}, {better} is better, over {len(curve.scores)} dealings of "
        f"the rows; with {number(twice)} rows the curve foretells {value} ({ends})."
    )
    naive = f"Always the same answer scores {number(curve.naive[-1])}"
    return sentences([found, f"{naive}{'.' if drawn else ', beyond the frame.'}"])


def _numbers(curve: ScoreCurve) -> Markup:
    rows, found = [], curve.table()
    places = max(decimals_of(row["low"], row["high"]) for row in found)
    for row in found:
        value, ends = estimate(row["value"], row["low"], row["high"], places)
        n = f"{number(row['rows'])}{' (foretold)' if row['foretold'] else ''}"
        rows.append([n, value, ends, number(row["curve"]), number(row["naive"])])
    head = ["rows", metric_name(curve.metric), "95 % interval", "on the curve", "naive"]
    return table(head, rows, numbers=(0, 1, 3, 4), ranges=(2,), strong=(len(rows) - 1,))


def _check(curve: ScoreCurve) -> str:
    check = curve.to_json()["check"]
    end = "which is within chance" if check["holds"] else "which chance does not explain"
    return (
        f"Fitted without the largest size, the curve foretells {metric_name(curve.metric)} "
        f"{number(check['predicted'])} for {number(curve.sizes[-1])} rows; measured is "
        f"{number(check['measured'])}, {end}. The doubled rows lie one such step further."
    )


def _facts(result: Any) -> dict[str, object]:
    found, law = result.found, result.found.curves[0].curve.law
    shape = f"{number(float(law.floor))} + {number(float(law.scale))} (rows / "
    shape += f"{number(law.reference)})^{number(-float(law.rate))}"
    facts: dict[str, object] = {
        "source": result.source,
        "target": result.target,
        "task": result.task,
        "rows": f"{number(found.sizes[-1])} to learn from, {number(found.n_test)} to judge on",
        "dealings": f"{found.repeats}, {found.dealt}",
        f"curve of {metric_name(found.curves[0].metric)}": shape,
    }
    return facts | ({"again": result.again} if result.again else {})


def _remarks(notes: Sequence[str]) -> list[Markup]:
    return [element("h3", "Worth knowing"), bullets(notes)] if notes else []
