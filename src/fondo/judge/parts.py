"""What leak checks look at, and what they find.

The checks themselves are in `leaks`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fondo.judge.intervals import Array


@dataclass(frozen=True)
class Part:
    """Rows of one side of a split.

    Attributes
    ----------
    hashes : uint64 array (n,)
        Equal for equal rows.
    columns : mapping of str to array (n,)
        Source columns as the user gave them; may be empty.
    y : array (n,)
        Target.
    time : array (n,) or None
        When each row happened; only where the parts are meant to follow each other.
    groups : array (n,) or None
        What each row belongs to; only where groups are meant to stay together.
    """

    hashes: Array
    columns: Mapping[str, Array]
    y: Array
    time: Array | None = None
    groups: Array | None = None


@dataclass(frozen=True)
class Leak:
    """Something that may make a score too good.

    Attributes
    ----------
    kind : str
        "same row", "target in disguise", "identifier", "time" or "group".
    severity : "leak", "warning" or "note"
        Whether the score is lost, doubtful, or merely to be read with this in mind.
    where : str
        Column, or what else it concerns.
    message : str
        What was seen and what to do, for a person.
    rows : int
        Test rows concerned.
    """

    kind: str
    severity: str
    where: str
    message: str
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Plain dict of the attributes."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Leak":
        """The leak that `to_json` wrote."""
        return cls(**plain)


def joint_codes(first: Array, second: Array) -> tuple[Array, Array]:
    """Whole numbers that are equal where values are, over both arrays; all missing are equal."""
    both = [np.asarray(first), np.asarray(second)]
    if all(a.dtype.kind in "biufmM" for a in both):
        inverse = np.unique(np.concatenate(both), return_inverse=True, equal_nan=True)[1]
        return inverse[: len(first)], inverse[len(first) :]
    table: dict[Any, int] = {}
    coded = [
        np.fromiter((table.setdefault(_plain(v), len(table)) for v in a.tolist()), np.int64, len(a))
        for a in both
    ]
    return coded[0], coded[1]


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)
