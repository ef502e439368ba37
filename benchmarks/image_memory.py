"""Memory and time of a training run on a folder of large JPEGs, each stage told.

Run: python -m benchmarks.image_memory [--pictures 20000] [--side 500]. Pictures are drawn, in two
classes; they take about 40 kB each in a temporary folder while it runs.
"""

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

LIMIT = 3.0  # GiB of memory that the run may take
COMMAND = "from fondo.cli.main import main; main()"


def drawn(seed: int, side: int) -> bytes:
    """A JPEG of a smooth random scene, the odd ones lighter: (side, side, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 160, (12, 12, 3), np.uint8) + np.uint8(80 * (seed % 2))
    picture = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
    grain = rng.integers(-12, 13, (side, side, 1), np.int16)
    pixels = np.clip(np.asarray(picture, np.int16) + grain, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def fill(folder: Path, count: int, side: int) -> int:
    """Write the pictures into two class folders; the bytes they take."""
    for name in ("dark", "light"):
        (folder / name).mkdir()

    def write(k: int) -> int:
        return (folder / ("dark", "light")[k % 2] / f"{k:06d}.jpg").write_bytes(drawn(k, side))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(write, range(count)))


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--side", type=int, default=500, help="pixels")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "pictures"
        folder.mkdir()
        start = time.perf_counter()
        size = fill(folder, asked.pictures, asked.side)
        took = time.perf_counter() - start
        print(f"{asked.pictures:,} pictures of {asked.side} x {asked.side} pixels, "
              f"{size / 1e9:.2f} GB, drawn in {took:.0f} s", flush=True)  # fmt: skip
        words = ["train", str(folder), "--out", str(Path(place) / "model"), "--set", "epochs=2"]
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", COMMAND, *words], check=False)
        took = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20  # kB on Linux
    print(f"trained for 2 epochs in {took:.0f} s, at most {most:.2f} GiB, {LIMIT:g} allowed")
    return int(done.returncode != 0 or most > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
