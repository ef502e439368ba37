"""fondo.data.tables.frames: tables in memory become polars frames."""

import datetime as dt
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from fondo.data.tables.frames import take_rows, to_frame
from fondo.errors import BadData


def test_pandas_needs_no_pyarrow(monkeypatch):
    table = pd.DataFrame(
        {
            "number": [1.5, 2.0, np.nan],
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "word": ["x", None, "é"],
            "kind": pd.Categorical(["u", "v", None]),
            "day": pd.to_datetime(["2020-01-01", None, "2020-01-03"]),
            "zoned": pd.to_datetime(["2020-01-01T02:00+02:00"] * 3, utc=True),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "mixed": ["a", 1, 2.5],
            7: [1, 2, 3],
        }
    )
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    frame = to_frame(table)
    assert frame.columns == [*map(str, table.columns)]
    assert frame["number"].fill_nan(None).to_list() == [1.5, 2.0, None]
    assert frame["whole"].to_list() == [1, None, 3]
    assert frame["word"].to_list() == ["x", None, "é"]
    assert frame["kind"].to_list() == ["u", "v", None]
    assert frame["day"].to_list() == [dt.datetime(2020, 1, 1), None, dt.datetime(2020, 1, 3)]
    assert frame["zoned"].to_list() == [dt.datetime(2020, 1, 1)] * 3
    assert frame["flag"].to_list() == [True, None, False]
    assert frame["mixed"].to_list() == ["a", "1", "2.5"]
    assert frame["7"].to_list() == [1, 2, 3]


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8", "uint64", "bool"])
def test_arrays_keep_their_values(dtype):
    array = np.array([[0, 1], [1, 0], [1, 1]], dtype)
    frame = to_frame(array)
    assert frame.columns == ["x0", "x1"]
    np.testing.assert_array_equal(frame.to_numpy().astype(dtype), array)


def test_other_shapes_of_tables():
    expected = {"a": [1, 2], "b": ["x", None]}
    assert to_frame(expected).to_dict(as_series=False) == expected
    assert to_frame(pl.DataFrame(expected).lazy()).to_dict(as_series=False) == expected
    assert to_frame([{"a": 1, "b": "x"}, {"a": 2}]).to_dict(as_series=False) == expected
    assert to_frame([[1, "x"], [2, None]], names=["a", "b"]).to_dict(as_series=False) == expected
    record = np.array([(1, "x"), (2, "y")], dtype=[("a", int), ("b", "U1")])
    assert to_frame(record).to_dict(as_series=False) == {"a": [1, 2], "b": ["x", "y"]}
    assert to_frame([[1, 2.5], [3, 4]]).dtypes == [pl.Float64, pl.Float64]


def test_objects_that_are_all_missing_become_numbers():
    frame = to_frame(np.array([[None, 1], [np.nan, 2]], dtype=object))
    assert frame["x0"].to_list() == [None, None]
    assert frame["x1"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.zeros(3), "Reshape your data"),
        (np.zeros((2, 2, 2)), "two dimensions"),
        (np.zeros((3, 0)), r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required"),
        (np.zeros((2, 2), complex), "Complex data not supported"),
        (sparse.eye(3), "sparse matrix"),
        ([[1, 2], [3]], "differ in length"),
        ({"a": [1, 2], "b": [1]}, r"differ in length \(a: 2, b: 1\)"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns are called 'a'"),
    ],
)
def test_what_is_no_table_is_refused(table, message):
    with pytest.raises(BadData, match=message):
        to_frame(table)


def test_names_must_be_as_many_as_columns():
    with pytest.raises(BadData, match="2 columns, but 1 names"):
        to_frame(np.zeros((3, 2)), names=["a"])


def test_rows_are_taken_in_the_order_asked():
    assert take_rows(pl.DataFrame({"a": [1, 2, 3]}), np.array([2, 0, 0]))["a"].to_list() == [
        3,
        1,
        1,
    ]
