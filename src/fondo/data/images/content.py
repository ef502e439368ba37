"""Tables whose pictures are told by what they show, not by where they lie."""

import polars as pl

from fondo.data.images.columns import picture_column


def by_content(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with digests in place of picture files; one without pictures as it is.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table.

    Returns
    -------
    frame : polars.DataFrame (n_rows, n_columns)
        Equal for a folder and its copy elsewhere.
    """
    name = picture_column(frame)
    if name is None:
        return frame
    from fondo.data.images.survey import survey  # only where there are pictures

    places = frame[name]
    known = places.drop_nulls().to_list()
    digests = iter(survey(known).digests.tolist())
    told = [None if place is None else f"{next(digests):016x}" for place in places.to_list()]
    return frame.with_columns(pl.Series(name, told, dtype=pl.String))
