"""The work that fondo and its peers are timed on: sizes, rows, how many epochs a round.

Who does it is in `peers`; what is asked of the times in `tables`.
"""

import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RATES = {"adam": 1e-3, "sgd": 1e-2}  # plain SGD: no momentum
PRODUCT = 2048  # rows and columns of the matrices whose product is timed


@dataclass(frozen=True)
class Work:
    """A classifier of dense layers with relu between them, and rows for it."""

    name: str
    sizes: tuple[int, ...]
    n_rows: int
    batch_size: int
    epochs: int  # a round
    skip: int  # epochs at the start of a round that are not counted

    @property
    def flops(self) -> float:
        """Multiplications and additions of an epoch's matrix products, those needed only."""
        step = sum(2.0 * m * k * n for m, k, n in self.products())
        return step / self.batch_size * self.n_rows

    def products(self) -> list[tuple[int, int, int]]:
        """Rows, shared axis and columns of each matrix product of a step.

        Each layer: outputs, gradient of the weights, and, but for the first, of its inputs.
        """
        found = []
        for layer, (before, after) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True)):
            found += [(self.batch_size, before, after), (before, self.batch_size, after)]
            if layer > 0:
                found.append((self.batch_size, after, before))
        return found

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (rows, features) float32 and class codes (rows,) int32."""
        if self.name == "mnist" and (folder := mnist_folder()) is not None:
            pixels, digits = (read_idx(path) for path in idx_files(folder))
            return pixels.reshape(len(pixels), -1).astype(np.float32) / 255, digits.astype(np.int32)
        random = np.random.default_rng(0)
        inputs = random.normal(size=(self.n_rows, self.sizes[0])).astype(np.float32)
        return inputs, random.integers(0, self.sizes[-1], self.n_rows).astype(np.int32)

    def __str__(self) -> str:
        sizes = "-".join(map(str, self.sizes))
        origin = ""
        if self.name == "mnist":
            origin = ", MNIST" if mnist_folder() else ", random rows in the shape of MNIST"
        return f"{sizes}, {self.n_rows:,} rows{origin}, batch {self.batch_size}"


WORKS = {
    "table": Work("table", (20, 64, 64, 2), 5_000, 32, epochs=16, skip=1),
    "mnist": Work("mnist", (784, 1000, 10), 60_000, 128, epochs=1, skip=0),
}


def mnist_folder() -> Path | None:
    """Folder with the training files of MNIST, where the real data are on this machine."""
    folder = Path(os.environ.get("FONDO_DATA", "")) / "images" / "mnist"
    return folder if os.environ.get("FONDO_DATA") and len(idx_files(folder)) == 2 else None


def idx_files(folder: Path) -> list[Path]:
    """Files of the training images and labels, gzipped or not."""
    found = [sorted(folder.glob(f"train-{part}-*ubyte*")) for part in ("images", "labels")]
    return [paths[0] for paths in found if paths]


def read_idx(path: Path) -> Any:
    """Array of bytes in the IDX format: its number of axes, their lengths, the values."""
    packed = path.read_bytes()
    data = gzip.decompress(packed) if path.suffix == ".gz" else packed
    axes = data[3]
    shape = np.frombuffer(data, ">i4", axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)
