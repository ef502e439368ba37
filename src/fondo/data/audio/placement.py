"""Where sounds may lie in a clip: on a grid of 1 ms, none touching another.

What is laid there is in `mixing`.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from fondo.errors import BadParameter

Segment = tuple[int, int]  # first and last millisecond; both are covered


def segment(start: int, length: int) -> Segment:
    """First and last millisecond of a sound: (start, start + length - 1).

    Parameters
    ----------
    start : int
        First millisecond.
    length : int
        Milliseconds, at least 1.

    Returns
    -------
    segment : (int, int)

    Examples
    --------
    >>> segment(950, 481)
    (950, 1430)
    """
    if length < 1:
        raise BadParameter(f"segment(length={length}): length must be at least 1 (millisecond).")
    return start, start + length - 1


def overlaps(part: Segment, taken: Iterable[Segment]) -> bool:
    """Whether a segment shares a millisecond with any that is taken; both ends count.

    Parameters
    ----------
    part : (int, int)
        First and last millisecond.
    taken : iterable of (int, int)
        Segments that have their place.

    Returns
    -------
    overlap : bool

    Examples
    --------
    >>> overlaps((200, 250), [(100, 200)]), overlaps((200, 250), [(100, 199)])
    (True, False)
    """
    return any(first <= part[1] and last >= part[0] for first, last in taken)


def free_starts(length: int, total: int, taken: Iterable[Segment]) -> np.ndarray[Any, Any]:
    """Every millisecond at which a sound of that length could begin.

    Parameters
    ----------
    length : int
        Milliseconds of the sound, at least 1.
    total : int
        Milliseconds of the clip.
    taken : iterable of (int, int)
        Segments that have their place.

    Returns
    -------
    starts : int array (n_starts,)
        Rising; empty where there is no room.

    Examples
    --------
    >>> free_starts(3, 10, [(4, 5)]).tolist()
    [0, 1, 6, 7]
    """
    if length < 1:
        raise BadParameter(f"free_starts(length={length}): length must be at least 1 millisecond.")
    free = np.ones(max(total - length + 1, 0), bool)
    for first, last in taken:
        free[max(first - length + 1, 0) : max(last + 1, 0)] = False
    return np.flatnonzero(free)


def place(
    length: int, total: int, taken: Iterable[Segment], rng: np.random.Generator
) -> Segment | None:
    """Place for a sound, every free one as likely as any other; None where there is none.

    Parameters
    ----------
    length : int
        Milliseconds of the sound, at least 1.
    total : int
        Milliseconds of the clip.
    taken : iterable of (int, int)
        Segments that have their place.
    rng : numpy.random.Generator
        One number is drawn from it, or none where there is no room.

    Returns
    -------
    segment : (int, int) or None
        First and last millisecond.

    Notes
    -----
    The law is that of trying starts until one fits, but the free ones are counted instead of
    tried: this ends also where the clip is full, and never gives up where there is room.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> place(4, 10, [(4, 9)], rng), place(5, 10, [(4, 9)], rng)
    ((0, 3), None)
    """
    starts = free_starts(length, total, taken)
    if not len(starts):
        return None
    return segment(int(starts[rng.integers(len(starts))]), length)
