"""Keras optimizers by name, and as JSON and back, from a fixed list of classes.

Nothing here deserialises objects: a class is looked up by name and called with plain values.
"""

import inspect
import math
from collections.abc import Mapping
from typing import Any

from fondo.backend import keras
from fondo.engine.configs import config_of
from fondo.errors import BadParameter, did_you_mean

NAMES = (
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
)
SCHEDULES = (
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
)


def make_optimizer(
    optimizer: Any, learning_rate: float | None = None, owner: str = "make_optimizer"
) -> Any:
    """Fresh Keras optimizer, not yet built.

    Parameters
    ----------
    optimizer : str or keras optimizer
        Name of a Keras optimizer, in any case; an object is copied with its settings only.
    learning_rate : float above 0 or None, default=None
        Replaces the optimizer's own; None keeps it.
    owner : str, default="make_optimizer"
        Who asks, for the message.

    Returns
    -------
    optimizer : keras.optimizers.Optimizer
        Without the iterations or moments of the one given.

    Raises
    ------
    BadParameter
        Unknown name, an object that is no single Keras optimizer, or a learning rate that is not
        a finite number above 0.

    Examples
    --------
    >>> type(make_optimizer("adamw", 0.01)).__name__
    'AdamW'
    """
    if learning_rate is not None:
        _check_rate(owner, learning_rate)
    if isinstance(optimizer, str):
        settings = {} if learning_rate is None else {"learning_rate": float(learning_rate)}
        return _named(owner, optimizer, NAMES, "optimizers")(**settings)
    if not is_optimizer(optimizer):
        raise BadParameter(
            f"{owner}(optimizer={type(optimizer).__name__}): optimizer must be the name of a "
            "Keras optimizer or one Keras optimizer. Write 'adam', for example."
        )
    settings = _settings(optimizer)
    if learning_rate is not None:
        settings["learning_rate"] = float(learning_rate)
    return type(optimizer)(**settings)


def is_optimizer(value: Any) -> bool:
    """Whether `value` is a Keras optimizer that the engine can train with."""
    if isinstance(value, str | int | float | None):
        return False  # without importing Keras
    wrappers = (
        keras.optimizers.LossScaleOptimizer,
        getattr(keras.optimizers, "MultiOptimizer", ()),
    )
    return isinstance(value, keras.optimizers.Optimizer) and not isinstance(value, wrappers)


def optimizer_to_json(optimizer: Any) -> dict[str, Any]:
    """Class name and settings of a Keras optimizer, as plain JSON.

    Raises
    ------
    BadParameter
        Not one of the known classes, or its learning rate is a function of your own.

    Examples
    --------
    >>> written = optimizer_to_json(keras.optimizers.SGD(0.5, momentum=0.9))
    >>> written["class"], written["settings"]["learning_rate"], written["settings"]["momentum"]
    ('SGD', 0.5, 0.9)
    """
    name = type(optimizer).__name__
    if not is_optimizer(optimizer) or type(optimizer) is not getattr(keras.optimizers, name, None):
        raise BadParameter(
            f"optimizer_to_json(optimizer={name}): only Keras' own optimizers can be written. "
            f"{did_you_mean(name, NAMES)}"
        )
    settings = _settings(optimizer)
    rate = settings["learning_rate"]
    if not isinstance(rate, float):
        schedule = type(rate).__name__
        if schedule not in SCHEDULES:
            raise BadParameter(
                f"optimizer_to_json(learning_rate={schedule}): only a number or a Keras schedule "
                f"can be written. {did_you_mean(schedule, SCHEDULES)}"
            )
        settings["learning_rate"] = {"schedule": schedule, "settings": _plain(config_of(rate))}
    return {"class": name, "settings": _plain(settings)}


def optimizer_from_json(written: Any) -> Any:
    """Fresh optimizer from what `optimizer_to_json` wrote.

    Raises
    ------
    BadParameter
        Anything that `optimizer_to_json` could not have written.
    """
    owner = "optimizer_from_json"
    name, settings = _entry(owner, written, "class")
    settings = dict(settings)
    rate = settings.get("learning_rate")
    if isinstance(rate, Mapping):
        schedule, values = _entry(owner, rate, "schedule")
        kind = _named(owner, schedule, SCHEDULES, "optimizers.schedules")
        settings["learning_rate"] = _build(owner, kind, values)
    elif rate is not None:
        _check_rate(owner, rate)
    return _build(owner, _named(owner, name, NAMES, "optimizers"), settings)


def optimizer_config(optimizer: Any) -> dict[str, Any]:
    """Keras' own configuration of an optimizer, without its name."""
    config = config_of(optimizer)
    config.pop("name", None)
    return config


def _settings(optimizer: Any) -> dict[str, Any]:
    """Arguments that rebuild the optimizer; the learning rate as a number or schedule object."""
    settings = optimizer_config(optimizer)
    rate = optimizer._learning_rate  # the public property evaluates a schedule to a number
    is_variable = isinstance(rate, keras.Variable)
    settings["learning_rate"] = float(rate.value) if is_variable else rate
    return settings


def _named(owner: str, name: str, known: tuple[str, ...], module: str) -> Any:
    lower = {each.lower(): each for each in known}
    home = keras.optimizers.schedules if module.endswith("schedules") else keras.optimizers
    found = getattr(home, lower.get(str(name).lower(), ""), None)
    if found is None:  # unknown, or not in this version of Keras
        what = "schedule" if module.endswith("schedules") else "optimizer"
        raise BadParameter(
            f"{owner}({what}={name!r}): {what} must be one that Keras has. "
            f"{did_you_mean(str(name), known)}"
        )
    return found


def _build(owner: str, kind: Any, settings: Mapping[str, Any]) -> Any:
    allowed = {*inspect.signature(kind.__init__).parameters} - {"self", "name", "kwargs"}
    unknown = sorted(set(settings) - allowed)
    if unknown:
        hint = did_you_mean(str(unknown[0]), sorted(allowed))
        raise BadParameter(f"{owner}({kind.__name__}): no setting {unknown[0]!r}. {hint}")
    try:
        return kind(**settings)
    except (TypeError, ValueError, AttributeError) as error:
        raise BadParameter(f"{owner}({kind.__name__}): {error}") from error


def _entry(owner: str, written: Any, key: str) -> tuple[str, Mapping[str, Any]]:
    well_formed = (
        isinstance(written, Mapping)
        and isinstance(written.get(key), str)
        and isinstance(written.get("settings"), Mapping)
        and all(isinstance(name, str) for name in written["settings"])
    )
    if not well_formed:
        raise BadParameter(f"{owner}: expected {{{key!r}: name, 'settings': {{...}}}}.")
    return written[key], written["settings"]


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as JSON knows them; NumPy's numbers become Python's."""

    def plain(value: Any) -> Any:
        if hasattr(value, "tolist"):
            return value.tolist()
        return [plain(each) for each in value] if isinstance(value, list | tuple) else value

    return {name: plain(value) for name, value in settings.items() if name != "name"}


def _check_rate(owner: str, rate: Any) -> None:
    number = isinstance(rate, int | float) and not isinstance(rate, bool)
    if not (number and math.isfinite(rate) and rate > 0):
        raise BadParameter(
            f"{owner}(learning_rate={rate!r}): learning_rate must be a finite number above 0."
        )
