"""Settings inside a network that change no shape: found, read, and turned while it is traced.

A layer or regularizer lists in `knobs` the attributes it computes with as numbers. They are part
of a step's state, so networks that differ in them alone share one compiled program.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

_TURNING = threading.RLock()

Knob = tuple[Any, str]
"""The object that holds it, and the attribute's name."""


def knobs_of(network: Any) -> list[Knob]:
    """Knobs of all layers of a network and of their regularizers, each once, in a fixed order.

    Examples
    --------
    >>> from fondo.backend import keras
    >>> from fondo.layers.knobs import Dropout
    >>> network = keras.Sequential([keras.Input((3,)), Dropout(0.25), keras.layers.Dense(1)])
    >>> [(name, getattr(thing, name)) for thing, name in knobs_of(network)]
    [('rate', 0.25)]
    """
    found: dict[tuple[int, str], Knob] = {}
    for layer in network._flatten_layers():  # keras has no public walk over nested layers
        for thing in (layer, *vars(layer).values()):
            for name in _listed(thing):
                found.setdefault((id(thing), name), (thing, name))
    return list(found.values())


def read_knobs(knobs: Sequence[Knob]) -> list[np.ndarray[Any, Any]]:
    """Their values, float32 scalars."""
    return [np.asarray(getattr(thing, name), np.float32) for thing, name in knobs]


@contextmanager
def at_rest() -> Iterator[None]:
    """Within the block no other thread turns knobs: they may be read and set."""
    with _TURNING:
        yield


@contextmanager
def turned(knobs: Sequence[Knob], values: Sequence[Any]) -> Iterator[None]:
    """Within the block the knobs hold these values, traced ones too; then their own again."""
    with _TURNING:
        before = [getattr(thing, name) for thing, name in knobs]
        try:
            for (thing, name), value in zip(knobs, values, strict=True):
                setattr(thing, name, value)
            yield
        finally:
            for (thing, name), value in zip(knobs, before, strict=True):
                setattr(thing, name, value)


def _listed(thing: Any) -> tuple[str, ...]:
    names = getattr(thing, "knobs", ()) if hasattr(type(thing), "knobs") else ()
    return names if isinstance(names, tuple) else ()
