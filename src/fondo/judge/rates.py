"""Counts that never stand alone: so many of so many, so many in so many hours, with intervals.

What is counted is decided in `detection`.
"""

import math
from dataclasses import dataclass
from typing import Any

from scipy import stats

from fondo.contracts import Real, Whole, check_value
from fondo.errors import BadData
from fondo.judge.intervals import Interval, check_level, wilson


def garwood(count: int, exposure: float, level: float = 0.95) -> Interval:
    """Exact interval for the rate of a Poisson count: `count` events in `exposure` hours.

        chi2(a/2, 2 count) / 2 exposure  to  chi2(1 - a/2, 2 count + 2) / 2 exposure

    Parameters
    ----------
    count : int
        Events, at least 0.
    exposure : float
        Hours, or any other unit, above 0.
    level : float in (0, 1), default=0.95
        At least this share of such intervals holds the truth.

    Returns
    -------
    Interval
        Events an hour. From 0 where there were none.

    References
    ----------
    Garwood (1936), Biometrika 28.

    Examples
    --------
    >>> low, high, _ = garwood(0, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.000 to 0.369'
    """
    check_level("garwood", level)
    check_value("garwood", "count", count, Whole(0))
    check_value("garwood", "exposure", exposure, Real(0, open_low=True))
    tail = (1 - level) / 2
    low = float(stats.chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    high = float(stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2
    return Interval(low / exposure, high / exposure, "Garwood")


def hours_needed(per_hour: float, level: float = 0.95) -> float:
    """Hours without any event after which a rate may be claimed to be below `per_hour`.

    Examples
    --------
    >>> round(hours_needed(0.1), 1)
    30.0
    """
    check_level("hours_needed", level)
    check_value("hours_needed", "per_hour", per_hour, Real(0, open_low=True))
    return -math.log(1 - level) / per_hour


@dataclass(frozen=True)
class Share:
    """So many of so many.

    Attributes
    ----------
    hits, n : int
        What counts, and of how many.
    low, high : float
        Ends of Wilson's interval.
    """

    hits: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, hits: int, n: int, level: float = 0.95) -> "Share":
        """Share with its interval."""
        low, high, _ = wilson(hits, n, level)
        return cls(hits, n, low, high)

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.hits / self.n if self.n else None

    def __str__(self) -> str:
        if not self.n:
            return "none of none"
        return f"{self.hits / self.n:.3f} ({self.low:.3f}-{self.high:.3f}; {self.hits} of {self.n})"

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"value": self.value, **vars(self)}


@dataclass(frozen=True)
class Rate:
    """So many in so many hours.

    Attributes
    ----------
    count : int
        Events.
    hours : float
        Hours listened to, above 0.
    low, high : float
        Ends of the exact Poisson interval. Events an hour.
    level : float
        Of the interval.

    Examples
    --------
    >>> print(Rate.of(0, 1.73))
    0 in 1.73 h: at most 2.13 an hour
    >>> print(Rate.of(2, 24))
    2 in 24 h: 0.083 an hour (0.010-0.301)
    """

    count: int
    hours: float
    low: float
    high: float
    level: float = 0.95

    @classmethod
    def of(cls, count: int, hours: float, level: float = 0.95) -> "Rate":
        """Rate with its interval; BadData without hours, where nothing can be said."""
        if not hours > 0:
            raise BadData(
                f"Rate(count={count}, hours={hours:g}): without hours there is no rate, not even "
                "0 an hour. Listen to recordings in which the word does not occur."
            )
        return cls(count, hours, *garwood(count, hours, level)[:2], level)

    @property
    def per_hour(self) -> float:
        """Events an hour, as counted."""
        return self.count / self.hours

    def claims(self, per_hour: float) -> bool:
        """Whether a rate of at most `per_hour` is shown, one-sided at the level."""
        bound = float(stats.chi2.ppf(self.level, 2 * self.count + 2)) / 2 / self.hours
        return bound <= per_hour * (1 + 1e-12)

    def __str__(self) -> str:
        if not self.count:  # "0 an hour" is what nobody can know
            return f"0 in {self.hours:.3g} h: at most {self.high:.3g} an hour"
        return (
            f"{self.count} in {self.hours:.3g} h: {self.per_hour:.3f} an hour "
            f"({self.low:.3f}-{self.high:.3f})"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"per_hour": self.per_hour, **vars(self)}
