"""fondo.scratch.bidirectional: against Keras in float64, a law of symmetry, by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import jax, keras
from fondo.errors import BadData, BadParameter
from fondo.scratch.bidirectional import Bidirectional
from fondo.scratch.convert import _taken
from fondo.scratch.dense import Dense
from fondo.scratch.gru import GRU
from fondo.scratch.network import Network
from fondo.scratch.recurrent import LSTM, SimpleRNN

KINDS = {"SimpleRNN": SimpleRNN, "LSTM": LSTM, "GRU": GRU}
every_kind = pytest.mark.parametrize("kind", KINDS)


def drawn(kind, merge_mode="concat", seed=0, **options):
    layer = Bidirectional(KINDS[kind](2, **options), merge_mode)
    layer(np.zeros((1, 1, 3)))
    random = np.random.default_rng(seed)
    for w in layer.weights.values():
        w[...] = random.normal(0, 0.7, w.shape)
    return layer


# ---- against Keras


@every_kind
@settings(max_examples=8)
@given(
    shape=st.sampled_from([(1, 1, 2), (2, 3, 2)]),
    merge_mode=st.sampled_from(["concat", "sum"]),
    options=st.fixed_dictionaries(
        dict.fromkeys(["return_sequences", "return_state", "go_backwards"], st.booleans())
    ),
)
def test_agrees_with_keras(disagreement, randomised, kind, shape, merge_mode, options):
    inner = getattr(keras.layers, kind)
    turned = {**options, "go_backwards": not options["go_backwards"]}
    layer = keras.layers.Bidirectional(
        inner(2, unroll=True, **options), merge_mode, backward_layer=inner(2, unroll=True, **turned)
    )
    assert (
        disagreement(randomised(layer, shape[1:]), np.random.default_rng(0).normal(size=shape)) <= 1
    )


@every_kind
def test_initial_states_and_their_gradients_agree_with_keras(randomised, kind):
    inner = getattr(keras.layers, kind)(3, return_state=True, return_sequences=True)
    layer = randomised(keras.layers.Bidirectional(inner), (4, 2))
    ours, random = _taken(layer), np.random.default_rng(2)
    states = 4 if kind == "LSTM" else 2
    inputs = [random.normal(size=(2, 4, 2)), *(random.normal(size=(2, 3)) for _ in range(states))]
    trained = [v.value for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]

    def call(x, *state):
        return tuple(layer.stateless_call(trained, fixed, x, initial_state=list(state))[0])

    theirs, pull = jax.vjp(call, *inputs)
    mine = ours(*inputs)
    d_outputs = tuple(random.normal(size=a.shape) for a in mine)
    found = [*mine, *ours.backward(*d_outputs)]
    for a, b in zip(found, [*theirs, *pull(d_outputs)], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_penalties_are_those_of_keras():
    inner = keras.layers.LSTM(2, kernel_regularizer="l1", recurrent_regularizer="l2")
    layer = keras.layers.Bidirectional(inner)
    layer.build((None, 3, 2))
    ours = _taken(layer)
    np.testing.assert_allclose(ours.penalty(), float(sum(layer.losses)), rtol=1e-9)
    ours(np.ones((1, 3, 2)))
    ours.backward(np.ones((1, 4)))
    before = ours.gradients["backward/recurrent_kernel"].copy()
    ours.add_penalty_gradients()
    grown = ours.gradients["backward/recurrent_kernel"] - before
    expected = 2 * 0.01 * np.asarray(layer.backward_layer.cell.recurrent_kernel)
    np.testing.assert_allclose(grown, expected, atol=1e-12)


# ---- laws


@every_kind
@given(seed=st.integers(0, 99))
def test_turning_the_steps_and_swapping_the_layers_swaps_the_halves(kind, seed):
    layer, swapped = (drawn(kind, return_sequences=True, seed=seed) for _ in range(2))
    for name, w in layer.weights.items():
        way, _, weight = name.partition("/")
        swapped.weights[f"{'forward' if way == 'backward' else 'backward'}/{weight}"][...] = w
    x, d = (np.random.default_rng(seed).normal(size=(2, 3, n)) for n in (3, 4))
    turned = swapped(x[:, ::-1])[:, ::-1]
    np.testing.assert_allclose(np.roll(turned, 2, axis=-1), layer(x), atol=1e-12)
    d_turned = swapped.backward(np.roll(d, 2, axis=-1)[:, ::-1])[:, ::-1]
    np.testing.assert_allclose(d_turned, layer.backward(d), atol=1e-12)


@every_kind
@given(seed=st.integers(0, 99))
def test_the_sum_is_that_of_the_two_halves(kind, seed):
    both, total = (drawn(kind, mode, return_sequences=True) for mode in ("concat", "sum"))
    x = np.random.default_rng(seed).normal(size=(2, 3, 3))
    np.testing.assert_allclose(total(x), both(x)[..., :2] + both(x)[..., 2:], atol=1e-12)


def test_every_step_knows_what_comes_after_it():
    layer, x = drawn("SimpleRNN", return_sequences=True), np.zeros((1, 3, 3))
    before = layer(x)
    x[0, 2] = 1
    changed = np.abs(layer(x) - before) > 1e-9
    assert changed[0].tolist() == [[False] * 2 + [True] * 2] * 2 + [[True] * 4]


@every_kind
def test_weights_are_the_very_arrays_of_the_halves_forward_first(kind):
    layer = drawn(kind)
    names = ["kernel", "recurrent_kernel", "bias"]
    assert list(layer.weights) == [f"{way}/{n}" for way in ("forward", "backward") for n in names]
    x = np.ones((1, 2, 3))
    before = layer(x)
    layer.backward(np.ones((1, 4)))
    for way, half in layer.halves.items():
        for name in names:
            assert layer.weights[f"{way}/{name}"] is half.weights[name]
            assert layer.gradients[f"{way}/{name}"] is half.gradients[name]
    layer.weights["backward/kernel"] -= 0.5  # as an optimizer does
    assert (layer(x) != before).tolist() == [[False, False, True, True]]


# ---- by hand


def test_two_linear_units_by_hand():
    # forward h = x + h / 2 on 1, 2: 1, 2.5. backward h = 10 x + h / 2 on 2, 1: 20, 20.
    layer = Bidirectional(SimpleRNN(1, "linear", use_bias=False, return_sequences=True))
    layer.build((2, 1))
    for name, value in (("forward/kernel", 1.0), ("backward/kernel", 10.0)):
        layer.weights[name][:] = value
    for way in ("forward", "backward"):
        layer.weights[f"{way}/recurrent_kernel"][:] = 0.5
    outputs = layer.forward(np.array([[[1.0], [2.0]]]))
    np.testing.assert_allclose(outputs, [[[1, 20], [2.5, 20]]], atol=1e-12)
    assert layer.seen["backward/hidden"].ravel().tolist() == [20, 20]


def test_variant_d_of_the_cookbook():
    # C13-1: five outputs and 24 parameters; the source gives no other numbers. Its next step is
    # one vector of both hidden states and one of both cells.
    layer = Bidirectional(LSTM(1, return_sequences=True, return_state=True))
    x = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1)
    sequence, h, c, h_back, c_back = layer(x)
    assert layer.count == 24
    assert (sequence.shape, {a.shape for a in (h, c, h_back, c_back)}) == ((2, 2, 2), {(2, 1)})
    np.testing.assert_array_equal(sequence[:, -1, :1], h)
    np.testing.assert_array_equal(sequence[:, 0, 1:], h_back)  # its walk ends at the first step
    np.testing.assert_array_equal(
        np.hstack([c, c_back]),
        np.hstack([layer.seen["forward/cell"][:, -1], layer.seen["backward/cell"][:, -1]]),
    )


def test_a_network_draws_and_counts_the_weights_of_both():
    network = Network([Bidirectional(GRU(2)), Dense(1)], (3, 2), seed=3)
    assert network.layers[0].count == 2 * 3 * 2 * (2 + 2 + 2)
    first, again = (Network([Bidirectional(GRU(2))], (3, 2), seed=s).weights for s in (3, 3))
    assert all((first[name] == again[name]).all() for name in first)
    kernels = [network.layers[0].weights[f"{way}/kernel"] for way in ("forward", "backward")]
    assert (kernels[0] != kernels[1]).all()


# ---- refusals


def test_wrong_shapes_and_states_name_the_layer():
    layer = drawn("GRU")
    layer.name = "both"
    for shape in ((2, 3), (2, 3, 4), (2, 0, 3)):
        with pytest.raises(BadData, match="Bidirectional 'both': expected inputs of shape"):
            layer(np.zeros(shape))
    with pytest.raises(BadData, match="'both': expected 2 initial states, .* Got 1."):
        layer(np.zeros((2, 3, 3)), np.zeros((2, 2)))


@pytest.mark.parametrize("mode", ["ave", "mul", None])
def test_other_ways_to_merge_are_refused(mode):
    with pytest.raises(BadParameter, match="merge_mode must be 'concat' or 'sum'"):
        Bidirectional(LSTM(2), mode)


@pytest.mark.parametrize(
    "other", [{}, {"go_backwards": True, "return_sequences": True}], ids=["same way", "other form"]
)
def test_a_second_layer_that_does_not_match_is_refused(other):
    with pytest.raises(BadParameter, match="must walk the other way"):
        Bidirectional(LSTM(2), backward_layer=LSTM(2, **other))


def test_layers_that_cannot_be_walked_both_ways_are_refused():
    layer = keras.layers.Bidirectional(keras.layers.ConvLSTM1D(1, 1), name="both")
    with pytest.raises(BadParameter, match=r"Bidirectional\('both'\): .* Got ConvLSTM1D"):
        Bidirectional.read(layer.get_config(), {})
