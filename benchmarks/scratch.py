"""The glass box on digits: seconds an epoch, what it learns, and how far the fast engine is ahead.

Run with `python -m benchmarks.scratch`; FONDO_DATA names the folder of the real data. The same
network of the size of LeNet, the same rows in batches of 32, Adam; the glass box in float64, the
engine in float32 and timed on its second epoch, since the first one compiles. Their rounds
alternate; what is told is the median.
"""

import os
import sys
from statistics import median
from typing import Any

import numpy as np

from benchmarks.work import idx_files, mnist_folder, read_idx

ROWS = 5_000  # to learn from, and as many others to measure on
SECONDS, ACCURACY = 60.0, 0.90  # an epoch of the glass box at most; held out, after it, at least
BATCH, ROUNDS, SEED = 32, 3, 0

# Of 0.001, 0.002, 0.003 and 0.005 the best for a single epoch: 86.8, 88.6, 90.5 and 91.4 % on the
# last 1,000 of the rows to learn from, after learning from the other 4,000, mean of three seeds.
# The rows held out had no part in it.
RATE = 0.005

Rows = tuple[np.ndarray, np.ndarray]


def digits() -> tuple[str, Rows, Rows]:
    """What the rows are; those to learn from and those held out: (rows, 28, 28, 1) from 0 to 1."""
    if (folder := mnist_folder()) is not None:
        pixels, codes = (read_idx(path)[: 2 * ROWS] for path in idx_files(folder))
        told, rows = "MNIST", pixels[..., None] / 255.0
    else:
        from sklearn.datasets import load_digits

        flat, codes = load_digits(return_X_y=True)
        wide = np.kron(flat.reshape(-1, 8, 8) / 16, np.ones((3, 3)))
        rows = np.pad(wide, [(0, 0), (2, 2), (2, 2)])[..., None]
        told = "no FONDO_DATA, so scikit-learn's 8 x 8 digits, drawn on 28 x 28"
    order = np.random.default_rng(SEED).permutation(len(rows))
    rows, codes, half = rows[order], codes[order].astype(np.int32), len(rows) // 2
    return told, (rows[:half], codes[:half]), (rows[half:], codes[half:])


def accuracy(logits: np.ndarray, codes: np.ndarray) -> float:
    return float((np.asarray(logits).argmax(axis=1) == codes).mean())


def glass_box(train: Rows, test: Rows) -> tuple[float, float]:
    """Seconds of an epoch, and held-out accuracy after it."""
    from fondo.scratch.lenet import lenet
    from fondo.scratch.optimizers import Adam
    from fondo.scratch.training import fit

    network, optimizer = lenet(SEED), Adam(RATE)
    (row,) = fit(network, *train, "cross_entropy_of_logits", optimizer, epochs=1, batch_size=BATCH)
    return row["seconds"], accuracy(network.predict(test[0]), test[1])


def keras_lenet() -> Any:
    """The same network: logits at the end."""
    from fondo.backend import keras

    layers = keras.layers
    inputs = outputs = keras.Input((28, 28, 1))
    for filters in (6, 16):
        outputs = layers.Conv2D(filters, 5, activation="relu")(outputs)
        outputs = layers.MaxPooling2D(2)(outputs)
    outputs = layers.Flatten()(outputs)
    for units in (120, 84):
        outputs = layers.Dense(units, "relu")(outputs)
    return keras.Model(inputs, layers.Dense(10)(outputs))


def engine(train: Rows, test: Rows, epochs: int = 2) -> tuple[float, float]:
    """Seconds of the last epoch, and held-out accuracy after the best one."""
    from fondo.engine.examples import Examples
    from fondo.engine.losses import class_objective
    from fondo.engine.optimizers import make_optimizer
    from fondo.engine.plan import Plan
    from fondo.engine.step import supervised
    from fondo.engine.train import train as run

    network, objective = keras_lenet(), class_objective("cross_entropy", 10)
    step = supervised(network, objective, make_optimizer("adam", RATE))
    plan = Plan(epochs=epochs, batch_size=BATCH, patience=None, seed=SEED)
    outcome = run(step, Examples(*train), None, plan)
    trained = zip(network.trainable_variables, outcome.state["trainable"], strict=True)
    for variable, array in trained:
        variable.assign(array)
    score = accuracy(network.predict(test[0], batch_size=ROWS, verbose=0), test[1])
    return outcome.history[-1]["seconds"], score


def main() -> int:
    told, train, test = digits()
    print(f"{told}: {len(train[0]):,} to learn from, {len(test[0]):,} held out")
    print(f"batch {BATCH}, Adam, learning rate {RATE}; load {os.getloadavg()[0]:.2f} at the start")
    rounds = [(glass_box(train, test), engine(train, test)) for _ in range(ROUNDS)]
    seconds, fast = (median(each[k][0] for each in rounds) for k in (0, 1))
    ratio = median(ours[0] / engines[0] for ours, engines in rounds)
    score, engine_score = rounds[0][0][1], engine(train, test, epochs=1)[1]
    print(f"  glass box {seconds:8.2f} s an epoch, held-out accuracy after one {score:.1%}")
    print(f"  engine    {fast:8.2f} s an epoch, held-out accuracy after one {engine_score:.1%}")
    print(f"  the engine is {ratio:.1f} times as fast; load {os.getloadavg()[0]:.2f} at the end\n")
    if told != "MNIST":
        print("the marks are asked for on MNIST alone")
        return 0
    wrong = []
    if not seconds < SECONDS:
        wrong.append(f"scratch: {seconds:.1f} s an epoch, below {SECONDS:g} are asked for")
    if not score >= ACCURACY:
        wrong.append(f"scratch: held-out accuracy {score:.1%}, {ACCURACY:.0%} are asked for")
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
