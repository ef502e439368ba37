"""Four rules on a ravine: steep across, flat along, first along the axes and then turned."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fondo.report.charts import lines
from fondo.report.regions import Path, regions
from fondo.report.scales import number
from fondo.report.svg import Axis, Chart
from fondo.scratch.optimizers import SGD, Adam, Optimizer, RMSProp
from fondo.studies.drawing import banded
from fondo.studies.parts import Numbers, Study, Table
from fondo.studies.spread import bands, seeds_from, spread, told, verdict

Array = np.ndarray[Any, Any]

RULES: dict[str, Callable[[float], Optimizer]] = {
    "SGD": SGD,
    "Adam": Adam,
    "momentum 0.9": lambda rate: SGD(rate, 0.9),
    "RMSProp": RMSProp,
}
_STYLES = dict(zip(RULES, (1, 3, 2, 4), strict=True))
RAVINES = {"along the axes": 0.0, "turned by 45 degrees": math.pi / 4}
CURVATURES = (1.0, 100.0)
THRESHOLD = 1e-4  # of the first loss
GRID = tuple(float(10 ** (k / 4)) for k in range(-16, 3))
_FIRST = (-0.95, 0.45)  # along and across: start of the paths that are drawn
_PATH, _CURVE, _LEAST = 100, 200, 1e-6  # steps of paths and curves; shares below are not drawn
_ACROSS, _UP = Axis("first weight", low=-1.5, high=1.5), Axis("second weight", low=-1.0, high=1.0)


def optimizers(seed: int = 0, *, starts: int = 50, steps: int = 1000) -> Numbers:
    """Compare SGD, momentum, RMSProp and Adam on a ravine, each at its own best rate.

        loss = (u^2 + 100 v^2) / 2;    u, v: the weights, or the weights turned by 45 degrees

    The rate of each rule is the one of 19, four to a power of ten from 0.0001 to 3.16, that needs
    the fewest steps from one set of starts; the steps are then counted from another set.

    Parameters
    ----------
    seed : int, default=0
        Draws the starts, at distance 1 from the minimum in any direction.
    starts : int, at least 2, default=50
        Of each set.
    steps : int, default=1000
        Most that are walked; a run that is not there by then counts as so many.

    Returns
    -------
    dict
        By ravine and rule: "rate", "steps" until the loss is 1/10,000 of the first and stays
        below it, "late" (runs that were not there in time), "over_sgd" (difference of steps from
        SGD, start by start), "loss" in 200 steps (log10 of
        the share of the first, at least -6), "path" (weights
        by step from one start that is not among those counted).

    Notes
    -----
    The rates stay what they are: no schedule. SGD and momentum walk the same path on a turned
    ravine, only turned; RMSProp and Adam scale each weight by itself, so axes matter to them.
    """
    random = np.random.default_rng(seeds_from(seed, max(starts, 2))[0])
    angles = random.uniform(0, 2 * np.pi, (2, starts))
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)  # (set, starts, 2)
    return {
        "starts": starts,
        "most_steps": steps,
        "curvatures": list(CURVATURES),
        "threshold": THRESHOLD,
        "grid": list(GRID),
        "ravines": {name: _ravine(circle, turn, steps) for name, turn in RAVINES.items()},
    }


def _ravine(circle: Array, turn: float, steps: int) -> Numbers:
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    hessian = turned.T @ np.diag(CURVATURES) @ turned
    chosen_on, counted_on = circle @ turned
    found: Numbers = {}
    plain: list[float] = []
    for name, rule in RULES.items():
        costs = {rate: needed(_walk(rule(rate), chosen_on, hessian, steps)[0]) for rate in GRID}
        rate = min(costs, key=lambda each: float(np.mean(costs[each])))
        losses, _ = _walk(rule(rate), counted_on, hessian, steps)
        _, path = _walk(rule(rate), np.array([_FIRST]) @ turned, hessian, _PATH)
        counts = needed(losses)
        plain = plain or counts
        shares = np.log10(np.maximum(losses / losses[0], _LEAST)[: _CURVE + 1])
        found[name] = {
            "rate": rate,
            "steps": spread(counts),
            "late": sum(count > steps for count in counts),
            "over_sgd": spread(np.subtract(counts, plain).tolist()),
            "loss": bands(shares.T),
            "path": path[:, 0].tolist(),
        }
    return found


def _walk(rule: Optimizer, starts: Array, hessian: Array, steps: int) -> tuple[Array, Array]:
    """Losses (steps + 1, starts) and weights (steps + 1, starts, 2): all starts walk at once."""
    weights, losses, places = {"w": starts.copy()}, [], []
    with np.errstate(all="ignore"):  # rates that are too large are part of the grid
        for _ in range(steps + 1):
            slope = weights["w"] @ hessian
            losses.append((slope * weights["w"]).sum(axis=1) / 2)
            places.append(weights["w"].copy())
            rule.update(weights, {"w": slope})
    return np.array(losses), np.array(places)


def needed(losses: Array) -> list[float]:
    """Steps until the loss of each run is under the threshold for good.

    Parameters
    ----------
    losses : array (steps + 1, runs)
        From step 0 on.

    Returns
    -------
    list of float
        One a run; as many as there are losses where it was not there in time.

    Examples
    --------
    >>> needed(np.array([[1.0], [1e-5], [1e-3], [1e-6], [1e-7]]))  # step 1 was luck
    [3.0]
    """
    with np.errstate(all="ignore"):
        above = ~(losses <= THRESHOLD * losses[0])  # so written, NaN is above too
    return [float(np.flatnonzero(run)[-1] + 1) if run.any() else 0.0 for run in above.T]


def sentence(numbers: Numbers) -> str:
    """What was found."""
    straight, turned = (numbers["ravines"][name] for name in RAVINES)
    most, grid = numbers["most_steps"], numbers["grid"]
    return (
        f"On a ravine 100 times as steep across as along, each rule at its best of {len(grid)} "
        f"rates from {grid[0]:g} to {grid[-1]:.3g}, the steps until the loss is under "
        f"1/10,000 for good are {_steps(straight, most)}; turned by 45 degrees, "
        f"{_steps(turned, most)}; against SGD, {_against(straight)} along the axes, and "
        f"{_against(turned)} on the turned ravine."
    )


def _steps(ravine: Numbers, most: int) -> str:
    return ", ".join(
        f"{told(found['steps'])} with {name}"
        + (f" ({found['late']} runs not within {most:,})" * bool(found["late"]))
        for name, found in ravine.items()
    )


def _against(ravine: Numbers) -> str:
    words = "is faster", "is slower", "is within noise"
    rivals = list(ravine)[1:]
    return ", ".join(f"{name} {verdict(ravine[name]['over_sgd'], *words)}" for name in rivals)


def table(numbers: Numbers) -> Table:
    """A row a rule, on both ravines."""
    head = ("rule", "ravine", "best rate", "steps", "not there in time")
    rows = [
        (rule, ravine, number(found["rate"]), told(found["steps"]), _late(found, numbers))
        for ravine, rules in numbers["ravines"].items()
        for rule, found in rules.items()
    ]
    return Table(head, rows)


def _late(found: Numbers, numbers: Numbers) -> str:
    return f"{found['late']} of {numbers['starts']}"


def pictures(numbers: Numbers) -> tuple[Chart, ...]:
    """The ways that the rules take, and the loss by step on both ravines."""
    return (
        _ways(numbers),
        *(_losses(numbers, ravine) for ravine in numbers["ravines"]),
    )


def _ways(numbers: Numbers) -> Chart:
    ravine, turn = list(RAVINES.items())[1]
    across, up = np.linspace(-1.5, 1.5, 145)[1::2], np.linspace(-1, 1, 97)[1::2]
    x, y = np.meshgrid(across, up)
    u, v = np.cos(turn) * x + np.sin(turn) * y, -np.sin(turn) * x + np.cos(turn) * y
    height = (CURVATURES[0] * u**2 + CURVATURES[1] * v**2) / 2
    shade = np.clip(np.log10(height + 1e-3) / 5 + 0.4, 0, 1)
    paths = [
        Path(
            f"{rule}, rate {number(found['rate'])}",
            [place[0] for place in found["path"]],
            [place[1] for place in found["path"]],
            style=_STYLES[rule],
        )
        for rule, found in reversed(numbers["ravines"][ravine].items())
    ]
    caption = (
        f"The first {_PATH} steps of each rule from one start, at its best rate; the "
        "stronger the shade, the higher, by powers of ten; the minimum is at 0, 0."
    )
    return regions(
        f"Ways down a ravine {ravine}",
        (_ACROSS, _UP),
        shade.tolist(),
        caption,
        marks=paths,
        styles=(4, 4),
    )


def _losses(numbers: Numbers, ravine: str) -> Chart:
    shown = range(min(_CURVE, numbers["most_steps"]) + 1)
    series = [
        banded(rule, shown, found["loss"], _STYLES[rule])
        for rule, found in numbers["ravines"][ravine].items()
    ]
    caption = (
        f"Each rule at its best rate: mean over {numbers['starts']} starts with 95 % intervals. "
        f"{number(math.log10(THRESHOLD))} is the threshold, {number(math.log10(_LEAST))} the least "
        "that is drawn."
    )
    axes = Axis("step"), Axis("log10 of loss / first loss", high=0.0)
    return lines(f"Loss on the ravine {ravine}", *axes, series, caption)


study = Study(
    "optimizers",
    "Four optimizers on a ravine, each at its best rate",
    optimizers,
    sentence,
    table,
    pictures,
)
