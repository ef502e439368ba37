"""Files in a task's hands, with the columns that came with them; and what of them is broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from fondo.data.tables.frames import take_rows

SHOWN = 10  # broken files that a message names


@dataclass(frozen=True)
class Album:
    """Pictures, or sounds, with the other columns of their table, where they came in one.

    Parameters
    ----------
    items : Pictures or Sounds
    columns : polars.DataFrame (n_items, ...) or None, default=None
        For groups and times; a network sees only those that its settings name.
    """

    items: Any
    columns: pl.DataFrame | None = None

    @property
    def pictures(self) -> Any:
        """The items of an album of pictures."""
        return self.items

    def __len__(self) -> int:
        return len(self.items)

    def take(self, rows: np.ndarray) -> "Album":
        """Only these, in this order."""
        rest = None if self.columns is None else take_rows(self.columns, rows)
        return Album(self.items.take(rows), rest)


def broken(faults: Mapping[int, str], count: int, items: str) -> str:
    """Sentence on files that cannot be read, the first ones named with the reason.

    Parameters
    ----------
    faults : mapping of int to str
        Row to reason.
    count : int
        Files in all.
    items : str
        What they are: "pictures".
    """
    told = [faults[row] for row in sorted(faults)]
    shown = "".join(f"\n  {each}" for each in told[:SHOWN])
    more = f"\n  and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{len(told)} of {count} {items} cannot be read; mend or remove them:{shown}{more}"
