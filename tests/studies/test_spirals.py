"""The study of hidden units on spirals."""

import itertools

import numpy as np
import pytest

from fondo.studies.spirals import SIZES, pictures, sentence, spirals, table


@pytest.fixture(scope="module")
def numbers():
    return spirals(seeds=2, steps=300)


def test_two_units_cannot_follow_a_spiral_and_sixteen_can(numbers) -> None:
    sizes = numbers["sizes"]
    assert sizes["2"]["accuracy"]["mean"] < 0.8 < 0.9 < sizes["16"]["accuracy"]["mean"]
    assert sizes["2"]["gain"] is None


def test_the_gain_is_that_over_half_as_many_units(numbers) -> None:
    found = numbers["sizes"]
    for before, after in itertools.pairwise(SIZES):
        change = found[str(after)]["accuracy"]["mean"] - found[str(before)]["accuracy"]["mean"]
        assert found[str(after)]["gain"]["mean"] == pytest.approx(change)


def test_the_planes_drawn_are_of_networks_that_know_the_points(numbers) -> None:
    points, classes = np.array(numbers["points"]), np.array(numbers["classes"])
    field = np.array(numbers["planes"]["32"])
    columns = ((points[:, 0] + 1.5) / 3 * field.shape[1]).astype(int)
    rows = ((points[:, 1] + 1) / 2 * field.shape[0]).astype(int)
    agree = (field[rows, columns] > 0) == (classes == 1)
    assert agree.mean() > 0.9  # a cell at the boundary may be of the other class


def test_the_sentence_follows_the_intervals(numbers) -> None:
    up, level = {"mean": 0.1, "low": 0.05, "high": 0.2}, {"mean": 0.0, "low": -0.1, "high": 0.1}

    def told(*gains) -> str:
        found = numbers["sizes"]
        sizes = {
            size: {**found[size], "gain": gain}
            for size, gain in zip(found, (None, *gains), strict=True)
        }
        return sentence({**numbers, "sizes": sizes})

    assert "doubling helps up to 8 units" in told(up, up, level, level)
    assert "no doubling helps beyond noise" in told(level, level, level, level)
    ends = "0.00 (\N{MINUS SIGN}0.10 to 0.10)"
    assert f"from 16 to 32 the difference of {ends} is within noise" in told(up, up, level, level)
    assert "is still a gain" in told(up, up, up, up)


def test_the_table_and_the_pictures(numbers, check_chart) -> None:
    assert [row[0] for row in table(numbers).rows] == list(SIZES)
    charts = pictures(numbers)
    assert [chart.title for chart in charts][1:] == [
        f"The boundary of {size} hidden units" for size in (2, 8, 32)
    ]
    for chart in charts:
        check_chart(chart)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, two, other = (spirals(seed, seeds=2, steps=2) for seed in (1, 1, 2))
    assert one == two
    assert one != other
