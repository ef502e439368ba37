from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fondo.backend import keras
from fondo.engine.examples import Examples
from fondo.engine.losses import class_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.step import Supervised, supervised


def build(units: int = 8, *, dropout: float = 0.0, norm: bool = False, l2: float = 0.0) -> Any:
    """4 - units - 3 network, the same weights every time."""
    inputs = keras.Input((4,))
    penalty = keras.regularizers.L2(l2) if l2 else None
    start = keras.initializers.GlorotUniform(seed=1)
    hidden = keras.layers.Dense(
        units, "tanh", kernel_initializer=start, kernel_regularizer=penalty
    )(inputs)
    if norm:
        hidden = keras.layers.BatchNormalization()(hidden)
    if dropout:
        hidden = keras.layers.Dropout(dropout)(hidden)
    return keras.Model(inputs, keras.layers.Dense(3, kernel_initializer=start)(hidden))


@pytest.fixture
def make_network() -> Callable[..., Any]:
    return build


@pytest.fixture
def make_step() -> Callable[..., Supervised]:
    def make(optimizer: Any = "adam", rate: float | None = 0.01, **settings: Any) -> Supervised:
        objective = class_objective("cross_entropy", 3)
        return supervised(build(**settings), objective, make_optimizer(optimizer, rate))

    return make


@pytest.fixture
def rows() -> Examples:
    """150 rows of three classes, with uneven weights."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(150, 4)).astype(np.float32)
    return Examples(inputs, inputs[:, :3].argmax(1), random.uniform(0.5, 2, 150))
