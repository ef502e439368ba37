"""How rows and columns of a table are shown to a person: values as text, columns in a line each.

Pages and terminals are drawn elsewhere; here are plain values.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from fondo.data.tables import dates, text
from fondo.data.tables.categories import to_words
from fondo.data.tables.kinds import ColumnPlan, known_values

_TOP = 5  # most frequent values that a summary lists
_LONGEST = 60  # characters of a value that are shown


def show_row(frame: pl.DataFrame, row: int) -> dict[str, str | int | float | bool | None]:
    """One row as values that can be printed and written as JSON.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.
    row : int
        Place of the row, counted from 0.

    Returns
    -------
    shown : dict of str to value
        Numbers and booleans as they are, dates as 2020-01-31, long text cut off, None for what is
        missing or not finite.

    Examples
    --------
    >>> show_row(pl.DataFrame({"age": [20, None], "town": ["Rome", "NA"]}), 1)
    {'age': None, 'town': None}
    """
    return {name: _shown(frame[name][row : row + 1]) for name in frame.columns}


def summary(frame: pl.DataFrame, plans: Sequence[ColumnPlan]) -> list[dict[str, Any]]:
    """One line for each column: what it holds, how much is missing, how its values lie.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table, at least with the columns of the plans.
    plans : sequence of ColumnPlan
        What each column holds.

    Returns
    -------
    rows : list of dict
        `name`, `kind`, `missing` (share in [0, 1]), `distinct`, and for numbers and dates `min`,
        `mean`, `max` (dates as text), else `top`: pairs (value, share) of the most frequent
        values. Columns left out have their `reason`.

    Examples
    --------
    >>> line = summary(pl.DataFrame({"age": [20, 30, None]}), [ColumnPlan("age", "number")])[0]
    >>> line["mean"], line["distinct"], f"{line['missing']:.2f}"
    (25.0, 2, '0.33')
    """
    return [_line(frame[plan.name], plan) for plan in plans]


def _line(column: pl.Series, plan: ColumnPlan) -> dict[str, Any]:
    line: dict[str, Any] = {"name": plan.name, "kind": plan.kind}
    if plan.reason:
        line["reason"] = plan.reason
    if column.dtype.is_nested() or column.dtype in (pl.Object, pl.Binary):
        return line | {"missing": column.null_count() / max(len(column), 1), "distinct": None}
    values = _read(column, plan)
    present = values.drop_nulls()
    line["missing"] = 1 - len(present) / max(len(values), 1)
    line["distinct"] = present.n_unique()
    if plan.kind == "number":
        finite = present.filter(present.is_finite())
        return line | {"min": finite.min(), "mean": finite.mean(), "max": finite.max()}
    if plan.kind == "datetime":
        ends = {"min": present.min(), "mean": present.mean(), "max": present.max()}
        return line | {name: None if v is None else _date_text(v) for name, v in ends.items()}
    return line | {"top": _most_frequent(present)}


def _read(column: pl.Series, plan: ColumnPlan) -> pl.Series:
    values = known_values(column)
    if plan.kind == "number":
        values = text.to_numbers(values) if values.dtype == pl.String else values.to_physical()
        return values.cast(pl.Float64)
    if plan.kind == "datetime":
        return dates.to_datetimes(values, plan.formats)
    return to_words(column)


def _most_frequent(words: pl.Series) -> list[tuple[str, float]]:
    counts = words.alias("word").value_counts(name="count")
    counts = counts.sort(["count", "word"], descending=[True, False]).head(_TOP)
    return [(_cut(word), count / len(words)) for word, count in counts.iter_rows()]


def _shown(cell: pl.Series) -> str | int | float | bool | None:
    if cell.dtype.is_nested() or cell.dtype in (pl.Object, pl.Binary):
        return _cut(str(cell.to_list()[0]))
    value = known_values(cell)[0]
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, bool | int):
        return value
    return _cut(value) if isinstance(value, str) else _date_text(value)


def _date_text(value: Any) -> str:
    """Date without a time of day that is midnight."""
    return str(value).removesuffix(" 00:00:00").partition(".")[0]


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
