"""Sums, ranks and scores within groups, for all dates and funds at once.

Values have shape (T, N) and so have the codes of the groups; -1 is no group. No date looks at
another one.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.funds.cells import ranks


def mean_of_others(values: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of the other members of each one's group at the same date; NaN where there is none.

    Parameters
    ----------
    values : float64 array (T, N)
        NaN does not count.
    codes : int array (T, N)
        Groups.

    Returns
    -------
    means : float64 array (T, N)
        Where a value is missing itself, the mean of all that are there.

    Examples
    --------
    >>> mean_of_others(np.array([[1.0, 2.0, 6.0, 9.0]]), np.array([[0, 0, 0, 1]])).tolist()
    [[4.0, 3.5, 1.5, nan]]
    """
    there = np.isfinite(values)
    filled = np.where(there, values, 0.0)
    key, n_keys = _keys(codes)
    total = np.bincount(key, filled.ravel(), n_keys)[key].reshape(values.shape)
    count = np.bincount(key, there.ravel(), n_keys)[key].reshape(values.shape)
    others = count - there
    alone = (others == 0) | (codes < 0)
    return np.where(alone, np.nan, (total - filled) / np.where(others == 0, 1, others))


def mean_of_group(
    values: NDArray[np.float64], codes: NDArray[np.int64], asked: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean at each date of the group that is asked for; NaN where it has no member then.

    Parameters
    ----------
    values : float64 array (T, N)
        NaN does not count.
    codes, asked : int array (T, N)
        Groups of the members, and those whose mean is wanted.

    Returns
    -------
    means : float64 array (T, N)
        NaN for the group -1.
    """
    there = np.isfinite(values)
    n_codes = max(int(codes.max(initial=-1)), int(asked.max(initial=-1))) + 2
    rows: Any = np.arange(len(codes))[:, None] * n_codes + 1
    key, wanted = (rows + codes).ravel(), rows + asked
    total = np.bincount(key, np.where(there, values, 0.0).ravel(), len(codes) * n_codes)
    count = np.bincount(key, there.ravel(), len(codes) * n_codes)
    count = np.where(count > 0, count, np.nan)
    return np.where(asked < 0, np.nan, (total / count)[wanted])


def rank_share(values: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the members of a group that lie below, ties half: (rank - 1/2) / size.

    Parameters
    ----------
    values : float64 array (T, N)
        NaN gets no rank; infinities do.
    codes : int array (T, N)
        Groups.

    Returns
    -------
    shares : float64 array (T, N)
        Between 0 and 1, the highest near 1; NaN where there is no value or no group.

    Examples
    --------
    >>> rank_share(np.array([[5.0, 1.0, 1.0, 9.0]]), np.array([[0, 0, 0, 0]])).tolist()
    [[0.625, 0.25, 0.25, 0.875]]
    """
    key, n_keys = _keys(codes)
    known = np.where(codes >= 0, values, np.nan).ravel()
    size = np.bincount(key, ~np.isnan(known), n_keys)
    shares: NDArray[np.float64] = (ranks(known, key) - 0.5) / np.maximum(size, 1)[key]
    return shares.reshape(values.shape)


def z_scores(values: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distance from the group's mean in its standard deviations (ddof 0).

    Infinities first become the largest and smallest finite value of their group.

    Parameters
    ----------
    values : float64 array (T, N)
        NaN stays NaN.
    codes : int array (T, N)
        Groups.

    Returns
    -------
    scores : float64 array (T, N)
        0 where all members are alike.

    Examples
    --------
    >>> z_scores(np.array([[1.0, 3.0, np.inf]]), np.array([[0, 0, 0]])).round(3).tolist()
    [[-1.414, 0.707, 0.707]]
    """
    key, n_keys = _keys(codes)
    finite = np.isfinite(values).ravel()
    high, low = np.full(n_keys, -np.inf), np.full(n_keys, np.inf)
    np.maximum.at(high, key[finite], values.ravel()[finite])
    np.minimum.at(low, key[finite], values.ravel()[finite])
    none = high < low
    high[none] = low[none] = np.nan
    flat = np.clip(values.ravel(), low[key], high[key])
    there = ~np.isnan(flat)
    count = np.maximum(np.bincount(key, there, n_keys), 1)
    mean = np.bincount(key, np.where(there, flat, 0.0), n_keys) / count
    distance = flat - mean[key]
    square = np.bincount(key, np.where(there, distance, 0.0) ** 2, n_keys) / count
    # rounding leaves a trace of a deviation where all are alike
    alike = np.sqrt(square) <= 1e-12 * np.maximum(np.abs(mean), 1e-300)
    scores = np.where(alike[key], 0.0 * flat, distance / np.sqrt(np.where(alike, 1.0, square))[key])
    return np.where(codes < 0, np.nan, scores.reshape(values.shape))


def _keys(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """A number for each date and group, flat, and how many numbers there are."""
    n_codes = int(codes.max(initial=-1)) + 2
    rows: Any = np.arange(len(codes))[:, None]
    key: NDArray[np.int64] = (rows * n_codes + codes + 1).ravel()
    return key, len(codes) * n_codes
