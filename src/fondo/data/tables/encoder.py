"""A table becomes arrays: numbers, flags and codes, by statistics of the training rows alone.

What a column holds is decided in `columns`, how it is read in `fields`, how scaled in `numbers`.
"""

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.tables.columns import ColumnPlan, Columns, infer_kinds
from fondo.data.tables.fields import (
    BooleanField,
    CategoryField,
    DateField,
    Field,
    NumberField,
    field_from_json,
    field_to_json,
    fit_field,
)
from fondo.data.tables.kinds import KINDS
from fondo.data.tables.numbers import Numbers, bins, fit_numbers
from fondo.errors import BadData, did_you_mean

__all__ = ["TableEncoder", "bins"]

_FORMAT = 1
_LARGEST = 1e30  # what stands for infinity in the matrix for trees


@dataclass(frozen=True)
class _Raw:
    """Columns as they are read: numbers (n, K), booleans (n, B), codes (n, C)."""

    numbers: NDArray[np.float64]
    booleans: NDArray[np.float64]
    codes: NDArray[np.int32]


class TableEncoder:
    """Turns rows of a table into arrays for a network, always in the same way.

    Parameters
    ----------
    columns : Columns or None, default=None
        Settings; None means all defaults.

    Attributes
    ----------
    plans_ : list of ColumnPlan
        Every column of the training table, with what is done with it.
    kinds_ : dict of str to str
        Kind of each column.
    dropped_ : list of (str, str)
        Columns left out, with the reason.
    notes_ : list of str
        What is worth knowing about columns that are kept, such as entries that could not be read.
    feature_names_ : list of str
        Columns that are kept, in the order of the table.
    names_, owners_ : dict of str to list of str
        For "numbers", "flags" and "categories": name of each encoded column, and the column of the
        table that it comes from.
    cardinalities_ : list of int
        For each column of codes, how many codes there are; 0 stands for unseen and missing.

    Examples
    --------
    >>> table = pl.DataFrame({"age": [20, 30, None], "town": ["Rome", "Oslo", "Rome"]})
    >>> encoder = TableEncoder(Columns(scale="minmax", cap=None)).fit(table)
    >>> inputs = encoder.transform(table)
    >>> inputs["numbers"].tolist()
    [[0.0], [1.0], [0.5]]
    >>> encoder.names_["flags"]
    ['age is missing', 'town = Rome', 'town = Oslo']
    >>> inputs["flags"].tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """

    def __init__(self, columns: Columns | None = None) -> None:
        self.columns = Columns() if columns is None else columns

    def fit(self, frame: pl.DataFrame) -> "TableEncoder":
        """Learn kinds, statistics and vocabularies from these rows.

        Parameters
        ----------
        frame : polars.DataFrame (n_rows, n_columns)
            Training rows, without the target.

        Returns
        -------
        encoder : TableEncoder
            Itself.

        Raises
        ------
        BadParameter
            A setting cannot be, or names a column that is not there.
        BadData
            There are no rows, or no column is left to learn from.
        """
        if frame.height == 0:
            raise BadData("X: the table has no rows. Give at least one.")
        self.plans_ = infer_kinds(frame, self.columns)
        self._fields: list[Field] = [
            fit_field(plan, frame[plan.name], self.columns)
            for plan in self.plans_
            if plan.kind != "dropped"
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # entries that cannot be read are in the plans
            raw = self._read(frame)
        self._numbers = fit_numbers(raw.numbers, self.columns)
        self._missing = self._find_missing(raw) if self.columns.indicator else []
        self._describe()
        return self

    def transform(self, frame: pl.DataFrame) -> dict[str, NDArray[Any]]:
        """Encode rows as the training rows were.

        Parameters
        ----------
        frame : polars.DataFrame (n_rows, n_columns)
            Rows with at least the columns of `feature_names_`; the order does not matter.

        Returns
        -------
        inputs : dict of str to array
            "numbers" float32 (n_rows, n_numbers), "flags" float32 (n_rows, n_flags), "categories"
            int32 (n_rows, n_categories), all finite; a key without columns is left out.

        Raises
        ------
        BadData
            A column is missing, or holds nothing that can be read as it was in training.

        Warns
        -----
        UserWarning
            There are columns that training did not have, or entries that cannot be read.
        """
        self._check_columns(frame)
        raw = self._read(frame)
        embedded = [i for i, field in enumerate(self._of(CategoryField)) if not field.onehot]
        inputs = {
            "numbers": self._numbers.transform(raw.numbers),
            "flags": self._flags(raw),
            "categories": np.ascontiguousarray(raw.codes[:, embedded]),
        }
        return {name: array for name, array in inputs.items() if array.shape[1]}

    def plain(self, frame: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Encode rows for trees: nothing scaled, nothing filled.

        Parameters
        ----------
        frame : polars.DataFrame (n_rows, n_columns)
            Rows with at least the columns of `feature_names_`.

        Returns
        -------
        matrix : float64 array (n_rows, n_plain)
            Numbers and parts of dates, then booleans as 0 and 1, then categories as whole numbers
            from 0, the most frequent first; NaN where missing or never seen. Never infinite.
        categorical : bool array (n_plain,)
            Which columns are categories.
        """
        self._check_columns(frame)
        raw = self._read(frame)
        numbers = np.clip(raw.numbers, -_LARGEST, _LARGEST)
        ordinals = np.where(raw.codes > 0, raw.codes - 1.0, np.nan)
        matrix = np.concatenate([numbers, raw.booleans, ordinals], axis=1)
        return matrix, np.arange(matrix.shape[1]) >= matrix.shape[1] - ordinals.shape[1]

    def to_json(self) -> dict[str, Any]:
        """All that was learnt, as plain dicts, lists, text and numbers."""
        settings = self.columns.get_params()
        return {
            "format": _FORMAT,
            "columns": {k: list(v) if isinstance(v, tuple) else v for k, v in settings.items()},
            "plans": [asdict(plan) | {"formats": list(plan.formats)} for plan in self.plans_],
            "fields": [field_to_json(field) for field in self._fields],
            "numbers": self._numbers.to_json(),
            "missing": list(self._missing),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "TableEncoder":
        """The encoder that `to_json` wrote.

        Raises
        ------
        BadData
            The values are not what `to_json` writes.
        """
        try:
            return cls._rebuild(values)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BadData(
                f"TableEncoder(json): this describes no encoder ({error}). Train the model again, "
                "or copy its folder again."
            ) from error

    @classmethod
    def _rebuild(cls, values: dict[str, Any]) -> "TableEncoder":
        if values["format"] != _FORMAT:
            raise ValueError(f"format {values['format']!r} is not {_FORMAT}")
        settings: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values["columns"].items()
        }
        encoder = cls(Columns(**settings))
        encoder.columns.check()
        encoder.plans_ = [
            ColumnPlan(str(p["name"]), p["kind"], str(p["reason"]), tuple(map(str, p["formats"])))
            for p in values["plans"]
        ]
        encoder._fields = [field_from_json(field) for field in values["fields"]]
        kept = [(plan.name, plan.kind) for plan in encoder.plans_ if plan.kind != "dropped"]
        if not kept or [(field.name, field.kind) for field in encoder._fields] != kept:
            raise ValueError("plans and columns do not agree")
        if any(plan.kind not in KINDS for plan in encoder.plans_):
            raise ValueError("a column is of unknown kind")
        encoder._numbers = Numbers.from_json(values["numbers"], len(encoder._number_owners()))
        encoder._missing = list(values["missing"])
        if set(encoder._missing) - {name for name, _ in kept}:
            raise ValueError("a flag for a column that is not there")
        encoder._describe()
        return encoder

    @property
    def fields(self) -> list[Field]:
        """How each kept column is read, in the order of `feature_names_`."""
        return self._fields

    def _of(self, kind: type) -> list[Any]:
        return [field for field in self._fields if isinstance(field, kind)]

    def _number_owners(self) -> list[str]:
        """Source column of each raw number."""
        numeric = [f for f in self._fields if isinstance(f, NumberField | DateField)]
        return [field.name for field in numeric for _ in field.parts]

    def _read(self, frame: pl.DataFrame) -> _Raw:
        numbers, booleans, codes = (
            [field.read(frame[field.name]) for field in self._fields if isinstance(field, kind)]
            for kind in (NumberField | DateField, BooleanField, CategoryField)
        )
        none = np.zeros((frame.height, 0))
        return _Raw(
            np.concatenate([none, *numbers], axis=1),
            np.stack(booleans, axis=1) if booleans else none,
            np.stack(codes, axis=1) if codes else none.astype(np.int32),
        )

    def _gaps(self, raw: _Raw) -> dict[str, NDArray[np.bool_]]:
        """Where each column is missing, but for embedded categories: code 0 says it there."""
        gaps = {}
        for place, owner in enumerate(self._number_owners()):
            gaps[owner] = np.isnan(raw.numbers[:, place])  # parts of a date are missing together
        for place, field in enumerate(self._of(BooleanField)):
            gaps[field.name] = np.isnan(raw.booleans[:, place])
        for place, field in enumerate(self._of(CategoryField)):
            if field.onehot:
                gaps[field.name] = raw.codes[:, place] == 0
        return gaps

    def _find_missing(self, raw: _Raw) -> list[str]:
        gaps = self._gaps(raw)
        return [f.name for f in self._fields if f.name in gaps and gaps[f.name].any()]

    def _capped(self) -> tuple[list[int], list[str], list[str]]:
        """Places of numbers that may get cap flags, and words for the sides that are cut."""
        if not self.columns.cap_flags or self.columns.cap is None:
            return [], [], []
        numeric = [f for f in self._fields if isinstance(f, NumberField | DateField)]
        kinds = [f.kind for f in numeric for _ in f.parts]
        low, high = self.columns.cap
        sides = ["below cap"] * (low > 0) + ["above cap"] * (high < 1)
        places = [place for place, kind in enumerate(kinds) if kind == "number"]
        return places, sides, self._number_owners()

    def _flags(self, raw: _Raw) -> NDArray[np.float32]:
        """Flags in the order of `names_["flags"]`."""
        gaps = self._gaps(raw)
        columns = [gaps[name] for name in self._missing]
        places, sides, _ = self._capped()
        below, above = self._numbers.beyond(raw.numbers) if places else (None, None)
        for side, beyond in (("below cap", below), ("above cap", above)):
            if side in sides and beyond is not None:
                columns += [beyond[:, place] for place in places]
        for place, field in enumerate(self._of(BooleanField)):
            flag = raw.booleans[:, place]
            columns.append(np.where(np.isnan(flag), field.share, flag))
        for place, field in enumerate(self._of(CategoryField)):
            if field.onehot:
                codes = raw.codes[:, place]
                columns += [codes == code for code in range(1, len(field.vocabulary) + 1)]
        flags = np.empty((len(raw.numbers), len(columns)), np.float32)
        for place, column in enumerate(columns):
            flags[:, place] = column
        return flags

    def _check_columns(self, frame: pl.DataFrame) -> None:
        for name in self.feature_names_:
            if name not in frame.columns:
                raise BadData(
                    f"X: the column {name!r} of the training table is missing. "
                    f"{did_you_mean(name, frame.columns)}"
                )
        known = {plan.name for plan in self.plans_}
        extra = [name for name in frame.columns if name not in known]
        if extra:
            shown = ", ".join(map(repr, extra[:5])) + (" ..." if len(extra) > 5 else "")
            warnings.warn(
                f"X: columns that were not in training are ignored: {shown}.",
                UserWarning,
                stacklevel=3,
            )

    def _describe(self) -> None:
        """Set the attributes that follow from plans and fields."""
        self.kinds_ = {plan.name: plan.kind for plan in self.plans_}
        self.dropped_ = [(p.name, p.reason) for p in self.plans_ if p.kind == "dropped"]
        self.feature_names_ = [field.name for field in self._fields]
        category_fields = self._of(CategoryField)
        self.notes_ = [
            f"{p.name}: {p.reason}" for p in self.plans_ if p.kind != "dropped" and p.reason
        ] + [
            f"{f.name}: {f.rare} rare categories share the code of unseen ones"
            for f in category_fields
            if f.rare
        ]
        numeric = [f for f in self._fields if isinstance(f, NumberField | DateField)]
        places, sides, owners = self._capped()
        flags = [(f"{name} is missing", name) for name in self._missing]
        flags += [(f"{owners[place]} {side}", owners[place]) for side in sides for place in places]
        flags += [(field.name, field.name) for field in self._of(BooleanField)]
        onehot = [field for field in category_fields if field.onehot]
        flags += [
            (f"{field.name} = {word}", field.name) for field in onehot for word in field.vocabulary
        ]
        embedded = [field for field in category_fields if not field.onehot]
        self.names_ = {
            "numbers": [part for field in numeric for part in field.parts],
            "flags": [name for name, _ in flags],
            "categories": [field.name for field in embedded],
        }
        self.owners_ = {
            "numbers": self._number_owners(),
            "flags": [owner for _, owner in flags],
            "categories": [field.name for field in embedded],
        }
        self.cardinalities_ = [len(field.vocabulary) + 1 for field in embedded]
