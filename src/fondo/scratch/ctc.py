"""Connectionist temporal classification: from a symbol a step to text, and its loss.

The symbols come from a network that answers at every step, such as one that ends in an LSTM.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.scratch.activations import softmax
from fondo.scratch.losses import Pullback

Array = np.ndarray[Any, Any]


def collapse(symbols: Any, blank: Any = 0) -> Any:
    """Text of a path: equal neighbours are merged first, then blanks are dropped.

    The other order would lose doubled letters, which is what the blank is there for.

    Parameters
    ----------
    symbols : str, or sequence of codes
    blank : character or code, default=0
        A class of its own, not the space.

    Returns
    -------
    str, or list of codes

    Examples
    --------
    >>> collapse("-aab-b-", "-"), collapse([0, 3, 3, 0, 3])
    ('abb', [3, 3])
    """
    kept = [symbol for symbol, _ in groupby(symbols) if symbol != blank]
    return "".join(kept) if isinstance(symbols, str) else kept


def best_path(scores: Any, blank: int = 0) -> list[int]:
    """Codes of the best symbol of each step, collapsed.

    Parameters
    ----------
    scores : float array (steps, classes)
        Probabilities, or logits.
    blank : int, default=0

    Notes
    -----
    Quick, but the best path need not belong to the likeliest text, which many lesser paths can
    make up together.
    """
    found: list[int] = collapse(np.argmax(scores, axis=-1).tolist(), blank)
    return found


def least_steps(label: Sequence[Any] | Array) -> int:
    """Fewest steps whose path can collapse to the label: a blank must part equal neighbours.

    Examples
    --------
    >>> least_steps("ab"), least_steps("abb")
    (2, 4)
    """
    return len(label) + sum(bool(a == b) for a, b in pairwise(label))


def ctc_loss(logits: Any, label: Any, blank: int = 0) -> tuple[float, Pullback]:
    """Surprise, in nats, at a label whose place in the steps is not known.

        loss = -ln sum over paths that collapse to the label of prod_t p_t(path_t)
        dL/dlogits_t = p_t - (share of the paths, by probability, that pass each class at t)

    Parameters
    ----------
    logits : float array (steps, classes) or (batch, steps, classes)
        Scores that a softmax makes probabilities p of; logarithms of probabilities are such.
    label : sequence of int, or one for each row of a batch
        Codes; blanks at the end are padding.
    blank : int, default=0

    Returns
    -------
    loss : float
        Mean over the batch; infinite where log-probabilities rule the label out.
    pullback : float -> float array in the shape of the logits

    Raises
    ------
    BadData
        A label that needs more steps than there are, or holds no class; names the row.

    Notes
    -----
    The sum over all paths is made step by step, in logarithms, over the label with blanks between
    (2 length + 1 places). As each walk leaves out the probability of the step itself, nothing is
    divided by it.

    References
    ----------
    Graves et al. (2006), Connectionist temporal classification, eq. 5 to 16.

    Examples
    --------
    >>> p = np.array([[0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [0.8, 0.1, 0.1]])  # blank, a, b
    >>> with np.errstate(divide="ignore"):
    ...     value, _ = ctc_loss(np.log(p), [1])
    >>> round(value, 6), round(np.exp(-value), 3)
    (0.181522, np.float64(0.834))
    """
    z = np.asarray(logits, float)
    rows, labels = (z, label) if z.ndim == 3 else (z[None], [label])
    if z.ndim not in (2, 3) or len(rows) != len(labels) or z.size == 0:
        raise BadData(
            "ctc_loss: logits must have the shape (steps, classes), or (batch, steps, classes) "
            f"with one label a row. Got {z.shape} and {len(labels)} labels."
        )
    found = [
        _one_row(row, _codes(k, codes, row.shape, blank), blank)
        for k, (row, codes) in enumerate(zip(rows, labels, strict=True))
    ]
    value = float(np.mean([loss for loss, _ in found]))
    slopes = np.array([d for _, d in found]).reshape(z.shape) / len(found)
    return value, lambda d: d * slopes


def _one_row(logits: Array, label: Array, blank: int) -> tuple[float, Array]:
    """Loss of one sequence (T, C), and dloss/dlogits."""
    shifted = logits - logits.max(axis=1, keepdims=True)  # exp of it cannot overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (T, C)
    places = np.full(2 * len(label) + 1, blank)  # (S,): blank, first, blank, second, ..., blank
    places[1::2] = label
    here = log_p[:, places]  # (T, S)
    before = _arrivals(here, places)
    after = _arrivals(here[::-1, ::-1], places[::-1])[::-1, ::-1]
    total = np.logaddexp.reduce((before + here)[-1, -2:])  # may end in the last letter or a blank
    with np.errstate(invalid="ignore"):  # no path at all: no share either
        share = np.exp(before + here + after - total)  # (T, S), each step sums to 1
    by_class = share @ np.eye(logits.shape[1])[places]  # (T, C)
    return -float(total), softmax(logits)[0] - by_class


def _arrivals(here: Array, places: Array) -> Array:
    """Logarithm of the summed probability of all ways to a place, the place itself left out."""
    jumps = np.zeros(len(places), bool)  # over the blank between two different letters, ...
    jumps[2:] = places[2:] != places[:-2]  # ... never over a letter: blanks are all the same
    arrivals = np.full(here.shape, -np.inf)  # (T, S)
    arrivals[0, :2] = 0  # begins with the first blank or the first letter
    for t in range(1, len(here)):
        from_ = np.concatenate([[-np.inf, -np.inf], arrivals[t - 1] + here[t - 1]])
        ways = [from_[2:], from_[1:-1], np.where(jumps, from_[:-2], -np.inf)]
        arrivals[t] = np.logaddexp.reduce(ways)
    return arrivals


def _codes(row: int, label: Any, shape: tuple[int, ...], blank: int) -> Array:
    """The label without its padding; refuses what no path can collapse to."""
    codes = np.asarray(label, float).ravel()
    while codes.size and codes[-1] == blank:
        codes = codes[:-1]
    if not np.isin(codes, np.delete(np.arange(shape[1]), blank)).all():
        raise BadData(
            f"ctc_loss: the label of row {row} must hold classes from 0 to {shape[1] - 1}, the "
            f"blank {blank} only as padding at its end."
        )
    if (needed := least_steps(codes)) > shape[0]:
        raise BadData(
            f"ctc_loss: the label of row {row} needs at least {needed} steps, one a letter and a "
            f"blank between equal neighbours. Got {shape[0]}; shorten it or give more steps."
        )
    return codes.astype(int)
