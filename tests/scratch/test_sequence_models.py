"""fondo.scratch.convert: whole Keras models of sequences, taken over with their weights."""

import numpy as np
import pytest

from fondo.backend import jax, jnp, keras
from fondo.errors import BadParameter
from fondo.scratch.convert import from_model


def redrawn(model):
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(random.normal(0, 0.7, variable.shape))
    return model


def same(model, rows):
    """Both answer alike, and the gradients of sum(c * outputs) are alike; returns ours."""
    ours = from_model(model)
    answer = ours.predict(rows)
    trained = [v.value for v in model.trainable_variables]
    fixed = [v.value for v in model.non_trainable_variables]
    inputs = {name: jnp.asarray(a) for name, a in rows.items()} if isinstance(rows, dict) else rows
    c = np.random.default_rng(1).normal(size=answer.shape)
    theirs = model.stateless_call(trained, fixed, inputs)[0]
    np.testing.assert_allclose(answer, theirs, rtol=1e-9, atol=1e-12)
    gradients = jax.grad(lambda w: (model.stateless_call(w, fixed, inputs)[0] * c).sum())(trained)
    ours.backward(c)
    by_path = {v.path: g for v, g in zip(model.trainable_variables, gradients, strict=True)}
    assert len(by_path) == len(ours.gradients)
    for name, gradient in ours.gradients.items():
        layer, *way, weight = name.split("/")
        found = [p for p in by_path if f"{layer}/" in p and p.endswith(f"/{weight}")]
        (path,) = (p for p in found if all(part in p for part in way))
        np.testing.assert_allclose(gradient, by_path[path], rtol=1e-9, atol=1e-10, err_msg=name)
    return ours


@pytest.mark.parametrize("length", [4, None], ids=["of one length", "of any length"])
def test_embedding_lstm_dense_is_taken_over(length):
    layers = keras.layers
    chain = [layers.Embedding(9, 3), layers.LSTM(4), layers.Dense(2, "softmax")]
    model = redrawn(keras.Sequential([keras.Input((length,)), *chain]))
    ours = same(model, np.random.default_rng(0).integers(0, 9, (3, 4)))
    assert [type(layer).__name__ for layer in ours.layers] == ["Embedding", "LSTM", "Dense"]
    assert ours.layers[1].seen["forget_gate"].shape == (3, 4, 4)


def test_a_tower_of_recurrent_layers_is_taken_over():
    layers = keras.layers
    chain = [
        layers.SimpleRNN(3, return_sequences=True, unroll=True),
        layers.Bidirectional(layers.GRU(2, return_sequences=True, unroll=True), "sum"),
        layers.Bidirectional(layers.LSTM(2, unroll=True)),
        layers.Dense(1),
    ]
    model = redrawn(keras.Sequential([keras.Input((3, 2)), *chain]))
    ours = same(model, np.random.default_rng(0).normal(size=(2, 3, 2)))
    assert [len(layer.weights) for layer in ours.layers] == [3, 6, 6, 2]


CALLS = {
    "by name": lambda layer, x, state: layer(x, initial_state=state),
    "by place": lambda layer, x, state: layer(x, state),
    "state named first": lambda layer, x, state: layer(initial_state=state, sequences=x),
}


def encoder_decoder(kind, call, states):
    """A functional model whose decoder starts from the encoder's states."""
    layers = keras.layers
    source, target = keras.Input((4,), name="source"), keras.Input((3,), name="target")
    words = layers.Embedding(7, 3, name="words")(source)
    _, *state = getattr(layers, kind)(2, return_state=True, name="encoder", unroll=True)(words)
    steps = layers.Embedding(5, 2, name="steps")(target)
    decoder = getattr(layers, kind)(2, return_sequences=True, name="decoder", unroll=True)
    state = state[0] if states == "alone" else state
    answers = layers.Dense(5, "softmax", name="answers")(call(decoder, steps, state))
    return redrawn(keras.Model([source, target], answers))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_a_decoder_that_starts_from_an_encoder_is_taken_over(kind, call):
    random = np.random.default_rng(0)
    model = encoder_decoder(kind, call, "alone" if kind == "GRU" else "listed")
    rows = {"source": random.integers(0, 7, (2, 4)), "target": random.integers(0, 5, (2, 3))}
    ours = same(model, rows)
    assert {"source", "target"} == set(ours.inputs)
    assert np.abs(ours.layer("encoder").gradients["kernel"]).max() > 0  # by way of the state


def test_both_states_of_a_bidirectional_encoder_are_handed_on():
    layers = keras.layers
    source, target = keras.Input((3, 2), name="source"), keras.Input((2, 1), name="target")
    both = layers.Bidirectional(layers.LSTM(1, return_state=True, unroll=True), name="encoder")
    _, h, c, h_back, c_back = both(source)
    state = [layers.Concatenate()([h, h_back]), layers.Concatenate()([c, c_back])]
    decoder = layers.LSTM(2, return_sequences=True, unroll=True, name="decoder")
    model = redrawn(keras.Model([source, target], decoder(target, initial_state=state)))
    random = np.random.default_rng(0)
    rows = {"source": random.normal(size=(2, 3, 2)), "target": random.normal(size=(2, 2, 1))}
    ours = same(model, rows)
    assert np.abs(ours.layer("encoder").gradients["forward/kernel"]).max() > 0  # by the states


def test_masks_are_refused():
    x, mask = keras.Input((3, 2)), keras.Input((3,), dtype="bool")
    model = keras.Model([x, mask], keras.layers.GRU(2, name="memory")(x, mask=mask))
    with pytest.raises(BadParameter, match="the layer 'memory' takes a mask"):
        from_model(model)
    layers = [keras.Input((3, 2)), keras.layers.Masking(name="gaps"), keras.layers.GRU(2)]
    with pytest.raises(BadParameter, match=r"does not know 'gaps' \(Masking\)"):
        from_model(keras.Sequential(layers))
