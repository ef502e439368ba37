"""Peer groups from a table of their own, for prices that come without them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadData
from fondo.funds.calendar import carry
from fondo.funds.issues import Found
from fondo.funds.panel import Panel
from fondo.funds.tables import dates_of, find_roles, names_of, to_table


def with_peer_groups(
    panel: Panel, groups: Any, *, columns: Mapping[str, str] | None = None
) -> Panel:
    """Panel whose funds are in the peer groups that a table names.

    Parameters
    ----------
    panel : Panel
        Prices.
    groups : path, frame, or mapping of fund to group
        Columns for fund and peer group, and for the date from which it holds, if groups change.
    columns : mapping of role to name of column, or None, default=None
        Roles fund, peer and date; see `fondo.funds.read`.

    Returns
    -------
    panel : Panel
        With `peer` and `peer_names`. Funds that the table does not name, and dates before its
        first, have no group; both are listed in `issues`, as are groups without dates.

    Raises
    ------
    BadData
        The table has no columns for fund and peer group, names no fund of the panel, or gives
        one two groups at one date.

    Examples
    --------
    >>> days = np.array(["2020-01-03", "2020-01-10"], "datetime64[D]")
    >>> panel = Panel(days, np.array(["A", "B"]), np.ones((2, 2)), "W")
    >>> grouped = with_peer_groups(panel, {"A": "debt", "B": "equity"})
    >>> grouped.peer_names, grouped.peer[0].tolist()
    (('debt', 'equity'), [0, 1])
    """
    found = Found()
    table, dated = _groups_table(panel, groups, dict(columns or {}), found)
    place = {name: index for index, name in enumerate(panel.funds.tolist())}
    fund = table["fund"].replace_strict(place, default=-1, return_dtype=pl.Int64).to_numpy()
    if (fund < 0).all():
        raise BadData(
            f"funds.with_peer_groups: none of the {table.height} row(s) names a fund of the "
            f"panel, such as {panel.funds[0]!r}. Use the same names in both."
        )
    names = table["peer"].unique().sort()
    code = table["peer"].replace_strict(names, np.arange(len(names)), return_dtype=pl.Int64)
    slot = np.searchsorted(panel.dates, table["date"].to_numpy().astype("datetime64[D]"))
    inside = (fund >= 0) & (slot < len(panel.dates))
    square = np.full(panel.shape, -1, np.int64)
    square[slot[inside], fund[inside]] = code.to_numpy()[inside]
    peer, _ = carry(square, square >= 0, -1)
    strange = int((fund < 0).sum())
    if strange:
        found.add(
            "not_in_panel", "left out", "rows of the table of peer groups for other funds, counted",
            value=strange,
        )  # fmt: skip
    _note(panel, peer, found, dated=dated)
    return replace(
        panel,
        peer=peer,
        peer_names=tuple(names.to_list()),
        issues=pl.concat([panel.issues, found.table()]),
    )


def _groups_table(
    panel: Panel, groups: Any, columns: dict[str, str], found: Found
) -> tuple[pl.DataFrame, bool]:
    """Fund, peer and the date from which it holds, in order of dates; whether dates were told."""
    if isinstance(groups, Mapping) and all(isinstance(value, str) for value in groups.values()):
        groups = {"fund": list(groups), "peer": list(groups.values())}
    frame = to_table(groups)
    roles = find_roles(frame, columns)
    if "fund" not in roles or "peer" not in roles:
        raise BadData(
            "funds.with_peer_groups: needs a column of funds and one of peer groups, found "
            f"{', '.join(frame.columns[:12])}. Name them: columns={{'fund': ..., 'peer': ...}}."
        )
    start = pl.lit(panel.dates[0]).cast(pl.Date)
    table = pl.DataFrame(
        {
            "fund": names_of(frame[roles["fund"]]),
            "peer": names_of(frame[roles["peer"]]),
            "date": dates_of(frame[roles["date"]], found) if "date" in roles else None,
        }
    ).with_columns(pl.col("date").cast(pl.Date).fill_null(start))
    table = table.drop_nulls().unique(maintain_order=True).sort("date", maintain_order=True)
    twice = table.filter(pl.struct("fund", "date").is_duplicated())
    if twice.height:
        twice = twice.filter(pl.col("fund") == twice["fund"][0])
        raise BadData(
            f"funds.with_peer_groups: fund {twice['fund'][0]!r} has two groups, "
            f"{twice['peer'][0]!r} and {twice['peer'][1]!r}, at one date. Give one, or the dates "
            "from which they hold."
        )
    return table, "date" in roles


def _note(panel: Panel, peer: Any, found: Found, *, dated: bool) -> None:
    without = (peer < 0).all(axis=0)
    found.add(
        "no_peer_group", "keep", "the table of peer groups does not name this fund",
        fund=panel.funds[without],
    )  # fmt: skip
    if not dated:
        found.add(
            "peer_static", "keep",
            "peer groups without dates: these may be today's groups, known only with hindsight",
        )  # fmt: skip
