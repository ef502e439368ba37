"""What a model answered, and the truth coded the way scores need it.

The scores themselves are in `metrics`; answers in words and units come from the tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import Array, Floats

KINDS = ("class", "number", "points", "numbers")


@dataclass(frozen=True)
class Answers:
    """Answers of one model to the rows of one part.

    Attributes
    ----------
    labels : array (n,) or None
        Answered label of each row, from `classes`. None: the likeliest class.
    probabilities : float array (n, n_classes) or None
        In the order of `classes`; rows sum to 1. None where the model gives none.
    classes : array (n_classes,) or None
        Every label the model knows. With two, the second is the one that is looked for.
    numbers : float array (n,), (n, 2 k) for k points, (n, k) for k numbers, or None
        Answered numbers; then the rest is None.
    names : tuple of str
        What the k numbers of a row are called; empty where they have no names.
    note : str
        What a reader must know, e.g. that the model learnt from a sample only.
    """

    labels: Array | None = None
    probabilities: Array | None = None
    classes: Array | None = None
    numbers: Array | None = None
    note: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassCase:
    """Truth and answers as class codes, rows checked.

    Attributes
    ----------
    y, guess : int arrays (n,)
        Index into `classes` of the truth and of the answer.
    p : float array (n, n_classes) or None
        Probabilities, rows summing to 1.
    classes : array (n_classes,)
        The labels.
    memory : dict
        What was computed once for these very rows.
    """

    y: Array
    guess: Array
    p: Floats | None
    classes: Array
    memory: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def present(self) -> Array:
        """Codes that occur in the truth, rising."""
        return np.flatnonzero(np.bincount(self.y, minlength=len(self.classes)))

    @property
    def binary(self) -> bool:
        """Whether there are two classes to tell apart."""
        return len(self.classes) == 2

    def take(self, rows: Array) -> "ClassCase":
        """The same for some rows."""
        p = None if self.p is None else self.p[rows]
        return ClassCase(self.y[rows], self.guess[rows], p, self.classes)

    def known(self) -> Floats:
        """Probabilities; BadData where the model gave none."""
        if self.p is None:
            raise BadData("measure(answers): this score needs probabilities. Give them.")
        return self.p


@dataclass(frozen=True)
class NumberCase:
    """True and answered numbers, rows checked.

    Attributes
    ----------
    y, guess : float arrays (n,)
        In the unit of the target; finite.
    """

    y: Floats
    guess: Floats

    def take(self, rows: Array) -> "NumberCase":
        """The same for some rows."""
        return NumberCase(self.y[rows], self.guess[rows])


@dataclass(frozen=True)
class PointCase:
    """How far answered points lie from the true ones, rows checked.

    Attributes
    ----------
    y : float array (n,)
        Nothing but zeros: the error of a perfect answer.
    guess : float array (n,)
        Mean distance of a row's points over the size of the true shape, the square root of the
        area of the box around its points.
    distances : float array (n, k)
        The same for each point.
    """

    y: Floats
    guess: Floats
    distances: Floats

    def take(self, rows: Array) -> "PointCase":
        """The same for some rows."""
        return PointCase(self.y[rows], self.guess[rows], self.distances[rows])


@dataclass(frozen=True)
class NumbersCase:
    """Several true and answered numbers a row, rows checked.

    Attributes
    ----------
    y, guess : float arrays (n, k)
        Each column in the unit of its target; finite.
    names : tuple of str (k,)
        What the targets are called.
    """

    y: Floats
    guess: Floats
    names: tuple[str, ...]

    @cached_property
    def varies(self) -> Array:
        """Whether each target has more than one value in these rows: bool (k,)."""
        return np.asarray(np.ptp(self.y, axis=0) > 0)

    @cached_property
    def spread(self) -> Floats:
        """Standard deviation of each target over these rows, 1 where it has only one value: (k,).

        Errors of targets in different units are divided by it before they are put together.
        """
        spread: Floats = np.where(self.varies, self.y.std(axis=0), 1.0)
        return spread

    @property
    def errors(self) -> Floats:
        """Answer minus truth over the spread of each target: (n, k)."""
        return (self.guess - self.y) / self.spread

    def take(self, rows: Array) -> "NumbersCase":
        """The same for some rows, with their own spread."""
        return NumbersCase(self.y[rows], self.guess[rows], self.names)


Case = ClassCase | NumberCase | PointCase | NumbersCase


def check_kind(owner: str, kind: str) -> None:
    """Raise BadParameter unless `kind` is one of `KINDS`."""
    if kind not in KINDS:
        raise BadParameter(
            f"{owner}(kind={kind!r}): kind must be 'class', 'number' or 'points', or 'numbers' for "
            "several a row."
        )


def codes_of(labels: Array, classes: Array, what: str = "y") -> Array:
    """Index into `classes` of each label; BadData names the first label that is unknown."""
    table = {label: code for code, label in enumerate(np.asarray(classes).tolist())}
    values = np.asarray(labels).tolist()
    codes = np.fromiter((table.get(v, -1) for v in values), np.int64, len(values))
    if codes.size and codes.min() < 0:
        strange = np.flatnonzero(codes < 0)
        raise BadData(
            f"measure({what}): {len(strange):,} of {len(codes):,} rows hold a label the model does "
            f"not know, first {values[strange[0]]!r} in row {strange[0]}. "
            "Drop these rows, or train again with rows of that class."
        )
    return codes


def class_case(y: Array, answers: Answers) -> ClassCase:
    """Code and check truth and answers of a classifier.

    Parameters
    ----------
    y : array (n,)
        True labels, all of them in `answers.classes`.
    answers : Answers
        With `classes`, and labels or probabilities or both.

    Returns
    -------
    ClassCase
        Ready to be scored.
    """
    if answers.classes is None or (answers.labels is None and answers.probabilities is None):
        raise BadData(
            "measure(answers): a classifier's answers must hold classes, and labels or "
            "probabilities. Fill them in."
        )
    classes = np.asarray(answers.classes)
    p = None
    if answers.probabilities is not None:
        p = _probabilities(answers.probabilities, (len(y), len(classes)))
    if answers.labels is None and p is not None:
        guess = p.argmax(axis=1)
    else:
        guess = codes_of(np.asarray(answers.labels), classes, "answers.labels")
    _check_rows(len(y), len(guess))
    return ClassCase(codes_of(y, classes), guess, p, classes)


def number_case(y: Array, answers: Answers) -> NumberCase:
    """Check truth and answers of a regressor.

    Parameters
    ----------
    y : array (n,)
        True numbers, finite.
    answers : Answers
        With `numbers` (n,).

    Returns
    -------
    NumberCase
        Ready to be scored.
    """
    if answers.numbers is None:
        raise BadData("measure(answers): a regressor's answers must hold numbers. Fill them in.")
    truth, guess = np.asarray(y, np.float64), np.asarray(answers.numbers, np.float64)
    _check_rows(len(truth), len(guess))
    for what, values in (("y", truth), ("answers.numbers", guess)):
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            raise BadData(
                f"measure({what}): {len(bad):,} of {len(values):,} values are not finite, first in "
                f"row {bad[0]}. Every row needs a finite number."
            )
    return NumberCase(truth, guess)


def point_case(y: Array, answers: Answers) -> PointCase:
    """Check truth and answers of one who finds points.

    Parameters
    ----------
    y : float array (n, 2 k)
        All x of a row, then all y, in one unit; finite, at least two of a row apart.
    answers : Answers
        With `numbers` of the same shape.

    Returns
    -------
    PointCase
        Ready to be scored.
    """
    truth = np.asarray(y, np.float64)
    guess = np.asarray(answers.numbers, np.float64)
    if truth.ndim != 2 or truth.shape[1] % 2 or guess.shape != truth.shape or not len(truth):
        raise BadData(
            f"measure(y, answers): points must be (rows, 2 k), all x and then all y, and as many "
            f"answered as true ones. Found {truth.shape} and {guess.shape}."
        )
    if not (np.isfinite(truth).all() and np.isfinite(guess).all()):
        raise BadData("measure(y, answers): every point needs finite coordinates.")
    count = truth.shape[1] // 2
    sides = np.stack([np.ptp(truth[:, :count], axis=1), np.ptp(truth[:, count:], axis=1)])
    size = np.sqrt(np.where(sides.min(axis=0) > 0, sides.prod(axis=0), sides.max(axis=0) ** 2))
    flat = np.flatnonzero(size == 0)
    if len(flat):
        raise BadData(
            f"measure(y): all points of row {flat[0]} lie in one place, so the row has no size to "
            "measure errors by. Leave it out."
        )
    gap = (guess - truth).reshape(len(truth), 2, count)
    distances = np.sqrt((gap**2).sum(axis=1)) / size[:, None]
    return PointCase(np.zeros(len(truth)), distances.mean(axis=1), distances)


def titles(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Names of so many targets, counted where they have none."""
    if len(names) == count:
        return tuple(names)
    return tuple(f"target {k + 1}" for k in range(count))


def numbers_case(y: Array, answers: Answers) -> NumbersCase:
    """Check truth and answers of one who answers several numbers a row.

    Parameters
    ----------
    y : float array (n, k)
        True numbers, finite.
    answers : Answers
        With `numbers` of the same shape, and names where there are some.

    Returns
    -------
    NumbersCase
        Ready to be scored.
    """
    truth = np.asarray(y, np.float64)
    guess = np.asarray(answers.numbers, np.float64)
    if truth.ndim != 2 or guess.shape != truth.shape or not truth.size:
        raise BadData(
            f"measure(y, answers): several numbers a row must be (rows, k), and as many answered "
            f"as true ones. Found {truth.shape} and {guess.shape}."
        )
    names = titles(answers.names, truth.shape[1])
    for what, values in (("y", truth), ("answers.numbers", guess)):
        rows, columns = np.nonzero(~np.isfinite(values))
        if len(rows):
            raise BadData(
                f"measure({what}): {len(rows):,} of {values.size:,} values are not finite, first "
                f"in row {rows[0]}, {names[columns[0]]!r}. Every row needs finite numbers."
            )
    return NumbersCase(truth, guess, names)


def case_of(kind: str, y: Array, answers: Answers) -> Case:
    """Truth and answers, checked, for any kind of target."""
    check_kind("measure", kind)
    if kind == "points":
        return point_case(y, answers)
    if kind == "numbers":
        return numbers_case(y, answers)
    return class_case(y, answers) if kind == "class" else number_case(y, answers)


def _check_rows(n_true: int, n_answered: int) -> None:
    if n_true != n_answered or n_true == 0:
        raise BadData(
            f"measure(y, answers): there must be one answer a row and at least one row, not "
            f"{n_true} rows and {n_answered} answers. Give the answers to these very rows."
        )


def _probabilities(given: Array, shape: tuple[int, int]) -> Floats:
    p: Floats = np.asarray(given, np.float64)
    if p.shape != shape:
        raise BadData(
            f"measure(answers.probabilities): shape must be {shape} (rows, classes), "
            f"not {p.shape}. Give one column a class."
        )
    total = p.sum(axis=1, keepdims=True)
    if not (np.isfinite(total).all() and (p >= 0).all() and (abs(total - 1) < 1e-3).all()):
        raise BadData(
            "measure(answers.probabilities): rows must be probabilities that sum to 1. "
            "Turn scores into probabilities first."
        )
    shares: Floats = p / total  # undoes the rounding of float32
    return shares
