"""Targets of several columns, such as the coordinates of points: named by list and by star.

Columns of a target that is one column are left as they are.
"""

import fnmatch

import polars as pl

from fondo.errors import BadData, did_you_mean

SEVERAL = ("points",)  # kinds of target that are several numbers a row


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


def gathered(frame: pl.DataFrame, asked: str, source: str) -> pl.DataFrame:
    """The table with the columns of a target of several made one, of lists, named as asked.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.
    asked : str
        As `target_columns` takes it.
    source : str
        What messages call the table.

    Returns
    -------
    frame : polars.DataFrame
        The same where the target is one column.

    Raises
    ------
    BadData
        No column fits, or one of several holds no numbers.
    """
    names = target_columns(frame, asked)
    if names == [asked]:
        return frame
    if len(names) < 2:
        raise BadData(
            f"{source}: there is no column {asked!r} (target). {did_you_mean(asked, frame.columns)}"
        )
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
