"""Rows of a table as one job sees them, and their parts: training and test, seen and unseen.

What is asked for is in `job`, columns with a part to play in `roles`, sources in `source`.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.content import by_content
from fondo.data.fingerprint import fingerprint
from fondo.data.splits import split_rows
from fondo.data.tables.stream import draw_parts
from fondo.errors import BadData
from fondo.jobs.job import Job
from fondo.jobs.load import read_frame
from fondo.jobs.roles import (
    SHOWN,
    check_column,
    check_known,
    fault_notes,
    gap_notes,
    groups_of,
    target_notes,
    target_of,
    times_of,
    weights_of,
)
from fondo.jobs.targets import gathered, kind_of
from fondo.tasks.registry import task_class

_LISTS = (pl.List, pl.Array)  # whose values are not counted


@dataclass(frozen=True)
class Rows:
    """Rows of a job: inputs, targets, groups, times and weights, with what was set aside.

    Parameters
    ----------
    X : polars.DataFrame (n_rows, n_columns)
        Inputs.
    y : polars.Series (n_rows,)
        Targets, none missing.
    places : int array (n_rows,)
        Where each row stood in the source, counted from 0.
    groups, times, weight : array (n_rows,) or None
        Group and moment of each row, and how much it counts.
    notes : list of str
        What was set aside, and why.
    """

    X: pl.DataFrame
    y: pl.Series
    places: NDArray[np.int64]
    groups: np.ndarray | None
    times: np.ndarray | None
    weight: np.ndarray | None
    notes: list[str]

    def take(self, rows: np.ndarray) -> "Rows":
        """Only these rows."""

        def of(array: np.ndarray | None) -> np.ndarray | None:
            return None if array is None else array[rows]

        return Rows(
            self.X[rows.tolist()],
            self.y[rows.tolist()],
            self.places[rows],
            of(self.groups),
            of(self.times),
            of(self.weight),
            self.notes,
        )


def rows_of(job: Job, frame: pl.DataFrame) -> Rows:
    """Columns of the frame in their parts; rows without a target set aside and told."""
    task = task_class(job.task)
    if task.several:
        frame = gathered(frame, job.target, job.source, task.several)
    for role in ("target", "group", "time", "weight"):
        check_column(job, frame, role, getattr(job, role))
    for name in job.drop:
        check_column(job, frame, "drop", name)
    target = target_of(job, frame, kind_of(task, frame[job.target]))
    missing = target.is_null().to_numpy()
    aside = {job.target, *job.drop} | {c for c in (job.group, job.weight) if c in frame.columns}
    X = frame.drop(aside)
    if X.width == 0:
        raise BadData(
            f"{job.source}: no column is left to learn from beside the target {job.target!r}. "
            "Give a table with more columns, or leave fewer out."
        )
    whole = Rows(
        X,
        target,
        np.arange(frame.height),
        None if job.group is None else groups_of(job, frame),
        None if job.time is None else times_of(job, frame),
        None if job.weight is None else weights_of(job, frame),
        [*target_notes(job, missing), *gap_notes(job, frame)],
    )
    good, faults = task.usable(X)
    notes = [*whole.notes, *fault_notes(job, faults, len(missing))]
    kept = ~missing & good
    if not kept.any():
        raise BadData(f"{job.source}: no row has both a target and something that can be read.")
    return replace(whole if kept.all() else whole.take(np.flatnonzero(kept)), notes=notes)


def split(job: Job, rows: Rows) -> tuple[Rows, Rows]:
    """Training and test rows of a job: by time, by group, else at random.

    Classes are dealt out evenly where neither group nor time decides. A test row whose class no
    training row has cannot be judged; it is set aside and told.
    """
    n_rows = rows.X.height
    if n_rows < 2:
        raise BadData(
            f"{job.source}: {n_rows} row with a target. At least 2 are needed, so that one can "
            "be kept for the test; some hundreds for a result that means anything."
        )
    labels = _labels(job, rows) if task_class(job.task).kind == "class" else None
    _check_varied(job, rows)
    rest, part = split_rows(
        n_rows,
        job.test,
        job.seed,
        stratify=labels if job.group is None and job.time is None else None,
        groups=rows.groups,
        time=rows.times,
    )
    training, test = rows.take(rest), rows.take(part)
    if not isinstance(training.y.dtype, _LISTS) and training.y.n_unique() == 1:
        raise BadData(
            f"{job.source}: every training row has the same value, {str(training.y[0])!r}, in the "
            f"target column {job.target!r}: there is nothing to learn. Choose another target, add "
            "rows of other values, or split otherwise."
        )
    return training, test if labels is None else _judgeable(job, training, test)


def is_own(job: Job, frame: pl.DataFrame) -> bool:
    """Whether a frame is the very table that the job was trained on."""
    return bool(job.fingerprint) and fingerprint(by_content(frame)) == job.fingerprint


def unseen(job: Job, task: Any, source: str | Path | pl.DataFrame, name: str = "") -> Rows:
    """Rows of a source that the job's network, in `task`, was not trained on.

    Where the frame is the very table of the job, those are its test rows. Columns that only
    training needs (group, time, weight, those left out) may be missing. Messages call the source
    by `name`, where it was read already.
    """
    frame = read_frame(source)
    if is_own(job, frame):
        return _test_rows(job, rows_of(job, frame), frame.height)
    named = replace(job, source=name or name_of(source))
    rows = rows_of(_bare(named, frame), frame)
    if task.kind == "class":
        check_known(named, rows.y, rows.places, task.classes_)
    return rows


def name_of(source: Any) -> str:
    """What messages call a source."""
    return str(source) if isinstance(source, str | Path) else "frame"


def _test_rows(job: Job, rows: Rows, n_rows: int) -> Rows:
    if job.streamed:
        shares = {"rest": 1 - job.test, "test": job.test}
        parts = draw_parts(n_rows, shares, job.seed)
        test = rows.take(np.flatnonzero(parts["test"][rows.places]))
    else:
        test = split(job, rows)[1]
    told = (
        f"{job.source} is the table that the model was trained on: only the {test.X.height} rows "
        "that were kept for the test are looked at."
    )
    return replace(test, notes=[*test.notes, told])


def _bare(job: Job, frame: pl.DataFrame) -> Job:
    """The job without what is only needed in training."""
    aside = [*job.drop, *(c for c in (job.group, job.weight) if c is not None)]
    drop = tuple(dict.fromkeys(name for name in aside if name in frame.columns))
    return replace(job, group=None, time=None, weight=None, drop=drop)


def _labels(job: Job, rows: Rows) -> np.ndarray:
    """Classes, of which at least one has more than one row."""
    if rows.y.dtype.is_float() and bool((rows.y != rows.y.round()).any()):
        fraction = rows.y.filter(rows.y != rows.y.round())[0]
        raise BadData(
            f"{job.source}: the target column {job.target!r} holds fractions such as {fraction}, "
            "which are no classes. Use --task table-regressor."
        )
    sizes = rows.y.value_counts()["count"]
    if len(sizes) == rows.y.len() and len(sizes) > 2:
        raise BadData(
            f"{job.source}: the {len(sizes)} rows have as many different values in the target "
            f"column {job.target!r}, so no class could be learnt from one row and tested on "
            "another. Choose a target whose values repeat."
        )
    return rows.y.to_numpy()


def _judgeable(job: Job, training: Rows, test: Rows) -> Rows:
    """Test rows of known classes; the notes say how many were of others."""
    known = test.y.is_in(training.y.unique().implode()).to_numpy()
    sizes = training.y.value_counts().filter(pl.col("count") == 1)
    notes = list(test.notes)
    classes, rows = training.y.n_unique(), training.y.len()
    if 2 * classes > rows:
        notes.append(
            f"There are {classes} classes in {rows} training rows: {job.target!r} may be a "
            "quantity or a name rather than a class."
        )
    if sizes.height:
        shown = ", ".join(repr(str(v)) for v in sizes[job.target].sort().head(SHOWN).to_list())
        more = ", ..." if sizes.height > SHOWN else ""
        notes.append(
            f"{sizes.height} of {training.y.n_unique()} classes have a single training row "
            f"({shown}{more}): hardly anything can be learnt of them."
        )
    if not known.all():
        strange = test.y.filter(~pl.Series(known)).unique().sort().to_list()
        shown = ", ".join(repr(str(v)) for v in strange[:SHOWN])
        notes.append(
            f"{int((~known).sum())} of {len(known)} test rows were set aside: no training row has "
            f"their class ({shown}{', ...' if len(strange) > SHOWN else ''})."
        )
    if not known.any():
        raise BadData(
            f"{job.source}: no test row has a class of {job.target!r} that a training row has. "
            "Give more rows, or split otherwise."
        )
    return replace(test.take(np.flatnonzero(known)), notes=notes)


def _check_varied(job: Job, rows: Rows) -> None:
    for role, values in (("group", rows.groups), ("time", rows.times)):
        if values is None:
            continue
        known = values[~np.isnan(values)] if values.dtype.kind == "f" else values
        if len(np.unique(known.astype(str) if known.dtype == object else known)) < 2:
            raise BadData(
                f"{job.source}: the {role} column {getattr(job, role)!r} has only one value, so "
                "it cannot part training from test rows. Choose another column."
            )
