"""Ranking by a fondo network: inner folds, settings and the years of the walk train side by side.

How networks share the device is in `engine.beside`; rankers by scikit-learn are in `learned`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import polars as pl

from fondo.contracts import Contract, Either, Listed, Nothing, Real, Whole, check_value, fraction
from fondo.errors import FondoError
from fondo.funds.prepare import preparation
from fondo.funds.rankers import InnerTrial, Ranked
from fondo.funds.spans import Rows
from fondo.funds.tuning import (
    Choice,
    Inner,
    Settings,
    calibrate,
    choose,
    inner_folds,
    tuning_places,
)
from fondo.funds.walk import Walk
from fondo.judge.intervals import Floats
from fondo.tasks.architecture import MLP
from fondo.tasks.beside import Ask, fit_beside
from fondo.tasks.rows import Part
from fondo.tasks.tables import TableClassifier

HIDDEN = ((16,), (64,), (32, 32))
STEPS, PASSES = 1_500, (10, 200)  # of a training: about so many steps, in so many epochs
MEMBERS = 4  # of one network; their votes are averaged
DROPOUT = (0.1, 0.4)


@dataclass(frozen=True)
class Job:
    """One network to be trained: its settings, what it learns from, what it then scores."""

    task: TableClassifier
    walk: Walk
    learned: Rows
    scored: Rows
    place: Any  # jobs of one place have the same rows


def train_jobs(jobs: Sequence[Job], *, on: Any = None) -> list[Floats]:
    """Scores of the rows that each job asks for; features are prepared on what it learns from.

    Parameters
    ----------
    jobs : sequence of Job
    on : pool or None, default=None
        Where they train, see `fondo.open_pool`.

    Returns
    -------
    scores : list of float arrays
        Probability of class 1.

    Raises
    ------
    TrainingFailed
        A loss that was not finite.
    """
    ready: dict[Any, tuple[Part, Part]] = {}
    for job in jobs:
        if job.place not in ready:
            steps = preparation()
            weight = job.walk.weights(job.learned)
            y = job.walk.y[job.learned].astype(int)
            X = steps.fit_transform(job.walk.X[job.learned])
            tested = steps.transform(job.walk.X[job.scored])
            names = list(job.walk.names)
            ready[job.place] = (
                Part(pl.DataFrame(X, names), y, weight),
                Part(pl.DataFrame(tested, names), None),
            )
    asks = [Ask(job.task, ready[job.place][0], job.place, ready[job.place][1]) for job in jobs]
    found = fit_beside(asks, _chance, on=on)
    for each in found:
        if isinstance(each, FondoError):
            raise each
    return found


def _chance(ask: Ask, answers: Any) -> Floats:
    """Probability of class 1 of each row that was asked for."""
    chance: Floats = np.asarray(answers.probabilities, np.float64)[:, 1]
    return chance


@dataclass(frozen=True)
class Network:
    """A small feed-forward network of several members; settings chosen inside the training side.

    Parameters
    ----------
    hidden : sequence of int or None, default=None
        Neurons of each hidden layer; None chooses among (16), (64) and (32, 32).
    dropout : float in [0, 1) or None, default=None
        None chooses between 0.1 and 0.4.
    batch_size : int, default=200
        Rows of one step; the notes found 100 to 200 best and fastest.
    epochs : int or None, default=None
        Passes over the training rows; None makes about 1,500 steps of them, 10 to 200 passes. No
        rows are set apart to stop by, since rows of one year tell of each other.
    learning_rate : float or None, default=None
        None: 0.002.
    """

    hidden: Sequence[int] | None = None
    dropout: float | None = None
    batch_size: int = 200
    epochs: int | None = None
    learning_rate: float | None = None
    on: Any = field(default=None, repr=False, compare=False)
    name: ClassVar[str] = "network"
    learns: ClassVar[bool] = True
    contracts: ClassVar[Mapping[str, Contract]] = {
        "hidden": Either(Nothing(), Listed(Whole(1, unit="neurons"))),
        "dropout": Either(Nothing(), fraction()),
        "batch_size": Whole(1, unit="rows"),
        "epochs": Either(Nothing(), Whole(1, unit="passes over the training rows")),
        "learning_rate": Either(Nothing(), Real(0, open_low=True)),
    }

    def __post_init__(self) -> None:
        for name, contract in self.contracts.items():
            check_value("Network", name, getattr(self, name), contract)

    def settings(self) -> dict[str, Any]:
        """Settings as plain JSON."""
        told = {name: getattr(self, name) for name in self.contracts}
        return {"ranker": self.name, **told}

    def candidates(self) -> list[Settings]:
        """Networks to choose from, the smallest first."""
        layers = HIDDEN if self.hidden is None else (tuple(self.hidden),)
        dropped = DROPOUT if self.dropout is None else (self.dropout,)
        return [{"hidden": list(h), "dropout": d} for h in layers for d in dropped]

    def task(self, settings: Settings, n_rows: int, seed: int) -> TableClassifier:
        """The classifier for so many training rows, not yet fitted."""
        steps = -(-n_rows // self.batch_size)  # of an epoch
        usual = int(np.clip(-(-STEPS // steps), *PASSES))
        return TableClassifier(
            architecture=MLP(
                hidden=tuple(settings["hidden"]),
                dropout=settings["dropout"],
                embedding="none",
                members=MEMBERS,
            ),
            batch_size=self.batch_size,
            epochs=self.epochs or usual,
            learning_rate=self.learning_rate,
            patience=None,
            validation=None,
            random_state=seed,
        )

    def rank(self, walk: Walk) -> Ranked:
        """Score the tested rows: one batch of networks to choose settings, one to rank."""
        parts = list(walk.parts())
        choices = self._choices(parts)
        seed = walk.plan.seed
        jobs, steps = [], []
        for number, part in enumerate(parts):
            for place, (train, test) in enumerate(part.pairs):
                choice = _latest(choices[number], place)
                settings = self.candidates()[0] if choice is None else choice.settings
                task = self.task(settings, len(train), seed)
                jobs.append(Job(task, part, train, test, (number, place)))
                steps.append(calibrate(part, choice))
        scores, probability, threshold = (np.full(len(walk.rows), np.nan) for _ in range(3))
        for job, step, found in zip(jobs, steps, train_jobs(jobs, on=self.on), strict=True):
            scores[job.scored] = found
            probability[job.scored] = step.probability(found)
            threshold[job.scored] = step.threshold
        trials: list[InnerTrial] = [
            trial for found in choices for choice in found.values() for trial in choice.trials
        ]
        return Ranked(scores, probability, threshold, trials)

    def _choices(self, parts: list[Walk]) -> list[dict[int, Choice]]:
        """Choice at each place where there was one, for each part."""
        jobs, inner = [], {}
        for number, part in enumerate(parts):
            for place in tuning_places(part):
                inner[number, place] = found = inner_folds(part, place)
                for fold, (learned, held) in enumerate(found.pairs):
                    key, both = (number, place, fold), np.concatenate([learned, held])
                    for settings in self.candidates():
                        task = self.task(settings, len(learned), part.plan.seed)
                        jobs.append((settings, Job(task, part, learned, both, key)))
        said = train_jobs([job for _, job in jobs], on=self.on) if jobs else []
        answers = {
            (job.place, str(settings)): (found[: len(job.learned)], found[len(job.learned) :])
            for (settings, job), found in zip(jobs, said, strict=True)
        }
        choices: list[dict[int, Choice]] = [{} for _ in parts]
        for (number, place), folds in inner.items():
            if folds.pairs:
                choices[number][place] = self._choice(
                    parts[number], folds, (number, place), answers
                )
        return choices

    def _choice(
        self, walk: Walk, inner: Inner, key: tuple[int, int], answers: dict[Any, Any]
    ) -> Choice:
        def scored(settings: Settings, fold: int) -> tuple[Floats, Floats]:
            pair: tuple[Floats, Floats] = answers[(*key, fold), str(settings)]
            return pair

        return choose(walk, inner, self.candidates(), scored)


def _latest(choices: dict[int, Choice], place: int) -> Choice | None:
    """Choice made at this place of the walk or the last before it."""
    before = [at for at in choices if at <= place]
    return choices[max(before)] if before else None
