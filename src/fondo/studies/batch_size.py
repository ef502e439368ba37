"""How many rows a step: compared after as many epochs, and after as many updates."""

from typing import Any

import numpy as np

from fondo.report.charts import lines
from fondo.report.scales import number
from fondo.report.svg import Axis, Chart
from fondo.scratch.dense import Dense
from fondo.scratch.losses import LOSSES
from fondo.scratch.network import Network
from fondo.scratch.optimizers import SGD
from fondo.scratch.training import fit
from fondo.studies.clouds import moons
from fondo.studies.drawing import banded
from fondo.studies.parts import Numbers, Study, Table
from fondo.studies.spread import bands, seeds_from, spread, told, verdict

ROWS, SIZES, RATES = 128, (4, 16, 128), (0.5, 2.0)
_LOSS = "binary_cross_entropy_of_logits"
_NOISE, _UNITS = 0.12, 16


def batch_size(seed: int = 0, *, seeds: int = 10, epochs: int = 15) -> Numbers:
    """Train on batches of 4, 16 and all 128 rows, and compare twice.

    Two moons that overlap, 16 tanh units, plain SGD at a rate of 0.5 and one of 2. The same seed
    has the same points and first weights for every batch size.

        updates = epochs rows / batch_size

    Parameters
    ----------
    seed : int, default=0
        All seeds are drawn from it.
    seeds : int, at least 2, default=10
        Runs of each batch size at each rate.
    epochs : int, default=15
        Of the first comparison; the second gives every size the updates that the smallest makes
        in them.

    Returns
    -------
    dict
        By rate and batch size: "equal_epochs" and "equal_updates", the loss on 1,000 new points
        (nats) then; "epochs" and "updates", where both were measured; "by_epoch", "by_update"
        (loss at these); "over_all" for each comparison, the difference from all rows at once,
        paired by seed.
    """
    updates = epochs * ROWS // SIZES[0]
    drawn = seeds_from(seed, seeds)
    found = {
        f"{rate:g}": {
            str(size): _summed([_run(size, rate, each, epochs, updates) for each in drawn])
            for size in SIZES
        }
        for rate in RATES
    }
    for by_size in found.values():
        whole = by_size[str(ROWS)]
        for each in by_size.values():
            each["over_all"] = {
                name: spread(np.subtract(each[f"{name}_runs"], whole[f"{name}_runs"]).tolist())
                for name in ("equal_epochs", "equal_updates")
            }
    facts = {"seeds": seeds, "rows": ROWS, "epochs": epochs, "updates": updates}
    return {**facts, "rates": found}


def _run(size: int, rate: float, seed: int, epochs: int, updates: int) -> dict[str, Any]:
    """Loss on new points after each of the first epochs, and 16 times on the way."""
    random = np.random.default_rng(seed)
    training, (points, classes) = moons(ROWS, random, _NOISE), moons(1000, random, _NOISE)
    network = Network([Dense(_UNITS, "tanh"), Dense(1)], (2,), seed=seed)
    optimizer, in_epoch = SGD(rate), ROWS // size

    def loss() -> float:
        return LOSSES[_LOSS](network.predict(points), classes)[0]

    first = loss()
    by_epoch, by_update, done = [first], [first], 0
    checks = sorted({*range(1, epochs + 1), *_checks(updates, in_epoch)})
    for check in checks:
        fit(
            network,
            *training,
            _LOSS,
            optimizer,
            epochs=check - done,
            batch_size=size,
            seed=seed + check,
        )
        done, now = check, loss()
        if check <= epochs:
            by_epoch.append(now)
        if check in _checks(updates, in_epoch):
            by_update.append(now)
    return {"by_epoch": by_epoch, "by_update": by_update}


def _checks(updates: int, in_epoch: int) -> list[int]:
    """Epochs at whose end a loss by update is measured, about 15 of them."""
    every = max(1, updates // in_epoch // 15)
    return list(range(every, updates // in_epoch + 1, every))


def _summed(runs: list[dict[str, Any]]) -> Numbers:
    found: Numbers = {}
    for name, column in (("equal_epochs", "by_epoch"), ("equal_updates", "by_update")):
        last = [run[column][-1] for run in runs]
        found |= {name: spread(last), f"{name}_runs": last}
        found[column] = bands([run[column] for run in runs])
    return found


def sentence(numbers: Numbers) -> str:
    """What was found."""
    rows, better, parts = numbers["rows"], 0, []
    small = SIZES[0]
    for rate, sizes in numbers["rates"].items():
        first, whole = sizes[str(small)], sizes[str(rows)]
        for name, unit in (("equal_epochs", "epochs"), ("equal_updates", "updates")):
            gap = first["over_all"][name]
            better += gap["high"] < 0
            parts.append(
                f"at a rate of {rate} after {numbers[unit]} {unit}, {told(first[name])} against "
                f"{told(whole[name])} nats ({verdict(gap, 'better', 'worse', 'within noise')})"
            )
    return (
        f"Steps of {small} rows are better than steps of all {rows} in {better} of {len(parts)} "
        f"comparisons of the loss on new points: {'; '.join(parts)}; with as many updates, all "
        f"rows see {rows // small} times as many rows as {small}."
    )


def table(numbers: Numbers) -> Table:
    """A row a batch size and rate."""
    epochs, updates, rows = numbers["epochs"], numbers["updates"], numbers["rows"]
    head = (
        "rate",
        "rows a step",
        f"loss after {epochs} epochs",
        "updates",
        f"loss after {updates} updates",
        "rows seen",
    )
    body = [
        (
            rate,
            int(size),
            told(found["equal_epochs"]),
            epochs * rows // int(size),
            told(found["equal_updates"]),
            number(updates * int(size)),
        )
        for rate, sizes in numbers["rates"].items()
        for size, found in sizes.items()
    ]
    return Table(head, body)


def pictures(numbers: Numbers) -> tuple[Chart, ...]:
    """Loss by epoch and by update, at each rate."""
    return tuple(
        _losses(numbers, rate, column)
        for rate in numbers["rates"]
        for column in ("by_epoch", "by_update")
    )


def _losses(numbers: Numbers, rate: str, column: str) -> Chart:
    series = []
    for style, (size, found) in enumerate(numbers["rates"][rate].items(), start=1):
        if column == "by_epoch":
            x = list(range(numbers["epochs"] + 1))
        else:
            in_epoch = numbers["rows"] // int(size)
            x = [0, *(check * in_epoch for check in _checks(numbers["updates"], in_epoch))]
        series.append(banded(f"{size} rows a step", x, found[column], style))
    caption = f"Mean over {numbers['seeds']} seeds with 95 % intervals, plain SGD at {rate}."
    axes = Axis(column[3:]), Axis("loss on new points", "nats", low=0.0)
    title = f"By {column[3:]}, at a rate of {rate}"
    return lines(title, *axes, series, caption)


study = Study(
    "batch-size",
    "How many rows a step: by epochs and by updates",
    batch_size,
    sentence,
    table,
    pictures,
)
