"""How many hidden units two spirals take, and the boundaries that they draw."""

from typing import Any

import numpy as np

from fondo.report.charts import lines
from fondo.report.regions import regions
from fondo.report.svg import Axis, Chart
from fondo.scratch.dense import Dense
from fondo.scratch.network import Network
from fondo.scratch.optimizers import Adam
from fondo.scratch.training import fit
from fondo.studies.clouds import ACROSS, UP, accuracy, plane
from fondo.studies.clouds import spirals as cloud
from fondo.studies.drawing import banded, classes_of
from fondo.studies.parts import Numbers, Study, Table
from fondo.studies.spread import Bands, seeds_from, shares, spread, told, verdict

SIZES = (2, 4, 8, 16, 32)
_DRAWN = (2, 8, 32)
_ROWS, _HELD_OUT, _NOISE, _RATE = 200, 1000, 0.04, 0.05


def spirals(seed: int = 0, *, seeds: int = 10, steps: int = 400) -> Numbers:
    """Sort two spirals with one hidden layer of 2 to 32 tanh units.

    200 noisy points of one and a half turns, all of them in each step of Adam (rate 0.05).

    Parameters
    ----------
    seed : int, default=0
        All seeds are drawn from it.
    seeds : int, at least 2, default=10
        Runs of each size; each draws its points and weights.
    steps : int, default=400
        Of each run.

    Returns
    -------
    dict
        For each of `sizes` (hidden units): "accuracy" on 1,000 new points, "training_accuracy",
        "gain" over the next smaller size (paired by seed; None for the smallest); "planes" of the
        first seed for three sizes, see `fondo.studies.clouds.plane`; "points" and "classes" of it.
    """
    drawn = seeds_from(seed, seeds)
    runs = {size: [_run(size, each, steps) for each in drawn] for size in SIZES}
    sizes: dict[str, Numbers] = {}
    before: list[float] | None = None
    for size, found in runs.items():
        accuracies = [run["accuracy"] for run in found]
        gain = None if before is None else spread(np.subtract(accuracies, before).tolist())
        sizes[str(size)] = {
            "accuracy": shares(accuracies),
            "training_accuracy": shares([run["training_accuracy"] for run in found]),
            "gain": gain,
        }
        before = accuracies
    points, classes = _points(drawn[0])[0]
    return {
        "seeds": seeds,
        "steps": steps,
        "sizes": sizes,
        "planes": {str(size): runs[size][0]["plane"] for size in _DRAWN},
        "accuracies_drawn": {str(size): runs[size][0]["accuracy"] for size in _DRAWN},
        "points": points.round(3).tolist(),
        "classes": classes[:, 0].astype(int).tolist(),
    }


def _points(seed: int) -> Any:
    random = np.random.default_rng(seed)
    return cloud(_ROWS, random, _NOISE), cloud(_HELD_OUT, random, _NOISE)


def _run(size: int, seed: int, steps: int) -> dict[str, Any]:
    training, held_out = _points(seed)
    network = Network([Dense(size, "tanh"), Dense(1)], (2,), seed=seed)
    loss = "binary_cross_entropy_of_logits"
    points, classes = training
    fit(network, points, classes, loss, Adam(_RATE), epochs=steps, batch_size=None)
    return {
        "accuracy": accuracy(network, held_out),
        "training_accuracy": accuracy(network, training),
        "plane": plane(network),
    }


def sentence(numbers: Numbers) -> str:
    """What was found."""
    sizes = numbers["sizes"]
    told_all = ", ".join(f"{told(found['accuracy'])} with {size}" for size, found in sizes.items())
    sure = [size for size, found in sizes.items() if found["gain"] and found["gain"]["low"] > 0]
    last, largest = list(sizes)[-2:]
    words = "is a loss", "is still a gain", "is within noise"
    end = verdict(sizes[largest]["gain"], *words)
    gained = f"doubling helps up to {sure[-1]} units" if sure else "no doubling helps beyond noise"
    return (
        f"Two spirals of one and a half turns are told apart on new points with an accuracy of "
        f"{told_all} hidden units: {gained}, and from {last} to {largest} the difference of "
        f"{told(sizes[largest]['gain'])} {end}."
    )


def table(numbers: Numbers) -> Table:
    """A row a size."""
    head = ("hidden units", "accuracy", "on training points", "gain over half as many")
    rows = [
        (
            int(size),
            told(found["accuracy"]),
            told(found["training_accuracy"]),
            told(found["gain"]) if found["gain"] else "-",
        )
        for size, found in numbers["sizes"].items()
    ]
    return Table(head, rows)


def pictures(numbers: Numbers) -> tuple[Chart, ...]:
    """Accuracy by size, and the boundaries of three sizes."""
    return _accuracies(numbers), *(_boundary(numbers, size) for size in numbers["planes"])


def _boundary(numbers: Numbers, size: str) -> Chart:
    right = numbers["accuracies_drawn"][size]
    caption = (
        f"Accuracy {right:.3f} on new points, the first of {numbers['seeds']} seeds. The colour is "
        "the class that the network answers, the stronger the surer; dots are training points."
    )
    title = f"The boundary of {size} hidden units"
    return regions(title, (ACROSS, UP), numbers["planes"][size], caption, marks=classes_of(numbers))


def _accuracies(numbers: Numbers) -> Chart:
    units = [int(size) for size in numbers["sizes"]]
    series = [
        banded(name, units, _ends(numbers, column), style, dots=True)
        for name, column, style in (
            ("new points", "accuracy", 1),
            ("training points", "training_accuracy", 4),
        )
    ]
    shown = ", ".join(numbers["sizes"])
    caption = f"{shown} units; mean over {numbers['seeds']} seeds with 95 % intervals."
    axes = Axis("hidden units", low=0.0), Axis("accuracy", high=1.0)
    return lines("More units, until it is enough", *axes, series, caption)


def _ends(numbers: Numbers, column: str) -> Bands:
    found = numbers["sizes"].values()
    return {end: [each[column][end] for each in found] for end in ("mean", "low", "high")}


study = Study(
    "spirals",
    "How many hidden units two spirals take",
    spirals,
    sentence,
    table,
    pictures,
)
