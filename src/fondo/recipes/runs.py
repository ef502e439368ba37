"""Networks of chapter 2 over ten seeds: trained side by side, their curves kept.

What is compared differs in one setting, and starts from the same weights seed by seed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from fondo.engine.beside import Member, member, train_beside
from fondo.engine.clipped import clipped_objective
from fondo.engine.examples import Examples
from fondo.engine.latest import Latest
from fondo.engine.losses import class_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.predict import predict
from fondo.engine.step import State, supervised
from fondo.engine.train import Outcome
from fondo.errors import TrainingFailed
from fondo.networks.images import PixelShape, pixel_mlp
from fondo.recipes.digits import Array, Digits, Rows
from fondo.recipes.kitchen import Kitchen

SEEDS = 10
_COLUMNS = {
    "training loss": ("loss", 1.0),
    "training accuracy": ("accuracy", 100.0),
    "test loss": ("val_loss", 1.0),
    "test accuracy": ("val_accuracy", 100.0),
    "updates": ("val_updates", 1.0),
    "seconds": ("seconds", 1.0),
}


@dataclass(frozen=True)
class Setting:
    """One way of training; variants are made of it by `dataclasses.replace`.

    Parameters
    ----------
    shape : PixelShape
        What the network is made of.
    batch_size : int
        Rows an update.
    epochs : int
        Passes over the training rows.
    loss : {"cross_entropy", "clipped"}, default="cross_entropy"
        From logits, or of clipped probabilities as the source's library computed it.
    optimizer : str, default="adam"
        As Keras calls it.
    learning_rate : float, default=0.001
        Its step.
    """

    shape: PixelShape
    batch_size: int
    epochs: int
    loss: Literal["cross_entropy", "clipped"] = "cross_entropy"
    optimizer: str = "adam"
    learning_rate: float = 1e-3


@dataclass(frozen=True)
class Runs:
    """Curves of one setting over the seeds.

    Parameters
    ----------
    name : str
        Of the variant.
    setting : Setting
        How it was trained.
    curves : dict of str to array (seeds, epochs)
        "training loss" (nats, with penalties) and "training accuracy" (percent), both measured in
        passing during the epoch as Keras does; "test loss" and "test accuracy" after it; "updates"
        made by then; "seconds" of the epoch.
    seen : list
        What was looked up in the network of each seed when it was trained.
    """

    name: str
    setting: Setting
    curves: dict[str, Array]
    seen: list[Any] = field(default_factory=list)

    def at(self, epoch: int, column: str = "test accuracy") -> list[float]:
        """One value a seed, after `epoch` epochs (counted from 1)."""
        return [float(value) for value in self.curves[column][:, epoch - 1]]

    def of(self, name: str) -> list[Any]:
        """One attribute of what was looked up, a value a seed."""
        return [getattr(each, name) for each in self.seen]

    def last(self, column: str = "test accuracy") -> list[float]:
        """One value a seed, after the last epoch."""
        return self.at(self.setting.epochs, column)


Look = Callable[[Any, State], Any]
"""(network, its weights after the last epoch) -> what is to be kept of it."""


def base(digits: Digits, batch_size: int, epochs: int, **shape: Any) -> Setting:
    """The network of the chapter: one hidden layer of 1000 ReLU units, Adam.

    `batch_size` is that of 60,000 rows, see `Digits.batch`; `shape` changes the `PixelShape`.
    """
    hidden = shape.pop("hidden", (digits.width,))
    return Setting(PixelShape(hidden=hidden, **shape), digits.batch(batch_size), epochs)


def train(
    kitchen: Kitchen,
    name: str,
    rows: Rows,
    setting: Setting,
    look: Look | None = None,
) -> Runs:
    """Train ten seeds of one setting side by side.

    Parameters
    ----------
    kitchen : Kitchen
        Gives the first seed, and hears how far the work is.
    name : str
        What the setting is called.
    rows : Rows
        Training rows, and rows that are measured after each epoch. Nothing is chosen on them:
        the weights are those of the last epoch.
    setting : Setting
        How to train.
    look : callable (network, state) or None, default=None
        Looks at each trained network, which is then let go.

    Returns
    -------
    runs : Runs
        Curves in the order of the seeds.

    Raises
    ------
    TrainingFailed
        A loss that is not finite; says which seed of which setting.
    """
    networks = [network_of(rows, setting, seed) for seed in seeds(kitchen)]
    found: dict[int, tuple[Array, Any]] = {}

    def done(place: int, outcome: Outcome | TrainingFailed) -> None:
        if isinstance(outcome, TrainingFailed):
            raise TrainingFailed(f"{name}, seed {seeds(kitchen)[place]}: {outcome}")
        kept = None if look is None else look(networks[place], outcome.state)
        found[place] = _columns(outcome), kept
        outcome.state.clear()  # a few megabytes a run, which nobody asks for again
        kitchen.tell(f"{name}: {len(found)} of {len(networks)} runs of {setting.epochs} epochs.")

    train_beside(
        (
            _member(network, rows, setting, seed)
            for network, seed in zip(networks, seeds(kitchen), strict=True)
        ),
        done=done,
    )
    table = np.stack(
        [found[place][0] for place in range(len(networks))]
    )  # (seeds, epochs, columns)
    curves = {column: table[..., k] for k, column in enumerate(_COLUMNS)}
    return Runs(name, setting, curves, [found[place][1] for place in range(len(networks))])


def seeds(kitchen: Kitchen) -> list[int]:
    """Seeds of the runs of one setting; the same for every setting, so that runs are paired."""
    return list(range(kitchen.seed, kitchen.seed + SEEDS))


def network_of(rows: Rows, setting: Setting, seed: int = 0) -> Any:
    """Network of a setting that fits the rows, with weights drawn from a seed."""
    n_pixels = rows.train.inputs["inputs"].shape[1]
    return pixel_mlp(n_pixels, rows.n_classes, setting.shape, seed=seed)


def _member(network: Any, rows: Rows, setting: Setting, seed: int) -> Member:
    clipped = setting.loss == "clipped"
    objective = clipped_objective() if clipped else class_objective("cross_entropy", rows.n_classes)
    optimizer = make_optimizer(setting.optimizer, setting.learning_rate)
    plan = Plan(setting.epochs, setting.batch_size, patience=None, seed=seed)
    step = Latest(supervised(network, objective, optimizer))
    return member(step, rows.train, rows.test, plan)


def _columns(outcome: Outcome) -> Array:
    """Curves of one run (epochs, columns)."""
    return np.array(
        [[row[name] * unit for name, unit in _COLUMNS.values()] for row in outcome.history]
    )


def logits(network: Any, state: State, rows: Examples) -> Array:
    """What a network says of each row (rows, classes), with dropout off."""
    return np.asarray(predict(network, rows.inputs, state=state))


def count_parameters(rows: Rows, setting: Setting) -> tuple[int, int]:
    """Trainable and other parameters of a setting's network."""
    network = network_of(rows, setting)
    trainable, other = (
        sum(int(np.prod(weight.shape)) for weight in weights)
        for weights in (network.trainable_weights, network.non_trainable_weights)
    )
    return trainable, other
