"""Categories and yes-or-no columns: words, vocabularies, codes.

Code 0 stands for what is missing or was never seen in training. Embeddings are the network's part.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.tables import text
from fondo.data.tables.dates import whole_text
from fondo.data.tables.kinds import known_values
from fondo.errors import BadParameter

YES_NO = ("no", "yes")


def to_words(column: pl.Series) -> pl.Series:
    """Values of a column of any type as words; whole numbers without a point.

    Parameters
    ----------
    column : polars.Series (n_rows,)
        Text, numbers, booleans, dates.

    Returns
    -------
    words : polars.Series of String (n_rows,)
        Null where missing. 1, 1.0 and "1" are the same word, true is "true".

    Examples
    --------
    >>> to_words(pl.Series([1.0, 2.5, None])).to_list()
    ['1', '2.5', None]
    """
    values = known_values(column)
    if values.dtype.is_numeric():
        return whole_text(values)
    return values.cast(pl.String)


def vocabulary(words: pl.Series, limit: int, least: int = 1) -> list[str]:
    """Words by how often they come, the most frequent first, equally frequent ones by spelling.

    Parameters
    ----------
    words : polars.Series of String (n_rows,)
        Words of the training rows.
    limit : int
        Most words that are kept.
    least : int, default=1
        Rows in which a word must stand to be kept; if fewer than two words do, all are kept.

    Returns
    -------
    vocabulary : list of str
        Word number i has code i + 1.
    """
    counts = words.drop_nulls().alias("word").value_counts(name="count")
    counts = counts.sort(["count", "word"], descending=[True, False])
    often = counts.filter(pl.col("count") >= least)
    return (often if often.height >= 2 else counts)["word"].head(limit).to_list()


def to_codes(words: pl.Series, known: Sequence[str]) -> NDArray[np.int32]:
    """Code of each word: its place in the vocabulary plus 1, or 0 where it is not there.

    Examples
    --------
    >>> to_codes(pl.Series(["b", None, "new", "a"]), ["a", "b"]).tolist()
    [2, 0, 0, 1]
    """
    if not known:
        return np.zeros(len(words), np.int32)
    codes = pl.Series(range(1, len(known) + 1), dtype=pl.Int32)
    old = pl.Series(known, dtype=pl.String)
    coded = words.replace_strict(old, codes, default=0, return_dtype=pl.Int32)
    return coded.fill_null(0).to_numpy()


def boolean_words(column: pl.Series) -> tuple[str, str]:
    """Words of a training column that mean no and yes.

    Parameters
    ----------
    column : polars.Series (n_rows,)
        Booleans, 0 and 1, words for yes and no, or any two values.

    Returns
    -------
    no, yes : str
        `YES_NO` where every known spelling is understood; else the two values, sorted.

    Raises
    ------
    BadParameter
        The column holds more than two values.
    """
    words = to_words(column).str.to_lowercase().drop_nulls().unique().sort().to_list()
    if set(words) <= {*text.TRUE_WORDS, *text.FALSE_WORDS, "0", "1"}:
        return YES_NO
    if len(words) > 2:
        raise BadParameter(
            f"Columns(kinds={{{column.name!r}: 'boolean'}}): the column holds {len(words)} "
            f"different values, such as {words[:3]}. Make it a 'category'."
        )
    return words[0], words[-1] if len(words) == 2 else ""


def to_flags(column: pl.Series, words: tuple[str, str]) -> NDArray[np.float64]:
    """Column of yes and no as 1.0 and 0.0; NaN where it is neither.

    Parameters
    ----------
    column : polars.Series (n_rows,)
        Values.
    words : tuple of str
        What `boolean_words` found in training.

    Returns
    -------
    flags : float64 array (n_rows,)
        0.0, 1.0 or NaN.
    """
    lower = to_words(column).str.to_lowercase()
    if words == YES_NO:
        no, yes = [*text.FALSE_WORDS, "0"], [*text.TRUE_WORDS, "1"]
    else:
        no, yes = [words[0]], [words[1]]
    flags = np.full(len(lower), np.nan)
    flags[lower.is_in(no).fill_null(False).to_numpy()] = 0.0
    flags[lower.is_in(yes).fill_null(False).to_numpy()] = 1.0
    return flags
