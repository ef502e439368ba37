"""The page of a trace: one row through a network, layer by layer, and back.

Small arrays are tables of numbers, large ones heat maps. The walk itself comes from `scratch`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fondo.report.facts import paragraph, section
from fondo.report.heat import heat, shape_of
from fondo.report.markup import Markup, element, join
from fondo.report.scales import number
from fondo.report.style import SHEET, document
from fondo.report.tables import pairs, table

_FEW = 64  # numbers of an array that are written out
_WIDE = 16  # and along one line

_HEAT = """
.heat { image-rendering: pixelated; max-width: 100%; display: block;
  border: 1px solid var(--line); }
"""


def walk_page(result: Any) -> str:
    """Write a trace as one HTML file that opens without a network.

    Parameters
    ----------
    result : TraceResult
        Of `fondo.trace`.

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too.
    """
    walk, title = result.walk, f"Row {result.row} through {result.model}"
    sections = [
        _inputs(result),
        *(_stop(k, stop, result.differences) for k, stop in enumerate(walk.stops, start=1)),
    ]
    if walk.d_inputs:
        sections.append(_start(result))
        sections += [_back(stop, result.differences) for stop in reversed(walk.stops)]
        sections.append(section("d-inputs", "Back at the inputs", *_arrays(_named(walk.d_inputs))))
    header = element(
        "header", element("p", "fondo trace"), element("h1", title), element("nav", *_links(walk))
    )
    body = element("body", element("main", header, _verdict(result), *sections))
    return document(title, body, SHEET + _HEAT, "img-src data:")


def _verdict(result: Any) -> Markup:
    agree = "agree" if result.agrees else "do not agree"
    sentence = (
        f"The glass box and the fast engine {agree}: their largest difference is "
        f"{result.difference:.1e}, and below 1e-5 is what float32 explains."
    )
    facts: dict[str, object] = {"outputs": _words(result.walk.outputs)}
    if result.answer is not None:
        facts["predicted"] = result.answer
    if result.walk.loss is not None:
        facts["loss"] = f"{result.walk.loss:.6g} ({result.loss})"
    css = "verdict" if result.agrees else "verdict bad"
    notes = [paragraph(note) for note in result.notes]
    return element("div", element("p", sentence), pairs(facts), *notes, class_=css)


def _inputs(result: Any) -> Markup:
    head = ["input", "column", "as given", "as it enters"]
    rows = [
        [f"{name} {k}", column, given, number(value, 5)]
        for name, k, column, given, value in result.columns
    ]
    shown = [table(head, rows, numbers=(3,))] if rows else _arrays(result.walk.inputs)
    return section("inputs", "The row as it enters", *shown)


def _stop(k: int, stop: Any, differences: Mapping[str, float]) -> Markup:
    facts = {
        "computes": stop.formula,
        "takes": ", ".join(stop.sources),
        "differs from the fast engine by": f"{differences.get(stop.name, 0.0):.1e}",
    }
    held = stop.weights | stop.statistics
    seen = {name: a for name, a in stop.seen.items() if name != "inputs" or k == 1}
    parts = [pairs(facts)]
    if held:
        parts += [element("h3", "with"), *_arrays({n: a[None] for n, a in held.items()})]
    parts += [element("h3", "sees"), *_arrays(seen)]
    return section(f"layer-{k}", f"{k}. {stop.name} ({stop.kind})", *parts)


def _start(result: Any) -> Markup:
    last = result.walk.stops[-1]
    told = f"The walk back starts from {result.loss}: how it moves with each output."
    return section("back", "And back", paragraph(told), *_arrays({"dL/doutputs": last.d_outputs}))


def _back(stop: Any, differences: Mapping[str, float]) -> Markup:
    shown = {f"dL/d{name}": gradient[None] for name, gradient in stop.gradients.items()}
    found = differences.get(f"{stop.name} (gradients)")
    told = (
        "It has no weights." if found is None else f"Differs from the fast engine by {found:.1e}."
    )
    arrays = {"dL/doutputs": stop.d_outputs, **shown}
    return section(
        f"back-{stop.name}", f"{stop.name}, going back", paragraph(told), *_arrays(arrays)
    )


def _named(d_inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {f"dL/d{name}": array for name, array in d_inputs.items()}


def _arrays(arrays: Mapping[str, Any]) -> list[Markup]:
    """Each array without its batch of one row: a table of numbers, or a picture."""
    return [_array(name, np.asarray(array)[0]) for name, array in arrays.items()]


def _array(name: str, array: Any) -> Markup:
    lines = np.atleast_2d(array)
    if array.size > _FEW or array.ndim > 2 or lines.shape[1] > _WIDE:
        return heat(name, array)
    head = [f"{name} ({shape_of(array)})", *map(str, range(lines.shape[1]))]
    rows: Sequence[Sequence[object]] = [
        [k if len(lines) > 1 else "", *(number(float(v), 5) for v in line)]
        for k, line in enumerate(lines)
    ]
    return table(head, rows, numbers=range(1, lines.shape[1] + 1))


def _words(outputs: Any) -> str:
    first = np.ravel(outputs[0] if isinstance(outputs, tuple) else outputs)
    shown = ", ".join(number(float(value), 5) for value in first[:8])
    return shown + (f" and {len(first) - 8} more" if len(first) > 8 else "")


def _links(walk: Any) -> list[Markup]:
    places = [("inputs", "Inputs")]
    places += [(f"layer-{k}", stop.name) for k, stop in enumerate(walk.stops, start=1)]
    places += [("back", "Back")] if walk.d_inputs else []
    return [join(element("a", title, href=f"#{anchor}"), " ") for anchor, title in places]
