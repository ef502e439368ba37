"""Which columns a saved model leans on, and why it answers rows as it does.

What a model of files looks at is in `explain_pictures` and `explain_sounds`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadParameter
from fondo.explain.importance import Importance
from fondo.explain.reasons import Reason
from fondo.jobs.explain_pictures import (
    FIRST,
    PicturesExplained,
    chosen_rows,
    explain_pictures,
)
from fondo.jobs.explain_sounds import SoundsExplained, explain_sounds
from fondo.jobs.fitted import importances, reasons_of
from fondo.jobs.heard import is_sounds
from fondo.jobs.load import job_of, open_model
from fondo.jobs.looked import Asked, is_pictures
from fondo.jobs.notes import column_notes, naming
from fondo.jobs.rows import name_of, unseen


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
    model: str | Path,
    source: str | Path | pl.DataFrame,
    rows: Sequence[int] = FIRST,
    *,
    out: str | Path | None = None,
    layer: str | int | None = None,
    channel: int | None = None,
) -> ExplainResult | PicturesExplained | SoundsExplained:
    """Explain a saved model on the rows of `source`, which hold the target column.

    Pictures and sounds need no target: without one they are explained by what was answered.

    Parameters
    ----------
    model : path
        Model folder that `fondo train` wrote.
    source : path, "sample:NAME" or frame
        Rows with the target column; best rows that were not trained on.
    rows : sequence of int, default=(0, 1, 2)
        Rows whose predictions are explained, counted from 0.
    out : path or None, default=None
        HTML page to write; of pictures and sounds alone. Of sounds also a folder.
    layer : str, int or None, default=None
        Layer that the page draws, of pictures alone; None takes the maps of the last convolution.
    channel : int or None, default=None
        Channel of it that is drawn for many pictures; None takes the strongest.
    """
    task, _, found = open_model(model)
    if is_pictures(task):
        asked = Asked(tuple(rows), layer, channel)
        return explain_pictures((task, found), source, asked, out)
    _check_alone("pictures have maps and layers to be drawn", layer=layer, channel=channel)
    if is_sounds(task):
        return explain_sounds((task, found), source, rows, out)
    _check_alone("pictures and of sounds have a page of their own", out=out)
    job = job_of(model, found)
    table = unseen(job, task, source)
    chosen = chosen_rows(rows, table.X.height)
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


def _check_alone(what: str, **values: Any) -> None:
    """BadParameter where something was given that other models have no use for."""
    for name, value in values.items():
        if value is not None:
            raise BadParameter(
                f"explain({name}={str(value)!r}): only models of {what}. Leave it out; the report "
                "of this model lies beside it."
            )
