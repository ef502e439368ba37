"""Parts of the data in a task's hands: rows, targets, weights; and how a part is set apart.

What a row is belongs to the task; splitting itself to `data.splits`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from fondo.data.splits import Latest, split_rows
from fondo.errors import BadData
from fondo.tasks.several import with_names

FEWEST_TO_SPLIT = 20  # with fewer rows a validation part says nothing


@dataclass(frozen=True)
class Part:
    """Rows with their targets and weights, groups and times, as the task reads them."""

    X: Any
    y: Any
    weight: np.ndarray | None = None
    groups: np.ndarray | None = None
    times: np.ndarray | None = None


def check_weight(task: Any, weight: Any, X: Any, y: Any) -> np.ndarray | None:
    """Row weights as float32 (n_rows,), none negative, not all zero, mean 1."""
    if weight is None:
        return None
    owner, n_rows = type(task).__name__, task.n_rows(X)
    try:
        values = np.asarray(weight, dtype="float64")
    except (TypeError, ValueError) as error:
        raise BadData(
            f"{owner}: sample_weight holds something that is no number ({error}). Give one number "
            "for each row."
        ) from None
    if values.shape != (n_rows,):
        raise BadData(
            f"{owner}: sample_weight has shape {values.shape}, the table {n_rows} rows. "
            "Give one weight for each row."
        )
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        raise BadData(
            f"{owner}: sample_weight of row {wrong[0]} is {values[wrong[0]]}. "
            "Weights must be finite and not negative."
        )
    if not values.any():
        raise BadData(f"{owner}: every sample_weight is zero. Give at least one row some weight.")
    values = values / values.max()  # the sum of 1e308 and 1e308 is infinite
    return np.asarray(values / values.mean(), dtype="float32")


def part_of(task: Any, whole: Part, rows: np.ndarray) -> Part:
    """Only these rows of a part."""
    weight = None if whole.weight is None else whole.weight[rows]
    return Part(task.take(whole.X, rows), whole.y[rows], weight)


def split_part(task: Any, whole: Part, groups: Any) -> tuple[Part, Part | None]:
    """Training and validation part; no validation part where the task wants none or rows lack."""
    wanted = task.validation
    n_rows = task.n_rows(whole.X)
    share = wanted.share if isinstance(wanted, Latest) else (wanted or 0.0)
    if share == 0 or n_rows < FEWEST_TO_SPLIT:
        return whole, None
    times = task.times(whole.X, wanted.column) if isinstance(wanted, Latest) else None
    if _alike(groups) or _alike(times):  # nothing to part the rows by
        return whole, None
    rest, held = split_rows(
        n_rows,
        share,
        task.random_state,
        stratify=None if groups is not None else task.stratum(whole.y),
        groups=None if groups is None else np.asarray(groups),
        time=times,
    )
    if len(held) == 0 or len(rest) == 0:
        return whole, None
    return part_of(task, whole, rest), part_of(task, whole, held)


def targets_known(kind: str, training: Part, held: Part | None) -> np.ndarray:
    """Training targets, and those held back where they have classes that no training row has.

    Whole groups may keep every row of a class out of the training part.
    """
    known = np.asarray(training.y)
    if held is None or kind != "class" or np.isin(held.y, known).all():
        return known
    return np.concatenate([known, np.asarray(held.y)])


def _alike(values: Any) -> bool:
    """Whether groups or times are given and all one."""
    if values is None:
        return False
    array = np.asarray(values)
    known = array[~np.isnan(array)] if array.dtype.kind == "f" else array
    return len(set(known.tolist())) < 2


def wanted_target(task: Any, y: Any) -> Any:
    """The targets; BadData where there are none, though they are to be learnt from."""
    if y is None:
        owner = type(task).__name__
        raise BadData(f"{owner} requires y to be passed, but the target y is None.")
    return y


def read_target(task: Any, y: Any, n_rows: int, fitting: bool) -> np.ndarray | None:
    """Targets as an array with an entry a row, as `task.check_target` lets them pass."""
    owner = type(task).__name__
    if y is None:
        return wanted_target(task, y) if fitting else None
    y = with_names(y) if task.several else y
    series = y if isinstance(y, pl.Series) else None
    if series is not None and (lost := series.is_null().sum()):
        raise BadData(missing_target(owner, series.is_null().to_numpy(), int(lost)))
    values = np.asanyarray(y if series is None else series.to_numpy())
    if values.ndim == 2 and values.shape[1] == 1 and not task.several:
        values = values[:, 0]
    if len(values) != n_rows:
        raise BadData(f"{owner}: {n_rows} rows but {len(values)} targets. Give one a row.")
    checked: np.ndarray = task.check_target(values, fitting)
    return checked


def missing_target(owner: str, missing: np.ndarray, count: int) -> str:
    """Message for targets that are missing."""
    return (
        f"{owner}: the target is missing in {count} rows, first in row {int(missing.argmax())}. "
        "Remove those rows or fill in their targets."
    )
