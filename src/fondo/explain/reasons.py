"""Why a task answers single rows as it does: the effect of each column's value on the answer.

Which columns matter over all rows is in `fondo.explain.importance`.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.errors import BadData, BadParameter
from fondo.explain.shapley import shapley

Floats = NDArray[np.float64]

_PAIRS = 64  # of orders, where the table is narrow enough
_ROWS = 1 << 14  # asked of the network for one explained row, about
_CELLS = 1 << 22  # rows times columns, about


@dataclass(frozen=True)
class Reason:
    """How far the value of one column moved one answer.

    Attributes
    ----------
    name : str
        Source column.
    shown : object
        Its value in the row; None where missing.
    effect : float
        Shapley value: change of the probability of the answered class, or of the number in the
        target's unit, against the average over the background.
    """

    name: str
    shown: Any
    effect: float

    def to_json(self) -> dict[str, Any]:
        """Name, shown and effect, all of them plain JSON."""
        plain = self.shown is None or isinstance(self.shown, bool | int | float | str)
        gap = isinstance(self.shown, float) and not math.isfinite(self.shown)
        shown = (None if gap else self.shown) if plain else str(self.shown)
        return {"name": self.name, "shown": shown, "effect": self.effect}


def reasons(
    task: Any, X: Any, background: Any, *, samples: int | None = None, seed: int = 0
) -> list[list[Reason]]:
    """Reasons of each row of X: the effects of its values, strongest first.

    The effects of a row sum to its answer minus the average answer over the background rows that
    were used. The answer of a classifier is the probability of the class it chose.

    Parameters
    ----------
    task : Task
        Fitted, on tables.
    X : table, as the task reads it
        Rows to explain; a handful.
    background : table, as the task reads it
        Rows to compare with, best from training.
    samples : int, at least 2, default=None
        Walks from a background row to the explained row, half of them backwards; also the most
        background rows times two. None: 128, fewer where there are more than about 120 columns.
    seed : int, default=0
        Of the walks and of the choice of background rows.

    Returns
    -------
    reasons : list of list of Reason
        One list a row of X, one reason a column that the network sees.

    Raises
    ------
    BadParameter
        `samples` below 2.
    BadData
        No background rows.

    Notes
    -----
    One call of the network a row, of the same shape for all rows. An estimate wherever columns act
    together: its standard error falls with the square root of `samples`.

    References
    ----------
    Lundberg and Lee (2017), A Unified Approach to Interpreting Model Predictions, equation 8; the
    estimator is that of `fondo.explain.shapley`.
    """
    if samples is not None and samples < 2:
        raise BadParameter(f"reasons(samples={samples}): samples must be a number of at least 2.")
    X, background = task.read(X)[0], task.read(background)[0]
    if task.n_rows(background) == 0:
        raise BadData("reasons(background): there are no rows to compare with. Give at least one.")
    names = list(task.explained_columns)
    pairs = _pairs(len(names)) if samples is None else samples // 2
    rng = np.random.default_rng(seed)
    used = np.sort(rng.permutation(task.n_rows(background))[:pairs])
    shared = [name for name in X.columns if name in background.columns]
    compared, X = task.take(background, used).select(shared), X.select(shared)
    chosen = _chosen(task, X)
    return [
        _one(task, X[i], compared, (names, chosen[i], pairs, seed)) for i in range(task.n_rows(X))
    ]


def _pairs(n_columns: int) -> int:
    """Pairs of walks that a table of so many columns can afford."""
    rows = 2 * (n_columns + 1)  # of one pair
    return min(_PAIRS, max(2, min(_ROWS // rows, _CELLS // (rows * n_columns or 1))))


def _one(
    task: Any, row: pl.DataFrame, background: pl.DataFrame, plan: tuple[list[str], int, int, int]
) -> list[Reason]:
    """Reasons of one row."""
    names, chosen, pairs, seed = plan

    def answer(rows: pl.DataFrame) -> Floats:
        answers = task.answers(rows)
        told = answers.numbers if chosen < 0 else np.asarray(answers.probabilities)[:, chosen]
        return np.asarray(told, "float64")

    effects, _ = shapley(answer, row, background, columns=names, pairs=pairs, seed=seed)
    found = [
        Reason(name, _shown(row[name][0]), float(effect))
        for name, effect in zip(names, effects, strict=True)
    ]
    return sorted(found, key=lambda reason: -abs(reason.effect))


def _chosen(task: Any, X: pl.DataFrame) -> list[int]:
    """Code of the class that each row got; -1 for numbers."""
    if task.kind == "number":
        return [-1] * task.n_rows(X)
    answers = task.answers(X)
    place = {label: code for code, label in enumerate(np.asarray(answers.classes).tolist())}
    return [place[label] for label in np.asarray(answers.labels).tolist()]


def _shown(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
