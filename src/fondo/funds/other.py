"""Other features: how steady, how old, how large, how liked a fund is.

Each is a function of a `Window` that gives one number a fund.
"""

import numpy as np

from fondo.funds.feature import Feature
from fondo.funds.sample import NO_SPREAD, Numbers
from fondo.funds.windows import Window

_PARTS = 4  # of a window, in each of which a fund is ranked
_FIRST_QUARTILE = 0.75


def autocorrelation(window: Window) -> Numbers:
    """Correlation of each return with the one before."""
    return window.autocovariance.correlation


def hit_rate(window: Window) -> Numbers:
    """Share of the returns that are above 0."""
    return _share(window, np.count_nonzero(window.sample.values > 0, axis=0))


def r_squared(window: Window) -> Numbers:
    """Share of the variance that moves with the peer group."""
    square: Numbers = window.on_others.correlation**2
    return square


def consistency(window: Window) -> Numbers:
    """Share of four equal parts of the window in which the fund was in its first quartile."""
    if window.length < _PARTS:
        return np.full(window.n_funds, np.nan)
    ranks = window.part_ranks(_PARTS)
    count = np.isfinite(ranks).sum(axis=0)
    best = np.count_nonzero(ranks >= _FIRST_QUARTILE, axis=0)
    return np.where(count > 0, best / np.maximum(count, 1), np.nan)


def stale_share(window: Window) -> Numbers:
    """Share of the returns that are 0, as of a price that was not made anew."""
    moved = np.count_nonzero(np.abs(window.sample.values) >= NO_SPREAD, axis=0)
    return _share(window, window.sample.count - moved)


def _share(window: Window, part: Numbers) -> Numbers:
    count = window.sample.count
    return np.where(count > 0, part / np.maximum(count, 1), np.nan)


def missing_share(window: Window) -> Numbers:
    """Share of the returns of the window that are missing."""
    share: Numbers = 1 - window.sample.count / window.length
    return share


def age(window: Window) -> Numbers:
    """Years since the first price in the panel."""
    years: Numbers = window.age / window.periods_per_year
    return years


def size(window: Window) -> Numbers:
    """Logarithm of the assets, the latest known."""
    latest = window.known("aum")[-1]
    logarithm: Numbers = np.log(np.where(latest > 0, latest, np.nan))
    return logarithm


def flow(window: Window) -> Numbers:
    """Net flow over the window as a share of the assets at its start."""
    flows, start = window.known("flow"), window.known("aum")[0]
    there = np.isfinite(flows)
    usable = there.any(axis=0) & (start > 0)
    total = np.where(there, flows, 0.0).sum(axis=0)
    return np.where(usable, total / np.where(usable, start, 1.0), np.nan)


FEATURES = (
    Feature("autocorrelation", "other", "correlation", "corr(r_t, r_(t-1))", autocorrelation),
    Feature("hit_rate", "other", "share of returns", "mean(r > 0)", hit_rate),
    Feature("r_squared", "other", "share of variance", "corr(r - f, g - f)^2", r_squared),
    Feature("consistency", "other", "share of 4 parts",
            "mean over 4 parts of the window (rank of growth in the peer group >= 75 %)",
            consistency),
    Feature("stale_share", "other", "share of returns", "mean(r = 0)", stale_share, better="low"),
    Feature("missing_share", "other", "share of periods", "1 - n / L", missing_share,
            better="low"),
    Feature("age", "other", "years", "periods since the first price / P", age),
    Feature("size", "other", "ln of currency", "ln assets at the date", size, needs="aum"),
    Feature("flow", "other", "share of assets", "sum of flow over the window / assets at its start",
            flow, needs="flow"),
)  # fmt: skip
