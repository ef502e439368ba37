"""Tables in memory to polars: polars, pandas, NumPy, a dict of columns, a list of rows.

Files are in `read`. Nothing is guessed about what a column means: see `kinds`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.errors import BadData


def to_frame(X: Any, names: Sequence[str] | None = None) -> pl.DataFrame:
    """Turn a table of any common kind into a polars frame.

    Parameters
    ----------
    X : polars or pandas frame, 2-D or structured NumPy array, dict of columns, or list of rows
        The table. The columns of an array are called "x0", "x1", ... unless `names` says otherwise.
    names : sequence of str or None, default=None
        Names for columns that have none.

    Returns
    -------
    frame : polars.DataFrame (n_rows, n_columns)
        Numbers, booleans, dates or text; a column of mixed objects becomes text.

    Raises
    ------
    BadData
        The table is not two-dimensional, is sparse or complex, has no columns, or two columns
        share a name.

    Examples
    --------
    >>> to_frame([[1, "a"], [2, None]]).to_dict(as_series=False)
    {'x0': [1, 2], 'x1': ['a', None]}
    """
    frame = _convert(X, names)
    if frame.width == 0:
        raise BadData(
            f"X: found 0 feature(s) (shape=({frame.height}, 0)) while a minimum of 1 is required. "
            "Give a table with at least one column."
        )
    return frame


def take_rows(frame: pl.DataFrame, indices: NDArray[np.integer]) -> pl.DataFrame:
    """Rows of a frame by their places, counted from 0, in the order given.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        Any table.
    indices : int array (n_taken,)
        Places of the rows; one may come twice.

    Returns
    -------
    rows : polars.DataFrame (n_taken, n_columns)
        The rows.
    """
    return frame[np.asarray(indices, dtype=np.int64)]


def is_pandas(X: object) -> bool:
    """Whether `X` is a pandas object; pandas itself is never imported."""
    return type(X).__module__.partition(".")[0] == "pandas"


def _convert(X: Any, names: Sequence[str] | None) -> pl.DataFrame:
    if isinstance(X, pl.DataFrame):
        return X
    if isinstance(X, pl.LazyFrame):
        return X.collect()
    if is_pandas(X) and hasattr(X, "columns"):
        return _from_pandas(X)
    if isinstance(X, Mapping):
        return _from_columns({str(name): values for name, values in X.items()})
    if isinstance(X, Sequence) and len(X) and isinstance(X[0], Mapping):
        return pl.DataFrame(X, infer_schema_length=None, strict=False)
    if hasattr(X, "toarray"):
        raise BadData("X: a sparse matrix cannot be used. Give X.toarray(), or a table.")
    return _from_array(_as_array(X), names)


def _as_array(X: Any) -> NDArray[Any]:
    if isinstance(X, Sequence) and not isinstance(X, str):
        kinds = {type(cell) for row in X if isinstance(row, Sequence) for cell in row}
        plain = kinds <= {int, float, bool}
        try:
            return np.asarray(X) if plain else np.array(X, dtype=object)
        except ValueError as error:
            raise BadData(f"X: the rows differ in length ({error}). Fill them up.") from error
    return np.asarray(X)


def _from_array(array: NDArray[Any], names: Sequence[str] | None) -> pl.DataFrame:
    if array.dtype.names is not None and array.ndim == 1:
        return _from_columns({name: array[name] for name in array.dtype.names})
    if array.ndim != 2:
        raise BadData(
            f"X: a table has two dimensions (rows, columns), this array has shape {array.shape}. "
            "Reshape your data: X.reshape(-1, 1) is one column, X.reshape(1, -1) is one row."
        )
    if np.iscomplexobj(array):
        raise BadData("X: Complex data not supported. Give real and imaginary parts as columns.")
    if names is None:
        names = [f"x{place}" for place in range(array.shape[1])]
    if len(names) != array.shape[1]:
        raise BadData(
            f"X: {array.shape[1]} columns, but {len(names)} names. Give one name for each column."
        )
    return _from_columns(dict(zip(map(str, names), array.T, strict=True)), len(array))


def _from_columns(columns: Mapping[str, Any], n_rows: int = 0) -> pl.DataFrame:
    series = [_series(name, values) for name, values in columns.items()]
    lengths = {name: len(values) for name, values in zip(columns, series, strict=True)}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name}: {length}" for name, length in list(lengths.items())[:5])
        raise BadData(f"X: the columns differ in length ({shown}). Make them equally long.")
    return pl.DataFrame(series) if series else pl.DataFrame(height=n_rows)


def _series(name: str, values: Any) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
    if is_pandas(values):
        return _from_pandas_column(name, values)
    array = np.asarray(values) if hasattr(values, "__array__") else None
    if array is None or array.dtype == object:
        cells = list(values)
        if all(cell is None or cell != cell for cell in cells):  # NaN differs from itself
            return pl.Series(name, [None] * len(cells), dtype=pl.Float64)
        cells = [None if isinstance(cell, float) and cell != cell else cell for cell in cells]
        return pl.Series(name, cells, strict=False)
    if array.dtype.kind in "mM" and np.datetime_data(array.dtype)[0] not in ("D", "us"):
        array = array.astype(f"{array.dtype.kind}8[us]")
    if array.dtype.kind in "US":
        array = array.astype(str)
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):  # half, long double
        array = array.astype(np.float64)
    return pl.Series(name, np.ascontiguousarray(array))


def _from_pandas(X: Any) -> pl.DataFrame:
    names = [str(name) for name in X.columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadData(f"X: two columns are called {twice!r}. Give every column a name of its own.")
    columns = {name: _from_pandas_column(name, X.iloc[:, i]) for i, name in enumerate(names)}
    return _from_columns(columns, len(X))


def _from_pandas_column(name: str, column: Any) -> pl.Series:
    """A pandas column without pyarrow: by NumPy where it can, else by Python objects."""
    dtype = column.dtype
    if getattr(dtype, "tz", None) is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufmM":
        return _series(name, column.to_numpy())
    missing = column.isna().to_numpy()
    kind = getattr(dtype, "kind", "O")
    if kind in "biuf" and hasattr(dtype, "na_value"):  # Int64, Float64, boolean
        values = column.to_numpy(
            dtype={"b": "bool", "f": "float64"}.get(kind, kind + "8"), na_value=0
        )
        series = pl.Series(name, values)
        return series.set(pl.Series(missing), None) if missing.any() else series
    cells = column.astype(object).to_numpy()
    return _series(name, np.where(missing, None, cells))
