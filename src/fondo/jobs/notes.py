"""What a person must know of the columns of a source: said once, in words that name the source.

What is unusual about an entry is found in `data.tables.strangers`.
"""

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.tables.strangers import strangers
from fondo.errors import BadData
from fondo.jobs.rows import Rows

OWNER = "X: "  # how messages about a table without a name begin
UNREAD = "count as missing"


@contextlib.contextmanager
def naming(source: str) -> Iterator[None]:
    """Let messages about a table name the source; what `column_notes` says is not said twice."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=OWNER, category=UserWarning)
            yield
    except BadData as error:
        told = str(error)
        if not told.startswith(OWNER):
            raise
        raise BadData(f"{source}: {told.removeprefix(OWNER)}") from error


def learnt_notes(task: Any, parts: tuple[Rows, Rows]) -> list[str]:
    """What was decided about columns in training, with the entries that count as missing.

    Entries of both parts are looked at, and named by their rows in the source.
    """
    encoder = getattr(task, "encoder_", None)
    if encoder is None:
        return []
    notes = ["; ".join(p for p in note.split("; ") if UNREAD not in p) for note in encoder.notes_]
    places = np.concatenate([part.places for part in parts])
    order = np.argsort(places)
    frame = pl.concat([part.X for part in parts])[order.tolist()]
    found = strangers(encoder, frame, places=places[order], categories=False)
    return [note for note in notes if note] + [_counted(told) for told in found.values()]


def column_notes(
    task: Any, frame: pl.DataFrame, places: NDArray[np.int64] | None = None
) -> list[str]:
    """What a saved model cannot take of new rows as it stands."""
    encoder = getattr(task, "encoder_", None)
    if encoder is None:
        return []
    known = {plan.name for plan in encoder.plans_}
    extra = [name for name in frame.columns if name not in known]
    notes = []
    if extra:
        shown = ", ".join(map(repr, extra[:5])) + (", ..." if len(extra) > 5 else "")
        notes = [f"Columns that were not in training are ignored: {shown}."]
    found = strangers(encoder, frame, places=places)
    return notes + [_counted(told) for told in found.values()]


def _counted(told: str) -> str:
    return told[:1].upper() + told[1:].removesuffix(".") + " (rows counted from 0)."
