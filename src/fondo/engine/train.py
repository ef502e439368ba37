"""Training: epoch after epoch until the plan or patience ends it, the best weights kept.

What a step computes is in `step`, how it is compiled in `programs`, where rows come from in
`feeds` and `stream`.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from fondo.backend import jax
from fondo.engine.checkpoints import Keeper
from fondo.engine.examples import Source
from fondo.engine.faults import explain_failure
from fondo.engine.feeds import Feed, epoch_key, make_feed
from fondo.engine.plan import Plan
from fondo.engine.programs import Chunk, Logs, Loop, bucket, read_logs
from fondo.engine.run import Run
from fondo.engine.step import EVALUATION_ROWS, State, Step
from fondo.errors import BadParameter, Interrupted, TrainingFailed
from fondo.store.weights import hash_arrays

_CHECKED_ROWS = 64  # that a person's own loss is tried on before training


@dataclass(frozen=True)
class Outcome:
    """How training ended.

    Parameters
    ----------
    state : State
        Weights of the best epoch, {"trainable": [...], "non_trainable": [...]}, NumPy arrays.
    history : list of dict
        One row an epoch: "epoch" (from 1), "loss" and the metrics (means over the rows, during
        the epoch), "val_loss" and so on (after it), "seconds".
    best_epoch : int
        Epoch that `state` is from, counted from 1.
    hashes : list of str
        SHA-256 of all weights after each epoch.
    stopped : {"epochs", "patience"}
        What ended it.
    """

    state: State
    history: list[dict[str, Any]]
    best_epoch: int
    hashes: list[str]
    stopped: Literal["epochs", "patience"]


def train(step: Step, examples: Source, validation: Source | None, plan: Plan) -> Outcome:
    """Train until the plan's epochs are done or patience runs out.

    Parameters
    ----------
    step : Step
        What to repeat, see `supervised`.
    examples : Examples or Streamed
        Rows to learn from.
    validation : Examples or Streamed, or None
        Rows that pick the best epoch; None picks it on the training rows.
    plan : Plan
        How long, on what batches, from which seed.

    Returns
    -------
    outcome : Outcome
        The same bits for the same step, rows and plan on one machine, however often it was
        stopped and resumed in between.

    Raises
    ------
    TrainingFailed
        A loss that is not finite; says when, the likely cause and the remedy.
    Interrupted
        Ctrl-C; the checkpoint holds the last whole epoch.
    BadParameter
        The checkpoint belongs to another run, the watched value does not exist, or a loss of
        your own does not pass its check.
    """
    trainer = _Trainer(step, examples, validation, plan)
    for callback in plan.callbacks:
        callback.on_start(plan, examples.n_rows)
    try:
        run = trainer.train()
    except KeyboardInterrupt:
        raise Interrupted(trainer.interrupted()) from None
    outcome = Outcome(
        _on_host(run.best), run.history, run.best_epoch, run.hashes, run.stopped(plan) or "epochs"
    )
    for callback in plan.callbacks:
        callback.on_end(outcome)
    return outcome


class _Trainer:
    """The parts of one training run, and where it stands."""

    def __init__(self, step: Step, examples: Source, validation: Source | None, plan: Plan) -> None:
        self.step, self.examples, self.plan = step, examples, plan
        self.keeper = Keeper(plan, step.signature, examples.n_rows)
        self.feed = make_feed(examples, plan.batch_size, plan.memory_budget)
        self.held = None if validation is None else _held(validation, step, plan)
        self.run = self._start()
        self._loops: dict[bool, Loop] = {}

    def _start(self) -> Run:
        state = self.step.init(initial_key(self.plan.seed))
        run = Run(state, self.step.weights(state))
        resumed = self.keeper.load(run)
        if resumed is not None:
            return resumed
        chunk = next(iter(self.feed.chunks(None, 0)))
        rows = np.asarray(chunk.grid).ravel()[: min(_CHECKED_ROWS, chunk.n_rows)]
        self.step.check(state, jax.tree.map(lambda array: np.asarray(array)[rows], chunk.data))
        return run

    def train(self) -> Run:
        """Run to the end, leaving checkpoints behind."""
        while self.run.stopped(self.plan) is None:
            self.run = self._epoch(self.run)
            self.keeper.keep(self.run)
            for callback in self.plan.callbacks:
                callback.on_epoch(self.run.history[-1])
        self.keeper.keep(self.run, at_once=True)
        return self.run

    def interrupted(self) -> str:
        """Message of a run that a person stopped, its last whole epoch kept."""
        epoch = self.run.epoch
        if self.plan.checkpoint is None:
            return (
                f"Training was interrupted after epoch {epoch}. Nothing was kept: "
                "give a checkpoint to be able to go on."
            )
        self.keeper.keep(self.run, at_once=True)
        return (
            f"Training was interrupted after epoch {epoch}. The checkpoint is at "
            f"{self.plan.checkpoint}; resume to go on from there."
        )

    def _epoch(self, run: Run) -> Run:
        start, number = time.perf_counter(), run.epoch
        state, logs = self._learn(run.state, number)
        values = {"val_" + name: value for name, value in self._evaluate(state).items()}
        row = {"epoch": number + 1, **_means(logs), **values}
        if not all(math.isfinite(value) for value in row.values()):
            raise TrainingFailed(explain_failure(self.step, self.examples, run.state, row, logs))
        value = row[self._watched(row)]
        sign = 1 if self.step.mode == "min" else -1
        digest = hash_arrays(weight_arrays(state))
        row["seconds"] = time.perf_counter() - start
        after = run.after(state, row, digest)
        if run.best_epoch == 0 or sign * value < sign * run.best_value:
            return after.with_best(self.step.weights(state), value)
        return after

    def _learn(self, state: State, epoch: int) -> tuple[State, Logs]:
        key = epoch_key(self.plan.seed, epoch)
        return self._pass(self.feed, state, key, self.feed.chunks(self.plan.seed, epoch), True)

    def _evaluate(self, state: State) -> dict[str, float]:
        if self.held is None:
            return {}
        key = np.zeros(2, np.uint32)
        return _means(self._pass(self.held, state, key, self.held.chunks(None, 0), False)[1])

    def _pass(
        self, feed: Feed, state: State, key: Any, chunks: Iterator[Chunk], learn: bool
    ) -> tuple[State, Logs]:
        """State after all chunks, and the logs of all their steps, one chunk behind the device."""
        parts: list[Logs] = []
        waiting: tuple[Any, Chunk] | None = None
        for chunk in chunks:
            if learn not in self._loops:
                self._loops[learn] = Loop(self.step, state, chunk, learn=learn)
            after, logs = self._loops[learn].run(state, chunk, key)
            state = after if learn else state
            if waiting is not None:
                parts.append(read_logs(*waiting))
            waiting = logs, chunk
        if waiting is not None:
            parts.append(read_logs(*waiting))
        return state, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _watched(self, row: dict[str, Any]) -> str:
        name = self.step.watch if self.held is None else "val_" + self.step.watch
        if name not in row:
            raise BadParameter(
                f"Objective(watch={self.step.watch!r}): it must be 'loss' or one of the metrics. "
                f"Found {sorted(set(row) - {'epoch'})}."
            )
        return name


def weight_arrays(state: State) -> dict[str, Any]:
    """Arrays of a state by name, without the optimizer's own and settings."""
    return {
        f"{part}/{k}": np.asarray(array)
        for part, arrays in state.items()
        if part not in ("optimizer", "knobs")
        for k, array in enumerate(jax.tree.leaves(arrays))
    }


def _means(logs: Logs) -> dict[str, float]:
    """Mean over rows of each entry of the logs, summed in float64."""
    total = float(logs["weight"].sum(dtype=np.float64))
    sums = {name: float(v.sum(dtype=np.float64)) for name, v in logs.items() if name != "weight"}
    return {name: value / total if total else math.nan for name, value in sums.items()}


def _held(validation: Source, step: Step, plan: Plan) -> Feed:
    rows = evaluation_rows(step, plan.batch_size, validation.n_rows)
    return make_feed(validation, rows, plan.memory_budget)


def evaluation_rows(step: Step, batch_size: int, n_rows: int) -> int:
    """Rows that are evaluated at a time."""
    most = getattr(step, "most_rows", EVALUATION_ROWS)  # a step of one's own need not say
    return min(max(batch_size, most), bucket(n_rows))


def initial_key(seed: int) -> Any:
    """Key (2,) uint32 from which a run draws its start."""
    return np.random.SeedSequence(seed, spawn_key=(2,)).generate_state(2)


def _on_host(state: State) -> State:
    copied: State = jax.tree.map(np.array, state)
    return copied
