"""fondo.data.tables.show: rows and columns as plain values for people."""

import datetime as dt
import json

import polars as pl
import pytest

from fondo.data.tables.columns import Columns, infer_kinds
from fondo.data.tables.show import show_row, summary

TABLE = pl.DataFrame(
    {
        "age": [20.0, 30.0, float("inf"), None],
        "town": ["Rome", "Rome", "Oslo", "?"],
        "smokes": [True, False, None, True],
        "day": [dt.date(2020, 1, 1), dt.date(2020, 1, 3), None, dt.date(2020, 1, 2)],
        "list": [[1], None, [2], [3]],
        "read": ["1", "2", "3", "4"],
    }
)


def test_a_row_can_be_printed_and_written():
    assert show_row(TABLE, 0) == {
        "age": 20.0,
        "town": "Rome",
        "smokes": True,
        "day": "2020-01-01",
        "list": "[1]",
        "read": "1",
    }
    assert show_row(TABLE, 2)["age"] is None
    assert show_row(TABLE, 3)["town"] is None
    assert show_row(pl.DataFrame({"t": ["x" * 99]}), 0)["t"] == "x" * 59 + "…"
    moment = pl.DataFrame({"t": [dt.datetime(2020, 1, 1, 5, 6)]})
    assert show_row(moment, 0)["t"] == "2020-01-01 05:06:00"


def test_summary_by_hand():
    lines = {line["name"]: line for line in summary(TABLE, infer_kinds(TABLE, Columns()))}
    age = lines["age"]
    assert (age["min"], age["mean"], age["max"]) == (20, 25, 30)  # of what is finite
    assert (age["missing"], age["distinct"]) == (0.25, 3)
    assert lines["town"]["top"] == [("Rome", pytest.approx(2 / 3)), ("Oslo", pytest.approx(1 / 3))]
    assert lines["smokes"]["top"][0] == ("true", pytest.approx(2 / 3))
    assert lines["day"]["min"] == "2020-01-01"
    assert lines["day"]["mean"] == "2020-01-02"
    assert lines["list"]["kind"] == "dropped"
    assert lines["list"]["missing"] == 0.25
    assert lines["read"]["mean"] == 2.5
    json.dumps(list(lines.values()), allow_nan=False)
