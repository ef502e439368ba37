"""Answers of a saved model for new rows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.data.tables.read import write_table
from fondo.errors import BadData
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
        One row a row: the prediction, and the probability of each class or the 90 % interval; of
        a target of several columns, both for each of them.
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


def point_columns(numbers: np.ndarray) -> dict[str, np.ndarray]:
    """Columns x1, y1, x2, ... of points (n, 2 k), all x and then all y."""
    half = numbers.shape[1] // 2
    return {
        f"{axis}{k + 1}": numbers[:, k + offset]
        for k in range(half)
        for axis, offset in (("x", 0), ("y", half))
    }


def number_columns(answers: Any, interval: np.ndarray | None) -> dict[str, np.ndarray]:
    """Columns of several answered numbers (n, k), each followed by its interval (n, k, 2)."""
    columns = {}
    for k, name in enumerate(answers.names):
        columns[f"{name}_predicted"] = answers.numbers[:, k]
        if interval is not None:
            ends = {f"{name}_low_90": interval[:, k, 0], f"{name}_high_90": interval[:, k, 1]}
            columns |= ends
    return columns


def answer_table(task: Any, frame: pl.DataFrame, target: str) -> pl.DataFrame:
    """Predictions as a frame: prediction, then probabilities or the ends of the interval.

    Rows that cannot be read have no prediction.
    """
    good, _ = task.usable(frame)
    rows = np.flatnonzero(good)
    if not len(rows):
        raise BadData("X: no row can be read. Give at least one that can.")
    table = _answered(task, frame if good.all() else frame[rows.tolist()], target)
    if good.all():
        return table
    places = pl.DataFrame({"": np.arange(frame.height)})
    placed = table.with_columns(pl.Series("", rows))
    return places.join(placed, on="", how="left", maintain_order="left").drop("")


def _answered(task: Any, frame: pl.DataFrame, target: str) -> pl.DataFrame:
    X = task.read(frame)[0]
    answers, named = task.answers(X), task.naming(X)
    if task.kind == "class":
        columns: dict[str, Any] = {**named, f"{target}_predicted": answers.labels}
        for label, p in zip(answers.classes, answers.probabilities.T, strict=True):
            columns[f"p({label})"] = p
        return pl.DataFrame(columns)
    if task.kind == "points":
        return pl.DataFrame(named | point_columns(np.asarray(answers.numbers)))
    residuals = getattr(task, "residuals_", np.empty(0))
    # fewer cannot carry a 90 % interval
    interval = task.predict_interval(frame, coverage=0.9) if len(residuals) >= 9 else None
    if task.kind == "numbers":
        return pl.DataFrame(named | number_columns(answers, interval))
    columns = {**named, f"{target}_predicted": answers.numbers}
    if interval is not None:
        columns |= {"low_90": interval[:, 0], "high_90": interval[:, 1]}
    return pl.DataFrame(columns)
