"""The whole job of a search: read, split, try settings on the training rows, train the winner."""

import time as clock
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from fondo.engine.callbacks import Callback
from fondo.jobs.asked import Asked
from fondo.jobs.job import Job
from fondo.jobs.notes import naming
from fondo.jobs.rows import rows_of, split
from fondo.jobs.train import TrainResult, train
from fondo.search.search import SearchPlan, SearchResult, search_part
from fondo.search.space import read_space
from fondo.tasks.registry import task_class
from fondo.tasks.rows import Part, check_weight
from fondo.tasks.settings import as_text, configure


@dataclass(frozen=True)
class Searched:
    """What a search found, and the winner trained and judged.

    Parameters
    ----------
    found : SearchResult
        Trials on folds of the training rows.
    training : TrainResult
        The winner: fitted on the training rows, judged on the test part, saved.
    seconds : float
    """

    found: SearchResult
    training: TrainResult
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo search --json`."""
        search = self.found.to_json() | {"test": self.training.evaluation.scores[0].to_json()}
        return {**self.training.to_json(), "search": search, "seconds": round(self.seconds, 3)}


def search(
    job: Asked,
    *,
    space: Mapping[str, Any] | str | Path | None = None,
    plan: SearchPlan | None = None,
    out: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
    say: Callable[[str], None] | None = None,
) -> Searched:
    """Search settings on the training rows of a table, then train, judge and save the winner.

    Parameters
    ----------
    job : Asked
        What is searched on.
    space : mapping, path of a JSON file, or None
        What is tried; None takes the task's own space.
    plan : SearchPlan or None
        How; its test share and seed make the outer parts, as in `train`.
    out : path or None
        Folder of the winner's model.
    callbacks, say
        As in `train`.
    """
    started, tell = clock.perf_counter(), say or (lambda _: None)
    plan = replace(plan or SearchPlan(), time=job.time)
    plan.check()
    table, _, asked = job.open(plan, tell)
    with naming(table.name):
        found = _found(asked, table.sample, space, plan, tell)
    tell("Training the winner on all of them.")
    result = train(
        job.source,
        target=table.target,
        task=asked.task,
        out=out,
        seed=plan.seed,
        settings={**asked.settings, **as_text(found.best.settings)},
        test=plan.test,
        group=job.group,
        time=job.time,
        weight=job.weight,
        drop=job.drop,
        callbacks=callbacks,
        say=say,
    )
    return Searched(found, result, clock.perf_counter() - started)


def _found(
    asked: Job, frame: pl.DataFrame, space: Any, plan: SearchPlan, tell: Callable[[str], None]
) -> SearchResult:
    """Trials on the training rows of the job."""
    cls = task_class(asked.task)
    given = read_space(space) if isinstance(space, str | Path) else space
    task = configure(cls, asked.settings, seed=plan.seed)
    training, _ = split(asked, rows_of(asked, frame))
    X, y = task.read(training.X, training.y, fitting=True)
    part = Part(X, y, check_weight(task, training.weight, X, y), training.groups)
    tell(f"Trying up to {plan.trials} candidates on {plan.folds} folds of {len(y)} rows.")
    return search_part(task, cls.space if given is None else given, part, plan)
