"""Ctrl-C and a kill during `fondo train`, in processes of their own; resuming to the same bits.

What nothing stops runs in the process of the tests: the bits are those of any process.
"""

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fondo.cli.main import app
from fondo.store.weights import load_arrays

SETTINGS = ["hidden=8", "embedding=none", "members=1", "epochs=8", "patience=none"]
SMALL = [word for pair in SETTINGS for word in ("--set", pair)]

# The command line as it is, but a signal comes after the epoch named first.
CHILD = """
import functools, os, signal, sys
from fondo.cli import main, progress
import fondo.jobs.train as job

name, at, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
sys.argv[:4] = ["fondo"]
told = progress.Bar.on_epoch

def on_epoch(self, row):
    told(self, row)
    if row["epoch"] == at:
        os.kill(os.getpid(), getattr(signal, name))

progress.Bar.on_epoch = on_epoch
job.Run = functools.partial(job.Run, checkpoint_seconds=seconds)
main.main()
"""


def run(folder: Path, *words: str) -> Result:
    """`fondo WORDS` in this process, in that folder."""
    with contextlib.chdir(folder):
        return CliRunner().invoke(app, words)


def stopped_after(folder: Path, *words: str, after: tuple[str, int, float]):
    """`fondo WORDS` in a process of its own, with a signal after an epoch."""
    command = [sys.executable, "-c", CHILD, *map(str, after), *words]
    paths = os.pathsep.join(path for path in sys.path if path)
    env = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def training(out: str) -> list[str]:
    return ["train", "table.csv", "--target", "y", "--drop", "v", "--out", out, "--json", *SMALL]


def assert_same_model(one: Path, other: Path) -> None:
    first, second = (load_arrays(folder / "weights.safetensors")[0] for folder in (one, other))
    assert first.keys() == second.keys()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    rows = [
        [{k: v for k, v in row.items() if k != "seconds"} for row in json.loads(text)]
        for text in ((folder / "history.json").read_text() for folder in (one, other))
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 8


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table, and the model of a training that nothing stopped."""
    from fondo.data.samples import sample

    folder = tmp_path_factory.mktemp("interrupt")
    frame = sample("iris").frame.rename({"species": "y"}).with_columns(v=1)
    frame.write_csv(folder / "table.csv")
    done = run(folder, *training("whole"))
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "whole"
    return folder


def test_ctrl_c_leaves_a_checkpoint_and_says_the_command_that_goes_on(whole: Path) -> None:
    stopped = stopped_after(whole, *training("stopped"), after=("SIGINT", 3, 1000.0))
    assert stopped.returncode == 130, stopped.stderr
    told = json.loads(stopped.stdout)
    assert told["kind"] == "Interrupted"
    assert told["error"] in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert "after epoch 3. The checkpoint is at stopped.checkpoint" in told["error"]
    assert (whole / "stopped.checkpoint").exists()
    assert not (whole / "stopped").exists()
    command = re.search(r"Go on with: (fondo .*)$", told["error"])
    assert command is not None
    words = shlex.split(command[1])
    assert words[0] == "fondo"
    assert words[-1] == "--resume"
    done = run(whole, *words[1:])
    assert done.exit_code == 0, done.stderr
    assert "epoch 3" not in done.stderr  # what was learnt is not learnt again
    assert_same_model(whole / "whole", whole / "stopped")
    assert not (whole / "stopped.checkpoint").exists()


def test_a_killed_training_goes_on_to_the_same_bits(whole: Path) -> None:
    killed = stopped_after(whole, *training("killed"), after=("SIGKILL", 5, 0.0))
    assert killed.returncode == -signal.SIGKILL
    assert (whole / "killed.checkpoint").exists()
    done = run(whole, *training("killed"), "--resume")
    assert done.exit_code == 0, done.stderr
    assert_same_model(whole / "whole", whole / "killed")
