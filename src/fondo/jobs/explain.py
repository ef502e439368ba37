"""Which columns a saved model leans on, and why it answers rows as it does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadData
from fondo.explain.importance import Importance
from fondo.explain.reasons import Reason
from fondo.jobs.fitted import importances, reasons_of
from fondo.jobs.load import job_of, open_model
from fondo.jobs.notes import column_notes, naming
from fondo.jobs.rows import Rows, name_of, unseen


@dataclass(frozen=True)
class ExplainResult:
    """Importance of each column, and the reasons behind single predictions."""

    task: str
    importances: list[Importance]
    rows: list[int]
    predictions: list[Any]
    reasons: list[list[Reason]]
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo explain --json`."""
        shown = zip(self.rows, self.predictions, self.reasons, strict=True)
        return {
            "task": self.task,
            "importances": [each.to_json() for each in self.importances],
            "reasons": [
                {"row": row, "prediction": told, "reasons": [each.to_json() for each in why]}
                for row, told, why in shown
            ],
            "notes": self.notes,
        }


def explain(
    model: str | Path, source: str | Path | pl.DataFrame, rows: Sequence[int] = (0, 1, 2)
) -> ExplainResult:
    """Explain a saved model on the rows of `source`, which hold the target column.

    Parameters
    ----------
    model : path
        Model folder that `fondo train` wrote.
    source : path, "sample:NAME" or frame
        Rows with the target column; best rows that were not trained on.
    rows : sequence of int, default=(0, 1, 2)
        Rows whose predictions are explained, counted from 0.
    """
    task, _, found = open_model(model)
    job = job_of(model, found)
    table = unseen(job, task, source)
    chosen = _chosen(rows, table)
    shown = table.X[chosen]
    with naming(name_of(source)):
        notes = [*table.notes, *column_notes(task, table.X, table.places)]
        measured, more = importances(task, table, job.seed)
        return ExplainResult(
            job.task,
            measured,
            chosen,
            list(np.asarray(task.predict(shown)).tolist()),
            reasons_of(task, shown, table.X, job.seed),
            notes + more,
        )


def _chosen(rows: Sequence[int], table: Rows) -> list[int]:
    n_rows = table.X.height
    wrong = [row for row in rows if not 0 <= row < n_rows]
    if wrong and tuple(rows) != (0, 1, 2):
        raise BadData(f"explain: there is no row {wrong[0]}. Rows go from 0 to {n_rows - 1}.")
    return [row for row in rows if row < n_rows]
