"""One output of several as a network of its own, so that a map can be of either sign of it."""

from typing import Any

import numpy as np

from fondo.backend import keras


def one_output(network: Any, place: int) -> Any:
    """The network, cut down to one of its outputs.

    Parameters
    ----------
    network : keras.Model
        With one output (batch, k), k at least 1.
    place : int
        Which of the k, counted from 0.

    Returns
    -------
    network : keras.Model
        The same inputs -> (batch, 1). It shares the weights; its layers come in the same order,
        with one more behind them.

    Examples
    --------
    >>> inside = keras.Input((2,))
    >>> double = keras.layers.Dense(3, kernel_initializer="ones")(inside)
    >>> single = one_output(keras.Model(inside, double), 2)
    >>> single(np.ones((1, 2), np.float32)).tolist()
    [[2.0]]
    """
    outputs = network.outputs[0]
    picked = keras.layers.Dense(1, use_bias=False, name="picked_output")
    single = keras.Model(network.input, picked(outputs))
    kernel = np.zeros((outputs.shape[-1], 1), np.float32)
    kernel[place] = 1.0
    picked.set_weights([kernel])
    return single
