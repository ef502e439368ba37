"""fondo.recipes.digits: what is scaled from training rows, batches that keep the updates, MNIST."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from fondo.errors import BadData, BadParameter
from fondo.recipes import digits as module
from fondo.recipes.digits import Digits, digits, scale
from fondo.recipes.kitchen import Kitchen

PIXELS = arrays("float32", (6, 3), elements=st.integers(0, 255).map(float))


@pytest.fixture(scope="module")
def sample() -> Digits:
    return digits(Kitchen())


def scaled(X: np.ndarray, way: str) -> np.ndarray:
    shift, unit, sign = scale(X, way)
    return sign * (X - shift) / unit


@settings(max_examples=20)
@given(PIXELS)
def test_scalers_are_those_of_scikit_learn(X: np.ndarray) -> None:
    wide = X.astype(float)
    np.testing.assert_allclose(
        scaled(X, "standard"), StandardScaler().fit_transform(wide), atol=1e-4
    )
    np.testing.assert_allclose(scaled(X, "min-max"), MinMaxScaler().fit_transform(wide), atol=1e-5)


@settings(max_examples=20)
@given(PIXELS)
def test_laws_of_the_scalings(X: np.ndarray) -> None:
    most = X.max() or 1.0
    np.testing.assert_array_equal(scaled(X, "raw"), X)
    np.testing.assert_allclose(scaled(X, "inverted"), 1 - X / most, atol=1e-6)
    np.testing.assert_allclose(scaled(X, "inverted, centred").mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled(X, "mean").mean(axis=0), 0, atol=1e-5)
    assert np.abs(scaled(X, "max")).max() <= 1
    # centred light on dark is centred dark on light, the sign turned
    plain = X / most - (X / most).mean(axis=0)
    np.testing.assert_allclose(scaled(X, "inverted, centred"), -plain, atol=1e-5)


def test_scalings_by_hand() -> None:
    X = np.array([[0.0, 7.0], [4.0, 7.0], [8.0, 7.0]])  # the second pixel never changes
    assert scaled(X, "mean").tolist() == [[-0.5, 0.0], [0.0, 0.0], [0.5, 0.0]]
    assert scaled(X, "min-max").tolist() == [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]]
    assert scaled(X, "inverted").tolist() == [[1.0, 0.125], [0.5, 0.125], [0.0, 0.125]]
    assert scaled(np.zeros((2, 2)), "max").tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_an_unknown_scaling_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadParameter, match="Did you mean 'standard'"):
        scale(np.ones((2, 2)), "standart")


@pytest.mark.parametrize("way", module.SCALINGS)
def test_wild_test_rows_change_no_training_row(sample: Digits, way: str) -> None:
    wild = replace(sample, X_test=sample.X_test * 1000)
    before, after = sample.rows(way), wild.rows(way)
    np.testing.assert_array_equal(before.train.inputs["inputs"], after.train.inputs["inputs"])
    assert not np.array_equal(before.test.inputs["inputs"], after.test.inputs["inputs"])


def test_the_sample_is_split_by_class_and_stretched(sample: Digits) -> None:
    assert (sample.X.shape, sample.X_test.shape, sample.side) == ((1438, 64), (359, 64), (8, 8))
    assert (sample.X.min(), sample.X.max()) == (0.0, 255.0)
    shares = [np.bincount(y) / len(y) for y in (sample.y, sample.y_test)]
    np.testing.assert_allclose(*shares, atol=0.003)
    assert not sample.is_mnist
    assert (sample.published(97.0), sample.width, sample.n_classes) == (None, 100, 10)
    # the commonest training digit on the test rows, by hand
    commonest = max(range(10), key=lambda k: (sample.y == k).sum())
    assert sample.naive == pytest.approx(100 * (sample.y_test == commonest).mean())


def test_batches_keep_the_updates_of_an_epoch() -> None:
    # 1,024 of 60,000 rows: 59 updates; a tenth of the rows takes a tenth of the batch
    full = Digits(np.zeros((60_000, 1)), np.zeros(60_000, int), *[np.zeros(1)] * 2, (1, 1), 1)
    assert [full.batch(size) for size in (32, 1024, 32_000)] == [32, 1024, 32_000]
    few = replace(full, X=full.X[:6000], y=full.y[:6000])
    assert few.batch(1024) == 102
    assert -(-6000 // 102) == -(-60_000 // 1024) == 59
    assert few.batch(1) == module.LEAST_BATCH
    assert few.share(6000) == 600


def test_parts_are_drawn_without_repeats_and_held_rows_are_taken_out(sample: Digits) -> None:
    few = sample.some(100, seed=3)
    assert few.X.shape == (100, 64)
    np.testing.assert_array_equal(few.X_test, sample.X_test)
    held = sample.held_out(300, seed=3)
    assert (len(held.y), len(held.y_test)) == (1138, 300)
    both = np.concatenate([held.X, held.X_test])
    # together they are the training rows again, each once; no test row is among them
    np.testing.assert_array_equal(np.sort(both, axis=0), np.sort(sample.X, axis=0))
    assert not np.array_equal(few.X, sample.some(100, seed=4).X)
    # a part that lacks a digit still asks for ten answers
    assert sample.some(3, seed=0).rows().n_classes == 10


def test_a_table_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "digits.csv"
    place.write_text("a,b\n1,2\n")
    with pytest.raises(BadData, match="must be a folder with the four files"):
        digits(Kitchen(data=place))


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    few = np.zeros((19, 2, 2), np.uint8), (np.arange(19) % 2).astype(np.uint8)
    for part in ("train", "t10k"):
        for kind, array in zip(("images-idx3", "labels-idx1"), few, strict=True):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
            (tmp_path / f"{part}-{kind}-ubyte").write_bytes(header + array.tobytes())
    with pytest.raises(BadData, match="at least 20 training pictures for each of the 2 labels"):
        digits(Kitchen(data=tmp_path))


@pytest.mark.data
def test_mnist_is_known_by_its_sizes_and_labels(fondo_data: Path) -> None:
    told = digits(Kitchen(data=fondo_data / "images" / "mnist"))
    assert told.is_mnist
    assert (told.published(97.0), told.width) == (97.0, 1000)
    assert told.naive == pytest.approx(11.35)
    assert told.X.size == 47_040_000
    assert not told.some(6000, 0).is_mnist
