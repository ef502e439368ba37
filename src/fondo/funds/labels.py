"""Labels: which funds are in the wanted quantile of their peer group after a decision date.

The window of a label starts with the first period after the date and is `horizon` periods long.
Features are in `features`, rows in `observations`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.funds.calendar import carry
from fondo.funds.feature import Feature
from fondo.funds.features import FEATURES
from fondo.funds.panel import Panel
from fondo.funds.sample import Numbers
from fondo.funds.windows import Block, Source, Window, make_source
from fondo.funds.within import mean_of_group

Places = NDArray[np.int64]
Measure = Callable[[Window], Numbers]

# Usual words for what a label may rank by -> the feature that measures it over the window.
MEASURES = {
    "return": "total_return",
    "peer_residual": "excess_return",
    "market_residual": "market_alpha",
}


@dataclass(frozen=True)
class Label:
    """What a fund must do after the decision date to count as a pick that was right.

    Parameters
    ----------
    measure : str, Feature or callable, default="sharpe"
        "sharpe", "calmar", "sortino", "return", "peer_residual" (return less that of the rest of
        the peer group), "market_residual" (intercept on the mean of all funds), the name of any
        feature, or a function of a `Window` of `horizon` periods that gives one number a fund,
        the higher the better.
    quantile : float in (0, 1), default=0.25
        Share of the group that is wanted. Of n funds, n times the quantile rounded half up, and
        at least one.
    side : {"top", "bottom"}, default="top"
        Which end; "bottom" finds the funds to avoid.
    ties : {"return", "in", "out"}, default="return"
        Funds with the same measure at the edge. "return": the higher return over the window goes
        first, and those that are equal in that too are in. "in": all are in. "out": none is.
    dead : {"peer_mean", "loser", "leave_out"}, default="peer_mean"
        A fund that ends within the window. "peer_mean": from its last price on, its money earns
        the mean of its peer group. "loser": it ranks last. "leave_out": it gets no label, which
        makes results look too good.
    least : int, default=4
        Funds with an outcome, below which a group gets no label.
    min_history : float in (0, 1], default=0.75
        Share of the returns of the window that a fund must have.
    risk_free : float, default=0.0
        Return of money without risk in a year, as a share.

    Raises
    ------
    BadParameter
        A setting that cannot be.

    Examples
    --------
    >>> Label("calmar", side="bottom").wanted(10)
    3
    """

    measure: str | Feature | Measure = "sharpe"
    quantile: float = 0.25
    side: str = "top"
    ties: str = "return"
    dead: str = "peer_mean"
    least: int = 4
    min_history: float = 0.75
    risk_free: float = 0.0

    def __post_init__(self) -> None:
        choices = {
            "side": ("top", "bottom"),
            "ties": ("return", "in", "out"),
            "dead": ("peer_mean", "loser", "leave_out"),
        }
        for name, words in choices.items():
            if getattr(self, name) not in words:
                raise BadParameter(
                    f"Label({name}={getattr(self, name)!r}): must be one of {', '.join(words)}. "
                    f"{did_you_mean(str(getattr(self, name)), words)}"
                )
        if not 0 < self.quantile < 1:
            raise BadParameter(
                f"Label(quantile={self.quantile!r}): must be above 0 and below 1. Give 0.25 for "
                "the first quartile."
            )
        if not 0 < self.min_history <= 1 or self.least < 2 or not -1 < self.risk_free < 1:
            raise BadParameter(
                f"Label(min_history={self.min_history!r}, least={self.least!r}, "
                f"risk_free={self.risk_free!r}): must be in (0, 1], at least 2, and in (-1, 1). "
                "Change the one that is not."
            )
        known = [*MEASURES, *FEATURES]
        if isinstance(self.measure, str) and self.measure not in known:
            raise BadParameter(
                f"Label(measure={self.measure!r}): no such measure. "
                f"{did_you_mean(self.measure, known)}"
            )

    @property
    def function(self) -> Measure:
        """Function of a window that measures the outcome."""
        if isinstance(self.measure, str):
            return FEATURES[MEASURES.get(self.measure, self.measure)].function
        return self.measure.function if isinstance(self.measure, Feature) else self.measure

    @property
    def sign(self) -> int:
        """1 if a higher outcome is better, -1 for a measure such as volatility."""
        if isinstance(self.measure, str):
            return FEATURES[MEASURES.get(self.measure, self.measure)].sign
        return self.measure.sign if isinstance(self.measure, Feature) else 1

    def wanted(self, n: int) -> int:
        """How many of n funds are wanted."""
        return max(1, int(np.floor(n * self.quantile + 0.5)))


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What came after each decision date, for all funds.

    `outcome` and `growth` (D, N) are the measure and the return over the window; `end` (D,) is
    the row of its last date, -1 where that lies after the panel; `died` (D, N) says who ended
    within the window, `short` who has too few returns in it, `set_aside` who is left out for
    having ended.
    """

    outcome: Numbers
    growth: Numbers
    end: Places
    died: NDArray[np.bool_]
    short: NDArray[np.bool_]
    set_aside: NDArray[np.bool_]


def outcomes(panel: Panel, starts: Places, horizon: int, label: Label) -> Outcomes:
    """Measure of each fund over the `horizon` periods after each decision date.

    Parameters
    ----------
    panel : Panel
        Prices.
    starts : int array (D,)
        Rows of the decision dates; the window is rows start + 1 to start + horizon.
    horizon : int
        Periods.
    label : Label
        The measure and the rule for funds that end.

    Returns
    -------
    found : Outcomes
        NaN where the window ends after the panel.

    Raises
    ------
    BadData
        A measure of one's own gives another shape than one number a fund.
    """
    source = _source(panel, label)
    there = np.isfinite(panel.nav)
    last = np.where(there, np.arange(len(there))[:, None], -1).max(axis=0)
    dead = ~np.isnat(panel.dead_at)
    shape = (len(starts), len(panel.funds))
    died = dead & (last >= starts[:, None]) & (last < starts[:, None] + horizon)
    found = Outcomes(
        outcome=np.full(shape, np.nan),
        growth=np.full(shape, np.nan),
        end=np.where(starts + horizon < len(panel.dates), starts + horizon, -1),
        died=died,
        short=np.zeros(shape, bool),
        set_aside=died & (label.dead == "leave_out"),
    )
    for place in np.flatnonzero(found.end >= 0).tolist():
        _fill(found, place, source, horizon, label)
    return found


def _fill(found: Outcomes, place: int, source: Source, horizon: int, label: Label) -> None:
    """Outcome and growth of one decision date."""
    end = int(found.end[place])
    block = Block(source, end - horizon, slice(end - horizon, end + 1))
    window = block.window(end, horizon)
    outcome = np.asarray(label.function(window), np.float64)
    if outcome.shape != found.outcome.shape[1:]:
        raise BadData(
            f"Label(measure=...): the function gives an array of shape {outcome.shape} for "
            f"{found.outcome.shape[1]} funds. Give one number a fund."
        )
    growth = window.growth - 1
    died = found.died[place]
    few = window.sample.count < label.min_history * horizon
    # a fund that ended is judged by the rule for it, not by how much of the window it has
    found.short[place] = few & (~died | (label.dead == "peer_mean"))
    if label.dead == "loser":
        outcome = np.where(died, -np.inf * label.sign, outcome)
        growth = np.where(died, -1.0, growth)
    without = found.short[place] | found.set_aside[place]
    found.outcome[place] = np.where(without, np.nan, outcome)
    found.growth[place] = np.where(without, np.nan, growth)


def _source(panel: Panel, label: Label) -> Source:
    """What label windows are cut from: dead funds go on with their peer group, if so ruled."""
    source = make_source(panel, label.risk_free)
    if label.dead != "peer_mean" or np.isnat(panel.dead_at).all():
        return source
    nav = np.where(np.isfinite(panel.nav), panel.nav, _after_death(panel))
    returns = np.full(nav.shape, np.nan)
    returns[1:] = nav[1:] / nav[:-1] - 1
    path, _ = carry(nav, np.isfinite(nav), np.nan)
    # benchmarks stay those of living funds
    return replace(source, path=path, returns=returns)


def _after_death(panel: Panel) -> Numbers:
    """Prices of dead funds after their last one, as if the money earned the peer group's mean.

    Where the whole group is gone, the mean of all funds stands for it; where nothing is left, 0.
    """
    there = np.isfinite(panel.nav)
    row = np.arange(len(there))[:, None]
    last = np.where(there, row, -1).max(axis=0)
    column = np.arange(len(panel.funds))
    after = (row > last) & ~np.isnat(panel.dead_at)
    group = panel.peer_codes[last, column]
    of_peers = mean_of_group(panel.returns, panel.peer_codes, np.broadcast_to(group, there.shape))
    of_all = mean_of_group(
        panel.returns, np.zeros(there.shape, np.int64), np.zeros_like(after, int)
    )
    earned = np.where(np.isfinite(of_peers), of_peers, np.nan_to_num(of_all))
    growth = np.cumprod(np.where(after, 1 + earned, 1.0), axis=0)
    return np.where(after, panel.nav[last, column] * growth, np.nan)


def choose_best(
    outcome: Numbers, growth: Numbers, group: Places, label: Label
) -> tuple[Numbers, NDArray[np.bool_]]:
    """Label of each row, by its rank within its group.

    Parameters
    ----------
    outcome, growth : float64 array (R,)
        Measure and return over the window; a row without outcome (NaN) is not ranked.
    group : int array (R,)
        Number of the group, the same date and peer group; -1 is no group.
    label : Label
        Quantile, side, ties and least size.

    Returns
    -------
    y : float64 array (R,)
        1 in, 0 out, NaN without a label.
    degenerate : bool array (R,)
        Rows of groups whose outcomes are all equal, which get no label.

    Examples
    --------
    >>> outcome = np.array([0.5, 2.0, 1.0, 0.1, 2.0])
    >>> y, _ = choose_best(outcome, outcome, np.zeros(5, int), Label(ties="in"))
    >>> y.tolist()
    [0.0, 1.0, 0.0, 0.0, 1.0]
    """
    y = np.full(len(outcome), np.nan)
    degenerate = np.zeros(len(outcome), bool)
    rows = np.flatnonzero(~np.isnan(outcome) & (group >= 0))
    if len(rows) == 0:
        return y, degenerate
    better = label.sign * outcome[rows]
    second = np.where(np.isnan(growth[rows]), -np.inf, growth[rows])
    if label.side == "bottom":
        better, second = -better, -second
    if label.ties != "return":
        second = np.zeros(len(rows))
    order = np.lexsort((-second, -better, group[rows]))  # the best of each group first
    rows, better, second = rows[order], better[order], second[order]
    start = np.flatnonzero(np.diff(group[rows], prepend=-1))
    size = np.diff(np.append(start, len(rows)))
    wanted = np.maximum(1, np.floor(size * label.quantile + 0.5).astype(np.int64))
    edge = np.repeat(start + wanted - 1, size)  # the last that is wanted
    place = np.arange(len(rows))
    same = (better == better[edge]) & (second == second[edge])
    beyond = np.repeat(start + np.minimum(wanted, size - 1), size)  # the first that is not
    cut_ties = (better[beyond] == better[edge]) & (second[beyond] == second[edge])
    chosen = place <= edge
    if label.ties == "out":
        chosen &= ~(same & cut_ties)
    else:
        chosen |= same
    alike = np.repeat(better[start] == better[start + size - 1], size)
    alike &= np.repeat(second[start] == second[start + size - 1], size)
    too_small = np.repeat(size < label.least, size)
    y[rows] = np.where(too_small | alike, np.nan, chosen)
    degenerate[rows] = alike & ~too_small
    return y, degenerate
