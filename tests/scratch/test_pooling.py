"""fondo.scratch.pooling: against Keras in float64, against laws, and by hand (C04-2)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.scratch.network import Network
from fondo.scratch.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    MaxPooling1D,
    MaxPooling2D,
    pool,
)

GRID = [[11, 22, 1, 2], [32, 65, 3, 4], [11, 12, 25, 63], [13, 14, 45, 32]]  # C04-2


def rows(shape, seed):
    """Small whole numbers, so that many cells are largest together."""
    return np.random.default_rng(seed).integers(0, 3, shape).astype(float)


# ---- reference


@settings(max_examples=10)
@given(
    kind=st.sampled_from(["MaxPooling2D", "AveragePooling2D"]),
    size=st.sampled_from([(2, 2), (3, 2), (1, 3)]),
    strides=st.sampled_from([None, 1, (2, 1)]),
    padding=st.sampled_from(["valid", "same"]),
    seed=st.integers(0, 9),
)
def test_pooling_of_images_agrees_with_keras(disagreement, kind, size, strides, padding, seed):
    layer = getattr(keras.layers, kind)(size, strides, padding)
    assert disagreement(layer, rows((2, 5, 6, 2), seed)) <= 1


@settings(max_examples=8)
@given(
    kind=st.sampled_from(["MaxPooling1D", "AveragePooling1D"]),
    size=st.sampled_from([2, 3]),
    strides=st.sampled_from([None, 1, 2]),
    padding=st.sampled_from(["valid", "same"]),
)
def test_pooling_of_series_agrees_with_keras(disagreement, kind, size, strides, padding):
    assert (
        disagreement(getattr(keras.layers, kind)(size, strides, padding), rows((3, 7, 2), size))
        <= 1
    )


@pytest.mark.parametrize("kind", ["Average", "Max"])
@pytest.mark.parametrize("shape", [(2, 6, 3), (2, 3, 4, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_global_pooling_agrees_with_keras(disagreement, kind, shape, keepdims):
    layer = getattr(keras.layers, f"Global{kind}Pooling{len(shape) - 2}D")(keepdims=keepdims)
    assert disagreement(layer, rows(shape, len(shape))) <= 1


# ---- laws


@given(arrays("float64", (2, 6, 4, 3), elements=st.floats(-9, 9)))
def test_average_pooling_keeps_the_mean(x):
    for size in [2, (3, 4), (1, 2)]:
        np.testing.assert_allclose(AveragePooling2D(size)(x).mean(), x.mean(), atol=1e-12)
    np.testing.assert_allclose(GlobalAveragePooling2D()(x).mean(), x.mean(), atol=1e-12)


@given(arrays("float64", (1, 5, 5, 2), elements=st.floats(-9, 9)))
def test_a_patch_lies_between_its_average_and_the_largest_of_all(x):
    for padding in ("valid", "same"):
        largest = MaxPooling2D(2, padding=padding)(x)
        assert (AveragePooling2D(2, padding=padding)(x) <= largest + 1e-12).all()
        assert largest.max() <= x.max()


@given(st.sampled_from(["valid", "same"]), st.integers(0, 9))
def test_no_gradient_is_lost_or_made(padding, seed):
    x, random = rows((2, 5, 6, 3), seed), np.random.default_rng(seed)
    for layer in (MaxPooling2D(2, 1, padding), AveragePooling2D(3, 2, padding)):
        d = random.normal(size=layer(x).shape)
        found = layer.backward(d).sum(axis=(1, 2))
        np.testing.assert_allclose(found, d.sum(axis=(1, 2)), atol=1e-12)


# ---- by hand


def test_pools_of_the_cookbook_by_hand():
    # C04-2: 11 + 22 + 32 + 65 = 130, a quarter of it 32.5
    assert pool([[11, 22], [32, 65]]).item() == 65
    np.testing.assert_array_equal(pool(GRID, 2, 2, "max"), [[65, 4], [14, 63]])
    np.testing.assert_array_equal(pool(GRID, 2, kind="sum"), [[130, 10], [50, 165]])
    np.testing.assert_array_equal(pool(GRID, kind="average"), [[32.5, 2.5], [12.5, 41.25]])
    np.testing.assert_array_equal(pool(GRID, (2, 3), (1, 1)), [[65, 65], [65, 65], [45, 63]])


def test_the_first_of_several_largest_cells_takes_the_gradient():
    layer = MaxPooling2D(2, 1)
    layer(np.ones((1, 3, 3, 1)))
    found = layer.backward(np.ones((1, 2, 2, 1)))[0, :, :, 0]
    np.testing.assert_array_equal(found, [[1, 1, 0], [1, 1, 0], [0, 0, 0]])
    assert list(layer.seen) == ["inputs", "chosen", "outputs"]


def test_several_largest_cells_of_all_share_the_gradient():
    layer = GlobalMaxPooling1D()
    layer(np.array([[[5.0], [1.0], [5.0]]]))
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1)))[0, :, 0], [0.5, 0, 0.5])


def test_an_edge_patch_is_divided_by_the_cells_it_has():
    # "same", 2 cells a patch: (1 + 2) / 2, (3 + 4) / 2, and 6 alone
    layer = AveragePooling1D(2, padding="same")
    found = layer(np.array([1.0, 2, 3, 4, 6]).reshape(1, 5, 1))
    np.testing.assert_array_equal(found.ravel(), [1.5, 3.5, 6])


def test_edges_are_never_the_largest():
    layer = MaxPooling2D(2, padding="same")
    np.testing.assert_array_equal(layer(np.full((1, 3, 3, 1), -7.0)), np.full((1, 2, 2, 1), -7.0))


# ---- bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: MaxPooling2D(0), r"MaxPooling2D\(pool_size=0\): must be one or 2 whole numbers"),
        (lambda: MaxPooling2D(2, 0), r"MaxPooling2D\(strides=0\)"),
        (lambda: MaxPooling1D(2, padding="causal"), r"MaxPooling1D\(padding='causal'\)"),
        (lambda: pool(GRID, kind="median"), r"pool\(kind='median'\): Known: max, average, sum"),
        (lambda: pool(GRID, "2"), r"pool\(size='2'\)"),
        (lambda: pool(GRID, 2, 0), r"pool\(stride=0\)"),
    ],
)
def test_impossible_settings_are_refused(call, words):
    with pytest.raises(BadParameter, match=words):
        call()


def test_numbers_that_cannot_be_pooled_are_refused():
    with pytest.raises(BadData, match=r"pool: a window of \(5, 5\) does not fit into \(4, 4\)"):
        pool(GRID, 5)
    with pytest.raises(BadData, match=r"pool\(values\): must be a matrix of finite numbers"):
        pool([1, 2, 3])


def test_rows_of_a_wrong_shape_name_the_layer():
    words = r"MaxPooling2D 'pool': expected .*\(batch, at least 3, at least 3, channels\)\. Got"
    with pytest.raises(BadData, match=words):
        Network([MaxPooling2D(3, name="pool")], (2, 8, 1))
    with pytest.raises(BadData, match=r"GlobalAveragePooling2D.*\(batch, places, places, channels"):
        Network([GlobalAveragePooling2D()], (4, 2))
