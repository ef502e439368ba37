"""Fund prices from a file or a frame to a `Panel`, with a list of everything found on the way.

The steps are in `tables`, `calendar`, `checks` and `membership`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fondo.funds import membership
from fondo.funds.calendar import Calendar, carry, make_calendar, to_grid
from fondo.funds.checks import check_prices, not_positive
from fondo.funds.issues import Found
from fondo.funds.panel import Panel
from fondo.funds.rules import Rules
from fondo.funds.tables import Rows, to_rows


def read(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    layout: str | None = None,
    frequency: str | None = None,
    day: str | int | None = None,
    rules: Rules | None = None,
    survivors_only_ok: bool = False,
) -> Panel:
    """Fund prices as a panel of dates by funds, checked, with a list of what was found.

    Nothing is changed or left out in silence: `panel.issues` has a row for each thing, with the
    fund, the date, what it was, the value and what was done.

    Parameters
    ----------
    source : path, polars or pandas frame, or dict of columns
        A long table with a row for each date and fund: date, fund_id, nav (or total_return, the
        simple return of the period as a share); if there, class_id, peer_group as of the date,
        cost and aum as of the date, flow in the period, dead_at. Or a wide table: dates, then a
        column of prices a fund. CSV, Parquet and what else `fondo` reads.
    columns : mapping of role to name of column, or None, default=None
        Roles are date, fund, class, nav, total_return, peer, cost, aum, flow, dead_at. What is
        not told is found by usual names, listed in `fondo.funds.tables.KNOWN_NAMES`; capitals,
        blanks and signs do not matter, and the first name of the list that is there wins.
    layout : {"long", "wide"} or None, default=None
        None is long where columns of funds and of prices are found.
    frequency : {"D", "W", "M"} or None, default=None
        Daily, weekly or monthly prices; None keeps what the table has. Prices are thinned out by
        the last one at or before the declared day, never by a later one.
    day : {"Mon", ..., "Sun"}, 1 to 28, "last" or None, default=None
        Day of the week or of the month that prices stand for. None is the most common one of the
        table, and Friday or the last of the month where prices are thinned out.
    rules : Rules or None, default=None
        What is done with prices that look wrong; see `fondo.funds.Rules`.
    survivors_only_ok : bool, default=False
        Whether a table in which no fund ever ends is accepted.

    Returns
    -------
    panel : Panel
        Prices (dates, funds) with `issues`.

    Raises
    ------
    BadData
        The table is no table of prices, holds only survivors, or a rule says "error".
    BadParameter
        A setting that does not exist or does not fit the prices.

    Notes
    -----
    Dates are the days that are written: a time zone is listed and not converted. Peer group,
    cost and assets hold from their date on until there are newer ones; flows of a period add up.

    Examples
    --------
    >>> prices = {
    ...     "date": ["2024-01-05", "2024-01-12", "2024-01-19", "2024-01-26"],
    ...     "Oak": [10.0, 10.1, 10.3, 10.2],
    ...     "Elm": [5.0, 50.5, 51.0, 51.5],  # the point was moved in the second week
    ... }
    >>> panel = read(prices, survivors_only_ok=True)
    >>> panel.shape, panel.frequency, panel.issues["kind"].to_list()
    ((4, 2), 'W', ['jump', 'survivors_only'])
    >>> panel.returns[1].round(3).tolist()
    [0.01, 0.01]
    """
    rules = Rules() if rules is None else rules
    found = Found()
    rows = to_rows(source, columns, layout, found)
    rows = not_positive(membership.merge_dates(rows, rules, found), rules, found)
    calendar = make_calendar(rows, frequency, day, found)
    panel = membership.without_empty(_panel(rows, calendar, rules), found)
    panel = check_prices(membership.trim_end(panel, rules, found), rules, found)
    panel = membership.without_empty(panel, found)
    panel = membership.find_ends(panel, rules, found, survivors_only_ok=survivors_only_ok)
    panel = membership.find_classes(panel, rules, found)
    membership.note_doubts(panel, found)
    return replace(panel, issues=found.table())


def _panel(rows: Rows, calendar: Calendar, rules: Rules) -> Panel:
    """Rows on the dates of a calendar."""
    priced = rows.take(np.isfinite(rows.price))
    grid, age = to_grid(priced, priced.price, calendar, np.nan)
    nav = _carried_price(grid, age, calendar, rules)
    known: dict[str, Any] = {}
    for name in ("cost", "aum"):
        values = getattr(rows, name)
        if values is not None:
            some = rows.take(np.isfinite(values))
            square, _ = to_grid(some, getattr(some, name), calendar, np.nan)
            known[name], _ = carry(square, np.isfinite(square), np.nan)
    if rows.peer is not None:
        some = rows.take(rows.peer >= 0)
        square, _ = to_grid(some, np.asarray(some.peer), calendar, -1)
        known["peer"], _ = carry(square, square >= 0, -1)
    if rows.flow is not None:
        known["flow"] = _sums(rows, rows.flow, calendar)
    return Panel(
        calendar.dates,
        rows.names,
        nav,
        calendar.frequency,
        peer_names=rows.peer_names,
        dead_at=np.full(len(rows.names), "NaT", "datetime64[D]")
        if rows.dead_at is None
        else rows.dead_at,
        parent=rows.parent,
        **known,
    )


def _carried_price(grid: Any, age: Any, calendar: Calendar, rules: Rules) -> Any:
    """Last price at or before each date, missing where it is older than the rules allow."""
    carried, place = carry(grid, np.isfinite(grid), np.nan)
    days = calendar.dates.astype(np.int64)
    extra = days[:, None] - days[np.maximum(place, 0)]  # days since the period it was given in
    of_place = np.take_along_axis(age, np.maximum(place, 0), axis=0)
    return np.where(of_place + extra <= rules.carry(calendar.frequency), carried, np.nan)


def _sums(rows: Rows, values: Any, calendar: Calendar) -> Any:
    """Sum of the values of each fund within each period; NaN where there is none."""
    shape = (len(calendar.dates), len(rows.names))
    slot = np.searchsorted(calendar.dates, rows.date)
    inside = (slot < shape[0]) & np.isfinite(values)
    place = slot[inside] * shape[1] + rows.fund[inside]
    total = np.bincount(place, values[inside], shape[0] * shape[1]).reshape(shape)
    count = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
    return np.where(count > 0, total, np.nan)
