"""fondo.engine.objective: what is learnt from may change as training goes, what is watched not."""

from dataclasses import replace

import numpy as np
import pytest

from fondo.backend import jax, jnp, keras
from fondo.engine.examples import Examples
from fondo.engine.losses import class_objective
from fondo.engine.objective import Objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.step import supervised
from fondo.engine.train import train

PLAIN = class_objective("cross_entropy", 3)


def changing(of_steps, key):
    """Cross-entropy, of which a share is learnt that hangs on the number of steps done."""

    def learnt(target, outputs, steps):
        return of_steps(jnp.float32(steps)) * PLAIN.loss(target, outputs)

    return replace(PLAIN, key=key, learnt=learnt)


def counted(target, outputs, steps):
    """The number of steps done as the loss itself, which teaches nothing."""
    return jnp.float32(steps) + 0 * outputs[:, 0]


@pytest.fixture
def made(make_network):
    def step(objective, optimizer="sgd", average=None):
        chosen = make_optimizer(optimizer, 0.1 if isinstance(optimizer, str) else None)
        return supervised(make_network(), objective, chosen, average)

    return step


def moved(before, after):
    pairs = zip(before["trainable"], after["trainable"], strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def test_without_another_the_loss_is_learnt():
    objective = Objective(lambda target, outputs: target + outputs, "sum")
    assert objective.loss_after(7, 1.0, 2.0) == 3.0
    assert replace(objective, learnt=lambda t, o, n: t * o * n).loss_after(7, 1.0, 2.0) == 14.0


def test_a_loss_times_the_steps_done_moves_nothing_in_the_first_and_then_does(made, rows):
    step, batch = made(changing(lambda n: n, "times steps")), rows.take(np.arange(32))
    first = step.init(np.zeros(2, np.uint32))
    key = jax.random.key(0)
    second, log = step.step(first, batch, key)
    third, _ = step.step(second, batch, key)
    assert moved(first, second) == 0.0
    assert float(log["loss"]) == 0.0
    assert moved(second, third) > 1e-3


@pytest.mark.parametrize(
    "optimizer",
    ["adam", keras.optimizers.Adam(0.01, gradient_accumulation_steps=2)],
    ids=["adam", "accumulation"],
)
def test_compiled_epochs_count_every_batch(made, rows, optimizer):
    step = made(replace(PLAIN, key="steps themselves", learnt=counted), optimizer)
    even = Examples(rows.inputs["inputs"], rows.target)
    history = train(step, even, None, Plan(2, 32, patience=None)).history
    sizes = np.array([32, 32, 32, 32, 22])  # of batches 0 to 4, and again of 5 to 9
    wanted = [(sizes * np.arange(first, first + 5)).sum() / 150 for first in (0, 5)]
    assert [row["loss"] for row in history] == pytest.approx(wanted, rel=1e-6)


def test_epochs_are_compared_by_the_loss_that_stays(made, rows):
    step = made(changing(lambda n: 1 + 3 * n, "rising"))
    outcome = train(step, rows, rows, Plan(3, 32, patience=None))
    state = step.init(np.zeros(2, np.uint32)) | {
        "trainable": step.packing.pack(outcome.state["trainable"])
    }
    held = step.evaluate(state, rows.take(np.arange(150)))
    best = outcome.history[outcome.best_epoch - 1]
    assert float(held["loss"] / held["weight"]) == pytest.approx(best["val_loss"], rel=1e-5)
    assert best["val_loss"] == min(row["val_loss"] for row in outcome.history)
    assert outcome.history[2]["loss"] > 10 * outcome.history[2]["val_loss"]  # is what was learnt


def test_one_that_stays_as_it_is_trains_to_the_bits_of_a_plain_one(made, rows):
    plan = Plan(3, 32, seed=4)
    plain, same = (
        train(made(objective, "adamw", 0.9), rows, rows, plan)
        for objective in (PLAIN, changing(lambda n: 1.0, "never changing"))
    )
    assert plain.hashes == same.hashes
    assert [row["val_loss"] for row in plain.history] == [row["val_loss"] for row in same.history]


def test_other_keys_are_other_programs(made):
    keys = ("rising", "falling")
    found = {made(changing(lambda n: n, key)).signature for key in keys}
    assert len(found | {made(PLAIN).signature}) == 3
