"""Two fitted tasks on the same rows: the difference of their scores, with room for chance."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.judge.answers import case_of
from fondo.judge.compare import Comparison
from fondo.judge.compare import compare as compare_answers
from fondo.judge.metrics import measure, metric_named

VERDICTS = {"better": "better", "level": "not distinguishable", "worse": "worse"}


@dataclass(frozen=True)
class Compared:
    """One score of two models on the same rows.

    Attributes
    ----------
    metric : str
    first, second : float
        Scores of the two.
    comparison : Comparison
        First minus second, with its paired interval.
    """

    metric: str
    first: float
    second: float
    comparison: Comparison

    @property
    def verdict(self) -> str:
        """The first against the second: "better", "worse" or "not distinguishable"."""
        return VERDICTS[self.comparison.result]

    def to_json(self) -> dict[str, Any]:
        """Scores, difference with its interval, and the verdict."""
        plain = self.comparison.to_json()
        keys = ("difference", "low", "high", "method")
        return {
            "metric": self.metric,
            "first": self.first,
            "second": self.second,
            **{key: plain[key] for key in keys},
            "verdict": self.verdict,
        }


def compare(
    first: Any, second: Any, X: Any, y: Any = None, *, metrics: tuple[str, ...] = ()
) -> list[Compared]:
    """Compare two fitted tasks on rows that neither has seen.

    Both answer the same rows, so their errors are paired: two intervals that overlap may still
    hide a difference, and the other way round. What is told is the interval of the difference.

    Parameters
    ----------
    first, second : Task
        Fitted, of one kind of target.
    X, y : table and targets
        Rows that neither was trained on; each task takes the columns that it knows.
    metrics : tuple of str, default=()
        Scores to compare; none takes all that both are measured by, the headline first.

    Returns
    -------
    compared : list of Compared
        One entry a score.

    Raises
    ------
    BadData
        Tasks of different kinds, or of different classes.
    BadParameter
        An unknown score.

    Examples
    --------
    >>> import fondo
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> small = fondo.MLP(hidden=(8,), members=1)
    >>> short, long = (
    ...     fondo.TableClassifier(epochs=epochs, architecture=small).fit(X[::2], y[::2])
    ...     for epochs in (1, 40)
    ... )
    >>> compare(short, long, X[1::2], y[1::2], metrics=("log_loss",))[0].verdict
    'worse'
    """
    if first.kind != second.kind:
        raise BadData(
            f"compare: the first predicts a {first.kind}, the second a {second.kind}. Two models "
            "can be compared where they predict the same."
        )
    truth: Any = None
    answers = []
    for task in (first, second):
        rows, truth = task.read(X, y)
        answers.append(task.answers(rows))
    classes = [None if a.classes is None else np.asarray(a.classes).tolist() for a in answers]
    if classes[0] != classes[1]:
        raise BadData(
            f"compare: the first knows the classes {classes[0]}, the second {classes[1]}. Train "
            "both on the same classes."
        )
    names = metrics or _shared(first.kind, truth, answers)
    found = []
    for name in names:
        function = metric_named(name).function
        ours, theirs = (float(function(case_of(first.kind, truth, each))) for each in answers)
        paired = compare_answers(
            first.kind, truth, answers[0], answers[1], metric=name, other="the second"
        )
        found.append(Compared(name, ours, theirs, paired))
    return found


def _shared(kind: str, truth: Any, answers: list[Any]) -> list[str]:
    """Scores that are defined for both, in their usual order."""
    names = [[score.name for score in measure(kind, truth, each)] for each in answers]
    return [name for name in names[0] if name in names[1]]
