"""Starting weights, uniform or zero, made without a compiler.

Keras makes them with a program that JAX compiles anew for each shape: a quarter of a second for
every dense layer, most of what building a small network takes.
"""

import math
from typing import Any

import numpy as np

from fondo.backend import keras

_TURNS = ((13, 15, 26, 6), (17, 29, 16, 24))  # bits, table 4 of the paper
_PARITY = np.uint32(0x1BD11BDA)


class Drawn:
    """Initializer that gives the very numbers of the Keras one that it stands for.

    Parameters
    ----------
    stands_for : keras initializer
        With a whole number as its seed, if it draws.

    Notes
    -----
    Where it cannot give them itself (other distributions than a uniform one, other shapes than
    (inputs, outputs), other types than float32) the Keras initializer is asked.

    Examples
    --------
    >>> glorot = keras.initializers.GlorotUniform(seed=3)
    >>> bool((Drawn(glorot)((2, 3)) == np.asarray(glorot((2, 3)))).all())
    True
    """

    def __init__(self, stands_for: Any) -> None:
        self.stands_for = stands_for

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Numbers of this shape."""
        if (dtype or keras.config.floatx()) != "float32":
            return self.stands_for(shape, dtype=dtype)
        if isinstance(self.stands_for, keras.initializers.Zeros):
            return np.zeros(shape, np.float32)
        limits = self._limits(tuple(shape))
        if limits is None:
            return self.stands_for(shape, dtype=dtype)
        return uniform(self.stands_for.seed, tuple(shape), *limits)

    def _limits(self, shape: tuple[int, ...]) -> tuple[float, float] | None:
        """Ends of the uniform distribution; None where there is none that is known here."""
        start = self.stands_for
        if not isinstance(getattr(start, "seed", None), int):
            return None
        if isinstance(start, keras.initializers.RandomUniform):
            return start.minval, start.maxval
        if not isinstance(start, keras.initializers.VarianceScaling) or len(shape) != 2:
            return None
        if start.distribution != "uniform":
            return None
        fans = {"fan_in": shape[0], "fan_out": shape[1], "fan_avg": sum(shape) / 2}
        limit = math.sqrt(3.0 * start.scale / max(1.0, fans[start.mode]))
        return -limit, limit


def plain(network: Any) -> Any:
    """The network, in which the Keras initializers stand that others stood in for."""
    for layer in network._flatten_layers():  # keras has no public walk over nested layers
        for name, value in vars(layer).items():
            if isinstance(value, Drawn):
                setattr(layer, name, value.stands_for)
    return network


def uniform(seed: int, shape: tuple[int, ...], low: float, high: float) -> Any:
    """What `keras.random.uniform` draws from a seed: float32 of this shape, in [low, high)."""
    size = math.prod(shape)
    mantissas = _bits(seed, size) >> np.uint32(9) | np.uint32(0x3F800000)
    unit = (mantissas.view(np.float32) - np.float32(1)).astype(np.float64)  # in [0, 1)
    start, width = np.float32(low), np.float32(high) - np.float32(low)
    # XLA multiplies and adds with one rounding at the end
    drawn = (unit * np.float64(width) + np.float64(start)).astype(np.float32)
    return np.maximum(start, drawn).reshape(shape)


def _bits(seed: int, count: int) -> "np.ndarray[Any, np.dtype[np.uint32]]":
    """Threefry-2x32 with 20 rounds over the counts 0 ... count - 1, its two words combined.

    References
    ----------
    Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, section 4.2
    """
    first = np.uint32(seed & 0xFFFFFFFF)
    keys = (first, np.uint32(0), first ^ _PARITY)
    a = np.full(count, keys[0], np.uint32)
    b = np.arange(count, dtype=np.uint32)  # and the second key, which is 0
    for k in range(5):
        for turn in _TURNS[k % 2]:
            a += b
            b = (b << np.uint32(turn) | b >> np.uint32(32 - turn)) ^ a
        a += keys[(k + 1) % 3]
        b += keys[(k + 2) % 3] + np.uint32(k + 1)
    return a ^ b
