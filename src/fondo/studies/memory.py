"""How far back a recurrent layer remembers: by formula, then measured."""

import math
from typing import Any

import numpy as np

from fondo.report.charts import Line, lines
from fondo.report.scales import number
from fondo.report.svg import Axis, Chart
from fondo.scratch.memory import influence, linear_memory
from fondo.scratch.recurrent import LSTM, Recurrent, SimpleRNN
from fondo.studies.drawing import banded
from fondo.studies.parts import Numbers, Study, Table
from fondo.studies.spread import bands, seeds_from, spread, told, verdict

SCALES = (0.5, 2.0)
_UNITS, _FEATURES, _ROWS, _BACK = 16, 4, 8, 20


def memory(seed: int = 0, *, seeds: int = 10, steps: int = 31) -> Numbers:
    """How much inputs of earlier steps weigh in the last state: linear, RNN and LSTM.

        linear: h_t = x_t + U h_(t-1), so x_t weighs U^(T - t) in h_T
        measured: || d hidden_T / d x_t ||, by backpropagation through time

    The layers are fresh: 16 units, 4 normal inputs a step; the recurrent weights of the RNN are an
    orthogonal matrix times a scale, those of the LSTM as it starts, with and without the usual
    bias of 1 on its forget gate.

    Parameters
    ----------
    seed : int, default=0
        All seeds are drawn from it.
    seeds : int, at least 2, default=10
        Draws of weights and inputs.
    steps : int, above 20, default=31
        Length of the sequences.

    Returns
    -------
    dict
        "linear" by U: "weights" of x5 to x1 and their "sum"; "layers" by name: "influence" by
        distance (log10 of the share of the last step's), "per_step" (factor by which it changes a
        step, over the 20 steps nearest the end), "back_20" (log10 after 20 steps);
        "lstm_over_rnn", the difference of the first LSTM and the first RNN there.

    Examples
    --------
    >>> memory(seeds=2, steps=21)["linear"]["0.5"]
    {'weights': [1.0, 0.5, 0.25, 0.125, 0.0625], 'sum': 1.9375}
    """
    drawn = seeds_from(seed, seeds)
    layers = {name: [_measured(name, each, steps) for each in drawn] for name in _names()}
    first, longest = (np.array(layers[name])[:, _BACK] for name in (_names()[0], _names()[2]))
    return {
        "seeds": seeds,
        "steps": steps,
        "linear": {f"{scale:g}": _linear(scale) for scale in SCALES},
        "layers": {name: _summed(np.array(curves)) for name, curves in layers.items()},
        "lstm_over_rnn": spread((longest - first).tolist()),
    }


def _names() -> list[str]:
    rnns = [f"RNN, scale {scale:g}" for scale in SCALES]
    return [*rnns, "LSTM, forget bias 1", "LSTM, forget bias 0"]


def _linear(scale: float) -> dict[str, Any]:
    weights = linear_memory(scale, 5)[::-1]  # of x5 to x1
    return {"weights": weights.tolist(), "sum": float(weights.sum())}


def _measured(name: str, seed: int, steps: int) -> list[float]:
    """log10 of the influence of the inputs 0, 1, 2, ... steps back, as a share of the first."""
    random = np.random.default_rng(seed)
    layer: Recurrent = LSTM(_UNITS) if name.startswith("LSTM") else SimpleRNN(_UNITS)
    layer.random = random
    layer.build((steps, _FEATURES))
    layer.built = True
    if name.endswith("bias 0"):
        layer.weights["bias"][:] = 0
    elif not name.startswith("LSTM"):
        layer.weights["recurrent_kernel"] *= float(name.rpartition(" ")[2])
    found = influence(layer, random.normal(size=(_ROWS, steps, _FEATURES)))[::-1]
    curve: list[float] = np.log10(found / found[0]).tolist()
    return curve


def _summed(curves: Any) -> Numbers:
    back = curves[:, _BACK]
    return {
        "influence": bands(curves),
        "per_step": spread((10 ** (back / _BACK)).tolist()),
        "back_20": spread(back.tolist()),
    }


def sentence(numbers: Numbers) -> str:
    """What was found."""
    linear = " and ".join(
        f"{_weights(found)} for U = {scale}" for scale, found in numbers["linear"].items()
    )
    layers = numbers["layers"]
    shrinking, growing, kept, plain = (
        (told(layers[name]["per_step"]), number(10 ** layers[name]["back_20"]["mean"], 2))
        for name in _names()
    )
    words = "less than", "more than", "within noise of"
    return (
        f"In h_t = x_t + U h_(t-1) the inputs x5 to x1 weigh {linear}; in fresh tanh layers "
        f"influence changes, each step back, by a factor of {shrinking[0]} in an RNN of scale "
        f"{SCALES[0]:g}, {growing[0]} in one of scale {SCALES[1]:g}, whose tanh holds it back, and "
        f"{kept[0]} in an LSTM, so that {_BACK} steps back it is {shrinking[1]}, {growing[1]} and "
        f"{kept[1]} of the last step's, the LSTM's {verdict(numbers['lstm_over_rnn'], *words)} the "
        f"first RNN's; without the bias of its forget gate an LSTM keeps {plain[1]}: "
        "a fresh one fades, too."
    )


def _weights(found: Numbers) -> str:
    return f"{', '.join(f'{w:g}' for w in found['weights'])} (sum {found['sum']:g})"


def table(numbers: Numbers) -> Table:
    """A row a layer, the linear ones first."""
    rows: list[tuple[object, ...]] = [
        (f"linear, U = {scale}", scale, number(float(scale) ** _BACK))
        for scale in numbers["linear"]
    ]
    for name, found in numbers["layers"].items():
        ends = {end: 10**power for end, power in found["back_20"].items()}
        shown = f"{number(ends['mean'], 2)} ({number(ends['low'], 2)} to {number(ends['high'], 2)})"
        rows.append((name, told(found["per_step"]), shown))
    return Table(("memory", "factor a step back", f"influence {_BACK} steps back"), rows)


def pictures(numbers: Numbers) -> tuple[Chart, ...]:
    """Measured influence by distance, and the weights of the formula."""
    return _measurement(numbers), _formula(numbers)


def _measurement(numbers: Numbers) -> Chart:
    back = list(range(numbers["steps"]))
    series = [
        banded(name, back, found["influence"], style)
        for style, (name, found) in zip((2, 3, 1, 4), numbers["layers"].items(), strict=True)
    ]
    caption = (
        f"Norm of d hidden_T / d x_t in fresh layers of {_UNITS} units; mean over "
        f"{numbers['seeds']} seeds with 95 % intervals. 0 is the influence of the last input, "
        f"{number(-3)} a thousandth of it."
    )
    axes = Axis("steps back from the end"), Axis("log10 of influence / that of the last step")
    return lines("Fading, exploding, kept", *axes, series, caption)


def _formula(numbers: Numbers) -> Chart:
    series = [
        Line(f"U = {scale}", range(5), [math.log2(w) for w in found["weights"]], style=k, dots=True)
        for k, (scale, found) in zip((2, 3), numbers["linear"].items(), strict=True)
    ]
    shown = "; ".join(
        f"U = {scale}: {_weights(found)}" for scale, found in numbers["linear"].items()
    )
    axes = Axis("steps back from the end"), Axis("log2 of the weight")
    return lines("Weights in h_t = x_t + U h_(t-1)", *axes, series, f"{shown}.")


study = Study(
    "memory",
    "How far back a recurrent layer remembers",
    memory,
    sentence,
    table,
    pictures,
)
