"""fondo.layers.equalize: brightness spread evenly, by the rule of scikit-image."""

import numpy as np
import pytest

from fondo.layers.equalize import EqualizeBrightness, equalized


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
