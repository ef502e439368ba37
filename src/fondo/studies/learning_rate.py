"""How long a step may be: y = 2x from four points, where the answer can be worked out."""

import math
from typing import Any

import numpy as np

from fondo.errors import TrainingFailed
from fondo.report.charts import Line, Mark, lines
from fondo.report.scales import number
from fondo.report.svg import Axis, Chart
from fondo.scratch.dense import Dense
from fondo.scratch.network import Network
from fondo.scratch.optimizers import SGD
from fondo.scratch.training import fit, gradients
from fondo.studies.parts import Numbers, Study, Table

RATES = (0.01, 0.1, 0.5)
START = 1.477867  # of the weight; the bias starts at 0
_X = np.array([[1.0], [2.0], [3.0], [4.0]])
_LOSS = "mean_squared_error"
_SWEEP = np.linspace(0.005, 0.14, 55)
_LOST = 1e8  # times the first loss: it will not come back


def learning_rate(seed: int = 0, *, steps: int = 100) -> Numbers:
    """Fit y = a x + b to y = 2x by plain descent, with steps that are too small, good, too large.

        loss = mean (a x + b - 2 x)^2;    curvatures: eigenvalues of 2 mean [[x^2, x], [x, 1]]
        stable while learning_rate < 2 / largest curvature

    Parameters
    ----------
    seed : int, default=0
        Nothing is drawn here; it is taken so that every study is asked alike.
    steps : int, default=100
        Of each path, unless it is lost before: a loss of 1e8 times the first.

    Returns
    -------
    dict
        "curvatures" (both, rising), "limit" of the rate, "paths" by rate (lists of "weight",
        "bias" and "loss" from step 0), "sweep" of rates with the loss after as many steps, and
        "refusal", what `fit` says of the largest rate.

    Notes
    -----
    All exact: the loss is a quadratic with curvatures above 0, so it has one minimum and no other
    place to be stuck in. A source calls the rate 0.5 "stuck in a local minimum"; it diverges.

    Examples
    --------
    >>> found = learning_rate(steps=3)
    >>> round(found["limit"], 6), [round(a, 4) for a in found["paths"]["0.1"]["weight"]]
    (0.119756, [1.4779, 2.2611, 1.7389, 2.0914])
    """
    ones = np.hstack([_X, np.ones_like(_X)])
    curvatures = np.linalg.eigvalsh(2 * ones.T @ ones / len(_X))
    sweep = [_path(float(rate), steps)["loss"] for rate in _SWEEP]
    return {
        "start": START,
        "steps": steps,
        "curvatures": curvatures.tolist(),
        "limit": 2 / float(curvatures[-1]),
        "paths": {f"{rate:g}": _path(rate, steps) for rate in RATES},
        "sweep": {"rate": _SWEEP.tolist(), "loss": [loss[-1] for loss in sweep]},
        "refusal": _refusal(RATES[-1], steps),
    }


def _line() -> Network:
    network = Network([Dense(1)], (1,))
    network.weights["dense/kernel"][:] = START
    return network


def _path(rate: float, steps: int) -> dict[str, list[float]]:
    """Weight, bias and loss from step 0 on, until the run is lost."""
    network, optimizer = _line(), SGD(rate)
    path: dict[str, list[float]] = {"weight": [], "bias": [], "loss": []}
    for _ in range(steps + 1):
        loss, slopes = gradients(network, _X, 2 * _X, _LOSS)
        weights = network.weights
        path["weight"].append(float(weights["dense/kernel"][0, 0]))
        path["bias"].append(float(weights["dense/bias"][0]))
        path["loss"].append(loss)
        if loss > _LOST * path["loss"][0]:
            break
        optimizer.update(weights, slopes)
    return path


def _refusal(rate: float, steps: int) -> str:
    try:
        fit(_line(), _X, 2 * _X, _LOSS, SGD(rate), epochs=max(steps, 20), batch_size=None)
    except TrainingFailed as error:
        return str(error)
    return ""


def sentence(numbers: Numbers) -> str:
    """What was found."""
    small, good, large = numbers["paths"].values()
    steps, (least, most) = numbers["steps"], numbers["curvatures"]
    slow, fast, wild = numbers["paths"]
    jumps = ", ".join(number(weight, 4) for weight in large["weight"][1:4])
    return (
        f"On y = 2x a step is stable below a rate of 2 / {most:.4f} = {numbers['limit']:.6f}, "
        f"2 over the largest curvature of the loss: at {slow} the weight creeps from "
        f"{numbers['start']:.4f} to {small['weight'][-1]:.4f} in {steps} steps, at {fast} it "
        f"swings ({', '.join(f'{a:.3f}' for a in good['weight'][1:4])}, ...) and settles at "
        f"{good['weight'][-1]:.4f}, at {wild} it diverges ({jumps}, ...): it is not stuck in a "
        f"local minimum, for both curvatures ({least:.3f} and {most:.3f}) are above 0 and the loss "
        "is a bowl with one minimum."
    )


def table(numbers: Numbers) -> Table:
    """A row a rate."""
    head = ("rate", "share of the limit", "steps", "weight", "bias", "loss")
    rows = []
    for rate, path in numbers["paths"].items():
        ends = [number(path[name][-1], 5) for name in ("weight", "bias", "loss")]
        share = f"{float(rate) / numbers['limit']:.2f}"
        rows.append((rate, share, len(path["loss"]) - 1, *ends))
    return Table(head, rows)


def pictures(numbers: Numbers) -> tuple[Chart, ...]:
    """The weight by step, and the loss by rate."""
    return _weights(numbers), _cliff(numbers)


def _weights(numbers: Numbers) -> Chart:
    shown, low = min(30, numbers["steps"]), 1.0
    series, lost = [], ""
    for style, (rate, path) in zip((3, 1, 2), numbers["paths"].items(), strict=True):
        weights = path["weight"][: shown + 1]
        steps: list[float] = list(range(len(weights)))
        out = next((k for k, a in enumerate(weights) if a < low), None)
        if out is not None:  # drawn to the lower edge, no further
            before = weights[out - 1]
            steps = [*steps[:out], out - 1 + (before - low) / (before - weights[out])]
            lost = f" At {rate} it leaves the frame: step {out} is {number(weights[out], 4)}."
            weights = [*weights[:out], low]
        series.append(Line(f"rate {rate}", steps, weights, style=style, dots=out is None))
    caption = f"The weight of y = a x + b in its first {shown} steps; it should become 2.{lost}"
    axes = Axis("step"), Axis("weight a", low=low)
    return lines("Too small, good, too large", *axes, series, caption)


def _cliff(numbers: Numbers) -> Chart:
    sweep, limit = numbers["sweep"], numbers["limit"]
    powers: list[Any] = [math.log10(loss) for loss in sweep["loss"]]
    best = sweep["rate"][int(np.argmin(powers))]
    caption = (
        f"Loss after {numbers['steps']} steps (or when the run was lost). It falls up to a rate of "
        f"{number(best)}; beyond {limit:.4f} it grows without end."
    )
    axes = Axis("learning rate", low=0.0), Axis("log10 of the loss")
    series = [Line("loss", sweep["rate"], powers)]
    mark = Mark(limit, f"limit {limit:.4f}")
    return lines("The best rate lies beside the cliff", *axes, series, caption, mark=mark)


study = Study(
    "learning-rate",
    "How long a step may be: y = 2x",
    learning_rate,
    sentence,
    table,
    pictures,
)
