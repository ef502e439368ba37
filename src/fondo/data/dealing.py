"""How rows are dealt out to parts and folds, by class, group or time.

The public functions, with their checks, are in `splits`.
"""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.errors import BadData

Places = NDArray[np.int64]


def latest(times: NDArray[np.float64], wanted: int) -> NDArray[np.bool_]:
    """Rows from the moment on that gives nearest to `wanted` rows; True where chosen."""
    moments, counts = np.unique(times[~np.isnan(times)], return_counts=True)
    if len(moments) < 2:
        raise BadData(
            "time: all rows have the same time or none. Give a column of times that vary."
        )
    late = counts[::-1].cumsum()[::-1]  # rows at or after each moment
    first = 1 + int(np.argmin(np.abs(late[1:] - wanted)))
    chosen: NDArray[np.bool_] = times >= moments[first]
    return chosen


def whole_groups(
    groups: NDArray[Any], wanted: int, generator: np.random.Generator
) -> NDArray[np.bool_]:
    """Whole groups with about `wanted` rows, at least one group staying; True where chosen."""
    numbers, sizes = _number(groups, "groups")
    best, taken = np.inf, np.zeros(0, np.int64)
    for _ in range(16 if len(sizes) < 100 else 1):  # few groups: the nearest of some draws
        order = generator.permutation(len(sizes))
        off = np.abs(sizes[order].cumsum()[:-1] - wanted)  # at least one group stays
        if off.min() < best:
            best, taken = float(off.min()), order[: 1 + int(off.argmin())]
    return np.isin(numbers, taken)


def from_classes(
    labels: NDArray[Any], wanted: int, generator: np.random.Generator
) -> NDArray[np.bool_]:
    """`wanted` rows of classes by their shares; True where chosen."""
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


def deal_classes(labels: NDArray[Any], k: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Fold of each row: shuffled, sorted by class, then dealt in turn like cards."""
    numbers, _ = _numbers_of(labels)
    order = generator.permutation(len(numbers))
    order = order[np.argsort(numbers[order], kind="stable")]
    dealt = np.empty(len(numbers), np.int64)
    dealt[order] = np.arange(len(numbers)) % k
    return dealt


def deal_groups(groups: NDArray[Any], k: int, generator: np.random.Generator) -> Places:
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


def forward(times: NDArray[np.float64], k: int) -> list[tuple[Places, Places]]:
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
