"""L2, dropout and stopping early, on few points of two classes that overlap."""

from typing import Any

import numpy as np

from fondo.report.charts import Line, lines
from fondo.report.regions import regions
from fondo.report.svg import Axis, Chart
from fondo.scratch.dense import Dense
from fondo.scratch.layer import Layer
from fondo.scratch.losses import LOSSES
from fondo.scratch.network import Network
from fondo.scratch.optimizers import Adam
from fondo.scratch.shaping import Dropout
from fondo.scratch.training import fit
from fondo.studies.clouds import ACROSS, UP, Cloud, accuracy, moons, plane
from fondo.studies.drawing import banded, classes_of
from fondo.studies.parts import Numbers, Study, Table
from fondo.studies.spread import bands, seeds_from, shares, spread, told, verdict

STRENGTHS = {"none": (0.0,), "L2": (0.001, 0.003, 0.01), "dropout": (0.2, 0.5)}
_LOSS = "binary_cross_entropy_of_logits"
_ROWS, _UNITS, _NOISE, _RATE, _EVERY = 60, 24, 0.16, 0.03, 10


def regularisation(seed: int = 0, *, seeds: int = 10, steps: int = 200) -> Numbers:
    """Train a network too large for its 60 points without and with L2 and dropout.

    Two overlapping moons, two hidden layers of 24 relu units, Adam (rate 0.03) on all rows. The
    strength is chosen for each seed by the loss on 200 validation points: L2 of 0.001, 0.003 or
    0.01 on all kernels, dropout of 0.2 or 0.5 behind both hidden layers. Stopping early is the run
    without either, at its best step on these points. 1,000 further points judge.

    Parameters
    ----------
    seed : int, default=0
        All seeds are drawn from it.
    seeds : int, at least 2, default=10
        Each draws its points, weights and masks.
    steps : int, multiple of 10, default=200
        Of each run.

    Returns
    -------
    dict
        For each of `ways`: "loss" (nats, without the penalty) and "accuracy" on new points,
        "loss_over_none" and "accuracy_over_none" (differences, paired by seed), "chosen" (how often
        each strength was), "curve" and "training_curve" (loss every ten steps); "planes" of the
        first seed without and with L2, see `fondo.studies.clouds.plane`; "points" and "classes".
    """
    drawn = seeds_from(seed, seeds)
    ways = {
        way: [_best([_run(way, s, each, steps) for s in STRENGTHS[way]]) for each in drawn]
        for way in STRENGTHS
    }
    stopped = [_stopped(run) for run in ways["none"]]
    found = {name: _summed(runs, ways["none"]) for name, runs in ways.items()}
    points, classes = _points(drawn[0])[0]
    return {
        "seeds": seeds,
        "steps": steps,
        "strengths": {way: list(strengths) for way, strengths in STRENGTHS.items()},
        "ways": found | {"stopping early": _summed(stopped, ways["none"])},
        "planes": {way: ways[way][0]["plane"] for way in ("none", "L2")},
        "points": points.round(3).tolist(),
        "classes": classes[:, 0].astype(int).tolist(),
    }


def _points(seed: int) -> tuple[Cloud, Cloud, Cloud]:
    """Training, validation and further points."""
    random = np.random.default_rng(seed)
    training, validation, judging = (moons(rows, random, _NOISE) for rows in (_ROWS, 200, 1000))
    return training, validation, judging


def _run(way: str, strength: float, seed: int, steps: int) -> dict[str, Any]:
    parts, l2 = _points(seed), strength if way == "L2" else 0.0
    layers: list[Layer] = []
    for _ in range(2):
        layers.append(Dense(_UNITS, "relu", initialiser="he", l2=l2))
        layers += [Dropout(strength)] if way == "dropout" else []
    network = Network([*layers, Dense(1, l2=l2)], (2,), seed=seed)
    optimizer, path = Adam(_RATE), []
    for _ in range(steps // _EVERY):
        fit(network, *parts[0], _LOSS, optimizer, epochs=_EVERY, batch_size=None)
        losses = [LOSSES[_LOSS](network.predict(x), y)[0] for x, y in parts]
        path.append([*losses, accuracy(network, parts[2])])
    return {"strength": strength, "path": np.array(path), "plane": plane(network)}


def _best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run whose last loss on the validation points is least."""
    return min(runs, key=lambda run: float(run["path"][-1, 1]))


def _stopped(run: dict[str, Any]) -> dict[str, Any]:
    """The run up to its best step on the validation points, which it keeps from then on."""
    path = run["path"].copy()
    best = int(path[:, 1].argmin())
    path[best:] = path[best]
    return {**run, "path": path, "strength": (best + 1) * _EVERY}


def _summed(runs: list[dict[str, Any]], plain: list[dict[str, Any]]) -> Numbers:
    paths, before = (np.array([run["path"] for run in each]) for each in (runs, plain))
    change = paths[:, -1] - before[:, -1]  # (seeds, columns)
    strengths = [run["strength"] for run in runs]
    return {
        "loss": spread(paths[:, -1, 2].tolist()),
        "accuracy": shares(paths[:, -1, 3].tolist()),
        "loss_over_none": spread(change[:, 2].tolist()),
        "accuracy_over_none": spread(change[:, 3].tolist()),
        "chosen": {f"{each:g}": strengths.count(each) for each in sorted(set(strengths))},
        "curve": bands(paths[:, :, 2]),
        "training_curve": bands(paths[:, :, 0]),
    }


def sentence(numbers: Numbers) -> str:
    """What was found."""
    ways = numbers["ways"]
    plain = ways["none"]
    parts = [
        f"{name} {told(found['loss'])}, {_words(found)}"
        for name, found in ways.items()
        if name != "none"
    ]
    return (
        f"Trained on {_ROWS} overlapping points until it knows them (training loss "
        f"{plain['training_curve']['mean'][-1]:.3f} nats), a network has a loss of "
        f"{told(plain['loss'])} nats and an accuracy of {told(plain['accuracy'])} on new points; "
        f"with {'; '.join(parts)}."
    )


def _words(found: Numbers) -> str:
    loss = verdict(
        found["loss_over_none"], "lower beyond noise", "higher beyond noise", "within noise"
    )
    gain = verdict(found["accuracy_over_none"], "a loss of accuracy", "a gain", "within noise")
    return f"{loss}, and an accuracy higher by {told(found['accuracy_over_none'])}, {gain}"


def table(numbers: Numbers) -> Table:
    """A row a way."""
    head = ("way", "loss (nats)", "accuracy", "accuracy over none", "chosen (times)")
    rows = []
    for name, found in numbers["ways"].items():
        gain = "-" if name == "none" else told(found["accuracy_over_none"])
        unit = " steps" if name == "stopping early" else ""
        chosen = ", ".join(f"{each}{unit} ({times})" for each, times in found["chosen"].items())
        shown = "-" if name == "none" else chosen
        rows.append((name, told(found["loss"]), told(found["accuracy"]), gain, shown))
    return Table(head, rows)


def pictures(numbers: Numbers) -> tuple[Chart, ...]:
    """Loss on new points by step, and the boundary without and with L2."""
    titles = {"none": "The boundary without either", "L2": "The boundary with L2"}
    return (_curves(numbers), *(_boundary(numbers, way, titles[way]) for way in numbers["planes"]))


def _curves(numbers: Numbers) -> Chart:
    steps = list(range(_EVERY, numbers["steps"] + 1, _EVERY))
    series = [
        banded(name, steps, numbers["ways"][name]["curve"], style)
        for name, style in zip(STRENGTHS, (2, 1, 3), strict=True)
    ]
    training = numbers["ways"]["none"]["training_curve"]["mean"]
    series.append(Line("none, training points", steps, training, style=4))
    caption = (
        f"Mean over {numbers['seeds']} seeds with 95 % intervals, at the strength that validation "
        "points chose; penalties are left out."
    )
    axes = Axis("step", low=0.0), Axis("loss on new points", "nats", low=0.0)
    return lines("Knowing the points by heart, or not", *axes, series, caption)


def _boundary(numbers: Numbers, way: str, title: str) -> Chart:
    caption = (
        f"The first of {numbers['seeds']} seeds. The colour is the class that the network answers, "
        "the stronger the surer; dots are the training points."
    )
    return regions(title, (ACROSS, UP), numbers["planes"][way], caption, marks=classes_of(numbers))


study = Study(
    "regularisation",
    "L2 and dropout on few noisy points",
    regularisation,
    sentence,
    table,
    pictures,
)
