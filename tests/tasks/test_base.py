"""fondo.tasks.base: what every task shares, on the smallest networks."""

import numpy as np
import polars as pl
import pytest

from fondo import MLP, Latest, Run, TableClassifier, TableRegressor, Task
from fondo.engine.callbacks import Callback
from fondo.errors import BadData, BadParameter
from fondo.tasks.run import default_batch

SMALL = MLP(hidden=(8,), embedding="none", members=1, dropout=0.0)


def small(**settings):
    return TableRegressor(
        **{"architecture": SMALL, "epochs": 8, "batch_size": 32, "learning_rate": 0.02} | settings
    )


@pytest.fixture(scope="module")
def line():
    X = np.random.default_rng(0).normal(size=(240, 2))
    return X, 3 * X[:, 0] - X[:, 1]


class Ear(Callback):
    def __init__(self):
        self.rows, self.ended = [], 0

    def on_epoch(self, row):
        self.rows.append(row)

    def on_end(self, outcome):
        self.ended += 1


def test_it_tells_of_each_epoch_and_keeps_the_best(line):
    ear = Ear()
    task = small(epochs=6).fit(*line, run=Run(callbacks=(ear,)))
    assert [row["epoch"] for row in ear.rows] == [1, 2, 3, 4, 5, 6]
    assert ear.ended == 1
    assert ear.rows == task.history_
    best = min(task.history_, key=lambda row: row["val_loss"])
    assert task.best_epoch_ == best["epoch"]


def test_the_weights_kept_are_those_of_the_best_epoch(line):
    X, y = line
    X_val, y_val = X[200:], y[200:]
    task = small(epochs=6).fit(X[:200], y[:200], validation_data=(X_val, y_val))
    standard = (y_val - task.predict(X_val)) / task.target_scale_
    best = min(row["val_loss"] for row in task.history_)
    assert np.mean(standard**2) == pytest.approx(best, rel=1e-4)


def test_patience_ends_a_training_that_gets_no_better():
    noise = np.random.default_rng(0).normal(size=(200, 4))
    task = small(epochs=60, patience=2, learning_rate=0.1).fit(noise[:, :3], noise[:, 3])
    assert len(task.history_) < 60
    assert len(task.history_) == task.best_epoch_ + 2


def test_explicit_validation_rows_are_not_learnt_from(line):
    X, y = line
    task = small().fit(X[:100], y[:100], validation_data=(X[100:], y[100:] + 1e3))
    assert abs(task.target_mean_ - y[:100].mean()) < 1e-9
    assert task.n_validation_ == 140


def test_groups_stay_whole_between_training_and_validation(line, monkeypatch):
    X, y = line
    groups = np.arange(240) // 12
    parts = []
    original = TableRegressor.examples
    monkeypatch.setattr(
        TableRegressor,
        "examples",
        lambda self, part: parts.append(part) or original(self, part),
    )
    marked = np.column_stack([X, groups])
    small(epochs=1, validation=0.3).fit(marked, y, groups=groups)
    held, training = (set(part.X["x2"].to_list()) for part in parts)
    assert not held & training
    assert len(held | training) == 20


def test_the_latest_rows_are_the_validation_part(line):
    X, y = line
    frame = pl.DataFrame({"x": X[:, 0], "when": np.arange(240)[::-1]})
    task = small(validation=Latest("when", 0.25), epochs=2).fit(frame, y)
    assert task.n_validation_ == 60
    with pytest.raises(BadData, match="no time column 'wen'. Did you mean 'when'"):
        small(validation=Latest("wen", 0.25)).fit(frame, y)


def test_cross_validation_by_group_and_by_time(line):
    X, y = line
    by_group = small(epochs=2).cross_validate(X, y, folds=4, groups=np.arange(240) // 20)
    assert len(by_group.values) == len(by_group.naive) == 4
    assert by_group.mean == pytest.approx(np.mean(by_group.values))
    frame = pl.DataFrame({"x": X[:, 0], "z": X[:, 1], "when": np.arange(240)})
    by_time = small(epochs=2).cross_validate(frame, y, folds=3, time="when")
    assert by_time.name == "rmse"


def test_a_run_is_resumed_to_the_same_bits(line, tmp_path):
    place = tmp_path / "run.checkpoint"
    whole = small(epochs=6).fit(*line)
    small(epochs=6).fit(*line, run=Run(checkpoint=place, checkpoint_seconds=0))
    resumed = small(epochs=6).fit(*line, run=Run(checkpoint=place, resume=True))
    assert resumed.receipt_["hashes"] == whole.receipt_["hashes"]
    np.testing.assert_array_equal(resumed.predict(line[0]), whole.predict(line[0]))
    with pytest.raises(BadParameter, match="other settings"):
        small(epochs=6, learning_rate=0.5).fit(*line, run=Run(checkpoint=place, resume=True))


def test_evaluation_stands_beside_classic_models(line):
    X, y = line
    evaluation = (
        small(epochs=40).fit(X[:200], y[:200]).evaluate(X[200:], y[200:], train=(X[:200], y[:200]))
    )
    assert set(evaluation.baselines) == {"mean", "median", "linear", "boosted trees"}
    assert evaluation.scores[0].value < 0.5 * evaluation.baselines["mean"][0].value
    assert "worse than the best baseline, linear" in evaluation.verdict


def test_the_same_rows_on_both_sides_are_found(line):
    X, y = line
    task = small(epochs=1).fit(X[:200], y[:200])
    found = task.evaluate(X[150:], y[150:], train=(X[:200], y[:200])).leaks
    assert any("row" in leak.message for leak in found)


def test_settings_say_what_none_stands_for():
    told = TableClassifier(epochs=3).settings()
    assert told["architecture.hidden"] == (128, 128)
    assert told["columns.scale"] == "smooth"
    assert told["learning_rate"] == 0.002
    assert TableClassifier(optimizer="sgd").settings()["optimizer"] == "sgd"


def test_batches_grow_with_the_table():
    assert [default_batch(n) for n in (1, 2048, 2049, 10**9)] == [32, 32, 64, 512]


def test_a_task_without_its_four_parts_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Task()
