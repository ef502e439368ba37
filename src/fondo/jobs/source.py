"""A source as a job sees it: a frame in memory, or a table that must be streamed."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fondo.data.audio.columns import sound_column
from fondo.data.images.columns import picture_column
from fondo.data.samples import PREFIX, read_source, sample
from fondo.data.tables.frames import to_frame
from fondo.data.tables.stream import StreamedTable
from fondo.errors import BadData, did_you_mean
from fondo.jobs.streamed import GUESSED_FROM, too_large
from fondo.jobs.targets import target_columns

LABEL = "label"  # column that names the class folder of a picture or of a sound


@dataclass(frozen=True)
class Opened:
    """A table and its target.

    Parameters
    ----------
    name : str
        As the user called it.
    target : str
        Column to predict.
    sample : polars.DataFrame
        The whole table, or the first rows of a streamed one.
    stream : StreamedTable or None
        The table, where it is too large to be held.
    notes : tuple of str
        What was noticed in reading it, such as another encoding.
    """

    name: str
    target: str
    sample: pl.DataFrame
    stream: StreamedTable | None = None
    notes: tuple[str, ...] = ()


def open_source(source: Any, target: str | None, weight: str | None, budget: int | None) -> Opened:
    """Table of a source, with the target checked; BadData where there is none such."""
    if not isinstance(source, str | Path):
        frame = to_frame(source)
        return Opened("frame", _target(frame, target, "frame"), frame)
    name = str(source)
    if name.startswith(PREFIX):
        frame, own = sample(name.removeprefix(PREFIX))[:2]
        return Opened(name, _target(frame, target or own, name), frame)
    if target is not None and too_large(source, budget):
        stream = StreamedTable(Path(name), target, weight)
        head = next(iter(stream.batches(rows=GUESSED_FROM)))
        return Opened(name, target, head, stream)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        frame = read_source(source)
    noticed = tuple(str(w.message) for w in caught if w.category is UserWarning)
    return Opened(name, _target(frame, target, name), frame, notes=noticed)


def _target(frame: pl.DataFrame, target: str | None, name: str) -> str:
    columns = frame.columns
    files = picture_column(frame) or sound_column(frame)
    if target is None and LABEL in columns and files is not None:
        return LABEL
    if target is None:
        shown = ", ".join(columns[:30]) + (", ..." if len(columns) > 30 else "")
        raise BadData(
            f"{name}: which column is to be predicted? Say --target COLUMN. "
            f"The columns are: {shown}."
        )
    if not target_columns(frame, target):
        raise BadData(f"{name}: there is no column {target!r}. {did_you_mean(target, columns)}")
    return target
