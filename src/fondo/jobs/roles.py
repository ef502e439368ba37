"""The columns that a job gives a part to play, each checked: target, group, time and weight.

Every message names the source, the column and the row; rows are counted from 0.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from fondo.data.splits import time_numbers
from fondo.data.tables.patterns import column_of, is_pattern
from fondo.data.tables.text import clean, to_numbers
from fondo.errors import BadData, did_you_mean
from fondo.jobs.job import Job
from fondo.tasks.several import LARGEST

MOST_FAULTS = 10  # that a note names with their reasons
SHOWN = 5  # row numbers or values that a note names


def check_column(job: Job, frame: pl.DataFrame, role: str, name: str | None) -> None:
    """BadData where there is no such column; groups and times may be part of one by a pattern."""
    if name is None or name in frame.columns:
        return
    if role not in ("group", "time") or not is_pattern(frame, name):
        raise BadData(
            f"{job.source}: there is no column {name!r} ({role}). "
            f"{did_you_mean(name, frame.columns)}"
        )


def target_of(job: Job, frame: pl.DataFrame, kind: str) -> pl.Series:
    """Target column, null where missing; BadData where no row has one, or it is of no use."""
    target = readable_target(job, frame, kind)
    if target.null_count() == len(target):
        raise BadData(
            f"{job.source}: no row has a value in the target column {job.target!r}. "
            "Choose another target."
        )
    return target


def readable_target(job: Job, frame: pl.DataFrame, kind: str, start: int = 0) -> pl.Series:
    """Target column of a frame whose first row is row `start` of the source."""
    target = frame[job.target]
    if kind == "points":
        return target
    if kind == "numbers":
        return _records(job, target, start)
    if target.dtype.is_nested() or target.dtype in (pl.Object, pl.Binary):
        raise BadData(
            f"{job.source}: the target column {job.target!r} holds lists or objects. "
            "Choose a column of words or numbers."
        )
    if target.dtype.is_temporal():
        raise BadData(
            f"{job.source}: the target column {job.target!r} holds dates or times. Turn it into "
            "numbers, such as days from a first date, or into words."
        )
    if kind == "number":
        target = _numbers(job, target, start)
    return target.fill_nan(None) if target.dtype.is_float() else target


def _records(job: Job, target: pl.Series, start: int) -> pl.Series:
    """Targets of several columns, each read as one alone; null where one of them is missing."""
    if target.dtype != pl.Struct:  # lists without names, which the task checks
        return target
    fields = target.struct.unnest()
    read = [
        readable_target(replace(job, target=name), fields, "number", start).cast(pl.Float64)
        for name in fields.columns
    ]
    whole = pl.DataFrame(read)
    missing = pl.any_horizontal(pl.all().is_null())
    records = pl.struct(pl.all())
    return whole.select(pl.when(~missing).then(records).alias(job.target)).to_series()


def _numbers(job: Job, target: pl.Series, start: int) -> pl.Series:
    """Targets as numbers that can be squared."""
    if target.dtype == pl.String:
        words = clean(target)
        target = to_numbers(words)
        bad = (target.is_null() & words.is_not_null()).arg_true()
        if len(bad):
            raise BadData(
                f"{job.source}: column {job.target!r} (target), row {start + bad[0]}: "
                f"{words[int(bad[0])][:40]!r} is no number. Correct it, leave the row out, or "
                "use --task table-classifier for classes."
            )
    values = target.cast(pl.Float64)
    large = (values.fill_nan(None).abs() > LARGEST).fill_null(value=False).arg_true()
    if len(large):
        raise BadData(
            f"{job.source}: column {job.target!r} (target), row {start + large[0]}: "
            f"{values[int(large[0])]:g} is beyond what can be learnt ({LARGEST:g}). Correct that "
            "row, or give the target in another unit."
        )
    return target


def check_known(job: Job, rows: pl.Series, places: np.ndarray, classes: np.ndarray) -> None:
    """BadData where a target to be judged is of a class that the model never saw."""
    strange = np.flatnonzero(~np.isin(rows.to_numpy(), classes))
    if len(strange):
        label = str(rows[int(strange[0])])
        raise BadData(
            f"{job.source}: column {job.target!r} (target), row {places[strange[0]]}: {label!r} "
            "was not among the classes of training, so it cannot be judged. "
            f"{did_you_mean(label, map(str, classes))}"
        )


def times_of(job: Job, frame: pl.DataFrame) -> np.ndarray:
    """Moment of each row as a number that grows; NaN where missing."""
    try:
        return time_numbers(column_of(frame, str(job.time), ordered=True))
    except BadData as error:
        told = str(error).removeprefix("time, ")
        raise BadData(f"{job.source}: column {job.time!r} (time), {told}") from error


def weights_of(job: Job, frame: pl.DataFrame, start: int = 0) -> np.ndarray:
    """Weight of each row, finite and not negative."""
    column = frame[str(job.weight)]
    if not column.dtype.is_numeric():
        row = int(column.is_not_null().arg_max() or 0)
        fault = f"row {start + row}: {str(column[row])!r} is no number"
    else:
        values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
        wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if len(wrong) == 0:
            return values
        told = "a gap" if np.isnan(values[wrong[0]]) else f"{values[wrong[0]]:g}"
        fault = f"row {start + wrong[0]} holds {told}"
    raise BadData(
        f"{job.source}: column {job.weight!r} (weight), {fault}. Every row (counted from 0) needs "
        "a finite weight of at least 0. Correct the column, or give no weight."
    )


def groups_of(job: Job, frame: pl.DataFrame) -> np.ndarray:
    """Group of each row as text; rows without one are of the group without a name."""
    return column_of(frame, str(job.group)).cast(pl.String).fill_null("").to_numpy()


def fault_notes(job: Job, faults: list[str], count: int) -> list[str]:
    """What could not be read of the rows; BadData where it is most of them."""
    if not faults:
        return []
    told = "; ".join(faults[:MOST_FAULTS])
    more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    message = f"{len(faults)} of {count} rows cannot be read: {told}{more}."
    if len(faults) > count / 2:
        raise BadData(f"{job.source}: {message} Mend or remove them.")
    return [f"{message} They were set aside."]


def target_notes(job: Job, missing: np.ndarray) -> list[str]:
    """How many rows have no target."""
    count = int(missing.sum())
    if count == 0:
        return []
    return [
        f"{count} of {len(missing)} rows have no value in {job.target!r} and were set aside "
        f"(rows {shown(missing)}, counted from 0)."
    ]


def gap_notes(job: Job, frame: pl.DataFrame) -> list[str]:
    """What becomes of rows without a group or a time."""
    rules = {"group": "stay together as one group", "time": "count as earlier than the test rows"}
    notes = []
    for role, rule in rules.items():
        name = getattr(job, role)
        gaps = np.zeros(0, bool) if name is None else column_of(frame, name).is_null().to_numpy()
        if gaps.any():
            notes.append(
                f"{int(gaps.sum())} of {len(gaps)} rows have no value in {name!r} ({role}) and "
                f"{rule} (rows {shown(gaps)}, counted from 0)."
            )
    return notes


def shown(mask: np.ndarray) -> str:
    """Numbers of the first rows where the mask is true."""
    rows = np.flatnonzero(mask)
    return ", ".join(map(str, rows[:SHOWN])) + (", ..." if len(rows) > SHOWN else "")
