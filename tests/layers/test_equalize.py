"""fondo.layers.equalize: brightness spread evenly, by the rule of scikit-image."""

import numpy as np
import pytest

from fondo.backend import jax
from fondo.layers.augment import Augmenter, Changes, changed
from fondo.layers.equalize import (
    EQUALIZERS,
    EqualizeBrightness,
    LocalContrast,
    equalized,
    local_contrast,
)


def by_hand(values: np.ndarray) -> np.ndarray:
    """Equalisation of one channel in plain NumPy: histogram, running share, interpolation."""
    counts, edges = np.histogram(values.ravel(), bins=256)
    shares = counts.cumsum() / counts.sum()
    middles = (edges[1:] + edges[:-1]) / 2
    return np.interp(values.ravel(), middles, shares).reshape(values.shape)


def test_the_golden_values_of_the_source():
    picture = 255 * np.array([[0.1, 0.1], [0.2, 0.9]])[None, :, :, None]
    found = np.asarray(equalized(picture))[0, :, :, 0] / 255
    assert found == pytest.approx(np.array([[0.5, 0.5], [0.625, 1.0]]), abs=1e-6)


def test_grey_pictures_are_those_of_a_histogram_in_numpy():
    picture = np.random.default_rng(0).gamma(2, 20, (2, 13, 17, 1)).clip(0, 255)
    found = np.asarray(equalized(picture)) / 255
    for row in range(2):
        assert found[row, :, :, 0] == pytest.approx(by_hand(picture[row, :, :, 0]), abs=2e-3)


def test_hue_and_saturation_stay():
    picture = np.random.default_rng(1).integers(1, 256, (1, 8, 8, 3)).astype(np.uint8)
    found = np.asarray(equalized(picture), np.float64)
    share = picture / picture.max(axis=-1, keepdims=True)
    assert found / found.max(axis=-1, keepdims=True) == pytest.approx(share, abs=1e-5)
    assert found.max(axis=-1)[0] / 255 == pytest.approx(by_hand(picture.max(axis=-1)[0]), abs=2e-3)


@pytest.mark.parametrize("level", [0, 7, 255])
def test_a_picture_of_one_brightness_stays_as_it_is(level: int):
    picture = np.full((1, 4, 4, 3), level, np.uint8)
    assert np.array_equal(np.asarray(equalized(picture)), picture)


def test_the_layer_does_the_same():
    picture = np.random.default_rng(2).integers(0, 256, (2, 6, 5, 3)).astype(np.uint8)
    layer = EqualizeBrightness()
    assert np.array_equal(np.asarray(layer(picture)), np.asarray(equalized(picture)))
    assert layer.compute_output_shape((None, 6, 5, 3)) == (None, 6, 5, 3)


def test_local_contrast_is_the_formula_with_the_gaussian_of_scipy():
    from scipy.ndimage import gaussian_filter

    pictures = np.random.default_rng(0).uniform(0, 255, (3, 16, 24, 3))
    bright = pictures.mean(axis=-1)
    sigma = (0, 2, 3)  # an eighth of either side
    mean = gaussian_filter(bright, sigma, mode="reflect")
    spread = np.sqrt(gaussian_filter((bright - mean) ** 2, sigma, mode="reflect"))
    wanted = np.clip(128 + 50 * (pictures - mean[..., None]) / spread[..., None], 0, 255)
    np.testing.assert_allclose(np.asarray(local_contrast(pictures)), wanted, atol=2e-3)


def test_light_changes_nothing_of_local_contrast():
    picture = np.random.default_rng(1).uniform(40, 100, (1, 12, 12, 3)).astype("float32")
    lit = np.asarray(local_contrast(2.0 * picture + 30))
    np.testing.assert_allclose(lit, np.asarray(local_contrast(picture)), atol=1e-2)


def test_what_is_plain_is_not_made_noise_of():
    flat = np.full((1, 8, 8, 1), 90.0) + np.random.default_rng(2).normal(0, 0.1, (1, 8, 8, 1))
    assert np.abs(np.asarray(LocalContrast()(flat)) - 128).max() < 10


@pytest.mark.parametrize("name", list(EQUALIZERS))
def test_what_was_done_before_the_changes_is_not_done_again(name: str):
    layer_of, function = EQUALIZERS[name]
    pictures = np.random.default_rng(3).integers(0, 256, (2, 8, 8, 3)).astype(np.uint8)
    asked, usual = layer_of(done_in_training=True), layer_of()
    wanted = np.asarray(function(pictures))
    assert np.array_equal(np.asarray(asked(pictures, training=True)), pictures)
    for found in (asked(pictures, training=False), usual(pictures, training=True)):
        assert np.array_equal(np.asarray(found), wanted)
    assert layer_of.from_config(asked.get_config()).done_in_training


@pytest.mark.parametrize("name", list(EQUALIZERS))
def test_changes_are_made_to_pictures_whose_light_is_alike(name: str):
    pictures = np.random.default_rng(4).integers(0, 60, (2, 8, 8, 1)).astype(np.uint8)
    step = Augmenter(Changes(contrast=0.5), "class", equalize=name)
    key = jax.random.key(0)
    found, _ = step({"pictures": pictures}, np.zeros(2), key)
    even = EQUALIZERS[name][1](pictures)
    wanted, _ = changed(even, np.zeros(2), key, Changes(contrast=0.5), ("class", 0.0))
    assert np.array_equal(np.asarray(found["pictures"]), np.asarray(wanted))
    assert step.signature != Augmenter(Changes(contrast=0.5), "class").signature
