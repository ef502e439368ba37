"""Why a saved model answers pictures as it does: what it answered, and where it looked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadData
from fondo.jobs.job import Job
from fondo.jobs.load import read_frame
from fondo.jobs.looked import Asked, look
from fondo.jobs.notes import naming
from fondo.jobs.roles import fault_notes
from fondo.jobs.rows import name_of, unseen
from fondo.jobs.targets import target_columns
from fondo.report.images import picture_page
from fondo.report.picture_findings import PictureFindings, Shown
from fondo.store.atomic import write_bytes

FIRST = (0, 1, 2)  # rows that are explained where none is asked for


@dataclass(frozen=True)
class PicturesExplained:
    """Answers to some pictures, where the network looked, and where the page lies.

    Parameters
    ----------
    task : str
        Name of the estimator.
    rows : list of int
        Pictures, counted from 0.
    pictures : list of Shown
        Each with its answer.
    found : PictureFindings
        Where the network looked, layers, filters.
    out : Path or None
        The page that was written.
    notes : list of str
        What was left out, and why.
    """

    task: str
    rows: list[int]
    pictures: list[Shown]
    found: PictureFindings
    out: Path | None = None
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo explain --json` for pictures."""
        looked = {one.shown.row: one.to_json() for one in self.found.looked}
        return {
            "task": self.task,
            "pictures": [looked.get(one.row, one.to_json()) for one in self.pictures],
            "layer": None if self.found.layer is None else self.found.layer.name,
            "out": None if self.out is None else str(self.out),
            "notes": self.notes,
        }


def explain_pictures(
    opened: tuple[Any, Job | None],
    source: str | Path | pl.DataFrame,
    asked: Asked,
    out: str | Path | None = None,
) -> PicturesExplained:
    """Explain a saved model on pictures, with their labels or without.

    Parameters
    ----------
    opened : (Task, Job or None)
        The model and the job that made it.
    source : path, "sample:NAME" or frame
        A picture, a folder of pictures, or a table with a column of them.
    asked : Asked
        Rows, layer and channel.
    out : path or None, default=None
        HTML page to write.

    Returns
    -------
    explained : PicturesExplained

    Raises
    ------
    BadData
        There is no such row, or no picture can be read.
    BadParameter
        The network has no such layer or channel.
    """
    task, job = opened
    frame, truth, notes = read_files(task, job, source)
    chosen = chosen_rows(asked.rows or FIRST, frame.height)
    with naming(name_of(source)):
        X, y = task.read(frame, truth)
        answers = task.answers(X)
        found = look(task, X, y, answers=answers, asked=replace(asked, rows=chosen))
        shown = found.asked_for
    if out is not None:
        words = f"{type(task).__name__} on {name_of(source)}."
        page = picture_page(found, "What the network saw in pictures", words)
        write_bytes(Path(out), page.encode())
    return PicturesExplained(
        type(task).__name__ if job is None else job.task,
        chosen,
        list(shown),
        found,
        None if out is None else Path(out),
        [*notes, *found.notes],
    )


def read_files(
    task: Any, job: Job | None, source: str | Path | pl.DataFrame
) -> tuple[pl.DataFrame, Any, list[str]]:
    """Table of the files, the truth where it is known, and what was set aside."""
    frame = read_frame(source)
    if job is not None and target_columns(frame, job.target):
        rows = unseen(job, task, frame, name_of(source))
        if rows.y.dtype == pl.Struct:  # which keeps the names of several numbers
            return rows.X, rows.y, rows.notes
        truth = np.asarray(rows.y.to_list()) if rows.y.dtype.is_nested() else rows.y.to_numpy()
        return rows.X, truth, rows.notes
    good, faults = task.usable(frame)
    if not good.any():
        told = f"{name_of(source)}: no {task.item} can be read. {' '.join(faults[:1])}"
        raise BadData(told.rstrip())
    named = Job(name_of(source), "", "") if job is None else replace(job, source=name_of(source))
    kept = frame if good.all() else frame[np.flatnonzero(good).tolist()]
    return kept, None, fault_notes(named, faults, frame.height)


def chosen_rows(rows: Sequence[int], n_rows: int) -> list[int]:
    """Rows that are there; BadData where one was asked for that is not."""
    wrong = [row for row in rows if not 0 <= row < n_rows]
    if wrong and tuple(rows) != FIRST:
        raise BadData(f"explain: there is no row {wrong[0]}. Rows go from 0 to {n_rows - 1}.")
    return [row for row in rows if row < n_rows]
