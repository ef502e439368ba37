"""Features of performance and of cost: what a fund earned, and what it took for it.

Each is a function of a `Window` that gives one number a fund.
"""

from functools import partial

import numpy as np

from fondo.funds.feature import Feature
from fondo.funds.sample import NO_SPREAD, Numbers
from fondo.funds.windows import Window
from fondo.funds.within import rank_share


def total_return(window: Window) -> Numbers:
    """Growth of the price over the window."""
    growth: Numbers = window.growth - 1
    return growth


def cagr(window: Window) -> Numbers:
    """Growth a year, compounded."""
    years = np.where(window.years > 0, window.years, np.nan)
    growth: Numbers = window.growth ** (1 / years) - 1
    return growth


def mean_return(window: Window) -> Numbers:
    """Mean return of a period, times periods a year."""
    of_a_year: Numbers = window.sample.mean * window.periods_per_year
    return of_a_year


def sharpe(window: Window) -> Numbers:
    """Mean over standard deviation of excess returns, of a year; NaN where nothing varies."""
    spread = np.where(window.excess.deviation > 0, window.excess.deviation, np.nan)
    of_a_year: Numbers = window.excess.mean / spread * np.sqrt(window.periods_per_year)
    return of_a_year


def sortino(window: Window) -> Numbers:
    """Mean excess return over downside deviation, of a year; +inf where none is below 0."""
    of_a_year: Numbers = _ratio(window.excess.mean, window.downside) * np.sqrt(
        window.periods_per_year
    )
    return of_a_year


def calmar(window: Window) -> Numbers:
    """CAGR over the deepest drawdown; +inf without one, NaN for a price that never moves."""
    deepest = -window.deepest
    return _ratio(cagr(window), np.where(deepest < NO_SPREAD, 0.0, deepest))


def _ratio(over: Numbers, under: Numbers) -> Numbers:
    """Quotient, infinite where only `under` is 0, NaN for 0 over 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Numbers = over / under
    return quotient


def information_ratio(window: Window) -> Numbers:
    """Mean over standard deviation of the return above the peer group's, of a year."""
    spread = np.where(window.active.deviation > 0, window.active.deviation, np.nan)
    of_a_year: Numbers = window.active.mean / spread * np.sqrt(window.periods_per_year)
    return of_a_year


def excess_return(window: Window) -> Numbers:
    """Growth over the window less that of the rest of the peer group, over the same periods."""
    weight = window.active.weight
    own = np.prod(1 + window.sample.values * weight, axis=0)
    rest = np.prod(1 + (window.sample.values - window.active.values) * weight, axis=0)
    return np.where(window.active.count > 0, own - rest, np.nan)


def alpha(window: Window) -> Numbers:
    """Intercept of the regression on the peer group's return, of a year."""
    of_a_year: Numbers = window.on_others.intercept * window.periods_per_year
    return of_a_year


def market_alpha(window: Window) -> Numbers:
    """Intercept of the regression on the mean return of all funds, of a year."""
    of_a_year: Numbers = window.on_market.intercept * window.periods_per_year
    return of_a_year


def momentum(window: Window, months: int) -> Numbers:
    """Growth over the last months, each a twelfth of a year in periods."""
    periods = round(window.periods_per_year * months / 12)
    if periods > window.length:
        return np.full(window.n_funds, np.nan)
    growth: Numbers = window.path[-1] / window.path[-1 - periods] - 1
    return growth


def return_rank(window: Window) -> Numbers:
    """Share of the peer group with a lower return over the window."""
    ranks: Numbers = rank_share(total_return(window)[None], window.peer[-1:])[0]
    return ranks


def cost(window: Window) -> Numbers:
    """Cost a year, the latest known."""
    latest: Numbers = window.known("cost")[-1]
    return latest


def cost_rank(window: Window) -> Numbers:
    """Share of the peer group that costs less."""
    ranks: Numbers = rank_share(cost(window)[None], window.peer[-1:])[0]
    return ranks


FEATURES = (
    Feature("cost", "cost", "share a year", "cost at the date", cost, better="low", needs="cost"),
    Feature("cost_rank", "cost", "share of the peer group", "(rank of cost - 1/2) / size",
            cost_rank, better="low", needs="cost"),
    Feature("total_return", "performance", "share", "p_end / p_start - 1", total_return),
    Feature("mean_return", "performance", "share a year", "P mean(r)", mean_return),
    Feature("cagr", "performance", "share a year", "(p_end / p_start)^(1 / years) - 1", cagr),
    Feature("sharpe", "performance", "ratio, of a year", "sqrt(P) mean(r - f) / sd(r - f)", sharpe),
    Feature("sortino", "performance", "ratio, of a year",
            "sqrt(P) mean(r - f) / sqrt(mean(min(r - f, 0)^2))", sortino),
    Feature("calmar", "performance", "ratio, of a year", "cagr / -max_drawdown", calmar),
    Feature("information_ratio", "performance", "ratio, of a year",
            "sqrt(P) mean(r - g) / sd(r - g)", information_ratio),
    Feature("excess_return", "performance", "share", "prod(1 + r) - prod(1 + g)", excess_return),
    Feature("alpha", "performance", "share a year",
            "P (mean(r - f) - beta mean(g - f))", alpha),
    Feature("market_alpha", "performance", "share a year",
            "P (mean(r - f) - market_beta mean(m - f))", market_alpha),
    *(Feature(f"momentum_{months}m", "performance", "share",
              f"p_end / p_(end - {months} months) - 1", partial(momentum, months=months),
              months=months) for months in (1, 3, 6, 12)),
    Feature("return_rank", "performance", "share of the peer group",
            "(rank of total_return - 1/2) / size", return_rank),
)  # fmt: skip
