"""The same funds on weeks drawn anew: what the groups of another ten years might have been."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadParameter
from fondo.funds.features import FeatureSet, feature_table
from fondo.funds.group_stability import BLOCK
from fondo.funds.group_table import GroupTable
from fondo.funds.panel import Panel
from fondo.funds.prepare import InfinityCap, MeanFill
from fondo.funds.scalings import Scale, scaled

Floats = NDArray[np.float64]


def weeks_again(
    panel: Panel, table: GroupTable, scale: Scale, end: np.datetime64, length: int
) -> Callable[[np.random.Generator], Floats]:
    """Draw blocks of neighbouring weeks of a window, and make the table of the funds again.

    Parameters
    ----------
    panel : Panel
        Prices.
    table : GroupTable
        From `by_returns` or `by_features` of the panel.
    scale : Scale
        Of features; returns are scaled fund by fund.
    end : datetime64[D]
        Last date of the window, a date of the panel.
    length : int
        Periods of the window.

    Returns
    -------
    redraw : callable (numpy.random.Generator) -> float array (N, F)
        Scaled rows of the same funds. A missing return counts as the fund's mean.

    Raises
    ------
    BadParameter
        A table of another panel.

    References
    ----------
    Politis, Romano (1992), A circular block-resampling procedure for stationary data.
    """
    if not set(table.funds.tolist()) <= set(panel.funds.tolist()):
        raise BadParameter(
            "weeks_again(table): it holds funds that the panel does not. Make it from the panel."
        )
    stop = int(np.searchsorted(panel.dates, end)) + 1
    part = panel.take(funds=table.funds, dates=slice(stop - length - 1, stop))
    returns = part.returns[1:]
    returns = np.where(np.isfinite(returns), returns, np.nanmean(returns, axis=0))  # (L, N)

    def redraw(random: np.random.Generator) -> Floats:
        drawn = returns[blocks(length, random)]
        if table.kind == "returns":
            return _unit(drawn.T)
        nav = 100 * np.cumprod(np.concatenate([np.ones((1, drawn.shape[1])), 1 + drawn]), axis=0)
        again = Panel(part.dates, part.funds, nav, part.frequency)
        ends = np.array([length])
        found = feature_table(again, ends, (length,), FeatureSet(table.columns)).values[0]
        filled: Floats = InfinityCap().fit_transform(MeanFill().fit_transform(found))
        return scaled(filled, scale)

    return redraw


def blocks(length: int, random: np.random.Generator, size: int = BLOCK) -> NDArray[np.int64]:
    """Places of `length` periods in blocks of neighbours, the last followed by the first.

    Examples
    --------
    >>> blocks(5, np.random.default_rng(0), size=3).tolist()
    [4, 0, 1, 3, 4]
    """
    starts = random.integers(length, size=-(-length // size))
    places: NDArray[np.int64] = (starts[:, None] + np.arange(size)).ravel()[:length] % length
    return places


def _unit(rows: Floats) -> Floats:
    """Rows of mean 0 and length 1; a row that never differs is 0."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    size = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: Floats = centred / np.where(size > 1e-12 * np.sqrt(rows.shape[1]), size, np.inf)
    return unit
