"""Seconds an epoch of fondo and of its peers, on the same rows, side by side in one run.

Run it with `python benchmarks/epoch.py`; time to a first epoch is measured elsewhere. Rounds of
all peers alternate, so that whatever else the machine does falls on all of them alike.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import numpy as np

from fondo.backend import jax, keras

LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Work:
    """A network of dense layers, and random rows for it."""

    name: str
    sizes: tuple[int, ...]
    n_rows: int
    batch_size: int
    epochs: int  # a round; the first is a warm-up and is not counted

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (rows, features) float32 and class codes (rows,) int32."""
        random = np.random.default_rng(0)
        inputs = random.normal(size=(self.n_rows, self.sizes[0])).astype(np.float32)
        return inputs, random.integers(0, self.sizes[-1], self.n_rows).astype(np.int32)

    def network(self) -> Any:
        """Fresh Keras network: relu between the layers, logits at the end."""
        inputs = outputs = keras.Input((self.sizes[0],))
        for k, units in enumerate(self.sizes[1:-1]):
            start = keras.initializers.GlorotUniform(seed=k)
            outputs = keras.layers.Dense(units, "relu", kernel_initializer=start)(outputs)
        return keras.Model(inputs, keras.layers.Dense(self.sizes[-1])(outputs))

    @property
    def flops(self) -> float:
        """Multiplications and additions of an epoch's matrix products, those needed only.

        Each layer: outputs, gradient of the weights, and, but for the first, of its inputs.
        """
        pairs = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        products = 3 * sum(a * b for a, b in pairs) - pairs[0][0] * pairs[0][1]
        return 2.0 * products * self.n_rows


WORKS = {
    "table": Work("20-64-64-2, 5,000 rows, batch 32", (20, 64, 64, 2), 5_000, 32, 21),
    "mnist": Work("784-1000-10, 60,000 rows, batch 128", (784, 1000, 10), 60_000, 128, 3),
}

Round = Callable[[], list[float]]
"""Trains some epochs and gives the seconds of each."""


class PeerSkippedError(Exception):
    """A peer that cannot run here; the message says why."""


def fondo(work: Work) -> Round:
    """Ours: the whole of `train`, with the weights hashed after each epoch."""
    from fondo.engine.examples import Examples
    from fondo.engine.losses import class_objective
    from fondo.engine.optimizers import make_optimizer
    from fondo.engine.plan import Plan
    from fondo.engine.step import supervised
    from fondo.engine.train import train

    examples, network = Examples(*work.rows()), work.network()
    plan = Plan(epochs=work.epochs, batch_size=work.batch_size, patience=None)

    def run() -> list[float]:
        objective = class_objective("cross_entropy", work.sizes[-1])
        step = supervised(network, objective, make_optimizer("adam", LEARNING_RATE))
        outcome = train(step, examples, None, plan)
        return [row["seconds"] for row in outcome.history[1:]]

    return run


def keras_on_jax(work: Work) -> Round:
    """`keras.Model.fit`, shuffling, without a progress bar."""
    inputs, target = work.rows()
    network = work.network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(LEARNING_RATE), loss, metrics=["accuracy"])

    class Clock(keras.callbacks.Callback):
        """Remembers how long each epoch took."""

        def on_train_begin(self, logs: Any = None) -> None:
            self.seconds: list[float] = []

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.start)

    def run() -> list[float]:
        clock, epochs = Clock(), max(2, work.epochs // 4)
        settings = {"batch_size": work.batch_size, "epochs": epochs, "verbose": 0}
        network.fit(inputs, target, callbacks=[clock], **settings)
        return clock.seconds[1:]

    return run


PEERS: dict[str, Callable[[Work], Round]] = {"fondo": fondo, "keras on jax": keras_on_jax}


def product_rate(size: int = 2048) -> Round:
    """Rounds of seconds for one float32 product of two (size, size) matrices."""
    left = jax.device_put(np.ones((size, size), np.float32))
    product = jax.jit(lambda a, b: a @ b)
    product(left, left).block_until_ready()

    def run() -> list[float]:
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            product(left, left).block_until_ready()
            seconds.append(time.perf_counter() - start)
        return seconds

    return run


def measure(work: Work, rounds: int) -> dict[str, Any]:
    """Median seconds an epoch of each peer, and rates in GFLOP/s."""
    running, skipped = {}, {}
    for name, peer in PEERS.items():
        try:
            running[name] = peer(work)
        except (PeerSkippedError, ImportError) as reason:
            skipped[name] = str(reason)
    size = 2048
    running["matrix product"] = product_rate(size)
    seconds: dict[str, list[float]] = {name: [] for name in running}
    for turn in range(rounds + 1):
        for name, run in running.items():
            found = run()
            if turn > 0:  # the first round compiles
                seconds[name] += found
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    rate = 2.0 * size**3 / medians.pop("matrix product") / 1e9
    return {
        "work": work.name,
        "seconds": medians,
        "ratios": {name: value / medians["fondo"] for name, value in medians.items()},
        "skipped": skipped,
        "gflops": work.flops / medians["fondo"] / 1e9,
        "product_gflops": rate,
        "share_of_product_rate": work.flops / medians["fondo"] / 1e9 / rate,
    }


def show(result: dict[str, Any]) -> None:
    """Print one result as a few lines."""
    print(result["work"])
    for name, seconds in result["seconds"].items():
        print(f"  {name:<16} {seconds * 1e3:9.2f} ms an epoch   {result['ratios'][name]:6.2f} x")
    for name, reason in result["skipped"].items():
        print(f"  {name:<16} skipped: {reason}")
    print(
        f"  {result['gflops']:.0f} GFLOP/s of {result['product_gflops']:.0f} that a matrix product "
        f"reaches: {result['share_of_product_rate']:.0%}"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("works", nargs="*", choices=[[], *WORKS], help="default: all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON list on standard output")
    chosen = parser.parse_args()
    results = [measure(WORKS[name], chosen.rounds) for name in chosen.works or WORKS]
    if chosen.json:
        json.dump(results, sys.stdout)
    else:
        for result in results:
            show(result)


if __name__ == "__main__":
    main()
