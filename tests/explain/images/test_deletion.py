"""fondo.explain.images.deletion: a map that is right, one that is not, and what is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.explain.images.deletion import DeletionCheck, deletion_check, random_maps

REGION = (slice(2, 6), slice(8, 13))


def brightness(pictures):
    """Probability that follows from the brightness of one region alone (n, 2)."""
    share = pictures[:, *REGION].mean(axis=(1, 2, 3)) / 255
    return np.stack([1 - share, share], axis=1)


@pytest.fixture
def picture():
    shown = np.random.default_rng(0).integers(0, 80, (16, 16, 1)).astype(np.uint8)
    shown[REGION] = 250
    return shown


def test_a_map_of_the_region_that_counts_says_something(picture):
    right = np.zeros((16, 16))
    right[REGION] = 1
    check = deletion_check(brightness, picture, right, 1, np.random.default_rng(1), 39)
    assert check.says_something
    assert check.share_as_good == 0
    assert check.area < 0.7 * check.random_areas.mean()
    assert check.curve[0] == pytest.approx(250 / 255)
    assert check.curve[-1] == pytest.approx(round(float(picture.mean())) / 255)


@pytest.mark.parametrize("seed", range(4))
def test_a_random_map_says_nothing(picture, seed):
    rng = np.random.default_rng(seed)
    right = np.zeros((16, 16))
    right[REGION] = 1
    nothing = random_maps(right, 1, rng)[0]
    check = deletion_check(brightness, picture, nothing, 1, rng, 39)
    assert not check.says_something
    assert check.share_as_good > 0.05


def test_a_map_of_the_wrong_way_round_is_worse_than_chance(picture):
    wrong = np.ones((16, 16))
    wrong[REGION] = 0
    check = deletion_check(brightness, picture, wrong, 1, np.random.default_rng(1), 39)
    assert check.share_as_good == 1


def test_pixels_go_hottest_first_by_hand():
    seen = []

    def watch(pictures):
        seen.append(pictures[:3, :, :, 0].tolist())
        return np.zeros((len(pictures), 1))

    picture = np.array([[[0], [100]]], np.uint8)  # mean 50
    deletion_check(watch, picture, np.array([[1.0, 2.0]]), 0, np.random.default_rng(0), 1, steps=2)
    assert seen == [[[[0, 100]], [[0, 50]], [[50, 50]]]]


def test_the_area_by_hand():
    picture = np.array([[[0], [100]]], np.uint8)

    def right_pixel(pictures):
        return pictures[:, 0, 1] / 100

    rng = np.random.default_rng(0)
    check = deletion_check(right_pixel, picture, np.array([[1.0, 2.0]]), 0, rng, 2, steps=2)
    assert check.curve.tolist() == [1.0, 0.5, 0.5]
    assert check.area == 0.625  # 0.5 (0.75 + 0.5)


@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 99))
def test_random_maps_keep_every_wave(height, width, seed):
    rng = np.random.default_rng(seed)
    map_ = rng.normal(size=(height, width))
    for each in random_maps(map_, 3, rng):
        assert each.mean() == pytest.approx(map_.mean(), abs=1e-9)
        assert each.std() == pytest.approx(map_.std())
        waves = np.abs(np.fft.fft2(each)), np.abs(np.fft.fft2(map_))
        np.testing.assert_allclose(*waves, atol=1e-9)


def test_the_verdict_needs_enough_random_maps():
    def check(area, *others):
        line = np.zeros(3)
        return DeletionCheck(line, line, area, np.array(others), line)

    assert check(0.1, *[0.2] * 19).says_something  # 1 / 20
    assert not check(0.1, *[0.2] * 18).says_something
    assert not check(0.2, *[0.3] * 18, 0.2).says_something  # one does as well
    told = check(0.2, 0.1, 0.3).to_json()
    assert told["share_of_random_maps_as_good"] == 0.5
    assert told["random_area"] == 0.2


def test_what_cannot_be_checked_is_told(picture):
    rng = np.random.default_rng(0)
    with pytest.raises(BadData, match=r"must be finite and have the size of the picture, \(16, 16"):
        deletion_check(brightness, picture, np.zeros((8, 8)), 1, rng)
    with pytest.raises(BadData, match="must be finite"):
        deletion_check(brightness, picture, np.full((16, 16), np.nan), 1, rng)
    with pytest.raises(BadParameter, match=r"deletion_check\(n_random=0, steps=10\)"):
        deletion_check(brightness, picture, np.zeros((16, 16)), 1, rng, 0)
