"""The rounds of a search: a batch is proposed, run side by side, thinned out, and noted.

What a candidate is, is in `space`; what is kept of it, in `store`.
"""

import time as clock
from collections.abc import Sequence
from typing import Any

import numpy as np

from fondo.errors import FondoError
from fondo.judge.answers import case_of
from fondo.search.samplers import Sampler
from fondo.search.store import Store, Trial
from fondo.tasks.beside import Ask, fit_beside
from fondo.tasks.rows import Part
from fondo.tasks.settings import with_settings

_STARTUP = 8  # candidates with all folds before any is given up


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
        self._encoded: dict[tuple[int, str], Any] = {}  # test rows, by fold and encoding

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
        scores: dict[tuple[int, int], float] = {}

        def judged(place: int, fitted: Any) -> None:
            trial, fold = pairs[place]
            test = self.parts[fold][1]
            key = fold, fitted.encoding_key()
            if key not in self._encoded:
                self._encoded[key] = fitted.encode(test.X)
            answers = fitted.decode(fitted.outputs_of(self._encoded[key]))
            case = case_of(self.task.kind, np.asarray(test.y), answers)
            scores[trial.number, fold] = float(self.metric.function(case))

        asks = [
            Ask(with_settings(self.task, trial.settings), self.parts[fold][0], fold)
            for trial, fold in pairs
        ]
        failures = fit_beside(asks, judged)
        for (trial, fold), failure in zip(pairs, failures, strict=True):
            if failure is None:
                trial.values.append(scores[trial.number, fold])
            elif trial.state == "running":
                self._fail(trial, failure)

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
