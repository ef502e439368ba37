"""fondo.scratch.embedding: against Keras in float64, against one-hot rows, by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.scratch.dense import Dense
from fondo.scratch.embedding import Embedding
from fondo.scratch.network import Network
from fondo.scratch.shaping import Flatten

shapes = st.sampled_from([(1, 1), (3, 2), (2, 3, 2)])
codes = shapes.flatmap(lambda shape: arrays("int64", shape, elements=st.integers(0, 4)))


@settings(max_examples=8)
@given(codes)
def test_agrees_with_keras(disagreement, randomised, x):
    assert disagreement(randomised(keras.layers.Embedding(5, 3), x.shape[1:]), x) <= 1


@given(codes)
def test_a_code_is_a_one_hot_row_times_the_table(x):
    layer, dense = Embedding(5, 3), Dense(3, use_bias=False)
    layer(x)
    hot = np.eye(5)[x]
    dense(hot)
    dense.weights["kernel"][:] = layer.weights["embeddings"]
    np.testing.assert_allclose(layer(x), dense(hot), atol=1e-15)
    d = np.random.default_rng(0).normal(size=(*x.shape, 3))
    assert (layer.backward(d) == 0).all()
    dense.backward(d)
    np.testing.assert_allclose(layer.gradients["embeddings"], dense.gradients["kernel"], atol=1e-12)


def test_gradients_of_repeated_codes_add_up():
    # code 1 stands at two places, with 1 and 10; code 0 at one, with 100; code 2 nowhere.
    layer = Embedding(3, 1)
    outputs = layer(np.array([[1.0, 0.0], [1.0, 1.0]]))
    layer.backward(np.array([[[1.0], [100.0]], [[10.0], [0.0]]]))
    np.testing.assert_array_equal(layer.gradients["embeddings"], [[100], [11], [0]])
    np.testing.assert_array_equal(outputs[0, 0], outputs[1, 1])


def test_fresh_vectors_are_small_and_drawn_by_the_seed():
    one, two = (Network([Embedding(9, 4), Flatten()], (2,), seed=s).weights for s in (0, 1))
    table = one["embedding/embeddings"]
    assert 0 < np.abs(table).max() <= 0.05
    assert (table != two["embedding/embeddings"]).all()


@pytest.mark.parametrize("code", [-1, 5, 0.5, np.nan])
def test_codes_outside_the_table_name_layer_row_and_code(code):
    layer = Embedding(5, 2, name="words")
    x = np.array([[0, 1], [2, 3], [4, code]], float)
    words = f"Embedding 'words': codes must be whole numbers from 0 to 4. Row 2 has {code:g}."
    with pytest.raises(BadData, match=words):
        layer(x)


def test_masks_are_refused():
    config = keras.layers.Embedding(5, 2, mask_zero=True, name="words").get_config()
    with pytest.raises(BadParameter, match=r"Embedding\(mask_zero=True\): .* in layer 'words'"):
        Embedding.read(config, {})
