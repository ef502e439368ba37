"""How a fitted task becomes a model folder, and a folder a fitted task.

Loading builds the network anew from the task's own code and settings; the folder holds none.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fondo.errors import ModelFolderError
from fondo.judge.baselines import Naive
from fondo.store.card import make_card
from fondo.store.folder import Stored, read, write
from fondo.store.receipt import versions
from fondo.store.weights import hash_arrays
from fondo.tasks import codec
from fondo.tasks.registry import TASKS, task_class, task_name

__all__ = ["hash_arrays"]

# Fitted attributes that have files of their own in the model folder.
ELSEWHERE = {"network_", "history_", "receipt_", "best_epoch_", "fools_"}


def learned(task: Any) -> dict[str, Any]:
    """Every fitted attribute that `learn` and `calibrate` set, as JSON."""
    names = [n for n in vars(task) if n.endswith("_") and n[0] != "_" and n not in ELSEWHERE]
    return {name: codec.to_json(getattr(task, name)) for name in names}


def restore(task: Any, values: Mapping[str, Any]) -> None:
    """Set the attributes that `learned` gave."""
    for name, value in values.items():
        if not name.endswith("_") or name.startswith("_"):
            raise ModelFolderError(f"model.json: {name!r} is not something a task learns.")
        setattr(task, name, codec.from_json(value, task.groups))


def save(task: Any, folder: Path, *, report: str | None, extra: dict[str, Any]) -> Path:
    """Write the model folder of a fitted task."""
    model = {
        "task": task_name(type(task)),
        "settings": codec.settings_to_json(task),
        "learned": task.learned(),
        "best_epoch": task.best_epoch_,
        "fools": {name: fool.to_json() for name, fool in task.fools_.items()},
        "versions": versions(),
    }
    card = make_card(
        {
            "task": model["task"],
            "settings": task.settings(),
            "receipt": task.receipt_,
            "evaluation": extra.get("evaluation"),
            "job": extra.get("job"),
        }
    )
    write(
        folder,
        model=model,
        weights=task.stored_weights(),
        history=task.history_,
        receipt=task.receipt_,
        card=card,
        report=report,
        extra=extra,
    )
    return folder


def load(folder: Path, wanted: Any) -> Any:
    """Fitted task of a model folder, of class `wanted` or one below it."""
    return build(read(folder), folder, wanted)


def build(stored: Stored, folder: Path, wanted: Any) -> Any:
    """Fitted task from the stored parts of a folder."""
    name = stored.model.get("task")
    cls = task_class(name) if name in TASKS else wanted
    if cls.__name__ != name and name not in TASKS:
        raise ModelFolderError(
            f"{folder}: this model is of the task {name!r}, which fondo does not have. "
            "Load it with the class that made it: TheTask.load(folder)."
        )
    if not issubclass(cls, wanted):
        raise ModelFolderError(
            f"{folder}: this model is a {cls.__name__}, not a {wanted.__name__}. "
            "Use fondo.load(folder), which takes any."
        )
    try:
        return _rebuild(stored, cls)
    except ModelFolderError:
        raise
    except Exception as fault:
        raise ModelFolderError(
            f"{folder}: model.json does not describe a {name} that can be rebuilt "
            f"({type(fault).__name__}: {fault}). Train it again."
        ) from fault


def _rebuild(stored: Stored, cls: Any) -> Any:
    task = cls(**codec.settings_from_json(stored.model["settings"], cls.groups))
    task.restore(stored.model["learned"])
    task.best_epoch_ = stored.model["best_epoch"]
    task.fools_ = {name: Naive.from_json(fool) for name, fool in stored.model["fools"].items()}
    task.history_, task.receipt_ = stored.history, stored.receipt
    task.take_weights(stored.weights)
    return task


def weights_of(network: Any) -> dict[str, np.ndarray]:
    """Weights by number and path, in the order of the network."""
    return {f"{i:04d}.{w.path}": np.asarray(w) for i, w in enumerate(network.weights)}


def set_weights(network: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Give a network the weights of `weights_of`; ModelFolderError where they do not fit."""
    arrays = [weights[name] for name in sorted(weights)]
    expected = [tuple(w.shape) for w in network.weights]
    found = [array.shape for array in arrays]
    if expected != found:
        raise ModelFolderError(
            f"weights.safetensors: shapes {found[:4]} where the network has {expected[:4]}. "
            "The folder is damaged; train the model again."
        )
    for variable, array in zip(network.weights, arrays, strict=True):
        variable.assign(array)


def layer_table(network: Any) -> list[dict[str, Any]]:
    """Name, type, output shape and parameter count of each layer."""
    return [
        {
            "name": layer.name,
            "type": type(layer).__name__,
            "output": _shape(layer),
            "parameters": int(layer.count_params()),
        }
        for layer in network.layers
    ]


def _shape(layer: Any) -> list[int | None]:
    output = getattr(layer, "output", None)
    return list(getattr(output, "shape", ()))


def without_network(task: Any, state: dict[str, Any]) -> dict[str, Any]:
    """State for copies and worker processes: the network as plain arrays."""
    if "network_" in state:
        state["network_"] = task.stored_weights()
    return state


def with_network(
    task: Any, state: Mapping[str, Any], set_state: Callable[[dict[str, Any]], None]
) -> None:
    """Take back the state of `without_network`."""
    weights = state.get("network_")
    set_state({name: value for name, value in state.items() if name != "network_"})
    if weights is not None:
        task.take_weights(weights)


def spelled_out(task: Any, default: tuple[str, float]) -> dict[str, Any]:
    """Settings in full; `default` is the optimizer that None stands for, and its rate."""
    full: dict[str, Any] = task.get_params(deep=False)
    for name, group in task.setting_groups.items():
        chosen = full.pop(name) or group()
        full |= {f"{name}.{key}": value for key, value in chosen.get_params().items()}
    if hasattr(task, "plan_"):
        full["batch_size"] = task.plan_["batch_size"]
    if task.optimizer is None:
        full |= {"optimizer": default[0], "learning_rate": default[1]}
    return full
