"""Sections of the page that say what the model achieves and why it answers as it does.

Facts about data, network and settings are in `facts`; the single pictures in `figures`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fondo.report.content import ReportContent
from fondo.report.facts import paragraph, section
from fondo.report.figures import charts_of, learning_curve
from fondo.report.markup import Markup, brief, element, join
from fondo.report.rows import Bar, bars, dots
from fondo.report.scales import MISSING, decimals_of, estimate, number
from fondo.report.svg import Axis, Chart
from fondo.report.tables import bullets, table
from fondo.report.words import amount, metric_name, metric_unit

if TYPE_CHECKING:
    from fondo.judge.evaluation import Evaluation, Score

_MOST_COLUMNS = 20  # importances drawn; the others are counted
_MOST_REASONS = 8  # reasons drawn for one row; the others are summed
_LEAKS_LOOKED_FOR = (
    "the same row on both sides; a column that almost equals the target; an identifier that "
    "predicts"
)
_LEAKS_ASKED_FOR = {
    "time": "time running backwards between the parts",
    "group": "one group on both sides",
}


def headline(content: ReportContent) -> Markup:
    """The verdict, the score and its interval, beside the baselines."""
    found = content.evaluation
    if found is None or not found.scores:
        words = "The model has not been judged on test rows: no score is known."
        return element("div", paragraph(words), class_="verdict level")
    score = found.scores[0]
    value, interval = estimate(score.value, score.low, score.high)
    name = metric_name(score.name)
    better = "higher" if score.higher_is_better else "lower"
    figure = element(
        "div",
        element("div", f"{name}, {better} is better", class_="score-name"),
        element("div", value, class_="score"),
        element(
            "div", f"95 % interval {interval}" if interval else "no interval", class_="score-range"
        ),
    )
    rows = f"On {number(found.n_rows)} test rows that the network never saw."
    words = element("div", paragraph(found.verdict), paragraph(rows, "quiet"))
    block = element("div", figure, words, class_=f"verdict {tone(found)}")
    return join(block, beside(found, content.unit))


def tone(found: "Evaluation") -> str:
    """Whether the verdict is good, bad (a leak, or worse than the best baseline) or level."""
    best = found.comparisons[0].result if found.comparisons else "level"
    return "bad" if found.leaks or best == "worse" else "good" if best == "better" else "level"


def beside(found: "Evaluation", unit: str = "") -> Markup:
    """Chart of the headline score of the network and of every baseline, best first."""
    score = found.scores[0]
    name, known = metric_name(score.name), {"this network": score}
    rivals = {label: same(scores, score.name) for label, scores in found.baselines.items()}
    known |= {label: rival for label, rival in rivals.items() if rival}
    if len(known) < 2:
        return Markup()
    order = sorted(known, key=lambda label: known[label].value, reverse=score.higher_is_better)
    shown = [
        Bar(
            label,
            known[label].value,
            known[label].low,
            known[label].high,
            1 if label == "this network" else 4,
        )
        for label in order
    ]
    place = order.index("this network") + 1
    better = "higher" if score.higher_is_better else "lower"
    caption = (
        f"{name} of the network and of {len(known) - 1} simpler ways on the same test rows, best "
        f"first ({better} is better); the network stands in place {place} of {len(known)}. "
        "Lines are 95 % intervals."
    )
    axis = Axis(name, metric_unit(score.name, unit))
    return wide(dots("The network beside the baselines", axis, shown, caption))


def same(scores: "Sequence[Score]", name: str) -> "Score | None":
    """Score of that name, if it is there."""
    return next((score for score in scores if score.name == name), None)


def leaks(content: ReportContent) -> Markup:
    """Leaks found, or what was looked for."""
    found = content.evaluation
    if found is None:
        body = paragraph("Leaks were not looked for, because the model has not been judged.")
    elif not found.leaks:
        asked = [words for name, words in _LEAKS_ASKED_FOR.items() if content.split.get(name)]
        body = paragraph(f"None found. Looked for: {'; '.join([_LEAKS_LOOKED_FOR, *asked])}.")
    else:
        rows = [[_severity(x.severity), x.where, x.message, x.rows] for x in found.leaks]
        grid = table(["severity", "where", "what was found", "rows"], rows, numbers=(3,))
        body = join(paragraph("Scores may be too good because of these:"), grid)
    return section("leaks", "Leaks", body)


def _severity(word: object) -> Markup:
    return element("span", word, class_="bad")


def scores(content: ReportContent) -> Markup:
    """Every metric with its interval, the network beside the baselines."""
    found = content.evaluation
    if found is None or not found.scores:
        return section("scores", "Scores", paragraph("No scores are known."))
    head = ["metric", "this network", *found.baselines]
    rivals = list(found.baselines.values())
    rows = [[_metric(s), *_compared(s, [same(r, s.name) for r in rivals])] for s in found.scores]
    methods = "; ".join(sorted({score.method for score in found.scores if score.method}))
    words = f"Small numbers are 95 % intervals{', by ' + methods if methods else ''}."
    grid = table(head, rows, numbers=range(1, len(head)))
    return section("scores", "Scores", grid, paragraph(words, "quiet"), *_remarks(found.notes))


def _remarks(notes: Sequence[str]) -> list[Markup]:
    return [bullets(notes)] if notes else []


def _metric(score: "Score") -> Markup:
    better = "higher is better" if score.higher_is_better else "lower is better"
    return join(metric_name(score.name), element("small", better))


def _compared(score: "Score", rivals: "Sequence[Score | None]") -> list[Markup]:
    """Cells of one metric, all with the digits that the network's interval is worth."""
    places = decimals_of(score.low, score.high)
    return [_score(score, places, "b"), *[_score(rival, places, "span") for rival in rivals]]


def _score(score: "Score | None", places: int, tag: str) -> Markup:
    if score is None:
        return join(MISSING)
    value, interval = estimate(score.value, score.low, score.high, places)
    return join(element(tag, value), element("small", interval))


def learning(content: ReportContent) -> Markup:
    """Loss by epoch on training and validation rows."""
    chart = learning_curve(content.history, content.best_epoch, content.loss)
    return section("learning", "Learning", wide(chart))


def pictures(content: ReportContent) -> Markup:
    """The plots of this kind of target."""
    charts = charts_of(content)
    if not charts:
        return section("plots", "Answers on test rows", paragraph("There are no curves to draw."))
    grid = element("div", *[chart.figure() for chart in charts], class_="grid")
    return section("plots", "Answers on test rows", grid)


def importances(content: ReportContent) -> Markup:
    """What shuffling one column costs on rows held out."""
    title = "What the answers depend on"
    if not content.importances:
        return section("importances", title, paragraph("Importances were not measured."))
    ranked = sorted(content.importances, key=lambda row: -amount(row.get("value")))
    shown = ranked[:_MOST_COLUMNS]
    rows = [Bar(str(r.get("name")), r.get("value"), r.get("low"), r.get("high")) for r in shown]
    first = shown[0]
    name, unit = _named(content.importance_unit)
    caption = (
        f"Shuffling “{brief(first.get('name'))}” costs most ({name}: {number(first.get('value'))}"
        f"{' ' + unit if unit else ''}). A column whose interval holds zero is not shown to "
        "matter; columns that say the same thing share their importance."
    )
    if len(ranked) > len(shown):
        caption += f" {number(len(ranked) - len(shown))} less important columns are not drawn."
    return section(
        "importances", title, wide(bars("Permutation importance", Axis(name, unit), rows, caption))
    )


def _named(words: str) -> tuple[str, str]:
    """`rise of the loss (nats)` as name and unit."""
    name, _, unit = words.partition(" (")
    return name, unit.rstrip(")")


def reasons(content: ReportContent) -> Markup:
    """Why some rows got their answers."""
    title = "Reasons of single rows"
    if not content.reasons:
        return section("reasons", title, paragraph("No rows were explained."))
    charts = [_reason(row, content.reason_unit) for row in content.reasons]
    words = (
        "Each bar says how far the value of one column moved the answer for this row away from the "
        "average answer; bars of one row add up to the difference (Shapley values)."
    )
    grid = element("div", *[chart.figure() for chart in charts], class_="grid")
    return section("reasons", title, paragraph(words), grid)


def _reason(row: Mapping[str, Any], unit: str) -> Chart:
    ranked = sorted(row.get("reasons", ()), key=lambda r: -abs(amount(r.get("effect"))))
    shown, rest = ranked[:_MOST_REASONS], ranked[_MOST_REASONS:]
    effects = [
        Bar(
            str(r.get("name")),
            r.get("effect"),
            detail=f" = {number(r.get('shown'))}",
            style=1 if amount(r.get("effect")) > 0 else 2,
        )
        for r in shown
    ]
    if rest:
        others = sum(amount(r.get("effect")) for r in rest)
        effects.append(Bar(f"{len(rest)} other columns", others, style=4))
    truth = f" (true: {number(row['truth'])})" if row.get("truth") is not None else ""
    base = f" The average answer is {number(row['base'])}." if row.get("base") is not None else ""
    strongest = f" “{brief(shown[0].get('name'))}” moves it most." if shown else ""
    caption = f"Answer: {number(row.get('answer'))}{truth}.{base}{strongest}"
    return bars(f"Row {row.get('row')}", Axis(*_named(unit)), effects, caption)


def wide(chart: Chart) -> Markup:
    """Figure that stands alone on its line."""
    return element("figure", chart.svg, element("figcaption", chart.caption), class_="wide")
