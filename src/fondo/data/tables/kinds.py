"""What a column holds: numbers, categories, yes and no, dates; or why it is left out.

Settings given by the user come first, in `columns`; encoding is in `encoder`.
"""

import re
from dataclasses import dataclass, replace

import polars as pl

from fondo.data.tables import dates, text

KINDS = ("number", "category", "boolean", "datetime", "dropped")
ENOUGH_ROWS = 20  # with fewer rows, values that never repeat say nothing
IDENTIFIER_SHARE = 0.95  # text whose values repeat less than this names rows
FREE_TEXT_SHARE, FREE_TEXT_WORDS = 0.5, 4  # mostly different, and sentences
_IDENTIFIER_NAME = re.compile(
    r"(?:.*[_ .-])?(?i:id|uuid|guid|key|index)$|.*[a-z]I[dD]$|(?i:row|row.?n(?:o|r|um|umber))$"
    r"|(?i:unnamed.*|column_1)$"
)
_TIME_NAME = re.compile(r"(?:^|.*[_ .-])(?:year|month|week|day|date|time|age)s?$", re.IGNORECASE)
_DATE_NAME = re.compile(r"(?:.*[_ .-])?(?:date|day|month|period|yyyymm(?:dd)?|column_1)$", re.I)
_DENSE = 20  # increasing whole numbers with smaller average steps than this count rows


@dataclass(frozen=True)
class ColumnPlan:
    """What is to be done with one column.

    Attributes
    ----------
    name : str
        The column.
    kind : str
        "number", "category", "boolean", "datetime" or "dropped".
    reason : str
        Why it is dropped, or what is worth knowing about how it is read; often empty.
    formats : tuple of str
        Formats of dates written as text, in the order they are tried.
    """

    name: str
    kind: str
    reason: str = ""
    formats: tuple[str, ...] = ()


def infer_kind(column: pl.Series) -> ColumnPlan:
    """Find out what one column holds, from its values and, for identifiers, its name.

    Parameters
    ----------
    column : polars.Series (n_rows,)
        Training rows of the column.

    Returns
    -------
    plan : ColumnPlan
        Kind and reason.

    Examples
    --------
    >>> infer_kind(pl.Series("smokes", ["yes", "no", None, "yes"])).kind
    'boolean'
    >>> infer_kind(pl.Series("one", [7, 7, 7]))
    ColumnPlan(name='one', kind='dropped', reason='constant: every value is 7', formats=())
    """
    if column.dtype.is_nested() or column.dtype in (pl.Object, pl.Binary):
        return ColumnPlan(column.name, "dropped", "holds lists or objects, not single values")
    values = known_values(column)
    present = values.drop_nulls()
    if present.is_empty():
        return ColumnPlan(column.name, "dropped", "all values are missing")
    if len(present) == len(values) and present.n_unique() == 1:
        shown = str(present[0])[:40]
        return ColumnPlan(column.name, "dropped", f"constant: every value is {shown}")
    if values.dtype == pl.String:
        return _text_kind(values)
    if values.dtype == pl.Boolean:
        return ColumnPlan(column.name, "boolean")
    if values.dtype.is_numeric():
        return _number_kind(values, present)
    return ColumnPlan(column.name, "datetime")


def known_values(column: pl.Series) -> pl.Series:
    """The column as String, Boolean, a date type or numbers, with null for all that is missing."""
    dtype = column.dtype
    if dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.String:
        return text.clean(column)
    if dtype in (pl.Time, pl.Duration):
        return column.to_physical().cast(pl.Float64) / _ticks(dtype)  # seconds
    if isinstance(dtype, pl.Decimal):
        return column.cast(pl.Float64)
    return column.fill_nan(None) if dtype.is_float() else column


def forced(column: pl.Series, kind: str) -> ColumnPlan:
    """Plan for a column whose kind the user has said; what cannot be read so counts as missing."""
    if kind == "dropped":
        return ColumnPlan(column.name, kind, "left out as asked")
    values = known_values(column)
    if values.dtype != pl.String:
        return ColumnPlan(column.name, kind)
    if kind == "number":
        return _with_unread(ColumnPlan(column.name, kind), values, text.to_numbers(values))
    if kind == "datetime":
        formats = dates.find_formats(values)
        return _date_plan(values, dates.to_datetimes(values, formats), formats)
    return ColumnPlan(column.name, kind)


def _ticks(dtype: pl.DataType) -> float:
    units = {"ms": 1e3, "us": 1e6, "ns": 1e9}
    return units[getattr(dtype, "time_unit", None) or "ns"]


def _text_kind(cleaned: pl.Series) -> ColumnPlan:
    present = cleaned.drop_nulls()
    name, enough = cleaned.name, text.NUMBER_SHARE * len(present)
    if text.reads_as_boolean(present):
        return ColumnPlan(name, "boolean")
    numbers = text.to_numbers(cleaned)
    if len(numbers) - numbers.null_count() >= enough and not text.has_codes(present):
        return _with_unread(ColumnPlan(name, "number"), cleaned, numbers)
    formats = dates.find_formats(present) if _may_be_dates(present) else ()
    if formats:
        stamps = dates.to_datetimes(cleaned, formats)
        if len(stamps) - stamps.null_count() >= enough:
            return _date_plan(cleaned, stamps, formats)
    n_distinct = present.n_unique()
    words = present.str.count_matches(r"\S+").mean()
    if n_distinct > FREE_TEXT_SHARE * len(present) and float(words or 0) >= FREE_TEXT_WORDS:  # type: ignore[arg-type]
        return ColumnPlan(name, "dropped", "free text: sentences that hardly repeat")
    if len(cleaned) >= ENOUGH_ROWS and n_distinct > IDENTIFIER_SHARE * len(present):
        reason = f"identifier-like: {n_distinct} different values in {len(present)} rows"
        return ColumnPlan(name, "dropped", reason)
    return ColumnPlan(name, "category", _mixed(cleaned, numbers))


def _mixed(cleaned: pl.Series, numbers: pl.Series) -> str:
    """What to say of a column of words in which many entries are numbers; empty for most."""
    words = cleaned.filter(numbers.is_null() & cleaned.is_not_null())
    n_numbers = len(numbers) - numbers.null_count()
    if words.is_empty() or n_numbers < len(words):
        return ""
    return f"{n_numbers} entries are numbers but not {words[0][:40]!r}: all taken as categories"


def _may_be_dates(present: pl.Series) -> bool:
    """Whether nearly every entry has a digit and is no longer than a date with its time."""
    fits = present.str.contains(r"\d") & (present.str.len_chars() <= 40)
    return int(fits.sum()) >= text.NUMBER_SHARE * len(present)


def _date_plan(values: pl.Series, stamps: pl.Series, formats: tuple[str, ...]) -> ColumnPlan:
    plan = ColumnPlan(values.name, "datetime", "", formats)
    if dates.is_ambiguous(values, formats):
        order = "day" if formats[0].startswith("%d") else "month"
        plan = replace(plan, reason=f"dates read with the {order} first; they fit either way")
    return _with_unread(plan, values, stamps)


def _with_unread(plan: ColumnPlan, cleaned: pl.Series, read: pl.Series) -> ColumnPlan:
    """Plan that says which entries of a text column could not be read as its kind."""
    bad = (read.is_null() & cleaned.is_not_null()).arg_true()
    if bad.is_empty():
        return plan
    shown = ", ".join(f"{cleaned[row]!r}" for row in bad.head(3).to_list())
    more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
    kind = {"number": "number", "datetime": "date"}[plan.kind]
    reason = f"{len(bad)} of {len(cleaned)} entries are no {kind} and count as missing: {shown}"
    return replace(plan, reason="; ".join(filter(None, [plan.reason, reason + more])))


def _number_kind(values: pl.Series, present: pl.Series) -> ColumnPlan:
    name, distinct = values.name, present.n_unique()
    if distinct == 2 and set(present.unique().to_list()) == {0, 1}:
        return ColumnPlan(name, "boolean")
    unbroken = len(present) == len(values) and distinct == len(values)
    if unbroken and not bool((present.cast(pl.Float64).round() != present).any()):
        if _counts_months(values):
            return ColumnPlan(name, "datetime", "whole numbers read as dates (20200131, 202001)")
        if len(values) >= ENOUGH_ROWS and _names_rows(values):
            return ColumnPlan(name, "dropped", "identifier-like: a different whole number a row")
    return ColumnPlan(name, "number")


def _counts_months(values: pl.Series) -> bool:
    """Whether a column named like a date, or not at all, holds 20200131 or 202001."""
    if not _DATE_NAME.match(values.name) or float(values.min()) < 150_000:  # type: ignore[arg-type]
        return False
    return dates.to_datetimes(values).null_count() == 0


def _names_rows(values: pl.Series) -> bool:
    """Whether whole numbers that never repeat name the rows rather than describe them."""
    if _TIME_NAME.match(values.name):
        return False
    if is_identifier_name(values.name):
        return True
    span = float(values.max()) - float(values.min()) + 1  # type: ignore[arg-type]
    increasing = bool(values.is_sorted())
    return span == len(values) or (increasing and span <= _DENSE * len(values))


def is_identifier_name(name: str) -> bool:
    """Whether a column's name says that it names rows: id, user_id, userId, index, ...

    Examples
    --------
    >>> [is_identifier_name(name) for name in ("ID", "customer_id", "userId", "paid", "income")]
    [True, True, True, False, False]
    """
    return _IDENTIFIER_NAME.match(name) is not None
