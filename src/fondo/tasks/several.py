"""Targets of several numbers a row: read with the names of their columns, and checked.

What is learnt of them is in `numbers`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadData, did_you_mean
from fondo.judge.answers import titles

LARGEST = 1e150  # of a target: its square still fits in float64


class Targets(np.ndarray):
    """Several numbers a row (n, k), with the names of the k columns; empty where they have none."""

    names: tuple[str, ...] = ()

    def __array_finalize__(self, made: Any) -> None:
        self.names = getattr(made, "names", ())


def with_names(y: Any) -> Any:
    """Targets in a frame of columns, or in a series of records, as an array that keeps the names.

    Examples
    --------
    >>> made = with_names(pl.DataFrame({"angle": [0.5, 0.1], "speed": [20, 30]}))
    >>> made.shape, made.names
    ((2, 2), ('angle', 'speed'))
    """
    if isinstance(y, pl.Series) and y.dtype == pl.Struct:
        y = y.struct.unnest()
    if not isinstance(y, pl.DataFrame) and not (hasattr(y, "iloc") and np.ndim(y) == 2):
        return y
    values = (y.to_numpy() if isinstance(y, pl.DataFrame) else np.asarray(y)).view(Targets)
    values.names = tuple(str(name) for name in y.columns)
    return values


def checked(y: np.ndarray, owner: str) -> Targets:
    """Targets (n, k) as float64; BadData names the row and the target that is no number.

    Parameters
    ----------
    y : array (n, k), or object array (n,) of sequences of equal length
    owner : str
        Who asks, for messages.
    """
    names = getattr(y, "names", ())
    plain = _stacked(np.asarray(y), owner)
    if plain.ndim != 2 or plain.shape[1] == 0:
        raise BadData(
            f"{owner}: targets must be one number a row (n,) or several (n, k). Found shape "
            f"{plain.shape}."
        )
    told = titles(names, plain.shape[1])
    numbers = _numbers(plain, told, owner).view(Targets)
    numbers.names = names if len(names) == plain.shape[1] else ()
    missing = np.isnan(numbers)
    if missing.any():
        row, column = (int(found[0]) for found in np.nonzero(missing))
        raise BadData(
            f"{owner}: the target is missing in {int(missing.any(axis=1).sum())} rows, first "
            f"{told[column]!r} in row {row}. Remove those rows or fill in their targets."
        )
    large = np.abs(numbers) > LARGEST
    if large.any():
        row, column = (int(found[0]) for found in np.nonzero(large))
        raise BadData(
            too_large(owner, f"{told[column]!r} of row {row}", float(numbers[row, column]))
        )
    return numbers


def too_large(owner: str, where: str, value: float) -> str:
    """Message for a target beyond what can be learnt."""
    shown = "infinity" if np.isinf(value) else f"{value:g}"
    return (
        f"{owner}: the target {where} is {shown}, beyond what can be learnt ({LARGEST:g}). Remove "
        "that row or correct it, or change the unit."
    )


def aligned(y: Targets, known: Sequence[str], owner: str) -> Targets:
    """The same targets in the order of those that were learnt; BadData where others are given.

    Parameters
    ----------
    y : Targets (n, k)
    known : sequence of str
        Names of those that were learnt.
    owner : str
        Who asks, for messages.
    """
    if y.shape[1] != len(known):
        raise BadData(
            f"{owner}: {y.shape[1]} targets a row, but it was trained on {len(known)} "
            f"({', '.join(known)}). Give the same targets."
        )
    if not y.names or list(known) == list(titles((), len(known))):
        return y
    strange = [name for name in known if name not in y.names]
    if strange:
        raise BadData(
            f"{owner}: there is no target {strange[0]!r}, which it was trained on. "
            f"{did_you_mean(strange[0], y.names)}"
        )
    ordered = y[:, [y.names.index(name) for name in known]].view(Targets)
    ordered.names = tuple(known)
    return ordered


def is_number(value: Any) -> bool:
    """Whether a value can be read as a number."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _stacked(y: np.ndarray, owner: str) -> np.ndarray:
    """Rows that are sequences, as one array."""
    if y.dtype != object or y.ndim != 1:
        return y
    try:
        return np.array([list(row) for row in y])
    except (TypeError, ValueError):
        raise BadData(
            f"{owner}: rows hold different numbers of targets. Give as many numbers in each row."
        ) from None


def _numbers(y: np.ndarray, names: Sequence[str], owner: str) -> np.ndarray:
    try:
        return np.asarray(y, dtype="float64").copy()
    except (TypeError, ValueError):
        row, column = next(place for place in np.ndindex(*y.shape) if not is_number(y[place]))
        raise BadData(
            f"{owner}: the target {names[column]!r} of row {row} is {y[row, column]!r}, which is "
            "no number. Use a classifier for labels, or clean the column."
        ) from None
