"""Scores of cross-validation, fold by fold, beside baselines on the same folds.

How the folds are trained is in `beside`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.judge.evaluation import Evaluation
from fondo.judge.resampled import FoldMean, fold_mean
from fondo.judge.scores import Score

NETWORK = "network"


@dataclass(frozen=True)
class CrossValidation:
    """Scores of each fold, with means that admit how much folds have in common.

    Parameters
    ----------
    name : str
        The headline metric.
    values : tuple of float
        One value a fold, on rows that the fold's network never saw; repeats one after another.
    baselines : dict of str to tuple of float
        What baselines score on the same folds; NaN where a score is not defined.
    evaluations : tuple of Evaluation
        The whole evaluation of each fold.
    test_share : float
        Test rows of a fold as a share of all its rows.
    higher_is_better : bool
        Direction of the metric.
    """

    name: str
    values: tuple[float, ...]
    baselines: dict[str, tuple[float, ...]]
    evaluations: tuple[Evaluation, ...]
    test_share: float
    higher_is_better: bool

    @property
    def naive(self) -> tuple[float, ...]:
        """What the first baseline, a naive one, scores on the same folds."""
        return next(iter(self.baselines.values()))

    @property
    def mean(self) -> float:
        """Mean over the folds."""
        return float(np.mean(self.values))

    @property
    def spread(self) -> float:
        """Standard deviation between folds; not a standard error, since folds share rows."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % interval of the mean, by the corrected resampled t."""
        found = fold_mean(self.values, self.test_share)
        return found.low, found.high

    def against(self, baseline: str) -> FoldMean:
        """Mean difference to a baseline on the same folds, network minus baseline."""
        theirs = np.asarray(self.baselines[baseline])
        return fold_mean((np.asarray(self.values) - theirs).tolist(), self.test_share)

    def table(self) -> list[dict[str, Any]]:
        """One row for the network and each baseline: mean, interval, difference, and its verdict.

        The verdict of a baseline says how the network stands to it: "better", "worse" or "not
        distinguishable".
        """
        rows = [self._row(NETWORK, self.values)]
        for name, values in self.baselines.items():
            gap = self.against(name)
            level = not (gap.low > 0 or gap.high < 0)
            better = (gap.value > 0) == self.higher_is_better
            verdict = "not distinguishable" if level else "better" if better else "worse"
            rows.append(self._row(name, values) | {"difference": gap.value, "network_is": verdict})
        return rows

    def _row(self, name: str, values: tuple[float, ...]) -> dict[str, Any]:
        return {"model": name, **fold_mean(values, self.test_share).to_json()}

    def to_json(self) -> dict[str, Any]:
        """Name, values, and the table."""
        return {
            "score": self.name,
            "values": list(self.values),
            "folds": len(self.values),
            "higher_is_better": self.higher_is_better,
            "table": self.table(),
        }


def cross_validation(evaluations: Sequence[Evaluation], test_share: float) -> CrossValidation:
    """Headline scores of some folds, beside their baselines."""
    first = evaluations[0].scores[0]

    def value(scores: Sequence[Score]) -> float:
        found = (score.value for score in scores if score.name == first.name)
        return float(next(found, float("nan")))

    names = [n for n in evaluations[0].baselines if all(n in e.baselines for e in evaluations)]
    return CrossValidation(
        first.name,
        tuple(value(each.scores) for each in evaluations),
        {name: tuple(value(each.baselines[name]) for each in evaluations) for name in names},
        tuple(evaluations),
        test_share,
        first.higher_is_better,
    )
