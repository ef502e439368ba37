"""Tables whose pictures and sounds are told by what they hold, not by where they lie."""

import polars as pl

from fondo.data.audio.columns import sound_column
from fondo.data.images.columns import picture_column


def by_content(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with digests in place of pictures or sounds; one without either as it is.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.

    Returns
    -------
    frame : polars.DataFrame (n_rows, n_columns)
        Equal for a folder and its copy elsewhere. Sounds of a table that names pictures too stay
        what is written there, since they are not learnt from.
    """
    if (name := picture_column(frame)) is not None:
        from fondo.data.images.survey import survey as look  # only where there are some
    elif (name := sound_column(frame)) is not None:
        from fondo.data.audio.survey import survey as look  # type: ignore[assignment]
    else:
        return frame
    places = frame[name]
    digests = iter(look(places.drop_nulls().to_list()).digests.tolist())
    told = [None if place is None else f"{next(digests):016x}" for place in places.to_list()]
    return frame.with_columns(pl.Series(name, told, dtype=pl.String))
