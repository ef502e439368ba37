"""Features of risk: how far a fund's returns go, how deep they fall, and with whom.

Each is a function of a `Window` that gives one number a fund.
"""

import numpy as np

from fondo.funds.feature import Feature
from fondo.funds.sample import Numbers
from fondo.funds.windows import Window

_TAIL = 0.05  # share of the returns that is the tail
_HURST_LAGS = (1, 2, 4, 8)


def volatility(window: Window) -> Numbers:
    """Standard deviation of returns, of a year."""
    of_a_year: Numbers = window.sample.deviation * np.sqrt(window.periods_per_year)
    return of_a_year


def downside_deviation(window: Window) -> Numbers:
    """Root mean square of excess returns below 0, of a year."""
    of_a_year: Numbers = window.downside * np.sqrt(window.periods_per_year)
    return of_a_year


def max_drawdown(window: Window) -> Numbers:
    """Deepest fall from a high, at most 0; the price before the first return is a high too."""
    return window.deepest


def quantile(window: Window, share: float) -> Numbers:
    """Quantile of a fund's returns, between neighbours in proportion; NaN without a return."""
    last = np.maximum(window.sample.count - 1, 0)
    place = last * share
    low = np.floor(place).astype(np.int64)
    column = np.arange(window.n_funds)
    below = window.ordered[low, column]
    above = window.ordered[np.minimum(low + 1, last.astype(np.int64)), column]
    between: Numbers = below + (above - below) * (place - low)
    return between


def value_at_risk(window: Window) -> Numbers:
    """Return of a period that 5 % of them fall short of."""
    return quantile(window, _TAIL)


def expected_shortfall(window: Window) -> Numbers:
    """Mean of the lowest 5 % of returns, at least one."""
    worst = (np.maximum(window.sample.count - 1, 0) * _TAIL).astype(np.int64) + 1
    tail = window.ordered[: worst.max(initial=1)]
    row = np.arange(len(tail))[:, None]
    total = np.where((row < worst) & np.isfinite(tail), tail, 0.0).sum(axis=0)
    return np.where(window.sample.count > 0, total / worst, np.nan)


def tail_ratio(window: Window) -> Numbers:
    """Size of the 95 % quantile over that of the 5 % quantile."""
    low = np.abs(quantile(window, _TAIL))
    size: Numbers = np.abs(quantile(window, 1 - _TAIL)) / np.where(low > 0, low, np.nan)
    return size


def beta(window: Window) -> Numbers:
    """Slope of returns on the peer group's."""
    return window.on_others.slope


def market_beta(window: Window) -> Numbers:
    """Slope of returns on the mean of all funds."""
    return window.on_market.slope


def tracking_error(window: Window) -> Numbers:
    """Standard deviation of the return above the peer group's, of a year."""
    of_a_year: Numbers = window.active.deviation * np.sqrt(window.periods_per_year)
    return of_a_year


def skewness(window: Window) -> Numbers:
    """Third standardised moment; negative where falls are larger than rises."""
    return window.moment(3)


def kurtosis(window: Window) -> Numbers:
    """Fourth standardised moment less 3; 0 for a normal distribution."""
    above: Numbers = window.moment(4) - 3
    return above


def hurst(window: Window) -> Numbers:
    """Slope of the logarithm of the spread of k-period returns on that of k.

    1/2 for a random walk, more for trends, less for returns that turn back. Lags go up to an
    eighth of the window; short windows pull it below its true value.
    """
    lags = [lag for lag in _HURST_LAGS if lag * 8 <= window.length]
    if len(lags) < 2:
        return np.full(window.n_funds, np.nan)
    spread = np.stack([window.moves(lag).deviation for lag in lags])  # (lags, N)
    log_spread = np.log(np.where(spread > 0, spread, np.nan))
    x = np.log(np.array(lags)) - np.log(np.array(lags)).mean()
    slope: Numbers = (x / (x @ x)) @ log_spread
    return slope


FEATURES = (
    Feature("volatility", "risk", "share a year", "sqrt(P) sd(r)", volatility, better="low"),
    Feature("downside_deviation", "risk", "share a year", "sqrt(P mean(min(r - f, 0)^2))",
            downside_deviation, better="low"),
    Feature("max_drawdown", "risk", "share, at most 0", "min(p_t / max(p_s, s <= t) - 1)",
            max_drawdown),
    Feature("value_at_risk", "risk", "share, of a period", "5 % quantile of r", value_at_risk),
    Feature("expected_shortfall", "risk", "share, of a period",
            "mean of the floor(0.05 (n - 1)) + 1 lowest r", expected_shortfall),
    Feature("tail_ratio", "risk", "ratio", "|95 % quantile of r| / |5 % quantile of r|",
            tail_ratio),
    Feature("beta", "risk", "ratio", "cov(r - f, g - f) / var(g - f)", beta, better="low"),
    Feature("market_beta", "risk", "ratio", "cov(r - f, m - f) / var(m - f)", market_beta,
            better="low"),
    Feature("tracking_error", "risk", "share a year", "sqrt(P) sd(r - g)", tracking_error,
            better="low"),
    Feature("skewness", "risk", "none", "mean(((r - mean(r)) / s)^3), s with n", skewness),
    Feature("kurtosis", "risk", "none", "mean(((r - mean(r)) / s)^4) - 3, s with n", kurtosis,
            better="low"),
    Feature("hurst", "risk", "none",
            "slope of ln sd(ln p_t - ln p_(t-k)) on ln k, k = 1, 2, 4, 8 up to L / 8", hurst),
)  # fmt: skip
