"""How weights start: all equal, far too large, or on the scale of the layer."""

import math
from typing import Any

import numpy as np

from fondo.report.charts import lines
from fondo.report.scales import number, percent
from fondo.report.svg import Axis, Chart
from fondo.scratch.dense import Dense
from fondo.scratch.network import Network
from fondo.scratch.optimizers import SGD
from fondo.scratch.training import fit
from fondo.studies.clouds import accuracy, rings
from fondo.studies.drawing import banded
from fondo.studies.parts import Numbers, Study, Table
from fondo.studies.spread import bands, seeds_from, shares, spread, told, verdict

STARTS = {
    "zeros": "all 0",
    "equal": "all 0.5",
    "large": "standard deviation 10",
    "he": "He: variance 2 / inputs",
}
UNITS, LEARNING_RATE = (10, 5), 0.5
_EQUAL = 0.5
_SATURATED = 0.99  # of tanh, whose slope there is 0.02


def initialisation(seed: int = 0, *, seeds: int = 10, epochs: int = 300) -> Numbers:
    """Train the same small network from four starts.

    Two rings of 200 points, two hidden layers of 10 and 5 tanh units, plain descent on all rows.
    Each seed draws points and weights; a run of each start has the same points.

    Parameters
    ----------
    seed : int, default=0
        All seeds are drawn from it.
    seeds : int, at least 2, default=10
        Runs of each start.
    epochs : int, default=300
        Steps of each run.

    Returns
    -------
    dict
        For each of `starts`: "distinct_units" of the first layer after training (least and most of
        any run), "saturated" share of hidden outputs beyond +-0.99 before training, "accuracy" on
        1,000 new points, "loss" by epoch (log10 of nats), "last_loss" (nats);
        "he_over_large", difference of accuracy.

    References
    ----------
    He et al. (2015), Delving Deep into Rectifiers, eq. 10.
    """
    runs = {
        start: [_run(start, each, epochs) for each in seeds_from(seed, seeds)] for start in STARTS
    }
    ends = {start: [run["accuracy"] for run in found] for start, found in runs.items()}
    gain = np.subtract(ends["he"], ends["large"])
    return {
        "seeds": seeds,
        "epochs": epochs,
        "learning_rate": LEARNING_RATE,
        "units": list(UNITS),
        "starts": {start: _summed(found) for start, found in runs.items()},
        "he_over_large": spread(gain.tolist()),
    }


def _run(start: str, seed: int, epochs: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    (points, classes), held_out = rings(200, random, 0.08), rings(1000, random, 0.08)
    drawn = "zeros" if start == "equal" else start
    hidden = [Dense(units, "tanh", initialiser=drawn) for units in UNITS]
    network = Network([*hidden, Dense(1, initialiser=drawn)], (2,), seed=seed)
    if start == "equal":
        for layer in network.layers:
            layer.weights["kernel"][:] = _EQUAL
    network.predict(points)
    outputs = np.concatenate([layer.seen["outputs"] for layer in hidden], axis=1)
    history = fit(
        network,
        points,
        classes,
        "binary_cross_entropy_of_logits",
        SGD(LEARNING_RATE),
        epochs=epochs,
        batch_size=None,
    )
    return {
        "distinct": distinct_units(hidden[0]),
        "saturated": float(np.mean(np.abs(outputs) > _SATURATED)),
        "accuracy": accuracy(network, held_out),
        "loss": [row["loss"] for row in history],
    }


def distinct_units(layer: Dense) -> int:
    """How many units of a layer differ in the weights that enter them, to nine digits.

    Examples
    --------
    >>> layer = Dense(3)
    >>> layer.build((2,))
    >>> layer.weights["kernel"][:] = [[1, 1, 2], [3, 3, 3]]
    >>> distinct_units(layer)
    2
    """
    entering = np.vstack([layer.weights["kernel"], layer.weights["bias"]])
    size = np.abs(entering).max()
    return len(np.unique((entering / (size or 1.0)).round(9), axis=1).T)


def _summed(runs: list[dict[str, Any]]) -> Numbers:
    distinct = [run["distinct"] for run in runs]
    return {
        "distinct_units": [min(distinct), max(distinct)],
        "saturated": shares([run["saturated"] for run in runs]),
        "accuracy": shares([run["accuracy"] for run in runs]),
        "loss": bands(np.log10([run["loss"] for run in runs])),
        "last_loss": spread([run["loss"][-1] for run in runs]),
    }


def sentence(numbers: Numbers) -> str:
    """What was found."""
    zeros, equal, large, he = (numbers["starts"][start] for start in STARTS)
    units = numbers["units"][0]
    compared = verdict(
        numbers["he_over_large"],
        "worse than a large start by",
        "better than a large start by",
        "not distinguishable from a large start, the difference being",
    )
    return (
        f"Units that start equal stay equal: of {units} in the first layer, zeros leave "
        f"{_count(zeros)}, with an accuracy of {told(zeros['accuracy'])}, and 0.5 everywhere "
        f"leaves {_count(equal)}, with {told(equal['accuracy'])}; a standard deviation of 10 "
        f"saturates {percent(large['saturated']['mean'])} of the hidden outputs before the first "
        f"step and ends at {told(large['accuracy'])}; He's scale saturates "
        f"{percent(he['saturated']['mean'])}, ends at {told(he['accuracy'])}, and is {compared} "
        f"{told(numbers['he_over_large'])} in accuracy."
    )


def _count(start: Numbers) -> str:
    least, most = start["distinct_units"]
    return f"{least if least == most else f'{least} to {most}'} distinct"


def table(numbers: Numbers) -> Table:
    """A row a start."""
    head = ("start", "units", "saturated at first", "accuracy", "last loss (nats)")
    rows = []
    for start, found in numbers["starts"].items():
        saturated = percent(found["saturated"]["mean"])
        units = f"{_count(found)} of {numbers['units'][0]}"
        rows.append(
            (STARTS[start], units, saturated, told(found["accuracy"]), told(found["last_loss"]))
        )
    return Table(head, rows)


def pictures(numbers: Numbers) -> tuple[Chart, ...]:
    """Loss by epoch from each start."""
    epochs = list(range(1, numbers["epochs"] + 1))
    series = [
        banded(STARTS[start], epochs, found["loss"], style)
        for style, (start, found) in zip((4, 3, 2, 1), numbers["starts"].items(), strict=True)
    ]
    caption = (
        f"Mean over {numbers['seeds']} seeds with 95 % intervals; a blind guess costs 0.693 nats, "
        f"{number(math.log10(math.log(2)))} here."
    )
    axes = Axis("epoch", low=0.0), Axis("training loss", "log10 of nats")
    return (lines("Loss from four starts", *axes, series[::-1], caption),)


study = Study(
    "initialisation",
    "How weights start: equal, too large, or scaled",
    initialisation,
    sentence,
    table,
    pictures,
)
