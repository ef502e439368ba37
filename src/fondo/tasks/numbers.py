"""Targets that are numbers: checked, standardised, and answers with intervals in their unit.

What the examples are, a row or a picture, is left to the task that mixes this in.
"""

from typing import Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from fondo.engine.losses import check_target, number_objective
from fondo.engine.objective import Objective
from fondo.errors import BadData
from fondo.judge.conformal import half_width
from fondo.judge.metrics import Answers
from fondo.tasks.base import Task
from fondo.tasks.rows import Part, missing_target

LARGEST = 1e150  # of a target: its square still fits in float64


class NumberTarget(Task):
    """What tasks whose target is a number have in common; mixed into a task."""

    kind: ClassVar[str] = "number"
    loss: Any = "mse"  # what a task may set otherwise, as a constructor argument

    n_outputs: ClassVar[int] = 1

    def check_target(self, y: np.ndarray, fitting: bool) -> np.ndarray:
        owner = type(self).__name__
        try:
            numbers = np.asarray(y, dtype="float64")
        except (TypeError, ValueError):
            wrong = next(v for v in y.tolist() if not _is_number(v))
            raise BadData(
                f"{owner}: the target holds {wrong!r}, which is no number. "
                "Use a classifier for labels, or clean the column."
            ) from None
        missing = np.isnan(numbers)
        if missing.any():
            raise BadData(missing_target(owner, missing, int(missing.sum())))
        large = np.abs(numbers) > LARGEST
        if large.any():
            told = "infinity" if np.isinf(numbers[large][0]) else f"{numbers[large][0]:g}"
            raise BadData(
                f"{owner}: the target of row {int(large.argmax())} is {told}, beyond what can be "
                f"learnt ({LARGEST:g}). Remove that row or correct it, or change the unit."
            )
        if fitting:
            check_target(self.loss, numbers, owner)
        return numbers

    def learn_target(self, y: np.ndarray) -> None:
        self.target_mean_ = float(np.mean(y))
        spread = float(np.std(y))
        self.target_scale_ = spread if spread > 0 else 1.0
        self.residuals_ = np.empty(0)

    def encode_target(self, y: np.ndarray) -> np.ndarray:
        return ((y - self.target_mean_) / self.target_scale_).astype("float32")

    def objective(self) -> Objective:
        owner = type(self).__name__
        return number_objective(self.loss, self.target_mean_, self.target_scale_, owner)

    def decode(self, outputs: np.ndarray) -> Answers:
        """Mean over the members, in the target's units."""
        standard = np.asarray(outputs[:, :, 0], dtype="float64").mean(axis=1)
        return Answers(numbers=standard * self.target_scale_ + self.target_mean_)

    def calibrate(self, held: Part | None, answers: Answers | None) -> None:
        if held is not None and answers is not None:
            self.residuals_ = np.sort(np.abs(held.y - answers.numbers))

    def predict_interval(self, X: Any, coverage: float = 0.9) -> np.ndarray:
        """Interval that holds the target of a new row with the stated probability.

        Parameters
        ----------
        X : table or array (n_rows, ...)
            Rows to predict.
        coverage : float in (0, 1), default=0.9
            Share of new rows whose target should fall inside.

        Returns
        -------
        interval : float array (n_rows, 2)
            Lower and upper end, in the target's units.

        Notes
        -----
        Split conformal prediction: the width is a quantile of the absolute errors on the
        validation rows, so the coverage holds on average over new rows that come from the same
        source as those, not for every kind of row. The same rows chose the best epoch, which
        makes the width a trifle too small.

        References
        ----------
        Lei et al. (2018), Distribution-Free Predictive Inference for Regression, algorithm 2.
        """
        check_is_fitted(self, "network_")
        centre = self.predict(X)
        width = half_width(self.residuals_, coverage)
        return np.column_stack([centre - width, centre + width])


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
