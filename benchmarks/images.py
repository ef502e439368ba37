"""Speed of fondo on pictures beside its peers, with the marks it must reach.

Run with `python -m benchmarks.images`; FONDO_DATA names the folder of the real data. How rounds go
is in `rounds`.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import Round
from benchmarks.rounds import Suite, check_floors, clocked, command_line, measure, show
from benchmarks.work import idx_files, mnist_folder, read_idx

N_ROWS, BATCH, CLASSES, RATE = 6_000, 64, 10, 1e-3
SIDE, FORM = 28, (128, 128)  # pixels of what is learnt from, and of what is decoded to
DECODED = (640, 480, 600)  # columns, rows and number of pictures that are invented
WORKERS = 2


def rows() -> tuple[np.ndarray, np.ndarray]:
    """Pictures (rows, 28, 28, 1) float32 and class codes (rows,) int32."""
    if (folder := mnist_folder()) is not None:
        pixels, digits = (read_idx(path)[:N_ROWS] for path in idx_files(folder))
        return pixels[..., None].astype(np.float32) / 255, digits.astype(np.int32)
    random = np.random.default_rng(0)
    pixels = random.normal(size=(N_ROWS, SIDE, SIDE, 1)).astype(np.float32)
    return pixels, random.integers(0, CLASSES, N_ROWS).astype(np.int32)


def keras_network(convolution: Any, pooling: Any) -> Any:
    """Two convolutions, each pooled, and two dense layers; logits at the end."""
    import keras

    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            convolution(64, 3, activation="relu"),
            pooling(2),
            convolution(128, 3, activation="relu"),
            pooling(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(CLASSES),
        ]
    )


def fondo(_: Sequence[str]) -> Round:
    """Ours: the whole of `train`, on our layers."""
    from fondo.engine.examples import Examples
    from fondo.engine.losses import class_objective
    from fondo.engine.optimizers import make_optimizer
    from fondo.engine.plan import Plan
    from fondo.engine.step import supervised
    from fondo.engine.train import train
    from fondo.layers.convolution import Conv2D
    from fondo.layers.pooling import MaxPooling2D

    examples, network = Examples(*rows()), keras_network(Conv2D, MaxPooling2D)
    plan = Plan(epochs=1, batch_size=BATCH, patience=None)
    objective = class_objective("cross_entropy", CLASSES)

    def run() -> list[float]:
        step = supervised(network, objective, make_optimizer("adam", RATE))
        return [row["seconds"] for row in train(step, examples, None, plan).history]

    return run


def keras_fit(_: Sequence[str]) -> Round:
    """`keras.Model.fit`, on the backend of the process."""
    import keras

    network = keras_network(keras.layers.Conv2D, keras.layers.MaxPooling2D)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(RATE), loss, metrics=["accuracy"])
    inputs, target = rows()

    def epoch() -> None:
        network.fit(inputs, target, batch_size=BATCH, epochs=1, verbose=0)

    return lambda: [clocked(epoch)]


def torch_loop(_: Sequence[str]) -> Round:
    """Loop over batches of shuffled tensors, channels last in memory."""
    import torch

    layers = torch.nn
    network = layers.Sequential(
        *(layers.Conv2d(1, 64, 3), layers.ReLU(), layers.MaxPool2d(2)),
        *(layers.Conv2d(64, 128, 3), layers.ReLU(), layers.MaxPool2d(2)),
        *(layers.Flatten(), layers.Linear(3200, 128), layers.ReLU(), layers.Linear(128, CLASSES)),
    ).to(memory_format=torch.channels_last)
    pixels, digits = rows()
    inputs = torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())
    inputs = inputs.to(memory_format=torch.channels_last)
    target, steps = torch.from_numpy(digits).long(), torch.optim.Adam(network.parameters(), RATE)

    def epoch() -> None:
        total, hits = torch.zeros(()), torch.zeros(())
        for some in torch.randperm(len(inputs)).split(BATCH):
            steps.zero_grad()
            outputs = network(inputs[some])
            loss = torch.nn.functional.cross_entropy(outputs, target[some])
            loss.backward()
            steps.step()
            total += loss.detach() * len(some)
            hits += (outputs.argmax(1) == target[some]).sum()
        float(total), float(hits)

    return lambda: [clocked(epoch)]


def fondo_decode(paths: Sequence[str]) -> Round:
    """Ours: all pictures in one form, nothing kept from the round before."""
    from fondo.data.images.decode import Form
    from fondo.data.images.load import cache
    from fondo.data.images.pictures import Pictures

    def load() -> None:
        pixels = Pictures.of_places(paths).load(Form(*FORM, 3))
        check(pixels.shape == (len(paths), *FORM, 3))

    def run() -> list[float]:
        cache.clear()
        return [clocked(load)]

    return run


class Decoded:
    """Pictures decoded by Pillow one by one, as PyTorch's introductions write a data set."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = list(paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, k: int) -> Any:
        from PIL import Image

        with Image.open(self.paths[k]) as picture:
            return np.array(picture.convert("RGB").resize(FORM[::-1]))  # torch wants its own


def torch_decode(paths: Sequence[str]) -> Round:
    """`torch.utils.data.DataLoader` with two workers that stay."""
    import torch

    loader = torch.utils.data.DataLoader(
        Decoded(paths), batch_size=BATCH, num_workers=WORKERS, persistent_workers=True
    )

    def load() -> None:
        pixels = torch.cat(list(loader))
        check(tuple(pixels.shape) == (len(paths), *FORM, 3))

    return lambda: [clocked(load)]


def check(right: bool) -> None:
    if not right:
        raise RuntimeError("not all pictures came back in the form that was asked for")


SUITE = Suite(
    "benchmarks.images",
    {
        "epoch": {
            "fondo": (fondo, {"KERAS_BACKEND": "jax"}),
            "keras on tensorflow": (keras_fit, {"KERAS_BACKEND": "tensorflow"}),
            "pytorch loop": (torch_loop, {}),
            "keras on jax": (keras_fit, {"KERAS_BACKEND": "jax"}),
        },
        "decode": {"fondo": (fondo_decode, {}), "torch, two workers": (torch_decode, {})},
    },
    {
        "epoch": {"keras on tensorflow": 1.0, "keras on jax": 4.0, "pytorch loop": 1.0},
        "decode": {"torch, two workers": 1.0},
    },
)


def epoch(rounds: int) -> list[str]:
    """Convolutional network: an epoch of training."""
    times = measure(SUITE, "epoch", rounds)
    origin = "MNIST" if mnist_folder() else "random pictures"
    show(f"28x28-64c3-pool-128c3-pool-128-10, {N_ROWS:,} of {origin}, batch {BATCH}, Adam", times)
    return check_floors(SUITE, "epoch", times)


def decode(rounds: int) -> list[str]:
    """JPEG files, decoded and resized."""
    with tempfile.TemporaryDirectory() as made:
        folder = photographs() or invented(Path(made))
        count = len(list(folder.glob("*.jpg")))
        times = measure(SUITE, "decode", rounds, str(folder))
    size = "x".join(map(str, FORM))
    show(f"{count} JPEG files of {folder.name} to {size}", times, "pictures a second", count)
    return check_floors(SUITE, "decode", times)


def photographs() -> Path | None:
    """Folder of real photographs, where the real data are on this machine."""
    folder = Path(os.environ.get("FONDO_DATA", "")) / "images" / "blood_cells" / "JPEGImages"
    return folder if os.environ.get("FONDO_DATA") and any(folder.glob("*.jpg")) else None


def invented(folder: Path) -> Path:
    """The folder, filled with smooth pictures that a camera could have taken."""
    from PIL import Image

    random, (wide, high, count) = np.random.default_rng(0), DECODED
    for k in range(count):
        small = random.integers(0, 256, (12, 16, 3)).astype(np.uint8)
        Image.fromarray(small).resize((wide, high)).save(folder / f"{k:04d}.jpg", quality=85)
    return folder


PARTS = {"epoch": epoch, "decode": decode}


def main(arguments: Sequence[str] | None = None) -> int:
    return command_line(SUITE, PARTS, __doc__.split("\n")[0], arguments)


if __name__ == "__main__":
    sys.exit(main())
