"""fondo.scratch.tables: against the Keras layers of fondo, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData
from fondo.layers import members, tables
from fondo.scratch.tables import CodeEmbedding, MemberScale, PiecewiseLinearEmbedding

RANDOM = np.random.default_rng(0)


@settings(max_examples=6)
@given(bins=st.sampled_from([1, 4]), width=st.sampled_from([1, 3]), rows=st.sampled_from([1, 5]))
def test_piecewise_embedding_agrees_with_keras(disagreement, randomised, bins, width, rows):
    layer = randomised(tables.PiecewiseLinearEmbedding(bins, width, dtype="float64"), (3,), bins)
    edges = np.sort(np.random.default_rng(bins).normal(size=(3, bins + 1)), axis=1)
    edges[0, -1] = edges[0, -2]  # an empty bin
    layer.set_edges(edges.astype("float32"))
    assert disagreement(layer, np.random.default_rng(rows).normal(size=(rows, 3))) <= 1


@settings(max_examples=4)
@given(frequencies=st.sampled_from([1, 5]), width=st.sampled_from([2, 4]))
def test_periodic_embedding_agrees_with_keras(disagreement, randomised, frequencies, width):
    layer = randomised(tables.PeriodicEmbedding(frequencies, width, dtype="float64"), (3,))
    assert disagreement(layer, np.random.default_rng(width).normal(size=(4, 3))) <= 1


def test_code_embedding_agrees_with_keras_for_repeated_and_unknown_codes(disagreement, randomised):
    layer = randomised(tables.CodeEmbedding([3, 2], 4, dtype="float64"), (2,))
    assert disagreement(layer, np.array([[0, 1], [2, 0], [2, 1], [7, 1]], "int32")) <= 1


@pytest.mark.parametrize("shape", [(5, 3), (5, 3, 2)])
def test_member_scale_agrees_with_keras(disagreement, randomised, shape):
    layer = randomised(members.MemberScale(4, dtype="float64"), shape[1:])
    assert disagreement(layer, RANDOM.normal(size=shape)) <= 1


def test_member_dense_agrees_with_keras(disagreement, randomised):
    layer = randomised(members.MemberDense(2, dtype="float64"), (4, 3))
    assert disagreement(layer, RANDOM.normal(size=(5, 4, 3))) <= 1


def test_piecewise_embedding_by_hand():
    layer = PiecewiseLinearEmbedding(2, 1)
    layer(np.zeros((1, 1)))
    layer.statistics["edges"] = np.array([[0.0, 1.0, 3.0]])
    layer.weights = {
        "linear": np.array([[2.0]]),
        "kernel": np.array([[[10.0], [100.0]]]),
        "bias": np.array([[1.0]]),
    }
    # x = 2: through bin 1 wholly, through bin 2 by (2 - 1) / (3 - 1) = 0.5
    # 2 * 2 + 1 * 10 + 0.5 * 100 + 1 = 65; slope 2 + 100 / 2 = 52
    assert layer(np.array([[2.0]])).item() == 65
    assert layer.backward(np.ones((1, 1, 1))).item() == 52
    assert layer.seen["shares"].tolist() == [[[1.0, 0.5]]]


def test_fresh_layers_draw_weights_of_the_shapes_that_keras_has():
    rows = RANDOM.normal(size=(2, 3))
    assert MemberScale(4)(rows).shape == (2, 4, 3)
    assert CodeEmbedding([2, 2], 5)(np.ones((3, 2))).shape == (3, 2, 5)
    assert PiecewiseLinearEmbedding(2, 5)(rows).shape == (2, 3, 5)


def test_wrong_shapes_name_the_layer():
    layer = PiecewiseLinearEmbedding(2, 5, name="numbers_embedded")
    layer(np.zeros((1, 3)))
    expected = r"'numbers_embedded': expected inputs of shape \(batch, 3\). Got \(2, 4\)"
    with pytest.raises(BadData, match=expected):
        layer(np.zeros((2, 4)))
    with pytest.raises(BadData, match="CodeEmbedding 'codes': codes must be whole numbers"):
        CodeEmbedding([3], 2, name="codes")(np.array([[0.5]]))
