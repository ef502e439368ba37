"""fondo.data.splits: parts are disjoint and whole, and keep classes, groups and time."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from fondo.data.splits import Latest, folds, split_rows, time_numbers
from fondo.errors import BadData, BadParameter

labels = st.lists(st.sampled_from("aab"), min_size=4, max_size=60)
shares = st.floats(0.05, 0.95)
seeds = st.integers(0, 99)


def check_parts(n, *parts):
    """Every row is in exactly one part, no part is empty, places are sorted."""
    together = np.concatenate(parts)
    assert sorted(together) == list(range(n))
    assert all(len(part) for part in parts)
    assert all((np.diff(part) > 0).all() for part in parts)


@given(labels, shares, seeds)
def test_parts_share_out_all_rows(y, share, seed):
    for rest, part in (
        split_rows(len(y), share, seed),
        split_rows(len(y), share, seed, stratify=y),
        split_rows(len(y), share, seed, time=range(len(y))),
    ):
        check_parts(len(y), rest, part)


@given(labels, shares, seeds)
def test_classes_keep_their_share_within_a_row(y, share, seed):
    y = np.array(y)
    _, part = split_rows(len(y), share, seed, stratify=y)
    for label in "ab":
        size = int((y == label).sum())
        taken = int((y[part] == label).sum())
        assert taken <= max(size - 1, 0)  # one row at least stays
        assert abs(taken - size * share) < 2


def test_stratified_by_hand():
    # 8, 4 and 1 rows, 4 of 13 wanted: shares 2.46, 1.23 and (one row: stays) 0; the rest goes
    # to the largest remainder.
    y = np.array(list("aaaaaaaabbbbc"))
    rest, part = split_rows(13, 4 / 13, 0, stratify=y)
    assert sorted(y[part]) == ["a", "a", "a", "b"]
    assert "c" in y[rest]


def test_classes_of_one_row_each_are_split_all_the_same():
    check_parts(4, *split_rows(4, 0.5, 0, stratify=list("abcd")))


@given(st.lists(st.integers(0, 5), min_size=4, max_size=60), shares, seeds)
def test_groups_stay_whole(groups, share, seed):
    groups = np.array([*groups, 6, 7])
    rest, part = split_rows(len(groups), share, seed, groups=groups)
    check_parts(len(groups), rest, part)
    assert not set(groups[rest]) & set(groups[part])
    for train, test in folds(len(groups), 2, seed, groups=groups):
        check_parts(len(groups), train, test)
        assert not set(groups[train]) & set(groups[test])


@given(st.lists(st.integers(0, 9), min_size=4, max_size=60), shares)
def test_the_part_is_later_than_the_rest(times, share):
    times = np.array([*times, 10])
    rest, part = split_rows(len(times), share, 0, time=times)
    check_parts(len(times), rest, part)
    assert times[rest].max() < times[part].min()


def test_rows_without_a_time_are_never_the_latest():
    time = [dt.date(2020, 1, 1), None, dt.date(2020, 1, 3), dt.date(2020, 1, 2)]
    rest, part = split_rows(4, 0.25, 0, time=time)
    assert (rest.tolist(), part.tolist()) == ([0, 1, 3], [2])


@given(labels, st.integers(2, 4), seeds)
def test_every_row_is_tested_once(y, k, seed):
    y = np.array(y)
    parts = folds(len(y), k, seed, stratify=y)
    check_parts(len(y), *(test for _, test in parts))
    for train, test in parts:
        check_parts(len(y), train, test)
    counts = np.array([[np.sum(y[test] == label) for label in "ab"] for _, test in parts])
    assert np.ptp(counts, axis=0).max() <= 1


def test_folds_are_as_balanced_as_those_of_scikit_learn():
    y = np.random.default_rng(0).choice(3, 100, p=[0.7, 0.2, 0.1])
    theirs = StratifiedKFold(5, shuffle=True, random_state=0).split(y, y)
    expected = sorted(np.bincount(y[test], minlength=3).tolist() for _, test in theirs)
    found = [np.bincount(y[test], minlength=3) for _, test in folds(100, 5, 0, stratify=y)]
    assert np.abs(np.sort(found, axis=0) - np.sort(expected, axis=0)).max() <= 1


def test_folds_in_time_go_forward():
    for train, test in folds(50, 4, 0, time=np.arange(50) // 2):
        assert (train // 2).max() < (test // 2).min()


def test_same_seed_same_parts():
    assert split_rows(50, 0.3, 1)[1].tolist() == split_rows(50, 0.3, 1)[1].tolist()
    assert split_rows(50, 0.3, 1)[1].tolist() != split_rows(50, 0.3, 2)[1].tolist()


@pytest.mark.parametrize(
    "time",
    [
        ["01/02/2020", "02/02/2020", "13/02/2020"],
        pl.Series(["2020-02-01", "2020-02-02", "2020-02-13"]),
        np.array(["2020-02-01", "2020-02-02", "2020-02-13"], "datetime64[D]"),
        np.array([dt.datetime(2020, 2, day) for day in (1, 2, 13)], dtype=object),
    ],
)
def test_times_in_any_dress(time):
    numbers = time_numbers(time)
    np.testing.assert_allclose(np.diff(numbers) / np.diff(numbers)[0], [1, 11])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: split_rows(9, 0, 0), BadParameter, "share must be a number in"),
        (lambda: split_rows(1, 0.5, 0), BadData, "1 row cannot be split"),
        (lambda: split_rows(9, 0.5, 0, stratify=[1]), BadParameter, "1 values for 9 rows"),
        (
            lambda: split_rows(2, 0.5, 0, groups=[1, 2], time=[1, 2]),
            BadParameter,
            "only one of the two",
        ),
        (lambda: split_rows(3, 0.5, 0, groups=[1, 1, 1]), BadData, "all rows are in one group"),
        (lambda: split_rows(3, 0.5, 0, time=[1, 1, 1]), BadData, "all rows have the same time"),
        (lambda: split_rows(2, 0.5, 0, time=["2020-01-01", "x"]), BadData, "row 1: 'x' is no date"),
        (lambda: folds(9, 1, 0), BadParameter, "k must be a whole number of at least 2"),
        (lambda: folds(3, 4, 0), BadData, "fewer rows than folds"),
        (lambda: folds(3, 3, 0, groups=[1, 1, 2]), BadData, "fewer groups than folds"),
        (lambda: folds(9, 3, 0, time=[1] * 9), BadData, "too few different times"),
    ],
)
def test_what_cannot_be_split_says_why(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_latest_is_a_plain_record():
    assert repr(Latest("day")) == "Latest(column='day', share=0.2)"
