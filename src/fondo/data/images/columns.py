"""Columns of a table that name pictures: found by their entries, and made paths that exist.

Nothing is opened here; whether a file is a picture is seen in `survey`.
"""

from pathlib import Path

import polars as pl

from fondo.data.named_files import SHOWN as SHOWN
from fondo.data.named_files import Kind

PICTURE = "picture"  # the column that folders and arrays are read into

ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".ppm", ".pgm", ".pbm", ".pnm", ".bmp", ".webp",
    ".tif", ".tiff", ".gif",
)  # fmt: skip
_ARRAY = r".+(?:\.npz|\.npy|\.idx\d?|\.idx\d?\.gz|-ubyte|-ubyte\.gz)"
_ROW = rf"(?is)^(?:sample:digits|{_ARRAY})#(?:.+/)?\d+$"

KIND = Kind(PICTURE, "pictures", ENDINGS, _ROW, "sample:")


def is_picture(name: str) -> bool:
    """Whether a name is that of a picture file.

    Parameters
    ----------
    name : str
        Name or path.

    Examples
    --------
    >>> is_picture("Cat.JPG"), is_picture("cat.txt"), is_picture(".jpg")
    (True, False, False)
    """
    return KIND.is_named(name)


def picture_column(frame: pl.DataFrame) -> str | None:
    """Name of the first column of text whose every entry names a picture; None where there is none.

    Missing entries are passed over. Addresses of the web are no files and do not count.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.

    Examples
    --------
    >>> picture_column(pl.DataFrame({"a": ["x", "y"], "b": ["1.png", None]}))
    'b'
    """
    return next(iter(KIND.columns(frame)), None)


def resolve(frame: pl.DataFrame, table_path: Path | str) -> tuple[pl.DataFrame, list[str]]:
    """Table whose pictures are paths that exist.

    An entry is taken as it is where it is an absolute path; else as a path from the folder of the
    table; else as one from the one folder in it that holds what is left.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table; one without a column of pictures comes back as it is.
    table_path : pathlib.Path or str
        Where the table lies.

    Returns
    -------
    table : polars.DataFrame (n_rows, n_columns)
        With paths in place of the entries.
    notes : list of str
        What a person should know, in sentences.

    Raises
    ------
    BadData
        Files do not exist; the first ten are named. Or two folders hold them.
    """
    return KIND.resolve(frame, table_path)
