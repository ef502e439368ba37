"""Prices of many funds on the same dates, with what is known of each fund at each date.

How a panel is read from a file is in `read`, what may be wrong with prices is in `checks`.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from fondo.errors import BadData, BadParameter

PERIODS_PER_YEAR = {"D": 252, "W": 52, "M": 12}
ISSUES = {
    "fund": pl.String,
    "date": pl.Date,
    "kind": pl.String,
    "value": pl.Float64,
    "done": pl.String,
    "reason": pl.String,
}  # columns of `Panel.issues`
_LATER: Any = None  # what `__post_init__` puts in, once the shape is known
_SQUARE = ("nav", "peer", "cost", "aum", "flow")  # fields of shape (T, N)


@dataclass(frozen=True, eq=False)
class Panel:
    """Prices of N funds at T dates, ready for features and labels.

    Parameters
    ----------
    dates : datetime64[D] array (T,)
        Ascending, no date twice.
    funds : str array (N,)
        Names of the funds, no name twice.
    nav : float64 array (T, N)
        Net asset value of one share, or an index of total return; above 0, NaN where there is no
        price: before birth, after death, in a gap.
    frequency : {"D", "W", "M"}
        What lies between two dates: a trading day, a week or a month.
    peer : int array (T, N) or None, default=None
        Place in `peer_names` of the peer group that the fund had at that date, -1 if unknown.
    peer_names : tuple of str, default=()
        Names of the peer groups.
    cost, aum, flow : float64 array (T, N) or None, default=None
        Cost in shares of the assets a year (0.015 is 1.5 %), assets under management and net
        flow of money in the period, both in the fund's currency; as known at that date.
    dead_at : datetime64[D] array (N,) or None, default=None
        Date of the end of a fund that was closed or merged, NaT if it lives; None means all live.
    parent : int array (N,) or None, default=None
        For share classes of one fund: place of the first class of the same fund. None means that
        every column is a fund of its own.
    issues : polars.DataFrame or None, default=None
        One row for each thing found while reading: fund, date, kind, value, what was done and
        the reason in words. None becomes an empty table.

    Raises
    ------
    BadData
        Shapes that differ, dates out of order, a name twice, a price that is not above 0.

    Examples
    --------
    >>> days = np.array(["2020-01-03", "2020-01-10", "2020-01-17"], "datetime64[D]")
    >>> panel = Panel(days, np.array(["A"]), np.array([[100.0], [110.0], [99.0]]), "W")
    >>> panel.returns[:, 0].round(3).tolist()
    [nan, 0.1, -0.1]
    """

    dates: NDArray[np.datetime64]
    funds: NDArray[np.str_]
    nav: NDArray[np.float64]
    frequency: str
    peer: NDArray[np.int64] | None = None
    peer_names: tuple[str, ...] = ()
    cost: NDArray[np.float64] | None = None
    aum: NDArray[np.float64] | None = None
    flow: NDArray[np.float64] | None = None
    dead_at: NDArray[np.datetime64] = _LATER
    parent: NDArray[np.int64] | None = None
    issues: pl.DataFrame = _LATER

    def __post_init__(self) -> None:
        put = object.__setattr__  # the dataclass is frozen once it is made
        put(self, "dates", np.asarray(self.dates, "datetime64[D]"))
        put(self, "funds", np.asarray(self.funds, np.str_))
        put(self, "nav", np.asarray(self.nav, np.float64))
        if self.dead_at is None:
            put(self, "dead_at", np.full(len(self.funds), "NaT", "datetime64[D]"))
        put(self, "dead_at", np.asarray(self.dead_at, "datetime64[D]"))
        if self.issues is None:
            put(self, "issues", pl.DataFrame(schema=ISSUES))
        self._check()

    def _check(self) -> None:
        if self.frequency not in PERIODS_PER_YEAR:
            raise BadParameter(
                f"Panel(frequency={self.frequency!r}): must be 'D', 'W' or 'M'. Choose one."
            )
        shape = (len(self.dates), len(self.funds))
        wrong = [
            f"{name} {value.shape}"
            for name in _SQUARE
            if (value := getattr(self, name)) is not None and value.shape != shape
        ]
        if wrong or self.dates.ndim != 1 or self.funds.ndim != 1 or 0 in shape:
            raise BadData(
                f"Panel: {shape[0]} date(s) and {shape[1]} fund(s) need arrays of shape {shape} "
                f"and at least one of each; got {', '.join(wrong) or 'none'}. Match the shapes."
            )
        if len(self.dead_at) != shape[1]:
            raise BadData(
                f"Panel(dead_at=...): {len(self.dead_at)} dates for {shape[1]} funds. "
                "Give one for each fund, NaT for one that lives."
            )
        if np.isnat(self.dates).any() or (np.diff(self.dates) <= np.timedelta64(0, "D")).any():
            raise BadData("Panel(dates=...): dates must ascend, none twice. Sort them.")
        if len(np.unique(self.funds)) < shape[1]:
            raise BadData("Panel(funds=...): a name stands twice. Give each fund its own name.")
        if (self.nav <= 0).any() or np.isinf(self.nav).any():
            raise BadData(
                "Panel(nav=...): prices must be finite and above 0, NaN where there is none. "
                "`fondo.funds.read` finds and lists those that are not."
            )
        if self.peer is not None and not (
            -1 <= self.peer.min() and self.peer.max() < len(self.peer_names)
        ):
            raise BadData(
                f"Panel(peer=...): codes must lie in -1 .. {len(self.peer_names) - 1}, the places "
                "in peer_names. Give a name for each code."
            )

    @property
    def periods_per_year(self) -> int:
        """Periods of the panel in a year: 252 trading days, 52 weeks or 12 months."""
        return PERIODS_PER_YEAR[self.frequency]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of dates and of funds."""
        return len(self.dates), len(self.funds)

    @cached_property
    def returns(self) -> NDArray[np.float64]:
        """Simple returns (T, N) from the date before; NaN where either price is missing."""
        returns = np.full(self.nav.shape, np.nan)
        returns[1:] = self.nav[1:] / self.nav[:-1] - 1
        returns.flags.writeable = False
        return returns

    @cached_property
    def peer_codes(self) -> NDArray[np.int64]:
        """Peer group of each fund at each date (T, N); all in group 0 where none were given."""
        return np.zeros(self.shape, np.int64) if self.peer is None else self.peer

    @cached_property
    def parent_codes(self) -> NDArray[np.int64]:
        """Place of the first class of the same fund (N,); its own where none was given."""
        return np.arange(len(self.funds)) if self.parent is None else self.parent

    def named(self, codes: NDArray[np.int64]) -> NDArray[np.str_]:
        """Names of peer groups by their codes; "no group" for -1."""
        return np.array([*self.group_names, "no group"])[codes]  # -1 is the last

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names of the groups in `peer_codes`; ("all funds",) where none were given."""
        return ("all funds",) if self.peer is None else self.peer_names

    def take(self, funds: Any = None, dates: Any = None) -> "Panel":
        """Part of the panel: some funds, some dates, all that is known of them.

        Parameters
        ----------
        funds : sequence of names or places, mask, slice or None, default=None
            Funds to keep; None keeps all.
        dates : places, mask, slice or None, default=None
            Dates to keep, in ascending order; None keeps all.

        Returns
        -------
        part : Panel
            The same prices; `issues` stay as they are.

        Raises
        ------
        BadData
            A name that no fund has.
        """
        columns = _places(funds, self.funds)
        rows = _places(dates, None, len(self.dates))
        squares: dict[str, Any] = {
            name: None
            if getattr(self, name) is None
            else getattr(self, name)[np.ix_(rows, columns)]
            for name in _SQUARE
        }
        parent = None
        if self.parent is not None:  # the first class that is left stands for its fund
            _, first, of = np.unique(self.parent[columns], return_index=True, return_inverse=True)
            parent = first[of].astype(np.int64)
        return replace(
            self,
            dates=self.dates[rows],
            funds=self.funds[columns],
            dead_at=self.dead_at[columns],
            parent=parent,
            **squares,
        )


def _places(
    chosen: ArrayLike | slice | None, names: NDArray[np.str_] | None, n: int = 0
) -> NDArray[np.int64]:
    """Places of what was chosen by name, place, mask or slice."""
    n = n if names is None else len(names)
    everything: NDArray[np.int64] = np.arange(n)
    if chosen is None:
        return everything
    if isinstance(chosen, slice):
        return everything[chosen]
    picked = np.atleast_1d(np.asarray(chosen))
    if names is not None and picked.dtype.kind in "UO":
        known = {name: place for place, name in enumerate(names.tolist())}
        strange = [str(name) for name in picked if str(name) not in known]
        if strange:
            raise BadData(
                f"Panel.take(funds=...): no fund is called {strange[0]!r}. See panel.funds."
            )
        return np.array([known[str(name)] for name in picked], np.int64)
    places: NDArray[np.int64] = everything[picked]
    return places
