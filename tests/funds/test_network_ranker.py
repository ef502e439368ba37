"""fondo.funds.network_ranker: networks of all years side by side, each as if alone."""

from dataclasses import replace

import numpy as np
import pytest
from tests.funds.conftest import FEW, SMALL

from fondo.errors import BadParameter
from fondo.funds.network_ranker import Network
from fondo.funds.picks import selective_precision
from fondo.funds.prepare import preparation
from fondo.funds.walk import Walk, make_walk


@pytest.fixture(scope="module")
def walk(skilled) -> Walk:
    return make_walk(skilled, FEW)


@pytest.fixture(scope="module")
def ranked(walk: Walk):
    return SMALL.rank(walk)


def test_it_finds_skill_that_is_there(walk: Walk, ranked) -> None:
    at = walk.tested
    picks = selective_precision(
        ranked.scores[at], walk.y[at], walk.rows.date[at], walk.rows.peer[at]
    )
    assert picks.precision > picks.base_rate + 0.25


def test_each_year_is_the_classifier_fitted_alone(walk: Walk, ranked) -> None:
    train, test = walk.pairs[-1]
    steps = preparation()
    X = steps.fit_transform(walk.X[train])
    alone = SMALL.task({"hidden": [8], "dropout": 0.1}, len(train), seed=0).fit(
        X, walk.y[train].astype(int)
    )
    wanted = alone.predict_proba(steps.transform(walk.X[test]))[:, 1]
    np.testing.assert_allclose(ranked.scores[test], wanted, atol=1e-4)


def test_settings_are_chosen_where_there_are_folds(walk: Walk) -> None:
    found = Network(hidden=(4,), epochs=1).rank(replace(walk, pairs=walk.pairs[-1:]))
    assert [trial.settings["dropout"] for trial in found.trials] == [0.1, 0.4]
    assert sum(trial.chosen for trial in found.trials) == 1
    test = walk.pairs[-1][1]
    assert np.isfinite(found.probability[test]).all()


@pytest.mark.parametrize(
    ("rows", "epochs"), [(100, 200), (2_000, 150), (15_000, 20), (100_000, 10)]
)
def test_small_tables_are_passed_over_more_often(rows: int, epochs: int) -> None:
    settings = Network().candidates()[0]
    assert Network().task(settings, rows, seed=0).epochs == epochs
    assert Network(epochs=7).task(settings, rows, seed=0).epochs == 7


def test_candidates_go_from_small_to_large() -> None:
    every = Network().candidates()
    assert every[0] == {"hidden": [16], "dropout": 0.1}
    assert len(every) == 6
    assert Network(hidden=(8, 8), dropout=0.3).candidates() == [{"hidden": [8, 8], "dropout": 0.3}]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"batch_size": 0}, "batch_size must be"),
        ({"dropout": 1.0}, "dropout must be"),
        ({"epochs": 0}, "epochs must be"),
        ({"hidden": (0,)}, "hidden must be"),
        ({"learning_rate": 0.0}, "learning_rate must be"),
    ],
)
def test_a_setting_that_cannot_be_is_named(setting, told) -> None:
    with pytest.raises(BadParameter, match=rf"Network\(.*{told}"):
        Network(**setting)
