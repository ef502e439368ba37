"""Sources that are pictures rather than tables: folders, array files, single pictures."""

from pathlib import Path

import polars as pl

from fondo.data.images.columns import PICTURE, is_picture
from fondo.data.images.places import is_array_file


def read_pictures(path: Path) -> tuple[pl.DataFrame, list[str]] | None:
    """Table of the pictures of a source with what was noticed; None where it is no such source.

    Parameters
    ----------
    path : pathlib.Path
        A folder of pictures, with a folder for each class or without; a file of arrays (.npz,
        .npy, IDX); or one picture.

    Returns
    -------
    table : polars.DataFrame (n_pictures, ...) or None
        Columns "picture", and "label" where it is known.
    notes : list of str
        What was left aside, in sentences.

    Raises
    ------
    BadData
        The folder or file holds no pictures, or cannot be read.
    """
    if path.is_dir():
        from fondo.data.images.folder import read_folder  # tables need none of this

        return read_folder(path)
    if is_array_file(path.name):
        from fondo.data.images.arrays import read_arrays

        return read_arrays(path)
    if is_picture(path.name) and path.is_file():
        return pl.DataFrame({PICTURE: [str(path)]}), []
    return None
