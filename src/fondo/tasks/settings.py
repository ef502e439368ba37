"""Settings written as text (`--set key=value`) to a task that is ready to fit.

What each may be is said by the contracts of the task and of its groups of settings.
"""

from collections.abc import Mapping
from typing import Any

from sklearn.base import clone

from fondo import contracts
from fondo.contracts import Contract
from fondo.errors import BadParameter, did_you_mean


def configure(cls: Any, settings: Mapping[str, str], *, seed: int = 0) -> Any:
    """Unfitted task of class `cls` with these settings.

    Parameters
    ----------
    cls : subclass of Task
        The task.
    settings : mapping of str to str
        By name: a setting of the task ("epochs"), or one of its groups, with the group
        ("columns.scale") or, where no two groups share the name, without it ("scale").
    seed : int, default=0
        Random state, where the settings do not give one.

    Raises
    ------
    BadParameter
        For an unknown name (with the nearest known one) or a value that breaks its contract.
    """
    chosen: dict[str, Any] = {"random_state": seed}
    grouped: dict[str, dict[str, Any]] = {}
    for key, text in settings.items():
        short = getattr(cls.setting_groups.get(key), "shorthand", None)
        if key in cls.setting_groups and short is not None:
            key = f"{key}.{short}"
        if key in cls.setting_groups:
            inner = ", ".join(f"{key}.{name}" for name in cls.setting_groups[key].contracts)
            raise BadParameter(
                f"{cls.__name__}({key}={text!r}): {key} is a group of settings. Set one of {inner}."
            )
        if key in cls.contracts:
            chosen[key] = contracts.parse(cls.__name__, key, text, cls.contracts[key])
            continue
        group, name = _place(cls, key)
        owner = cls.setting_groups[group]
        value = contracts.parse(owner.__name__, name, text, owner.contracts[name])
        grouped.setdefault(group, {})[name] = value
    for group, values in grouped.items():
        chosen[group] = cls.setting_groups[group](**values)
    return cls(**chosen)


def known_settings(cls: Any) -> list[str]:
    """Every name that `configure` takes."""
    inner = [
        f"{group}.{name}" for group, owner in cls.setting_groups.items() for name in owner.contracts
    ]
    return [*cls.contracts, *inner]


def _place(cls: Any, key: str) -> tuple[str, str]:
    """Group and name of a setting that is not the task's own."""
    group, dot, name = key.rpartition(".")
    if dot and group in cls.setting_groups and name in cls.setting_groups[group].contracts:
        return group, name
    owners = [g for g, owner in cls.setting_groups.items() if key in owner.contracts]
    if len(owners) == 1:
        return owners[0], key
    words = [*known_settings(cls), *(w.partition(".")[2] for w in known_settings(cls) if "." in w)]
    hint = f"Say which: {', '.join(f'{o}.{key}' for o in owners)}." if owners else ""
    raise BadParameter(
        f"{cls.__name__}({key}=...): there is no such setting. {hint or did_you_mean(key, words)}"
    )


def contract_of(cls: Any, key: str) -> tuple[str, Contract]:
    """Name of the class that a setting belongs to, and what it may be.

    Raises
    ------
    BadParameter
        There is no such setting, or it is a group of settings.
    """
    if key in cls.setting_groups:
        inner = ", ".join(f"{key}.{name}" for name in cls.setting_groups[key].contracts)
        raise BadParameter(f"{cls.__name__}({key}=...): {key} is a group. Name one of {inner}.")
    if key in cls.contracts:
        return cls.__name__, cls.contracts[key]
    group, name = _place(cls, key)
    owner = cls.setting_groups[group]
    return owner.__name__, owner.contracts[name]


def with_settings(task: Any, values: Mapping[str, Any]) -> Any:
    """Unfitted copy of a task with some settings changed, by the names of `configure`."""
    copy = clone(task)
    for key, value in values.items():
        if key in type(task).contracts:
            copy.set_params(**{key: value})
            continue
        group, name = _place(type(task), key)
        if getattr(copy, group) is None:
            copy.set_params(**{group: type(task).setting_groups[group]()})
        copy.set_params(**{f"{group}__{name}": value})
    return copy


def as_text(values: Mapping[str, Any]) -> dict[str, str]:
    """Settings as `--set` takes them.

    Examples
    --------
    >>> as_text({"hidden": (64, 32), "dropout": 0.1, "batch_norm": True})
    {'hidden': '64,32', 'dropout': '0.1', 'batch_norm': 'true'}
    """

    def text(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list | tuple):
            return ",".join(map(text, value))
        return repr(value) if isinstance(value, float) else str(value)

    return {name: text(value) for name, value in values.items()}
