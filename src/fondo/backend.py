"""The one door to Keras and JAX: importing keras before the backend is chosen means TensorFlow.

Nothing here is imported at start-up; `keras` and `jax` load on the first attribute that is asked
of them, so `import fondo` and `fondo --help` stay quick.
"""

import importlib
import os
from typing import Any


class _Lazy:
    """A module that is imported when something is first asked of it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(_load(self._name), attribute)
        setattr(self, attribute, value)  # next time without this call
        return value

    def __repr__(self) -> str:
        return f"<{self._name}, imported on first use>"


def _load(name: str) -> Any:
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    module = importlib.import_module(name)
    if name == "keras" and module.backend.backend() != "jax":
        raise RuntimeError(
            f"backend: keras was imported before fondo and runs on {module.backend.backend()}. "
            "Import fondo first, or set KERAS_BACKEND=jax."
        )
    return module


keras: Any = _Lazy("keras")
jax: Any = _Lazy("jax")
jnp: Any = _Lazy("jax.numpy")
lax: Any = _Lazy("jax.lax")


def keras_class(module: str, name: str) -> Any:
    """Base class `name` of a Keras module, e.g. `keras_class("layers", "Layer")`, loaded now."""
    return getattr(getattr(_load("keras"), module), name)
