"""Digests of tables: one for a whole table, one for each row.

Nothing here compares tables; the receipt and the leak checks do.
"""

import hashlib
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

_SLICE = 65_536  # rows digested at a time; the digest does not depend on it
_GOLDEN = 0x9E3779B97F4A7C15


class Fingerprinter:
    """Digest of a table that arrives in pieces; the cuts between them leave no trace.

    Examples
    --------
    >>> table = pl.DataFrame({"a": [1, 2, 3]})
    >>> pieces = Fingerprinter()
    >>> for piece in (table[:1], table[1:]):
    ...     pieces.update(piece)
    >>> pieces.hexdigest() == fingerprint(table)
    True
    """

    def __init__(self) -> None:
        self._columns: dict[str, tuple[str, Any, Any]] = {}  # name -> dtype, shape and value hashes
        self._rows = 0

    def update(self, frame: pl.DataFrame) -> None:
        """Take in the next rows (same columns, same types)."""
        for name in frame.columns:
            series = _plain(frame[name])
            default = (str(series.dtype), hashlib.sha256(), hashlib.sha256())
            _, shape, values = self._columns.setdefault(name, default)
            for start in range(0, len(series), _SLICE):
                _digest(series[start : start + _SLICE], shape, values)
        self._rows += frame.height

    def hexdigest(self) -> str:
        """Sha-256 of names, types and values so far, as 64 hexadecimal digits."""
        total = hashlib.sha256(f"{self._rows}\n".encode())
        for name, (dtype, shape, values) in self._columns.items():
            head = name.encode()
            total.update(len(head).to_bytes(8, "little") + head + dtype.encode() + b"\n")
            total.update(shape.digest() + values.digest())
        return total.hexdigest()


def fingerprint(frame: pl.DataFrame) -> str:
    """Sha-256 of a table's column names, types and values.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        Any table. The order of rows and columns counts; how polars keeps it in memory does not.

    Returns
    -------
    digest : str
        64 hexadecimal digits.

    Examples
    --------
    >>> fingerprint(pl.DataFrame({"a": [1, 2]})) == fingerprint(pl.DataFrame({"a": [2, 1]}))
    False
    """
    whole = Fingerprinter()
    whole.update(frame)
    return whole.hexdigest()


def row_hashes(frame: pl.DataFrame) -> NDArray[np.uint64]:
    """Digest of each row: equal rows have equal digests, whatever file they stand in.

    Whole numbers and fractions of equal value are equal (1 and 1.0), and so are null and NaN.
    Column names and order count.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        Any table.

    Returns
    -------
    hashes : uint64 array (n_rows,)
        Two different rows agree by chance about once in 10**19 pairs.

    Examples
    --------
    >>> a = row_hashes(pl.DataFrame({"x": [1, 2, 1]}))
    >>> bool(a[0] == a[2]), bool(a[0] == a[1])
    (True, False)
    """
    total = np.full(frame.height, _GOLDEN, np.uint64)
    for name in frame.columns:
        salt = np.uint64(_hash_text(name))
        total = _mix(total ^ _mix(_column_bits(_plain(frame[name])) ^ salt))
    return total


def _plain(series: pl.Series) -> pl.Series:
    """The column as Boolean, a number type or String."""
    dtype = series.dtype
    if dtype.is_temporal():
        return series.to_physical()
    if str(dtype) in ("Int128", "UInt128"):  # wider than any number of NumPy
        return series.cast(pl.String)
    if dtype.is_numeric() or dtype in (pl.Boolean, pl.String):
        return series.cast(pl.Float64) if isinstance(dtype, pl.Decimal) else series
    if dtype in (pl.Categorical, pl.Enum, pl.Null):
        return series.cast(pl.String)
    return pl.Series(series.name, [None if v is None else repr(v) for v in series], pl.String)


def _digest(series: pl.Series, shape: Any, values: Any) -> None:
    """Add where values are missing and how long they are to `shape`, the values to `values`."""
    shape.update(series.is_null().to_numpy().tobytes())
    if series.dtype == pl.String:
        shape.update(series.str.len_bytes().fill_null(0).cast(pl.UInt64).to_numpy().tobytes())
        values.update("".join(series.drop_nulls()).encode())
    elif series.dtype.is_float():
        values.update(_floats(series).tobytes())
    else:
        values.update(series.fill_null(False if series.dtype == pl.Boolean else 0).to_numpy())


def _floats(series: pl.Series) -> NDArray[np.float64]:
    """Values with one form of NaN and one zero."""
    numbers = series.cast(pl.Float64).fill_null(0.0).to_numpy() + 0.0  # -0.0 + 0.0 is 0.0
    numbers[np.isnan(numbers)] = np.nan
    return numbers


def _column_bits(series: pl.Series) -> NDArray[np.uint64]:
    if series.dtype == pl.String:
        words = series.unique().drop_nulls()
        codes = pl.Series([_hash_text(word) for word in words], dtype=pl.UInt64)
        missing = series.is_null().to_numpy()
        bits = series.replace_strict(words, codes, default=0, return_dtype=pl.UInt64)
        return np.where(missing, np.uint64(1), bits.fill_null(1).to_numpy())
    numbers = series.cast(pl.Float64).fill_null(np.nan).to_numpy() + 0.0
    numbers[np.isnan(numbers)] = np.nan
    return numbers.view(np.uint64)


def _hash_text(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit in touches every bit out."""
    bits = (bits + np.uint64(_GOLDEN)).astype(np.uint64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
