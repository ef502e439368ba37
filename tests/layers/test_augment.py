"""fondo.layers.augment: pictures move, and their points with them."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.layers import augment
from fondo.layers.augment import Augmenter, Changes, moved_points

KEY = jax.random.key(3)
changed = jax.jit(augment.changed, static_argnums=(3, 4))
sampled = jax.jit(augment.sampled)
CLASS = ("class", 0.0)


def pictures(rows: int = 4, height: int = 12, width: int = 10, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (rows, height, width, channels), np.uint8)


def bright(y: float, x: float, height: int = 40, width: int = 48) -> np.ndarray:
    """A picture with one soft spot at shares (y, x)."""
    rows = (np.arange(height) + 0.5) / height
    columns = (np.arange(width) + 0.5) / width
    spot = np.exp(-(((rows[:, None] - y) * height / 2) ** 2) - ((columns - x) * width / 2) ** 2)
    return (255 * spot)[None, :, :, None].astype(np.float32)


def spot(picture: np.ndarray) -> tuple[float, float]:
    """Middle of what is bright, as shares (y, x)."""
    height, width = picture.shape[:2]
    weight = picture[:, :, 0] / picture[:, :, 0].sum()
    y = (weight.sum(axis=1) * (np.arange(height) + 0.5)).sum() / height
    return float(y), float((weight.sum(axis=0) * (np.arange(width) + 0.5)).sum() / width)


def test_no_change_is_no_change():
    still, target = changed(pictures(), np.arange(4.0), KEY, Changes(), CLASS)
    assert np.array_equal(np.asarray(still), pictures())
    assert target.tolist() == [0, 1, 2, 3]


def test_the_map_that_is_no_map_gives_the_same_pictures():
    same = np.tile(np.array([[1.0, 0, 0], [0, 1, 0]], np.float32), (4, 1, 1))
    assert np.allclose(
        np.asarray(sampled(pictures().astype(np.float32), same)), pictures(), atol=1e-3
    )


def test_a_horizontal_flip_mirrors_about_half_of_the_pictures():
    many = pictures(rows=40)
    found = np.asarray(changed(many, None, KEY, Changes(flip="horizontal"), CLASS)[0])
    kept = [np.allclose(a, b, atol=1e-2) for a, b in zip(found, many, strict=True)]
    mirrored = [np.allclose(a, b[:, ::-1], atol=1e-2) for a, b in zip(found, many, strict=True)]
    assert sum(kept) + sum(mirrored) == 40
    assert 10 <= sum(mirrored) <= 30


def test_a_vertical_flip_turns_pictures_upside_down():
    many = pictures(rows=20)
    found = np.asarray(changed(many, None, KEY, Changes(flip="vertical"), CLASS)[0])
    turned = [np.allclose(a, b[::-1], atol=1e-2) for a, b in zip(found, many, strict=True)]
    assert 4 <= sum(turned) <= 16


def test_a_shift_by_hand_moves_one_pixel_and_the_edge_goes_on():
    picture = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    right = np.array([[[1.0, 0, 0], [0, 1, -2 / 4]]], np.float32)  # looks one pixel to the left
    found = np.asarray(sampled(picture, right))[0, :, :, 0]
    assert found == pytest.approx(np.array([[0, 0, 1, 2], [4, 4, 5, 6], [8, 8, 9, 10]]), abs=1e-4)


@pytest.mark.parametrize(
    "changes",
    [
        Changes(shift=0.15),
        Changes(rotation=40),
        Changes(zoom=0.3),
        Changes(shear=20),
        Changes(crop=0.4),
        Changes(elastic=0.02),
        Changes(flip="both", shift=0.1, rotation=20, zoom=0.2, shear=10, crop=0.1),
    ],
    ids=lambda changes: str([k for k, v in vars(changes).items() if v not in (0, None, "none")]),
)
def test_points_go_where_the_picture_shows_them(changes: Changes):
    places = [(0.45, 0.55), (0.6, 0.42), (0.5, 0.5), (0.4, 0.4)]
    seen = np.concatenate([bright(y, x) for y, x in places])
    points = np.array([[x, y] for y, x in places], np.float32)  # one point: all x, then all y
    found, moved = changed(seen, points, KEY, changes, ("points", 0.0))
    told = np.asarray(moved)
    for row in range(4):
        y, x = spot(np.asarray(found)[row])
        assert (told[row, 0], told[row, 1]) == pytest.approx((x, y), abs=0.02)
    assert np.abs(told - points).max() > 0.005


@settings(max_examples=10)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.5, 2), st.floats(-1, 1))
def test_moving_points_undoes_the_map(a: float, b: float, size: float, offset: float):
    matrix = np.array([[[size, 0.3 * a, offset], [0.3 * b, 1.0, -offset]]])
    new = np.array([[0.2, 0.9, 0.4, 0.6]])  # two points
    y, x = 2 * new[0, 2:] - 1, 2 * new[0, :2] - 1
    old = matrix[0, :, :2] @ np.stack([y, x]) + matrix[0, :, 2:]
    given_points = np.concatenate([old[1], old[0]])[None] / 2 + 0.5
    assert np.asarray(moved_points(given_points, matrix)) == pytest.approx(new, abs=1e-4)


def test_mirrored_points_change_places_with_their_partners():
    points = np.tile(
        np.array([[0.2, 0.7, 0.5, 0.4]], np.float32), (30, 1)
    )  # (0.2, 0.5), (0.7, 0.4)
    changes = Changes(flip="horizontal", mirror=(1, 0))
    _, moved = changed(pictures(rows=30), points, KEY, changes, ("points", 0.0))
    rows = {tuple(np.round(row.astype(float), 3).tolist()) for row in np.asarray(moved)}
    assert rows == {(0.2, 0.7, 0.5, 0.4), (0.3, 0.8, 0.4, 0.5)}


def test_a_mirror_negates_a_number_about_its_centre():
    changes = Changes(flip="horizontal", mirror="negate")
    _, moved = changed(pictures(rows=30), np.full(30, 3.0), KEY, changes, ("number", 1.0))
    assert set(np.asarray(moved).tolist()) == {3.0, -1.0}


def test_brightness_and_contrast_by_hand():
    one = np.full((50, 4, 4, 1), 100, np.uint8)
    found = np.asarray(changed(one, None, KEY, Changes(brightness=0.1), CLASS)[0])
    assert found.std(axis=(1, 2)).max() < 1e-4
    assert np.abs(found - 100).max() == pytest.approx(10, abs=0.5)  # a share of its own
    two = np.tile(np.array([50, 150], np.uint8).reshape(1, 1, 2, 1), (50, 3, 1, 1))
    found = np.asarray(changed(two, None, KEY, Changes(contrast=0.5), CLASS)[0])
    assert found.mean(axis=(1, 2, 3)) == pytest.approx(np.full(50, 100.0), abs=1e-3)
    assert np.ptp(found, axis=(1, 2, 3)).min() >= 50 - 1e-3
    assert np.ptp(found, axis=(1, 2, 3)).max() <= 150 + 1e-3


def test_a_blur_is_the_gaussian_of_scipy_away_from_the_edge():
    from scipy.ndimage import gaussian_filter

    values = pictures(rows=2, height=30, width=30).astype(np.float64)
    width = np.array([[[0.0]], [[0.05]]])  # none, and a pixel and a half
    found = np.asarray(augment.smoothed(values.astype(np.float32), width))
    assert np.array_equal(found[0], values[0])
    wanted = gaussian_filter(values[1], (1.5, 1.5, 0), truncate=12)
    np.testing.assert_allclose(found[1, 10:20, 10:20], wanted[10:20, 10:20], atol=0.02)
    flat = np.asarray(augment.smoothed(np.full((1, 9, 7, 1), 77.0, np.float32), width[1:]))
    np.testing.assert_allclose(flat, 77.0, rtol=1e-5)  # at the edge too


def test_each_picture_draws_a_blur_of_its_own():
    alike = np.repeat(pictures(rows=1, height=24, width=24), 30, axis=0)
    found = np.asarray(changed(alike, None, KEY, Changes(blur=0.06), CLASS)[0])
    rough = np.abs(np.diff(found, axis=1)).mean(axis=(1, 2, 3))
    before = np.abs(np.diff(alike.astype(float), axis=1)).mean()
    assert (rough <= before * 1.001).all()
    assert rough.max() > 0.8 * before
    assert rough.min() < 0.35 * before


def test_values_stay_between_black_and_white():
    hard = Changes(brightness=0.9, contrast=0.9, noise=0.5, cutout=0.4)
    found = np.asarray(changed(pictures(), None, KEY, hard, CLASS)[0])
    assert found.min() >= 0
    assert found.max() <= 255


def test_a_cutout_paints_a_square_in_the_mean_colour():
    found = np.asarray(changed(pictures(20, 20, 20, 1), None, KEY, Changes(cutout=0.5), CLASS)[0])
    changed_share = (found != pictures(20, 20, 20, 1)).mean(axis=(1, 2, 3))
    assert 0.04 < changed_share.min()
    assert changed_share.max() < 0.26


def test_the_same_key_gives_the_same_changes_and_another_key_others():
    strong = Augmenter(Changes(shift=0.2, noise=0.1), "class")
    first, again, other = (
        np.asarray(strong({"pictures": pictures()}, np.zeros(4), key)[0]["pictures"])
        for key in (KEY, KEY, jax.random.key(4))
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_equal_changes_share_a_signature():
    assert (
        Augmenter(Changes(shift=0.1), "class").signature
        == Augmenter(Changes(shift=0.1), "class").signature
    )
    assert (
        Augmenter(Changes(shift=0.1), "class").signature
        != Augmenter(Changes(shift=0.2), "class").signature
    )
    assert Augmenter(Changes(), "number", 1.0).signature != Augmenter(Changes(), "number").signature
