"""Scores of a saved model on rows with known targets."""

import time as clock
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from fondo.jobs.diagnosed import elsewhere
from fondo.jobs.load import job_of, open_model, read_frame
from fondo.jobs.notes import column_notes, naming
from fondo.jobs.rows import is_own, name_of, rows_of, unseen
from fondo.jobs.train import answer
from fondo.judge.diagnosis import Diagnosis
from fondo.judge.evaluation import Evaluation
from fondo.tasks.rows import Part


@dataclass(frozen=True)
class EvaluateResult:
    """Scores on the rows given, beside the baselines that need no training rows, or all.

    The diagnosis sets their error beside those that training left, where they are known.
    """

    evaluation: Evaluation
    task: str
    model: Path
    seconds: float
    notes: list[str]
    diagnosis: Diagnosis | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo evaluate --json`."""
        page = self.model / "report.html"
        return answer(self.task, self.evaluation) | {
            "model": str(self.model),
            "report": str(page) if page.exists() else None,
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
            "diagnosis": None if self.diagnosis is None else self.diagnosis.to_json(),
        }


def evaluate(
    model: str | Path,
    source: str | Path | pl.DataFrame,
    train: str | Path | pl.DataFrame | None = None,
) -> EvaluateResult:
    """Scores of a saved model on the rows of `source`, with intervals.

    Parameters
    ----------
    model : path
        Model folder that `fondo train` wrote.
    source : path, "sample:NAME" or frame
        Rows with the target column.
    train : path, "sample:NAME", frame or None
        The training rows, for the classic rivals and the leak checks; without them the naive
        baselines, which the model remembers, stand alone.
    """
    started = clock.perf_counter()
    task, stored, found = open_model(model)
    job = job_of(model, found)
    frame = read_frame(source)
    rows = unseen(job, task, frame, name_of(source))
    known = None
    if train is not None:
        table = rows_of(replace(job, source=name_of(train)), read_frame(train))
        known = Part(*task.read(table.X, table.y))
    with naming(name_of(source)):
        part = Part(*task.read(rows.X, rows.y))
        answers = task.answers(part.X)
        evaluation = task.judged(part, answers, known)
        notes = [*rows.notes, *column_notes(task, rows.X, rows.places)]
    diagnosis = None
    if "diagnosis" in stored.extra:
        diagnosis = Diagnosis.from_json(stored.extra["diagnosis"])
        if not is_own(job, frame):
            diagnosis = elsewhere(diagnosis, part.y, answers)
    seconds = clock.perf_counter() - started
    return EvaluateResult(evaluation, job.task, Path(model), seconds, notes, diagnosis)
