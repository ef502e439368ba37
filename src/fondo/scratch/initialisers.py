"""How weights start: zeros, too large, or as large as the layer can bear.

How each of them trains is shown by `fondo study initialisation`.
"""

import math
from typing import Any

import numpy as np

from fondo.errors import BadParameter, did_you_mean

Array = np.ndarray[Any, Any]

INITIALISERS = ("glorot", "he", "large", "zeros", "orthogonal")
_LARGE = 10.0  # standard deviation of the "large" start, as in the course's study


def draw(name: str, shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """Weights (..., inputs, outputs) of a fresh layer.

        zeros    0: all units of a layer stay equal for ever
        large    normal, standard deviation 10: saturated from the start
        he       normal, variance 2 / inputs: keeps the scale of activations behind a relu
        glorot   uniform in +-sqrt(6 / (inputs + outputs)): the same forward and backward

    Parameters
    ----------
    name : one of INITIALISERS
        "orthogonal" draws a matrix that keeps lengths, which recurrent layers start from.
    shape : tuple of int
        Axes before the last two are the receptive field of a convolution; they multiply both
        counts of connections.
    random : numpy Generator
        The only source of chance.

    References
    ----------
    Glorot, Bengio (2010), Understanding the difficulty of training deep feedforward neural
    networks, eq. 16. He et al. (2015), Delving Deep into Rectifiers, eq. 10.

    Examples
    --------
    >>> draw("he", (200, 50), np.random.default_rng(0)).std().round(2)  # sqrt(2 / 200)
    np.float64(0.1)
    """
    if name not in INITIALISERS:
        raise BadParameter(f"draw(name={name!r}): {did_you_mean(name, INITIALISERS)}")
    field = math.prod(shape[:-2])
    inputs, outputs = field * shape[-2], field * shape[-1]
    if name == "zeros":
        return np.zeros(shape)
    if name == "large":
        return random.normal(0, _LARGE, shape)
    if name == "he":
        return random.normal(0, math.sqrt(2 / inputs), shape)
    if name == "orthogonal":
        rows, columns = math.prod(shape[:-1]), shape[-1]
        square = random.normal(size=(max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(square)
        q = q * np.sign(np.diag(r))  # makes the draw uniform over all such matrices
        return (q if rows >= columns else q.T).reshape(shape)
    bound = math.sqrt(6 / (inputs + outputs))
    return random.uniform(-bound, bound, shape)
