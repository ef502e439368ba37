"""Clouds of two classes, the plane around them, and dots of them."""

import numpy as np
import pytest

from fondo.scratch.dense import Dense
from fondo.scratch.network import Network
from fondo.studies.clouds import accuracy, moons, plane, rings, spirals
from fondo.studies.drawing import banded, classes_of


def line(weights: list[float], bias: float) -> Network:
    network = Network([Dense(1)], (2,))
    network.weights["dense/kernel"][:, 0] = weights
    network.weights["dense/bias"][:] = bias
    return network


@pytest.mark.parametrize("cloud", [rings, moons, spirals])
def test_classes_are_even_and_all_points_lie_in_the_frame(cloud, random) -> None:
    points, classes = cloud(1000, random, 0.0)
    assert (points.shape, classes.shape, classes.sum()) == ((1000, 2), (1000, 1), 500)
    assert (np.abs(points) <= [1.5, 1.0]).all()


@pytest.mark.parametrize("cloud", [rings, moons, spirals])
def test_noise_is_the_standard_deviation_of_each_input(cloud) -> None:
    bare, _ = cloud(4000, np.random.default_rng(1), 0.0)
    noisy, _ = cloud(4000, np.random.default_rng(1), 0.2)
    assert (noisy - bare).std(axis=0) == pytest.approx([0.2, 0.2], rel=0.05)


def test_rings_have_the_radii_that_they_say(random) -> None:
    points, classes = rings(100, random, 0.0)
    assert np.hypot(*points.T) == pytest.approx(np.where(classes[:, 0] > 0, 0.8, 0.4))


def test_moons_are_each_other_turned_by_half_a_circle(random) -> None:
    # class 0: (0.5 cos a - 0.25, 0.5 sin a - 0.125) for a from 0 to pi; class 1 has both signs
    # changed, so each has its ends at heights of -0.125 and 0.125, inside the other
    points, classes = moons(2000, random, 0.0)
    first, second = (points[classes[:, 0] == k] for k in range(2))
    for cloud in (first, -second):
        assert np.hypot(cloud[:, 0] + 0.25, cloud[:, 1] + 0.125) == pytest.approx(
            np.full(1000, 0.5)
        )
        assert cloud[:, 1].min() == pytest.approx(-0.125, abs=0.01)


def test_one_spiral_is_the_other_turned_by_half_a_circle(random) -> None:
    points, classes = spirals(2000, random, 0.0)
    radius = np.hypot(*points.T)
    angle = np.arctan2(points[:, 1], points[:, 0]) - 2 * np.pi * 1.5 * radius
    turned = np.cos(angle - np.pi * classes[:, 0])
    assert turned == pytest.approx(np.ones(2000))
    assert (radius.min(), radius.max()) == pytest.approx((0.08, 0.9), abs=0.02)


def test_accuracy_is_the_share_on_the_right_side() -> None:
    points = np.array([[-1.0, 0], [0.5, 0], [1.0, 0], [2.0, 0]])
    classes = np.array([[0.0], [0], [1], [1]])
    assert accuracy(line([1.0, 0.0], 0.0), (points, classes)) == 0.75  # 0.5 is called class 1


def test_a_plane_reads_from_the_lower_left_and_changes_sign_at_the_boundary() -> None:
    found = np.array(plane(line([0.0, 5.0], 0.0)))  # class 1 is up
    assert found.shape == (48, 72)
    assert (found[:24] < 0).all()
    assert (found[24:] > 0).all()
    found = np.array(plane(line([5.0, 0.0], -2.5)))  # class 1 right of 0.5, two thirds across
    assert (found[:, :48] < 0).all()
    assert (found[:, 48:] > 0).all()
    # the middle of the last cell is 1.5 - 1/48: 2 sigmoid(5 (1.4792 - 0.5)) - 1 = 0.9852
    assert found[0, -1] == pytest.approx(0.99)


def test_dots_keep_their_class_and_bands_their_ends() -> None:
    groups = classes_of({"points": [[1, 2], [3, 4], [5, 6]], "classes": [1, 0, 1]})
    assert [(g.name, g.x, g.y, g.style) for g in groups] == [
        ("class 0", [3], [4], 1),
        ("class 1", [1, 5], [2, 6], 2),
    ]
    line = banded("a", [0, 1], {"mean": [2, 3, 9], "low": [1, 2, 9], "high": [3, 4, 9]}, 3)
    assert (line.y, line.low, line.high, line.style) == ([2, 3], [1, 2], [3, 4], 3)
