"""Settings and learned values of a task to JSON and back.

Only plain values, arrays, optimizers and the groups of settings named here: nothing that JSON
says is ever imported or run.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from fondo.errors import ModelFolderError

PLAIN = (str, bool, int, float, type(None))


class GivenInPython:
    """Stands for a Python object that a model folder does not carry, such as a loss function."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.name}: give it again, a model folder carries no code>"


def to_json(value: Any) -> Any:
    """`value` as JSON; objects that only Python can make are remembered by name."""
    if isinstance(value, np.generic):
        return to_json(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": repr(value)}
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, np.ndarray):
        values = [to_json(item) for item in value.ravel().tolist()]
        return {"array": values, "dtype": _dtype_name(value), "shape": list(value.shape)}
    if isinstance(value, tuple):
        return {"tuple": [to_json(item) for item in value]}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {"items": [[to_json(key), to_json(item)] for key, item in value.items()]}
    if isinstance(value, BaseEstimator):
        return {"group": type(value).__name__, "settings": settings_to_json(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {name: to_json(item) for name, item in vars(value).items()}
        return {"group": type(value).__name__, "settings": fields}
    return _object_to_json(value)


def from_json(value: Any, groups: Mapping[str, type]) -> Any:
    """What `to_json` wrote; `groups` names the classes of settings that may be rebuilt."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, list):
        return [from_json(item, groups) for item in value]
    reader = next((READERS[key] for key in value if key in READERS), None)
    if reader is None:
        raise ModelFolderError(f"model.json: a value of unknown form, {sorted(value)}.")
    return reader(value, groups)


def settings_to_json(estimator: BaseEstimator) -> dict[str, Any]:
    """Constructor settings of an estimator, one level, as JSON."""
    return {name: to_json(item) for name, item in estimator.get_params(deep=False).items()}


def settings_from_json(settings: Mapping[str, Any], groups: Mapping[str, type]) -> dict[str, Any]:
    """Keyword arguments for the constructor whose settings were written."""
    return {name: from_json(item, groups) for name, item in settings.items()}


def _dtype_name(array: np.ndarray) -> str:
    return "object" if array.dtype == object else array.dtype.str


def _object_to_json(value: Any) -> dict[str, Any]:
    from fondo.engine.optimizers import is_optimizer, optimizer_to_json

    if is_optimizer(value):
        return {"optimizer": optimizer_to_json(value)}
    return {"python": str(getattr(value, "__name__", type(value).__name__))}


def _read_array(value: Any, groups: Mapping[str, type]) -> np.ndarray:
    items = [from_json(item, groups) for item in value["array"]]
    flat = np.empty(len(items), dtype=object) if value["dtype"] == "object" else None
    if flat is None:
        return np.array(items, dtype=np.dtype(value["dtype"])).reshape(value["shape"])
    flat[:] = items
    return flat.reshape(value["shape"])


def _read_group(value: Any, groups: Mapping[str, type]) -> Any:
    name = value["group"]
    if name not in groups:
        raise ModelFolderError(f"model.json: unknown group of settings {name!r}.")
    return groups[name](**settings_from_json(value["settings"], groups))


def _read_optimizer(value: Any, groups: Mapping[str, type]) -> Any:
    from fondo.engine.optimizers import optimizer_from_json

    return optimizer_from_json(value["optimizer"])


READERS: dict[str, Callable[[Any, Mapping[str, type]], Any]] = {
    "float": lambda value, groups: float(value["float"]),
    "array": _read_array,
    "tuple": lambda value, groups: tuple(from_json(item, groups) for item in value["tuple"]),
    "items": lambda value, groups: {
        from_json(key, groups): from_json(item, groups) for key, item in value["items"]
    },
    "group": _read_group,
    "optimizer": _read_optimizer,
    "python": lambda value, groups: GivenInPython(str(value["python"])),
}
