"""A folder of sounds becomes a table: one row a sound, the class is the folder that it is in.

The way through it is in `data.classed`.
"""

from pathlib import Path

import polars as pl

from fondo.data.audio.columns import KIND
from fondo.data.classed import read_classed


def read_folder(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """Table of the sounds in a folder.

    Parameters
    ----------
    path : pathlib.Path
        A folder with one folder a class, in which sounds may lie at any depth; or with sounds
        alone.

    Returns
    -------
    table : polars.DataFrame (n_sounds, 1 or 2)
        "sound": path, `path` included, sorted. "label": name of the class folder, where there are
        some.
    notes : list of str
        What was passed over, in sentences.

    Raises
    ------
    BadData
        There are no sounds; or class folders differ only in capitals; or they are parts (train,
        test) rather than classes.
    """
    return read_classed(Path(path), KIND)
