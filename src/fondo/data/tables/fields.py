"""One kept column of a table each: how it is read, and what of it was learnt in training.

Scaling of numbers is in `numbers`; putting the arrays together is the business of `encoder`.
"""

import warnings
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.tables import categories, dates, text
from fondo.data.tables.columns import Columns
from fondo.data.tables.kinds import ColumnPlan, known_values
from fondo.errors import BadData

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NumberField:
    """A column of numbers.

    Attributes
    ----------
    name : str
        The column.
    """

    name: str
    kind: ClassVar[str] = "number"

    @property
    def parts(self) -> list[str]:
        """Names of the numbers that one value gives."""
        return [self.name]

    def read(self, column: pl.Series) -> Floats:
        """Numbers (n_rows, 1); NaN where missing."""
        values = known_values(column)
        if values.dtype == pl.String:
            numbers = text.to_numbers(values)
            _tell_unread(values, numbers, "number")
            values = numbers
        elif values.dtype.is_temporal():
            values = values.to_physical()
        return values.cast(pl.Float64).fill_null(np.nan).to_numpy()[:, None]


@dataclass(frozen=True)
class DateField:
    """A column of dates, of which the parts that vary are used.

    Attributes
    ----------
    name : str
        The column.
    formats : tuple of str
        Formats of dates written as text.
    used : tuple of str
        Some of `dates.PARTS`.
    """

    name: str
    formats: tuple[str, ...]
    used: tuple[str, ...]
    kind: ClassVar[str] = "datetime"

    @property
    def parts(self) -> list[str]:
        """Names of the numbers that one date gives."""
        return [f"{self.name}: {part}" for part in self.used]

    def read(self, column: pl.Series) -> Floats:
        """Parts of the dates (n_rows, n_parts); NaN where missing."""
        values = known_values(column)
        formats = self.formats or (dates.FORMATS if values.dtype == pl.String else ())
        stamps = dates.to_datetimes(values, formats)
        if values.dtype == pl.String:
            _tell_unread(values, stamps, "date")
        places = [dates.PARTS.index(part) for part in self.used]
        return dates.date_parts(stamps)[:, places]


@dataclass(frozen=True)
class BooleanField:
    """A column of yes and no.

    Attributes
    ----------
    name : str
        The column.
    words : tuple of str
        The words for no and yes; `categories.YES_NO` where all common spellings are understood.
    share : float
        Share of yes among the training rows; stands for missing values.
    """

    name: str
    words: tuple[str, str]
    share: float
    kind: ClassVar[str] = "boolean"

    def read(self, column: pl.Series) -> Floats:
        """0.0 and 1.0 (n_rows,); NaN where missing or neither."""
        return categories.to_flags(column, self.words)


@dataclass(frozen=True)
class CategoryField:
    """A column of categories.

    Attributes
    ----------
    name : str
        The column.
    vocabulary : tuple of str
        Known categories; the first has code 1.
    onehot : bool
        Whether each category gets a flag, rather than the column a code.
    rare : int
        Categories of the training rows that are too rare to be in the vocabulary.
    """

    name: str
    vocabulary: tuple[str, ...]
    onehot: bool
    rare: int
    kind: ClassVar[str] = "category"

    def read(self, column: pl.Series) -> NDArray[np.int32]:
        """Codes (n_rows,); 0 where missing or not in the vocabulary."""
        return categories.to_codes(categories.to_words(column), self.vocabulary)


Field = NumberField | DateField | BooleanField | CategoryField
_FIELDS: dict[str, type[Any]] = {
    field.kind: field for field in (NumberField, DateField, BooleanField, CategoryField)
}


def fit_field(plan: ColumnPlan, column: pl.Series, columns: Columns) -> Field:
    """Learn what must be known to read one column.

    Parameters
    ----------
    plan : ColumnPlan
        A plan whose kind is not "dropped".
    column : polars.Series (n_rows,)
        Training rows.
    columns : Columns
        Settings.

    Returns
    -------
    field : Field
        Ready to read the column of any rows.
    """
    name = plan.name
    if plan.kind == "number":
        return NumberField(name)
    if plan.kind == "datetime":
        every = DateField(name, plan.formats, dates.PARTS)
        return DateField(name, plan.formats, _varying(_quietly(every, column)))
    if plan.kind == "boolean":
        words = categories.boolean_words(column)
        flags = categories.to_flags(column, words)
        known = flags[~np.isnan(flags)]
        return BooleanField(name, words, float(known.mean()) if len(known) else 0.0)
    spoken = categories.to_words(column)
    vocabulary = categories.vocabulary(spoken, columns.category_limit)
    few = len(vocabulary) <= columns.onehot_limit
    onehot = columns.categories == "onehot" or (columns.categories == "auto" and few)
    if not onehot:  # what comes once would teach an embedding nothing
        vocabulary = categories.vocabulary(spoken, columns.category_limit, least=2)
    rare = spoken.drop_nulls().n_unique() - len(vocabulary)
    return CategoryField(name, tuple(vocabulary), onehot, rare)


def field_to_json(field: Field) -> dict[str, Any]:
    """The field as plain lists, text and numbers."""
    values = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(field).items()}
    return {"kind": field.kind} | values


def field_from_json(values: dict[str, Any]) -> Field:
    """The field that `field_to_json` wrote; BadData where it is none."""
    try:
        kind, rest = _FIELDS[values["kind"]], {k: v for k, v in values.items() if k != "kind"}
        field: Field = kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in rest.items()})
    except (KeyError, TypeError) as error:
        raise BadData(f"TableEncoder(json): no column ({error!r}).") from error
    lists = [v for v in vars(field).values() if isinstance(v, tuple)]
    sound = isinstance(field.name, str) and all(isinstance(w, str) for v in lists for w in v)
    if isinstance(field, DateField):
        sound = sound and bool(field.used) and set(field.used) <= set(dates.PARTS)
    if isinstance(field, BooleanField):
        sound = sound and len(field.words) == 2
        sound = sound and isinstance(field.share, float) and 0 <= field.share <= 1
    if isinstance(field, CategoryField):
        sound = sound and isinstance(field.vocabulary, tuple) and isinstance(field.onehot, bool)
        sound = sound and len(set(field.vocabulary)) == len(field.vocabulary)
        sound = sound and type(field.rare) is int
    if not sound:
        raise BadData(f"TableEncoder(json): the column {str(field.name)[:40]!r} is not sound.")
    return field


def _varying(parts: Floats) -> tuple[str, ...]:
    """Parts that differ between training rows; the days where none does."""
    known = parts[~np.isnan(parts).any(axis=1)]
    if not len(known):
        return dates.PARTS[:1]
    varies = np.ptp(known, axis=0) > 1e-9  # sines of whole turns differ by rounding
    return tuple(p for p, v in zip(dates.PARTS, varies, strict=True) if v) or dates.PARTS[:1]


def _quietly(field: DateField, column: pl.Series) -> Floats:
    """Read training rows; what cannot be read is in the plan's reason already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return field.read(column)


def _tell_unread(values: pl.Series, read: pl.Series, kind: str) -> None:
    """Warn of entries that are no `kind`; BadData where all are none."""
    bad = (read.is_null() & values.is_not_null()).arg_true()
    if bad.is_empty():
        return
    row = int(bad[0])
    entry = f"column {values.name!r}, row {row}: {values[row][:40]!r} is no {kind}"
    if read.null_count() == len(read):
        raise BadData(
            f"X: {entry}, nor is any other entry, but in training the column held {kind}s. "
            "Check that the columns are in their places."
        )
    warnings.warn(
        f"X: {entry}; {len(bad)} such entries count as missing.", UserWarning, stacklevel=2
    )
