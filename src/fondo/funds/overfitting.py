"""How probable it is that choosing the best of some trials was fitting noise.

By combinatorially symmetric cross-validation. What a single Sharpe ratio is worth is in `sharpe`.
"""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from fondo.contracts import Choice, Whole, check_value
from fondo.errors import BadData, BadParameter
from fondo.funds.cells import plain
from fondo.judge.intervals import Floats

BLOCKS, NOISE = 10, 40
Measure = Literal["sharpe", "mean"]


@dataclass(frozen=True)
class Overfitting:
    """Probability of backtest overfitting, beside that of pure noise on the same data.

    Attributes
    ----------
    probability : float
        Share of the ways to halve time in which the best trial of one half is below the median of
        the other; at the median counts half. About 0.5 for noise, near 0 for skill.
    noise_low, noise_mean, noise_high : float
        5 %, mean and 95 % of that share for the same trials without skill: a single figure of
        noise may lie anywhere between, so that one inside says nothing.
    slope : float
        By how much the best trial's score in the other half moves with that in its own half.
    loss : float
        Share of the ways in which the chosen trial has a negative score in the other half.
    trials, periods, halvings : int
        What it was found from.
    """

    probability: float
    noise_low: float
    noise_mean: float
    noise_high: float
    slope: float
    loss: float
    trials: int
    periods: int
    halvings: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {name: plain(value) for name, value in vars(self).items()}


def overfitting(
    returns: ArrayLike,
    *,
    blocks: int = BLOCKS,
    measure: Measure = "sharpe",
    noise: int = NOISE,
    seed: int = 0,
) -> Overfitting:
    """Probability that the trial chosen as best is worse than half of them elsewhere in time (PBO).

    Time is cut into blocks; for every choice of half of them the best trial there is looked up
    in the other half.

    Parameters
    ----------
    returns : float array (periods, trials)
        What each trial made in each period: returns, or scores by date; finite, at least two
        trials and as many periods as blocks.
    blocks : int, default=10
        Even. 10 give 252 ways to halve time, 16 give 12,870.
    measure : {"sharpe", "mean"}, default="sharpe"
        What is best: mean over standard deviation (0 where nothing varies), or the mean.
    noise : int, default=40
        Panels without skill to compare with: the same trials less their means, each period's sign
        drawn for all trials together, so that trials hang together as before. 0 for none (NaN).
    seed : int, default=0
        Same seed, same noise.

    Returns
    -------
    found : Overfitting

    References
    ----------
    Bailey, Borwein, Lopez de Prado, Zhu (2017), The probability of backtest overfitting, Journal
    of Computational Finance 20, 39-69: CSCV, performance degradation, probability of loss.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> trials = rng.normal(size=(520, 20))
    >>> trials[:, 3] += 0.3  # one with skill
    >>> overfitting(trials).probability
    0.0
    """
    check_value("overfitting", "noise", noise, Whole(0))
    check_value("overfitting", "measure", measure, Choice("sharpe", "mean"))
    if isinstance(blocks, bool) or not isinstance(blocks, int) or blocks < 2 or blocks % 2:
        raise BadParameter(f"overfitting(blocks={blocks}): must be an even number. 10 is usual.")
    table = _checked(returns, blocks)
    periods, trials = table.shape
    starts = np.array([part[0] for part in np.array_split(np.arange(periods), blocks)])
    sizes = np.diff(np.r_[starts, periods]).astype(float)
    half = np.zeros((math.comb(blocks, blocks // 2), blocks))
    for line, chosen in zip(half, combinations(range(blocks), blocks // 2), strict=True):
        line[list(chosen)] = 1
    inside, outside, rank = _best(table, starts, sizes, half, measure)
    rng, off = np.random.default_rng(seed), table - table.mean(axis=0)
    others = [
        _below(_best(off * _signs(rng, periods), starts, sizes, half, measure)[2], trials)
        for _ in range(noise)
    ]
    low, high = np.quantile(others, [0.05, 0.95]) if noise else (math.nan, math.nan)
    spread = float(inside.var())
    slope = float(np.cov(inside, outside, ddof=0)[0, 1]) / spread if spread > 0 else math.nan
    return Overfitting(
        probability=_below(rank, trials),
        noise_low=float(low),
        noise_mean=float(np.mean(others)) if noise else math.nan,
        noise_high=float(high),
        slope=slope,
        loss=float((outside < 0).mean()),
        trials=trials,
        periods=periods,
        halvings=len(half),
    )


def _checked(returns: ArrayLike, blocks: int) -> Floats:
    table = np.asarray(returns, np.float64)
    if table.ndim != 2 or table.shape[1] < 2 or len(table) < blocks or not np.isfinite(table).all():
        raise BadData(
            f"overfitting(returns={table.shape}): there must be finite returns of at least two "
            f"trials in at least {blocks} periods, one for each block. Leave out periods in which "
            "a trial has none."
        )
    return table


def _best(
    table: Floats, starts: Any, sizes: Floats, half: Floats, measure: Measure
) -> tuple[Floats, Floats, Floats]:
    """Score of the best trial in each half, its score in the other, and its rank there from 1."""
    own = _scores(table, starts, sizes, half, measure)
    other = _scores(table, starts, sizes, 1 - half, measure)  # (halvings, trials)
    lines, best = np.arange(len(half)), own.argmax(axis=1)
    mine = other[lines, best]
    equal = (other == mine[:, None]).sum(axis=1)
    rank = (other < mine[:, None]).sum(axis=1) + (equal + 1) / 2
    return own[lines, best], mine, rank


def _scores(table: Floats, starts: Any, sizes: Floats, half: Floats, measure: Measure) -> Floats:
    """Score of each trial over the chosen blocks of each halving, from sums by block."""
    n = half @ sizes[:, None]  # (halvings, 1)
    centre = table.mean(axis=0)  # taken out, so that squares do not cancel
    off = half @ np.add.reduceat(table - centre, starts, axis=0) / n
    mean: Floats = off + centre
    if measure == "mean":
        return mean
    squares = half @ np.add.reduceat((table - centre) ** 2, starts, axis=0) / n
    variance = squares - off**2
    still = variance <= 1e-15 * np.maximum(squares, 1e-300)
    ratio: Floats = np.where(still, 0.0, mean / np.sqrt(np.where(still, 1.0, variance)))
    return ratio


def _below(rank: Floats, trials: int) -> float:
    """Share of ranks under the median of as many trials; at it counts half."""
    middle = (trials + 1) / 2
    return float(((rank < middle) + (rank == middle) / 2).mean())


def _signs(rng: np.random.Generator, periods: int) -> Floats:
    drawn: Floats = rng.choice([-1.0, 1.0], (periods, 1))
    return drawn
