"""fondo and its peers, each in a process of its own that trains some epochs when told to.

Which rounds are run and compared is in `tables`. Losses and hits are summed up by all that can.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.work import PRODUCT, RATES, WORKS, Work

REPEATS = 25  # of products in a round

Round = Callable[[], list[float]]
"""Trains the epochs of a round and gives the seconds of each."""


def fondo(work: Work, optimizer: str) -> Round:
    """Ours: the whole of `train`, with the weights hashed after each epoch."""
    from fondo.engine.examples import Examples
    from fondo.engine.losses import class_objective
    from fondo.engine.optimizers import make_optimizer
    from fondo.engine.plan import Plan
    from fondo.engine.step import supervised
    from fondo.engine.train import train

    examples, network = Examples(*work.rows()), keras_network(work)
    plan = Plan(epochs=work.epochs, batch_size=work.batch_size, patience=None)

    def run() -> list[float]:
        objective = class_objective("cross_entropy", work.sizes[-1])
        step = supervised(network, objective, make_optimizer(optimizer, RATES[optimizer]))
        return [row["seconds"] for row in train(step, examples, None, plan).history]

    return run


def keras_network(work: Work) -> Any:
    """Keras network: logits at the end."""
    import keras

    inputs = outputs = keras.Input((work.sizes[0],))
    for units in work.sizes[1:-1]:
        outputs = keras.layers.Dense(units, "relu")(outputs)
    return keras.Model(inputs, keras.layers.Dense(work.sizes[-1])(outputs))


def keras_fit(work: Work, optimizer: str) -> Round:
    """`keras.Model.fit`, shuffling, without a progress bar, on the backend of the process."""
    import keras

    inputs, target = work.rows()
    network = keras_network(work)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    kind = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[optimizer]
    network.compile(kind(RATES[optimizer]), loss, metrics=["accuracy"])

    class Clock(keras.callbacks.Callback):
        """Remembers how long each epoch took."""

        def on_train_begin(self, logs: Any = None) -> None:
            self.seconds: list[float] = []

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.start)

    def run() -> list[float]:
        clock = Clock()
        settings = {"batch_size": work.batch_size, "epochs": work.epochs, "verbose": 0}
        network.fit(inputs, target, callbacks=[clock], **settings)
        return clock.seconds

    return run


def torch_network(work: Work) -> Any:
    """PyTorch network: logits at the end."""
    import torch

    layers: list[Any] = []
    for before, after in zip(work.sizes[:-1], work.sizes[1:], strict=True):
        layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def torch_optimizer(optimizer: str) -> Any:
    """PyTorch's class of that name."""
    import torch

    return {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer]


def torch_loop(work: Work, optimizer: str) -> Round:
    """Loop over batches of shuffled tensors, as PyTorch's introductions write it."""
    import torch

    inputs, target = work.rows()
    inputs, target = torch.from_numpy(inputs), torch.from_numpy(target).long()
    network = torch_network(work)
    steps = torch_optimizer(optimizer)(network.parameters(), lr=RATES[optimizer])

    def epoch() -> float:
        start, total, hits = time.perf_counter(), torch.zeros(()), torch.zeros(())
        for rows in torch.randperm(len(inputs)).split(work.batch_size):
            steps.zero_grad()
            outputs = network(inputs[rows])
            loss = torch.nn.functional.cross_entropy(outputs, target[rows])
            loss.backward()
            steps.step()
            total += loss.detach() * len(rows)
            hits += (outputs.argmax(1) == target[rows]).sum()
        float(total), float(hits)
        return time.perf_counter() - start

    return lambda: [epoch() for _ in range(work.epochs)]


def skorch(work: Work, optimizer: str) -> Round:
    """`skorch.NeuralNetClassifier` on PyTorch, its training loop as it comes."""
    import torch
    from skorch import NeuralNetClassifier

    inputs, target = work.rows()
    target = target.astype(np.int64)
    network = NeuralNetClassifier(
        torch_network(work),
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch_optimizer(optimizer),
        lr=RATES[optimizer],
        batch_size=work.batch_size,
        max_epochs=work.epochs,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    ).initialize()

    def run() -> list[float]:
        network.partial_fit(inputs, target)
        return network.history[-work.epochs :, "dur"]

    return run


def sklearn(work: Work, optimizer: str) -> Round:
    """`sklearn.neural_network.MLPClassifier`, an epoch a call."""
    from sklearn.neural_network import MLPClassifier

    inputs, target = work.rows()
    network = MLPClassifier(
        work.sizes[1:-1],
        solver=optimizer,
        alpha=0,
        batch_size=work.batch_size,
        learning_rate_init=RATES[optimizer],
        momentum=0,
    )

    def epoch() -> float:
        start = time.perf_counter()
        network.partial_fit(inputs, target, classes=np.arange(work.sizes[-1]))
        return time.perf_counter() - start

    return lambda: [epoch() for _ in range(work.epochs)]


def square_jax(work: Work, optimizer: str) -> Round:
    """float32 product of two square matrices by JAX; an epoch is one product."""
    return products_by_jax([square()])


def square_numpy(work: Work, optimizer: str) -> Round:
    """The same by NumPy."""
    return products_by_numpy([square()])


def bare_jax(work: Work, optimizer: str) -> Round:
    """The matrix products of one training step, nothing else, by JAX; an epoch is one step."""
    return products_by_jax(pairs(work))


def bare_numpy(work: Work, optimizer: str) -> Round:
    """The same by NumPy."""
    return products_by_numpy(pairs(work))


def products_by_jax(matrices: list[tuple[np.ndarray, np.ndarray]]) -> Round:
    import jax

    held = [(jax.device_put(a), jax.device_put(b)) for a, b in matrices]
    product = jax.jit(lambda a, b: a @ b)

    def step() -> None:
        for found in [product(a, b) for a, b in held]:
            found.block_until_ready()

    return lambda: [clocked(step) for _ in range(REPEATS)]


def products_by_numpy(matrices: list[tuple[np.ndarray, np.ndarray]]) -> Round:
    outs = [np.empty((len(a), b.shape[1]), np.float32) for a, b in matrices]

    def step() -> None:
        for (a, b), out in zip(matrices, outs, strict=True):
            np.matmul(a, b, out=out)

    return lambda: [clocked(step) for _ in range(REPEATS)]


def square() -> tuple[np.ndarray, np.ndarray]:
    matrix = np.random.default_rng(0).normal(size=(PRODUCT, PRODUCT)).astype(np.float32)
    return matrix, matrix


def pairs(work: Work) -> list[tuple[np.ndarray, np.ndarray]]:
    """Left and right matrix of each product of a step, in float32."""
    random = np.random.default_rng(0)
    shapes = work.products()
    return [
        (
            random.normal(size=(m, k)).astype(np.float32),
            random.normal(size=(k, n)).astype(np.float32),
        )
        for m, k, n in shapes
    ]


def clocked(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


PEERS: dict[str, tuple[Callable[[Work, str], Round], dict[str, str]]] = {
    "bare products on jax": (bare_jax, {}),
    "fondo": (fondo, {"KERAS_BACKEND": "jax"}),
    "bare products on numpy": (bare_numpy, {}),
    "square on jax": (square_jax, {}),
    "square on numpy": (square_numpy, {}),
    "keras on jax": (keras_fit, {"KERAS_BACKEND": "jax"}),
    "keras on tensorflow": (keras_fit, {"KERAS_BACKEND": "tensorflow"}),
    "pytorch loop": (torch_loop, {}),
    "skorch": (skorch, {}),
    "skorch, one thread": (skorch, {"OMP_NUM_THREADS": "1"}),
    "scikit-learn": (sklearn, {}),
}
"""Who is timed, in the order of a round, and the environment of its process."""


class SkippedError(Exception):
    """A peer that cannot run here; the message says why."""


class Peer:
    """A peer's process; between rounds it waits for a line and uses no processor."""

    def __init__(self, name: str, work: Work, optimizer: str) -> None:
        self.name, self.skip = name, work.skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.peers", name, work.name, optimizer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(PEERS[name][1]),
        )

    def round(self) -> list[float]:
        """Seconds of each epoch of one round; SkippedError where the process cannot go on."""
        try:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, and its last line says why
        line = self._process.stdout.readline()
        found = json.loads(line) if line else "its process ended without a word"
        if isinstance(found, str):
            raise SkippedError(found)
        return found[self.skip :]

    def stop(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def environment(extra: dict[str, str]) -> dict[str, str]:
    """Environment of a child that finds this very fondo and these benchmarks."""
    package = importlib.util.find_spec("fondo").origin
    paths = [Path(__file__).parents[1], Path(package).parents[1]]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    return {**os.environ, **quiet, **extra, "PYTHONPATH": os.pathsep.join(map(str, paths))}


def serve(name: str, work: str, optimizer: str) -> None:
    """Run a round for each line read, and write its seconds as a line of JSON."""
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # whatever libraries print goes to standard error
        run = None
        for _ in sys.stdin:
            try:
                run = run or PEERS[name][0](WORKS[work], optimizer)
                answer: Any = run()
            except Exception as error:
                answer = f"{type(error).__name__}: {error}"
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
