"""What is looked up in a trained network of chapter 2: loss at rest, weights, silent units.

Plain arithmetic on its final weights; training is in `runs`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.engine.clipped import FLOOR
from fondo.engine.examples import Examples
from fondo.engine.step import State
from fondo.recipes.digits import Array, Rows
from fondo.recipes.runs import Look, logits

EDGES = np.linspace(-0.5, 0.5, 101)  # of weights; those beyond are counted at the ends
WIDE = 0.2  # beyond it, either way, the source calls a weight large
MOST = 10_000  # training rows that are measured at rest


@dataclass(frozen=True)
class Weights:
    """One trained network.

    Parameters
    ----------
    training_loss, training_accuracy : float
        Of training rows (the first 10,000) with dropout off and without penalties. Nats, percent.
    hidden, out : array (bins,)
        Kernels of the first and the last layer, counted between `EDGES`.
    wide : float
        Share of the last kernel beyond -0.2 and 0.2. Percent.
    sizes : tuple of float
        Root of the mean square of each kernel, first to last.
    l1, l2 : float
        Sum of absolute and of squared weights of all kernels: times a strength, the penalty.
    """

    training_loss: float
    training_accuracy: float
    hidden: Array
    out: Array
    wide: float
    sizes: tuple[float, ...]
    l1: float
    l2: float


def weights(rows: Rows) -> Look:
    """Look at the weights, and at the training rows at rest."""
    some = first(rows.train)

    def look(network: Any, state: State) -> Weights:
        kernels = kernels_of(state)
        return Weights(
            *at_rest(network, state, some),
            counted(kernels[0]),
            counted(kernels[-1]),
            100 * float(np.mean(np.abs(kernels[-1]) > WIDE)),
            tuple(float(np.sqrt(np.mean(kernel**2))) for kernel in kernels),
            float(sum(np.abs(kernel).sum(dtype=np.float64) for kernel in kernels)),
            float(sum((kernel.astype(np.float64) ** 2).sum() for kernel in kernels)),
        )

    return look


def first(rows: Examples, most: int = MOST) -> Examples:
    """The first rows, at most so many."""
    return Examples(*rows.take(np.arange(min(most, rows.n_rows))))


def kernels_of(state: State) -> list[Array]:
    """Kernels (inputs, units) of the dense layers, first to last."""
    return [np.asarray(array) for array in state["trainable"] if np.ndim(array) == 2]


def counted(values: Array) -> Array:
    """How many values lie in each bin of `EDGES`; those beyond count in the outermost bins.

    Examples
    --------
    >>> counts = counted(np.array([-9.0, 0.005, 0.006, 9.0]))
    >>> counts[0], counts[50], counts[-1], counts.sum()
    (np.int64(1), np.int64(2), np.int64(1), np.int64(4))
    """
    inside = np.clip(values, EDGES[0], EDGES[-1])
    return np.histogram(inside, EDGES)[0]


def chances(said: Array) -> Array:
    """Softmax of logits (rows, classes), in float64."""
    lifted = np.exp(said.astype(np.float64) - said.max(axis=1, keepdims=True))
    return np.asarray(lifted / lifted.sum(axis=1, keepdims=True))


def at_rest(network: Any, state: State, rows: Examples) -> tuple[float, float]:
    """Loss without penalties (nats) and accuracy (percent), with dropout off."""
    said = logits(network, state, rows).astype(np.float64)
    top = said.max(axis=1)
    true = said[np.arange(rows.n_rows), rows.target]
    loss = top + np.log(np.exp(said - top[:, None]).sum(axis=1)) - true
    hits = said.argmax(axis=1) == rows.target
    return float(loss.mean()), 100 * float(hits.mean())


def stuck(said: Array, truth: Array) -> float:
    """Share of rows whose true class has a chance below 1e-7: clipped, they teach nothing.

    Percent.

    Examples
    --------
    >>> stuck(np.array([[0.0, 40.0], [0.0, 2.0]]), np.array([0, 0]))
    50.0
    """
    true = chances(said)[np.arange(len(truth)), truth]
    return 100 * float(np.mean(true <= FLOOR))


def dead(state: State, rows: Examples) -> float:
    """Share of first-layer ReLU units that are at 0 on every one of these rows. Percent."""
    kernel = kernels_of(state)[0]
    bias = next(np.asarray(a) for a in state["trainable"] if np.ndim(a) == 1)
    fires = np.zeros(kernel.shape[1], bool)
    pixels = rows.inputs["inputs"]
    for start in range(0, len(pixels), 1000):  # a few megabytes at a time
        fires |= (pixels[start : start + 1000] @ kernel + bias > 0).any(axis=0)
    return 100 * float(1 - fires.mean())
