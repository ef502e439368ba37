"""Train a saved model again from its receipt, and say whether the same network comes out."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from fondo.engine.callbacks import Callback
from fondo.jobs.load import job_of, open_model
from fondo.jobs.notes import naming
from fondo.jobs.rows import rows_of
from fondo.jobs.source import open_source
from fondo.jobs.train import fit
from fondo.store.receipt import compare
from fondo.tasks.run import Run


@dataclass(frozen=True)
class ReplayResult:
    """Whether the replayed training was the same, and where it first differed."""

    identical: bool
    where: str
    epochs: int
    model: Path

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo replay --json`."""
        return {
            "identical": self.identical,
            "where": self.where,
            "epochs": self.epochs,
            "model": str(self.model),
        }


def replay(
    model: str | Path,
    source: str | Path | pl.DataFrame | None = None,
    callbacks: Sequence[Callback] = (),
) -> ReplayResult:
    """Train again with the settings, seed and split of a model, and compare the receipts.

    Parameters
    ----------
    model : path
        Model folder that `fondo train` wrote; it is not changed.
    source : path, "sample:NAME", frame or None
        The data; None takes the source that the model remembers.
    callbacks : sequence of Callback
        Told of each epoch.
    """
    _, stored, found = open_model(model)
    job = job_of(model, found)
    budget = 0 if job.streamed else sys.maxsize  # the same way as at training
    table = open_source(job.source if source is None else source, job.target, job.weight, budget)
    run = Run(callbacks=tuple(callbacks))
    with naming(table.name):
        job = replace(job, source=table.name)
        again = fit(job, table.stream or rows_of(job, table.sample), run).task
    told = compare(stored.receipt, again.receipt_)
    return ReplayResult(told.identical, told.where, len(again.history_), Path(model))
