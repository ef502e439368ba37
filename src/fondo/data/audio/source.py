"""Sources that are sounds rather than tables or pictures: folders, single sounds.

What the files hold is not looked at.
"""

from pathlib import Path

import polars as pl

from fondo.data.audio.columns import KIND, SOUND, is_sound
from fondo.data.classed import Walk, count
from fondo.data.images.columns import ENDINGS as PICTURES
from fondo.errors import BadData


def read_sounds(path: Path) -> tuple[pl.DataFrame, list[str]] | None:
    """Table of the sounds of a source with what was noticed; None where it is no such source.

    Parameters
    ----------
    path : pathlib.Path
        A folder in which there are more sounds than pictures, with a folder for each class or
        without; or one sound.

    Returns
    -------
    table : polars.DataFrame (n_sounds, ...) or None
        Columns "sound", and "label" where it is known.
    notes : list of str
        What was left aside, in sentences; pictures among it.

    Raises
    ------
    BadData
        There are as many pictures as sounds; or the folder is not one of classes.
    """
    if path.is_dir():
        sounds, pictures = _counted(path)
        if sounds == pictures > 0:
            raise BadData(
                f"{path}: there are {count(sounds, 'sound')} and as many pictures, so it is not "
                "clear which are meant. Give a folder that holds only one kind, or a table with a "
                "column of files."
            )
        if sounds < pictures or sounds == 0:
            return None
        from fondo.data.audio.folder import read_folder

        return read_folder(path)
    if is_sound(path.name) and path.is_file():
        return pl.DataFrame({SOUND: [str(path)]}), []
    return None


def _counted(path: Path) -> tuple[int, int]:
    """Sounds and pictures in a folder or below, by their names."""
    walk = Walk(path, KIND)
    walk.start()
    return len(walk.found), sum(walk.others[ending] for ending in PICTURES)
