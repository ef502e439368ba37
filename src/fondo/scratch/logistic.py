"""Logistic regression as the course writes it: one neuron, rows as columns, every step in sight.

`dense` has the same neuron with rows as rows, `training` the same loop for any network.
"""

from typing import Any

import numpy as np

from fondo.errors import BadData, TrainingFailed
from fondo.scratch.activations import sigmoid
from fondo.scratch.losses import binary_cross_entropy_of_logits

Array = np.ndarray[Any, Any]


def propagate(w: Array, b: float, X: Array, Y: Array) -> tuple[float, Array, float]:
    """Cost of the weights on m rows, and its slopes: one walk forward and back.

        z = w'X + b;    A = sigmoid(z);    cost = -1/m sum [Y ln A + (1 - Y) ln(1 - A)]
        dw = X (A - Y)' / m;    db = mean(A - Y)

    Parameters
    ----------
    w : float array (features, 1)
    b : float
    X : float array (features, rows)
        A column is a row of the data, such as the pixels of an image in one line.
    Y : array of 0 and 1 (1, rows)

    Returns
    -------
    cost : float
        In nats; ln 2 for a blind guess. Computed from z, so that it is finite for any z.
    dw : float array (features, 1)
    db : float
    """
    z = w.T @ X + b  # (1, m)
    error = sigmoid(z)[0] - Y  # dcost/dz, times m
    cost, _ = binary_cross_entropy_of_logits(z, Y)
    return cost, X @ error.T / X.shape[1], float(error.mean())


def logistic_regression(
    X: Any, Y: Any, *, learning_rate: float = 0.1, epochs: int = 1000
) -> tuple[Array, float, list[float]]:
    """Weights found by gradient descent from zero, and the costs on the way.

    Parameters
    ----------
    X : float array (features, rows)
    Y : array of 0 and 1 (1, rows) or (rows,)
    learning_rate : float, default=0.1
    epochs : int, default=1000
        Steps; each takes all rows.

    Returns
    -------
    w : float array (features, 1)
    b : float
    costs : list of float
        In nats, before each step and after the last: epochs + 1 of them.

    Raises
    ------
    BadData
        Y that is not one 0 or 1 for each column of X.
    TrainingFailed
        The weights overflowed; names the epoch.

    Notes
    -----
    No penalty: where a plane parts the classes without a miss, the weights grow for ever.

    Examples
    --------
    >>> w, b, costs = logistic_regression([[-2.0, -1.0, 1.0, 2.0]], [0, 0, 1, 1], epochs=100)
    >>> float(w[0, 0]) > 1, [round(c, 3) for c in costs[:2]], len(costs)
    (True, [0.693, 0.639], 101)
    """
    X, Y = np.asarray(X, float), np.atleast_2d(np.asarray(Y))
    if X.ndim != 2 or X.size == 0 or not np.isfinite(X).all():
        raise BadData("logistic_regression: X must be finite numbers of shape (features, rows).")
    if Y.shape != (1, X.shape[1]) or not np.isin(Y, (0, 1)).all():
        raise BadData(
            f"logistic_regression: Y must hold one 0 or 1 for each of {X.shape[1]} columns of X. "
            f"Got shape {Y.shape}."
        )
    w, b, costs = np.zeros((len(X), 1)), 0.0, []
    for epoch in range(epochs + 1):
        with np.errstate(all="ignore"):  # what comes of it is looked at below
            cost, dw, db = propagate(w, b, X, Y)
            if epoch < epochs:
                w, b = w - learning_rate * dw, b - learning_rate * db
        if not np.isfinite(cost) or not np.isfinite(w).all():
            raise TrainingFailed(
                f"logistic_regression(learning_rate={learning_rate}): training diverged in epoch "
                f"{epoch + 1}: numbers overflowed. Take a smaller learning rate, or scale X."
            )
        costs.append(cost)
    return w, b, costs
