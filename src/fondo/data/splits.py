"""Rows into parts: at random, by class, by group, by time; and into folds.

Parts are places of rows, counted from 0 and sorted. Nothing here looks at the columns of a table.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from fondo.data.dealing import (
    Places,
    deal_classes,
    deal_groups,
    forward,
    from_classes,
    latest,
    whole_groups,
)
from fondo.data.tables.dates import find_formats, to_datetimes
from fondo.data.tables.text import clean
from fondo.errors import BadData, BadParameter


@dataclass(frozen=True)
class Latest:
    """The latest rows of a table, by a column of times.

    Attributes
    ----------
    column : str
        Column of dates, times or increasing numbers.
    share : float, default=0.2
        About this share of the rows, in (0, 1); rows of one time stay together.
    """

    column: str
    share: float = 0.2


def split_rows(
    n: int,
    share: float,
    seed: int,
    *,
    stratify: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
) -> tuple[Places, Places]:
    """Set a share of the rows apart.

    Parameters
    ----------
    n : int
        Number of rows.
    share : float in (0, 1)
        Share of the rows to set apart.
    seed : int
        Same seed, same parts.
    stratify : array (n,) or None, default=None
        Classes, each of which gives about the same share. A class of one row stays in the rest.
    groups : array (n,) or None, default=None
        Groups that stay whole, such as one person's rows. Comes before `stratify`.
    time : array (n,) or None, default=None
        Times; the latest rows are set apart, and rows of one time stay together. Rows without a
        time stay in the rest. Comes before `stratify`.

    Returns
    -------
    rest, part : int array (n_rest,), (n_part,)
        Sorted places of rows; each has at least one.

    Raises
    ------
    BadParameter
        The share is not in (0, 1), both `groups` and `time` are given, or lengths differ.
    BadData
        There are too few rows, groups or times for two parts.

    Examples
    --------
    >>> rest, part = split_rows(6, 1 / 3, seed=0, time=[2020, 2021, 2019, 2022, 2018, 2017])
    >>> part.tolist()
    [1, 3]
    """
    if not 0 < share < 1:
        raise BadParameter(
            f"split_rows(share={share}): share must be a number in (0, 1). Give for instance 0.2."
        )
    _check("split_rows", n, stratify, groups, time)
    wanted = min(max(round(n * share), 1), n - 1)
    if time is not None:
        chosen = latest(time_numbers(time), wanted)
    else:
        generator = np.random.default_rng(seed)
        if groups is not None:
            chosen = whole_groups(np.asarray(groups), wanted, generator)
        elif stratify is not None:
            chosen = from_classes(np.asarray(stratify), wanted, generator)
        else:
            chosen = np.zeros(n, bool)
            chosen[generator.permutation(n)[:wanted]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def folds(
    n: int,
    k: int,
    seed: int,
    *,
    stratify: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
) -> list[tuple[Places, Places]]:
    """Split rows k times into a training and a test part.

    Without times every row is tested once. With times the rows are cut into k + 1 blocks; each
    block but the first is tested once, by training on all that came before.

    Parameters
    ----------
    n : int
        Number of rows.
    k : int, >= 2
        Number of folds.
    seed : int
        Same seed, same folds.
    stratify, groups, time : array (n,) or None, default=None
        As in `split_rows`.

    Returns
    -------
    parts : list of (int array, int array)
        Sorted places of training and test rows of each fold.

    Raises
    ------
    BadParameter
        k is too small, both `groups` and `time` are given, or lengths differ.
    BadData
        There are too few rows, groups or times.

    Examples
    --------
    >>> [test.tolist() for _, test in folds(6, 2, seed=0, time=[1, 2, 3, 4, 5, 6])]
    [[2, 3], [4, 5]]
    """
    if k < 2:
        raise BadParameter(f"folds(k={k}): k must be a whole number of at least 2. Give 5.")
    _check("folds", n, stratify, groups, time)
    if time is not None:
        return forward(time_numbers(time), k)
    generator = np.random.default_rng(seed)
    if groups is not None:
        numbers = deal_groups(np.asarray(groups), k, generator)
    else:
        labels = np.zeros(n, np.int64) if stratify is None else np.asarray(stratify)
        numbers = deal_classes(labels, k, generator)
    if len(np.unique(numbers)) < k:
        what = "groups" if groups is not None else "rows"
        raise BadData(f"folds(k={k}): there are fewer {what} than folds. Ask for fewer folds.")
    return [(np.flatnonzero(numbers != fold), np.flatnonzero(numbers == fold)) for fold in range(k)]


def time_numbers(time: Any) -> NDArray[np.float64]:
    """Times as numbers that grow: dates as days, text as the dates it stands for; NaN if missing.

    Parameters
    ----------
    time : array-like (n,)
        Dates, numbers or text.

    Returns
    -------
    numbers : float64 array (n,)
        In days for dates, else in the column's own unit.

    Raises
    ------
    BadData
        Text that stands for no date.
    """
    column = time if isinstance(time, pl.Series) else pl.Series(_to_list(time), strict=False)
    if column.dtype == pl.String:
        words = clean(column)
        stamps = to_datetimes(words, find_formats(words))
        bad = (stamps.is_null() & words.is_not_null()).arg_true()
        if len(bad):
            raise BadData(
                f"time, row {int(bad[0])}: {words[int(bad[0])]!r} is no date. "
                "Write dates as 2020-01-31."
            )
        column = stamps
    if column.dtype in (pl.Date, pl.Datetime):
        return (
            to_datetimes(column).to_physical().cast(pl.Float64).fill_null(np.nan).to_numpy() / 864e8
        )
    return column.to_physical().cast(pl.Float64).fill_null(np.nan).to_numpy()


def _to_list(values: Any) -> Any:
    array = np.asarray(values)
    return (
        array.astype("datetime64[us]")
        if array.dtype.kind == "M"
        else (array.tolist() if array.dtype == object else array)
    )


def _check(owner: str, n: int, *arrays: ArrayLike | None) -> None:
    stratify, groups, time = arrays
    if groups is not None and time is not None:
        raise BadParameter(
            f"{owner}(groups=..., time=...): only one of the two can decide. Leave one out."
        )
    for name, values in (("stratify", stratify), ("groups", groups), ("time", time)):
        if values is not None and len(values) != n:  # type: ignore[arg-type]
            raise BadParameter(
                f"{owner}({name}=...): {name} has {len(values)} values for {n} rows. "  # type: ignore[arg-type]
                "Give one for each row."
            )
    if n < 2:
        raise BadData(f"{owner}(n={n}): {n} row cannot be split. Give at least two rows.")
