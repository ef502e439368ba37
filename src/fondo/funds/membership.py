"""Who belongs into a panel, and from when to when: doubles, share classes, ends, survivors.

Single prices are judged in `checks`.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData
from fondo.funds.issues import Found, refuse
from fondo.funds.panel import Panel
from fondo.funds.rules import Rules
from fondo.funds.tables import Rows

_THIN = 0.5  # share of the year's most priced funds, below which last dates are unfinished
_SAME_HISTORY = 52  # common returns, below which two funds are not compared
_STATIC_YEARS = 3  # of unchanging peer groups, from which they look like those of today
_MANY_MISSING = 0.3


def merge_dates(rows: Rows, rules: Rules, found: Found) -> Rows:
    """One row for each fund and date: equal prices merge, different ones follow the rule.

    Parameters
    ----------
    rows : Rows
        Sorted by fund, then date, then as they stood in the table.
    rules : Rules
        `duplicate_date` says what is done with different prices.
    found : Found
        Takes a row for each date that stood twice.

    Returns
    -------
    rows : Rows
        No date twice in a fund; what is known beside the price is the last that was said.
    """
    follows = (np.diff(rows.fund) == 0) & (np.diff(rows.date) == np.timedelta64(0, "D"))
    if not follows.any():
        return rows
    start = np.flatnonzero(~np.concatenate([[False], follows]))
    low = np.fmin.reduceat(rows.price, start)
    high = np.fmax.reduceat(rows.price, start)
    last = np.concatenate([start[1:], [len(rows.fund)]]) - 1
    size = last - start + 1
    differ = (size > 1) & (high > low)
    fund, date = rows.names[rows.fund[start]], rows.date[start]
    equal = (size > 1) & ~differ
    found.add(
        "duplicate_date", "merged", "the same price more than once at one date (how often)",
        fund=fund[equal], date=date[equal], value=size[equal],
    )  # fmt: skip
    reason = "different prices at one date (highest over lowest)"
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (high / low)[differ]
    if rules.duplicate_date == "error":
        refuse("duplicate_date", reason, fund[differ], date[differ], value)
    found.add(
        "duplicate_date", rules.duplicate_date, reason,
        fund=fund[differ], date=date[differ], value=value,
    )  # fmt: skip
    one = rows.take(last)
    price = np.where(np.isnan(one.price), high, one.price)
    if rules.duplicate_date == "mask":
        price = np.where(differ, np.nan, price)
    elif rules.duplicate_date == "drop":
        price = np.where(np.isin(one.fund, one.fund[differ]), np.nan, price)
    return replace(one, price=price)


def trim_end(panel: Panel, rules: Rules, found: Found) -> Panel:
    """Panel without last dates at which most funds have no price yet, as the rule says."""
    counts = np.isfinite(panel.nav).sum(axis=1)
    year = panel.periods_per_year
    most = np.lib.stride_tricks.sliding_window_view(np.pad(counts, (year, 0)), year + 1).max(axis=1)
    full = np.flatnonzero(counts >= _THIN * most)
    thin = np.arange(full[-1] + 1 if len(full) else 0, len(counts))
    reason = "last dates with prices of fewer than half of the funds of the year before (how many)"
    none = np.full(len(thin), "")
    if rules.thin_end == "error":
        refuse("thin_end", reason, none, panel.dates[thin], counts[thin] * 1.0)
    found.add(
        "thin_end", rules.thin_end, reason, fund=none, date=panel.dates[thin], value=counts[thin]
    )
    if rules.thin_end == "keep" or len(thin) == 0:
        return panel
    if full[-1] < 1:
        raise BadData(
            "funds.read: fewer than two dates hold prices of most funds. Give a longer history, "
            "or Rules(thin_end='keep')."
        )
    return panel.take(dates=slice(0, int(full[-1]) + 1))


def without_empty(panel: Panel, found: Found) -> Panel:
    """Panel without funds that have fewer than two prices, which are listed."""
    counts = np.isfinite(panel.nav).sum(axis=0)
    empty = counts < 2
    found.add(
        "no_history", "left out", "fewer than two prices at the panel's dates (how many)",
        fund=panel.funds[empty], value=counts[empty],
    )  # fmt: skip
    if empty.all():
        raise BadData(
            "funds.read: no fund has two prices at the panel's dates. See that prices are above "
            "0 and that the declared day fits them."
        )
    return panel.take(funds=~empty) if empty.any() else panel


def find_ends(panel: Panel, rules: Rules, found: Found, *, survivors_only_ok: bool) -> Panel:
    """Panel with the end of each fund; refused where no fund ever ends.

    Parameters
    ----------
    panel : Panel
        Where `dead_at` was told, it holds; else it is the date of a last price that is more than
        `rules.dead_days` before the end of the panel.
    rules : Rules
        See `dead_days`.
    found : Found
        Takes note of each end that was concluded, and of prices after an end.
    survivors_only_ok : bool
        Whether a panel without any end is accepted, and listed.

    Returns
    -------
    panel : Panel
        With `dead_at`, and without prices after it.

    Raises
    ------
    BadData
        No fund ends: ranking survivors tells nothing of what could have been bought.
    """
    told = ~np.isnat(panel.dead_at)
    after = told & np.isfinite(panel.nav) & (panel.dates[:, None] > panel.dead_at)
    late = np.flatnonzero(after.any(axis=0))
    found.add(
        "price_after_end", "mask", "prices after the date of the end that was told (how many)",
        fund=panel.funds[late], date=panel.dead_at[late], value=after[:, late].sum(axis=0),
    )  # fmt: skip
    nav = np.where(after, np.nan, panel.nav)
    row = np.where(np.isfinite(nav), np.arange(len(nav))[:, None], 0).max(axis=0)
    last = panel.dates[row]
    silent = panel.dates[-1] - last > np.timedelta64(rules.dead(panel.frequency), "D")
    concluded = silent & ~told
    found.add(
        "end", "dead_at", "no price from here to the end of the panel: the fund has ended (days)",
        fund=panel.funds[concluded], date=last[concluded],
        value=(panel.dates[-1] - last[concluded]).astype(np.float64),
    )  # fmt: skip
    dead_at = np.where(concluded, last, panel.dead_at)
    dead_at[dead_at > panel.dates[-1]] = np.datetime64("NaT")  # an end still to come is not known
    if np.isnat(dead_at).all():
        if not survivors_only_ok:
            raise BadData(
                f"funds.read: none of {len(dead_at)} fund(s) ever ends, so this looks like a list "
                "of survivors, and a ranking of survivors is too good to be true. Add the funds "
                "that were closed or merged (or their dead_at), or say survivors_only_ok=True."
            )
        found.add(
            "survivors_only", "keep",
            "no fund ever ends: past losers look better than they were (funds)",
            value=len(dead_at),
        )  # fmt: skip
    return replace(panel, nav=nav, dead_at=dead_at)


def find_classes(panel: Panel, rules: Rules, found: Found) -> Panel:
    """Panel in which classes of one fund are bound together, or only the oldest is left.

    Two columns are classes of one fund if the table says so, or if they are of one peer group at
    their last date and their returns correlate as `rules.same_correlation` says, over at least 52
    common returns.
    """
    place = np.arange(len(panel.funds))
    parent = panel.parent_codes
    first, second, alike = _alike(panel, rules.same_correlation)
    parent = _joined(parent, first, second)
    member = np.flatnonzero(parent != place)
    strongest = np.full(len(place), np.nan)
    np.fmax.at(strongest, np.concatenate([first, second]), np.concatenate([alike, alike]))
    reason = "a share class of another fund, told or seen (correlation of returns)"
    date = np.full(len(member), panel.dates[-1])
    if rules.share_class == "error":
        refuse("share_class", reason, panel.funds[member], date, strongest[member])
    for index in member:  # a row names the fund it is bound to
        found.add(
            "share_class", rules.share_class, f"{reason}: {panel.funds[parent[index]]}",
            fund=panel.funds[index], value=strongest[index],
        )  # fmt: skip
    if len(member) == 0:
        return replace(panel, parent=None)
    panel = replace(panel, parent=parent)
    if rules.share_class == "drop":
        there = np.isfinite(panel.nav)
        born = np.where(there, np.arange(len(there))[:, None], len(there)).min(axis=0)
        order = np.lexsort((place, born, parent))  # the oldest of each fund comes first
        oldest = order[np.flatnonzero(np.diff(parent[order], prepend=-1))]
        return replace(panel.take(funds=np.sort(oldest)), parent=None)
    return panel


def _alike(
    panel: Panel, least: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of funds whose returns correlate at least so much, with the correlation."""
    returns = panel.returns
    there = np.isfinite(returns).astype(np.float64)
    filled = np.nan_to_num(returns - np.nan_to_num(_mean(returns)))
    n = there.T @ there  # (N, N) common returns
    n_safe = np.maximum(n, 1)
    cross = filled.T @ filled / n_safe
    mean = filled.T @ there / n_safe  # of the row's fund over the common dates
    square = (filled**2).T @ there / n_safe - mean**2
    spread = np.sqrt(np.maximum(square * square.T, 0))
    correlation = (cross - mean * mean.T) / np.where(spread > 1e-14, spread, np.inf)
    row = np.arange(len(panel.nav))[:, None]
    last = np.where(np.isfinite(panel.nav), row, 0).max(axis=0)
    group = panel.peer_codes[last, np.arange(len(panel.funds))]
    pair = (correlation >= least) & (n >= _SAME_HISTORY) & (group[:, None] == group)
    first, second = np.nonzero(np.triu(pair, 1))
    return first, second, correlation[first, second]


def _mean(returns: NDArray[np.float64]) -> NDArray[np.float64]:
    count = np.isfinite(returns).sum(axis=0)
    mean: NDArray[np.float64] = np.nansum(returns, axis=0) / np.maximum(count, 1)
    return mean


def _joined(
    parent: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Parents after binding pairs: the first column of each connected set."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(parent)
    rows = np.concatenate([np.arange(n), first])
    columns = np.concatenate([parent, second])
    links = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(n, n))
    _, label = connected_components(links, directed=False)
    _, lowest, back = np.unique(label, return_index=True, return_inverse=True)
    joined: NDArray[np.int64] = lowest[back].astype(np.int64)
    return joined


def note_doubts(panel: Panel, found: Found) -> None:
    """List what no rule can mend: groups that never change, funds with many missing prices."""
    years = len(panel.dates) / panel.periods_per_year
    if panel.peer is not None and years >= _STATIC_YEARS:
        known = np.where(panel.peer < 0, np.iinfo(np.int64).max, panel.peer)
        if (np.where(panel.peer < 0, -1, panel.peer).max(axis=0) <= known.min(axis=0)).all():
            found.add(
                "peer_static", "keep",
                "no fund ever changes its peer group: these may be today's groups, known only "
                "with hindsight (years)", value=years,
            )  # fmt: skip
    row = np.arange(len(panel.nav))[:, None]
    there = np.isfinite(panel.nav)
    first = np.where(there, row, len(row)).min(axis=0)
    last = np.where(there, row, -1).max(axis=0)
    share = 1 - there.sum(axis=0) / (last - first + 1)
    many = share >= _MANY_MISSING
    found.add(
        "many_missing", "keep", "share of dates without a price between the first and the last",
        fund=panel.funds[many], date=panel.dates[first[many]], value=share[many],
    )  # fmt: skip
