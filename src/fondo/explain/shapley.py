"""Shapley values of the columns of one row, for any function of a table.

Nothing here knows tasks; `fondo.explain.reasons` puts the two together.
"""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.errors import BadData, BadParameter

Floats = NDArray[np.float64]


def shapley(
    function: Callable[[pl.DataFrame], Floats],
    row: pl.DataFrame,
    background: pl.DataFrame,
    *,
    columns: list[str] | None = None,
    pairs: int = 32,
    seed: int = 0,
) -> tuple[Floats, float]:
    """How far each column of `row` moves the function away from its mean over the background.

    Columns of the row take the place of a background row's one after the other, in random order;
    the effect of a column is the average step that it makes. Exact for sums of functions of one or
    two columns, since every pair of columns is met in both orders; else an estimate without bias.

        effect_j = mean over orders and background rows b of
                   f(row up to and with j, b after) - f(row up to j, b from j on)

    Parameters
    ----------
    function : callable, (m rows) -> float array (m,)
        Asked once.
    row : frame (1 row)
        What is to be explained.
    background : frame (at least 1 row)
        Rows to compare with; same columns. Each is used equally often.
    columns : list of str, default=None
        Columns that get an effect; the others stay as they are in `row`. None: all.
    pairs : int, at least 1, default=32
        Random orders, each also walked backwards; rounded up to a multiple of the background rows.
    seed : int, default=0
        Of the orders.

    Returns
    -------
    effects : float array (len(columns),)
        Sum to `function(row)` minus `base`.
    base : float
        Mean of the function over the background rows, with unexplained columns as in `row`.

    Raises
    ------
    BadData
        Not one row, no background, or a column missing in one of them.
    BadParameter
        `pairs` below 1.

    Notes
    -----
    The interventional (marginal) value function. One call with 2 * pairs * (len(columns) + 1) rows.

    References
    ----------
    Strumbelj and Kononenko (2014), Explaining prediction models and individual predictions with
    feature contributions, algorithm 1; Mitchell et al. (2022), Sampling Permutations for Shapley
    Value Estimation, section 3.3 (antithetic orders).

    Examples
    --------
    >>> row = pl.DataFrame({"a": [3.0], "b": [1.0]})
    >>> background = pl.DataFrame({"a": [1.0], "b": [1.0]})
    >>> effects, base = shapley(lambda t: (10 * t["a"] + t["b"]).to_numpy(), row, background)
    >>> effects.tolist(), base
    ([20.0, 0.0], 11.0)
    """
    names = list(row.columns) if columns is None else list(columns)
    _check(row, background, names, pairs)
    orders, against = _orders(len(names), background.height, pairs, np.random.default_rng(seed))
    taken = _taken(orders)  # (orders, steps, columns)
    values = np.asarray(function(_mixed(row, background, names, (taken, against))), "float64")
    path = values.reshape(taken.shape[:2])  # from all background to all row
    effects = np.empty(orders.shape)
    np.put_along_axis(effects, orders, np.diff(path, axis=1), axis=1)
    return effects.mean(axis=0), float(path[:, 0].mean())


def _orders(
    n_columns: int, n_background: int, pairs: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Orders of the columns, each followed by its reverse, and the background row of each."""
    pairs = -(-pairs // n_background) * n_background  # so that each row is used equally often
    forward = np.array([rng.permutation(n_columns) for _ in range(pairs)], "int64")
    both = np.stack([forward, forward[:, ::-1]], axis=1).reshape(2 * pairs, n_columns)
    return both, np.repeat(np.arange(pairs) % n_background, 2)


def _taken(orders: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a column has the row's value, at each of the steps 0..n of each order."""
    n_columns = orders.shape[1]
    position = np.argsort(orders, axis=1)  # (orders, columns): when a column is taken
    steps = np.arange(n_columns + 1)
    return np.asarray(position[:, None, :] < steps[None, :, None])


def _mixed(
    row: pl.DataFrame,
    background: pl.DataFrame,
    names: list[str],
    plan: tuple[NDArray[np.bool_], NDArray[np.int64]],
) -> pl.DataFrame:
    """Rows made of both: all steps of all orders, in the columns' own order."""
    taken, against = plan
    source = np.repeat(against, taken.shape[1])  # (orders * steps,)
    place = {name: j for j, name in enumerate(names)}
    mixed = []
    for name in row.columns:
        both = _joined(background, row, name)
        of_row = taken[:, :, place[name]].reshape(-1) if name in place else True
        index = np.where(of_row, background.height, source)
        mixed.append(both.gather(index))
    return pl.DataFrame(mixed)


def _joined(background: pl.DataFrame, row: pl.DataFrame, name: str) -> pl.Series:
    """One column of both, the row's value last."""
    one, other = background[name].dtype, row[name].dtype
    numeric = one.is_numeric() and other.is_numeric()
    if one != other and not numeric and pl.Null not in (one, other):
        raise BadData(
            f"shapley: column {name!r} is {one} in the background and {other} in the row. "
            "Read both the same way."
        )
    parts = [background.select(name), row.select(name)]
    return pl.concat(parts, how="vertical_relaxed")[name]


def _check(row: pl.DataFrame, background: pl.DataFrame, names: list[str], pairs: int) -> None:
    if pairs < 1:
        raise BadParameter(f"shapley(pairs={pairs}): pairs must be a whole number of at least 1.")
    if row.height != 1 or background.height < 1 or not names:
        raise BadData(
            f"shapley: {row.height} rows to explain, {background.height} background rows and "
            f"{len(names)} columns. Give one row, and at least one of the others."
        )
    for name in {*row.columns, *names}:
        if name not in background.columns or name not in row.columns:
            raise BadData(
                f"shapley: column {name!r} is not in both tables. Give the same columns in both."
            )
