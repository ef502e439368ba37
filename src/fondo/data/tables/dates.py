"""Dates: read from text or numbers, taken apart into what may matter.

Whether a column holds dates is decided in `kinds`, scaling is in `numbers`.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.tables.text import clean

# In order of preference: where 03/04/2020 can be both, the day comes first.
FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d",
    "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d %Y", "%B %d %Y", "%d-%b-%y", "%d/%m/%y",
    "%m/%d/%y", "%d.%m.%y", "%Y%m%d",
)  # fmt: skip
_SWAPPED = {
    "%d/%m/%Y": "%m/%d/%Y",
    "%d-%m-%Y": "%m-%d-%Y",
    "%d/%m/%y": "%m/%d/%y",
}
_SWAPPED |= {month: day for day, month in _SWAPPED.items()}
_TIMES = ("%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_CLOCK = r"^(.*?\d)[T ,]+(\d{1,2}:\d{2}.*?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?$"
_YEARS = (1000, 2999)  # "%Y" reads 97 as the year 97: such a reading is refused
_SAMPLE = 2_000  # entries looked at to choose formats
PARTS = (
    "days", "year", "day of year", "month sin", "month cos", "weekday sin", "weekday cos",
    "hour sin", "hour cos",
)  # fmt: skip


def find_formats(cleaned: pl.Series) -> tuple[str, ...]:
    """Formats that read the dates of a text column, the most frequent first.

    Where entries can be read with the day first and with the month first, the order that reads
    more entries holds for all of them; the day comes first if both read the same.

    Parameters
    ----------
    cleaned : polars.Series of String (n_rows,)
        Text as `text.clean` leaves it.

    Returns
    -------
    formats : tuple of str
        Empty where no entry is a date.

    Examples
    --------
    >>> find_formats(pl.Series(["31/01/1997", "01/02/1997", "1997-03-02"]))
    ('%d/%m/%Y', '%Y-%m-%d')
    """
    words = cleaned.drop_nulls().unique(maintain_order=True)
    if len(words) > _SAMPLE:
        words = words.gather(np.linspace(0, len(words) - 1, _SAMPLE).astype(np.int64))
    days = _split(words)["day"]
    formats: list[str] = []
    left = days
    while len(left):
        open_formats = [f for f in FORMATS if _SWAPPED.get(f) not in formats and f not in formats]
        hits = [left.len() - _read_days(left, (form,)).null_count() for form in open_formats]
        if not hits or max(hits) == 0:
            break
        formats.append(open_formats[int(np.argmax(hits))])
        left = left.filter(_read_days(left, tuple(formats)).is_null())
    return tuple(formats)


def is_ambiguous(cleaned: pl.Series, formats: tuple[str, ...]) -> bool:
    """Whether day and month could change places in every entry."""
    swapped = tuple(_SWAPPED[form] for form in formats if form in _SWAPPED)
    if not swapped:
        return False
    words = cleaned.drop_nulls().unique()
    both = _read_days(_split(words)["day"], swapped).null_count()
    return both <= _read_days(_split(words)["day"], formats).null_count()


def to_datetimes(column: pl.Series, formats: tuple[str, ...] = ()) -> pl.Series:
    """Dates of a column, to the microsecond, in universal time where a zone is given.

    Parameters
    ----------
    column : polars.Series (n_rows,)
        Dates, text, or whole numbers such as 20200131, 202001 and 2020.
    formats : tuple of str, default=()
        Formats to try on text, in this order.

    Returns
    -------
    datetimes : polars.Series of Datetime (n_rows,)
        Null where an entry is no date.
    """
    if column.dtype in (pl.Date, pl.Datetime):
        if getattr(column.dtype, "time_zone", None):
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.cast(pl.Datetime("us"))
    if column.dtype.is_numeric():
        column = whole_text(column)
        formats = ("%Y%m%d", "%Y-%m-%d")
    elif column.dtype != pl.String:
        column = column.cast(pl.String)
    words = clean(column).unique().drop_nulls()
    stamps = _read_stamps(words, formats)
    return column.str.strip_chars().replace_strict(
        words, stamps, default=None, return_dtype=pl.Datetime("us")
    )


def whole_text(numbers: pl.Series) -> pl.Series:
    """Whole numbers as text without a point (12.0 is "12"), fractions as they are."""
    as_float = numbers.cast(pl.Float64)
    whole = as_float.cast(pl.Int64, strict=False)
    same = whole.cast(pl.Float64) == as_float
    return pl.DataFrame({"whole": whole, "number": numbers, "same": same}).select(
        pl.when("same").then(pl.col("whole").cast(pl.String))
        .when(pl.col("number").cast(pl.Float64).is_nan()).then(None)
        .otherwise(pl.col("number").cast(pl.String)).alias(numbers.name)
    )[numbers.name]  # fmt: skip


def date_parts(datetimes: pl.Series) -> NDArray[np.float64]:
    """What may matter in a date, one column for each name in `PARTS`.

    Months, weekdays and hours go round: each gives the sine and cosine of its angle, so that
    December stands beside January.

    Parameters
    ----------
    datetimes : polars.Series of Datetime (n_rows,)
        Dates; null where missing.

    Returns
    -------
    parts : float64 array (n_rows, n_parts)
        `days` counts from 1970-01-01 with fractions; NaN where the date is missing.
    """

    def number(values: pl.Series) -> NDArray[np.float64]:
        return values.cast(pl.Float64).fill_null(np.nan).to_numpy()

    stamp = datetimes.dt
    seconds = number(stamp.hour()) * 3600 + number(stamp.minute()) * 60 + number(stamp.second())
    turns = (
        (number(stamp.month()) - 1) / 12,
        (number(stamp.weekday()) - 1) / 7,
        seconds / 86_400,
    )
    round_about = [wave(2 * np.pi * turn) for turn in turns for wave in (np.sin, np.cos)]
    days = number(datetimes.to_physical()) / 86_400e6
    straight = [days, number(stamp.year()), number(stamp.ordinal_day())]
    return np.stack([*straight, *round_about], axis=1)


def _split(words: pl.Series) -> pl.DataFrame:
    """Day, clock and zone of each entry; months without a day get their first."""
    groups = words.str.extract_groups(_CLOCK).struct.unnest()
    groups.columns = ["day", "clock", "zone"]
    day = groups["day"].zip_with(groups["clock"].is_not_null(), words)
    day = day.str.replace(r"^(\d{4})[-/](\d{1,2})$", "$1-$2-01")
    day = day.str.replace(r"^(\d{4})(\d{2})$", "$1-$2-01").str.replace(r"^(\d{4})$", "$1-01-01")
    day = day.str.replace(",", " ", literal=True).str.replace_all(r"\s+", " ")
    return groups.with_columns(day.alias("day"))


def _read_days(days: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    found = pl.Series("day", [None] * len(days), dtype=pl.Date)
    for form in formats:
        read = days.str.to_date(form, strict=False)
        read = read.set(~read.dt.year().is_between(*_YEARS).fill_null(False), None)
        found = found.zip_with(found.is_not_null(), read)
    return found


def _read_stamps(words: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    parts = _split(words)
    days = _read_days(parts["day"], formats).cast(pl.Datetime("us"))
    clock = pl.Series("clock", [None] * len(words), dtype=pl.Time)
    for form in _TIMES:
        clock = clock.zip_with(clock.is_not_null(), parts["clock"].str.to_time(form, strict=False))
    within = clock.cast(pl.Duration("us"))
    zone = parts["zone"].str.extract_groups(r"^([+-])(\d{2}):?(\d{2})$").struct.unnest()
    zone.columns = ["sign", "hours", "minutes"]
    minutes = zone["hours"].cast(pl.Int64) * 60 + zone["minutes"].cast(pl.Int64)
    minutes = minutes.zip_with(zone["sign"] != "-", -minutes).fill_null(0)
    offset = (minutes * 60_000_000).cast(pl.Duration("us"))
    stamps = days + within - offset
    return stamps.zip_with(parts["clock"].is_not_null(), days)
