"""What a piece of text in a table stands for: missing, a number, yes or no.

Dates written as text are in `dates`; which kind a whole column is, `kinds` decides.
"""

import polars as pl

MISSING_WORDS = frozenset(
    "na n/a nan -nan null none <na> #n/a #na ? #null! 1.#qnan 1.#ind -1.#ind -1.#qnan".split()
)  # what pandas takes for missing, and "?" of the UCI tables; capitals do not matter
TRUE_WORDS = ("true", "yes", "y", "t")
FALSE_WORDS = ("false", "no", "n", "f")
NUMBER_SHARE = 0.95  # a text column is a number column if this share of its entries reads as one
_DECIMAL_COMMA = r"^(\s*[+-]?\d+),(\d+\s*)$"
_LEADING_ZERO = r"^[+-]?0\d"  # 007, 01907: a code whose zeros mean something, not a number


def clean(text: pl.Series) -> pl.Series:
    """Text without blanks around it, null where it says that the value is missing.

    Parameters
    ----------
    text : polars.Series of String (n_rows,)
        Any text.

    Returns
    -------
    cleaned : polars.Series of String (n_rows,)
        Null for empty text and for the words of `MISSING_WORDS`.

    Examples
    --------
    >>> clean(pl.Series([" a ", "N/A", "", "?"])).to_list()
    ['a', None, None, None]
    """
    stripped = text.str.strip_chars()
    gone = stripped.str.to_lowercase().is_in(["", *sorted(MISSING_WORDS)])
    return stripped.to_frame("text").select(
        pl.when(~gone).then(pl.col("text")).otherwise(None).alias(text.name)
    )[text.name]


def to_numbers(cleaned: pl.Series) -> pl.Series:
    """Numbers that a cleaned text column stands for; null where an entry is none.

    "12", "-0.5" and "1e3" are numbers; "1,5", "12 %" and "0x1F" are not.

    Parameters
    ----------
    cleaned : polars.Series of String (n_rows,)
        Text as `clean` leaves it.

    Returns
    -------
    numbers : polars.Series of Float64 (n_rows,)
        Infinity is kept; what the text calls "nan" is missing already.
    """
    return cleaned.cast(pl.Float64, strict=False)


def with_points(text: pl.Series) -> pl.Series:
    """Text column with decimal points for decimal commas: "1,5" as "1.5".

    For files whose fields are not parted by commas; nothing but digits around a comma counts.
    """
    return text.str.replace(_DECIMAL_COMMA, "${1}.${2}")


def has_codes(cleaned: pl.Series) -> bool:
    """Whether any entry begins with a zero that a number would lose, such as a postcode 01907."""
    return bool(cleaned.str.contains(_LEADING_ZERO).any())


def reads_as_boolean(cleaned: pl.Series) -> bool:
    """Whether every entry that is not missing is a word for yes or for no, both being there."""
    words = set(cleaned.str.to_lowercase().unique().drop_nulls())
    return bool(
        words <= {*TRUE_WORDS, *FALSE_WORDS}
        and words & set(TRUE_WORDS)
        and words & set(FALSE_WORDS)
    )


def to_booleans(cleaned: pl.Series) -> pl.Series:
    """True and False for words that mean yes and no, null for everything else."""
    lower = cleaned.str.to_lowercase().to_frame("text")
    answer = (
        pl.when(pl.col("text").is_in(TRUE_WORDS))
        .then(True)
        .when(pl.col("text").is_in(FALSE_WORDS))
        .then(False)
        .otherwise(None)
    )
    return lower.select(answer.alias(cleaned.name))[cleaned.name]


def exact_type(text: pl.Series) -> pl.DataType:
    """Type that holds every entry of a text column without loss.

    Parameters
    ----------
    text : polars.Series of String (n_rows,)
        A column as the file has it.

    Returns
    -------
    dtype : polars.DataType
        Null (nothing but missing), Int64, Float64, Boolean (true and false only) or String. One
        entry that is no number leaves the column as text: `kinds` looks at it again.
    """
    cleaned = clean(text).drop_nulls()
    if cleaned.is_empty():
        return pl.Null()
    if to_numbers(cleaned).null_count() == 0:
        if has_codes(cleaned):
            return pl.String()
        whole = cleaned.cast(pl.Int64, strict=False).null_count() == 0
        return pl.Int64() if whole else pl.Float64()
    if cleaned.str.to_lowercase().is_in(["true", "false"]).all():
        return pl.Boolean()
    return pl.String()


def wider(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    """Type that holds two parts of one column, each of a type that `exact_type` gave."""
    if one == other or other == pl.Null:
        return one
    if one == pl.Null:
        return other
    return pl.Float64() if one.is_numeric() and other.is_numeric() else pl.String()


def as_type(text: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Text column as the type that `exact_type` or `wider` found for it."""
    if dtype == pl.String or dtype == pl.Null:
        return clean(text)
    if dtype == pl.Boolean:
        return to_booleans(clean(text))
    return clean(text).cast(dtype, strict=False)
