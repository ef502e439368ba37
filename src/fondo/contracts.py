"""What a parameter may be, said once: check, message, documentation and command-line option.

A class lists its parameters in `contracts`; `check(self)` tests them all, `parse` reads one from
the command line, `describe` gives the sentence for the docs. Nothing here knows the classes.
"""

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from fondo.errors import BadParameter, did_you_mean


class HasContracts(Protocol):
    """Whatever carries a `contracts` table."""

    contracts: Mapping[str, "Contract"]


class Contract(ABC):
    """What one parameter may be."""

    @property
    @abstractmethod
    def rule(self) -> str:
        """What must hold, to follow the words "must be"."""

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether `value` keeps the rule."""

    @abstractmethod
    def parse(self, text: str) -> Any:
        """Value written as `text` on the command line; ValueError where it is none."""

    def advice(self, value: Any) -> str:
        """What to do about a wrong value; empty where the rule says it all."""
        return ""


class Whole(Contract):
    """Whole number from `low` to `high`, both allowed."""

    def __init__(self, low: int = 0, high: int | None = None, *, unit: str = "") -> None:
        self.low, self.high, self.unit = low, high, unit

    @property
    def rule(self) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        if self.high is None:
            return f"a whole number of at least {self.low}{unit}"
        return f"a whole number from {self.low} to {self.high}{unit}"

    def holds(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            return False
        return self.low <= int(value) and (self.high is None or int(value) <= self.high)

    def parse(self, text: str) -> int:
        return int(text)


class Real(Contract):
    """Finite number between `low` and `high`; `open_low`/`open_high` leave the end itself out."""

    def __init__(
        self,
        low: float = -math.inf,
        high: float = math.inf,
        *,
        open_low: bool = False,
        open_high: bool = False,
        unit: str = "",
    ) -> None:
        self.low, self.high = low, high
        self.open_low, self.open_high, self.unit = open_low, open_high, unit

    @property
    def rule(self) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        if self.low == -math.inf and self.high == math.inf:
            return f"a finite number{unit}"
        if self.high == math.inf:
            return f"a number {'above' if self.open_low else 'of at least'} {self.low:g}{unit}"
        left, right = "(" if self.open_low else "[", ")" if self.open_high else "]"
        return f"a number in {left}{self.low:g}, {self.high:g}{right}{unit}"

    def holds(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return False
        number = float(value)
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        return math.isfinite(number) and above and below

    def parse(self, text: str) -> float:
        return float(text)


def fraction() -> Real:
    """Share in [0, 1)."""
    return Real(0, 1, open_high=True)


class Choice(Contract):
    """One word from a list."""

    def __init__(self, *words: str) -> None:
        self.words = words

    @property
    def rule(self) -> str:
        return "one of " + ", ".join(repr(word) for word in self.words)

    def holds(self, value: Any) -> bool:
        return isinstance(value, str) and value in self.words

    def parse(self, text: str) -> str:
        return text

    def advice(self, value: Any) -> str:
        hint = did_you_mean(value, self.words) if isinstance(value, str) else ""
        return hint if hint.startswith("Did you mean") else ""


class Word(Contract):
    """Text that a test accepts, where a list of words would be too long or too open."""

    def __init__(self, what: str, test: Callable[[str], bool] = bool) -> None:
        self.what, self.test = what, test

    @property
    def rule(self) -> str:
        return self.what

    def holds(self, value: Any) -> bool:
        return isinstance(value, str) and bool(self.test(value))

    def parse(self, text: str) -> str:
        return text


class Flag(Contract):
    """True or False."""

    rule = "True or False"

    def holds(self, value: Any) -> bool:
        return isinstance(value, bool)

    def parse(self, text: str) -> bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if text.lower() not in words:
            raise ValueError(text)
        return words[text.lower()]


class Nothing(Contract):
    """None, written `none` on the command line."""

    rule = "None"

    def holds(self, value: Any) -> bool:
        return value is None

    def parse(self, text: str) -> None:
        if text.lower() not in ("none", ""):
            raise ValueError(text)


class Listed(Contract):
    """Sequence whose members each keep one contract; `64,64` on the command line."""

    def __init__(self, member: Contract, *, least: int = 0, most: int | None = None) -> None:
        self.member, self.least, self.most = member, least, most

    @property
    def rule(self) -> str:
        count = f"{self.least}" if self.least == self.most else f"at least {self.least}"
        return f"a sequence of {count} values, each {self.member.rule}"

    def holds(self, value: Any) -> bool:
        if not isinstance(value, Sequence) or isinstance(value, str):
            return False
        enough = len(value) >= self.least and (self.most is None or len(value) <= self.most)
        return enough and all(self.member.holds(item) for item in value)

    def parse(self, text: str) -> tuple[Any, ...]:
        inner = text.strip("()[] ")
        return tuple(self.member.parse(part.strip()) for part in inner.split(",") if part.strip())


class Table(Contract):
    """Mapping from names or labels to values that keep one contract; `a:1,b:2` in a shell."""

    def __init__(self, member: Contract) -> None:
        self.member = member

    @property
    def rule(self) -> str:
        return f"a mapping whose values are each {self.member.rule}"

    def holds(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(self.member.holds(v) for v in value.values())

    def parse(self, text: str) -> dict[str, Any]:
        pairs = [part.rpartition(":") for part in text.strip("{} ").split(",")]
        if not all(name and colon for name, colon, _ in pairs):
            raise ValueError(text)
        return {name.strip(): self.member.parse(value.strip()) for name, _, value in pairs}


class Made(Contract):
    """Object that only Python can give: a callable, an optimizer, a group of settings."""

    def __init__(self, what: str, test: Callable[[Any], bool]) -> None:
        self.what, self.test = what, test

    @property
    def rule(self) -> str:
        return self.what

    def holds(self, value: Any) -> bool:
        return bool(self.test(value))

    def parse(self, text: str) -> Any:
        raise ValueError(text)


class Either(Contract):
    """The first contract that fits, of several."""

    def __init__(self, *options: Contract) -> None:
        self.options = options

    @property
    def rule(self) -> str:
        return ", or ".join(option.rule for option in self.options)

    def holds(self, value: Any) -> bool:
        return any(option.holds(value) for option in self.options)

    def parse(self, text: str) -> Any:
        for option in self.options:
            try:
                value = option.parse(text)
            except ValueError:
                continue
            if option.holds(value):
                return value
        raise ValueError(text)

    def advice(self, value: Any) -> str:
        return next((hint for option in self.options if (hint := option.advice(value))), "")


def check(owner: HasContracts) -> None:
    """Test every parameter of `owner`; BadParameter names the first that breaks its contract."""
    for name, contract in owner.contracts.items():
        check_value(type(owner).__name__, name, getattr(owner, name), contract)


def check_value(owner: str, name: str, value: Any, contract: Contract) -> None:
    """Raise BadParameter unless `value` keeps `contract`."""
    if contract.holds(value):
        return
    shown = repr(value) if len(repr(value)) < 80 else type(value).__name__
    hint = contract.advice(value)
    raise BadParameter(
        f"{owner}({name}={shown}): {name} must be {contract.rule}." + (f" {hint}" if hint else "")
    )


def parse(owner: str, name: str, text: str, contract: Contract) -> Any:
    """Value of parameter `name` written as `text`, checked; BadParameter where it is wrong."""
    try:
        value = contract.parse(text)
    except ValueError:
        check_value(owner, name, text, _Never(contract))
        raise  # cannot happen: _Never holds nothing
    check_value(owner, name, value, contract)
    return value


class _Never(Contract):
    """A contract that its text could not even be read for."""

    def __init__(self, inner: Contract) -> None:
        self.inner = inner

    @property
    def rule(self) -> str:
        return self.inner.rule

    def holds(self, value: Any) -> bool:
        return False

    def parse(self, text: str) -> Any:
        return self.inner.parse(text)

    def advice(self, value: Any) -> str:
        return self.inner.advice(value)
