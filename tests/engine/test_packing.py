"""fondo.engine.packing: what is packed comes out again, and trains to the same numbers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.engine import step as steps
from fondo.engine.examples import Examples
from fondo.engine.losses import number_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.packing import Packing, packing_of
from fondo.engine.plan import Plan
from fondo.engine.predict import predict, set_state
from fondo.engine.train import train

ROWS = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")


def network() -> Any:
    inputs = x = keras.Input((3,))
    for k, width in enumerate((400, 5)):
        start = keras.initializers.GlorotUniform(seed=k)
        x = keras.layers.Dense(width, "tanh", kernel_initializer=start)(x)
    start = keras.initializers.GlorotUniform(seed=9)
    return keras.Model(inputs, keras.layers.Dense(1, kernel_initializer=start)(x))


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=5), st.data())
def test_what_is_packed_comes_out_again(shapes, data):
    small = data.draw(st.sets(st.integers(0, len(shapes) - 1)))
    packing = Packing(tuple(shapes), tuple(sorted(small)))
    arrays = [np.random.default_rng(k).normal(size=shape) for k, shape in enumerate(shapes)]
    again = packing.unpack(packing.pack(arrays))
    assert len(again) == len(arrays)
    for one, other in zip(arrays, again, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "optimizer",
    [
        {"optimizer": "adam"},
        {"optimizer": "adamw"},
        {"optimizer": "sgd", "learning_rate": 0.05},
        {"optimizer": "rmsprop"},
    ],
)
@pytest.mark.parametrize("average", [None, 0.9])
def test_packing_changes_no_number(monkeypatch, optimizer, average):
    def answers() -> Any:
        model = network()
        made = make_optimizer(**optimizer)
        step = steps.supervised(model, number_objective("mse"), made, average)
        examples = Examples(ROWS, ROWS.sum(axis=1))
        outcome = train(step, examples, None, Plan(epochs=3, batch_size=32))
        set_state(model, outcome.state)
        return len(step.packing.small), predict(model, ROWS)

    packed, one = answers()
    monkeypatch.setattr(steps, "packing_of", lambda variables, optimizer: Packing(
        tuple(tuple(v.shape) for v in variables)
    ))  # fmt: skip
    apart, other = answers()
    assert (packed, apart) == (3, 0)
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_optimizers_that_look_at_single_arrays_are_left_alone():
    variables = network().trainable_variables
    optimizers = keras.optimizers
    assert packing_of(variables, optimizers.Adam()).small == (3, 4, 5)
    for apart in (
        optimizers.Adam(clipnorm=1.0),
        optimizers.Adam(use_ema=True),
        optimizers.Adam(gradient_accumulation_steps=2),
        optimizers.Lamb(),
        optimizers.Adafactor(),
    ):
        assert packing_of(variables, apart).small == ()
