r"""Columns that are part of another: `COLUMN:PATTERN`, such as the person in a file's name.

The pattern is a regular expression whose groups are what is wanted: `image:(\w+)_\d+\.jpg`.
"""

import re
from typing import Any

import polars as pl

from fondo.errors import BadData, BadParameter, did_you_mean

BETWEEN = "/"  # texts of several groups


def column_of(frame: pl.DataFrame, asked: str, *, ordered: bool = False) -> pl.Series:
    r"""A column of the frame, or what a pattern finds in each entry of one.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.
    asked : str
        Name of a column, or COLUMN:PATTERN with at least one group in the pattern.
    ordered : bool, default=False
        Whether the texts that a pattern finds become numbers in their natural order (equal texts
        equal numbers, "9" before "10"), as times must be.

    Returns
    -------
    column : polars.Series (n_rows,)
        Null where the entry is.

    Raises
    ------
    BadData
        There is no such column, it holds no text, or an entry does not fit the pattern.
    BadParameter
        The pattern is none, or has no group.

    Examples
    --------
    >>> table = pl.DataFrame({"image": ["Ada_1.jpg", "Bo_2.jpg"]})
    >>> column_of(table, r"image:(\w+)_\d+").to_list()
    ['Ada', 'Bo']
    """
    if asked in frame.columns:
        return frame[asked]
    name, colon, pattern = asked.partition(":")
    if not colon or name not in frame.columns:
        missing = name if colon else asked
        raise BadData(f"there is no column {missing!r}. {did_you_mean(missing, frame.columns)}")
    compiled = _compiled(asked, pattern)
    column = frame[name]
    if column.dtype != pl.String:
        raise BadData(f"column {name!r} holds no text that a pattern could look at.")
    found = [_found(compiled, text, name, row) for row, text in enumerate(column.to_list())]
    series = pl.Series(asked, found, dtype=pl.String)
    return _numbered(series) if ordered else series


def is_pattern(frame: pl.DataFrame, asked: str) -> bool:
    """Whether `asked` is COLUMN:PATTERN for a column of the frame."""
    name, colon, _ = asked.partition(":")
    return asked not in frame.columns and bool(colon) and name in frame.columns


def _compiled(asked: str, pattern: str) -> Any:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise BadParameter(
            f"column_of(asked={asked!r}): behind the colon must be a regular expression ({error})."
        ) from error
    if compiled.groups == 0:
        raise BadParameter(
            f"column_of(asked={asked!r}): the pattern must have a group in brackets, which is "
            r"what is taken: such as image:(\w+)_\d+."
        )
    return compiled


def _found(compiled: Any, text: str | None, name: str, row: int) -> str | None:
    if text is None:
        return None
    match = compiled.search(text)
    if match is None:
        raise BadData(
            f"column {name!r}, row {row}: {text!r} does not fit the pattern {compiled.pattern!r}. "
            "Change the pattern, or the entry."
        )
    return BETWEEN.join(part or "" for part in match.groups())


def _numbered(texts: pl.Series) -> pl.Series:
    """Place of each text among all, in natural order, as a number; null stays."""
    known = sorted(set(texts.drop_nulls().to_list()), key=natural)
    places = {text: float(place) for place, text in enumerate(known)}
    values = [None if text is None else places[text] for text in texts.to_list()]
    return pl.Series(texts.name, values, dtype=pl.Float64)


def natural(text: str) -> list[tuple[int, int, str]]:
    """Key under which texts sort with their numbers as numbers.

    Examples
    --------
    >>> sorted(["a10", "a9", "a10b"], key=natural)
    ['a9', 'a10', 'a10b']
    """
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.split(r"([0-9]+)", text)
        if part
    ]
