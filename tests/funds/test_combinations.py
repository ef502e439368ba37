"""fondo.funds.combinations: counts and paths against purgedcv and by hand, no overlap."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from purgedcv import CombinatorialPurgedCV as Oracle

from fondo.errors import BadData, BadParameter
from fondo.funds.combinations import CombinatorialPurgedKFold
from fondo.funds.spans import leaking_rows, spans

DATE = np.datetime64("2000-01-07") + 7 * np.arange(48)
ROWS = spans(np.repeat(DATE, 2), np.repeat(DATE, 2) + 21)


def test_six_folds_two_tested_give_15_splits_and_5_paths():
    cv = CombinatorialPurgedKFold(6, 2, embargo=14)
    assert (cv.n_splits, cv.n_paths, cv.get_n_splits()) == (15, 5, 15)
    splits = list(cv.split(np.zeros(len(ROWS)), groups=ROWS))
    assert len(splits) == 15
    assert sum(leaking_rows(ROWS, *pair) for pair in splits) == 0
    tested = np.bincount(np.concatenate([test for _, test in splits]))
    assert set(tested) == {5}


def test_no_label_overlaps_on_500_random_panels():
    rng, cv = np.random.default_rng(0), CombinatorialPurgedKFold(6, 2, embargo=20)
    for _ in range(500):
        date = DATE[0] + np.cumsum(rng.integers(1, 60, 60))
        rows = rng.permutation(spans(date, date + rng.integers(1, 50, 60)))
        assert sum(leaking_rows(rows, *pair) for pair in cv.split(None, groups=rows)) == 0


@pytest.mark.parametrize(("folds", "tested"), [(6, 2), (5, 3), (4, 1)])
def test_splits_and_paths_are_those_of_purgedcv(folds, tested):
    date = np.datetime64("2000-01-07") + 7 * np.arange(60)
    rows = spans(date, date + 21)
    times = [pd.Series(rows[name].astype("datetime64[ns]")) for name in ("date", "label_end")]
    oracle = Oracle(
        n_splits=folds,
        n_test_groups=tested,
        prediction_times=times[0],
        evaluation_times=times[1],
        embargo=None,
    )
    cv = CombinatorialPurgedKFold(folds, tested, embargo=0)
    ours, theirs = list(cv.split(None, groups=rows)), list(oracle.split(np.zeros((60, 1))))
    assert len(ours) == len(theirs) == comb(folds, tested)
    for (train, test), (their_train, their_test) in zip(ours, theirs, strict=True):
        assert test.tolist() == their_test.tolist()
        assert train.tolist() == their_train.tolist()
    answers = [np.full(len(test), float(split)) for split, (_, test) in enumerate(ours)]
    paths = cv.paths(answers, rows)
    assert paths.shape == (comb(folds - 1, tested - 1), 60)
    assert paths.tolist() == oracle.reconstruct_paths(answers).tolist()


def test_paths_of_three_folds_by_hand():
    # tests 01, 02, 12: fold 0 in splits 0, 1; fold 1 in 0, 2; fold 2 in 1, 2
    cv = CombinatorialPurgedKFold(3, 2, embargo=0)
    assert cv.tested() == [(0, 1), (0, 2), (1, 2)]
    assert cv.path_of().tolist() == [[0, 0, -1], [1, -1, 0], [-1, 1, 1]]
    rows = spans(DATE[:3], DATE[:3] + 1)
    assert cv.paths([[10, 11], [20, 22], [31, 32]], rows).tolist() == [[10, 11, 22], [20, 31, 32]]


def test_a_row_between_two_tested_folds_may_be_trained_on():
    rows = spans(DATE, DATE + 7)
    cv = CombinatorialPurgedKFold(6, 2, embargo=0)
    train, test = list(cv.split(None, groups=rows))[1]  # folds 0 and 2
    assert sorted({int(row) // 8 for row in test}) == [0, 2]
    assert {9, 10}.issubset(train)


def test_unsorted_rows_are_answered_in_their_own_order():
    mixed = np.random.default_rng(0).permutation(len(ROWS))
    cv = CombinatorialPurgedKFold(4, 2, embargo=0)
    plain = cv.paths([np.asarray(b, float) for _, b in cv.split(None, groups=ROWS)], ROWS)
    part = ROWS[mixed]
    other = cv.paths([mixed[b].astype(float) for _, b in cv.split(None, groups=part)], part)
    assert (plain == np.arange(len(ROWS))).all()
    assert (other == mixed).all()


def test_bad_input_is_refused():
    with pytest.raises(BadParameter, match="fewer folds must be tested than there are"):
        list(CombinatorialPurgedKFold(3, 3).split(None, groups=ROWS))
    with pytest.raises(BadParameter, match="n_folds must be a whole number of at least 2"):
        CombinatorialPurgedKFold(1, 1).get_n_splits()
    with pytest.raises(BadData, match="there are 2 different dates for 6 folds"):
        list(CombinatorialPurgedKFold().split(None, groups=ROWS[:4]))
    with pytest.raises(BadData, match="2 arrays do not fit the tests of 15 splits"):
        CombinatorialPurgedKFold(embargo=0).paths([[1.0], [2.0]], ROWS)
