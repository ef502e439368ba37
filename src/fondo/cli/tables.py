"""How answers look in a terminal. Every number here is also in the JSON of the same command."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

METRICS = 3  # scores beside the headline: a table of 80 columns holds no more
IMPORTANCES = 10
TARGETS = 12  # of several
REASONS = 5  # columns told for each row


def number(value: Any) -> str:
    """Number with about four digits that mean something.

    Examples
    --------
    >>> [number(x) for x in (0.95614, 54321.4, 12, 0.000012, None, float("nan"))]
    ['0.9561', '54,321', '12', '1.20e-05', '-', '-']
    """
    if value is None or value != value:
        return "-"
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e6):
        return f"{int(value):,}"
    size = abs(value)
    if size >= 1e7 or size < 1e-3:
        return f"{value:.2e}"
    digits = next(d for limit, d in ((1000, 0), (100, 1), (10, 2), (0, 4)) if size >= limit)
    return f"{value:,.{digits}f}"


def interval(low: Any, high: Any) -> str:
    """Interval in words of a table; a dash where there is none."""
    return "-" if low is None or high is None else f"{number(low)} to {number(high)}"


def show_training(console: "Console", result: Any) -> None:
    """Everything worth knowing after a training, from what was guessed to where things lie."""
    rows = ", ".join(f"{number(count)} {part}" for part, count in result.rows.items())
    _line(console, f"[bold]{result.task_name}[/]: ", result.why)
    console.print(f"Rows: {rows}.")
    _named(console, "Columns left out:", result.dropped)
    show_notes(console, result.notes)
    show_evaluation(console, result.evaluation)
    show_diagnosis(console, result.diagnosis)
    show_importances(console, result.importances)
    show_reasons(console, result.predictions, result.reasons)
    _where(console, result)


def show_evaluation(console: "Console", evaluation: Any, *, sought: bool = True) -> None:
    """Scores beside baselines, leaks where they were `sought`, and the verdict."""
    console.print()
    console.print(score_table(evaluation))
    show_targets(console, getattr(evaluation, "curves", {}).get("targets", ()))
    if sought:
        show_leaks(console, evaluation.leaks)
    else:
        console.print("Leaks: not looked for; --train SOURCE names the training rows.")
    show_notes(console, evaluation.notes)
    _line(console, "[bold]Verdict:[/] ", evaluation.verdict)


def show_targets(console: "Console", targets: Sequence[Mapping[str, Any]]) -> None:
    """Errors of each of several targets, in its own unit."""
    if not targets:
        return
    table = _table("Each target")
    table.add_column("")
    for name in ("rmse", "mae", "sd of the truth", "r2"):
        table.add_column(name, justify="right")
    for row in targets[:TARGETS]:
        values = (row[name] for name in ("rmse", "mae", "sd", "r2"))
        table.add_row(_safe(row["target"]), *map(number, values))
    console.print(table)
    if len(targets) > TARGETS:
        console.print(f"{len(targets) - TARGETS} more are in --json.")


def show_diagnosis(console: "Console", diagnosis: Any) -> None:
    """What holds the network back and what to do about it, where it is known."""
    if diagnosis is not None:
        _line(console, "[bold]Diagnosis:[/] ", diagnosis.line)


def score_table(evaluation: Any) -> "Table":
    """One row for the network and each baseline; the headline score comes with its interval."""
    headline = evaluation.scores[0]
    others = evaluation.scores[1 : 1 + METRICS]
    lower = [s.name for s in (headline, *others) if not s.higher_is_better]
    caption = f"Lower is better: {', '.join(lower)}." if lower else None
    table = _table(f"Scores on {number(evaluation.n_rows)} rows", caption)
    table.add_column("")
    table.add_column(_heading(headline.name), justify="right", style="bold")
    table.add_column("95 % interval", justify="right", no_wrap=True)
    for score in others:
        table.add_column(_heading(score.name), justify="right")
    for name, scores in {"network": evaluation.scores, **evaluation.baselines}.items():
        by_name = {score.name: score for score in scores}
        first = by_name.get(headline.name)
        table.add_row(
            name,
            number(getattr(first, "value", None)),
            interval(getattr(first, "low", None), getattr(first, "high", None)),
            *(number(getattr(by_name.get(score.name), "value", None)) for score in others),
        )
    return table


def show_notes(console: "Console", notes: Sequence[str]) -> None:
    """What was set aside or should be known, a line each."""
    for note in notes:
        _line(console, "Note: ", note)


def show_leaks(console: "Console", leaks: Sequence[Any]) -> None:
    """Each leak found between training and test rows, or that none was."""
    if not leaks:
        console.print("Leaks: none found.")
        return
    console.print("Leaks:", style="bold red")
    for leak in leaks:
        _line(console, f"  {leak.severity}: ", leak.message)


def show_importances(console: "Console", importances: Sequence[Any]) -> None:
    """The columns that matter most, with intervals."""
    if not importances:
        return
    console.print()
    console.print("What the network leans on: how far the loss rises when a column is shuffled.")
    table = _table()
    table.add_column("column")
    table.add_column("loss rises by", justify="right")
    table.add_column("95 % interval", justify="right", no_wrap=True)
    for item in importances[:IMPORTANCES]:
        table.add_row(_safe(item.name), number(item.value), interval(item.low, item.high))
    console.print(table)
    if len(importances) > IMPORTANCES:
        console.print(f"{len(importances) - IMPORTANCES} more are in the report and in --json.")


def show_reasons(
    console: "Console",
    predictions: Sequence[Any],
    reasons: Sequence[Sequence[Any]],
    rows: Sequence[int] | None = None,
) -> None:
    """Predictions of some rows, each with the values that pushed it most; none without reasons."""
    if not any(reasons):
        return
    console.print()
    named = [f"Test row {i}" for i in range(len(predictions))]
    if rows is not None:
        named = [f"Row {row}" for row in rows]
    for name, told, why in zip(named, predictions, reasons, strict=True):
        _line(console, f"[bold]{name}[/]: ", f"predicted {_word(told)}, because")
        for reason in sorted(why, key=lambda each: -abs(each.effect))[:REASONS]:
            effect = ("+" if reason.effect >= 0 else "") + number(reason.effect)
            _line(console, "", f"  {effect:>10}  {reason.name} = {_word(reason.shown)}")


def show_looked(console: "Console", result: Any) -> None:
    """Answers to pictures, each with where the network looked and whether that says something."""
    looked = {one.shown.row: one for one in result.found.looked}
    for shown in result.pictures:
        sure = "" if shown.sure is None else f" ({number(100 * shown.sure)} %)"
        truth = "" if shown.truth is None else f", true {shown.truth}"
        if shown.told is not None and shown.error is not None:
            truth = f", mean distance {number(100 * shown.error)} % of the size of the shape"
        told = f"answered {shown.answer}{sure}{truth}"
        _line(console, f"[bold]Picture {shown.row}[/] ", f"{shown.name}: {told}")
        one = looked.get(shown.row)
        if one is None or not one.maps:
            continue
        check = one.checks.get(one.first)
        words = "not checked"
        if check is not None:
            count = int(sum(check.random_areas <= check.area))
            verdict = "says something" if check.says_something else "may be chance"
            words = f"{count} of {len(check.random_areas)} random maps do as well: it {verdict}"
        _line(console, "", f"  looked: {one.where}, by {one.first.replace('_', ' ')} ({words})")
    show_notes(console, result.notes)
    if result.out is None:
        console.print("Maps, layers and filters are drawn on a page with --out FILE.html.")
    else:
        _line(console, "[bold]Page:[/] ", str(result.out))


def show_heard(console: "Console", result: Any) -> None:
    """Answers to sounds, each with the stretch that it rests on."""
    from fondo.report.sounds import rests_on

    for one in result.sounds:
        truth = "" if one.truth is None else f", true {one.truth}"
        told = f"answered {one.answer} ({number(100 * one.sure)} %){truth}"
        _line(console, f"[bold]Sound {one.row}[/] ", f"{one.name}: {told}")
        if one.silenced is not None:
            _line(console, "", f"  {rests_on(one)}")
    show_notes(console, result.notes)
    if result.out is None:
        console.print("What was seen is drawn, and can be heard, with --out FILE.html or FOLDER.")
    else:
        _line(console, "[bold]Page:[/] ", str(result.out))


def show_recipes(console: "Console", recipes: Sequence[Any]) -> None:
    """The recipe book, one row a recipe."""
    table = _table("Recipes; `fondo cook ID` runs one", lines=True)
    for name in ("id", "title", "published", "ours", "naive"):
        table.add_column(name, style="bold" if name == "id" else None, no_wrap=name == "id")
    for each in recipes:
        table.add_row(
            *(_safe(getattr(each, name)) for name in ("id", "title", "published", "ours", "naive"))
        )
    console.print(table)


def show_dish(console: "Console", result: Any) -> None:
    """What a recipe gave: published, ours with interval, naive; then faults and lesson."""
    _line(console, f"[bold]{result.id}[/] ", f"{result.title}, on {result.source}")
    table = _table()
    for name, side in (("", "left"), ("published", "right"), ("ours", "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("naive", justify="right")
    for figure in result.figures:
        table.add_row(
            _safe(figure.name),
            number(figure.published),
            number(figure.ours),
            interval(figure.low, figure.high),
            number(figure.naive),
        )
    console.print(table)
    _line(console, "[bold]Published:[/] ", result.published)
    if result.faults:
        console.print("[bold]Known faults of the published figure:[/]")
    for fault in result.faults:
        _line(console, "  - ", fault)
    show_notes(console, result.notes)
    _line(console, "[bold]Lesson:[/] ", result.lesson)
    if result.data:
        _line(console, "[bold]--data takes:[/] ", result.data)
    console.print(f"{result.seconds:.1f} seconds.")


def show_facts(console: "Console", facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Named facts in groups, as `fondo doctor` finds them."""
    for title, group in facts.items():
        console.print(f"[bold]{title}[/]")
        if not group:
            console.print("  none")
        width = max((len(name) for name in group), default=0)
        for name, value in group.items():
            _line(console, f"  {_safe(name):<{width}}  ", "-" if value is None else str(value))


def _where(console: "Console", result: Any) -> None:
    console.print()
    for name in ("model", "report"):
        place = getattr(result, name, None)
        if place is not None:
            _line(console, f"[bold]{name.capitalize()}:[/] ", str(place))
    console.print(f"{result.seconds:.1f} seconds.")


def _named(console: "Console", title: str, pairs: Sequence[tuple[str, str]]) -> None:
    if pairs:
        console.print(title)
        for name, reason in pairs:
            _line(console, "  ", f"{name}: {reason}")


def _heading(name: str) -> str:
    """Name of a score that may be broken over lines."""
    return name.replace("_", " ")


def _word(value: Any) -> str:
    if value is None:
        return "missing"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _safe(text: str) -> str:
    from rich.markup import escape

    return escape(str(text))


def _line(console: "Console", markup: str, text: str) -> None:
    """Print our own markup, then other people's text as it is."""
    console.print(markup + _safe(text), soft_wrap=not console.is_terminal)


def _table(title: str | None = None, caption: str | None = None, *, lines: bool = False) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(
        title=title,
        caption=caption,
        box=SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        show_lines=lines,
        pad_edge=False,
    )
