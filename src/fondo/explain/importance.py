"""Which columns a trained task leans on: permutation importance on held-out rows.

Why one row got its answer is in `fondo.explain.reasons`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData, BadParameter
from fondo.judge.answers import codes_of
from fondo.judge.intervals import normal_quantile

Floats = NDArray[np.float64]

_LEVEL = 0.95
_LEAST_P = 1e-7  # float32 tells no smaller probability from 0; the loss stays below 16.2 nats
_CELLS = 200_000  # values of one copy of the rows; wide tables use fewer rows than `max_rows`
_FEWEST = 200


@dataclass(frozen=True)
class Importance:
    """How much worse the answers get when one column is shuffled.

    Attributes
    ----------
    name : str
        Source column.
    value : float
        Average rise of the loss of a row: nats for classes, the target's unit for numbers.
        Around 0, or below, where the network does not use the column.
    low, high : float
        95 % interval over held-out rows.
    """

    name: str
    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        """Name, value, low and high."""
        return {"name": self.name, "value": self.value, "low": self.low, "high": self.high}


def importance(
    task: Any, X: Any, y: Any, *, repeats: int = 5, seed: int = 0, max_rows: int = 2000
) -> list[Importance]:
    """Importance of each source column: how much the loss rises when it is shuffled.

    Columns that say the same thing share their importance: shuffling one of them leaves the other.
    It tells what this network uses, not what causes the target.

        value = mean over rows and shuffles of (loss with the column shuffled - loss)

    Parameters
    ----------
    task : Task
        Fitted.
    X, y : as the task reads them
        Rows that it was not trained on, with their targets.
    repeats : int, at least 1, default=5
        Shuffles of each column.
    seed : int, default=0
        Of the shuffles, and of the choice of rows.
    max_rows : int, at least 2, default=2000
        Rows looked at, drawn without replacement; fewer where there are more than 100 columns.

    Returns
    -------
    importances : list of Importance
        One a column that the network sees, the most important first.

    Raises
    ------
    BadParameter
        `repeats` or `max_rows` too small.
    BadData
        Fewer than two rows, or no targets.

    Notes
    -----
    The loss is -log p(true class) for classes, |answer - target| for numbers, whatever the network
    was trained on. The interval is that of a mean over independent rows (normal, on the average
    of each row's shuffles); shuffles are the same for every column, so columns compare fairly.

    References
    ----------
    Breiman (2001), Random Forests, section 10; Fisher, Rudin and Dominici (2019), All Models are
    Wrong, but Many are Useful, JMLR 20(177), equation 3 (the difference form).
    """
    _check(repeats, max_rows)
    X, y = task.read(X, y)
    n_rows = task.n_rows(X)
    if y is None or n_rows < 2:
        raise BadData(
            f"importance: {'the targets are missing' if y is None else 'there are too few rows'}. "
            "Give at least 2 rows with their targets."
        )
    rng = np.random.default_rng(seed)
    names = list(task.explained_columns)
    n = min(n_rows, max_rows, max(_FEWEST, _CELLS // max(1, len(names))))
    rows = np.sort(rng.permutation(n_rows)[:n])
    copies = task.take(X, np.tile(rows, repeats))  # every call has this shape: one program
    truth = np.tile(np.asarray(y)[rows], repeats)
    orders = np.concatenate([rng.permutation(n) + k * n for k in range(repeats)])
    usual = losses(task, copies, truth)
    found = []
    for name in names:
        rise = losses(task, task.shuffled(copies, name, orders), truth) - usual
        found.append(_summary(name, rise.reshape(repeats, n).mean(axis=0)))
    return sorted(found, key=lambda each: -each.value)


def losses(task: Any, X: Any, y: Any) -> Floats:
    """Loss of each row, in nats for classes and in the target's unit for numbers.

    Parameters
    ----------
    task : Task
        Fitted.
    X, y : as `task.read` gives them
        Rows and targets.

    Returns
    -------
    losses : float array (n_rows,)
        At least 0. Of classes without probabilities: 1 for a wrong answer, 0 for a right one.
    """
    answers = task.answers(X)
    if task.kind == "number":
        return np.asarray(np.abs(np.asarray(answers.numbers) - np.asarray(y)), "float64")
    if answers.probabilities is None:
        return np.asarray(np.asarray(answers.labels) != np.asarray(y), "float64")
    codes = codes_of(np.asarray(y), answers.classes)
    p = np.asarray(answers.probabilities, "float64")[np.arange(len(codes)), codes]
    return np.asarray(-np.log(np.clip(p, _LEAST_P, 1)))


def _summary(name: str, rise: Floats) -> Importance:
    """Mean rise with its normal interval over rows."""
    value = float(rise.mean())
    half = normal_quantile(_LEVEL) * float(rise.std(ddof=1)) / float(np.sqrt(len(rise)))
    return Importance(name, value, value - half, value + half)


def _check(repeats: int, max_rows: int) -> None:
    for name, value, least in (("repeats", repeats, 1), ("max_rows", max_rows, 2)):
        if value < least:
            raise BadParameter(
                f"importance({name}={value}): {name} must be a whole number of at least {least}."
            )
