"""Section of the page that says what holds the model back: levels of error and their gaps.

The diagnosis itself is made in `judge.diagnosis`.
"""

from typing import TYPE_CHECKING

from fondo.judge.levels import WORDS
from fondo.judge.wording import nouns, told_of
from fondo.report.content import ReportContent
from fondo.report.facts import paragraph, section
from fondo.report.markup import Markup, element, join
from fondo.report.results import wide
from fondo.report.rows import Bar, dots
from fondo.report.scales import decimals_of, estimate, number
from fondo.report.svg import Axis, Chart
from fondo.report.tables import bullets, table
from fondo.report.words import metric_name, metric_unit

if TYPE_CHECKING:
    from fondo.judge.diagnosis import Diagnosis, Finding

_STYLES = {"training": 1, "validation": 1, "test": 1}  # the network's own; others are quiet
_PERCENT = "error_rate"


def diagnosis(content: ReportContent) -> Markup:
    """What holds the model back, the levels it is read from, every gap with its interval."""
    title, found = "What holds it back", content.diagnosis
    if found is None:
        words = "Not diagnosed: that takes training, validation and test rows (fondo.diagnose)."
        return section("diagnosis", title, paragraph(words))
    parts = [_finding(each) for each in found.findings]
    parts += [wide(levels(found, content.unit)), _gaps(found, content.unit)]
    if found.also is not None:
        parts.append(element("h3", f"The same by {WORDS[found.also.levels.metric]}"))
        parts += [_finding(each) for each in found.also.findings]
        parts += [wide(levels(found.also, content.unit)), _gaps(found.also, content.unit)]
    notes = [*found.notes, *(found.also.notes if found.also is not None else [])]
    shown = list(dict.fromkeys(notes))
    words = (
        "Training rows are predicted like all others, with dropout off. Intervals tell the chance "
        "of which rows were drawn, for this network as it is."
    )
    shown.append(told_of(found.data, words))
    return section("diagnosis", title, *parts, bullets(shown))


def _finding(found: "Finding") -> Markup:
    name = element("b", f"{found.name[:1].upper()}{found.name[1:]}. ")
    return element("p", join(name, f"{found.sentence} {found.remedy}"))


def _name(found: "Diagnosis") -> str:
    return metric_name(found.levels.metric)


def levels(found: "Diagnosis", unit: str = "") -> Chart:
    """Chart of the levels of error, a person's first and the naive answer's last."""
    known, scale, unit = found.levels.shown(), _scale(found), _unit(found, unit)
    _, many = nouns(found.data)
    rows = [
        Bar(
            name if level.n_rows is None else f"{name}, {number(level.n_rows)} {many}",
            scale * level.value,
            scale * level.low if level.n_rows is not None else None,
            scale * level.high if level.n_rows is not None else None,
            _STYLES.get(name, 4),
        )
        for name, level in known.items()
    ]
    caption = told_of(
        found.data,
        f"{_name(found)} of the network on the rows it learnt from, on those that chose its epoch "
        "and on those that had no part in training, beside what else is known; lines are 95 % "
        "intervals.",
    )
    return dots("Levels of error", Axis(_name(found), unit), rows, caption)


def _scale(found: "Diagnosis") -> float:
    return 100.0 if found.levels.metric == _PERCENT else 1.0


def _unit(found: "Diagnosis", unit: str) -> str:
    return "%" if found.levels.metric == _PERCENT else metric_unit(found.levels.metric, unit)


def _gaps(found: "Diagnosis", unit: str) -> Markup:
    """Table of every gap that was looked at."""
    scale = _scale(found)
    rows = []
    for gap in found.gaps:
        low, high = scale * gap.low, scale * gap.high
        value, interval = estimate(scale * gap.gap, low, high, decimals_of(low, high))
        name = gap.name.removeprefix("high ")
        rows.append([name, value, interval, _beyond_chance(gap), f"error {gap.between}"])
    shown = "points" if found.levels.metric == _PERCENT else _unit(found, unit)
    size = f"size ({shown})" if shown else "size"
    head = ["gap", size, "95 % interval", "", "what it is"]
    return table(head, rows, numbers=(1,), ranges=(2,))


def _beyond_chance(gap: "Finding") -> str:
    if gap.stands_out:
        return "stands out"
    if gap.high < 0:
        return "none, it is below"
    return "beyond chance, small" if gap.distinguishable else "may be chance"
