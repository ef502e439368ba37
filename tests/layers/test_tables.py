"""Embeddings of numbers and codes against NumPy, against laws, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.layers.tables import CodeEmbedding, PeriodicEmbedding, PiecewiseLinearEmbedding

RANDOM = np.random.default_rng(0)


def piecewise(bins=3, width=2, features=2, edges=None, draw=True):
    layer = PiecewiseLinearEmbedding(bins, width, seed=1)
    layer.build((None, features))
    if draw:
        layer.kernel.assign(RANDOM.normal(size=layer.kernel.shape))
    if edges is not None:
        layer.set_edges(edges)
    return layer


def value(layer, inputs):
    return np.asarray(layer(np.asarray(inputs, "float32")))


def numpy_piecewise(layer, x):
    edges, linear, kernel, bias = (
        np.asarray(w, "float64") for w in (layer.edges, layer.linear, layer.kernel, layer.bias)
    )
    out = np.zeros((*x.shape, layer.width))
    for row, feature in np.ndindex(x.shape):
        number, ends = x[row, feature], edges[feature]
        out[row, feature] = number * linear[feature] + bias[feature]
        for t in range(layer.bins):
            if ends[t + 1] > ends[t]:
                share = (number - ends[t]) / (ends[t + 1] - ends[t])
                out[row, feature] += min(max(share, 0.0), 1.0) * kernel[feature, t]
    return np.maximum(out, 0)


def test_piecewise_embedding_worked_by_hand():
    layer = piecewise(bins=2, width=1, features=1, edges=[[0.0, 2.0, 6.0]])
    layer.linear.assign([[0.5]])
    layer.kernel.assign([[[10.0], [100.0]]])
    layer.bias.assign([[1.0]])
    # 3 is all through bin 0 and a quarter through bin 1: 3 * 0.5 + 10 + 25 + 1 = 37.5
    # 1 is half through bin 0: 0.5 + 5 + 0 + 1 = 6.5; -4 is in no bin: -2 + 0 + 1 < 0, cut to 0
    assert value(layer, [[3.0], [1.0], [-4.0]]).ravel().tolist() == [37.5, 6.5, 0.0]


def test_piecewise_embedding_agrees_with_numpy():
    edges = np.sort(RANDOM.normal(size=(2, 4)), axis=1)
    layer, x = piecewise(edges=edges), RANDOM.normal(size=(40, 2)) * 2
    np.testing.assert_allclose(value(layer, x), numpy_piecewise(layer, x), rtol=1e-4, atol=1e-5)


def test_repeated_edges_are_empty_bins_and_leave_gradients_finite():
    layer = piecewise(edges=[[0.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0, 2.0]])
    x = RANDOM.normal(size=(20, 2))
    np.testing.assert_allclose(value(layer, x), numpy_piecewise(layer, x), rtol=1e-4, atol=1e-5)
    import jax

    gradient = jax.grad(lambda z: layer(z).sum())(np.asarray(x, "float32"))
    assert np.isfinite(np.asarray(gradient)).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(-5, 5, width=32), min_size=4, max_size=4),
    st.lists(st.floats(-8, 8, width=32), min_size=30, max_size=30),
)
def test_piecewise_embedding_never_falls_where_its_weights_do_not(ends, numbers):
    layer = piecewise(features=1, edges=[sorted(ends)])
    for weight in (layer.linear, layer.kernel):
        weight.assign(np.abs(np.asarray(weight)))
    x = np.sort(np.asarray(numbers, "float32"))[:, None]
    assert (np.diff(value(layer, x), axis=0) >= -1e-4).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 3), st.integers(0, 2**16))
def test_piecewise_embedding_does_not_jump_at_an_edge(edge, seed):
    ends = np.cumsum(np.random.default_rng(seed).uniform(0.5, 2, size=(1, 4)), axis=1)
    layer, at = piecewise(features=1, edges=ends), ends[0, edge]
    below, above = value(layer, [[at - 1e-4], [at + 1e-4]])
    np.testing.assert_allclose(below, above, atol=5e-3)


def test_edges_are_kept_out_of_training_and_within_the_weights():
    layer = piecewise(edges=[[0, 1, 2, 3], [4, 5, 6, 7]])
    assert [w.name for w in layer.non_trainable_weights] == ["edges"]
    assert "edges" not in layer.get_config()


def test_a_fresh_piecewise_embedding_is_a_line_cut_at_zero():
    layer, x = piecewise(draw=False), RANDOM.normal(size=(9, 2))
    line = x[:, :, None] * np.asarray(layer.linear) + np.asarray(layer.bias)
    np.testing.assert_allclose(value(layer, x), np.maximum(line, 0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("edges", [np.zeros((2, 3)), np.zeros((3, 4)), np.zeros(4)])
def test_edges_of_a_wrong_shape_are_refused(edges):
    with pytest.raises(BadParameter, match=r"edges must have shape \(2, 4\) \(features, bins"):
        piecewise(edges=edges)


@pytest.mark.parametrize("row", [[0, 2, 1, 3], [0, 1, np.nan, 3], [0, 1, 2, np.inf]])
def test_edges_that_do_not_ascend_are_refused(row):
    with pytest.raises(BadParameter, match="feature 1 must be finite and ascending"):
        piecewise(edges=[[0, 1, 2, 3], row])


def test_periodic_embedding_worked_by_hand():
    layer = PeriodicEmbedding(1, 2)
    layer.build((None, 1))
    for weight, number in zip(layer.weights, (0.25, 0.0, 3.0, 0.5), strict=True):
        weight.assign(np.full(weight.shape, number))
    # frequency a quarter turn, no phase: x = 2 is half a turn, cos = -1, -1 * 3 + 0.5 = -2.5
    np.testing.assert_allclose(value(layer, [[2.0]]), [[[2.0, -2.5]]], atol=1e-5)


def test_periodic_embedding_agrees_with_numpy():
    layer = PeriodicEmbedding(5, 4, spread=0.3, seed=2)
    x = RANDOM.normal(size=(30, 3))
    found = value(layer, x)
    f, p, kernel, bias = (np.asarray(w, "float64") for w in layer.weights)
    mixed = np.stack(
        [np.cos(2 * np.pi * (x[:, [j]] * f[j] + p[j])) @ kernel[j] + bias[j] for j in range(3)], 1
    )
    np.testing.assert_allclose(found[..., 0], x, rtol=1e-6)
    np.testing.assert_allclose(found[..., 1:], mixed, rtol=1e-4, atol=1e-4)


def test_periodic_embedding_repeats_after_a_whole_turn():
    layer, x = PeriodicEmbedding(4, 3, seed=3), RANDOM.normal(size=(10, 2))
    layer.build((None, 2))
    layer.frequency.assign(np.full((2, 4), 0.5))
    here, there = value(layer, x), value(layer, x + 2)  # half a turn a unit
    np.testing.assert_allclose(here[..., 1:], there[..., 1:], atol=1e-4)


def test_code_embedding_looks_each_column_up_in_its_own_part():
    layer = CodeEmbedding((2, 3), 1)
    layer.build((None, 2))
    layer.table.assign(np.arange(5.0)[:, None])
    # column 0 owns rows 0-1 of the table, column 1 rows 2-4
    found = np.asarray(layer(np.array([[0, 0], [1, 2]], "int32")))
    assert found[..., 0].tolist() == [[0.0, 2.0], [1.0, 4.0]]


def test_codes_out_of_range_never_reach_a_neighbouring_column():
    layer = CodeEmbedding((2, 3), 1)
    layer.build((None, 2))
    layer.table.assign(np.arange(5.0)[:, None])
    assert np.asarray(layer(np.array([[7, -1]], "int32"))).ravel().tolist() == [1.0, 2.0]


MADE = [
    (lambda: PiecewiseLinearEmbedding(4, 3, seed=5), np.ones((2, 3), "float32")),
    (lambda: PeriodicEmbedding(4, 3, spread=0.2, seed=5), np.ones((2, 3), "float32")),
    (lambda: CodeEmbedding((3, 4), 2, seed=5), np.ones((2, 2), "int32")),
]


@pytest.mark.parametrize(("make", "inputs"), MADE)
def test_config_rebuilds_the_layer_and_the_seed_its_weights(make, inputs):
    first = make()
    config = keras.saving.serialize_keras_object(first)
    assert config["registered_name"] == f"fondo>{type(first).__name__}"
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == first.get_config()
    np.testing.assert_array_equal(np.asarray(first(inputs)), np.asarray(again(inputs)))


@pytest.mark.parametrize(("make", "inputs"), MADE)
def test_the_shape_promised_is_the_shape_given(make, inputs):
    layer = make()
    assert layer.compute_output_shape(inputs.shape) == tuple(layer(inputs).shape)


@pytest.mark.parametrize(("make", "inputs"), MADE)
def test_another_seed_draws_other_weights(make, inputs):
    first = make()
    other = type(first).from_config({**first.get_config(), "seed": 6})
    assert not np.array_equal(np.asarray(first(inputs)), np.asarray(other(inputs)))


@pytest.mark.parametrize(("make", "inputs"), MADE)
def test_the_global_seed_has_no_say(make, inputs):
    # np.random's own state must be left alone as well
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    np.testing.assert_array_equal(np.asarray(make()(inputs)), np.asarray(make()(inputs)))
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
