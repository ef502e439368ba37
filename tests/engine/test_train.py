from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fondo.backend import jax, keras
from fondo.engine.callbacks import Callback
from fondo.engine.examples import Examples
from fondo.engine.losses import number_objective
from fondo.engine.objective import Objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.predict import network_state, predict, set_state
from fondo.engine.programs import programs
from fondo.engine.step import supervised
from fondo.engine.train import Outcome, train
from fondo.errors import BadParameter, Interrupted, TrainingFailed


def bare(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """History without the clock."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in history]


def assert_same_run(one: Outcome, other: Outcome) -> None:
    assert bare(one.history) == bare(other.history)
    assert one.hashes == other.hashes
    assert (one.best_epoch, one.stopped) == (other.best_epoch, other.stopped)
    for a, b in zip(jax.tree.leaves(one.state), jax.tree.leaves(other.state), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "adamw", "rmsprop"])
def test_an_epoch_in_order_is_the_epoch_of_keras(
    optimizer: str, make_network: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(1)
    inputs, target = random.normal(size=(96, 4)).astype("f4"), random.integers(0, 3, 96)
    theirs = make_network(l2=0.01, norm=True)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(make_optimizer(optimizer, 0.01), loss)
    theirs.fit(inputs, target, batch_size=32, epochs=2, shuffle=False, verbose=0)

    from fondo.engine import feeds
    from fondo.engine.losses import class_objective

    monkeypatch.setattr(feeds, "epoch_order", lambda n, seed, epoch: np.arange(n, dtype=np.int32))
    ours = make_network(l2=0.01, norm=True)
    step = supervised(ours, class_objective("cross_entropy", 3), make_optimizer(optimizer, 0.01))
    outcome = train(step, Examples(inputs, target), None, Plan(2, 32, patience=None))
    wanted = network_state(theirs)
    if outcome.best_epoch != 2:
        pytest.fail("the second epoch should be the better one here")
    for part in ("trainable", "non_trainable"):
        for found, value in zip(outcome.state[part], wanted[part], strict=True):
            np.testing.assert_allclose(found, value, rtol=2e-3, atol=2e-5)


def test_a_second_fit_of_the_same_shape_compiles_nothing(
    make_step: Callable[..., Any], rows: Examples
) -> None:
    plan = Plan(2, 32)
    train(make_step(dropout=0.2), rows, rows, plan)
    before = programs.compiled
    shorter = Examples({k: a[:140] for k, a in rows.inputs.items()}, rows.target[:140])
    train(make_step(rate=0.5, dropout=0.2), shorter, shorter, Plan(3, 32, seed=5))
    assert programs.compiled == before
    train(make_step(dropout=0.3), rows, rows, plan)
    assert programs.compiled == before + 2


def test_a_ragged_batch_is_averaged_over_its_own_rows(make_step: Callable[..., Any]) -> None:
    random = np.random.default_rng(2)
    inputs, target = random.normal(size=(40, 4)), random.integers(0, 3, 40)
    one = train(make_step("sgd", 1e-12), Examples(inputs, target), None, Plan(1, 64))
    three = train(make_step("sgd", 1e-12), Examples(inputs, target), None, Plan(1, 13))
    assert one.history[0]["loss"] == pytest.approx(three.history[0]["loss"], rel=1e-6)
    assert one.history[0]["accuracy"] == three.history[0]["accuracy"]


def test_a_ragged_batch_moves_the_weights_by_its_own_mean() -> None:
    # one weight w = 0, loss (w x - y)^2, x = 1, y = 1 2 3, batches of 2 in stored order, rate 0.1:
    # batch (1, 2): gradient -2 mean(1, 2) = -3, w = 0.3; batch (3): -2 (3 - 0.3) = -5.4, w = 0.84
    inputs = keras.Input((1,))
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    network = keras.Model(inputs, dense(inputs))
    step = supervised(network, number_objective("mse"), make_optimizer("sgd", 0.1))
    from fondo.engine.feeds import WholeFeed
    from fondo.engine.programs import Loop

    feed = WholeFeed(Examples(np.ones((3, 1)), np.array([1.0, 2.0, 3.0])), 2)
    chunk = next(feed.chunks(None, 0))
    state = step.init(np.zeros(2, np.uint32))
    after, _ = Loop(step, state, chunk, learn=True).run(state, chunk, np.zeros(2, np.uint32))
    assert np.asarray(after["trainable"][0]).item() == pytest.approx(0.84)


def test_the_same_seed_gives_the_same_bits_whatever_ran_before(
    make_step: Callable[..., Any], rows: Examples
) -> None:
    plan = Plan(3, 32, seed=7)
    first = train(make_step(dropout=0.3, norm=True), rows, rows, plan)
    keras.utils.set_random_seed(99)
    np.random.default_rng().normal(size=5)
    assert_same_run(first, train(make_step(dropout=0.3, norm=True), rows, rows, plan))
    other = train(make_step(dropout=0.3, norm=True), rows, rows, Plan(3, 32, seed=8))
    assert other.hashes != first.hashes


@pytest.mark.parametrize(
    "optimizer",
    [
        keras.optimizers.Adam(0.01, clipnorm=0.5),
        keras.optimizers.AdamW(0.01, use_ema=True, ema_momentum=0.5),
        keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 15), momentum=0.9),
        keras.optimizers.Adam(0.01, gradient_accumulation_steps=2),
    ],
    ids=["clipnorm", "ema", "schedule", "accumulation"],
)
def test_every_kind_of_optimizer_learns_and_repeats(
    optimizer: Any, make_step: Callable[..., Any], rows: Examples
) -> None:
    one = train(make_step(optimizer, None), rows, rows, Plan(6, 32))
    assert one.history[-1]["val_loss"] < 0.95 * one.history[0]["val_loss"]
    assert_same_run(one, train(make_step(optimizer, None), rows, rows, Plan(6, 32)))


def test_patience_stops_and_the_best_epoch_is_kept(
    make_step: Callable[..., Any], rows: Examples
) -> None:
    step = make_step(rate=0.3)
    held = Examples(rows.inputs["inputs"][:30] + 1, rows.target[:30])
    outcome = train(step, rows, held, Plan(80, 32, patience=3))
    losses = [row["val_loss"] for row in outcome.history]
    assert outcome.best_epoch == int(np.argmin(losses)) + 1
    assert outcome.stopped == "patience"
    assert len(losses) == outcome.best_epoch + 3
    set_state(step.network, outcome.state)
    logits = predict(step.network, held.inputs)
    p = np.exp(logits - logits.max(1, keepdims=True))
    mean = -np.log((p / p.sum(1, keepdims=True))[np.arange(30), held.target]).mean()
    assert mean == pytest.approx(min(losses), rel=1e-5)


def test_a_metric_can_be_watched_and_an_unknown_one_is_refused(
    make_network: Callable[..., Any], rows: Examples
) -> None:
    def step(watch: str, mode: Any) -> Any:
        from fondo.engine.losses import class_objective

        base = class_objective("cross_entropy", 3)
        objective = Objective(base.loss, base.key, base.metrics, watch, mode)
        return supervised(make_network(), objective, make_optimizer("adam", 0.05))

    outcome = train(step("accuracy", "max"), rows, rows, Plan(8, 32))
    scores = [row["val_accuracy"] for row in outcome.history]
    assert outcome.best_epoch == int(np.argmax(scores)) + 1
    with pytest.raises(BadParameter, match=r"watch='auc'.*one of the metrics"):
        train(step("auc", "max"), rows, rows, Plan(1, 32))


def test_a_network_with_named_inputs_trains_and_predicts(rows: Examples) -> None:
    parts = {
        "numbers": keras.Input((3,), name="numbers"),
        "codes": keras.Input((1,), dtype="int32", name="codes"),
    }
    codes = keras.layers.Flatten()(keras.layers.Embedding(5, 2)(parts["codes"]))
    joined = keras.layers.Concatenate()([parts["numbers"], codes])
    network = keras.Model(parts, keras.layers.Dense(1)(joined))
    step = supervised(network, number_objective("mse"), make_optimizer("adam", 0.05))
    random = np.random.default_rng(0)
    codes = random.integers(0, 5, (80, 1))
    inputs = {"codes": codes, "numbers": random.normal(size=(80, 3)), "unused": codes}
    outcome = train(step, Examples(inputs, codes[:, 0] - 2.0), None, Plan(30, 16))
    assert outcome.history[-1]["loss"] < 0.5 * outcome.history[0]["loss"]
    assert predict(network, inputs).shape == (80, 1)


class Recorder(Callback):
    def __init__(self, stop_after: int = 10**9) -> None:
        self.stop_after, self.heard = stop_after, []

    def on_start(self, plan: Plan, n_rows: int) -> None:
        self.heard.append(("start", n_rows))

    def on_epoch(self, row: dict[str, Any]) -> None:
        self.heard.append(("epoch", row["epoch"]))
        if row["epoch"] == self.stop_after:
            raise KeyboardInterrupt

    def on_end(self, outcome: Outcome) -> None:
        self.heard.append(("end", outcome.stopped))


def test_callbacks_hear_start_epochs_and_end(make_step: Callable[..., Any], rows: Examples) -> None:
    recorder = Recorder()
    train(make_step(), rows, None, Plan(2, 64, callbacks=(recorder,)))
    assert recorder.heard == [("start", 150), ("epoch", 1), ("epoch", 2), ("end", "epochs")]


def test_ctrl_c_leaves_a_checkpoint_and_says_how_to_go_on(
    make_step: Callable[..., Any], rows: Examples, tmp_path: Any
) -> None:
    path = tmp_path / "run.safetensors"
    whole = train(make_step(dropout=0.2), rows, rows, Plan(6, 32))
    plan = Plan(6, 32, checkpoint=path, callbacks=(Recorder(stop_after=3),))
    with pytest.raises(Interrupted, match=r"after epoch 3.*run\.safetensors; resume"):
        train(make_step(dropout=0.2), rows, rows, plan)
    resumed = train(make_step(dropout=0.2), rows, rows, Plan(6, 32, checkpoint=path, resume=True))
    assert_same_run(whole, resumed)
    with pytest.raises(Interrupted, match=r"Nothing was kept: give a checkpoint"):
        train(make_step(), rows, None, Plan(6, 32, callbacks=(Recorder(stop_after=1),)))


def test_a_loss_that_is_not_finite_stops_with_cause_and_remedy(
    make_step: Callable[..., Any], rows: Examples
) -> None:
    broken = rows.inputs["inputs"].copy()
    broken[17, 2] = np.nan
    with pytest.raises(TrainingFailed, match=r"epoch 1, step \d of 5.*input 'inputs'.*row 17"):
        train(make_step(), Examples(broken, rows.target), None, Plan(2, 32))
    with pytest.raises(TrainingFailed, match=r"val_loss is not a number.*validation rows"):
        train(make_step(), rows, Examples(broken, rows.target), Plan(2, 32))


def test_inputs_that_were_never_scaled_are_named_as_the_cause() -> None:
    inputs = keras.Input((1,))
    network = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    step = supervised(network, number_objective("mse"), make_optimizer("sgd", 0.1))
    examples = Examples(np.arange(64.0)[:, None] * 1e6, np.arange(64.0))
    with pytest.raises(TrainingFailed, match=r"input 'inputs' has values up to 6.3e\+07. Scale it"):
        train(step, examples, None, Plan(20, 8))


def test_a_learning_rate_that_is_too_large_is_named_as_the_cause() -> None:
    inputs = keras.Input((1,))
    network = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    step = supervised(network, number_objective("mse"), make_optimizer("sgd", 1e6))
    examples = Examples(np.ones((64, 1)), np.arange(64.0))
    with pytest.raises(TrainingFailed, match="learning rate ten times smaller"):
        train(step, examples, None, Plan(20, 8))
