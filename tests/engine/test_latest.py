"""fondo.engine.latest: the weights of the last epoch come out, and updates are counted."""

import numpy as np

from fondo.backend import jax, keras
from fondo.engine.beside import member, train_beside
from fondo.engine.examples import Examples
from fondo.engine.latest import Latest
from fondo.engine.losses import class_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.step import supervised
from fondo.engine.train import train

RANDOM = np.random.default_rng(0)
ROWS = Examples(RANDOM.normal(size=(50, 4)).astype("f4"), RANDOM.integers(0, 3, 50))
HELD = Examples(RANDOM.normal(size=(20, 4)).astype("f4"), RANDOM.integers(0, 3, 20))
EPOCHS = 6


def step(wrapped: bool):
    keras.utils.set_random_seed(1)
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"),
                                keras.layers.Dense(3)])  # fmt: skip
    inner = supervised(network, class_objective("cross_entropy", 3), make_optimizer("adam", 0.1))
    return Latest(inner) if wrapped else inner


def test_the_last_epoch_comes_out_where_the_held_rows_would_pick_another() -> None:
    plan = Plan(EPOCHS, 16, patience=None)
    picked, last = (train(step(w), ROWS, HELD, plan) for w in (False, True))
    assert picked.best_epoch < EPOCHS  # noise is memorised: the loss on held rows soon rises
    assert last.best_epoch == EPOCHS
    # the same training up to where the other one stopped keeping it
    until = train(step(True), ROWS, HELD, Plan(picked.best_epoch, 16, patience=None))
    pairs = zip(jax.tree.leaves(until.state), jax.tree.leaves(picked.state), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)


def test_side_by_side_it_is_the_same_and_updates_are_counted() -> None:
    plan = Plan(EPOCHS, 16, patience=None)
    (beside,) = train_beside([member(step(True), ROWS, HELD, plan)])
    alone = train(step(True), ROWS, HELD, plan)
    for a, b in zip(jax.tree.leaves(beside.state), jax.tree.leaves(alone.state), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    # 50 rows in batches of 16 are 4 updates an epoch, the last one of 2 rows
    counted = [row["val_updates"] for row in beside.history]
    assert counted == [4.0 * epoch for epoch in range(1, EPOCHS + 1)]
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(beside.history[0])


def test_it_has_a_program_of_its_own() -> None:
    assert step(True).signature != step(False).signature
    assert step(True).signature == step(True).signature
    assert (step(True).watch, step(True).mode) == ("updates", "max")
