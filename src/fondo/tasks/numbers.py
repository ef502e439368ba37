"""Targets that are numbers: checked, standardised, and answers with intervals in their unit.

What the examples are, a row or a picture, is left to the task that mixes this in.
"""

from typing import Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from fondo.engine.losses import check_target, number_objective
from fondo.engine.objective import Objective
from fondo.errors import BadData
from fondo.judge.answers import titles
from fondo.judge.conformal import half_width
from fondo.judge.metrics import Answers
from fondo.tasks.base import Task
from fondo.tasks.rows import Part, missing_target
from fondo.tasks.several import LARGEST, aligned, checked, is_number, too_large


class _Kind:
    """`kind` of a class, and of a task that has read its targets: by their form."""

    def __get__(self, task: Any, owner: Any = None) -> str:
        return "number" if task is None or task.target_names_ is None else "numbers"


class NumberTarget(Task):
    """What tasks whose target is a number have in common; mixed into a task.

    One that states `several = "numbers"` takes several numbers a row too.
    """

    kind: ClassVar[Any] = _Kind()
    loss: Any = "mse"  # what a task may set otherwise, as a constructor argument
    target_names_: list[str] | None = None  # set where a row has several targets
    target_mean_: Any
    target_scale_: Any
    residuals_: Any

    @property
    def n_outputs(self) -> int:
        """Numbers that the network gives for a row."""
        return 1 if self.target_names_ is None else len(self.target_names_)

    def check_target(self, y: np.ndarray, fitting: bool) -> np.ndarray:
        owner = type(self).__name__
        if self.several and (np.ndim(y) > 1 or _is_nested(y)):
            found = checked(y, owner)
            if fitting:
                self.target_names_ = list(titles(found.names, found.shape[1]))
                for name, column in zip(self.target_names_, np.asarray(found).T, strict=True):
                    check_target(self.loss, column, owner, name)
            elif self.target_names_ is not None:
                found = aligned(found, self.target_names_, owner)
            return found if fitting or self.target_names_ else self._single(found, owner)
        numbers = self._checked(y, owner)
        if fitting:
            self.__dict__.pop("target_names_", None)
            check_target(self.loss, numbers, owner)
        elif self.target_names_ is not None:
            return aligned(checked(numbers[:, None], owner), self.target_names_, owner)
        return numbers

    def _single(self, y: np.ndarray, owner: str) -> np.ndarray:
        """Targets (n, 1) where one number a row was learnt."""
        if y.shape[1] != 1:
            raise BadData(
                f"{owner}: {y.shape[1]} targets a row, but it was trained on one. Give one."
            )
        return np.asarray(y)[:, 0]

    def _checked(self, y: np.ndarray, owner: str) -> np.ndarray:
        """Targets (n,) as float64."""
        try:
            numbers = np.asarray(y, dtype="float64")
        except (TypeError, ValueError):
            wrong = next(v for v in y.tolist() if not is_number(v))
            raise BadData(
                f"{owner}: the target holds {wrong!r}, which is no number. "
                "Use a classifier for labels, or clean the column."
            ) from None
        missing = np.isnan(numbers)
        if missing.any():
            raise BadData(missing_target(owner, missing, int(missing.sum())))
        large = np.abs(numbers) > LARGEST
        if large.any():
            where = f"of row {int(large.argmax())}"
            raise BadData(too_large(owner, where, float(numbers[large][0])))
        return numbers

    def learn_target(self, y: np.ndarray) -> None:
        if self.target_names_ is not None:
            numbers = np.asarray(y)
            spreads = np.std(numbers, axis=0)
            self.target_mean_ = np.mean(numbers, axis=0)
            self.target_scale_ = np.where(np.ptp(numbers, axis=0) > 0, spreads, 1.0)
            self.residuals_ = np.empty((0, len(spreads)))
            return
        self.target_mean_ = float(np.mean(y))
        spread = float(np.std(y))
        self.target_scale_ = spread if spread > 0 else 1.0
        self.residuals_ = np.empty(0)

    def encode_target(self, y: np.ndarray) -> np.ndarray:
        standard = (np.asarray(y) - self.target_mean_) / self.target_scale_
        return np.asarray(standard.astype("float32"))

    def objective(self) -> Objective:
        owner = type(self).__name__
        mean, scale = self.target_mean_, self.target_scale_
        if self.target_names_ is not None:
            mean, scale = tuple(mean.tolist()), tuple(scale.tolist())
        return number_objective(self.loss, mean, scale, owner)

    def decode(self, outputs: np.ndarray) -> Answers:
        """Mean over the members, in the target's units."""
        if self.target_names_ is not None:
            standard = np.asarray(outputs, dtype="float64").mean(axis=1)  # (B, k)
            numbers = standard * self.target_scale_ + self.target_mean_
            return Answers(numbers=numbers, names=tuple(self.target_names_))
        standard = np.asarray(outputs[:, :, 0], dtype="float64").mean(axis=1)
        return Answers(numbers=standard * self.target_scale_ + self.target_mean_)

    def calibrate(self, held: Part | None, answers: Answers | None) -> None:
        if held is not None and answers is not None:
            off = np.abs(np.asarray(held.y) - answers.numbers)
            self.residuals_ = np.sort(off, axis=0)

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
        interval : float array (n_rows, 2), or (n_rows, k, 2) where a row has k targets
            Lower and upper end, in the target's units. Of several targets each has an interval of
            its own: that all of them hold at once is less likely.

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
        if self.target_names_ is None:
            width: Any = half_width(self.residuals_, coverage)
        else:
            width = np.array([half_width(each, coverage) for each in self.residuals_.T])
        return np.stack([centre - width, centre + width], axis=-1)


def _is_nested(y: np.ndarray) -> bool:
    """Whether rows are sequences."""
    return bool(y.dtype == object and len(y) and isinstance(y[0], list | tuple | np.ndarray))
