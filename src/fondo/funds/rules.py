"""What is done with prices that look wrong, said once by the person who reads them."""

from dataclasses import dataclass, fields
from typing import Any

from fondo.errors import BadParameter, did_you_mean

# What may be done about each kind of thing that is found.
CHOICES: dict[str, tuple[str, ...]] = {
    "duplicate_date": ("mask", "keep", "drop", "error"),
    "not_positive": ("mask", "drop", "error"),
    "stale": ("keep", "mask", "drop", "error"),
    "jump": ("adjust", "keep", "mask", "drop", "error"),
    "outlier": ("keep", "mask", "drop", "error"),
    "gap": ("keep", "drop", "error"),
    "share_class": ("keep", "drop", "error"),
    "thin_end": ("drop", "keep", "error"),
}
_STALE = {"D": 10, "W": 5, "M": 3}
_CARRY = {"D": 0, "W": 6, "M": 10}
_DEAD = {"D": 92, "W": 92, "M": 186}


@dataclass(frozen=True)
class Rules:
    """What is done with prices that look wrong: "keep", "mask", "drop" or "error".

    Whatever the choice, each thing is a row of `panel.issues`. "keep" leaves the prices, "mask"
    makes them missing, "drop" leaves out the whole fund, "error" refuses to read. Each rule looks
    at a price with what was known at its date, so that cleaning does not see the future; only
    "drop" and `share_class` judge a fund by its whole history.

    Parameters
    ----------
    duplicate_date : {"mask", "keep", "drop", "error"}, default="mask"
        Two different prices of a fund at one date; "keep" takes the last in the file. Equal
        prices are merged.
    not_positive : {"mask", "drop", "error"}, default="mask"
        A price that is 0, negative or infinite.
    stale : {"keep", "mask", "drop", "error"}, default="keep"
        A price that stays the same for `stale_periods`; "mask" makes it missing from there on.
    jump : {"adjust", "keep", "mask", "drop", "error"}, default="adjust"
        A move near a simple factor (2, 3, 4, 5, 10, 20, 25, 50, 100, 1000, or one over these), as
        of a split or a misplaced point. "adjust" divides it out of that period's return, "mask"
        takes that return to be 0; both by rescaling the later prices, so that what is known at a
        date does not change with what comes after.
    outlier : {"keep", "mask", "drop", "error"}, default="keep"
        A return more than `outlier_z` robust deviations from the median of the fund's own last
        two years, and at least `outlier_least`. The way back of a spike is not counted again.
    gap : {"keep", "drop", "error"}, default="keep"
        At least `gap_periods` dates without a price between two prices.
    share_class : {"keep", "drop", "error"}, default="keep"
        Funds of one peer group whose returns are nearly the same, or of one fund by their
        `class_id`. "keep" binds them by `panel.parent`, "drop" leaves the oldest.
    thin_end : {"drop", "keep", "error"}, default="drop"
        Last dates with prices of fewer than half of the funds that were there in the year before:
        an unfinished delivery, not a wave of deaths.
    stale_periods : int or None, default=None
        Periods; None is 10 days, 5 weeks or 3 months.
    carry_days : int or None, default=None
        Oldest age of a price, in days, that still stands for a later date when prices are
        resampled; None is 6 for weeks, 10 for months.
    dead_days : int or None, default=None
        A fund whose last price is more than this many days before the end of the panel has
        ended at that price; None is 92, and 186 for months.
    outlier_z : float, default=10.0
        Robust deviations: 1.4826 times the median absolute deviation.
    outlier_least : float, default=0.05
        Smallest return, as a share, that can be an outlier.
    gap_periods : int, default=2
        Periods.
    same_correlation : float, default=0.9995
        Correlation of returns from which two funds of a group count as classes of one.

    Examples
    --------
    >>> Rules(stale="mask", stale_periods=4).stale
    'mask'
    """

    duplicate_date: str = "mask"
    not_positive: str = "mask"
    stale: str = "keep"
    jump: str = "adjust"
    outlier: str = "keep"
    gap: str = "keep"
    share_class: str = "keep"
    thin_end: str = "drop"
    stale_periods: int | None = None
    carry_days: int | None = None
    dead_days: int | None = None
    outlier_z: float = 10.0
    outlier_least: float = 0.05
    gap_periods: int = 2
    same_correlation: float = 0.9995

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                shown = ", ".join(repr(choice) for choice in choices)
                raise BadParameter(
                    f"Rules({name}={value!r}): must be one of {shown}. "
                    f"{did_you_mean(str(value), choices)}"
                )
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name not in CHOICES and value is not None:
                _check_number(item.name, value)

    def stale_run(self, frequency: str) -> int:
        """Periods after which an unchanged price is stale."""
        return self.stale_periods or _STALE[frequency]

    def carry(self, frequency: str) -> int:
        """Days for which a price stands for later dates."""
        return _CARRY[frequency] if self.carry_days is None else self.carry_days

    def dead(self, frequency: str) -> int:
        """Days without a price, up to the end of the panel, that mean a fund has ended."""
        return _DEAD[frequency] if self.dead_days is None else self.dead_days


def _check_number(name: str, value: Any) -> None:
    least = {"stale_periods": 2, "gap_periods": 1, "outlier_z": 1.0}.get(name, 0)
    most = 1.0 if name in ("same_correlation", "outlier_least") else float("inf")
    whole = name.endswith(("periods", "days"))
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not fits or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        limit = f" and at most {most:g}" if most == 1.0 else ""
        raise BadParameter(
            f"Rules({name}={value!r}): must be {kind} of at least {least:g}{limit}. Give one."
        )
