"""fondo.engine.beside: every run side by side is the run alone."""

import numpy as np
import pytest

from fondo.backend import jax, keras
from fondo.engine.beside import _batches, member, train_beside
from fondo.engine.examples import Examples
from fondo.engine.losses import class_objective
from fondo.engine.objective import Objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.programs import programs
from fondo.engine.step import supervised
from fondo.engine.train import Outcome, train
from fondo.errors import BadParameter, TrainingFailed
from fondo.layers.knobs import Dropout, Penalty

RANDOM = np.random.default_rng(0)
WAYS = ["threads", "vmap"]


def examples(n, seed=0):
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(n, 4)).astype("f4")
    return Examples(inputs, inputs[:, :3].argmax(1), random.uniform(0.5, 2, n))


def network(rate=0.0, l2=1e-9, units=6, norm=False):
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(units, "tanh", kernel_regularizer=Penalty(0.0, l2))]
    layers += [keras.layers.BatchNormalization()] if norm else []
    return keras.Sequential([keras.Input((4,)), *layers, Dropout(rate), keras.layers.Dense(3)])


def step(speed=0.02, optimizer="adam", average=None, **settings):
    objective = class_objective("cross_entropy", 3)
    return supervised(network(**settings), objective, make_optimizer(optimizer, speed), average)


def assert_same(one: Outcome, other: Outcome) -> None:
    assert (one.best_epoch, one.stopped) == (other.best_epoch, other.stopped)
    assert len(one.history) == len(other.history)
    for a, b in zip(one.history, other.history, strict=True):
        assert set(a) == set(b)
        for name in set(a) - {"seconds"}:
            assert a[name] == pytest.approx(b[name], rel=1e-4, abs=1e-5), name
    for a, b in zip(jax.tree.leaves(one.state), jax.tree.leaves(other.state), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_every_setting_that_changes_no_shape_goes_side_by_side(way):
    rows, held = examples(90), examples(40, 1)
    seeds = [Plan(6, 16, patience=None, seed=s) for s in (0, 1)]
    steps = [step(0.02), step(0.001), step(0.02, l2=0.1), step(0.02, rate=0.4)]
    members = [member(s, rows, held, seeds[0]) for s in steps]
    members += [
        member(step(), rows, held, seeds[1]),
        member(step(), examples(90, 5), held, seeds[0]),
    ]
    before = programs.compiled
    outcomes = train_beside(members, way=way)
    assert programs.compiled - before <= (1 if way == "threads" else 2)
    for each, outcome in zip(members, outcomes, strict=True):
        alone = train(each.step, each.examples, each.validation, each.plan)
        assert_same(outcome, alone)
    finals = [round(outcome.history[-1]["loss"], 6) for outcome in outcomes]
    assert len(set(finals)) == len(finals)


@pytest.mark.parametrize("way", WAYS)
def test_members_that_see_some_of_the_rows_share_them_and_learn_as_if_there_were_no_others(way):
    all_rows, held, plan = examples(90), examples(40, 1), Plan(4, 16, patience=None)
    chosen = [np.random.default_rng(k).permutation(90)[:85] for k in (0, 1)]
    chosen += [np.arange(90)]
    before = programs.compiled
    members = [member(step(), all_rows, held, plan, rows) for rows in chosen]
    outcomes = train_beside(members, way=way)
    assert programs.compiled - before <= (1 if way == "threads" else 2)
    for rows, outcome in zip(chosen, outcomes, strict=True):
        assert_same(outcome, train(step(), Examples(*all_rows.take(rows)), held, plan))


@pytest.mark.parametrize("rows", [[], [90], [-1], [0.5], [[0, 1]]])
def test_rows_that_are_no_places_are_refused(rows):
    with pytest.raises(BadParameter, match=r"member\(rows=...\): rows must be places"):
        member(step(), examples(90), None, Plan(2, 16), np.array(rows))


def test_weights_differ_without_copies_of_the_rows():
    rows = examples(30)
    other = rows.weighed(np.linspace(0.1, 1, 30))
    assert other.inputs["inputs"] is rows.inputs["inputs"]
    assert other.target is rows.target
    assert rows.weighed(None).weight.tolist() == [1.0] * 30
    assert rows.weighed(None).weighed(None) is not rows


@pytest.mark.parametrize("way", WAYS)
def test_patience_ends_each_member_on_its_own(way):
    rows, held = examples(60), examples(30, 1)
    plan = Plan(40, 16, patience=3)
    members = [member(step(rate), rows, held, plan) for rate in (0.3, 0.003, 0.05)]
    outcomes = train_beside(members, way=way)
    lengths = [len(outcome.history) for outcome in outcomes]
    assert len(set(lengths)) > 1
    for each, outcome in zip(members, outcomes, strict=True):
        assert_same(outcome, train(each.step, rows, held, plan))


@pytest.mark.parametrize("way", WAYS)
def test_batch_statistics_and_averaged_weights_go_along(way):
    rows = examples(64)
    made = [step(r, norm=True, average=0.9, optimizer="adamw") for r in (0.01, 0.03)]
    members = [member(s, rows, None, Plan(4, 16, patience=None)) for s in made]
    for each, outcome in zip(members, train_beside(members, way=way), strict=True):
        assert_same(outcome, train(each.step, rows, None, each.plan))


def test_more_epochs_than_are_drawn_ahead_give_the_same(monkeypatch):
    from fondo.engine import beside

    monkeypatch.setattr(beside, "_ORDERS", 3 * 8 * 16 * 4)  # bytes of three epochs
    rows = examples(100)
    each = member(step(), rows, None, Plan(8, 16, patience=None))
    for way in WAYS:
        (outcome,) = train_beside([each], way=way)
        assert_same(outcome, train(each.step, rows, None, each.plan))


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_goes_to_infinity_fails_alone(way):
    rows = examples(60)
    wild = member(step(1e38, optimizer="sgd"), rows, None, Plan(5, 16, patience=None))
    tame = member(step(0.01, optimizer="sgd"), rows, None, Plan(5, 16, patience=None))
    failed, fine = train_beside([wild, tame], way=way)
    assert isinstance(failed, TrainingFailed)
    assert "Try" in str(failed) or "try a smaller learning rate" in str(failed)
    assert_same(fine, train(tame.step, rows, None, tame.plan))


def test_shapes_that_differ_are_grouped_and_budgets_kept():
    rows, plan = examples(60), Plan(2, 16, patience=None)
    members = [member(step(units=u), rows, None, plan) for u in (4, 6, 4, 4, 6)]
    assert sorted(map(sorted, _batches(members, 1 << 30))) == [[0, 2, 3], [1, 4]]
    assert all(len(places) == 1 for places in _batches(members, 1))
    outcomes = train_beside(members, way="vmap", budget=1)
    for each, outcome in zip(members, outcomes, strict=True):
        assert_same(outcome, train(each.step, rows, None, plan))


def test_ends_are_told_one_by_one():
    rows, told = examples(60), []
    members = [member(step(r), rows, None, Plan(2, 16, patience=None)) for r in (0.1, 0.2)]
    train_beside(members, done=lambda place, outcome: told.append((place, outcome.best_epoch > 0)))
    assert sorted(told) == [(0, True), (1, True)]


def test_what_cannot_be_is_refused():
    with pytest.raises(BadParameter, match="way must be 'threads' or 'vmap'"):
        train_beside([], way="both")
    objective = class_objective("cross_entropy", 3)
    lost = Objective(objective.loss, "k", objective.metrics, watch="recall")
    wrong = supervised(network(), lost, make_optimizer("adam", 0.1))
    with pytest.raises(BadParameter, match="watch='recall'.*Found .'accuracy', 'loss'"):
        train_beside([member(wrong, examples(60), None, Plan(2, 16))])
