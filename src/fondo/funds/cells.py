"""Funds of one date and one peer group, a cell: they are ranked against each other and no other.

Here are the numbering of cells, ranks and quantiles inside them; which funds to pick is in `picks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo.contracts import Whole, check_value
from fondo.errors import BadData
from fondo.judge.intervals import Array, Floats

Dates = NDArray[np.datetime64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows sorted into cells of one date and one peer group.

    Attributes
    ----------
    of_row : int array (n,)
        Cell of each row, from 0.
    date : datetime64[D] array (cells,)
        Date of each cell, ascending.
    peer : array (cells,)
        Peer group of each cell, in the caller's own codes or names.
    """

    of_row: Codes
    date: Dates
    peer: Array

    def __len__(self) -> int:
        return len(self.date)

    def sum(self, values: ArrayLike) -> Floats:
        """Sum over the rows of each cell: (cells,)."""
        return np.bincount(self.of_row, np.asarray(values), minlength=len(self)).astype(np.float64)


def cells(date: ArrayLike, peer: ArrayLike | None = None, owner: str = "cells") -> Cells:
    """Cell of each row.

    Parameters
    ----------
    date : array (n,) of dates
        Decision dates, in any order.
    peer : array (n,) or None, default=None
        Peer group at that date, as codes or names; None: all funds are one group.
    owner : str, default="cells"
        Who asks, for the error message.

    Returns
    -------
    found : Cells

    Raises
    ------
    BadData
        There is no row, a date is missing, or lengths differ.

    Examples
    --------
    >>> cells(["2021-01-01", "2020-01-01", "2021-01-01"], ["b", "a", "b"]).of_row.tolist()
    [1, 0, 1]
    """
    days = as_dates(date, owner)
    if len(days) == 0:
        raise BadData(f"{owner}(date): there must be at least one row. Give one.")
    groups = np.zeros(len(days), np.int64) if peer is None else np.asarray(peer)
    if groups.shape != days.shape:
        raise BadData(
            f"{owner}(date={days.shape}, peer={groups.shape}): there must be a peer group for "
            "each row. Give one for each, or None."
        )
    dates, date_of = np.unique(days, return_inverse=True)
    peers, peer_of = np.unique(groups, return_inverse=True)
    keys, of_row = np.unique(date_of * len(peers) + peer_of, return_inverse=True)
    return Cells(of_row.astype(np.int64), dates[keys // len(peers)], peers[keys % len(peers)])


def as_dates(values: ArrayLike, owner: str, name: str = "date") -> Dates:
    """Dates (n,) as datetime64[D]; BadData where one is missing or is no date.

    A time of day is cut off, and a time zone ignored: the day is the one that is written.
    """
    given = np.asarray(values)
    if given.dtype == object:  # NumPy has no time zones
        given = np.array([v.date() if hasattr(v, "date") else v for v in given.ravel()])
    try:
        days = given.astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        raise BadData(
            f"{owner}({name}): each must be a date, such as 2024-12-31, not {error}. Give an array "
            "of dates."
        ) from error
    if (given.dtype.kind in "biuf" and len(given)) or np.ndim(values) != 1:
        raise BadData(
            f"{owner}({name}): must be a list of dates, not an array {np.shape(values)} of "
            f"{given.dtype}. Give an array of datetime64[D]."
        )
    if np.isnat(days).any():
        place = int(np.isnat(days).argmax())
        raise BadData(
            f"{owner}({name}): row {place} has no date. Leave such rows out: for a date of the "
            "label's end they have no label yet."
        )
    return days


def columns(owner: str, n: int, named: Mapping[str, ArrayLike]) -> list[Floats]:
    """Columns of numbers, each with one entry a row; NaN allowed. BadData else."""
    out = []
    for name, values in named.items():
        try:
            column = np.asarray(values, np.float64)
        except (TypeError, ValueError) as error:
            raise BadData(f"{owner}({name}): must be numbers ({error}). Give floats.") from error
        if column.shape != (n,):
            raise BadData(
                f"{owner}({name}={column.shape}): must have one entry for each of the {n} rows. "
                "Give arrays of one length."
            )
        out.append(column)
    return out


def labels(owner: str, n: int, y: ArrayLike) -> Floats:
    """Column of labels: 1, 0, or NaN for none yet. BadData else."""
    (column,) = columns(owner, n, {"y": y})
    if not (np.isin(column, (0, 1)) | np.isnan(column)).all():
        raise BadData(
            f"{owner}(y): labels must be 1, 0 or NaN (no label yet). Give 1 for the wanted "
            "quantile and 0 for the rest."
        )
    return column


def ranks(values: Floats, of_row: Codes) -> Floats:
    """Rank of each row inside its cell, from 1 for the lowest; ties share their mean rank.

    Parameters
    ----------
    values : float array (n,)
        Infinite ones rank as such; NaN gets no rank, NaN, and takes no place.
    of_row : int array (n,)
        Cell of each row.

    Returns
    -------
    ranks : float array (n,)

    Examples
    --------
    >>> ranks(np.array([3.0, 1.0, 3.0, 9.0]), np.array([0, 0, 0, 1])).tolist()
    [2.5, 1.0, 2.5, 1.0]
    """
    out = np.full(len(values), np.nan)
    order, first, last = ordered(values, of_row)
    out[order] = (first + last) / 2 + 1
    return out


def ordered(values: Floats, of_row: Codes) -> tuple[Codes, Codes, Codes]:
    """Rows that have a value, by cell and rising value, and the first and last place of each tie.

    Returns
    -------
    order, first, last : int arrays (m,)
        Places of rows; places inside the cell, from 0, of the ends of the run of equal values
        that the row lies in.
    """
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    cell = of_row[order]
    if len(cell) and cell.max() < 2**15:
        cell = cell.astype(np.int16)  # which NumPy sorts by radix
    order = order[np.argsort(cell, kind="stable")]
    if len(order) == 0:
        return order, order, order
    v, c = values[order], of_row[order]
    new_cell = np.r_[True, c[1:] != c[:-1]]
    new_run = new_cell | np.r_[True, v[1:] != v[:-1]]
    place = np.arange(len(order))
    place = place - np.maximum.accumulate(np.where(new_cell, place, 0))  # inside the cell
    starts = np.flatnonzero(new_run)
    run = np.cumsum(new_run) - 1
    ends = np.r_[starts[1:], len(order)] - 1
    return order, place[starts][run], place[ends][run]


def quantile_codes(values: ArrayLike, of_row: ArrayLike, quantiles: int = 4) -> Codes:
    """Quantile of each row inside its cell: 0 for the highest values, -1 where there is none.

    Parameters
    ----------
    values : float array (n,)
        Outcomes; NaN is left out of the ranking.
    of_row : int array (n,)
        Cell of each row.
    quantiles : int, default=4
        Parts of about equal size, at least 2.

    Returns
    -------
    codes : int array (n,)
        Of n ranked rows the first part ends after n / quantiles of them, the next after twice as
        many, and so on, each rounded, halves up, the first at least one. Tied rows share a part,
        that of their mean rank.

    Examples
    --------
    >>> quantile_codes([0.1, 0.4, 0.2, 0.3, np.nan], np.zeros(5, int)).tolist()
    [3, 0, 2, 1, -1]
    """
    check_value("quantile_codes", "quantiles", quantiles, Whole(2))
    v, cell = np.asarray(values, np.float64), np.asarray(of_row)
    known = ~np.isnan(v)
    size = np.bincount(cell, known, minlength=int(cell.max(initial=0)) + 1)[cell]
    rank, part = ranks(-v, cell), np.zeros(len(v), np.int64)
    for edge in range(1, quantiles):
        part += rank > np.maximum(np.floor(size * edge / quantiles + 0.5 + 1e-9), 1)
    return np.where(known, part, -1)


def plain(value: Any) -> Any:
    """Dates as text, arrays as lists and NaN or infinity as None, for JSON."""
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
