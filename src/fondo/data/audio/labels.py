"""Targets of a trigger word: which steps of the network's answer follow the end of a word.

Where words end is told by `mixing`, or by a person who listened.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from fondo.contracts import Real, Whole, check_value
from fondo.errors import BadData

STEPS = 1375  # of the network of the notes, for 10 s at 44,100 Hz
UNSURE = -1.0  # label of a step that does not count
LENGTH = 50  # steps that are 1 after a word: 0.364 s there


def end_labels(
    ends: Iterable[float],
    *,
    milliseconds: float = 10_000,
    steps: int = STEPS,
    length: int = LENGTH,
    slack: int = 0,
) -> np.ndarray[Any, Any]:
    """1 for a while after each word, 0 elsewhere: the answer can come when the word is over.

        y[k + 1 : k + 1 + length] = 1,  k = floor(end * steps / milliseconds)

    Parameters
    ----------
    ends : iterable of float
        Last millisecond of each word, 0 <= end <= milliseconds, in any order.
    milliseconds : float, default=10000
        Length of the clip.
    steps : int, default=1375
        Length of the network's answer.
    length : int, default=50
        Steps that are 1 after each word. Longer ones make up for ends that are known badly, and
        let the alarm come later.

    slack : int, default=0
        Steps on either side of where a label begins and ends that do not count: -1 in place of 0
        or 1, as it is not known so well where a word ends. Less than half of `length`.

    Returns
    -------
    labels : float32 array (steps,)
        0 or 1, or -1 with `slack`. Labels of words that follow each other closely are one longer
        label; that of a word at the very end is cut off with the clip.

    Raises
    ------
    BadData
        An end lies outside the clip.
    BadParameter
        Nothing of a label would count.

    References
    ----------
    Ng (2018), Sequence Models, week 3, "Trigger word detection", `insert_ones`.

    Examples
    --------
    >>> labels = end_labels([9700, 4251])
    >>> labels[[584, 585, 634, 635, 1333, 1334]].tolist()
    [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]
    >>> int(labels.sum())
    91
    """
    check_value("end_labels", "milliseconds", milliseconds, Real(0, open_low=True))
    check_value("end_labels", "steps", steps, Whole(1))
    check_value("end_labels", "length", length, Whole(1))
    check_value("end_labels", "slack", slack, Whole(0, max((length - 1) // 2, 0)))
    labels, first = np.zeros(steps, np.float32), []
    for end in ends:
        if not 0 <= end <= milliseconds:
            raise BadData(
                f"end_labels(ends): every end must lie between 0 and {milliseconds:g} "
                f"milliseconds, but one is {end:g}. Cut the recording, or leave the word out."
            )
        first.append(int(end * steps / milliseconds) + 1)
    for step in first:
        labels[max(step - slack, 0) : step + length + slack] = UNSURE
    for step in first:  # what one word is sure of is sure, however near the next one is
        labels[step + slack : step + length - slack] = 1.0
    return labels
