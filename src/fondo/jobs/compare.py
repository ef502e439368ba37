"""Two saved models on the rows of a source that neither of them was trained on."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadData
from fondo.jobs.load import job_of, open_model
from fondo.jobs.notes import naming
from fondo.jobs.rows import name_of, unseen
from fondo.search.compare import Compared
from fondo.search.compare import compare as compare_tasks


@dataclass(frozen=True)
class CompareResult:
    """Scores of two models on the same rows, paired.

    Attributes
    ----------
    models : (str, str)
    n_rows : int
        Rows that both answered.
    compared : list of Compared
        The headline score first.
    notes : list of str
    """

    models: tuple[str, str]
    n_rows: int
    compared: list[Compared]
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """One sentence on the headline score."""
        first = self.compared[0]
        difference = first.comparison
        told = (
            "The two are not distinguishable"
            if difference.result == "level"
            else f"{self.models[0]} is {first.verdict}"
        )
        return (
            f"{told} by {first.metric.replace('_', ' ')}: a difference of "
            f"{difference.difference:.4g} ({difference.low:.4g} to {difference.high:.4g}) on "
            f"{self.n_rows} rows."
        )

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo compare --json`."""
        return {
            "models": list(self.models),
            "rows": self.n_rows,
            "scores": [each.to_json() for each in self.compared],
            "verdict": self.verdict,
            "notes": self.notes,
        }


def compare(
    first: str | Path, second: str | Path, source: str | Path | pl.DataFrame
) -> CompareResult:
    """Compare two model folders on the rows of `source` that neither was trained on.

    Parameters
    ----------
    first, second : path
        Model folders that `fondo train` wrote.
    source : path, "sample:NAME" or frame
        Rows with the target column. Where it is the table that a model was trained on, its
        training rows are left out.
    """
    opened = [open_model(model) for model in (first, second)]
    jobs = [job_of(model, job) for model, (_, _, job) in zip((first, second), opened, strict=True)]
    if jobs[0].target != jobs[1].target:
        raise BadData(
            f"compare: {first} predicts {jobs[0].target!r}, {second} {jobs[1].target!r}. Two "
            "models can be compared where they predict the same column."
        )
    tables = [unseen(job, task, source) for job, (task, _, _) in zip(jobs, opened, strict=True)]
    both = sorted({*tables[0].places.tolist()} & {*tables[1].places.tolist()})
    if not both:
        raise BadData(
            f"{name_of(source)}: there is no row that neither model was trained on. Give other "
            "rows, or train both with the same --seed."
        )
    rows = [_rows(table, both) for table in tables]
    notes = list(dict.fromkeys(note for table in tables for note in table.notes))
    if len(both) < min(len(table.places) for table in tables):
        notes.append(f"{len(both)} rows are such that neither model was trained on them.")
    X = rows[0].X.hstack([c for c in rows[1].X if c.name not in rows[0].X.columns])
    with naming(name_of(source)):
        one, other = (_Selecting(task) for task, _, _ in opened)
        found = compare_tasks(one, other, X, rows[0].y)
    return CompareResult((str(first), str(second)), len(both), found, notes)


def _rows(table: Any, places: list[int]) -> Any:
    where = {place: k for k, place in enumerate(table.places.tolist())}
    return table.take(np.array([where[place] for place in places]))


class _Selecting:
    """A task that is given only the columns that it knows."""

    def __init__(self, task: Any) -> None:
        self._task, self.kind = task, task.kind

    def read(self, X: pl.DataFrame, y: Any) -> Any:
        known = getattr(self._task, "columns_", X.columns)  # a model of files has none
        return self._task.read(X.select([name for name in known if name in X.columns]), y)

    def answers(self, X: Any) -> Any:
        return self._task.answers(X)
