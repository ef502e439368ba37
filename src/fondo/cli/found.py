"""How searches and comparisons look in a terminal: candidates, luck, differences."""

from typing import TYPE_CHECKING, Any

from fondo.cli.tables import (
    _line,
    _safe,
    _table,
    interval,
    number,
    show_notes,
    show_training,
)

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = 8  # candidates


def show_search(console: "Console", result: Any) -> None:
    """The best candidates, what luck alone would have given, then the winner's training."""
    found = result.found
    console.print(_candidates(found))
    states = [trial.state for trial in found.trials]
    counts = ", ".join(
        f"{states.count(s)} {s}" for s in ("done", "pruned", "failed") if s in states
    )
    _line(console, "Candidates: ", f"{counts}.")
    luck, best = found.luck, found.best
    told = "further than" if found.beats_luck else "no further than"
    _line(
        console,
        "[bold]Luck:[/] ",
        f"had all {luck.candidates} been equally good, the best would have looked like "
        f"{number(luck.best)} (mean {number(luck.mean)}, noise of one {number(luck.noise)}); the "
        f"winner, {number(best.score)}, is {told} that.",
    )
    console.print("The winner, on rows that no candidate saw:")
    show_training(console, result.training)


def _candidates(found: Any) -> Any:
    whole = [trial for trial in found.trials if trial.state == "done"]
    order = sorted(whole, key=lambda t: t.score, reverse=found.higher_is_better)
    names = list(order[0].settings)
    table = _table(f"Best candidates by {found.metric.replace('_', ' ')} over the folds")
    table.add_column("", justify="right")
    table.add_column(found.metric.replace("_", " "), justify="right", style="bold")
    for name in names:
        table.add_column(_safe(name.rpartition(".")[2].replace("_", " ")), justify="right")
    for trial in order[:SHOWN]:
        shown = [_safe(_word(trial.settings[name])) for name in names]
        table.add_row(str(trial.number), number(trial.score), *shown)
    return table


def _word(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def show_compared(console: "Console", result: Any) -> None:
    """Scores of two models side by side, their paired difference, and the verdict."""
    _line(console, "First: ", result.models[0])
    _line(console, "Second: ", result.models[1])
    table = _table(f"Scores on {number(result.n_rows)} rows that neither was trained on")
    for name in ("", "first", "second", "difference"):
        table.add_column(name, justify="right" if name else "left")
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("the first is")
    for each in result.compared:
        paired = each.comparison
        table.add_row(
            each.metric.replace("_", " "),
            number(each.first),
            number(each.second),
            number(paired.difference),
            interval(paired.low, paired.high),
            each.verdict,
        )
    console.print(table)
    show_notes(console, result.notes)
    _line(console, "[bold]Verdict:[/] ", result.verdict)
