"""What lies near what in a network's eyes, and from what probability on an answer is let pass.

Everything here is given vectors and probabilities; how they are drawn is in `maps`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter

Array = np.ndarray[Any, Any]

PERPLEXITY = 30.0  # of t-SNE; less where there are few


def unit(vectors: Array) -> Array:
    """Vectors (n, units) of length 1, so that near means of one direction; 0 stays 0."""
    found = np.asarray(vectors, np.float64)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.where(length > 0, length, 1.0))


def nearest(asked: Array, known: Array, k: int = 5) -> tuple[Array, Array]:
    """The known vectors that lie in the most similar direction: how a new item finds its place.

    Parameters
    ----------
    asked : array (n, units)
        New ones.
    known : array (m, units)
        Those that are there, such as the training items.
    k : int, default=5
        How many.

    Returns
    -------
    rows : int array (n, k)
        Of `known`, the nearest first; fewer columns where there are fewer.
    likeness : float array (n, k)
        Cosine of the angle, -1 to 1.

    Raises
    ------
    BadData
        Vectors of different lengths, or no known ones.

    Examples
    --------
    >>> rows, likeness = nearest(np.array([[2.0, 0.1]]), np.array([[0.0, 1.0], [1.0, 0.0]]), k=1)
    >>> rows.tolist(), round(float(likeness[0, 0]), 3)
    ([[1]], 0.999)
    """
    new, old = np.asarray(asked), np.asarray(known)
    if new.ndim != 2 or old.ndim != 2 or new.shape[1:] != old.shape[1:] or len(old) == 0:
        raise BadData(
            f"nearest(asked={new.shape}, known={old.shape}): there must be vectors of the same "
            "length in both, and at least one that is known. Take both from one network."
        )
    angles = unit(new) @ unit(old).T  # (n, m)
    rows = np.argsort(-angles, axis=1, kind="stable")[:, :k]
    return rows, np.take_along_axis(angles, rows, axis=1)


def voted(labels: Array) -> Array:
    """Most frequent label of each row (n, k); of several, the one that comes first.

    Examples
    --------
    >>> voted(np.array([["a", "b", "b"], ["c", "a", "b"]])).tolist()
    ['b', 'c']
    """
    given = np.asarray(labels)
    counts = (given[:, :, None] == given[:, None, :]).sum(axis=2)  # (n, k)
    return np.asarray(given[np.arange(len(given)), counts.argmax(axis=1)])


def together(vectors: Array, labels: Array, groups: Array) -> Array:
    """Whether the nearest vector of another group has the same label: bool (n,).

    Parameters
    ----------
    vectors : array (n, units)
        Held-out items; training items lie together whatever the network has understood.
    labels, groups : array (n,)
        Class, and what was cut from one recording, whose slices would say nothing.
    """
    angles = unit(vectors) @ unit(vectors).T
    angles[np.equal.outer(groups, groups)] = -np.inf
    return np.asarray(labels[angles.argmax(axis=1)] == labels)


def flattened(vectors: Array, seed: int = 0) -> Array:
    """Vectors on a plane by t-SNE, neighbours near each other: float64 (n, 2).

    Distances between groups and sizes of groups mean nothing. Another seed gives another map, and
    no new item can be placed in it: ask `nearest`.

    Parameters
    ----------
    vectors : array (n, units)
        At least 5.
    seed : int, default=0
        Same seed, same map.

    Raises
    ------
    BadData
        There are too few.

    References
    ----------
    van der Maaten, Hinton (2008), Visualizing Data using t-SNE, section 3.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    n = len(vectors)
    if n < 5:
        raise BadData(f"flattened(vectors): there must be at least 5 of them. There are {n}.")
    # a perplexity beyond the size of the groups would smear them into each other
    engine = TSNE(perplexity=min(PERPLEXITY, (n - 1) / 6), random_state=seed)
    with threadpool_limits(1):  # threads wait for each other at every step of so few points
        places = engine.fit_transform(unit(vectors))
    return np.asarray(places, np.float64)


@dataclass(frozen=True)
class Cut:
    """What remains when answers below a probability go to a person.

    Attributes
    ----------
    threshold : float
        Least probability of an answer that passes.
    kept : int
        Answers that pass.
    coverage, accuracy : float
        Share of all answers that pass, and of those that are right.
    low, high : float
        95 % interval of the accuracy, over groups.
    caught : float
        Share of all mistakes that a person gets to see; NaN where there is none.
    """

    threshold: float
    kept: int
    coverage: float
    accuracy: float
    low: float
    high: float
    caught: float


def cut_at(threshold: float, sure: Array, right: Array, groups: Array) -> Cut:
    """What remains at one threshold.

    Parameters
    ----------
    threshold : float
        Least probability that passes.
    sure, right, groups : array (n,)
        Probability of the answer, whether it is right, and what belongs together.
    """
    from fondo.judge.clusters import share_by_cluster

    passes = sure >= threshold
    kept, hits = int(passes.sum()), right & passes
    _, which = np.unique(groups, return_inverse=True)
    low, high, _ = share_by_cluster(np.bincount(which, hits), np.bincount(which, passes))
    wrong = int((~right).sum())
    return Cut(
        float(threshold), kept, kept / len(sure), float(hits.sum() / kept) if kept else np.nan,
        low, high, float((~right & ~passes).sum() / wrong) if wrong else np.nan,
    )  # fmt: skip


def cuts(sure: Array, right: Array, groups: Array, parts: int = 10) -> list[Cut]:
    """Coverage against accuracy: the table that a threshold is chosen from.

    Parameters
    ----------
    sure, right, groups : array (n,)
        As in `cut_at`.
    parts : int, default=10
        Rows of the table: all answers, then the surest 90 %, down to the surest tenth.

    Examples
    --------
    >>> sure, right = np.array([0.9, 0.8, 0.6, 0.3]), np.array([True, True, False, False])
    >>> [(c.threshold, c.coverage, c.accuracy) for c in cuts(sure, right, np.arange(4), 2)]
    [(0.3, 1.0, 0.5), (0.8, 0.5, 1.0)]
    """
    order = np.sort(sure)
    starts = [round(k * len(sure) / parts) for k in range(parts)]
    levels = sorted({float(order[start]) for start in starts if start < len(sure)})
    return [cut_at(level, sure, right, groups) for level in levels]


def threshold_for(wanted: float, sure: Array, right: Array) -> float:
    """Lowest threshold from which on so large a share of the answers is right.

    Chosen and told on the same answers it flatters: choose on some, and tell what comes of it on
    others.

    Parameters
    ----------
    wanted : float in (0, 1]
        Share that is to be right.
    sure : array (n,)
        Probability of each answer.
    right : bool array (n,)
        Whether it is right.

    Returns
    -------
    threshold : float
        Infinite where no threshold will do, so that everything goes to a person.

    Raises
    ------
    BadParameter
        The share cannot be.

    Examples
    --------
    >>> threshold_for(0.75, np.array([0.9, 0.8, 0.6, 0.3]), np.array([True, True, False, False]))
    0.8
    """
    if not 0 < wanted <= 1:
        raise BadParameter(
            f"threshold_for(wanted={wanted!r}): wanted must be a share in (0, 1]. Give 0.9."
        )
    order = np.argsort(-np.asarray(sure), kind="stable")
    levels = np.asarray(sure)[order]
    shares = np.cumsum(np.asarray(right)[order]) / np.arange(1, len(order) + 1)
    # answers of one probability pass together, so a cut is possible behind the last of them only
    ends = np.append(levels[1:] < levels[:-1], True)
    good = np.flatnonzero(ends & (shares >= wanted))
    return float(levels[good[-1]]) if len(good) else float("inf")
