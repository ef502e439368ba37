"""fondo.funds.cells: ranks against SciPy, quantiles by hand, dates of every kind."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from fondo.errors import BadData, BadParameter
from fondo.funds.cells import as_dates, cells, columns, labels, plain, quantile_codes, ranks

numbers = arrays(float, 12, elements=st.sampled_from([-1.0, 0.0, 2.0, 5.0, np.inf, np.nan]))
members = arrays("int64", 12, elements=st.integers(0, 2))


@given(numbers, members)
@settings(max_examples=20)
def test_ranks_agree_with_scipy_cell_by_cell(values, cell):
    found = ranks(values, cell)
    for code in range(3):
        rows = (cell == code) & ~np.isnan(values)
        assert found[rows].tolist() == rankdata(values[rows]).tolist()
    assert np.isnan(found[np.isnan(values)]).all()


@given(numbers, members)
@settings(max_examples=20)
def test_quantiles_follow_the_ranks_and_ties_share_one(values, cell):
    codes, rank = quantile_codes(values, cell, 3), ranks(-values, cell)
    for code in range(3):
        rows = (cell == code) & ~np.isnan(values)
        order = np.argsort(rank[rows])
        assert (np.diff(codes[rows][order]) >= 0).all()
        assert len({(v, c) for v, c in zip(values[rows], codes[rows], strict=True)}) == len(
            set(values[rows])
        )
    assert (codes[np.isnan(values)] == -1).all()


@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        (8, [2, 2, 2, 2]),
        (3, [1, 1, 0, 1]),  # edges 0.75, 1.5, 2.25 become 1, 2, 2
        (6, [2, 1, 2, 1]),  # edges 1.5, 3, 4.5 become 2, 3, 5
        (1, [1, 0, 0, 0]),
    ],
)
def test_quartiles_of_few_funds_by_hand(n, sizes):
    codes = quantile_codes(np.arange(n, dtype=float), np.zeros(n, int))
    assert np.bincount(codes, minlength=4).tolist() == sizes
    assert codes[-1] == 0  # the highest value is in the first


def test_cells_number_dates_then_groups_and_do_not_mind_the_order():
    date = ["2021-01-01", "2020-01-01", "2021-01-01", "2020-01-01"]
    found = cells(date, ["Österreich", "b", "a", "Österreich"])
    assert found.of_row.tolist() == [3, 0, 2, 1]
    assert found.peer.tolist() == ["b", "Österreich", "a", "Österreich"]
    assert found.date.astype(str).tolist() == ["2020-01-01"] * 2 + ["2021-01-01"] * 2
    assert found.sum([1, 2, 3, 4]).tolist() == [2, 4, 3, 1]
    assert len(cells(date)) == 2


@pytest.mark.parametrize(
    "given",
    [
        ["2020-01-31"],
        [datetime.date(2020, 1, 31)],
        np.array(["2020-01-31T23:59:59"], "datetime64[ns]"),
        pd.DatetimeIndex(["2020-01-31 23:30"]).tz_localize("America/New_York"),
        pd.Series(pd.to_datetime(["2020-01-31"])),
        pl.Series([datetime.datetime(2020, 1, 31, 5)]),
    ],
)
def test_dates_of_every_kind_are_the_day_that_is_written(given):
    assert as_dates(given, "test").astype(str).tolist() == ["2020-01-31"]


def test_what_is_no_date_is_refused():
    for wrong in ([1.5], [[1]], [["2020-01-01"]], [True]):
        with pytest.raises(BadData, match=r"test\(date\): must be a list of dates"):
            as_dates(wrong, "test")
    with pytest.raises(BadData, match="such as 2024-12-31"):
        as_dates(["soon"], "test")
    with pytest.raises(BadData, match="row 1 has no date"):
        as_dates(["2020-01-01", None], "test")


def test_rows_must_fit_together():
    with pytest.raises(BadData, match=r"cells\(date\): there must be at least one row"):
        cells([])
    with pytest.raises(BadData, match="there must be a peer group for each row"):
        cells(["2020-01-01"], ["a", "b"])
    with pytest.raises(BadData, match=r"x\(scores=\(3,\)\): must have one entry for each of the 2"):
        columns("x", 2, {"scores": [1, 2, 3]})
    with pytest.raises(BadData, match=r"x\(scores\): must be numbers"):
        columns("x", 1, {"scores": ["high"]})
    with pytest.raises(BadData, match="labels must be 1, 0 or NaN"):
        labels("x", 2, [1, 2])
    with pytest.raises(BadParameter, match="quantiles must be a whole number of at least 2"):
        quantile_codes([1.0], np.zeros(1, int), 1)


def test_plain_values_are_json():
    assert plain(np.array(["2020-01-31"], "datetime64[D]")) == ["2020-01-31"]
    assert plain(np.array([[1.5, np.nan], [np.inf, 2]])) == [[1.5, None], [None, 2.0]]
    assert plain(np.int64(3)) == 3
