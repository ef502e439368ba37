"""The dates of a panel: how often prices come, and on which day of the week or month they stand.

A price stands for the declared day if it is the last one at or before it, never one after it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData, BadParameter
from fondo.funds.issues import Found
from fondo.funds.tables import Rows

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ORDER = ("D", "W", "M")
_THIN_DATE, _OF_LATE = 0.1, 20  # share of the most priced funds of so many dates before


@dataclass(frozen=True)
class Calendar:
    """Dates (T,) of a panel, its frequency, and the day they stand on in words."""

    dates: NDArray[np.datetime64]
    frequency: str
    day: str


def make_calendar(rows: Rows, frequency: str | None, day: Any, found: Found) -> Calendar:
    """Dates for the prices: every trading day, one day of each week, or one of each month.

    Parameters
    ----------
    rows : Rows
        Prices, sorted.
    frequency : {"D", "W", "M"} or None
        None is what the median step between two prices of a fund says: up to 4 days, 10, 45.
    day : {"Mon", ..., "Sun"}, 1 to 28, "last" or None
        Day of the week or of the month; None is the most common one of weekly or monthly prices,
        and Friday or the last of the month where daily ones are thinned out.
    found : Found
        Takes note of days that are left out.

    Returns
    -------
    calendar : Calendar
        Ends with the last day that has been reached by the prices.

    Raises
    ------
    BadData
        Fewer than two dates, or prices that come more rarely than every month.
    BadParameter
        A frequency finer than the prices, or a day that does not fit the frequency.
    """
    step, seen = _found_frequency(rows)
    if frequency is not None and frequency not in _ORDER:
        raise BadParameter(
            f"funds.read(frequency={frequency!r}): must be 'D', 'W', 'M' or None. Choose one."
        )
    wanted = frequency or seen
    if _ORDER.index(wanted) < _ORDER.index(seen):
        raise BadParameter(
            f"funds.read(frequency={wanted!r}): prices come every {step:g} days, which is rarer. "
            f"Choose {seen!r} or leave it out."
        )
    if wanted == "D":
        if day is not None:
            raise BadParameter(
                f"funds.read(day={day!r}): daily prices have no declared day. Leave it out."
            )
        return Calendar(_trading_days(rows, found), "D", "every trading day")
    make = _weeks if wanted == "W" else _months
    calendar = make(rows.date, day, thinned=wanted != seen)
    if len(calendar.dates) < 2:
        raise BadData(
            f"funds.read: prices from {rows.date.min()} to {rows.date.max()} hold fewer than two "
            f"dates of frequency {wanted!r}. Give a longer history."
        )
    late = int((rows.date > calendar.dates[-1]).sum())
    if late:
        found.add(
            "unfinished_period",
            "left out",
            f"prices after {calendar.dates[-1]}, the last declared day reached, counted",
            date=calendar.dates[-1],
            value=late,
        )
    return calendar


def _found_frequency(rows: Rows) -> tuple[float, str]:
    """Median step between two prices of a fund, in days, and the frequency it stands for."""
    steps = np.diff(rows.date).astype(np.int64)[np.diff(rows.fund) == 0]
    steps = steps[steps > 0]
    if len(steps) == 0:
        raise BadData(
            "funds.read: no fund has prices at two dates, so there is no return. Give a longer "
            "history."
        )
    step = float(np.median(steps))
    seen = next((name for name, most in zip(_ORDER, (4, 10, 45), strict=True) if step <= most), "")
    if not seen:
        raise BadData(
            f"funds.read: prices come every {step:g} days; a panel needs one a month or more. "
            "Give prices of each month."
        )
    return step, seen


def _trading_days(rows: Rows, found: Found) -> NDArray[np.datetime64]:
    """Dates at which a tenth of the funds that were there of late have a price."""
    days, counts = np.unique(rows.date[np.isfinite(rows.price)], return_counts=True)
    before = np.lib.stride_tricks.sliding_window_view(np.pad(counts, (_OF_LATE, 0)), _OF_LATE + 1)
    thin = counts < _THIN_DATE * before.max(axis=1)
    found.add(
        "thin_date",
        "left out",
        "no trading day: prices of fewer than a tenth of the funds of the dates before (how many)",
        date=days[thin],
        value=counts[thin],
        fund=np.full(int(thin.sum()), ""),
    )
    kept: NDArray[np.datetime64] = days[~thin]
    return kept


def _weeks(date: NDArray[np.datetime64], day: Any, *, thinned: bool) -> Calendar:
    weekdays = (date.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday, place 3
    if day is None:
        place = 4 if thinned else int(np.bincount(weekdays, minlength=7).argmax())
    elif day in WEEKDAYS:
        place = WEEKDAYS.index(day)
    else:
        raise BadParameter(
            f"funds.read(day={day!r}): for weeks it must be one of {', '.join(WEEKDAYS)}. "
            "Choose one."
        )
    first = int(date.min().astype(np.int64))
    first += (place - (first + 3)) % 7
    last = int(date.max().astype(np.int64))
    days = np.arange(first, last + 1, 7).astype("datetime64[D]")
    return Calendar(days, "W", WEEKDAYS[place])


def _months(date: NDArray[np.datetime64], day: Any, *, thinned: bool) -> Calendar:
    month = date.astype("datetime64[M]")
    number = (date - month).astype(np.int64) + 1  # day of the month
    if day is None:
        to_end = (month + 1).astype("datetime64[D]") - date
        at_end = (to_end <= np.timedelta64(5, "D")).mean() >= 0.5
        day = "last" if thinned or at_end else min(int(np.bincount(number).argmax()), 28)
    if day != "last" and not (
        isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= 28
    ):
        raise BadParameter(
            f"funds.read(day={day!r}): for months it must be 'last' or a number from 1 to 28. "
            "Choose one."
        )
    months = np.arange(month.min(), month.max() + 1)
    if day == "last":
        days = (months + 1).astype("datetime64[D]") - 1
        # the month is over with its last working day
        reached = np.busday_offset(days, 0, roll="backward") <= date.max()
        return Calendar(days[reached], "M", "last day of the month")
    days = months.astype("datetime64[D]") + (day - 1)
    kept = (days >= date.min()) & (days <= date.max())
    return Calendar(days[kept], "M", f"day {day} of the month")


def to_grid(
    rows: Rows, values: NDArray[Any], calendar: Calendar, empty: Any
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Last value of each fund within each period, and its age in days at the period's day.

    Parameters
    ----------
    rows : Rows
        Sorted by fund, then date.
    values : array (R,)
        One for each row; rows whose value is missing must have been taken out.
    calendar : Calendar
        Dates.
    empty : scalar
        Stands where a period has no value.

    Returns
    -------
    grid : array (T, N)
        Values.
    age : int64 array (T, N)
        Days from the value's date to the calendar's; meaningless where there is none.
    """
    shape = (len(calendar.dates), len(rows.names))
    slot = np.searchsorted(calendar.dates, rows.date)  # the first day at or after the date
    if calendar.frequency == "D":
        inside = (slot < shape[0]) & (calendar.dates[np.minimum(slot, shape[0] - 1)] == rows.date)
    else:
        inside = slot < shape[0]
    grid = np.full(shape, empty, values.dtype)
    when = np.zeros(shape, np.int64)
    slot, fund = slot[inside], rows.fund[inside]
    # of repeated places the last entry is what stays, which is the latest date
    grid[slot, fund] = values[inside]
    when[slot, fund] = rows.date[inside].astype(np.int64)
    age = calendar.dates.astype(np.int64)[:, None] - when
    return grid, age


def carry(
    grid: NDArray[Any], there: NDArray[np.bool_], empty: Any
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Values carried on to later dates until there is a new one, and the place each is from.

    Parameters
    ----------
    grid : array (T, N)
        Values.
    there : bool array (T, N)
        Where a value stands.
    empty : scalar
        Stands before the first value.

    Returns
    -------
    carried : array (T, N)
        The last value at or before each date.
    place : int64 array (T, N)
        Its row; -1 before the first.
    """
    row = np.arange(len(grid))[:, None]
    place = np.maximum.accumulate(np.where(there, row, -1), axis=0)
    carried = np.where(place < 0, empty, np.take_along_axis(grid, np.maximum(place, 0), axis=0))
    return carried, place
