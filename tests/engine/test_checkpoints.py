import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fondo.engine.checkpoints import Keeper
from fondo.engine.examples import Examples
from fondo.engine.plan import Plan
from fondo.engine.train import train
from fondo.errors import BadData, BadParameter
from fondo.store.weights import load_arrays, save_arrays

CHILD = """
import json, sys, time
from pathlib import Path
import numpy as np
from fondo.backend import keras
from fondo.engine.callbacks import Callback
from fondo.engine.examples import Examples
from fondo.engine.losses import class_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.predict import predict, set_state
from fondo.engine.step import supervised
from fondo.engine.train import train
from fondo.store.weights import save_arrays

class Slow(Callback):
    def on_epoch(self, row):
        print(row["epoch"], flush=True)
        time.sleep(0.02)

folder, slow = Path(sys.argv[1]), sys.argv[2] == "slow"
inputs = keras.Input((6,))
start = keras.initializers.GlorotUniform(seed=1)
hidden = keras.layers.Dense(16, "relu", kernel_initializer=start)(inputs)
hidden = keras.layers.Dropout(0.2)(keras.layers.BatchNormalization()(hidden))
network = keras.Model(inputs, keras.layers.Dense(3, kernel_initializer=start)(hidden))
random = np.random.default_rng(0)
X = random.normal(size=(500, 6)).astype("f4")
y = X[:, :3].argmax(1)
step = supervised(network, class_objective("cross_entropy", 3), make_optimizer("adam", 0.01))
plan = Plan(60, 32, patience=None, checkpoint=folder / "run.safetensors", checkpoint_seconds=0,
            resume=True, callbacks=(Slow(),) if slow else ())
outcome = train(step, Examples(X[:400], y[:400]), Examples(X[400:], y[400:]), plan)
set_state(network, outcome.state)
state = outcome.state
arrays = {f"{part}{k}": array for part in state for k, array in enumerate(state[part])}
history = [{k: v for k, v in row.items() if k != "seconds"} for row in outcome.history]
save_arrays(folder / "end.safetensors", {**arrays, "predictions": predict(network, X)},
            {"history": json.dumps([history, outcome.hashes, outcome.best_epoch])})
"""


def run_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in the process of the tests, which needs no start."""
    monkeypatch.setattr(sys, "argv", ["child", str(folder), "fast"])
    folder.mkdir(exist_ok=True)
    exec(compile(CHILD, "child", "exec"), {"__name__": "child"})


def start_child(folder: Path, pace: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CHILD, str(folder), pace]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_killed_at_random_moments_and_resumed_the_run_ends_in_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    run_here(whole, monkeypatch)
    random = np.random.default_rng()
    kills, seen = 0, []
    while kills < 2:
        victim = start_child(killed, "slow")
        assert victim.stdout is not None
        first = victim.stdout.readline()  # its first epoch, after whatever compiling takes
        if not first:
            break
        seen.append(int(first))
        time.sleep(random.uniform(0, 0.4))
        victim.kill()
        victim.communicate()
        kills += 1
    assert kills == 2
    assert seen[0] == 1
    assert seen[1] > 1, "the second child did not go on from the checkpoint"
    last = start_child(killed, "fast")
    last.communicate()
    assert last.returncode == 0
    assert (whole / "end.safetensors").read_bytes() == (killed / "end.safetensors").read_bytes()


def test_a_finished_run_is_resumed_to_its_end_and_a_longer_one_goes_on(
    make_step: Callable[..., Any], rows: Examples, tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    long = train(make_step(), rows, rows, Plan(5, 32))
    train(make_step(), rows, rows, Plan(3, 32, checkpoint=path))
    again = train(make_step(), rows, rows, Plan(3, 32, checkpoint=path, resume=True))
    assert again.hashes == long.hashes[:3]
    on = train(make_step(), rows, rows, Plan(5, 32, checkpoint=path, resume=True))
    assert on.hashes == long.hashes
    fresh = train(make_step(), rows, rows, Plan(2, 32, checkpoint=path))
    assert fresh.hashes == long.hashes[:2]


def test_a_checkpoint_of_other_settings_or_data_is_refused(
    make_step: Callable[..., Any], rows: Examples, tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    train(make_step(), rows, None, Plan(1, 32, checkpoint=path, settings_hash="a"))
    for other, what in [
        (Plan(1, 32, checkpoint=path, resume=True, settings_hash="b"), "settings_hash 'a' there"),
        (Plan(1, 32, checkpoint=path, resume=True, settings_hash="a", seed=1), "seed '0' there"),
        (Plan(1, 16, checkpoint=path, resume=True, settings_hash="a"), "batch_size '32' there"),
    ]:
        with pytest.raises(BadParameter, match=rf"belongs to other settings or data \({what}"):
            train(make_step(), rows, None, other)
    plan = Plan(1, 32, checkpoint=path, resume=True, settings_hash="a")
    with pytest.raises(BadData, match=r"not a checkpoint of this network.*shape"):
        train(make_step(units=9), rows, None, plan)


def test_a_file_that_is_no_checkpoint_is_refused(
    make_step: Callable[..., Any], rows: Examples, tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    plan = Plan(1, 32, checkpoint=path, resume=True)
    save_arrays(path, {"a": np.zeros(2)}, {})
    with pytest.raises(BadData, match="not a checkpoint of this version"):
        train(make_step(), rows, None, plan)
    train(make_step(), rows, None, Plan(1, 32, checkpoint=path))
    arrays, facts = load_arrays(path)
    for damage in [{"run": "[]"}, {"run": "{"}, {"run": json.dumps({"history": []})}]:
        save_arrays(path, {"a": np.zeros(2)} if damage["run"] == "{" else arrays, facts | damage)
        with pytest.raises(BadData, match="not a checkpoint of this network"):
            train(make_step(), rows, None, plan)


def test_a_checkpoint_is_written_no_more_often_than_asked(tmp_path: Path) -> None:
    from fondo.engine.run import Run

    path = tmp_path / "run.safetensors"
    run = Run({"w": np.zeros(2)}, {"w": np.zeros(2)}).after({"w": np.ones(2)}, {"loss": 0.1}, "h")
    rare = Keeper(Plan(checkpoint=path, checkpoint_seconds=1e6), "s", 3)
    rare.keep(run)
    assert not path.exists()
    rare.keep(run, at_once=True)
    found = Keeper(Plan(checkpoint=path, resume=True), "s", 3).load(run)
    assert found is not None
    assert found.history == [{"loss": 0.1}]
    assert found.state["w"].tolist() == [1.0, 1.0]
