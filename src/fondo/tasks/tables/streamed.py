"""Fit a task on a table larger than memory: statistics from a sample, rows encoded once to disk.

What a streamed table is, and its encoding, are in `data.tables.stream`.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo import contracts
from fondo.data.tables.stream import StreamedTable, encode_parts
from fondo.errors import BadParameter
from fondo.tasks.codec import settings_to_json
from fondo.tasks.record import Recorded
from fondo.tasks.registry import task_name
from fondo.tasks.rows import Part
from fondo.tasks.run import Run

SAMPLE = 200_000  # rows from which statistics, thresholds and error widths are learnt
Masks = Mapping[str, np.ndarray]


def fit_streamed(
    task: Any, table: StreamedTable, parts: Masks, run: Run, *, drop: Sequence[str] = ()
) -> Any:
    """Fit a task on tables on a table that is read in batches.

    Medians, quantiles, bins and vocabularies are learnt from at most 200,000 random rows of the
    training part; the network sees every row of it.

    Parameters
    ----------
    task : TableTask
        Not yet fitted.
    table : StreamedTable
        The file, with its target and weight columns.
    parts : mapping of str to bool array (n_rows,)
        "train" and "validation": which rows are learnt from, and which choose the epoch.
    run : Run
        Checkpoints, callbacks, memory.
    drop : sequence of str
        Columns left out.

    Returns
    -------
    task : TableTask
        Fitted.
    """
    contracts.check(task)
    if getattr(task, "class_weight", None) is not None:
        raise BadParameter(
            f"{type(task).__name__}(class_weight={task.class_weight!r}): class weights are not "
            "available for a streamed table. Give a column of row weights."
        )
    aside = [table.target, *drop, *([table.weight] if table.weight else [])]
    training = sample_part(task, table, parts["train"], aside, fitting=True)
    task.learn(training.X, training.y)

    def encode_target(column: pl.Series) -> Any:
        return task.encode_target(task.check_target(np.asarray(column.to_numpy()), False))

    record = Recorded(
        task_name(type(task)),
        {"fingerprint": table.fingerprint(), "rows": int(parts["train"].sum()), "streamed": True},
        settings_to_json(task),
        task.random_state,
    )
    with tempfile.TemporaryDirectory(prefix="fondo-") as folder:
        encoded = encode_parts(task.encoder_, encode_target, table, Path(folder), parts=parts)
        task.train_on(encoded["train"], encoded["validation"], run, record)
    task.finish(training, sample_part(task, table, parts["validation"], aside))
    return task


def sample_part(
    task: Any, table: StreamedTable, mask: np.ndarray, aside: Sequence[str], fitting: bool = False
) -> Part:
    """At most 200,000 random rows of a part, as the task reads them."""
    frame = table.take(draw(mask, task.random_state))
    return Part(*task.read(frame.drop(aside), frame[table.target], fitting=fitting))


def draw(mask: np.ndarray, seed: int, most: int = SAMPLE) -> np.ndarray:
    """Places of at most `most` random rows of a part, ascending."""
    places = np.flatnonzero(mask)
    if len(places) <= most:
        return places
    return np.sort(np.random.default_rng(seed).choice(places, most, replace=False))
