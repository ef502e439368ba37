"""Cross-validation: folds and repeats of one task, fitted side by side and judged on each fold."""

from typing import Any

import numpy as np
from sklearn.base import clone

from fondo.contracts import Whole, check_value
from fondo.data.splits import folds as split_folds
from fondo.errors import BadData, BadParameter, FondoError
from fondo.judge.answers import Answers
from fondo.tasks.beside import Ask, Pool, fit_beside
from fondo.tasks.folds import CrossValidation, cross_validation
from fondo.tasks.rows import Part, check_weight, part_of


def cross_validate(
    task: Any,
    whole: Part,
    time: str | None,
    counts: tuple[int, int],
    rivals: bool = True,
    on: Pool | None = None,
) -> CrossValidation:
    """Fit on all folds but one, judge on the one left out, for each fold of each repeat.

    Parameters
    ----------
    task : Task
        With its settings.
    whole : Part
        Rows that the task has read, with their groups.
    time : str or None
        Column of times; folds then go forward in time.
    counts : (folds, repeats)
        How many folds, and how often the rows are dealt anew.
    rivals : bool, default=True
        Whether classic models are fitted on the same folds.
    on : callable or None, default=None
        Who fits in place of this process, see `fit_beside`.
    """
    parts = fold_parts(task, whole, time, counts)
    asks = [Ask(clone(task), training, place, test) for place, (training, test) in enumerate(parts)]
    values = fit_beside(asks, _answered, on=on)
    for place, value in enumerate(values):
        if isinstance(value, FondoError):
            raise type(value)(f"Fold {place % counts[0] + 1}: {value}") from value
    # rivals come last: their threads and those of the networks would only wait for one another
    evaluations = [
        fitted.judged(test, answers, training if rivals else None, leaks=False)
        for (fitted, answers), (training, test) in zip(values, parts, strict=True)
    ]
    n_test = np.mean([len(test.y) / (len(test.y) + len(rest.y)) for rest, test in parts])
    return cross_validation(evaluations, float(n_test))


def _answered(ask: Ask, answers: Answers | None) -> tuple[Any, Answers | None]:
    """The fitted task without its network, which is another's by now, and its answers."""
    fitted = ask.task
    del fitted.network_
    return fitted, answers


def fold_parts(
    task: Any, whole: Part, time: str | None, counts: tuple[int, int]
) -> list[tuple[Part, Part]]:
    """Training and test part of each fold, repeat after repeat; each repeat deals anew."""
    owner, (n_folds, repeats) = type(task).__name__, counts
    check_value(owner, "folds", n_folds, Whole(2, unit="folds"))
    check_value(owner, "repeats", repeats, Whole(1, unit="repeats"))
    if time is not None and repeats > 1:
        raise BadParameter(
            f"{owner}(repeats={repeats}): folds that go forward in time can be cut in one way "
            "only. Leave repeats at 1."
        )
    groups, stratum = whole.groups, task.stratum(whole.y)
    _check_groups(owner, groups, n_folds)
    found = []
    for repeat in range(repeats):
        dealt = split_folds(
            task.n_rows(whole.X),
            n_folds,
            task.random_state + repeat,
            stratify=None if groups is not None or time is not None else stratum,
            groups=groups,
            time=None if time is None else task.times(whole.X, time),
        )
        for k, (rest, test) in enumerate(dealt):
            _check_classes(owner, task, whole.y[rest], k)
            found.append((_part(task, whole, rest), _part(task, whole, test)))
    return found


def weighted(task: Any, X: Any, y: Any, sample_weight: Any, groups: Any) -> Part:
    """Whole table as a part, its weights and groups checked."""
    own = None if groups is None else np.asarray(groups)
    return Part(X, y, check_weight(task, sample_weight, X, y), own)


def _part(task: Any, whole: Part, rows: np.ndarray) -> Part:
    part = part_of(task, whole, rows)
    groups = None if whole.groups is None else whole.groups[rows]
    return Part(part.X, part.y, part.weight, groups)


def _check_groups(owner: str, groups: np.ndarray | None, n_folds: int) -> None:
    if groups is None:
        return
    count = len(set(groups.tolist()))
    if count < n_folds:
        raise BadData(
            f"{owner}(folds={n_folds}): there are {count} groups, fewer than folds. Ask for at "
            f"most {count} folds."
        )


def _check_classes(owner: str, task: Any, y: np.ndarray, fold: int) -> None:
    if task.kind == "class" and len(np.unique(y)) < 2:
        raise BadData(
            f"{owner}: the training rows of fold {fold + 1} are all of class '{y[0]}'. Use fewer "
            "folds, other groups, or more rows of the other classes."
        )
