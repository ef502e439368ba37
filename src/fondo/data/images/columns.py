"""Columns of a table that name pictures: found by their entries, and made paths that exist.

Nothing is opened here; whether a file is a picture is seen in `survey`.
"""

import os
import re
from pathlib import Path

import polars as pl

from fondo.errors import BadData

PICTURE = "picture"  # the column that folders and arrays are read into
SHOWN = 10  # missing files that a message names

ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".ppm", ".pgm", ".pbm", ".pnm", ".bmp", ".webp",
    ".tif", ".tiff", ".gif",
)  # fmt: skip
_FILE = rf"(?is)^.*[^/\\](?:{'|'.join(map(re.escape, ENDINGS))})$"
_ROW = r"(?is)^(?:sample:.+|.+(?:\.npz|\.npy|\.idx\d?|\.idx\d?\.gz|-ubyte|-ubyte\.gz))#(?:.+/)?\d+$"
_ADDRESS = r"(?i)^[a-z][a-z0-9+.-]+://"


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
    return re.fullmatch(_FILE, name) is not None and re.match(_ADDRESS, name) is None


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
    return next(iter(_columns(frame)), None)


def _columns(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if _names_pictures(frame[name])]


def _names_pictures(column: pl.Series, addresses: bool = False) -> bool:
    """Whether all entries name pictures (or, if asked, addresses of pictures)."""
    if column.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return False
    there = column.drop_nulls()
    if there.is_empty():
        return False
    for part in (there.head(1), there):  # most columns end at the first entry
        words = part.cast(pl.String)
        named = words.str.contains(_FILE) & (words.str.contains(_ADDRESS) == addresses)
        if not (named if addresses else named | words.str.contains(_ROW)).all():
            return False
    return True


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
    names = _columns(frame)
    if not names:
        return frame, _address_notes(frame)
    name = names[0]
    notes = []
    if len(names) > 1:
        others = ", ".join(map(repr, names[1:]))
        notes.append(
            f"Columns {', '.join(map(repr, names))} all name pictures; the first, {name!r}, "
            f"is used. Drop it to use {others}."
        )
    folder = Path(table_path).parent
    entries = frame[name].cast(pl.String)
    known = entries.drop_nulls().unique(maintain_order=True).to_list()
    paths = _paths(known, folder, f"{table_path}: column {name!r}", notes)
    told = pl.Series(name, [None if e is None else paths[e] for e in entries], pl.String)
    return frame.with_columns(told), notes


def _address_notes(frame: pl.DataFrame) -> list[str]:
    found = [name for name in frame.columns if _names_pictures(frame[name], addresses=True)]
    return [
        f"Column {name!r} holds addresses of pictures, not files, and is read as words. "
        "Download the pictures and name the files instead."
        for name in found
    ]


def _paths(entries: list[str], folder: Path, owner: str, notes: list[str]) -> dict[str, str]:
    """Path of each entry."""
    paths = {e: e if e.startswith("sample:") else str(folder / e) for e in entries}
    missing = [e for e in entries if not _exists(paths[e])]
    below = [e for e in missing if not Path(e).is_absolute()]
    if below:
        counts = {
            f: sum(_exists(str(folder / f / e)) for e in below) for f in sorted(_folders(folder))
        }
        most = max(counts.values(), default=0)
        best = [f for f, count in counts.items() if count == most > 0]
        if len(best) > 1:
            shown = " and ".join(f"{f}/" for f in best[:SHOWN])
            raise BadData(
                f"{owner}: {most:,} of its files are in each of {shown}, so it is not clear which "
                f"are meant. Write the folder into the table, as in {best[0]}/{below[0]}."
            )
        if best:
            paths |= {e: str(folder / best[0] / e) for e in below}
            missing = [e for e in missing if not _exists(paths[e])]
            notes.append(f"The files of column {owner.rpartition('column ')[2]} are in {best[0]}/.")
    if missing:
        shown = "".join(f"\n  {e}" for e in missing[:SHOWN])
        more = f"\n  and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        raise BadData(
            f"{owner}: {len(missing):,} of {len(entries):,} files do not exist, neither from "
            f"{folder} on nor in a folder there:{shown}{more}"
        )
    return paths


def _folders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]


def _exists(path: str) -> bool:
    """Whether a place is there, as far as its file goes."""
    if path.startswith("sample:"):
        return True
    file = path.rpartition("#")[0] if re.match(_ROW, path) else path
    try:
        return Path(file).exists()
    except (OSError, ValueError):  # a name that is too long, or has a null character
        return False
