"""Speed of fondo on pictures beside its peers, with the marks it must reach.

Run with `python -m benchmarks.images`; FONDO_DATA names the folder of the real data. As in
`tables`: every peer has its own process, rounds alternate, ratios are taken round by round, and
what is told is their median.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import Peer, Round, SkippedError, environment
from benchmarks.tables import Times
from benchmarks.work import idx_files, mnist_folder, read_idx

N_ROWS, BATCH, CLASSES, RATE = 6_000, 64, 10, 1e-3
SIDE, FORM = 28, (128, 128)  # pixels of what is learnt from, and of what is decoded to
DECODED = (640, 480, 600)  # columns, rows and number of pictures that are invented
WORKERS = 2
MODULE = "benchmarks.images"  # whose peers are started
FLOORS = {  # how many times faster than each peer
    "epoch": {"keras on tensorflow": 1.0, "keras on jax": 4.0, "pytorch loop": 1.0},
    "decode": {"torch, two workers": 1.0},
}


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


def clocked(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def check(right: bool) -> None:
    if not right:
        raise RuntimeError("not all pictures came back in the form that was asked for")


PEERS: dict[str, dict[str, tuple[Callable[[Sequence[str]], Round], dict[str, str]]]] = {
    "epoch": {
        "fondo": (fondo, {"KERAS_BACKEND": "jax"}),
        "keras on tensorflow": (keras_fit, {"KERAS_BACKEND": "tensorflow"}),
        "pytorch loop": (torch_loop, {}),
        "keras on jax": (keras_fit, {"KERAS_BACKEND": "jax"}),
    },
    "decode": {"fondo": (fondo_decode, {}), "torch, two workers": (torch_decode, {})},
}
"""Who is timed, in the order of a round, by part, and the environment of its process."""


class ImagePeer(Peer):
    """A peer's process for one part; between rounds it waits for a line."""

    def __init__(self, part: str, name: str, folder: str) -> None:
        self.name, self.skip = name, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, "--serve", part, name, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(PEERS[part][name][1]),
        )


def serve(part: str, name: str, folder: str) -> None:
    """Run a round for each line read, and write its seconds as a line of JSON."""
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # whatever libraries print goes to standard error
        run = None
        for _ in sys.stdin:
            try:
                paths = sorted(str(path) for path in Path(folder).glob("*.jpg"))
                run = run or PEERS[part][name][0](paths)
                answer: Any = run()
            except Exception as error:
                answer = f"{type(error).__name__}: {error}"
            print(json.dumps(answer), file=answers, flush=True)


def measure(part: str, rounds: int, folder: str = "") -> Times:
    """Seconds of all peers of a part, round after round; the first round is not counted."""
    times = Times({name: [] for name in PEERS[part]})
    running = {name: ImagePeer(part, name, folder) for name in PEERS[part]}
    try:
        for turn in range(rounds + 1):
            for name, peer in list(running.items()):
                try:
                    (found,) = peer.round()
                except SkippedError as reason:
                    times.skipped[name] = str(reason)
                    del times.rounds[name]
                    running.pop(name).stop()
                    continue
                if turn > 0:
                    times.rounds[name].append(found)
    finally:
        for peer in running.values():
            peer.stop()
    return times


def show(title: str, times: Times, unit: str = "s an epoch", work: int = 0) -> None:
    """Median seconds, or pictures a second where `work` says how many a round takes."""
    print(f"\n{title}")
    for name in times.rounds:
        seconds = times.seconds(name)
        told = f"{work / seconds:10.0f}" if work else f"{seconds:10.2f}"
        ratio = f"{times.ratio(name):8.2f} x the time" if "fondo" in times.rounds else ""
        print(f"  {name:<22}{told} {unit}{ratio}")
    for name, reason in times.skipped.items():
        print(f"  {name:<22}skipped: {reason}")


def check_floors(part: str, times: Times) -> list[str]:
    """What is not as many times faster as it must be, or could not be measured."""
    wrong = []
    for name, floor in FLOORS[part].items():
        if name not in times.rounds or "fondo" not in times.rounds:
            wrong.append(f"{part}: {name} was not measured")
        elif not (ratio := times.ratio(name)) >= floor:
            wrong.append(f"{part}: {name} takes {ratio:.2f} times as long, {floor:g} are asked for")
    return wrong


def epoch(rounds: int) -> list[str]:
    """Convolutional network: an epoch of training."""
    times = measure("epoch", rounds)
    origin = "MNIST" if mnist_folder() else "random pictures"
    show(f"28x28-64c3-pool-128c3-pool-128-10, {N_ROWS:,} of {origin}, batch {BATCH}, Adam", times)
    return check_floors("epoch", times)


def decode(rounds: int) -> list[str]:
    """JPEG files, decoded and resized."""
    with tempfile.TemporaryDirectory() as made:
        folder = photographs() or invented(Path(made))
        count = len(list(folder.glob("*.jpg")))
        times = measure("decode", rounds, str(folder))
    size = "x".join(map(str, FORM))
    show(f"{count} JPEG files of {folder.name} to {size}", times, "pictures a second", count)
    return check_floors("decode", times)


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
    parser = argparse.ArgumentParser(prog="benchmarks.images", description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        serve(*chosen.serve)
        return 0
    if unknown := [part for part in chosen.parts if part not in PARTS]:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    wrong = []
    for part in chosen.parts or PARTS:
        print(f"\nload of the machine: {os.getloadavg()[0]:.2f} ({os.cpu_count()} processors)")
        wrong += PARTS[part](chosen.rounds)
    print()
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
