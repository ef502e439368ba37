"""The rounds of a search: a batch is proposed, run side by side, thinned out, and noted.

What a candidate is, is in `space`; what is kept of it, in `store`.
"""

import time as clock
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import FondoError
from fondo.judge.answers import case_of
from fondo.judge.metrics import metric_named
from fondo.search.samplers import Sampler
from fondo.search.store import Store, Trial
from fondo.tasks.beside import Ask, fit_beside
from fondo.tasks.rows import Part
from fondo.tasks.settings import with_settings

_STARTUP = 8  # candidates with all folds before any is given up


@dataclass(frozen=True)
class Scorer:
    """Score of a fitted candidate on the rows of its fold that it did not learn from.

    Parameters
    ----------
    kind : {"class", "number", "numbers", "points"}
        Of target.
    metric : str
        Name of the score.
    """

    kind: str
    metric: str

    def __call__(self, ask: Ask, answers: Any) -> float:
        """The score."""
        truth = np.asarray(ask.test.y if ask.test else None)
        return float(metric_named(self.metric).function(case_of(self.kind, truth, answers)))


class Rounds:
    """Runs candidates in batches until there are enough, or time is up.

    Parameters
    ----------
    task : Task
        With the settings that are not tried.
    parts : list of (training, test)
        The folds.
    metric : Metric
        What a fold is scored by.
    plan : SearchPlan
    store : Store
    """

    def __init__(
        self, task: Any, parts: list[tuple[Part, Part]], metric: Any, plan: Any, store: Store
    ) -> None:
        self.task, self.parts, self.metric, self.plan = task, parts, metric, plan
        self.store = store

    def run(self, sampler: Sampler, begun: float) -> None:
        """Go on until the plan is fulfilled; trials that a kill left running come first."""
        left = [trial for trial in self.store.trials() if trial.state == "running"]
        while True:
            batch, left = left[: self.plan.batch], left[self.plan.batch :]
            batch = batch or self._proposed(sampler)
            if not batch or self._late(begun):
                return
            self._batch(batch)

    def _late(self, begun: float) -> bool:
        minutes = self.plan.minutes
        return minutes is not None and clock.perf_counter() - begun > 60 * minutes

    def _proposed(self, sampler: Sampler) -> list[Trial]:
        known = self.store.trials()
        count = min(self.plan.batch, self.plan.trials - len(known))
        if count < 1:
            return []
        settings = sampler.propose(known, count)
        batch = [Trial(len(known) + k, each) for k, each in enumerate(settings)]
        self.store.propose(batch)
        return batch

    def _batch(self, batch: list[Trial]) -> None:
        """First fold of all, then the other folds of those that are worth it."""
        for trial in batch:
            trial.values = []
        first = 1 if self.plan.prune else len(self.parts)
        self._folds(batch, range(first))
        going = self._kept([trial for trial in batch if trial.state == "running"])
        self._folds(going, range(first, len(self.parts)))
        for trial in going:
            if trial.state == "running":
                trial.state = "done"
                self._end(trial)

    def _folds(self, batch: list[Trial], folds: Sequence[int]) -> None:
        """Run some folds of each trial, all side by side; note what fails."""
        pairs = [(trial, fold) for trial in batch for fold in folds]
        if not pairs:
            return
        asks = [
            Ask(with_settings(self.task, trial.settings), training, fold, test)
            for trial, fold in pairs
            for training, test in [self.parts[fold]]
        ]
        judge = Scorer(self.metric.kind, self.metric.name)
        for (trial, _), value in zip(pairs, fit_beside(asks, judge, on=self.plan.on), strict=True):
            if not isinstance(value, FondoError):
                trial.values.append(value)
            elif trial.state == "running":
                self._fail(trial, value)

    def _fail(self, trial: Trial, failure: FondoError) -> None:
        trial.state, trial.message = "failed", str(failure)
        self._end(trial)

    def _kept(self, batch: list[Trial]) -> list[Trial]:
        """Trials that are not worse on the first fold than half of all that ran it."""
        known = [t for t in self.store.trials() if t.state in ("done", "pruned") and t.values]
        whole = sum(trial.state == "done" for trial in known)
        if not self.plan.prune or whole + len(batch) <= _STARTUP:
            return batch
        firsts = [trial.values[0] for trial in [*known, *batch]]
        middle = float(np.median(firsts))
        sign = 1 if self.metric.higher_is_better else -1
        kept = []
        for trial in batch:
            if sign * trial.values[0] >= sign * middle:
                kept.append(trial)
            else:
                trial.state = "pruned"
                self._end(trial)
        return kept

    def _end(self, trial: Trial) -> None:
        self.store.note(trial)
        if self.plan.heard is not None:
            self.plan.heard(trial)
