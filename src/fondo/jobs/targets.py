"""Targets of several columns, numbers or the coordinates of points: named by list and by star.

Columns of a target that is one column are left as they are.
"""

import fnmatch
from typing import Any

import polars as pl

from fondo.errors import BadData, did_you_mean

FEWEST_POINTS = 2  # of pairs of columns that are taken for points: one alone has no size


def target_columns(frame: pl.DataFrame, asked: str) -> list[str]:
    """Columns that a target names: one, or several as "x1,y1" or "x*,y*".

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.
    asked : str
        A column, or names and patterns with a star, separated by commas.

    Returns
    -------
    names : list of str
        In the order of the table; empty where nothing fits.

    Examples
    --------
    >>> table = pl.DataFrame({"file": ["a"], "x1": [1], "y1": [2], "x2": [3], "y2": [4]})
    >>> target_columns(table, "x*,y*")
    ['x1', 'y1', 'x2', 'y2']
    """
    if asked in frame.columns:
        return [asked]
    patterns = [part.strip() for part in asked.split(",") if part.strip()]
    unknown = [p for p in patterns if not any(fnmatch.fnmatchcase(c, p) for c in frame.columns)]
    if unknown:
        return []
    return [c for c in frame.columns if any(fnmatch.fnmatchcase(c, p) for p in patterns)]


def are_points(names: list[str]) -> bool:
    """Whether columns are x and y of one point after the other: the same names but for x and y.

    Examples
    --------
    >>> are_points(["x1", "y1", "x2", "y2"]), are_points(["angle", "speed"])
    (True, False)
    """
    pairs = list(zip(names[::2], names[1::2], strict=False))
    return (
        len(names) >= 2 * FEWEST_POINTS
        and len(names) % 2 == 0
        and all(_turned(first, second) for first, second in pairs)
    )


def _turned(first: str, second: str) -> bool:
    """Whether one x of the first name is y in the second, and all else is equal."""
    apart = [(a, b) for a, b in zip(first, second, strict=False) if a != b]
    return len(first) == len(second) and apart in ([("x", "y")], [("X", "Y")])


def kind_of(task: Any, target: pl.Series) -> str:
    """Kind of a target column for a class of tasks: some take one number a row or several."""
    return str(task.several if task.several and target.dtype.is_nested() else task.kind)


def gathered(frame: pl.DataFrame, asked: str, source: str, kind: str = "points") -> pl.DataFrame:
    """The table with the columns of a target of several made one, named as asked.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.
    asked : str
        As `target_columns` takes it.
    source : str
        What messages call the table.
    kind : {"points", "numbers"}, default="points"
        What they are: points become lists, null where a coordinate is missing; numbers become
        records of their columns as they stand, which `roles.target_of` reads.

    Returns
    -------
    frame : polars.DataFrame
        The same where the target is one column.

    Raises
    ------
    BadData
        No column fits, or a coordinate of points holds no numbers.
    """
    names = target_columns(frame, asked)
    if names == [asked]:
        return frame
    if len(names) < 2:
        raise BadData(
            f"{source}: there is no column {asked!r} (target). {did_you_mean(asked, frame.columns)}"
        )
    if kind == "numbers":
        return frame.drop(names).with_columns(frame.select(names).to_struct(asked))
    words = [name for name in names if not frame[name].dtype.is_numeric()]
    if words:
        raise BadData(
            f"{source}: column {words[0]!r} (target) holds no numbers, which each column of a "
            "target of several must. Leave it out, or correct it."
        )
    numbers = frame.select(names).cast(pl.Float64).to_numpy()
    whole = ~pl.Series(numbers.sum(axis=1)).is_nan()
    column = pl.Series(asked, numbers, dtype=pl.Array(pl.Float64, len(names)))
    gaps = pl.select(pl.when(whole).then(column)).to_series().alias(asked)
    return frame.drop(names).with_columns(gaps)
