"""Which network is traced, and on which row: from a model folder, a `.keras` file, or memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import polars as pl

from fondo.engine.keras_file import read_keras
from fondo.errors import BadData, did_you_mean
from fondo.jobs.load import open_model, read_frame
from fondo.jobs.notes import naming
from fondo.jobs.rows import name_of
from fondo.jobs.targets import gathered, target_columns
from fondo.scratch.convert import KINDS
from fondo.tasks.base import Task

_LOSSES = {  # of tasks, as the glass box calls them
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
}


@dataclass(frozen=True)
class Traced:
    """A network, one encoded row, and what is known of it.

    Parameters
    ----------
    name : str
        What was opened.
    network : keras.Model
    inputs : dict of str to array (1, ...)
        The row; a bare network of one input has it under "inputs".
    target : array (1,) or None
        As the loss wants it.
    loss : str or None
        Name in the glass box; None leaves it to the last activation.
    answer : object
        Of a task, in its own words.
    notes : list of str
        What a reader must know.
    columns : list of (input, place, column, value as given, value as it enters)
        Of a task that encoded the row.
    """

    name: str
    network: Any
    inputs: dict[str, Any]
    target: Any = None
    loss: str | None = None
    answer: Any = None
    notes: list[str] = field(default_factory=list)
    columns: list[tuple[str, int, str, str, float]] = field(default_factory=list)

    def inputs_of(self, names: Sequence[str]) -> list[Any]:
        """Arrays in the order of these names."""
        if len(names) == 1:
            return [next(iter(self.inputs.values()))]
        if missing := [name for name in names if name not in self.inputs]:
            raise BadData(f"{self.name}: the row has no input {missing[0]!r}.")
        return [self.inputs[name] for name in names]


def traced(model: Any, source: Any, row: int, target: str | None) -> Traced:
    """Open what is to be traced, and pick the row."""
    if isinstance(model, str | Path) and Path(model).suffix == ".keras":
        return _bare(str(model), read_keras(model, KINDS), source, row, target)
    if isinstance(model, str | Path):
        task, _, job = open_model(model)
        aside = [] if job is None else [job.group, job.weight, *job.drop]
        known = target if job is None else target or job.target
        return _of_task(str(model), task, source, row, known, aside)
    if isinstance(model, Task):
        return _of_task(type(model).__name__, model, source, row, target, [])
    return _bare(type(model).__name__, model, source, row, target)


def _of_task(
    name: str, task: Any, source: Any, row: int, target: str | None, aside: list[Any]
) -> Traced:
    """The row as the task reads and encodes it."""
    frame = read_frame(source)
    check_row(name_of(source), row, frame.height)
    one = frame[row : row + 1]
    truth, notes = None, []
    if target is not None and task.several == "numbers" and target_columns(one, target):
        one = gathered(one, target, name_of(source), task.several)
    if target is not None and target in one.columns:
        truth, one = one[target], one.drop(target)
        if _is_gap(truth[0]):
            notes.append(f"Row {row} has no {target!r}: the walk back starts from an output.")
            truth = None
    elif target is not None:
        notes.append(f"The table has no column {target!r}: there is no loss.")
    one = one.drop([column for column in aside if column in one.columns])
    with naming(name_of(source)):
        X, y = task.read(one, truth)
        inputs = task.encode(X)
        answer = np.asarray(task.predict(one)).tolist()[0]
    loss, coded = None, None
    if y is not None:
        loss, told = _loss_of(task)
        notes += told
        coded = None if loss is None else np.asarray(task.encode_target(y), float)
    columns = _columns(task, one, inputs)
    return Traced(name, task.network_, inputs, coded, loss, answer, notes, columns)


def _is_gap(value: Any) -> bool:
    """Whether a target, or one of the several in a record, is missing."""
    return any(map(_is_gap, value.values())) if isinstance(value, dict) else value is None


def _columns(task: Any, one: pl.DataFrame, inputs: dict[str, Any]) -> list[Any]:
    """What each number that enters was made from; nothing where the task does not tell."""
    names = getattr(getattr(task, "encoder_", None), "names_", {})
    found = []
    for kind, array in inputs.items():
        for k, (column, value) in enumerate(zip(names.get(kind, ()), array[0], strict=False)):
            source = max((c for c in one.columns if column.startswith(c)), key=len, default=None)
            given = "" if source is None else one[source][0]
            shown = "missing" if given is None else str(given)
            found.append((kind, k, str(column), shown, float(value)))
    return found


def _loss_of(task: Any) -> tuple[str | None, list[str]]:
    """Loss of a task as the glass box calls it; a note where it has none such."""
    key = task.objective().key
    if key in ("cross_entropy", "binary_cross_entropy"):
        one = task.network_.output_shape[-1] == 1
        return ("binary_cross_entropy_of_logits" if one else "cross_entropy_of_logits"), []
    if key in _LOSSES:
        return _LOSSES[key], []
    return None, [
        f"The glass box has no loss {key!r}: the walk back starts from the largest output."
    ]


def _bare(name: str, network: Any, source: Any, row: int, target: str | None) -> Traced:
    """The row as a bare network takes it: an array, or the numbers of a table in one line."""
    if len(network.inputs) != 1:
        raise BadData(f"{name}: only networks of one input can be traced without a task.")
    shape = tuple(network.inputs[0].shape[1:])
    array, truth = _numbers(source, target)
    check_row(name_of(source), row, len(array))
    one = array[row : row + 1]
    if None not in shape and one.size == int(np.prod(shape)):
        one = one.reshape(1, *shape)
    elif len(one.shape) != len(shape) + 1 or any(
        n not in (None, m) for n, m in zip(shape, one.shape[1:], strict=True)
    ):
        raise BadData(
            f"{name_of(source)}: a row must hold numbers of shape {shape}, as {name} takes them. "
            f"It has {one.shape[1:]}."
        )
    return Traced(name, network, {"inputs": one}, None if truth is None else truth[row : row + 1])


def _numbers(source: Any, target: str | None) -> tuple[Any, Any]:
    """Numbers (rows, ...) of a source, and the targets where a column holds them."""
    if isinstance(source, str | Path) and Path(source).suffix in (".npy", ".npz"):
        source = _array_file(Path(source))
    if isinstance(source, np.ndarray | list):
        return np.asarray(source), None
    frame = read_frame(source)
    truth = None
    if target is not None:
        if target not in frame.columns:
            raise BadData(
                f"{name_of(source)}: there is no column {target!r}. "
                f"{did_you_mean(target, frame.columns)}"
            )
        truth, frame = _codes(frame[target]), frame.drop(target)
    words = [s.name for s in frame if not (s.dtype.is_numeric() or s.dtype == pl.Boolean)]
    if words:
        raise BadData(
            f"{name_of(source)}: the column {words[0]!r} holds no numbers. A bare network takes "
            "numbers alone; name the target with --target, or leave the column out."
        )
    return frame.cast(pl.Float64).to_numpy(), truth


def _codes(column: pl.Series) -> Any:
    """Numbers as they are; words as classes 0, 1, ... in their sorted order."""
    if column.dtype.is_numeric():
        return column.to_numpy()
    order = column.unique().sort().to_list()
    return np.array([order.index(value) for value in column.to_list()])


def _array_file(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            return loaded if path.suffix == ".npy" else loaded[loaded.files[0]]
    except FileNotFoundError:
        raise BadData(f"{path}: there is no such file.") from None
    except (ValueError, OSError, EOFError, IndexError, KeyError, BadZipFile) as error:
        raise BadData(f"{path}: no array can be read from this file ({error}).") from None


def check_row(name: str, row: int, n_rows: int) -> None:
    """Refuse a row that is not there."""
    if not 0 <= row < n_rows:
        raise BadData(f"{name}: there is no row {row}. Rows go from 0 to {n_rows - 1}.")
