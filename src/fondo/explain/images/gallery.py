"""Which pictures to look at: the surest mistakes, the surest right answers, the worst numbers.

Only row numbers come from here; the pictures themselves are shown by `report.images`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Confused:
    """Pictures of one class that were answered as another.

    Attributes
    ----------
    truth, answer : object
        The two classes.
    rows : int array (n,)
        Which pictures, the surest first.
    """

    truth: Any
    answer: Any
    rows: Array


def wrong_rows(y: Array, labels: Array, sure: Array) -> Array:
    """Rows that are answered wrongly, the surest first.

    Parameters
    ----------
    y, labels : array (n,)
        Truth and answers.
    sure : float array (n,)
        Probability of the answer.

    Returns
    -------
    rows : int array
        Of equal ones the earlier first.

    Examples
    --------
    >>> wrong_rows(np.array([0, 1, 1]), np.array([1, 1, 0]), np.array([0.6, 0.9, 0.8])).tolist()
    [2, 0]
    """
    return _surest(np.flatnonzero(np.asarray(y) != np.asarray(labels)), sure)


def surest_right(y: Array, labels: Array, sure: Array, each: int = 1) -> Array:
    """Rows that are answered rightly and surest, some of each class, class by class.

    Parameters
    ----------
    y, labels, sure
        As for `wrong_rows`.
    each : int, default=1
        Most rows of a class.
    """
    right = np.asarray(y) == np.asarray(labels)
    found = [
        _surest(np.flatnonzero(right & (np.asarray(y) == label)), sure)[:each]
        for label in np.unique(y)
    ]
    return np.concatenate([np.empty(0, int), *found]).astype(int)


def confused_pairs(y: Array, labels: Array, sure: Array, most: int = 5) -> list[Confused]:
    """The pairs of classes most often taken for each other, the most frequent first.

    Parameters
    ----------
    y, labels, sure
        As for `wrong_rows`.
    most : int, default=5
        Pairs; a for b and b for a are two of them.
    """
    rows = wrong_rows(y, labels, sure)
    pairs: dict[tuple[Any, Any], list[int]] = {}
    for row in rows.tolist():
        pairs.setdefault((y[row], labels[row]), []).append(row)
    ranked = sorted(pairs.items(), key=lambda item: -len(item[1]))[:most]
    return [Confused(*pair, np.array(found, int)) for pair, found in ranked]


def worst_rows(errors: Array) -> Array:
    """Rows by the size of their error, the largest first.

    Parameters
    ----------
    errors : float array (n,)
        With or without sign.
    """
    return np.argsort(-np.abs(np.asarray(errors, float)), kind="stable")


def _surest(rows: Array, sure: Array) -> Array:
    return rows[np.argsort(-np.asarray(sure, float)[rows], kind="stable")]
