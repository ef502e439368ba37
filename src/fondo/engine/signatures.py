"""Text that is equal for networks and optimizers which compile to the same program.

Names and seeds do not matter, sizes and settings do. Compiling itself is in `programs`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from fondo.backend import jax, keras
from fondo.engine.configs import config_of
from fondo.engine.custom import token
from fondo.engine.knobs import knobs_of, turned
from fondo.engine.optimizers import optimizer_config

_HISTORY = ("keras_history", "input_layers", "output_layers")  # where layers are named by others
_SEEN: WeakKeyDictionary[Any, str] = WeakKeyDictionary()  # filled within `remembered` alone
_BLOCKS: list[None] = []  # one entry a `remembered` block that is open
_IGNORED = ("seed", "build_config", "registered_name")


def network_signature(network: Any) -> str:
    """Digest of what the network computes, apart from the values of its variables.

    Networks of `keras.Sequential` and functional form are told by their configuration, in which
    names, seeds and initialisers are left out, and by the arrays that their layers hold as plain
    attributes. Others are only equal to themselves.

    Notes
    -----
    A layer must keep every number it computes with in its configuration, in its variables or in
    an array attribute. Classes are told apart by object, so two classes of one name never mix.
    """
    if not isinstance(network, keras.Sequential) and not _is_functional(network):
        return f"object {token(network)}"
    if not _BLOCKS:
        return _digest(network)
    if network not in _SEEN:
        _SEEN[network] = _digest(network)
    return _SEEN[network]


@contextmanager
def remembered() -> Iterator[None]:
    """Within the block each network's signature is found once; nothing but knobs may change.

    Outside of it a person may set any attribute of a layer between two fits, so it is found anew.
    """
    _BLOCKS.append(None)
    try:
        yield
    finally:
        _BLOCKS.pop()
        if not _BLOCKS:
            _SEEN.clear()


def _digest(network: Any) -> str:
    layers = list(network._flatten_layers())  # keras has no public walk over nested layers
    knobs = knobs_of(network)
    with turned(knobs, [0.0] * len(knobs)):  # they are in the state
        config = config_of(network)
    parts = [
        canonical(config),
        [token(type(layer)) for layer in layers],
        [_arrays(layer) for layer in layers],
        [bool(variable.trainable) for variable in network.variables],
        [name for _, name in knobs],  # a strength that is left out is another program
    ]
    text = json.dumps(parts, sort_keys=True, default=_unknown)
    return hashlib.sha256(text.encode()).hexdigest()


def optimizer_signature(optimizer: Any) -> str:
    """Digest of how the optimizer updates; a learning rate that is a number does not matter."""
    config = optimizer_config(optimizer)
    if isinstance(optimizer._learning_rate, keras.Variable):
        config.pop("learning_rate")  # state, not a constant of the program
    decayed = [
        bool(optimizer._use_weight_decay(variable)) for variable in optimizer._trainable_variables
    ]
    parts = [token(type(optimizer)), canonical(config), decayed]
    text = json.dumps(parts, sort_keys=True, default=_unknown)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(config: Any) -> Any:
    """Configuration in which layers are named by their order and draws by nothing at all.

    Examples
    --------
    >>> canonical({"name": "dense_7", "config": {"name": "dense_7", "units": 3, "seed": 5}})
    {'name': '#0', 'config': {'name': '#0', 'units': 3}}
    """
    names: dict[str, str] = {}

    def number(name: str) -> str:
        return names.setdefault(name, f"#{len(names)}")

    def walk(value: Any, in_history: bool) -> Any:
        if isinstance(value, Mapping):
            if value.get("class_name") == "DTypePolicy":
                return dict(value)  # its name says the precision
            return {
                key: number(item)
                if key == "name" and isinstance(item, str)
                else walk(item, in_history or key in _HISTORY)
                for key, item in value.items()
                if key not in _IGNORED and not str(key).endswith("initializer")
            }
        if isinstance(value, list | tuple):
            return [walk(item, in_history) for item in value]
        return number(value) if in_history and isinstance(value, str) else value

    return walk(config, False)


def _is_functional(network: Any) -> bool:
    """Whether its configuration holds all of its layers; of subclasses it need not."""
    return type(network).__module__.startswith("keras.") and hasattr(network, "_inputs_struct")


def _arrays(layer: Any) -> list[str]:
    """Digests of arrays that a layer holds outside its variables."""
    return [
        f"{name}:{array.dtype}{array.shape}{hashlib.sha256(array.tobytes()).hexdigest()}"
        for name, value in sorted(vars(layer).items())
        if isinstance(value, np.ndarray | jax.Array)
        for array in [np.asarray(value)]
    ]


def _unknown(value: Any) -> str:
    """What JSON cannot write: arrays by content, the rest by object."""
    if hasattr(value, "tobytes"):
        return hashlib.sha256(np.asarray(value).tobytes()).hexdigest()
    return f"{type(value).__qualname__} {token(value)}"
