"""fondo.engine.step: batches changed before they are learnt from; rows that fit at a time."""

import numpy as np
import pytest

from fondo.backend import jax, keras
from fondo.engine.examples import Examples
from fondo.engine.losses import class_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.step import LAYER_BYTES, rows_at_a_time, supervised
from fondo.engine.train import train


class Noise:
    """Adds noise to the inputs, as an augmentation does."""

    def __init__(self, amount: float) -> None:
        self.amount = amount

    @property
    def signature(self) -> str:
        return f"noise {self.amount}"

    def __call__(self, inputs, target, key):
        drawn = jax.random.normal(key, inputs["inputs"].shape)
        return {"inputs": inputs["inputs"] + self.amount * drawn}, target


@pytest.fixture
def steps(make_network):
    def made(amount: float | None):
        change = None if amount is None else Noise(amount)
        optimizer = make_optimizer("adam", 0.01)
        return supervised(
            make_network(), class_objective("cross_entropy", 3), optimizer, None, change
        )

    return made


def test_a_change_is_made_in_learning_alone(steps, rows):
    plan = Plan(epochs=2, batch_size=32, seed=1)
    plain, noisy = (train(steps(amount), rows, None, plan) for amount in (None, 3.0))
    assert noisy.hashes != plain.hashes
    step, batch = steps(3.0), rows.take(np.arange(16))
    state = step.init(np.zeros(2, np.uint32))
    untouched = steps(None).evaluate(state, batch)
    assert float(step.evaluate(state, batch)["loss"]) == float(untouched["loss"])


def test_the_same_seed_draws_the_same_changes(steps, rows):
    plan = Plan(epochs=2, batch_size=32, seed=1)
    first, again = (train(steps(0.5), rows, None, plan) for _ in range(2))
    assert first.hashes == again.hashes


def test_a_change_of_nothing_gives_the_bits_of_no_change(steps, rows):
    plan = Plan(epochs=1, batch_size=32, seed=1)
    none, still = (train(steps(amount), rows, None, plan) for amount in (None, 0.0))
    assert [row["loss"] for row in none.history] == pytest.approx(
        [row["loss"] for row in still.history]
    )


def test_other_changes_are_other_programs(steps):
    assert len({steps(amount).signature for amount in (None, 0.1, 0.2)}) == 3


def test_bytes_stay_bytes_and_labels_of_bytes_do_not():
    examples = Examples(
        {"pictures": np.zeros((3, 2, 2, 1), np.uint8)}, np.arange(3, dtype=np.uint8)
    )
    assert examples.inputs["pictures"].dtype == np.uint8
    assert examples.target.dtype == np.int32


def test_large_layers_are_evaluated_with_fewer_rows_at_a_time():
    side = 64
    network = keras.Sequential(
        [keras.Input((side, side, 3)), keras.layers.Conv2D(32, 3, padding="same")]
    )
    rows_there = rows_at_a_time(network, 4096)
    assert rows_there == 256
    assert rows_there * side * side * 32 * 4 <= LAYER_BYTES
