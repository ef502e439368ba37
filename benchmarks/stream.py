"""A table larger than the memory budget: 20 million rows made, streamed, trained on; peak memory.

Run with `python -m benchmarks.stream`; it needs about 6 GB of disk and some minutes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.peers import environment
from benchmarks.startup import COMMAND

LIMIT = 3 << 30  # bytes of resident memory at the peak
COLUMNS = 20
PIECE = 500_000  # rows made at a time, and of one row group
SETTINGS = {"epochs": "1", "hidden": "64", "embedding": "none", "members": "1"}


def make_table(path: Path, n_rows: int) -> None:
    """Write a Parquet file of 20 float32 columns and a target, piece after piece."""
    parts = path.with_name("parts")
    parts.mkdir()
    for piece in range(-(-n_rows // PIECE)):
        random = np.random.default_rng(piece)
        rows = min(PIECE, n_rows - piece * PIECE)
        inputs = random.normal(size=(rows, COLUMNS)).astype(np.float32)
        noise = random.normal(size=rows)
        frame = pl.DataFrame({f"x{k}": inputs[:, k] for k in range(COLUMNS)})
        target = inputs[:, 0] + inputs[:, 1] * inputs[:, 2] + noise > 0
        frame = frame.with_columns(pl.Series("target", target.astype(np.int8)))
        frame.write_parquet(parts / f"{piece:04d}.parquet")
    pl.scan_parquet(parts / "*.parquet").sink_parquet(path, row_group_size=PIECE)
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()


def made_apart(path: Path, n_rows: int) -> None:
    """Make the table in a process of its own, whose memory is not ours."""
    code = "import sys; from pathlib import Path; from benchmarks.stream import make_table; "
    code += "make_table(Path(sys.argv[1]), int(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(path), str(n_rows)]
    subprocess.run(command, check=True, env=environment({}))


def trained(path: Path, budget: str) -> tuple[int, int, float]:
    """Exit code, peak resident bytes and seconds of `fondo train` on the file."""
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    command = ["train", str(path), "--target", "target", "--memory", budget, *settings]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *command],
        cwd=path.parent,
        env=environment({"TMPDIR": str(path.parent)}),  # the encoding goes with the rest
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return process.returncode, used.ru_maxrss * unit, time.perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.stream", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--memory", default="1GB", help="the budget that fondo is given")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fondo-bench-") as folder:
        path = Path(folder) / "table.parquet"
        start = time.perf_counter()
        made_apart(path, chosen.rows)
        size, seconds = path.stat().st_size, time.perf_counter() - start
        print(
            f"made {chosen.rows:,} rows x {COLUMNS} columns, {size / 1e9:.2f} GB of Parquet, "
            f"in {seconds:.0f} s",
            flush=True,
        )
        code, peak, seconds = trained(path, chosen.memory)
    print(f"trained in {seconds:.0f} s, peak resident memory {peak / (1 << 30):.2f} GiB")
    wrong = [f"stream: `fondo train` ended with {code}"] if code else []
    if peak >= LIMIT:
        wrong.append(f"stream: peak {peak / (1 << 30):.2f} GiB, {LIMIT >> 30} GiB allowed")
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
