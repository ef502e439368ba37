"""What funds are grouped by: their returns over the same weeks, or features of them.

Every fund and column that cannot be used is set aside with its reason. Grouping is in `groups`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo import contracts
from fondo.contracts import Real, Whole
from fondo.errors import BadData, BadParameter
from fondo.funds.features import FeatureSet, feature_table
from fondo.funds.panel import Panel
from fondo.funds.tables import to_table

Floats = NDArray[np.float64]
Aside = tuple[tuple[str, str], ...]  # fund or column, and why it is not used

DESCRIBING = (
    "mean_return",
    "volatility",
    "downside_deviation",
    "max_drawdown",
    "market_beta",
    "skewness",
    "kurtosis",
    "autocorrelation",
    "hit_rate",
)
"""Features that groups are made of unless others are named; none of them knows a peer group."""

_MOST = 5000  # funds: distances between all pairs must fit into memory


@dataclass(frozen=True, eq=False)
class GroupTable:
    """Funds by columns, finite, ready to be grouped.

    Parameters
    ----------
    funds : str array (N,)
        Names, none twice.
    columns : tuple of str
        Names of the F columns.
    values : float64 array (N, F)
        Finite; features as they are, or returns scaled fund by fund, see `by_returns`.
    given : str array (N,) or None, default=None
        Category that each fund is said to be in, "" where none is known.
    kind : {"features", "returns"}, default="features"
        What the columns are.
    aside : tuple of (str, str), default=()
        Funds and columns that are not used, each with the reason.
    filled : int, default=0
        Cells that were missing or infinite and were filled in.

    Raises
    ------
    BadData
        Fewer than three funds, none that differ, values that are not finite, names that stand
        twice.
    """

    funds: NDArray[np.str_]
    columns: tuple[str, ...]
    values: Floats
    given: NDArray[np.str_] | None = None
    kind: str = "features"
    aside: Aside = ()
    filled: int = 0

    def __post_init__(self) -> None:
        n = len(self.funds)
        told = f"GroupTable(values={self.values.shape})"
        if self.values.shape != (n, len(self.columns)) or (
            self.given is not None and len(self.given) != n
        ):
            raise BadData(
                f"{told}: {n} funds and {len(self.columns)} columns need one row a fund and one "
                "value a column, and a category for each fund or none at all. Match the shapes."
            )
        if not 3 <= n <= _MOST:
            raise BadData(f"{told}: {_left(n, self.aside)}")
        if len(np.unique(self.funds)) < n:
            raise BadData(f"{told}: the name of a fund stands twice. Give each its own.")
        if not np.isfinite(self.values).all():
            raise BadData(f"{told}: a value is not finite. Use `from_table`, which fills them in.")
        if not self.columns or (self.values == self.values[0]).all():
            raise BadData(
                f"{told}: all funds are alike in every column, so there are no groups to find. "
                "Give columns in which they differ."
            )

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which funds have a category (N,)."""
        if self.given is None:
            return np.zeros(len(self.funds), bool)
        known: NDArray[np.bool_] = self.given != ""
        return known

    def take(self, rows: Any) -> "GroupTable":
        """Some of the funds, by mask or places."""
        given = None if self.given is None else self.given[rows]
        return replace(self, funds=self.funds[rows], values=self.values[rows], given=given)


def _left(n: int, aside: Aside) -> str:
    if n > _MOST:
        return f"at most {_MOST:,} funds can be grouped at once, not {n:,}. Take some of them."
    why = f" {len(aside)} were set aside, the first because: {aside[0][1]}." if aside else ""
    return f"at least three funds are needed, {n} left.{why} Give more funds or a shorter window."


def by_returns(
    panel: Panel, *, date: Any = None, length: int = 156, min_history: float = 0.9
) -> GroupTable:
    """Table of funds by their returns over the same periods, for groups that move together.

    The returns of each fund are scaled to mean 0 and length 1, so that the squared distance of
    two funds is 2 (1 - correlation).

    Parameters
    ----------
    panel : Panel
        Prices; its peer groups at the date are the given categories.
    date : date or None, default=None
        Last date of the window: the latest of the panel at or before it; None is the very last.
    length : int, default=156
        Periods of the window.
    min_history : float in (0, 1], default=0.9
        Share of the returns that a fund must have; a missing one counts as the fund's mean. Others
        are set aside, as are funds without a price at the date and those that never move.

    Returns
    -------
    table : GroupTable
        One column a period.

    Raises
    ------
    BadData
        The panel is shorter than the window, or fewer than three funds are left.
    """
    end, there = _window(panel, date, length, min_history)
    returns = panel.returns[end - length + 1 : end + 1, there].T  # (N, L)
    known = np.isfinite(returns)
    count = known.sum(axis=1, keepdims=True)
    mean = np.where(known, returns, 0).sum(axis=1, keepdims=True) / count
    centred = np.where(known, returns - mean, 0.0)
    size = np.linalg.norm(centred, axis=1, keepdims=True)
    moves = size[:, 0] > 1e-12 * np.sqrt(length)
    aside = [*_absent(panel, there), *_named(panel, there, ~moves, "its returns never differ")]
    return GroupTable(
        panel.funds[there][moves],
        tuple(map(str, panel.dates[end - length + 1 : end + 1])),
        centred[moves] / size[moves],
        _categories(panel, end, there, moves),
        "returns",
        tuple(aside),
        int((~known[moves]).sum()),
    )


def by_features(
    panel: Panel,
    *,
    date: Any = None,
    length: int = 156,
    min_history: float = 0.9,
    features: Sequence[str] = DESCRIBING,
) -> GroupTable:
    """Table of funds by features of their returns, for groups that behave alike.

    Parameters
    ----------
    panel : Panel
        Prices; its peer groups at the date are the given categories.
    date : date or None, default=None
        Last date of the window: the latest of the panel at or before it; None is the very last.
    length : int, default=156
        Periods of the window.
    min_history : float in (0, 1], default=0.9
        Share of the returns that a fund must have; others are set aside.
    features : sequence of str, default=DESCRIBING
        Names of `fondo.funds.features.FEATURES`. Those that compare with the peer group would
        find again what is given.

    Returns
    -------
    table : GroupTable
        One column a feature, filled as `from_table` says.

    Raises
    ------
    BadData
        The panel is shorter than the window, or fewer than three funds are left.
    BadParameter
        A feature that does not exist.
    """
    end, there = _window(panel, date, length, min_history)
    chosen = FeatureSet(tuple(features), min_history=min_history)
    found = feature_table(panel, np.array([end]), (length,), chosen)
    given = _categories(panel, end, there, np.ones(int(there.sum()), bool))
    values = found.values[0][there]
    return _filled(panel.funds[there], found.names, values, given, _absent(panel, there))


def _window(
    panel: Panel, date: Any, length: int, min_history: float
) -> tuple[int, NDArray[np.bool_]]:
    """Row of the last date, and which funds have enough history (N,)."""
    contracts.check_value("groups", "length", length, Whole(3, unit="periods"))
    contracts.check_value("groups", "min_history", min_history, Real(0, 1, open_low=True))
    end = len(panel.dates) - 1
    if date is not None:
        end = int(np.searchsorted(panel.dates, np.datetime64(date, "D"), side="right")) - 1
    if end < length:
        last = panel.dates[end] if end >= 0 else "none"
        raise BadData(
            f"groups(length={length}): up to {last} the panel has {max(end, 0)} returns. "
            "Take a shorter window or a later date."
        )
    known = np.isfinite(panel.returns[end - length + 1 : end + 1])
    there = np.isfinite(panel.nav[end]) & (known.sum(axis=0) >= min_history * length)
    if there.sum() < 3:
        raise BadData(
            f"groups(length={length}): only {there.sum()} of {len(there)} funds have a price at "
            f"{panel.dates[end]} and enough returns before it. Take a shorter window or another "
            "date."
        )
    return end, there


def _absent(panel: Panel, there: NDArray[np.bool_]) -> list[tuple[str, str]]:
    reason = "no price at the date, or too few returns in the window"
    return [(str(name), reason) for name in panel.funds[~there]]


def _named(
    panel: Panel, there: NDArray[np.bool_], which: NDArray[np.bool_], reason: str
) -> list[tuple[str, str]]:
    return [(str(name), reason) for name in panel.funds[there][which]]


def _categories(
    panel: Panel, end: int, there: NDArray[np.bool_], kept: NDArray[np.bool_]
) -> NDArray[np.str_] | None:
    if panel.peer is None:
        return None
    names = np.array([*panel.peer_names, ""])  # -1 is the last: not known
    given: NDArray[np.str_] = names[panel.peer[end]][there][kept]
    return given


def from_table(source: Any, *, fund: str | None = None, given: str | None = None) -> GroupTable:
    """Table of funds by features from a file or a frame with a row for each fund.

    Parameters
    ----------
    source : path, polars or pandas frame, or dict of columns
        One row a fund.
    fund : str or None, default=None
        Column with the names of the funds; None takes the first that is text, else numbers the
        rows.
    given : str or None, default=None
        Column with the categories; missing and empty ones are not known.

    Returns
    -------
    table : GroupTable
        A missing value becomes the column's mean, an infinite one its largest or smallest finite
        value; columns that are text, empty or constant, and funds without any value, are set
        aside.

    Raises
    ------
    BadData
        No such column, no column of numbers that differ, fewer than three funds.

    Examples
    --------
    >>> table = from_table({"fund": ["A", "B", "C"], "risk": [0.1, None, 0.3], "fee": [1, 1, 1]})
    >>> table.values.ravel().tolist(), table.aside
    ([0.1, 0.2, 0.3], (('column fee', 'its values never differ'),))
    """
    frame = to_table(source)
    for role, name in (("fund", fund), ("given", given)):
        if name is not None and name not in frame.columns:
            raise BadParameter(
                f"from_table({role}={name!r}): there is no such column among "
                f"{', '.join(frame.columns[:12])}. Name one of these."
            )
    texts = [name for name in frame.columns if not frame[name].dtype.is_numeric()]
    if fund is None:
        fund = next((name for name in texts if name != given), None)
    names = [str(k + 1) for k in range(frame.height)] if fund is None else _words(frame[fund])
    used = [name for name in frame.columns if name not in (fund, given, *texts)]
    aside = [(f"column {name}", "it is text") for name in texts if name not in (fund, given)]
    columns = [frame[name].cast(pl.Float64).to_numpy() for name in used]
    values = np.stack(columns, axis=1) if used else np.empty((frame.height, 0))
    categories = None if given is None else np.array(_words(frame[given]))
    return _filled(np.array(names), tuple(used), values, categories, aside)


def _words(column: Any) -> list[str]:
    return ["" if value is None else str(value).strip() for value in column.to_list()]


def _filled(
    funds: NDArray[np.str_],
    columns: tuple[str, ...],
    values: Floats,
    given: NDArray[np.str_] | None,
    aside: list[tuple[str, str]],
) -> GroupTable:
    """Table without gaps, without empty rows and without columns that say nothing."""
    from fondo.funds.prepare import InfinityCap, MeanFill

    rows = ~np.isnan(values).all(axis=1) if values.shape[1] else np.ones(len(funds), bool)
    aside += [(str(name), "it has no value in any column") for name in funds[~rows]]
    values, funds = values[rows], funds[rows]
    given = None if given is None else given[rows]
    missing = ~np.isfinite(values)
    empty = missing.all(axis=0)
    if values.size:
        values = InfinityCap().fit_transform(MeanFill().fit_transform(values))
    constant = (values == values[:1]).all(axis=0) & ~empty
    for which, reason in ((empty, "it has no finite value"), (constant, "its values never differ")):
        aside += [(f"column {columns[k]}", reason) for k in np.flatnonzero(which)]
    kept = ~(empty | constant)
    if not kept.any():
        raise BadData(
            f"groups: none of {len(columns)} columns has values in which the {len(funds)} funds "
            "differ, so there are no groups to find. Give columns of numbers that differ."
        )
    names = tuple(name for name, keep in zip(columns, kept, strict=True) if keep)
    filled = int(missing[:, kept].sum())
    return GroupTable(funds, names, values[:, kept], given, "features", tuple(aside), filled)
