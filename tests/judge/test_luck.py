"""fondo.judge.luck: order statistics against simulation, noise against a known layout, laws."""

import math

import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.judge.luck import best_share, expected_largest, luck_of


@pytest.mark.parametrize("n", [1, 2, 5, 60])
def test_the_largest_of_n_normal_numbers_is_as_large_as_simulation_says(n):
    drawn = np.random.default_rng(0).normal(size=(40_000, n)).max(axis=1)
    assert expected_largest(n) == pytest.approx(drawn.mean(), abs=4 * drawn.std() / 200)


def test_noise_is_found_whatever_candidates_and_folds_are_worth():
    random = np.random.default_rng(0)
    worth, fold = random.normal(0, 3, (40, 1)), random.normal(0, 5, (1, 30))
    found = luck_of(worth + fold + random.normal(0, 0.6, (40, 30)), True)
    assert found.noise == pytest.approx(0.6 / math.sqrt(30), rel=0.1)


def test_the_best_of_equals_is_about_what_is_told():
    random, bests, told = np.random.default_rng(1), [], []
    for _ in range(300):
        table = random.normal(0.8, 0.05, (20, 5))
        bests.append(table.mean(axis=1).max())
        told.append(luck_of(table, True).best)
    assert np.mean(told) == pytest.approx(np.mean(bests), abs=0.003)


def test_turning_the_scores_around_turns_luck_around():
    table = np.random.default_rng(2).normal(size=(6, 4))
    up, down = luck_of(table, True), luck_of(-table, False)
    assert down.best == pytest.approx(-up.best)
    assert down.to_json()["candidates"] == 6


def test_one_candidate_or_fold_tells_no_noise():
    assert math.isnan(luck_of([[0.5, 0.6]], True).noise)
    with pytest.raises(BadParameter, match="a table of candidates and folds"):
        luck_of([], True)
    with pytest.raises(BadParameter, match="n must be a whole number of at least 1"):
        expected_largest(0)


@pytest.mark.parametrize("trials", [1, 7, 200])
def test_the_best_share_is_as_large_as_simulation_says(trials):
    drawn = np.random.default_rng(0).binomial(50, 0.25, (20_000, trials)).max(axis=1) / 50
    error = drawn.std() / math.sqrt(20_000)
    assert best_share(trials, 50, 0.25) == pytest.approx(drawn.mean(), abs=4 * error)


def test_the_best_of_two_coins_by_hand():
    # one row each: at least one of two heads has probability 3/4
    assert best_share(2, 1, 0.5) == pytest.approx(0.75)
    assert best_share(3, 10, 1.0) == 1
    assert best_share(3, 10, 0.0) == 0


@pytest.mark.parametrize("wrong", [(0, 5, 0.5), (2, 0, 0.5), (2, 5, 1.5)])
def test_shares_of_nothing_are_refused(wrong):
    with pytest.raises(BadParameter, match="trials and n must be whole numbers of at least 1"):
        best_share(*wrong)
