"""Which settings may be tried: choices and ranges, checked against the task's contracts.

Which of them are tried, and in what order, is in `samplers`.
"""

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fondo.contracts import check_value
from fondo.errors import BadData, BadParameter
from fondo.tasks.settings import contract_of

Settings = dict[str, Any]


@dataclass(frozen=True)
class Choices:
    """One of some values.

    Parameters
    ----------
    values : tuple
        At least one.
    """

    values: tuple[Any, ...]

    def draw(self, random: np.random.Generator) -> Any:
        """One of them, each as likely."""
        return self.values[int(random.integers(len(self.values)))]

    def points(self) -> tuple[Any, ...]:
        """All of them, for a grid."""
        return self.values

    def to_json(self) -> Any:
        """List of the values."""
        return list(self.values)


@dataclass(frozen=True)
class Range:
    """A number between two ends.

    Parameters
    ----------
    low, high : float
        Ends, both allowed; `low` below `high`.
    log : bool, default=False
        Evenly on a logarithmic scale; both ends then above 0.
    whole : bool, default=False
        Whole numbers only.
    steps : int or None, default=None
        Points of a grid; a grid cannot do without.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False
    steps: int | None = None

    def draw(self, random: np.random.Generator) -> Any:
        """A number of the range."""
        return self._at(float(random.random()))

    def points(self) -> tuple[Any, ...]:
        """Evenly spaced numbers from end to end; whole ones once each."""
        shares = np.linspace(0, 1, self.steps or 2)
        return tuple(dict.fromkeys(self._at(float(share)) for share in shares))

    def _at(self, share: float) -> Any:
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            value = math.exp(low + share * (high - low))
        else:
            value = self.low + share * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(f"{value:.6g}")

    def to_json(self) -> Any:
        """Mapping of the fields that say something."""
        plain: dict[str, Any] = {"low": self.low, "high": self.high}
        extra = {"log": self.log, "whole": self.whole, "steps": self.steps}
        return plain | {name: value for name, value in extra.items() if value}


Dimension = Choices | Range


@dataclass(frozen=True)
class Space:
    """Settings to try, by name.

    Parameters
    ----------
    dimensions : dict of str to Choices or Range
        Names are those of `--set`: a setting of the task, or of one of its groups.
    """

    dimensions: dict[str, Dimension]

    def draw(self, random: np.random.Generator) -> Settings:
        """One candidate at random."""
        return {name: each.draw(random) for name, each in self.dimensions.items()}

    def grid(self) -> Iterator[Settings]:
        """All combinations; BadParameter where a range has no steps."""
        for name, each in self.dimensions.items():
            if isinstance(each, Range) and each.steps is None:
                raise BadParameter(
                    f"search(space): a grid needs to know how many points {name!r} has. Give "
                    "steps, or a list of values."
                )
        columns = [each.points() for each in self.dimensions.values()]
        for values in itertools.product(*columns):
            yield dict(zip(self.dimensions, values, strict=True))

    def to_json(self) -> dict[str, Any]:
        """What `read_space` reads."""
        return {name: each.to_json() for name, each in self.dimensions.items()}


def make_space(given: Mapping[str, Any], cls: Any) -> Space:
    """Space of a task class, every end and choice checked.

    Parameters
    ----------
    given : mapping of str to list, mapping, Choices or Range
        A list is a choice; a mapping has "low" and "high", and may have "log", "whole", "steps".
    cls : subclass of Task
        Whose settings they are.

    Raises
    ------
    BadParameter
        An empty space or choice, an unknown setting (the nearest known one is named), a range
        upside down, or a value that breaks its contract.

    Examples
    --------
    >>> from fondo import TableClassifier
    >>> make_space({"dropout": [0.0, 0.2], "epochs": {"low": 5, "high": 9, "whole": True}},
    ...            TableClassifier).to_json()
    {'dropout': [0.0, 0.2], 'epochs': {'low': 5, 'high': 9, 'whole': True}}
    """
    if not isinstance(given, Mapping) or not given:
        raise BadParameter(
            "search(space): the space is empty. Name at least one setting with its values, such as "
            '{"learning_rate": {"low": 0.0005, "high": 0.02, "log": true}}.'
        )
    found: dict[str, Dimension] = {}
    for name, values in given.items():
        owner, contract = contract_of(cls, str(name))
        each = _dimension(str(name), values)
        ends = each.values if isinstance(each, Choices) else (each.low, each.high)
        for end in ends:
            value = round(end) if isinstance(each, Range) and each.whole else end
            check_value(owner, str(name).rpartition(".")[2], value, contract)
        found[str(name)] = each
    return Space(found)


def read_space(path: str | Path) -> dict[str, Any]:
    """Mapping of a JSON file, as `make_space` takes it; BadData where it is none."""
    path = Path(path)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadData(f"{path}: there is no such file. Give a JSON file of settings.") from None
    except (OSError, ValueError) as error:
        raise BadData(f"{path}: this is no JSON file ({error}).") from error
    if not isinstance(found, dict):
        raise BadData(f"{path}: a space must be a JSON object of settings. Found a {_kind(found)}.")
    return found


def _dimension(name: str, values: Any) -> Dimension:
    if isinstance(values, Choices | Range):
        each: Dimension = values
    elif isinstance(values, Mapping):
        known = ("low", "high", "log", "whole", "steps")
        wrong = [key for key in values if key not in known]
        if wrong or not {"low", "high"} <= set(values):
            raise BadParameter(
                f"search(space): the range of {name!r} must have low and high, and may have log, "
                f"whole and steps. Found {sorted(map(str, values))}."
            )
        each = Range(**values)
    elif isinstance(values, list | tuple):
        each = Choices(tuple(tuple(v) if isinstance(v, list) else v for v in values))
    else:
        raise BadParameter(
            f"search(space): {name!r} must be a list of values or a range. Found {values!r}."
        )
    _check(name, each)
    return each


def _check(name: str, each: Dimension) -> None:
    if isinstance(each, Choices):
        if not each.values:
            raise BadParameter(f"search(space): the choices of {name!r} are empty. Give some.")
        return
    ends = (each.low, each.high)
    if not all(isinstance(end, int | float) and math.isfinite(end) for end in ends):
        raise BadParameter(f"search(space): the ends of {name!r} must be finite numbers.")
    if each.low >= each.high:
        raise BadParameter(
            f"search(space): the range of {name!r} is upside down, from {each.low} to {each.high}. "
            "Give low below high."
        )
    if each.log and each.low <= 0:
        raise BadParameter(
            f"search(space): a logarithmic range must lie above 0. {name!r} starts at {each.low}."
        )


def _kind(value: Any) -> str:
    return type(value).__name__
