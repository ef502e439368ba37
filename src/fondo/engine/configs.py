"""Keras' own configurations of networks and optimizers, without waking TensorFlow.

What is made of them is in `signatures` and `optimizers`.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fondo.backend import keras


def config_of(thing: Any) -> dict[str, Any]:
    """`thing.get_config()` as a new dict.

    Notes
    -----
    Where TensorFlow is installed but not in use, Keras would import it, for about two seconds,
    only to see that no value is one of its types.
    """
    with _tensorflow_asleep(), warnings.catch_warnings():
        # Keras reads variables of an optimizer in a way that NumPy 2 warns of
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        return dict(thing.get_config())


@contextmanager
def _tensorflow_asleep() -> Iterator[None]:
    """Keras believes that there is no TensorFlow, unless it is imported already."""
    lazy: Any = keras
    for name in ("src", "utils", "module_utils", "tensorflow"):
        lazy = getattr(lazy, name, None)
    if "tensorflow" in sys.modules or getattr(lazy, "_available", False) is not None:
        yield
        return
    lazy._available = False
    try:
        yield
    finally:
        lazy._available = None  # it will look when TensorFlow is really wanted
