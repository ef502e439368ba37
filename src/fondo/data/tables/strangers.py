"""Entries of a table that an encoder cannot take as they stand, told in sentences.

What is then done with them is the encoder's business: see `fields` and `numbers`.
"""

import warnings
from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.tables.encoder import TableEncoder
from fondo.data.tables.fields import CategoryField, Field, NumberField
from fondo.data.tables.kinds import known_values

_UNREAD = {
    "number": "is no number",
    "datetime": "is no date",
    "boolean": "is neither of its two values",
    "category": "was not among the categories of training, or too rare there",
}


def strangers(
    encoder: TableEncoder,
    frame: pl.DataFrame,
    *,
    places: NDArray[np.int64] | None = None,
    categories: bool = True,
) -> Mapping[str, str]:
    """What an encoder cannot read of a table, or must cut off.

    Parameters
    ----------
    encoder : TableEncoder
        Fitted.
    frame : polars.DataFrame (n_rows, n_columns)
        Rows with at least the columns that the encoder keeps.
    places : int array (n_rows,) or None, default=None
        Row numbers to tell; None counts the rows of the frame from 0.
    categories : bool, default=True
        Whether unknown categories are told too.

    Returns
    -------
    told : dict of str to str
        A sentence for each column with such entries, by the column's name.

    Raises
    ------
    BadData
        No entry of a column can be read.

    Examples
    --------
    >>> encoder = TableEncoder().fit(pl.DataFrame({"age": [20, 30, 40]}))
    >>> print(strangers(encoder, pl.DataFrame({"age": ["20", "young"]}))["age"])
    column 'age', row 1: 'young' is no number; 1 of 2 entries count as missing.
    """
    rows = np.arange(frame.height) if places is None else places
    told = {}
    for field in encoder.fields:
        if isinstance(field, CategoryField) and not categories:
            continue
        sentence = _sentence(field, frame[field.name], rows)
        if sentence:
            told[field.name] = sentence
    return told


def _sentence(field: Field, column: pl.Series, rows: NDArray[np.int64]) -> str:
    values = known_values(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # told here instead
        read = field.read(column)
    unread = read == 0 if isinstance(field, CategoryField) else np.isnan(read)
    bad = np.flatnonzero(unread.reshape(len(rows), -1)[:, 0] & values.is_not_null().to_numpy())
    share = f"{len(bad)} of {len(rows)} entries"
    if len(bad):
        entry = f"column {field.name!r}, row {rows[bad[0]]}: {str(values[int(bad[0])])[:40]!r}"
        end = "unseen" if isinstance(field, CategoryField) else "missing"
        return f"{entry} {_UNREAD[field.kind]}; {share} count as {end}."
    endless = np.flatnonzero(np.isinf(read[:, 0])) if isinstance(field, NumberField) else bad
    if len(endless):
        share = f"{len(endless)} of {len(rows)} entries"
        return (
            f"column {field.name!r}, row {rows[endless[0]]}: infinite; {share} are cut off at the "
            "cap that training found."
        )
    return ""
