"""A score, never without its interval, and what a metric is.

The metrics themselves are listed in `metrics`.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fondo.judge.intervals import Interval


@dataclass(frozen=True)
class Metric:
    """One way to score answers.

    Attributes
    ----------
    name : str
        As in `METRICS` and in reports.
    kind : "class", "number", "numbers" or "points"
        Kind of target it is for.
    function : callable (case) -> float
        Its value, by scikit-learn.
    interval : callable (case, level) -> Interval
        Its noise.
    higher_is_better : bool
        Direction.
    needs : "labels", "probabilities" or "numbers"
        What the answers must hold.
    unit : str
        "share", "nats", "standard deviations", or "target" for the unit of the target.
    fits : callable (case) -> bool
        Whether it is defined on these rows.
    """

    name: str
    kind: str
    function: Callable[[Any], float]
    interval: Callable[[Any, float], Interval]
    higher_is_better: bool
    needs: str
    unit: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Score:
    """A measured score; never without its interval.

    Attributes
    ----------
    name : str
        Name of the metric.
    value, low, high : float
        The score and its 95 % interval (or another level, if asked).
    higher_is_better : bool
        Direction.
    method : str
        How the interval was found.
    """

    name: str
    value: float
    low: float
    high: float
    higher_is_better: bool
    method: str

    def to_json(self) -> dict[str, Any]:
        """Plain dict of the attributes; an end without a bound becomes None."""
        plain = asdict(self)
        for end in ("low", "high"):
            plain[end] = plain[end] if np.isfinite(plain[end]) else None
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Score":
        """The score that `to_json` wrote."""
        given = dict(plain)
        given["low"] = -np.inf if given["low"] is None else given["low"]
        given["high"] = np.inf if given["high"] is None else given["high"]
        return cls(**given)
