"""fondo.funds.spans: overlaps against pairs counted one by one, and purgedcv."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purgedcv import apply_embargo, purge

from fondo.errors import BadData, BadParameter
from fondo.funds.spans import (
    apart,
    checked_spans,
    clear_of,
    dates_in_label,
    leaking_rows,
    spans,
)

DAY = np.datetime64("2020-01-01")


def rows_of(draw_from, n=20):
    rng = np.random.default_rng(draw_from)
    start = DAY + rng.integers(0, 60, n)
    return spans(start, start + rng.integers(1, 20, n))


def overlap(a, b):
    """Labels cover (date, label_end]: touching is no overlap."""
    return bool((a["date"] < b["label_end"]) & (b["date"] < a["label_end"]))


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_leaks_are_those_found_pair_by_pair(seed):
    rows = rows_of(seed)
    train, test = np.arange(14), np.arange(14, 20)
    pairs = [any(overlap(rows[i], rows[j]) for j in test) for i in train]
    assert leaking_rows(rows, train, test) == sum(pairs)


@given(st.integers(0, 10_000), st.sampled_from([0, 1, 15]))
@settings(max_examples=20)
def test_clear_rows_are_those_of_purgedcv_for_a_stretch_of_dates(seed, embargo):
    rows = np.sort(rows_of(seed), order="date")
    stretch = (rows["date"] >= rows["date"][6]) & (rows["date"] <= rows["date"][11])
    test, others = np.flatnonzero(stretch), np.flatnonzero(~stretch)
    times = [pd.Series(rows[name].astype("datetime64[ns]")) for name in ("date", "label_end")]
    theirs = purge(others, test, *times)
    theirs = apply_embargo(theirs, test, *times, embargo=pd.Timedelta(days=embargo))
    kept = clear_of(rows, test, embargo)
    if embargo:  # they count the embargo from each label's end, we from the last
        assert set(np.flatnonzero(kept)) <= set(theirs)
        last = rows["label_end"][test].max()
        gone = rows["date"][list(set(theirs) - set(np.flatnonzero(kept)))]
        assert ((gone >= last) & (gone <= last + embargo)).all() or len(gone) == 0
    else:
        assert np.flatnonzero(kept).tolist() == theirs.tolist()


def test_the_embargo_begins_at_the_end_of_the_labels():
    # tested: day 10, label to day 20. Day 19 overlaps; days 20 to 25 still look back on it
    date = DAY + np.array([0, 5, 10, 19, 20, 25, 26])
    rows = spans(date, date + 5)
    rows["label_end"][2] = DAY + 20
    assert clear_of(rows, np.array([2])).tolist() == [True, True, False, False, True, True, True]
    assert clear_of(rows, np.array([2]), 5).tolist() == [
        *(True, True, False, False),
        *(False, False, True),
    ]


def test_dates_in_a_label_and_dates_apart():
    date = DAY + 28 * np.arange(30)
    end = date + 364
    assert dates_in_label(date, end) == 13  # 52 weeks in steps of 4
    assert np.flatnonzero(apart(date, end)).tolist() == [0, 13, 26]
    mixed = np.random.default_rng(0).permutation(30)
    assert np.flatnonzero(apart(date[mixed], end[mixed])).tolist() == sorted(
        np.flatnonzero(np.isin(mixed, [0, 13, 26]))
    )
    both = apart(np.repeat(date, 2), np.repeat(end, 2))
    assert both.sum() == 6  # all rows of a date go together


def test_parts_of_spans_are_spans():
    rows = spans(["2020-01-01", "2020-01-02"], ["2021-01-01", "2021-01-02"], ["b", "ä"])
    assert checked_spans("x", np.zeros((1, 3)), rows[1:])["fund"].tolist() == [1]
    assert spans(["2020-01-01"], ["2021-01-01"])["fund"].tolist() == [-1]


def test_bad_input_is_refused():
    for call in (spans, dates_in_label, apart):
        with pytest.raises(BadData, match="at least one"):
            call([], [])
    with pytest.raises(BadData, match="row 1 decides on 2020-01-02 and its label ends on 2020-01"):
        spans(["2020-01-01", "2020-01-02"], ["2020-02-01", "2020-01-02"])
    with pytest.raises(BadData, match=r"spans\(label_end\): row 0 has no date.*no label yet"):
        spans(["2020-01-01"], [np.datetime64("NaT")])
    with pytest.raises(BadData, match="arrays of one length"):
        spans(["2020-01-01"], ["2021-01-01"], [[1]])
    with pytest.raises(BadData, match="each label must end after its date"):
        apart(["2020-01-02"], ["2020-01-01"])
    good = spans(["2020-01-01"], ["2021-01-01"])
    with pytest.raises(BadData, match="X has 2 rows and there are 1 spans"):
        checked_spans("x", [[1], [2]], good)
    for wrong, name in ((None, "None"), (np.zeros(3), "ndarray"), ([1], "list")):
        with pytest.raises(BadParameter, match=rf"x.split\(groups={name}\): groups must be the"):
            checked_spans("x", None, wrong)
