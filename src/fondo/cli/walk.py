"""How a trace looks in a terminal: a table a layer, on the way there and on the way back."""

from typing import TYPE_CHECKING, Any

import numpy as np

from fondo.cli.tables import _line, _safe, _table, show_notes

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

SHOWN = 6  # numbers of an array that are written out


def show_walk(console: "Console", result: Any, html: "Path | None" = None) -> None:
    """The row as it enters, layer by layer, back again, and whether the engines agree."""
    walk = result.walk
    console.print(f"[bold]Row {result.row} as it enters[/]")
    if result.columns:
        console.print(_columns(result))
    else:
        console.print(_arrays(walk.inputs))
    for k, stop in enumerate(walk.stops, start=1):
        _line(console, f"[bold]{k}. {_safe(stop.name)}[/] ", f"({stop.kind}): {stop.formula}")
        seen = {name: array for name, array in stop.seen.items() if name != "inputs"}
        console.print(_arrays(seen, stop.weights | stop.statistics))
    if walk.d_inputs:
        console.print(f"[bold]Back, from {_safe(result.loss)}[/]")
        for stop in reversed(walk.stops):
            _line(console, f"[bold]{_safe(stop.name)}[/] ", "")
            back = {f"dL/d{name}": gradient for name, gradient in stop.gradients.items()}
            console.print(_arrays({"dL/doutputs": stop.d_outputs}, back))
        console.print("[bold]Back at the inputs[/]")
        console.print(_arrays({f"dL/d{name}": array for name, array in walk.d_inputs.items()}))
    show_notes(console, result.notes)
    _end(console, result, html)


def _end(console: "Console", result: Any, html: "Path | None") -> None:
    if result.answer is not None:
        _line(console, "[bold]Predicted:[/] ", str(result.answer))
    if result.walk.loss is not None:
        console.print(f"Loss ({_safe(result.loss)}): {result.walk.loss:.6g}")
    worst = max(result.differences, key=result.differences.__getitem__)
    told = "The two engines agree" if result.agrees else "The two engines do not agree"
    console.print(
        f"{told}: the largest difference from the fast engine is {result.difference:.1e}, in "
        f"{_safe(worst)}; below 1e-5 is what float32 explains."
    )
    if html is not None:
        _line(console, "[bold]Page:[/] ", str(html))


def _columns(result: Any) -> Any:
    """Table of the encoded columns: what the row holds, and the number that enters."""
    table = _table()
    for name, side in (("input", "left"), ("column", "left"), ("as given", "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    table.add_column("as it enters", justify="right")
    for name, k, column, given, number in result.columns:
        table.add_row(f"{_safe(name)} {k}", _safe(column), _safe(given), f"{number:.4g}")
    return table


def _arrays(rows: dict[str, Any], held: "dict[str, Any] | None" = None) -> Any:
    """Table of arrays: name, shape, range, first numbers; weights first, then what was seen."""
    every = dict((held or {}).items()) | {name: array[0] for name, array in rows.items()}
    cells = []
    for name, array in every.items():
        flat = np.ravel(array) + 0.0  # no negative zeros
        shown = " ".join(f"{value:.3g}" for value in flat[:SHOWN])
        ends = f"{flat.min():.3g} to {flat.max():.3g}" if flat.size > 1 else ""
        shape = " x ".join(map(str, np.shape(array))) or "1"
        cells.append((name, shape, ends, shown + (" ..." if flat.size > SHOWN else "")))
    table = _table()
    for k, name in enumerate(("", "shape", "least to greatest")):
        width = max(len(name), *(len(row[k]) for row in cells))
        table.add_column(name, no_wrap=True, min_width=min(width, 24))
    table.add_column("numbers", no_wrap=True, overflow="ellipsis")
    for row in cells:
        table.add_row(*map(_safe, row))
    return table
