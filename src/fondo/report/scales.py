"""From values to pixels: linear scales, round ticks, and how a number is written for a person.

Pure arithmetic, safe from subnormal numbers to 1e308. Nothing here draws.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MISSING = "\N{EN DASH}"  # shown for what is not known
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """Straight line that takes `low` to `start` and `high` to `end` (pixels).

    Examples
    --------
    >>> Scale(0.0, 10.0, 100.0, 300.0)(5.0)
    200.0
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Pixel of `value`; values beyond the ends are held at the ends."""
        # Halves, because high - low overflows for -1e308 to 1e308.
        span = self.high / 2 - self.low / 2
        share = (value / 2 - self.low / 2) / span if span > 0 else 0.5
        share = min(1.0, max(0.0, share))
        return self.start * (1 - share) + self.end * share


def finite(values: Iterable[object]) -> list[float]:
    """Finite numbers among `values`; None, NaN, infinities and text are left out."""
    return [number for value in values if math.isfinite(number := real(value))]


def real(value: object) -> float:
    """`value` as a float; NaN where it is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values, evenly spaced, that cover `low` to `high`.

    Parameters
    ----------
    low, high : float
        Ends of what is shown, finite; equal ends are widened.
    count : int, at least 1
        Spaces wished for between ticks; the answer has at most two more.

    Returns
    -------
    list of float
        Rising; the first is at most `low`, the last at least `high`.

    References
    ----------
    Heckbert (1990), Nice numbers for graph labels, Graphics Gems: the steps 1, 2, 5 times a
    power of ten; 2.5 is added here.

    Examples
    --------
    >>> ticks(0.13, 0.91)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    low, high = _widened(low, high)
    step = _step(low, high, count)
    first, last = math.floor(low / step), math.ceil(high / step)
    if not math.isfinite(last * step - first * step) or last - first > count + 2:
        return [low, high]  # beyond what doubles can space evenly
    found = [round(i * step, _decimals(step)) for i in range(first, last + 1)]
    found[0], found[-1] = min(found[0], low), max(found[-1], high)
    return found if all(a < b for a, b in itertools.pairwise(found)) else [low, high]


def _widened(low: float, high: float) -> tuple[float, float]:
    if low > high:
        low, high = high, low
    around = max(abs(low), abs(high))
    if high / 2 - low / 2 > around * 1e-12:
        return low, high
    margin = around * 0.05 if around > 1e-290 else 0.5
    top = 1.7e308
    return max(-top, low - margin), min(top, high + margin)


def _step(low: float, high: float, count: int) -> float:
    rough = high / count - low / count
    power = 10.0 ** math.floor(math.log10(rough))
    return next((power * s for s in _STEPS if power * s >= rough * (1 - 1e-9)), power * 10)


def _decimals(step: float) -> int:
    """Decimals that write every multiple of `step` exactly (2.5 needs one more than 1)."""
    return max(0, 1 - math.floor(math.log10(step)))


def tick_labels(values: Sequence[float]) -> list[str]:
    """Ticks written alike, with as few digits as tell them apart.

    Examples
    --------
    >>> tick_labels([0.0, 0.25, 0.5])
    ['0.00', '0.25', '0.50']
    >>> tick_labels([0.0, 20000.0])
    ['0', '20,000']
    """
    largest = max((abs(v) for v in values), default=0.0)
    if largest and not 1e-4 <= largest < 1e7:
        return _scientific(values)
    for decimals in range(8):
        written = [_signed(f"{v:,.{decimals}f}") for v in values]
        close = all(abs(round(v, decimals) - v) <= 1e-9 * largest for v in values)
        if close and len(set(written)) == len(written):
            return written
    return _scientific(values)


def _scientific(values: Sequence[float]) -> list[str]:
    written: list[str] = []
    for digits in range(1, 17):
        written = [_power(f"{v:.{digits}g}") if v else "0" for v in values]
        if len(set(written)) == len(written):
            break
    return written


def _power(text: str) -> str:
    """`1e+07` as `1e7`, with a real minus sign."""
    mantissa, e, power = text.partition("e")
    return _signed(f"{mantissa}e{int(power)}" if e else mantissa)


def _signed(text: str) -> str:
    if not text.startswith("-"):
        return text
    return "\N{MINUS SIGN}" + text[1:] if text.strip("-0.,") else text[1:]


def number(value: object, digits: int = 3) -> str:
    """A number as a person reads it: `digits` significant digits, whole numbers whole.

    Text stays as it is; missing values are a dash.

    Examples
    --------
    >>> number(1234567), number(0.012345), number(1234.5), number(3.0)
    ('1,234,567', '0.0123', '1,234', '3')
    """
    if value is None:
        return MISSING
    if isinstance(value, bool | str):
        return str(value)
    amount = real(value)
    if math.isnan(amount):
        return MISSING
    if math.isinf(amount):
        return "∞" if amount > 0 else "\N{MINUS SIGN}∞"
    size = abs(amount)
    if size and not 1e-4 <= size < 1e9:
        return _power(f"{amount:.{digits}g}")
    if size >= 10 ** (digits - 1) or amount == int(amount):
        return _signed(f"{amount:,.0f}")
    decimals = digits - 1 - math.floor(math.log10(size))
    return _signed(f"{amount:.{decimals}f}")


def percent(share: object, decimals: int = 0) -> str:
    """A share as per cent.

    Examples
    --------
    >>> percent(0.537).split()
    ['54', '%']
    """
    amount = real(share)
    return (
        MISSING
        if math.isnan(amount)
        else f"{_signed(f'{100 * amount:.{decimals}f}')}\N{NO-BREAK SPACE}%"
    )


def decimals_of(low: object, high: object) -> int:
    """Decimals that an interval makes worth reading: two significant digits of its width.

    Examples
    --------
    >>> decimals_of(0.8571, 0.8712), decimals_of(4100.2, 4330.9), decimals_of(0.2, 0.2)
    (3, -1, 3)
    """
    ends = real(low), real(high)
    width = ends[1] - ends[0]
    if not math.isfinite(width) or width <= 0:
        return 3
    decimals = 1 - math.floor(math.log10(width))
    return min(4, max(2, decimals)) if max(map(abs, ends)) <= 1 else min(4, decimals)


def estimate(
    value: object, low: object = None, high: object = None, decimals: int | None = None
) -> tuple[str, str]:
    """A score and its interval, rounded alike.

    Parameters
    ----------
    value, low, high : float
        The interval may be missing.
    decimals : int or None, default=None
        Digits after the point; None takes `decimals_of` the interval.

    Returns
    -------
    value, interval : str
        The interval is empty where there is none.

    Examples
    --------
    >>> estimate(0.864321, 0.8571, 0.8712)
    ('0.864', '0.857 to 0.871')
    >>> estimate(4213.7, 4100.2, 4330.9)
    ('4,210', '4,100 to 4,330')
    """
    found = [real(v) for v in (value, low, high)]
    if not all(map(math.isfinite, found)):
        return number(value), ""
    if max(map(abs, found)) >= 1e9:
        shown = [number(v) for v in found]
    else:
        places = decimals_of(low, high) if decimals is None else decimals
        shown = [_signed(f"{round(v, places):,.{max(places, 0)}f}") for v in found]
    return shown[0], f"{shown[1]} to {shown[2]}"
