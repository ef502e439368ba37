"""Answers of a saved model for new rows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.data.tables.read import write_table
from fondo.jobs.load import open_model, read_frame
from fondo.jobs.notes import column_notes, naming
from fondo.jobs.rows import name_of


@dataclass(frozen=True)
class PredictResult:
    """Predictions in the order of the rows, and where they were written."""

    frame: pl.DataFrame
    out: Path | None
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo predict --json`."""
        return {
            "rows": self.frame.height,
            "columns": self.frame.columns,
            "predictions": self.frame.to_dicts() if self.out is None else None,
            "out": None if self.out is None else str(self.out),
            "notes": self.notes,
        }


def predict(
    model: str | Path, source: str | Path | pl.DataFrame, out: str | Path | None = None
) -> PredictResult:
    """Predictions of a saved model.

    Parameters
    ----------
    model : path
        Model folder.
    source : path, "sample:NAME" or frame
        Rows with the columns of training; others are ignored, and told in the notes.
    out : path or None
        Table to write, its format by its ending; None writes none.

    Returns
    -------
    result : PredictResult
        One row a row: the prediction, and the probability of each class or the 90 % interval.
    """
    task, _, job = open_model(model)
    frame = read_frame(source)
    aside = [] if job is None else [job.target, job.group, job.weight, *job.drop]
    frame = frame.drop([name for name in aside if name in frame.columns])
    with naming(name_of(source)):
        table = answer_table(task, frame, "prediction" if job is None else job.target)
        notes = column_notes(task, frame)
    if out is not None:
        write_table(table, Path(out))
    return PredictResult(table, None if out is None else Path(out), notes)


def answer_table(task: Any, frame: pl.DataFrame, target: str) -> pl.DataFrame:
    """Predictions as a frame: prediction, then probabilities or the ends of the interval."""
    answers = task.answers(task.read(frame)[0])
    if task.kind == "class":
        columns: dict[str, np.ndarray] = {f"{target}_predicted": answers.labels}
        for label, p in zip(answers.classes, answers.probabilities.T, strict=True):
            columns[f"p({label})"] = p
        return pl.DataFrame(columns)
    columns = {f"{target}_predicted": answers.numbers}
    residuals = getattr(task, "residuals_", np.empty(0))
    if len(residuals) >= 9:  # fewer cannot carry a 90 % interval
        interval = task.predict_interval(frame, coverage=0.9)
        columns |= {"low_90": interval[:, 0], "high_90": interval[:, 1]}
    return pl.DataFrame(columns)
