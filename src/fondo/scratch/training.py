"""The loop of learning: rows in batches, forward, loss, back, a step; and when to stop it.

One step of the weights is in `optimizers`; learning without a way back in `differences`.
"""

import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter, TrainingFailed, did_you_mean
from fondo.scratch.layer import Array, Arrays
from fondo.scratch.losses import LOSSES, Loss
from fondo.scratch.network import Network
from fondo.scratch.optimizers import Optimizer

_GROWTH = 1e8  # a loss that many times its start will not come back


def gradients(
    network: Network, X: Any, y: Any, loss: str | Loss, *, training: bool = True
) -> tuple[float, Arrays]:
    """One walk forward and back: the loss, penalties included, and its gradients by weight.

    Parameters
    ----------
    network : Network
    X : array (batch, ...), or mapping of them by input name
    y : array (batch, ...)
    loss : name in LOSSES, or a function (prediction, target) -> (value, pullback)
    training : bool, default=True
        Whether dropout drops and batches are normalised by themselves.

    Returns
    -------
    value : float
    gradients : dict of "layer/weight" to array
    """
    value, pullback = loss_named(loss)(network.forward(X, training=training), np.asarray(y))
    network.backward(pullback(1.0))
    return value + network.penalty(), network.gradients


def fit(
    network: Network,
    X: Any,
    y: Any,
    loss: str | Loss,
    optimizer: Optimizer,
    *,
    epochs: int = 1,
    batch_size: int | None = 32,
    shuffle: bool = True,
    seed: int = 0,
    validation: tuple[Any, Any] | None = None,
) -> list[dict[str, float]]:
    """Train a network on rows and targets; its weights change in place.

    Parameters
    ----------
    network : Network
        With one output.
    X : array (rows, ...), or mapping of them by input name
    y : array (rows, ...)
        As the loss wants it.
    loss : name in LOSSES, or a function (prediction, target) -> (value, pullback)
    optimizer : Optimizer
    epochs : int, at least 1, default=1
        Passes over the rows.
    batch_size : int or None, default=32
        Rows a step: None takes all (batch descent), 1 is stochastic, between is mini-batch.
    shuffle : bool, default=True
        Draw a new order of the rows for each epoch.
    seed : int, default=0
        Draws the orders.
    validation : (X, y), default=None
        Rows to measure, never to learn from.

    Returns
    -------
    list of dict
        A row an epoch: "epoch" (from 1), "loss" (mean over rows, penalties included, of each batch
        just before its step), "val_loss" (after the epoch, without penalties), "seconds".

    Raises
    ------
    TrainingFailed
        The loss is no number or 1e8 times its start: the run diverged. Names the epoch.
    BadData
        Rows or labels that do not fit, before anything has changed.

    Examples
    --------
    >>> from fondo.scratch.dense import Dense
    >>> from fondo.scratch.optimizers import SGD
    >>> x = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> line = Network([Dense(1)], (1,))
    >>> history = fit(line, x, 2 * x, "mean_squared_error", SGD(0.1), epochs=300, batch_size=None)
    >>> line.weights["dense/kernel"].round(3), history[-1]["loss"] < 1e-6
    (array([[2.]]), True)
    """
    function = loss_named(loss)
    if epochs < 1 or (batch_size is not None and batch_size < 1):
        raise BadParameter(
            f"fit(epochs={epochs}, batch_size={batch_size}): both must be whole numbers of at "
            "least 1; batch_size=None takes all rows at once."
        )
    rows, y = _checked(network, X, y, function)
    held_out = None if validation is None else _checked(network, *validation, function)
    size, random = batch_size or len(y), np.random.default_rng(seed)
    history: list[dict[str, float]] = []
    limit: float | None = None
    for epoch in range(1, epochs + 1):
        begun, total = time.perf_counter(), 0.0
        order = random.permutation(len(y)) if shuffle and size < len(y) else np.arange(len(y))
        for batch in _batches(order, size):
            try:
                value = _step(network, _taken(rows, batch), y[batch], function, optimizer, limit)
            except FloatingPointError as error:
                raise TrainingFailed(
                    f"fit(learning_rate={optimizer.learning_rate}): training diverged in epoch "
                    f"{epoch}: {error}. Take a smaller learning rate, or scale the inputs to about "
                    "1; the network must be built anew."
                ) from error
            limit = limit or _GROWTH * max(value, 1.0)
            total += value * len(batch)
        row = {"epoch": epoch, "loss": total / len(y)}
        if held_out is not None:
            row["val_loss"] = _measured(network, *held_out, function, size)
        history.append(row | {"seconds": time.perf_counter() - begun})
    return history


def loss_named(loss: str | Loss) -> Loss:
    """The loss of that name, or the function itself; refuses unknown names."""
    if callable(loss):
        return loss
    if loss not in LOSSES:
        raise BadParameter(f"fit(loss={loss!r}): {did_you_mean(loss, LOSSES)}")
    return LOSSES[loss]


def _step(
    network: Network, rows: Arrays, y: Array, loss: Loss, optimizer: Optimizer, limit: float | None
) -> float:
    """One update; the loss before it. FloatingPointError where the numbers run away."""
    try:
        prediction = network.forward(rows, training=True)
    except BadData as error:  # shapes and rows were checked before: something overflowed
        raise FloatingPointError(str(error).partition(". ")[0]) from error
    with np.errstate(all="ignore"):  # what comes of it is looked at below
        value, pullback = loss(prediction, y)
        value += network.penalty()
        if not value <= (limit or sys.float_info.max):  # so written, NaN is caught as well
            raise FloatingPointError(f"the loss has come to {value:.3g}")
        network.backward(pullback(1.0))
        optimizer.update(network.weights, network.gradients)
    for name, w in network.weights.items():
        if not np.isfinite(w).all():
            raise FloatingPointError(f"the weight {name!r} is no longer finite")
    return value


def _checked(network: Network, X: Any, y: Any, loss: Loss) -> tuple[Arrays, Array]:
    """Rows by input name and targets, as arrays that the network and the loss can take."""
    rows, y = network.named(X), np.asarray(y)
    counts = {name: len(array) for name, array in rows.items()}
    counts["y"] = len(y) if y.ndim else 0
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} has {count}" for name, count in counts.items())
        raise BadData(f"fit: inputs and targets must have the same number of rows. {told}.")
    first = network.predict(_taken(rows, np.arange(1)))
    if isinstance(first, tuple):
        raise BadParameter(f"fit: the network has {len(first)} outputs; fit trains one alone.")
    loss(np.broadcast_to(first, (len(y), *first.shape[1:])), y)  # labels that do not fit, refused
    return rows, y


def _measured(network: Network, rows: Arrays, y: Array, loss: Loss, size: int) -> float:
    """Mean loss over rows, without penalties, as the network answers now."""
    total = 0.0
    for batch in _batches(np.arange(len(y)), size):
        prediction = network.predict(_taken(rows, batch))
        with np.errstate(all="ignore"):  # an infinite loss is an answer here
            total += loss(prediction, y[batch])[0] * len(batch)
    return total / len(y)


def _batches(order: Array, size: int) -> Iterator[Array]:
    return (order[k : k + size] for k in range(0, len(order), size))


def _taken(rows: Arrays, batch: Array) -> Arrays:
    return {name: array[batch] for name, array in rows.items()}
