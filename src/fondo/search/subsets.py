"""Rows dealt for a learning curve: a test part, and training rows in the order they are added.

What is fitted to the subsets and judged is in `more_data`.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.contracts import Listed, Whole, check_value
from fondo.data.splits import split_rows
from fondo.errors import BadData, BadParameter
from fondo.judge.learning_curve import FEWEST_SIZES
from fondo.tasks.rows import FEWEST_TO_SPLIT, Part

Places = NDArray[np.int64]

SIZES = 5  # by default, from a sixteenth of the rows: four doublings
_FRACTION = 16
_SPAN = 4  # least ratio of the largest size to the smallest


@dataclass(frozen=True)
class Deal:
    """One dealing of the rows.

    Attributes
    ----------
    test : int array (n_test,)
        Places of the rows to judge on.
    order : int array (n_training,)
        Places of the rows to learn from; the first n of them are the subset of n rows.
    lost : int
        Rows of the test part set aside, because no training row has their class.
    """

    test: Places
    order: Places
    lost: int = 0


def deal(task: Any, whole: Part, share: float, seed: int) -> Deal:
    """Set a test part apart, and put the rest in the order in which rows are added.

    At random, classes evenly, each class among the first rows. Groups are not parted and come one
    after another: more rows are more groups. With times the test part are the latest rows and
    subsets go back from there, since whoever has few rows has the latest, not the oldest.

    Parameters
    ----------
    task : Task
        Says what is stratified by.
    whole : Part
        Rows that the task has read, with their groups or times.
    share : float in (0, 1)
        Of the rows that are the test part.
    seed : int
        Same seed, same dealing.
    """
    groups, times, labels = whole.groups, whole.times, task.stratum(whole.y)
    free = groups is None and times is None
    rest, test = split_rows(
        task.n_rows(whole.X),
        share,
        seed,
        stratify=labels if free else None,
        groups=groups,
        time=times,
    )
    kept = test if labels is None else test[np.isin(labels[test], labels[rest])]
    if len(kept) == 0:
        raise BadData(
            "more_data: no test row has a class that a training row has. Give more rows of each "
            "class, or leave groups and time out."
        )
    generator = np.random.default_rng([seed, 1])  # not the draws of the split
    if times is not None:
        order = rest[np.argsort(-times[rest], kind="stable")]  # rows without a time come last
    elif groups is not None:
        order = _by_groups(rest, groups, labels, generator)
    elif labels is not None:
        order = _by_classes(rest, labels, generator)
    else:
        order = generator.permutation(rest)
    return Deal(kept, order, len(test) - len(kept))


def _by_classes(rest: Places, labels: np.ndarray, generator: np.random.Generator) -> Places:
    """Rows so that any first n of them hold each class by its share, and at least once."""
    order = generator.permutation(rest)
    codes, sizes = np.unique(labels[order], return_inverse=True, return_counts=True)[1:]
    place = np.empty(len(order))
    for code, size in enumerate(sizes):
        place[codes == code] = (np.arange(size) + generator.uniform()) / size
    order = order[np.argsort(place, kind="stable")]
    return _leading(order, np.arange(len(order)), labels)


def _by_groups(
    rest: Places, groups: np.ndarray, labels: np.ndarray | None, generator: np.random.Generator
) -> Places:
    """Rows group by group; first the groups that bring each class."""
    table: dict[Any, int] = {}
    codes = np.array([table.setdefault(group, len(table)) for group in groups[rest].tolist()])
    rank = generator.permutation(len(table))[codes]
    by_group = np.lexsort((generator.uniform(size=len(rest)), rank))
    order = rest[by_group]
    return order if labels is None else _leading(order, rank[by_group], labels)


def _leading(order: Places, units: np.ndarray, labels: np.ndarray) -> Places:
    """The units (rows or groups) that hold the first row of each class come first."""
    first = np.unique(labels[order], return_index=True)[1]
    lead = np.isin(units, units[first])
    return np.concatenate([order[lead], order[~lead]])


def subset_sizes(
    deals: Sequence[Deal], labels: np.ndarray | None, sizes: Sequence[int] | None
) -> tuple[int, ...]:
    """Sizes of the nested subsets, the same in each repeat.

    Parameters
    ----------
    deals : sequence of Deal
    labels : array (n_rows,) or None
        Classes, each of which every subset must hold.
    sizes : sequence of int or None
        As asked for; None takes five, from a sixteenth of the training rows to all of them.

    Raises
    ------
    BadParameter
        Sizes that do not rise, are too few, too close, or more than there are rows.
    BadData
        Too few rows, or rows of some class that come too late.
    """
    most = min(len(each.order) for each in deals)
    needed = 1 if labels is None else max(_needed(each.order, labels) for each in deals)
    if sizes is None:
        least = max(FEWEST_TO_SPLIT, most // _FRACTION, needed)
        if most < _SPAN * least:
            raise BadData(_too_few(most, needed))
        steps = np.geomspace(least, most, SIZES)
        return tuple(int(n) for n in np.round(steps))
    return _asked(sizes, most, needed)


def _asked(sizes: Any, most: int, needed: int) -> tuple[int, ...]:
    """Sizes as asked for, checked."""
    given = tuple(sizes) if isinstance(sizes, Iterable) else sizes
    check_value("more_data", "sizes", given, Listed(Whole(1), least=FEWEST_SIZES))
    asked = tuple(int(n) for n in given)
    told = f"more_data(sizes={list(asked)}): "
    if any(b <= a for a, b in itertools.pairwise(asked)):
        raise BadParameter(f"{told}sizes must rise. Sort them and leave doubles out.")
    if asked[-1] > most:
        raise BadParameter(
            f"{told}there are {most:,} training rows beside the test part. Ask for at most that."
        )
    if asked[-1] < _SPAN * asked[0]:
        raise BadParameter(
            f"{told}the largest must be at least {_SPAN} times the smallest, or the curve between "
            "them says nothing about what lies beyond. Take smaller ones too."
        )
    if asked[0] < FEWEST_TO_SPLIT:
        raise BadParameter(
            f"{told}the smallest must be at least {FEWEST_TO_SPLIT} rows: with fewer there is no "
            "validation part to stop the training by. Take larger ones."
        )
    if asked[0] < needed:
        raise BadParameter(
            f"{told}it takes {needed:,} rows until each class has come. Let the smallest size be "
            "at least that."
        )
    return asked


def _needed(order: Places, labels: np.ndarray) -> int:
    """Rows until each class has come."""
    return 1 + int(np.unique(labels[order], return_index=True)[1].max())


def _too_few(most: int, needed: int) -> str:
    least = _SPAN * max(FEWEST_TO_SPLIT, needed)
    why = (
        f"it takes {needed:,} of them until each class has come, and the smallest subset is to be "
        "at most a quarter of the largest"
        if needed > FEWEST_TO_SPLIT
        else f"at least {least} are needed, so that subsets of them differ in size"
    )
    return f"more_data: there are {most:,} training rows beside the test part; {why}. Give more."


def check_deals(deals: Sequence[Deal], whole: Part, labels: np.ndarray | None, sizes: int) -> None:
    """BadData where a dealing has too few groups, or a single class to learn from."""
    for repeat, each in enumerate(deals, start=1):
        if labels is not None and len(np.unique(labels[each.order])) < 2:
            raise BadData(
                f"more_data: the training rows of repeat {repeat} are all of class "
                f"{str(labels[each.order[0]])!r}. Give rows of other classes, or deal otherwise."
            )
        if whole.groups is None:
            continue
        counts = [len(set(whole.groups[rows].tolist())) for rows in (each.order, each.test)]
        if counts[0] < sizes or counts[1] < 2:
            raise BadData(
                f"more_data: repeat {repeat} learns from {counts[0]} groups and is judged on "
                f"{counts[1]}; at least {sizes} (one a size) and 2 are needed. Give rows of more "
                "groups, or fewer sizes."
            )
