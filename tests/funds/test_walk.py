"""fondo.funds.walk: rows, who learns from which, and what is known at a date."""

from dataclasses import replace

import numpy as np
import pytest
from tests.funds.conftest import FEW

from fondo.errors import BadData
from fondo.funds.features import FEATURES
from fondo.funds.labels import Label
from fondo.funds.observations import observe
from fondo.funds.plan import BacktestPlan
from fondo.funds.spans import leaking_rows
from fondo.funds.universe import make_universe
from fondo.funds.walk import Walk, cell_numbers, make_walk, walk_of


@pytest.fixture(scope="module")
def walk(skilled) -> Walk:
    return make_walk(skilled, FEW)


def test_what_is_learned_from_has_ended_before_what_is_ranked(walk: Walk) -> None:
    for train, test in walk.pairs:
        first = walk.rows.date[test].min()
        assert (walk.rows.label_end[train] <= first).all()
        assert leaking_rows(walk.times, train, test) == 0
        assert np.isfinite(walk.y[train]).all()
        years = walk.rows.date[test].astype("datetime64[Y]")
        assert len(np.unique(years)) == 1
    tested = walk.tested
    assert len(np.unique(tested)) == len(tested)
    assert walk.rows.date[tested].min() >= walk.rows.date[0] + np.timedelta64(FEW.burn_in, "D")


def test_a_rolling_window_forgets(skilled) -> None:
    rolling = make_walk(skilled, replace(FEW, window=1200))
    for train, test in rolling.pairs:
        age = rolling.rows.date[test].min() - rolling.rows.date[train]
        assert age.max() <= np.timedelta64(1200, "D")


def test_features_are_scaled_within_their_date_and_group(walk: Walk, skilled) -> None:
    cell = cell_numbers(walk.rows)
    mine = cell == cell[0]
    assert mine.sum() == 24
    raw = walk.rows.X[mine]
    by_hand = (raw - raw.mean(axis=0)) / np.where(raw.std(axis=0) > 0, raw.std(axis=0), 1)
    close = np.isfinite(by_hand).all(axis=0)
    np.testing.assert_allclose(walk.X[mine][:, close], by_hand[:, close], atol=1e-9)
    dated = make_walk(skilled, replace(FEW, scale="date"))
    at_once = dated.rows.date == dated.rows.date[0]
    assert at_once.sum() == 48
    column = dated.X[at_once][:, list(dated.names).index("sharpe")]
    np.testing.assert_allclose([column.mean(), column.std()], [0, 1], atol=1e-9)
    plain = make_walk(skilled, replace(FEW, scale="fold"))
    np.testing.assert_array_equal(plain.X, plain.rows.X)


def test_groups_may_be_columns_the_first_of_which_is_dropped(skilled, walk: Walk) -> None:
    told = make_walk(skilled, replace(FEW, groups="dummies"))
    assert told.names == (*walk.names, "peer_1")
    np.testing.assert_array_equal(told.X[:, -1], told.rows.peer == 1)


def test_groups_apart_are_walks_of_their_own(skilled) -> None:
    apart = make_walk(skilled, replace(FEW, groups="apart"))
    parts = list(apart.parts())
    assert len(parts) == 2
    for peer, part in enumerate(parts):
        for train, test in part.pairs:
            assert (part.rows.peer[train] == peer).all()
            assert (part.rows.peer[test] == peer).all()
    assert sorted(np.concatenate([p.tested for p in parts])) == sorted(apart.tested)


def test_baselines_know_the_year_before_and_nothing_after(skilled, walk: Walk) -> None:
    rows = observe(skilled, features=["sharpe", "volatility"], step=26)
    rows = rows.take(~np.isnat(rows.label_end))
    np.testing.assert_array_equal(walk.known["sharpe"], rows.X[:, 0])
    np.testing.assert_array_equal(walk.known["past"], rows.X[:, 0])
    np.testing.assert_array_equal(walk.known["volatility"], rows.X[:, 1])
    assert "cost" not in walk.known
    own = Label(lambda window: FEATURES["calmar"].function(window))
    calmar = make_walk(skilled, replace(FEW, label=own)).known["past"]
    named = make_walk(skilled, replace(FEW, label=Label("calmar"))).known["past"]
    np.testing.assert_array_equal(calmar, named)


def test_weights_halve_by_age(skilled) -> None:
    fading = make_walk(skilled, replace(FEW, half_life=2.0))
    train = fading.pairs[-1][0]
    weight = fading.weights(train)
    age = (fading.rows.date[train].max() - fading.rows.date[train]).astype(float) / 365.25
    np.testing.assert_allclose(weight, 2 ** (-age / 2))
    assert make_walk(skilled, FEW).weights(train) is None


def test_share_classes_of_a_fund_have_one_number(skilled) -> None:
    parent = np.arange(48)
    parent[1] = 0
    classes = make_walk(replace(skilled, parent=parent), FEW)
    fund = classes.times["fund"]
    assert (fund[classes.rows.fund == 1] == fund[classes.rows.fund == 0][0]).all()


def test_too_little_history_is_told() -> None:
    short = make_universe("market", funds=12, years=2)
    with pytest.raises(BadData, match=r"the dates run from .* Lower burn_in or give more years"):
        make_walk(short.take(dates=slice(0, 106)), BacktestPlan(step=4, horizon=8))
    with pytest.raises(BadData, match="no row has a label whose window ends within the panel"):
        make_walk(short, BacktestPlan(step=26, horizon=104))
    with pytest.raises(BadData, match="no row is left to train on when 2001"):
        make_walk(make_universe("market", funds=12, years=5), BacktestPlan(step=26, burn_in=0))


def test_why_there_is_no_label_is_told() -> None:
    panel = make_universe("market", funds=12, years=8)
    flat = replace(panel, nav=np.ones(panel.shape))
    with pytest.raises(BadData, match=r"none of \d+ rows has a label: the measure has no value"):
        make_walk(flat, FEW)
    with pytest.raises(BadData, match="all outcomes of the group are equal"):
        make_walk(flat, replace(FEW, label=Label("return")))
    with pytest.raises(BadData, match="fewer than 4 funds of the group have an outcome"):
        make_walk(panel.take(funds=[0]), FEW)


def test_labels_of_one_kind_teach_nothing(skilled, walk: Walk) -> None:
    losers = np.flatnonzero(walk.y == 0)[:10]
    with pytest.raises(BadData, match="there are 10 labels, not of both kinds, to learn from"):
        walk_of(skilled, walk.rows, walk.times, [(losers, walk.tested)], FEW)
