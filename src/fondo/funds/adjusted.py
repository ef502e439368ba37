"""The precision of few picks, shrunk towards nothing as long as it may be luck.

How the picks came about is in `picks`; intervals that know of years are in `inference`.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

from fondo.errors import BadParameter
from fondo.judge.intervals import Interval, check_level, normal_quantile, wilson


@dataclass(frozen=True)
class AdjustedPrecision:
    """A precision with everything that is needed to read it.

    Attributes
    ----------
    hits, picks : float
        What was counted.
    precision : float
        Hits over picks; NaN without picks.
    low, high : float
        Its interval.
    base_rate : float
        What blind picks hit.
    adjusted : float
        0 where the precision does not beat the base rate, the precision where the interval lies
        above it, in between a part of it.
    method : str
        How the interval was found.
    """

    hits: float
    picks: float
    precision: float
    low: float
    high: float
    base_rate: float
    adjusted: float
    method: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; a precision of no picks is None."""
        return {k: None if v != v else v for k, v in vars(self).items()}


def shrunk(precision: float, low: float, base_rate: float) -> float:
    """Precision times the share of its lower arm that lies above the base rate.

        adjusted = p (p - b) / (p - low)    where low <= b < p;    p where low > b;    0 else

    It goes from 0 at p = b to p at low = b without a step, which it would not for any other arm.

    Parameters
    ----------
    precision, low : float
        The precision and the lower end of its interval.
    base_rate : float
        What blind picks hit.

    Returns
    -------
    adjusted : float
        From 0 to `precision`; 0 where the precision is NaN, since no pick shows nothing.

    Examples
    --------
    >>> round(shrunk(0.5, 0.0, 0.25), 3)  # half of the arm from 0.5 to 0 lies above 0.25
    0.25
    """
    if math.isnan(precision) or precision <= base_rate:
        return 0.0
    if low > base_rate:
        return precision
    return precision * (precision - base_rate) / (precision - low)


def adjusted_precision(
    hits: float,
    picks: float,
    base_rate: float = 0.25,
    *,
    level: float = 0.95,
    sided: Literal[1, 2] = 2,
    legacy_wald: bool = False,
) -> AdjustedPrecision:
    """Precision of some picks, its interval, and what is left of it after doubt.

    Parameters
    ----------
    hits : float
        Picks that came true, 0 <= hits <= picks.
    picks : float
        Picks made; none gives an interval of [0, 1] and an adjusted precision of 0.
    base_rate : float in (0, 1), default=0.25
        What blind picks hit.
    level : float in (0, 1), default=0.95
        Level of the interval.
    sided : {2, 1}, default=2
        2: the interval holds the truth with `level`. 1: each end does, so that it is narrower.
    legacy_wald : bool, default=False
        The normal approximation p +- z sqrt(p (1 - p) / n) in place of Wilson's interval, to
        reproduce older figures. It leaves [0, 1], has no width at 0 and 1, so that six of six get
        no doubt at all, and holds the truth too seldom: 78 % of the time for six picks.

    Returns
    -------
    found : AdjustedPrecision

    References
    ----------
    Wilson (1927), JASA 22; Brown, Cai, DasGupta (2001), Statistical Science 16, on the coverage
    of both.

    Examples
    --------
    >>> found = adjusted_precision(4, 10)
    >>> f"{found.precision:.2f}, {found.low:.3f} to {found.high:.3f}, adjusted {found.adjusted:.4f}"
    '0.40, 0.168 to 0.687, adjusted 0.2588'
    """
    check_level("adjusted_precision", level)
    if sided not in (1, 2) or not 0 < base_rate < 1:
        raise BadParameter(
            f"adjusted_precision(base_rate={base_rate}, sided={sided}): base_rate must lie in "
            "(0, 1) and sided must be 1 or 2. 0.25 and 2 are usual."
        )
    inner = level if sided == 2 else 2 * level - 1
    if inner <= 0:
        raise BadParameter(
            f"adjusted_precision(level={level}, sided=1): level must be above 0.5 for one-sided "
            "ends. 0.95 is usual."
        )
    low, high, method = wilson(hits, picks, inner)
    if legacy_wald and picks:
        low, high, method = _wald(hits / picks, picks, inner)
    precision = hits / picks if picks else math.nan
    told = f"{method}, {'one' if sided == 1 else 'two'}-sided {level:g}"
    return AdjustedPrecision(
        float(hits),
        float(picks),
        precision,
        low,
        high,
        base_rate,
        shrunk(precision, low, base_rate),
        told,
    )


def _wald(p: float, n: float, level: float) -> Interval:
    half = normal_quantile(level) * math.sqrt(p * (1 - p) / n)
    return Interval(p - half, p + half, "normal approximation")
