"""What one training is asked for, kept with the model so that it can be done again.

How it is done is in `train`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from fondo.data.fingerprint import fingerprint
from fondo.data.splits import split_rows
from fondo.data.tables.stream import draw_parts
from fondo.errors import BadData, did_you_mean


@dataclass(frozen=True)
class Job:
    """What was asked for: data, target, task, split and settings.

    Parameters
    ----------
    source : str
        Path of the table, or sample:NAME.
    target : str
        Column to predict.
    task : str
        Name of the task.
    seed : int, default=0
        Draws the split and the weights.
    settings : mapping of str to str
        As written after `--set`.
    test : float in (0, 1), default=0.2
        Share of rows kept for the final judgement.
    group, time, weight : str or None
        Columns whose values keep rows together, order them, and weigh them.
    drop : tuple of str
        Columns left out.
    fingerprint : str
        Hash of the whole table; by it the table is known again.
    streamed : bool
        Whether the table was read from disk in batches.
    """

    source: str
    target: str
    task: str
    seed: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    test: float = 0.2
    group: str | None = None
    time: str | None = None
    weight: str | None = None
    drop: tuple[str, ...] = ()
    fingerprint: str = ""
    streamed: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"drop": list(self.drop)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Job":
        """Job that `to_json` wrote."""
        return cls(**{**values, "drop": tuple(values["drop"])})


@dataclass(frozen=True)
class Rows:
    """Rows of a job: inputs, targets, groups and weights, with what was set aside."""

    X: pl.DataFrame
    y: pl.Series
    groups: np.ndarray | None
    times: np.ndarray | None
    weight: np.ndarray | None
    notes: list[str]

    def take(self, rows: np.ndarray) -> "Rows":
        """Only these rows."""

        def of(array: np.ndarray | None) -> np.ndarray | None:
            return None if array is None else array[rows]

        X, y = self.X[rows.tolist()], self.y[rows.tolist()]
        return Rows(X, y, of(self.groups), of(self.times), of(self.weight), self.notes)


def rows_of(job: Job, frame: pl.DataFrame) -> Rows:
    """Columns of the frame in their parts; rows without a target set aside and told."""
    for role in ("target", "group", "time", "weight"):
        _check_column(job, frame, role, getattr(job, role))
    for name in job.drop:
        _check_column(job, frame, "drop", name)
    missing = frame[job.target].is_null()
    if frame[job.target].dtype.is_float():
        missing = missing | frame[job.target].is_nan().fill_null(value=False)
    notes = _told(job, missing)
    frame = frame.filter(~missing)
    if frame.height == 0:
        raise BadData(
            f"{job.source}: no row has a value in the target column {job.target!r}. "
            "Choose another target."
        )
    aside = {job.target, *job.drop} | {c for c in (job.group, job.weight) if c is not None}
    return Rows(
        frame.drop(aside),
        frame[job.target],
        None if job.group is None else frame[job.group].cast(pl.String).fill_null("").to_numpy(),
        None if job.time is None else frame[job.time].to_numpy(),
        None if job.weight is None else _weights(job, frame),
        notes,
    )


def split(job: Job, rows: Rows, stratum: np.ndarray | None) -> tuple[Rows, Rows]:
    """Training and test rows of a job: by time, by group, else at random."""
    n_rows = rows.X.height
    if n_rows < 2:
        raise BadData(
            f"{job.source}: {n_rows} row with a target. At least 2 are needed, so that one can "
            "be kept for the test; some hundreds for a result that means anything."
        )
    rest, test = split_rows(
        n_rows,
        job.test,
        job.seed,
        stratify=stratum if job.group is None and job.time is None else None,
        groups=rows.groups,
        time=rows.times,
    )
    return rows.take(rest), rows.take(test)


def unseen(job: Job, frame: pl.DataFrame, kind: str) -> Rows:
    """Rows of a frame that the job's network was not trained on.

    Where the frame is the very table of the job, those are its test rows.
    """
    rows = rows_of(job, frame)
    if not job.fingerprint or fingerprint(frame) != job.fingerprint:
        return rows
    if job.streamed:
        parts = draw_parts(frame.height, {"rest": 1 - job.test, "test": job.test}, job.seed)
        test = rows.take(np.flatnonzero(parts["test"]))
    else:
        test = split(job, rows, rows.y.to_numpy() if kind == "class" else None)[1]
    told = (
        f"{job.source} is the table that the model was trained on: only the {test.X.height} rows "
        "that were kept for the test are looked at."
    )
    return replace(test, notes=[*test.notes, told])


def _weights(job: Job, frame: pl.DataFrame) -> np.ndarray:
    column = frame[str(job.weight)]
    if not column.dtype.is_numeric() or column.is_null().any():
        raise BadData(
            f"{job.source}: the weight column {job.weight!r} must hold a number in every row. "
            "Fill its gaps or leave --weight out."
        )
    return column.cast(pl.Float64).to_numpy()


def _check_column(job: Job, frame: pl.DataFrame, role: str, name: str | None) -> None:
    if name is not None and name not in frame.columns:
        raise BadData(
            f"{job.source}: there is no column {name!r} ({role}). "
            f"{did_you_mean(name, frame.columns)}"
        )


def _told(job: Job, missing: pl.Series) -> list[str]:
    count = int(missing.sum())
    if count == 0:
        return []
    first = ", ".join(str(row) for row in missing.arg_true()[:5].to_list())
    return [
        f"{count} of {len(missing)} rows have no value in {job.target!r} and were set aside "
        f"(rows {first}{', ...' if count > 5 else ''}, counted from 0)."
    ]
