"""The study of how weights start."""

import math

import pytest

from fondo.scratch.dense import Dense
from fondo.studies.initialisation import (
    distinct_units,
    initialisation,
    pictures,
    sentence,
    table,
)


@pytest.fixture(scope="module")
def numbers():
    return initialisation(seeds=3, epochs=120)


def test_units_that_start_equal_stay_equal(numbers) -> None:
    starts = numbers["starts"]
    assert starts["zeros"]["distinct_units"] == [1, 1]
    assert starts["equal"]["distinct_units"] == [1, 1]
    assert starts["large"]["distinct_units"] == [10, 10]
    assert starts["he"]["distinct_units"] == [10, 10]


def test_from_zeros_nothing_is_ever_learnt(numbers) -> None:
    # tanh 0 = 0, so no weight has a slope, and half of the points are of each class: ln 2 for ever
    zeros = numbers["starts"]["zeros"]
    assert zeros["loss"]["mean"] == pytest.approx([math.log10(math.log(2))] * 120)
    assert zeros["accuracy"] == {"mean": 0.5, "low": 0.5, "high": 0.5}


def test_equal_weights_learn_though_they_stay_equal(numbers) -> None:
    equal = numbers["starts"]["equal"]
    assert equal["last_loss"]["mean"] < math.log(2)


def test_a_large_start_saturates_and_he_does_not(numbers) -> None:
    large, he = numbers["starts"]["large"], numbers["starts"]["he"]
    assert large["saturated"]["mean"] > 0.6
    assert he["saturated"]["mean"] < 0.02
    gain = he["accuracy"]["mean"] - large["accuracy"]["mean"]
    assert numbers["he_over_large"]["mean"] == pytest.approx(gain)
    assert gain > 0.1


def test_units_are_counted_by_what_enters_them() -> None:
    layer = Dense(3)
    layer.build((2,))
    layer.weights["kernel"][:] = [[1, 1, 1], [3, 3, 3]]
    assert distinct_units(layer) == 1
    layer.weights["bias"][2] = 0.5
    assert distinct_units(layer) == 2
    layer.weights["kernel"][0, 1] += 1e-12  # the order of sums
    assert distinct_units(layer) == 2
    layer.weights["kernel"][:], layer.weights["bias"][:] = 0, 0
    assert distinct_units(layer) == 1


def test_the_sentence_follows_the_intervals(numbers) -> None:
    assert "zeros leave 1 distinct, with an accuracy of 0.500 (every run)" in sentence(numbers)
    sure = {**numbers, "he_over_large": {"mean": 0.3, "low": 0.25, "high": 0.37}}
    assert "is better than a large start by 0.30 (0.25 to 0.37)" in sentence(sure)
    level = {**numbers, "he_over_large": {"mean": 0.01, "low": -0.1, "high": 0.12}}
    assert "not distinguishable from a large start" in sentence(level)


def test_the_table_and_the_picture(numbers, check_chart) -> None:
    rows = table(numbers).rows
    assert rows[0][:4] == ("all 0", "1 distinct of 10", "0\N{NO-BREAK SPACE}%", "0.500 (every run)")
    assert len(rows) == 4
    (chart,) = pictures(numbers)
    check_chart(chart)
    assert "3 seeds" in chart.caption


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, two, other = (initialisation(seed, seeds=2, epochs=3) for seed in (1, 1, 2))
    assert one == two
    assert one != other
