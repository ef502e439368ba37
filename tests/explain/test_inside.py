"""fondo.explain.inside: what the fast engine sees, against NumPy and by hand."""

import numpy as np
import pytest

from fondo.backend import keras
from fondo.explain.inside import LOSSES, largest_output, layer_outputs, weight_gradients
from fondo.scratch.losses import LOSSES as OURS

ROWS = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")


def chain():
    keras.utils.set_random_seed(1)
    layers = keras.layers
    first = layers.Dense(4, "tanh", name="first", kernel_regularizer="l2")
    return keras.Sequential([keras.Input((2,)), first, layers.Dense(2, name="last")])


def test_outputs_of_every_layer_are_those_of_numpy():
    model = chain()
    kernel, bias, out, shift = (np.asarray(v.value) for v in model.weights)
    hidden = np.tanh(ROWS @ kernel + bias)
    found = layer_outputs(model, ROWS)
    np.testing.assert_allclose(found["first"][0], hidden, atol=1e-6)
    np.testing.assert_allclose(found["last"][0], hidden @ out + shift, atol=1e-6)


def test_inputs_are_found_by_name_in_a_dict_and_by_place_in_a_list():
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    side = keras.layers.Concatenate(name="side")
    rows = {"b": np.ones((1, 3)), "a": np.zeros((1, 2))}
    for form in ({"a": a, "b": b}, [a, b]):
        found = layer_outputs(keras.Model(form, side([a, b])), rows)
        assert found["side"][0].tolist() == [[0, 0, 1, 1, 1]]


def test_the_gradient_of_a_linear_model_with_penalty_by_hand():
    layer = keras.layers.Dense(1, use_bias=False, kernel_regularizer=keras.regularizers.L2(0.5))
    model = keras.Sequential([keras.Input((1,)), layer])
    model.set_weights([np.array([[3.0]])])
    rows = {"inputs": np.array([[2.0]], "float32")}
    # (3 2 - 4)^2 + 0.5 3^2 = 8.5; 2 (6 - 4) 2 + 2 0.5 3 = 11
    target = np.array([[4.0]], "float32")
    value, found = weight_gradients(
        model, rows, lambda outputs: LOSSES["mean_squared_error"](target, outputs)
    )
    assert value == 8.5
    assert found[layer.name][0].item() == 11.0


def test_the_gradient_of_the_largest_output():
    model = chain()
    _, found = weight_gradients(model, {"inputs": ROWS[:1]}, largest_output)
    winner = int(np.asarray(model(ROWS[:1]))[0].argmax())
    assert found["last"][1].tolist() == [float(k == winner) for k in range(2)]


@pytest.mark.parametrize("name", sorted(OURS))
def test_losses_have_the_values_of_the_glass_box(name):
    random = np.random.default_rng(2)
    outputs = random.normal(size=(5, 3))
    target = random.integers(0, 3, 5)
    if name.startswith("categorical"):
        outputs = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    elif "binary" in name:
        outputs = random.uniform(0.1, 0.9, (5, 1))
        target = random.integers(0, 2, 5)
    elif "mean" in name:
        outputs, target = outputs[:, :1], random.normal(size=5)
    ours, _ = OURS[name](outputs, target)
    theirs = LOSSES[name](np.asarray(target, "float32"), np.asarray(outputs, "float32"))
    assert float(theirs) == pytest.approx(ours, rel=1e-5)
