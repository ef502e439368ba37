"""Windows on a panel: what is known of all funds in the periods up to and including one date.

Features and outcomes are functions of a window. It shows slices that end at its date, so that
nothing computed from it can see further.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fondo.funds.calendar import carry
from fondo.funds.panel import Panel
from fondo.funds.sample import Line, Numbers, Sample, line, products, root, sample
from fondo.funds.within import mean_of_others, rank_share


@dataclass(frozen=True, eq=False)
class Source:
    """A panel with what its windows share; each date is computed from itself and dates before.

    Parameters
    ----------
    panel : Panel
        Prices.
    path : float64 array (T, N)
        Prices with gaps bridged by the last price; NaN before a fund's first.
    returns : float64 array (T, N)
        Simple returns; NaN where one of the two prices is missing.
    others, market : float64 array (T, N)
        Mean return of the other funds of the peer group, and of all other funds.
    first : int array (N,)
        Row of a fund's first price.
    risk_free : float
        Return of money without risk in a period.
    """

    panel: Panel
    path: Numbers
    returns: Numbers
    others: Numbers
    market: Numbers
    first: NDArray[np.int64]
    risk_free: float

    def block(self, start: int, stop: int) -> "Block":
        """Rows from `start` up to but without `stop`, as what windows are cut from."""
        return Block(self, start, slice(start, stop))


def make_source(panel: Panel, risk_free: float = 0.0) -> Source:
    """Prepare the windows of a panel.

    Parameters
    ----------
    panel : Panel
        Prices.
    risk_free : float, default=0.0
        Return of money without risk in a year; a period's is (1 + risk_free)^(1 / periods) - 1.

    Returns
    -------
    source : Source
        Its blocks give `window(end, length)`.
    """
    there = np.isfinite(panel.nav)
    path, _ = carry(panel.nav, there, np.nan)
    return Source(
        panel=panel,
        path=path,
        returns=panel.returns,
        others=mean_of_others(panel.returns, panel.peer_codes),
        market=mean_of_others(panel.returns, np.zeros(panel.shape, np.int64)),
        first=np.where(there, np.arange(len(path))[:, None], len(path)).min(axis=0),
        risk_free=(1 + risk_free) ** (1 / panel.periods_per_year) - 1,
    )


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows of a source, with samples that many windows slice; `start` is the first row."""

    source: Source
    start: int
    rows: slice

    def window(self, end: int, length: int) -> "Window":
        """The window of `length` periods that ends at row `end` of the panel."""
        return Window(self, end, length)

    @cached_property
    def returns(self) -> Sample:
        """Returns."""
        return sample(self.source.returns[self.rows])

    @cached_property
    def excess(self) -> Sample:
        """Returns above money without risk."""
        if self.source.risk_free == 0:
            return self.returns
        return sample(self.source.returns[self.rows] - self.source.risk_free)

    @cached_property
    def active(self) -> Sample:
        """Returns above the rest of the peer group."""
        return sample(self.source.returns[self.rows] - self.source.others[self.rows])

    @cached_property
    def with_others(self) -> tuple[Sample, Sample]:
        """Excess returns of funds and of the rest of their groups, where both are there."""
        return self._pair(self.source.others[self.rows])

    @cached_property
    def with_market(self) -> tuple[Sample, Sample]:
        """Excess returns of funds and of all other funds, where both are there."""
        return self._pair(self.source.market[self.rows])

    def _pair(self, benchmark: Numbers) -> tuple[Sample, Sample]:
        own, rest = self.excess, sample(benchmark - self.source.risk_free)
        weight = own.weight * rest.weight
        if np.array_equal(weight, own.weight):  # so that windows need not work it out again
            return own, Sample(rest.values * weight, weight)
        return Sample(own.values * weight, weight), Sample(rest.values * weight, weight)

    @cached_property
    def lagged(self) -> tuple[Sample, Sample]:
        """Returns and those of the period before, where both are there."""
        now, weight = self.returns, self.returns.weight.copy()
        before = np.zeros_like(now.values)
        before[1:] = now.values[:-1]
        weight[0] = 0
        weight[1:] *= now.weight[:-1]
        return Sample(now.values * weight, weight), Sample(before * weight, weight)

    @cached_property
    def below(self) -> Numbers:
        """Squares of the excess returns below 0."""
        short = np.minimum(self.excess.values, 0.0)
        square: Numbers = short * short
        return square

    def moves(self, lag: int) -> Sample:
        """Logarithmic returns over `lag` periods."""
        found = self._moves.get(lag)
        if found is None:
            path = np.log(self.source.path[self.rows])
            moves = np.full(path.shape, np.nan)
            moves[lag:] = path[lag:] - path[:-lag]
            found = self._moves[lag] = sample(moves)
        return found

    @cached_property
    def _moves(self) -> dict[int, Sample]:
        return {}

    def growth_ranks(self, periods: int) -> Numbers:
        """Rank share in the peer group, at each date, of the growth of the last periods."""
        found = self._ranks.get(periods)
        if found is None:
            path = self.source.path[self.rows]
            growth = np.full(path.shape, np.nan)
            growth[periods:] = path[periods:] / path[:-periods]
            found = rank_share(growth, self.source.panel.peer_codes[self.rows])
            self._ranks[periods] = found
        return found

    @cached_property
    def _ranks(self) -> dict[int, Numbers]:
        return {}


@dataclass(frozen=True, eq=False)
class Window:
    """Prices, returns and benchmarks of N funds in the `length` periods up to row `end`.

    A feature of one's own is a function of a window that gives an array (N,).

    Parameters
    ----------
    block : Block
        What it is cut from.
    end : int
        Row of its date in the panel; nothing after it is shown.
    length : int
        Periods.

    Examples
    --------
    >>> days = np.datetime64("2020-01-03") + 7 * np.arange(4)
    >>> panel = Panel(days, np.array(["A"]), np.array([[1.0], [2.0], [1.0], [3.0]]), "W")
    >>> window = make_source(panel).block(0, 4).window(end=2, length=2)
    >>> window.returns[:, 0].tolist(), window.path[:, 0].tolist()
    ([1.0, -0.5], [1.0, 2.0, 1.0])
    """

    block: Block
    end: int
    length: int

    @property
    def _rows(self) -> slice:
        """Rows of the returns in the panel."""
        return slice(self.end - self.length + 1, self.end + 1)

    @property
    def _inside(self) -> slice:
        """Rows of the returns in the block."""
        last = self.end - self.block.start
        return slice(last - self.length + 1, last + 1)

    @property
    def panel(self) -> Panel:
        """The panel, for what does not change with time; its prices go on after the window."""
        return self.block.source.panel

    @property
    def periods_per_year(self) -> int:
        """252, 52 or 12."""
        return self.panel.periods_per_year

    @property
    def n_funds(self) -> int:
        """N."""
        return len(self.panel.funds)

    @property
    def path(self) -> Numbers:
        """Prices (L + 1, N) from before the first return on, gaps bridged; NaN before birth."""
        return self.block.source.path[self.end - self.length : self.end + 1]

    @property
    def returns(self) -> Numbers:
        """Simple returns (L, N); NaN where one of the two prices is missing."""
        return self.block.source.returns[self._rows]

    @property
    def others(self) -> Numbers:
        """Mean return of the other funds of the peer group (L, N)."""
        return self.block.source.others[self._rows]

    @property
    def market(self) -> Numbers:
        """Mean return of all other funds (L, N)."""
        return self.block.source.market[self._rows]

    @property
    def peer(self) -> NDArray[np.int64]:
        """Peer group at each date (L, N), -1 if unknown."""
        return self.panel.peer_codes[self._rows]

    def known(self, name: str) -> Numbers:
        """Values (L, N) of "cost", "aum" or "flow" as known at each date; NaN without."""
        values: Numbers | None = getattr(self.panel, name)
        return (
            np.full((self.length, self.n_funds), np.nan) if values is None else values[self._rows]
        )

    @property
    def age(self) -> Numbers:
        """Periods since the first price (N,), NaN for a fund that is still to come."""
        age = (self.end - self.block.source.first).astype(np.float64)
        return np.where(age >= 0, age, np.nan)

    @cached_property
    def sample(self) -> Sample:
        """Returns."""
        return self.block.returns.rows(self._inside)

    @cached_property
    def excess(self) -> Sample:
        """Returns above money without risk."""
        if self.block.excess is self.block.returns:
            return self.sample
        return self.block.excess.rows(self._inside)

    @cached_property
    def active(self) -> Sample:
        """Returns above the rest of the peer group."""
        return self.block.active.rows(self._inside)

    @cached_property
    def on_others(self) -> Line:
        """Regression on the rest of the peer group, above money without risk."""
        return self._line(*self.block.with_others)

    @cached_property
    def on_market(self) -> Line:
        """Regression on all other funds, above money without risk."""
        return self._line(*self.block.with_market)

    def _line(self, y: Sample, x: Sample) -> Line:
        own = self.excess if y is self.block.excess else y.rows(self._inside)
        return line(own, x.rows(self._inside))

    @cached_property
    def downside(self) -> Numbers:
        """Root mean square of the excess returns below 0, of one period (N,)."""
        return root(self.block.below[self._inside].sum(axis=0), self.excess.count)

    @cached_property
    def autocovariance(self) -> Line:
        """Regression of each return on the one before, within the window."""
        now, before = self.block.lagged
        inside = slice(self._inside.start + 1, self._inside.stop)
        return line(now.rows(inside), before.rows(inside))

    @cached_property
    def ordered(self) -> Numbers:
        """Returns in ascending order, missing ones last (L, N)."""
        return np.sort(self.returns, axis=0)

    @cached_property
    def deepest(self) -> Numbers:
        """Deepest fall of the price from its highest so far, at most 0 (N,)."""
        path = self.path
        highest = path[0].copy()
        deepest = np.where(np.isnan(highest), np.nan, 0.0)
        for price in path[1:]:  # row by row stays in the cache, an accumulation does not
            np.fmax(highest, price, out=highest)
            np.fmin(deepest, price / highest - 1, out=deepest)
        return deepest

    @cached_property
    def growth(self) -> Numbers:
        """Last price over the first of the window (N,); NaN where there is only one."""
        first = np.minimum(self._missing, self.length)
        start = self.path[first, np.arange(self.n_funds)]
        return np.where(self._missing < self.length, self.path[-1] / start, np.nan)

    @cached_property
    def years(self) -> Numbers:
        """Years from the first price in the window to its end (N,)."""
        years: Numbers = (self.length - self._missing) / self.periods_per_year
        return years

    @cached_property
    def _missing(self) -> NDArray[np.int64]:
        """Prices missing at the start of the window (N,): later gaps are bridged."""
        first = self.block.source.first - (self.end - self.length)
        return np.clip(first, 0, self.length + 1)

    def moves(self, lag: int) -> Sample:
        """Logarithmic returns over `lag` periods, within the window (L - lag + 1, N)."""
        inside = self._inside
        return self.block.moves(lag).rows(slice(inside.start + lag - 1, inside.stop))

    def moment(self, power: int) -> Numbers:
        """Mean of the standardised excess returns to the power 3 or 4, with n (N,)."""
        excess = self.excess
        spread = root(excess.square, excess.count)
        square = excess.distance * excess.distance
        total = products(square, excess.distance if power == 3 else square)
        count = np.where(excess.count > 0, excess.count, np.nan)
        moment: Numbers = total / count / np.where(spread > 0, spread, np.nan) ** power
        return moment

    def part_ranks(self, parts: int) -> Numbers:
        """Rank share in the peer group of the growth in each equal part (parts, N), last first.

        Parts are whole periods long and reach back from the end of the window.
        """
        periods = self.length // parts
        last = self.end - self.block.start
        return self.block.growth_ranks(periods)[last - periods * np.arange(parts)]
