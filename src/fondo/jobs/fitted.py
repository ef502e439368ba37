"""A fitted task with its rows, and what the report says of them beyond the task itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.tables.show import summary
from fondo.explain.importance import Importance, importance
from fondo.explain.reasons import Reason, reasons
from fondo.jobs.rows import Rows
from fondo.tasks.base import Task
from fondo.tasks.rows import read_target

COVERAGE = 0.9  # of the prediction interval that the report checks on test rows


@dataclass(frozen=True)
class Fitted:
    """A fitted task, the rows it was made from and is judged on, and how many there are in all.

    Parameters
    ----------
    task : Task
        Fitted.
    training, test : Rows
        The parts; samples of them where the table was streamed.
    counts : dict of str to int
        Rows of "train", "validation" and "test".
    notes : list of str
        What a reader must know.
    validation : Rows or None
        Validation rows, where they are not among the training rows: of a streamed table.
    """

    task: Task
    training: Rows
    test: Rows
    counts: dict[str, int]
    notes: list[str]
    validation: Rows | None = None


def importances(task: Any, rows: Rows, seed: int) -> tuple[list[Importance], list[str]]:
    """Importance of each column on these rows, or a note where they are too few to shuffle."""
    if not task.explained_columns:
        return [], []
    if rows.X.height < 2:
        return [], ["What each column matters was not measured: that takes at least two rows."]
    return importance(task, rows.X, rows.y, seed=seed), []


def reasons_of(task: Any, shown: Any, background: Any, seed: int) -> list[list[Reason]]:
    """Reasons of each row, from its columns; none where the task sees no columns."""
    if not task.explained_columns:
        return [[] for _ in range(len(shown))]
    return reasons(task, shown, background, seed=seed)


def page_parts(result: Any, fitted: Fitted, folder: Path) -> dict[str, Any]:
    """Parts of the report that the task alone does not know."""
    task, encoder = fitted.task, getattr(fitted.task, "encoder_", None)
    loss = getattr(task, "loss", "loss")
    told = loss if isinstance(loss, str) else getattr(loss, "__name__", "own loss")
    unit = "nats" if told == "cross_entropy" else "target standardised" if told == "mse" else ""
    return {
        "columns": [] if encoder is None else summary(fitted.training.X, encoder.plans_),
        "loss": told.replace("_", "-") + (f" ({unit})" if unit else ""),
        "importance_unit": "rise of the loss (nats)"
        if task.kind == "class"
        else "rise of the error",
        "interval": None if task.kind == "class" else _interval(task, fitted.test),
        "reasons": _reasons(result),
        "usage": _usage(folder, result.job.source),
    }


def _interval(task: Any, test: Rows) -> dict[str, float] | None:
    """Prediction interval of a regressor, measured on the test rows; None where rows lack.

    Of several targets it is measured on all of them together, and has no one width.
    """
    if len(getattr(task, "residuals_", ())) < COVERAGE / (1 - COVERAGE):
        return None
    low, high = np.moveaxis(task.predict_interval(test.X, COVERAGE), -1, 0)
    truth = np.asarray(read_target(task, test.y, len(test.y), fitting=False), dtype="float64")
    inside = float(((low <= truth) & (truth <= high)).mean())
    found = {"coverage": COVERAGE, "measured": inside}
    return found if truth.ndim == 2 else found | {"half_width": float((high - low)[0] / 2)}


def _reasons(result: Any) -> list[dict[str, Any]]:
    if not any(result.reasons):
        return []
    shown = zip(result.predictions, result.truths, result.reasons, strict=True)
    return [
        {"row": row, "answer": answer, "truth": truth, "reasons": [r.to_json() for r in why]}
        for row, (answer, truth, why) in enumerate(shown, start=1)
    ]


def _usage(folder: Path, source: str) -> list[tuple[str, str]]:
    return [
        (f"fondo predict {folder} NEW_ROWS --out answers.csv", "Answers for new rows."),
        (f"fondo evaluate {folder} LABELLED_ROWS", "Scores on rows whose answers are known."),
        (f"fondo explain {folder} ROWS", "What the answers depend on, and why single rows."),
        (f"fondo replay {folder} {source}", "Train again and compare every epoch."),
    ]
