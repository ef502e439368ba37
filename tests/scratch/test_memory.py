"""fondo.scratch.memory: the cookbook's numbers (C11-4), against JAX, laws, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.backend import jax, keras
from fondo.errors import BadData, BadParameter
from fondo.scratch.convert import _taken
from fondo.scratch.dense import Dense
from fondo.scratch.gru import GRU
from fondo.scratch.memory import influence, linear_memory
from fondo.scratch.recurrent import LSTM, SimpleRNN

LAYERS = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}


def linear(kernel, recurrent, **options):
    """A linear SimpleRNN without bias."""
    kernel, recurrent = (np.atleast_2d(w).astype(float) for w in (kernel, recurrent))
    layer = SimpleRNN(len(recurrent), "linear", use_bias=False, **options)
    layer.weights.update(kernel=kernel, recurrent_kernel=recurrent)
    layer.built = True
    return layer


@pytest.mark.parametrize(
    ("recurrent", "weights", "total"),
    [(0.5, [1, 0.5, 0.25, 0.125, 0.0625], 1.9375), (2.0, [1, 2, 4, 8, 16], 31)],
    ids=["fades", "explodes"],
)
def test_weights_of_five_inputs_of_the_cookbook(recurrent, weights, total):
    # C11-4, from x5 back to x1: h5 = W x5 + U W x4 + U^2 W x3 + ... Here U goes from state to
    # state, as in this chapter of the source; an earlier one has the letters the other way round.
    found = linear_memory(recurrent, 5)
    np.testing.assert_array_equal(found[::-1], weights)
    assert found.sum() == total
    layer = linear(1.0, recurrent)
    np.testing.assert_allclose(influence(layer, np.ones((3, 5, 1))), found, atol=1e-12)
    assert layer(np.ones((1, 5, 1))).item() == pytest.approx(total, abs=1e-12)


@given(seed=st.integers(0, 999))
def test_the_memory_of_matrices_is_what_a_linear_layer_does(seed):
    random = np.random.default_rng(seed)
    W, U, x = random.normal(size=(2, 3)), random.normal(size=(3, 3)), random.normal(size=(1, 4, 2))
    powers = linear_memory(U, 4)
    last = linear(W, U)(x)
    np.testing.assert_allclose(np.einsum("btf,fu,tuv->bv", x, W, powers), last, atol=1e-10)
    lengths = np.linalg.norm(W @ powers, axis=(1, 2))
    np.testing.assert_allclose(influence(linear(W, U), x), lengths, atol=1e-10)


@given(angle=st.floats(0, 6), scale=st.sampled_from([0.5, 1.0, 2.0]))
def test_the_eigenvalues_decide_whether_a_memory_fades(angle, scale):
    # a rotation keeps lengths: both eigenvalues have the absolute value `scale`
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    lengths = np.linalg.norm(linear_memory(turn, 6), axis=(1, 2))
    np.testing.assert_allclose(lengths, np.sqrt(2) * scale ** np.arange(5.0, -1, -1), rtol=1e-9)


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_influence_agrees_with_the_jacobian_of_keras(randomised, kind, sequences):
    options = {"return_sequences": sequences, "return_state": sequences, "unroll": True}
    layer = randomised(getattr(keras.layers, kind)(3, **options), (4, 2))
    trained = [v.value for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]

    def last(row):
        found = layer.stateless_call(trained, fixed, row[None])[0]
        return found[0][0, -1] if sequences else found[0]

    x = np.random.default_rng(0).normal(size=(2, 4, 2))
    jacobians = jax.vmap(jax.jacrev(last))(x)  # (rows, units, time, features)
    expected = np.sqrt((np.asarray(jacobians) ** 2).sum(axis=(1, 3))).mean(axis=0)
    np.testing.assert_allclose(influence(_taken(layer), x), expected, rtol=1e-9)


@pytest.mark.parametrize("kind", LAYERS)
@given(order=st.permutations(range(3)))
def test_the_order_of_rows_does_not_matter(kind, order):
    layer, x = LAYERS[kind](2), np.random.default_rng(0).normal(size=(3, 4, 2))
    np.testing.assert_allclose(influence(layer, x[order]), influence(layer, x), atol=1e-12)


@given(forget=st.floats(-2, 5))
def test_the_forget_gate_sets_how_fast_an_lstm_forgets(forget):
    # U = 0 and only the candidate sees x: each step back costs one factor sigmoid(forget)
    layer = LSTM(1)
    layer.build((5, 1))
    layer.built = True
    for name, value in (("kernel", [[0, 0, 1, 0]]), ("recurrent_kernel", 0), ("bias", 0)):
        layer.weights[name][...] = value
    layer.weights["bias"][1] = forget
    found = influence(layer, np.full((1, 5, 1), 0.1))
    np.testing.assert_allclose(found[:-1] / found[1:], 1 / (1 + np.exp(-forget)), rtol=1e-9)


def test_a_walk_backwards_ends_at_the_first_step():
    layer = linear(1.0, 0.5, go_backwards=True)
    np.testing.assert_allclose(influence(layer, np.ones((1, 3, 1))), [1, 0.5, 0.25], atol=1e-12)


def test_rows_are_averaged():
    # slopes of tanh(x): 1 at 0, and 1 - tanh(1)^2 at 1
    layer = SimpleRNN(1, use_bias=False)
    layer.build((1, 1))
    layer.built, layer.weights["kernel"][:] = True, 1
    expected = 1 - np.tanh(1) ** 2 / 2
    np.testing.assert_allclose(influence(layer, [[[0.0]], [[1.0]]]), [expected], atol=1e-12)


def test_bad_input_is_refused():
    with pytest.raises(BadParameter, match="number or a square matrix, and steps at least 1"):
        linear_memory(np.ones((2, 3)), 4)
    with pytest.raises(BadParameter, match=r"steps=0"):
        linear_memory(0.5, 0)
    with pytest.raises(BadParameter, match=r"influence\(layer=Dense\): layer must be a SimpleRNN"):
        influence(Dense(2), np.ones((1, 2, 2)))
    with pytest.raises(BadData, match="'simplernn': expected inputs of shape"):
        influence(linear(1.0, 0.5), np.ones((2, 3)))
