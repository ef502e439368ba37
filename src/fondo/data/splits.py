"""Rows into parts: at random, by class, by group, by time; and into folds.

Parts are places of rows, counted from 0 and sorted. Nothing here looks at the columns of a table.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from fondo.data.tables.dates import find_formats, to_datetimes
from fondo.data.tables.text import clean
from fondo.errors import BadData, BadParameter

Places = NDArray[np.int64]


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
        chosen = _latest(time_numbers(time), wanted)
    else:
        generator = np.random.default_rng(seed)
        if groups is not None:
            chosen = _whole_groups(np.asarray(groups), wanted, generator)
        elif stratify is not None:
            chosen = _from_classes(np.asarray(stratify), wanted, generator)
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
        return _forward(time_numbers(time), k)
    generator = np.random.default_rng(seed)
    if groups is not None:
        numbers = _deal_groups(np.asarray(groups), k, generator)
    else:
        labels = np.zeros(n, np.int64) if stratify is None else np.asarray(stratify)
        numbers = _deal_classes(labels, k, generator)
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
                f"time, row {int(bad[0]) + 1}: {words[int(bad[0])]!r} is no date. "
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


def _latest(times: NDArray[np.float64], wanted: int) -> NDArray[np.bool_]:
    """The rows from a moment on, that moment chosen so that they come nearest to `wanted`."""
    moments, counts = np.unique(times[~np.isnan(times)], return_counts=True)
    if len(moments) < 2:
        raise BadData(
            "time: all rows have the same time or none. Give a column of times that vary."
        )
    late = counts[::-1].cumsum()[::-1]  # rows at or after each moment
    first = 1 + int(np.argmin(np.abs(late[1:] - wanted)))
    chosen: NDArray[np.bool_] = times >= moments[first]
    return chosen


def _whole_groups(
    groups: NDArray[Any], wanted: int, generator: np.random.Generator
) -> NDArray[np.bool_]:
    numbers, sizes = _number(groups, "groups")
    best, taken = np.inf, np.zeros(0, np.int64)
    for _ in range(16 if len(sizes) < 100 else 1):  # few groups: the nearest of some draws
        order = generator.permutation(len(sizes))
        off = np.abs(sizes[order].cumsum()[:-1] - wanted)  # at least one group stays
        if off.min() < best:
            best, taken = float(off.min()), order[: 1 + int(off.argmin())]
    return np.isin(numbers, taken)


def _from_classes(
    labels: NDArray[Any], wanted: int, generator: np.random.Generator
) -> NDArray[np.bool_]:
    numbers, sizes = _numbers_of(labels)
    take = _quotas(sizes, wanted)
    order = generator.permutation(len(numbers))
    chosen = np.zeros(len(numbers), bool)
    for number, quota in enumerate(take):
        chosen[order[numbers[order] == number][:quota]] = True
    if not chosen.any():  # every class has one row
        chosen[order[:wanted]] = True
    return chosen


def _quotas(sizes: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """Rows to take of each class: shares rounded by largest remainder, one row left at least."""
    most = np.maximum(sizes - 1, 0)
    exact = np.minimum(sizes * (wanted / sizes.sum()), most)
    quotas: Places = np.floor(exact).astype(np.int64)
    for place in np.argsort(-(exact - quotas), kind="stable"):
        if quotas.sum() < wanted and quotas[place] < most[place]:
            quotas[place] += 1
    return quotas


def _deal_classes(
    labels: NDArray[Any], k: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Fold of each row: shuffled, sorted by class, then dealt in turn like cards."""
    numbers, _ = _numbers_of(labels)
    order = generator.permutation(len(numbers))
    order = order[np.argsort(numbers[order], kind="stable")]
    dealt = np.empty(len(numbers), np.int64)
    dealt[order] = np.arange(len(numbers)) % k
    return dealt


def _deal_groups(groups: NDArray[Any], k: int, generator: np.random.Generator) -> Places:
    """Fold of each row: groups from the largest, each to the fold with the fewest rows so far."""
    numbers, sizes = _number(groups, "groups")
    order = generator.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    filled, fold_of = np.zeros(k), np.empty(len(sizes), np.int64)
    for group in order:
        fold_of[group] = filled.argmin()
        filled[fold_of[group]] += sizes[group]
    dealt: Places = fold_of[numbers]
    return dealt


def _forward(times: NDArray[np.float64], k: int) -> list[tuple[Places, Places]]:
    """Blocks of time of about equal size; rows without a time are always trained on."""
    known = np.sort(times[~np.isnan(times)])
    cuts = (
        known[[round(len(known) * block / (k + 1)) for block in range(1, k + 1)]]
        if len(known)
        else known
    )
    if len(np.unique(cuts)) < k or cuts[0] == known[0]:
        raise BadData(f"folds(k={k}): there are too few different times. Ask for fewer folds.")
    ends = np.append(cuts[1:], np.inf)
    parts = []
    for start, end in zip(cuts, ends, strict=True):
        test = (times >= start) & ((times < end) if end < np.inf else True)
        parts.append((np.flatnonzero(~(times >= start)), np.flatnonzero(test)))
    return parts


def _number(groups: NDArray[Any], what: str) -> tuple[Places, Places]:
    numbers, sizes = _numbers_of(groups)
    if len(sizes) < 2:
        raise BadData(f"{what}: all rows are in one group. Give a column with several groups.")
    return numbers, sizes


def _numbers_of(labels: NDArray[Any]) -> tuple[Places, Places]:
    """Number of each row's label, in the order of first appearance, and how many rows each has."""
    column = pl.Series(labels.tolist() if labels.dtype == object else labels, strict=False)
    numbers = column.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    _, numbers, sizes = np.unique(numbers, return_inverse=True, return_counts=True)
    return numbers.astype(np.int64), sizes.astype(np.int64)
