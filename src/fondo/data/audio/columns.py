"""Columns of a table that name sounds: found by their entries, and made paths that exist.

Nothing is opened here; whether a file is a sound is seen in `survey`.
"""

import re
from pathlib import Path

import polars as pl

from fondo.data.named_files import Kind

SOUND = "sound"  # the column that folders are read into

ENDINGS = (
    ".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".aifc", ".au",
    ".snd",
)  # fmt: skip
_SECONDS = r"#t=\d+(?:\.\d+)?,\d+(?:\.\d+)?"
_FILE = rf".*[^/\\](?:{'|'.join(map(re.escape, ENDINGS))})"
_PART = rf"(?is)^(?:{_FILE}{_SECONDS}|sample:tones#\d+(?:{_SECONDS})?)$"

KIND = Kind(SOUND, "sounds", ENDINGS, _PART, "sample:")


def is_sound(name: str) -> bool:
    """Whether a name is that of a sound file.

    Parameters
    ----------
    name : str
        Name or path.

    Examples
    --------
    >>> is_sound("Bark.WAV"), is_sound("bark.txt"), is_sound(".wav")
    (True, False, False)
    """
    return KIND.is_named(name)


def sound_column(frame: pl.DataFrame) -> str | None:
    """Name of the first column of text whose every entry names a sound; None where there is none.

    An entry may be a stretch of a file, `FILE#t=START,END` (seconds). Missing entries are passed
    over. Addresses of the web are no files and do not count.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.

    Examples
    --------
    >>> sound_column(pl.DataFrame({"a": ["x", "y"], "b": ["1.wav#t=0,2.5", None]}))
    'b'
    """
    return next(iter(KIND.columns(frame)), None)


def resolve(frame: pl.DataFrame, table_path: Path | str) -> tuple[pl.DataFrame, list[str]]:
    """Table whose sounds are paths that exist; found as those of pictures are.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table; one without a column of sounds comes back as it is.
    table_path : pathlib.Path or str
        Where the table lies.

    Returns
    -------
    table : polars.DataFrame (n_rows, n_columns)
        With paths in place of the entries; stretches stay stretches.
    notes : list of str
        What a person should know, in sentences.

    Raises
    ------
    BadData
        Files do not exist; the first ten are named. Or two folders hold them.
    """
    return KIND.resolve(frame, table_path)
