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

NAMES = ("majority", "prior", "mean", "median")


@dataclass(frozen=True)
class Naive:
    """A model that answers the same to every row.

    Attributes
    ----------
    kind : "class" or "number"
        Kind of target.
    name : str
        One of `NAMES`: "majority" is certain of the most frequent class, "prior" gives each class
        its share of the training rows; "mean" and "median" answer that number.
    classes : tuple
        Labels in the order of `shares`; empty for numbers.
    shares : tuple of float
        Probability given to each class; empty for numbers.
    value : float or None
        The number answered; None for classes.

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

    def answers(self, n: int) -> Answers:
        """Its answers to n rows."""
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
    kind : "class" or "number"
        Kind of target.
    y_train : array (n,)
        Training targets; labels or finite numbers.

    Returns
    -------
    dict of str to Naive
        "majority" and "prior" for classes (best for accuracy, and for log loss); "mean" and
        "median" for numbers (best for squared, and for absolute error).

    Examples
    --------
    >>> naive("class", np.array(["no", "yes", "no"]))["majority"].answers(2).labels
    array(['no', 'no'], dtype='<U2')
    """
    check_kind("naive", kind)
    y = np.asarray(y_train)
    if len(y) == 0:
        raise BadData("naive(y_train): there must be at least one row. Give training targets.")
    if kind == "number":
        numbers = y.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise BadData("naive(y_train): every number must be finite. Drop the other rows.")
        found = {"mean": float(numbers.mean()), "median": float(np.median(numbers))}
        return {name: Naive(kind, name, value=value) for name, value in found.items()}
    labels, counts = np.unique(y, return_counts=True)
    classes = tuple(labels.tolist())
    certain = tuple(float(i == counts.argmax()) for i in range(len(classes)))
    shares = tuple((counts / counts.sum()).tolist())
    return {
        "majority": Naive(kind, "majority", classes, certain),
        "prior": Naive(kind, "prior", classes, shares),
    }
