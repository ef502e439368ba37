"""fondo.funds.splits: no overlap on random panels, purgedcv, by hand, inside scikit-learn."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from purgedcv import PurgedKFold as Oracle
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV, cross_validate

from fondo.errors import BadData, BadParameter
from fondo.funds.combinations import CombinatorialPurgedKFold
from fondo.funds.spans import leaking_rows, spans
from fondo.funds.splits import PurgedKFold, PurgedWalkForward
from fondo.funds.thresholds import precision_of_at_least

START = np.datetime64("2000-01-07")


def panel(rng, dates=40, funds=4, step=28, horizon=91):
    """Rows of some funds at dates of uneven distance, shuffled, with labels of uneven length."""
    day = START + np.cumsum(rng.integers(7, 2 * step, dates))
    date, fund = np.repeat(day, funds), np.tile(np.arange(funds), dates)
    rows = spans(date, date + rng.integers(horizon // 2, horizon, dates * funds), fund)
    return rng.permutation(rows)


def overlapping(rows, train, test):
    a, b = rows[train][:, None], rows[test][None]
    return ((a["date"] < b["label_end"]) & (b["date"] < a["label_end"])).any()


SPLITTERS = [
    PurgedWalkForward(burn_in=400),
    PurgedWalkForward(test=3, burn_in=500, window=400, gap=10),
    PurgedKFold(4, embargo=0),
    PurgedKFold(3, embargo=60, fund_folds=2),
    CombinatorialPurgedKFold(5, 2, embargo=30),
]


@pytest.mark.parametrize("splitter", SPLITTERS, ids=repr)
@given(st.integers(0, 100_000))
@settings(max_examples=20)
def test_no_training_label_overlaps_a_test_label(splitter, seed):
    rows = panel(np.random.default_rng(seed))
    count = 0
    for train, test in splitter.split(np.zeros(len(rows)), groups=rows):
        assert not overlapping(rows, train, test)
        assert leaking_rows(rows, train, test) == 0
        assert not set(rows["date"][train]) & set(rows["date"][test])
        assert (np.diff(train) > 0).all()
        assert (np.diff(test) > 0).all()
        if isinstance(splitter, PurgedWalkForward):
            assert rows["label_end"][train].max() <= rows["date"][test].min() - splitter.gap
        count += 1
    assert count == splitter.get_n_splits(None, None, rows) > 1


@given(st.integers(0, 100_000))
@settings(max_examples=20)
def test_folds_test_every_row_once_and_keep_features_apart(seed):
    rows = panel(np.random.default_rng(seed), dates=60)
    tested = []
    for train, test in PurgedKFold(3, embargo=60).split(None, groups=rows):
        tested.append(test)
        after = rows["date"][train][rows["date"][train] > rows["date"][test].max()]
        assert (after > rows["label_end"][test].max() + 60).all()
    assert sorted(np.concatenate(tested)) == list(range(len(rows)))


@pytest.mark.parametrize("embargo", [0, 50])
def test_folds_are_those_of_purgedcv(embargo):
    date = START + 7 * np.arange(60)
    rows = spans(np.repeat(date, 3), np.repeat(date, 3) + 70)
    times = {
        "prediction_times": pd.Series(rows["date"].astype("datetime64[ns]")),
        "evaluation_times": pd.Series(rows["label_end"].astype("datetime64[ns]")),
    }
    oracle = Oracle(n_splits=5, embargo=pd.Timedelta(days=embargo), **times)
    ours = PurgedKFold(5, embargo=embargo).split(None, groups=rows)
    theirs = list(oracle.split(np.zeros((180, 1))))
    assert len(theirs) == 5
    for (train, test), (their_train, their_test) in zip(ours, theirs, strict=True):
        assert test.tolist() == their_test.tolist()
        assert train.tolist() == their_train.tolist()


def test_walking_forward_by_hand():
    # yearly dates, labels of one year: at the end of 2003 the label of 2002 has just ended
    years = np.array([f"{year}-12-31" for year in range(2000, 2007)], "datetime64[D]")
    rows = spans(years[:-1], years[1:])
    found = list(PurgedWalkForward(burn_in=1000).split(None, groups=rows))
    assert [(a.tolist(), b.tolist()) for a, b in found] == [
        ([0, 1, 2], [3]),
        ([0, 1, 2, 3], [4]),
        ([0, 1, 2, 3, 4], [5]),
    ]
    rolling = PurgedWalkForward(burn_in=1000, window=2 * 365 + 1, gap=1)
    found = list(rolling.split(None, groups=rows))
    assert [a.tolist() for a, _ in found] == [[1], [2], [3]]  # gap: the year just ended is out


def test_tests_are_stretches_of_the_calendar_or_of_so_many_dates():
    date = START + 28 * np.arange(50)
    rows = spans(date, date + 28)

    def parts(test):
        split = PurgedWalkForward(test=test, burn_in=700).split(None, groups=rows)
        return [rows["date"][b] for _, b in split]

    years = parts("year")
    assert [len(np.unique(part.astype("datetime64[Y]"))) for part in years] == [1] * len(years)
    assert all(len(np.unique(part.astype("datetime64[M]"))) == 1 for part in parts("month"))
    assert [len(part) for part in parts(10)] == [10, 10, 5]
    for way in ("year", "month", 10):
        assert np.concatenate(parts(way)).tolist() == date[date >= START + 700].tolist()


def test_share_classes_and_dates_stay_together():
    rows = panel(np.random.default_rng(1), funds=6)
    rows["fund"] //= 2  # two classes of each fund
    for train, test in PurgedKFold(3, embargo=0, fund_folds=3).split(None, groups=rows):
        assert not set(rows["fund"][train]) & set(rows["fund"][test])
    tested = [b for _, b in PurgedKFold(3, embargo=0, fund_folds=3).split(None, groups=rows)]
    assert sorted(np.concatenate(tested)) == list(range(len(rows)))
    assert len(tested) == 9


def test_scikit_learn_passes_spans_on_and_takes_parts_of_them():
    rng = np.random.default_rng(0)
    rows = panel(rng, dates=60)
    X, y = rng.normal(size=(len(rows), 3)), rng.integers(0, 2, len(rows))
    splitter = PurgedWalkForward(test=10, burn_in=400)
    found = cross_validate(DummyClassifier(), X, y, groups=rows, cv=splitter)
    assert len(found["test_score"]) == splitter.get_n_splits(X, y, rows)
    grid = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=PurgedKFold(3, embargo=0))
    train, _ = next(iter(splitter.split(X, y, rows)))
    grid.fit(X[train], y[train], groups=rows[train])
    assert grid.n_splits_ == 3


def test_tools_without_groups_take_a_bound_splitter_or_routing():
    rng = np.random.default_rng(0)
    rows = panel(rng, dates=60)
    X, y = rng.normal(size=(len(rows), 3)), rng.integers(0, 2, len(rows))
    scorer = make_scorer(precision_of_at_least, least=6)
    settings = {"scoring": scorer, "thresholds": 9}
    bound = PurgedKFold(3, embargo=0).bound(rows)
    first = TunedThresholdClassifierCV(LogisticRegression(), cv=bound, **settings).fit(X, y)
    with sklearn.config_context(enable_metadata_routing=True):
        folds = PurgedKFold(3, embargo=0)
        routed = TunedThresholdClassifierCV(LogisticRegression(), cv=folds, **settings)
        routed.fit(X, y, groups=rows)
    assert first.best_threshold_ == routed.best_threshold_
    assert bound.get_n_splits() == 3
    with pytest.raises(BadData, match="X has 5 rows and there are 240 spans"):
        list(bound.split(X[:5]))


def test_one_date_or_too_few_are_refused():
    one = spans(["2020-01-03"] * 3, ["2021-01-01"] * 3)
    with pytest.raises(
        BadData, match=r"PurgedWalkForward\(burn_in=1095\): the dates run from 2020"
    ):
        list(PurgedWalkForward().split(None, groups=one))
    with pytest.raises(BadData, match="PurgedKFold: there are 1 different dates for 5 folds"):
        list(PurgedKFold().split(None, groups=one))
    with pytest.raises(BadData, match="no row is left to train on when 2020-01-03 to 2020-01-03"):
        list(PurgedWalkForward(burn_in=0).split(None, groups=one))
    date = START + 7 * np.arange(20)
    with pytest.raises(BadData, match="no row is left to train on .* shorten the embargo"):
        list(PurgedKFold(2).split(None, groups=spans(date, date + 364)))
    with pytest.raises(BadData, match=r"fund_folds=2\): the spans name 1 fund"):
        list(PurgedKFold(2, fund_folds=2).split(None, groups=spans(date, date + 7)))


@pytest.mark.parametrize(
    ("splitter", "words"),
    [
        (PurgedWalkForward(test="week"), r"PurgedWalkForward\(test='week'\): test must be one of"),
        (PurgedWalkForward(burn_in=-1), "burn_in must be a whole number of at least 0"),
        (PurgedWalkForward(window=0), "window must be None, or a whole number of at least 1"),
        (PurgedWalkForward(gap=1.5), "gap must be a whole number of at least 0"),
        (PurgedKFold(1), "n_splits must be a whole number of at least 2"),
        (PurgedKFold(embargo=-1), "embargo must be a whole number of at least 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(splitter, words):
    rows = spans(["2020-01-03"], ["2021-01-01"])
    with pytest.raises(BadParameter, match=words):
        list(splitter.split(None, groups=rows))
    with pytest.raises(BadParameter, match=words):
        splitter.get_n_splits(None, None, rows)


def test_splitters_show_their_settings():
    shown = repr(PurgedWalkForward(test=3))
    assert shown == "PurgedWalkForward(burn_in=1095, gap=0, test=3, window=None)"
