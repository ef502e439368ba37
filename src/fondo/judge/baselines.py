"""What a fool would answer: a constant learnt from the training targets.

The classic models that also stand beside every network are in `classics`, and `fitted` of there
can be had from here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.judge.answers import Answers, check_kind
from fondo.judge.classics import fitted
from fondo.judge.intervals import Array

__all__ = ["NAMES", "Naive", "fitted", "naive"]

NAMES = (
    "majority", "prior", "mean", "median", "commonest", "mean shape", "mean of each",
    "median of each",
)  # fmt: skip
_SEVERAL = ("points", "numbers")  # kinds with several numbers a row
COMMON = 0.1  # of the rows that share one number, so that a fool would answer it


@dataclass(frozen=True)
class Naive:
    """A model that answers the same to every row.

    Attributes
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    name : str
        One of `NAMES`: "majority" is certain of the most frequent class, "prior" gives each class
        its share of the training rows; "mean", "median" and "commonest" answer that number, "mean
        of each" and "median of each" those of several targets.
    classes : tuple
        Labels in the order of `shares`; empty for numbers.
    shares : tuple of float
        Probability given to each class; empty for numbers.
    value : float or None
        The number answered; None where there is not one.
    shape : tuple of float
        The points answered, all x and then all y, or the several numbers; empty for others.

    Examples
    --------
    >>> fool = naive("number", np.array([1.0, 2.0, 6.0]))["mean"]
    >>> fool.answers(2).numbers
    array([3., 3.])
    """

    kind: str
    name: str
    classes: tuple[Any, ...] = ()
    shares: tuple[float, ...] = ()
    value: float | None = None
    shape: tuple[float, ...] = ()

    def answers(self, n: int) -> Answers:
        """Its answers to n rows."""
        if self.kind in _SEVERAL:
            return Answers(numbers=np.tile(np.asarray(self.shape, np.float64), (n, 1)))
        if self.kind == "number":
            return Answers(numbers=np.full(n, self.value, np.float64))
        classes = np.asarray(self.classes)
        p = np.tile(np.asarray(self.shares, np.float64), (n, 1))
        return Answers(np.full(n, classes[int(np.argmax(self.shares))]), p, classes)

    def to_json(self) -> dict[str, Any]:
        """Plain dict from which `from_json` rebuilds it."""
        plain: dict[str, Any] = {"kind": self.kind, "name": self.name}
        if self.kind == "number":
            return plain | {"value": self.value}
        if self.kind in _SEVERAL:
            return plain | {"shape": list(self.shape)}
        return plain | {"classes": list(self.classes), "shares": list(self.shares)}

    @classmethod
    def from_json(cls, plain: Any) -> "Naive":
        """Rebuild from what `to_json` gave; BadData where that is not so."""
        try:
            fool = cls(
                str(plain["kind"]),
                str(plain["name"]),
                tuple(plain.get("classes", ())),
                tuple(float(share) for share in plain.get("shares", ())),
                None if plain.get("value") is None else float(plain["value"]),
                tuple(float(number) for number in plain.get("shape", ())),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise BadData(_DAMAGED) from fault
        if not fool._is_sound():
            raise BadData(_DAMAGED)
        return fool

    def _is_sound(self) -> bool:
        if self.name not in NAMES:
            return False
        if self.kind == "number":
            return self.value is not None and bool(np.isfinite(self.value))
        if self.kind in _SEVERAL:
            return len(self.shape) > 0 and bool(np.isfinite(self.shape).all())
        shares = np.asarray(self.shares)
        fit = self.kind == "class" and len(shares) == len(self.classes) > 0
        return bool(fit and (shares >= 0).all() and abs(shares.sum() - 1) < 1e-6)


_DAMAGED = (
    "Naive.from_json(plain): it must hold kind, name, and classes with shares that sum to 1 or a "
    "finite value. Train the model again to write a new one."
)


def naive(kind: str, y_train: Array) -> dict[str, Naive]:
    """The constants that any model must beat, learnt from training targets.

    Parameters
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    y_train : array (n,), (n, 2 k) for points, or (n, k) for several numbers
        Training targets; labels or finite numbers.

    Returns
    -------
    dict of str to Naive
        "majority" and "prior" for classes (best for accuracy, and for log loss); "mean" and
        "median" for numbers (best for squared, and for absolute error), "mean of each" and "median
        of each" for several of them; "mean shape" for points.

    Examples
    --------
    >>> naive("class", np.array(["no", "yes", "no"]))["majority"].answers(2).labels
    array(['no', 'no'], dtype='<U2')
    """
    check_kind("naive", kind)
    y = np.asarray(y_train)
    if len(y) == 0:
        raise BadData("naive(y_train): there must be at least one row. Give training targets.")
    if kind == "points":
        shape = tuple(y.astype(np.float64).mean(axis=0).tolist())
        return {"mean shape": Naive(kind, "mean shape", shape=shape)}
    if kind in ("number", "numbers"):
        return _constants(kind, y.astype(np.float64))
    labels, counts = np.unique(y, return_counts=True)
    classes = tuple(labels.tolist())
    certain = tuple(float(i == counts.argmax()) for i in range(len(classes)))
    shares = tuple((counts / counts.sum()).tolist())
    return {
        "majority": Naive(kind, "majority", classes, certain),
        "prior": Naive(kind, "prior", classes, shares),
    }


def _constants(kind: str, numbers: Array) -> dict[str, Naive]:
    """Mean and median, of the one target or of each."""
    if not np.isfinite(numbers).all():
        raise BadData("naive(y_train): every number must be finite. Drop the other rows.")
    if kind == "number":
        found = {"mean": float(numbers.mean()), "median": float(np.median(numbers))}
        return {name: Naive(kind, name, value=value) for name, value in found.items()}
    each = {"mean of each": numbers.mean(axis=0), "median of each": np.median(numbers, axis=0)}
    return {name: Naive(kind, name, shape=tuple(v.tolist())) for name, v in each.items()}


def commonest(y_train: Array) -> dict[str, Naive]:
    """The number that many training rows share, such as a steering wheel that is held straight.

    Parameters
    ----------
    y_train : float array (n,)
        Training targets, at least one.

    Returns
    -------
    dict of str to Naive
        Empty where no number is shared by a tenth of the rows.

    Examples
    --------
    >>> commonest(np.array([0.0, 0.0, 0.5, -0.2]))["commonest"].value
    0.0
    """
    values, counts = np.unique(np.asarray(y_train, np.float64), return_counts=True)
    if counts.max() < max(2, COMMON * counts.sum()):
        return {}
    return {"commonest": Naive("number", "commonest", value=float(values[counts.argmax()]))}


def previous(y_train: Array, train_times: Array, y_test: Array, test_times: Array) -> Answers:
    """Answer of one who says what was true one row ago: persistence, the baseline of time series.

    Parameters
    ----------
    y_train, y_test : float arrays (n,), (m,), or (n, k), (m, k)
        Targets; the latest training row is the one before the first test row.
    train_times, test_times : float arrays (n,), (m,)
        Moment of each row; NaN counts as the earliest.

    Returns
    -------
    Answers
        In the order of the test rows.

    Examples
    --------
    >>> previous([1.0, 2.0], [0, 1], np.array([4.0, 3.0]), [3, 2]).numbers
    array([3., 2.])
    """
    order = np.argsort(
        np.nan_to_num(np.asarray(test_times, np.float64), nan=-np.inf), kind="stable"
    )
    last = int(np.argmax(np.nan_to_num(np.asarray(train_times, np.float64), nan=-np.inf)))
    truth = np.asarray(y_test, np.float64)
    before = np.concatenate([[np.asarray(y_train, np.float64)[last]], truth[order][:-1]])
    said = np.empty_like(truth)
    said[order] = before
    return Answers(
        numbers=said, note="it is told the truth of the row before, which a model is not"
    )
