"""Levels of error: of a person, on training, validation and test rows, of a naive answer.

They are measured in `measures`; what the gaps between them mean is said in `diagnosis`.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fondo.contracts import Real
from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import Interval

WORDS = {
    "error_rate": "error rate",
    "log_loss": "log loss",
    "rmse": "RMSE",
    "mae": "MAE",
    "rmse_standardised": "RMSE in standard deviations",
    "mae_standardised": "MAE in standard deviations",
    "point_error": "normalised mean error of points",
}
DRAWN = ("alike", "later", "other groups", "elsewhere")


@dataclass(frozen=True)
class Level:
    """An error with its interval.

    Attributes
    ----------
    whose : str
        Where it was measured, to follow "error": "on training rows", "of a person".
    value, low, high : float
        The error and its 95 % interval; a stated level has no width.
    n_rows : int or None
        Rows it was measured on; None where it was stated.
    """

    whose: str
    value: float
    low: float
    high: float
    n_rows: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain dict of the attributes; an end without a bound becomes None."""
        plain = asdict(self)
        return {k: None if v in (math.inf, -math.inf) else v for k, v in plain.items()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Level":
        """The level that `to_json` wrote."""
        ends = {"low": -math.inf, "high": math.inf}
        open_ends = {name: end for name, end in ends.items() if plain[name] is None}
        return cls(**{**plain, **open_ends})


@dataclass(frozen=True)
class Levels:
    """What is known of a model's error by one measure.

    Attributes
    ----------
    metric : one of WORDS
        What the error is measured by.
    training, test, naive : Level
        On rows learnt from; on rows that had no part in training; of always giving the same
        answer, on the training rows.
    validation : Level or None
        On the rows that chose the epoch.
    rival : Level or None
        Of the best classic model, on the test rows: an error that is known to be reachable.
    human : float or None
        Error of a person, as stated.
    validation_rows, test_rows : one of DRAWN
        How validation rows were drawn beside the training rows, and test rows beside the
        validation rows (beside the training rows where there is no validation part).
    unfinished : bool
        Whether the last epoch was the best, so that training longer may lower the error.
    comparable : bool
        False where training weighs rows otherwise than the measure does: then the naive answer
        and the rivals, which do not, say nothing of bias.
    notes : tuple of str
        What else a reader must know.
    """

    metric: str
    training: Level
    test: Level
    naive: Level
    validation: Level | None = None
    rival: Level | None = None
    human: float | None = None
    validation_rows: str = "alike"
    test_rows: str = "alike"
    unfinished: bool = False
    comparable: bool = True
    notes: tuple[str, ...] = ()

    def shown(self) -> dict[str, Level]:
        """Levels that are known, by name, in the order of a picture."""
        found = {
            "human": None if self.human is None else stated(self.human),
            "best rival": self.rival,
            "training": self.training,
            "validation": self.validation,
            "test": self.test,
            "naive": self.naive,
        }
        return {name: level for name, level in found.items() if level is not None}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON from which `from_json` rebuilds it."""
        return (
            asdict(self)
            | {
                name: None if (level := getattr(self, name)) is None else level.to_json()
                for name in _LEVELS
            }
            | {"notes": list(self.notes)}
        )

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Levels":
        """Rebuild from what `to_json` gave; BadData where that is not so."""
        try:
            levels = {
                name: None if plain[name] is None else Level.from_json(plain[name])
                for name in _LEVELS
            }
            return cls(**{**plain, **levels, "notes": tuple(plain["notes"])})
        except (KeyError, TypeError, AttributeError) as fault:
            raise BadData(
                "Levels.from_json(plain): it must be what to_json gave. Diagnose again to write a "
                "new one."
            ) from fault


_LEVELS = ("training", "test", "naive", "validation", "rival")


def stated(human: float) -> Level:
    """Level of a person, as stated."""
    return Level("of a person, as stated", float(human), float(human), float(human))


def difference(upper: Level, lower: Level) -> Interval:
    """Interval of one error minus another, measured on other rows.

    The distances to the ends of the two intervals add like standard errors (MOVER); for two error
    rates this is Newcombe's interval.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10; Zou, Donner (2008), Statistics
    in Medicine 27, 1693-1702, for errors of any kind.

    Examples
    --------
    >>> from fondo.judge.intervals import wilson
    >>> def share(k, n):
    ...     low, high, _ = wilson(k, n)
    ...     return Level("", k / n, low, high, n)
    >>> low, high, _ = difference(share(56, 70), share(48, 80))  # Newcombe's first example
    >>> f"{low:.4f} to {high:.4f}"
    '0.0524 to 0.3339'
    """
    gap = upper.value - lower.value
    below = math.hypot(upper.value - upper.low, lower.high - lower.value)
    above = math.hypot(upper.high - upper.value, lower.value - lower.low)
    return Interval(gap - below, gap + above, "MOVER")


def check_human(owner: str, metric: str, human: float | None, naive: float) -> None:
    """Raise BadParameter where no person can have the error `human`, or it beats no fool.

    Parameters
    ----------
    owner : str
        Who asks, for the message.
    metric : one of WORDS
        What it is an error by.
    human : float or None
        Error of a person.
    naive : float
        Error of always giving the same answer.
    """
    if human is None:
        return
    rates = metric == "error_rate"
    rule = Real(0, 1 if rates else math.inf, unit=f"{WORDS[metric]} of a person")
    if not rule.holds(human):
        advice = "Write 2 % as 0.02." if rates else _unit(metric)
        raise BadParameter(f"{owner}(human={human!r}): human must be {rule.rule}. {advice}")
    if human > naive:
        raise BadParameter(
            f"{owner}(human={human!r}): human must be an error of at most {naive:.4g} "
            f"({WORDS[metric]}), which always giving the same answer makes. "
            + ("Give the share of wrong answers, not of right ones." if rates else
               _unit(metric))
        )  # fmt: skip


def _unit(metric: str) -> str:
    """What to give a person's error in."""
    if metric.endswith("standardised"):
        return "Give it in standard deviations of the targets."
    return "Give it in the unit of the target."


def told(metric: str, value: float, *, gap: bool = False) -> str:
    """An error, or a gap between two, as a person reads it.

    Examples
    --------
    >>> told("error_rate", 0.015), told("error_rate", 0.1, gap=True), told("log_loss", 0.0712)
    ('1.5 %', '10.0 points', '0.0712 nats')
    >>> told("rmse", 21_345.6)
    '21,350'
    """
    if not math.isfinite(value):
        return "without bound"
    if metric == "error_rate":
        shown = f"{100 * value:.{1 if abs(value) >= 0.01 else 2}f}"
        return f"{shown if float(shown) else '0'} {'points' if gap else '%'}"
    unit = " nats" if metric == "log_loss" else ""
    if abs(value) < 999.5:
        return f"{value:.3g}{unit}"
    step = 10 ** (int(math.log10(abs(value))) - 3)
    return f"{round(value / step) * step:,.0f}{unit}"
