"""fondo.data.fingerprint: equal tables agree, different ones do not, cuts leave no trace."""

import datetime as dt
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.fingerprint import fingerprint, row_hashes

TABLE = pl.DataFrame(
    {
        "a": [1, None, 3],
        "b": ["x", None, "é"],
        "c": [0.5, float("nan"), -0.0],
        "d": [dt.date(2020, 1, 1), None, dt.date(2021, 1, 1)],
        "e": [True, False, None],
        "f": [[1], None, [2, 3]],
    }
)


def test_equal_tables_agree():
    again = pl.DataFrame({"a": [1, None, 3], "b": ["x", None, "é"]})
    assert fingerprint(TABLE[["a", "b"]]) == fingerprint(again)
    assert len(fingerprint(TABLE)) == 64


@given(st.lists(st.sampled_from([0, 1, 2, 3]), max_size=5))
def test_chunks_leave_no_trace(cuts):
    places = [0, *sorted(cuts), 3]
    pieces = [TABLE[a:b] for a, b in pairwise(places)]
    assert fingerprint(pl.concat(pieces, rechunk=False)) == fingerprint(TABLE)


@pytest.mark.parametrize(
    "other",
    [
        TABLE.reverse(),
        TABLE.select(reversed(TABLE.columns)),
        TABLE.rename({"a": "A"}),
        TABLE.with_columns(pl.col("a").cast(pl.Float64)),
        TABLE.with_columns(b=pl.Series(["x", "", "é"])),
        TABLE.with_columns(b=pl.Series(["xé", None, ""])),
        TABLE.with_columns(f=pl.Series([[1], None, [2, 4]])),
        TABLE[:2],
    ],
)
def test_any_change_shows(other):
    assert fingerprint(other) != fingerprint(TABLE)


def test_categorical_text_is_text_and_zero_has_no_sign():
    words = pl.DataFrame({"w": ["a", "b"]})
    assert fingerprint(words.cast(pl.Categorical)) == fingerprint(words)
    zeros = pl.DataFrame({"z": [0.0, -0.0]})
    assert fingerprint(zeros) == fingerprint(zeros.reverse())


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("ab")), min_size=1, max_size=30))
def test_rows_hash_alike_exactly_if_they_are_equal(rows):
    frame = pl.DataFrame(rows, schema=["n", "w"], orient="row")
    hashes = row_hashes(frame)
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            assert (hashes[i] == hashes[j]) == (one == other)


def test_rows_hash_alike_whatever_the_file_said_about_types():
    whole = pl.DataFrame({"n": [1, None], "w": ["a", "b"]})
    floats = pl.DataFrame({"n": [1.0, float("nan")], "w": ["a", "b"]}).cast({"w": pl.Categorical})
    assert (row_hashes(whole) == row_hashes(floats)).all()


def test_columns_do_not_change_places_in_secret():
    hashes = row_hashes(pl.DataFrame({"a": [1, 2], "b": [2, 1]}))
    assert hashes[0] != hashes[1]
