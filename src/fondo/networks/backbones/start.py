"""First weights of large networks, drawn without a compiler.

Weights that have been learnt are in `weights`.
"""

import math
from typing import Any

import numpy as np

from fondo.backend import keras
from fondo.layers.base import spawn_seeds


def started(make: Any, seed: int | None) -> Any:
    """The network that `make` lays out, with kernels drawn from a seed, or zero without one.

    Keras would compile a program for the kernel of each shape. Within a stateless scope it leaves
    values for later, and takes those of the initializer that it then finds.
    """
    with keras.StatelessScope():
        network = make()
        seeds = spawn_seeds(seed or 0, len(network.weights))
        for weight, own in zip(network.weights, seeds, strict=True):
            weight._initializer = _start(weight, None if seed is None else own)
    return network


def _start(weight: Any, seed: int | None) -> Any:
    """First values of a weight: normal with variance 2 / inputs for kernels, else Keras' own."""
    fill = 1.0 if weight.name in ("gamma", "moving_variance") else 0.0

    def values(shape: tuple[int, ...], dtype: Any = None) -> Any:
        if seed is None or len(shape) < 2:
            return np.full(shape, fill, dtype)
        # (rows, columns, channels, 1) is a kernel for each channel by itself
        inputs = shape[0] * shape[1] if shape[-1] == 1 else math.prod(shape[:-1])
        drawn = np.random.default_rng(seed).standard_normal(shape, np.float32)
        return (drawn * np.float32(math.sqrt(2 / inputs))).astype(dtype)

    return values
