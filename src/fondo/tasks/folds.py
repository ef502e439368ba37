"""Scores of cross-validation, fold by fold. The loop itself is in `base`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fondo.judge.evaluation import Evaluation
from fondo.judge.metrics import Score


@dataclass(frozen=True)
class CrossValidation:
    """Scores of each fold, with the mean and the spread between folds.

    Parameters
    ----------
    name : str
        The headline metric.
    values : tuple of float
        One value a fold, on rows that the fold's network never saw.
    naive : tuple of float
        What the naive baseline scores on the same folds.
    evaluations : tuple of Evaluation
        The whole evaluation of each fold.
    """

    name: str
    values: tuple[float, ...]
    naive: tuple[float, ...]
    evaluations: tuple[Evaluation, ...]

    @property
    def mean(self) -> float:
        """Mean over the folds."""
        return float(np.mean(self.values))

    @property
    def spread(self) -> float:
        """Standard deviation between folds; not a standard error, since folds share rows."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else float("nan")


def cross_validation(evaluations: Sequence[Evaluation]) -> CrossValidation:
    """Headline scores of some folds, beside the first naive baseline."""
    first = evaluations[0]
    name = first.scores[0].name

    def value(scores: Sequence[Score]) -> float:
        return next((score.value for score in scores if score.name == name), float("nan"))

    naive = next(iter(first.baselines))
    return CrossValidation(
        name,
        tuple(value(each.scores) for each in evaluations),
        tuple(value(each.baselines[naive]) for each in evaluations),
        tuple(evaluations),
    )
