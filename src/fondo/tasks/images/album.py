"""Pictures in a task's hands, with the columns that came with them; and what of them is broken."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from fondo.data.images.pictures import Pictures
from fondo.data.tables.frames import take_rows

SHOWN = 10  # broken files that a message names


@dataclass(frozen=True)
class Album:
    """Pictures with the other columns of their table, where they came in one.

    Parameters
    ----------
    pictures : Pictures
    columns : polars.DataFrame (n_pictures, ...) or None, default=None
        For groups and times; the network never sees them.
    """

    pictures: Pictures
    columns: pl.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.pictures)

    def take(self, rows: np.ndarray) -> "Album":
        """Only these, in this order."""
        rest = None if self.columns is None else take_rows(self.columns, rows)
        return Album(self.pictures.take(rows), rest)


def broken(faults: Mapping[int, str], count: int) -> str:
    """Sentence on files that cannot be read, the first ones named with the reason."""
    told = [faults[row] for row in sorted(faults)]
    shown = "".join(f"\n  {each}" for each in told[:SHOWN])
    more = f"\n  and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{len(told)} of {count} pictures cannot be read; mend or remove them:{shown}{more}"
