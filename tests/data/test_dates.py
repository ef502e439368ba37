"""fondo.data.tables.dates: dates in many spellings, and their parts."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.tables.dates import (
    FORMATS,
    PARTS,
    date_parts,
    find_formats,
    is_ambiguous,
    to_datetimes,
    whole_text,
)

MOMENT = dt.datetime(2020, 12, 31, 17, 30, 5)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-12-31", MOMENT.replace(hour=0, minute=0, second=0)),
        ("31/12/2020", MOMENT.replace(hour=0, minute=0, second=0)),
        ("12/31/2020", MOMENT.replace(hour=0, minute=0, second=0)),
        ("31.12.20", MOMENT.replace(hour=0, minute=0, second=0)),
        ("Dec 31, 2020", MOMENT.replace(hour=0, minute=0, second=0)),
        ("31 December 2020", MOMENT.replace(hour=0, minute=0, second=0)),
        ("31-Dec-2020", MOMENT.replace(hour=0, minute=0, second=0)),
        ("20201231", MOMENT.replace(hour=0, minute=0, second=0)),
        ("2020-12", dt.datetime(2020, 12, 1)),
        ("2020-12-31 17:30:05", MOMENT),
        ("2020-12-31T17:30:05Z", MOMENT),
        ("2020-12-31T19:30:05+02:00", MOMENT),
        ("2020-12-31T12:00:05-0530", MOMENT),
        ("31/12/2020 5:30:05 PM", MOMENT),
        ("2020-12-31 17:30", MOMENT.replace(second=0)),
        ("soon", None),
        ("32/12/2020", None),
        ("2020-12-31 25:00", None),
    ],
)
def test_spellings(text, moment):
    column = pl.Series([text])
    assert to_datetimes(column, find_formats(column) or FORMATS).to_list() == [moment]


@given(st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), min_size=1, max_size=20))
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%b %d, %Y", "%d.%m.%Y"])
def test_written_and_read_back(form, days):
    column = pl.Series([day.strftime(form) for day in days])
    read = to_datetimes(column, find_formats(column)).cast(pl.Date).to_list()
    assert read == days


def test_month_first_is_found_where_the_days_show_it():
    column = pl.Series(["03/04/2020", "12/31/2020"])
    assert find_formats(column) == ("%m/%d/%Y",)
    assert not is_ambiguous(column, ("%m/%d/%Y",))
    assert to_datetimes(column, ("%m/%d/%Y",))[0] == dt.datetime(2020, 3, 4)


def test_day_comes_first_where_both_fit():
    column = pl.Series(["03/04/2020"])
    assert find_formats(column) == ("%d/%m/%Y",)
    assert is_ambiguous(column, ("%d/%m/%Y",))
    assert not is_ambiguous(pl.Series(["2020-01-01"]), ("%Y-%m-%d",))


def test_whole_numbers_as_dates():
    column = pl.Series([20200131.0, 202002.0, 2021.0, None, 7.5])
    expected = [dt.datetime(2020, 1, 31), dt.datetime(2020, 2, 1), dt.datetime(2021, 1, 1)]
    assert to_datetimes(column).to_list() == [*expected, None, None]
    assert whole_text(pl.Series([1.0, 2.5, float("nan"), None])).to_list() == [
        "1",
        "2.5",
        None,
        None,
    ]


def test_zones_become_universal_time():
    zoned = pl.Series([MOMENT]).dt.replace_time_zone("Europe/Rome")
    assert to_datetimes(zoned).to_list() == [MOMENT - dt.timedelta(hours=1)]


def test_parts_by_hand():
    # 1970-04-02 06:00: day 91 and a quarter; fourth month, a quarter of the year's circle;
    # a Thursday, three sevenths of the week; six o'clock, a quarter of the day.
    parts = date_parts(pl.Series([dt.datetime(1970, 4, 2, 6), None], dtype=pl.Datetime("us")))
    week = 2 * np.pi * 3 / 7
    expected = [91.25, 1970, 92, 1, 0, np.sin(week), np.cos(week), 1, 0]
    np.testing.assert_allclose(parts[0], expected, atol=1e-12)
    assert np.isnan(parts[1]).all()
    assert len(PARTS) == parts.shape[1]
