"""Seconds from the start of a process to its first finished epoch: `fondo train`, bare Keras.

Both are run as they are and watched from outside; they end once that epoch is told of.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.peers import SkippedError, environment

ALIKE = {"hidden": "64,64", "embedding": "none", "members": "1", "batch_size": "256"}
COMMAND = "import sys; from fondo.cli.main import main; sys.exit(main())"  # what `fondo` runs


def first_epochs(rounds: int) -> tuple[str, dict[str, list[float]]]:
    """Name of the table, and seconds by peer; rounds alternate, the first is not counted."""
    with tempfile.TemporaryDirectory(prefix="fondo-bench-") as folder:
        name, table, target = choose_table(Path(folder))
        bare = [str(Path(__file__).with_name("bare.py")), str(table), target]
        plain = ["-c", COMMAND, "train", str(table), "--target", target]
        alike = [part for key, value in ALIKE.items() for part in ("--set", f"{key}={value}")]
        commands = {"bare keras": bare, "fondo": [*plain, *alike], "fondo, its defaults": plain}
        seconds: dict[str, list[float]] = {peer: [] for peer in commands}
        for turn in range(rounds + 1):  # the first fills the disk cache
            for peer, command in commands.items():
                found = first_epoch(command, Path(folder))
                if turn > 0:
                    seconds[peer].append(found)
    return name, seconds


def first_epoch(command: list[str], folder: Path) -> float:
    """Seconds until the process says on standard error that epoch 1 is done."""
    start, told = time.perf_counter(), []
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=environment({"KERAS_BACKEND": "jax"}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stderr:
            if line.startswith("epoch 1 of "):
                return time.perf_counter() - start
            told.append(line)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    raise SkippedError("".join(told[-3:]) or "it ended before its first epoch")


def choose_table(folder: Path) -> tuple[str, Path, str]:
    """Name, file and target: a real table, or one made here where the real ones are not."""
    real = Path(os.environ.get("FONDO_DATA", "")) / "tables" / "taiwan_credit.csv"
    if os.environ.get("FONDO_DATA") and real.is_file():
        return "taiwan_credit, 30,000 rows x 24 columns", real.absolute(), "class"
    random = np.random.default_rng(0)
    inputs = random.normal(size=(20_000, 20))
    target = inputs[:, 0] + random.normal(size=20_000) > 0
    made = folder / "made.csv"
    header = ",".join([*(f"x{k}" for k in range(20)), "class"])
    table = np.column_stack([inputs, target])
    np.savetxt(made, table, "%.6g", ",", header=header, comments="")
    return "made at random, 20,000 rows x 20 columns", made, "class"
