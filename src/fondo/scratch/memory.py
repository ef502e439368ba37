"""How far back a recurrent layer remembers: what each step weighs in the last state.

Pictures of it are drawn by `fondo study memory`.
"""

from typing import Any

import numpy as np

from fondo.errors import BadParameter
from fondo.scratch.layer import Array
from fondo.scratch.recurrent import Recurrent


def linear_memory(recurrent: Any, steps: int) -> Array:
    """What each input weighs in the last state of h_t = W x_t + U h_(t-1), times W.

        weight of x_t in h_T = U^(T - t)

    Below 1, U forgets: the weight and the gradient of early steps vanish. Above 1 they explode.

    Parameters
    ----------
    recurrent : float, or array (units, units)
        U, from state to state. Of a matrix, the largest absolute eigenvalue decides in the long
        run.
    steps : int, at least 1
        T, how many steps are walked.

    Returns
    -------
    weights : array (steps,), or (steps, units, units)
        Of x_1 to x_T; the last is 1, or the identity.

    Examples
    --------
    >>> linear_memory(0.5, 5), linear_memory(2.0, 5)
    (array([0.0625, 0.125 , 0.25  , 0.5   , 1.    ]), array([16.,  8.,  4.,  2.,  1.]))
    """
    U = np.asarray(recurrent, float)
    if steps < 1 or U.ndim not in (0, 2) or (U.ndim == 2 and U.shape[0] != U.shape[1]):
        raise BadParameter(
            f"linear_memory(recurrent of shape {U.shape}, steps={steps}): recurrent must be a "
            "number or a square matrix, and steps at least 1."
        )
    square = np.atleast_2d(U)
    powers = np.stack([np.linalg.matrix_power(square, k) for k in reversed(range(steps))])
    return powers if U.ndim else powers[:, 0, 0]


def influence(layer: Recurrent, x: Array) -> Array:
    """How much each time step moves the final state of a recurrent layer.

        influence_t = mean over rows of || d hidden_T / d x_t ||

    Parameters
    ----------
    layer : SimpleRNN, LSTM or GRU
        Is walked forward once and back once for each unit; `seen` and `gradients` are of the
        last of these walks afterwards.
    x : array (batch, time, features)
        Where the slopes are taken.

    Returns
    -------
    influence : array (time,)
        Frobenius norms, in units of the state per unit of the inputs; 0 for a step that the layer
        has forgotten.

    Examples
    --------
    >>> from fondo.scratch.recurrent import SimpleRNN
    >>> layer = SimpleRNN(1, "linear")
    >>> layer.build((4, 1))
    >>> layer.weights["kernel"][:], layer.weights["recurrent_kernel"][:] = 1.0, 0.5
    >>> layer.built = True
    >>> influence(layer, np.zeros((1, 4, 1)))
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    if not isinstance(layer, Recurrent):
        raise BadParameter(
            f"influence(layer={type(layer).__name__}): layer must be a SimpleRNN, an LSTM or a GRU."
        )
    layer(np.asarray(x, float))
    d_outputs = np.zeros_like(layer.seen["outputs"])
    last = d_outputs[:, -1] if layer.return_sequences else d_outputs  # (B, units), a view
    squares = np.zeros(np.shape(x)[:2])
    for unit in range(layer.units):
        last[:] = np.eye(layer.units)[unit]
        squares += (layer.backward(d_outputs) ** 2).sum(axis=2)
    norms: Array = np.sqrt(squares).mean(axis=0)
    return norms
