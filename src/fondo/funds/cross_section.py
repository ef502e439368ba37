"""Scaling of rows within their own date, as a scikit-learn transformer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.funds.within import z_scores

Numbers = NDArray[np.float64]


class CrossSectionScaler(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Scale each row by the mean and deviation of the rows of the same date (and peer group).

    It learns nothing: a row is scaled by its own cross-section, which is known at its date, so no
    other date has a say. The rows of a date must come together, in training as in prediction.

    Parameters
    ----------
    by : sequence of int or str, default=(0,)
        Columns that say which cross-section a row belongs to, such as date and peer group as
        numbers: places, or names where X is a frame. They are left out of the result.

    Examples
    --------
    >>> X = np.array([[2020.0, 1.0], [2020.0, 3.0], [2021.0, 30.0], [2021.0, 10.0]])
    >>> CrossSectionScaler().fit_transform(X).ravel().tolist()
    [-1.0, 1.0, 1.0, -1.0]
    """

    def __init__(self, by: Sequence[int | str] = (0,)) -> None:
        self.by = by

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: Any, y: Any = None) -> "CrossSectionScaler":
        """Learn the places of the columns of X (n_rows, n_features)."""
        numbers = self._numbers(X, reset=True)
        names = list(getattr(self, "feature_names_in_", []))
        places = [self._place(column, names) for column in self.by]
        if len(set(places)) < len(places) or len(places) >= numbers.shape[1]:
            raise BadParameter(
                f"CrossSectionScaler(by={self.by!r}): must name different columns and leave at "
                f"least one of {numbers.shape[1]} to be scaled. Name fewer."
            )
        self.by_ = np.array(places, np.int64)
        self.scaled_ = np.setdiff1d(np.arange(numbers.shape[1]), self.by_)
        return self

    def transform(self, X: Any) -> Numbers:
        """Scores (n_rows, n_features without `by`); infinities are capped within the date."""
        check_is_fitted(self)
        numbers = self._numbers(X, reset=False)
        keys = numbers[:, self.by_]
        if not np.isfinite(keys).all():
            raise BadData(
                "CrossSectionScaler: a row has no value in a column of `by`, so its cross-section "
                "is not known. Fill or leave out such rows."
            )
        code = np.unique(keys, axis=0, return_inverse=True)[1].reshape(1, -1)
        scores = [z_scores(numbers[None, :, column], code)[0] for column in self.scaled_]
        return np.stack(scores, axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns that are scaled."""
        check_is_fitted(self)
        names: NDArray[np.object_] = _check_feature_names_in(self, input_features)
        return names[self.scaled_]

    def _numbers(self, X: Any, *, reset: bool) -> Numbers:
        numbers: Numbers = validate_data(
            self, X, dtype=np.float64, ensure_all_finite=False, reset=reset,
            ensure_min_features=2 if reset and len(self.by) else 1,
        )  # fmt: skip
        return numbers

    def _place(self, column: int | str, names: list[str]) -> int:
        if isinstance(column, str):
            if column not in names:
                raise BadParameter(
                    f"CrossSectionScaler(by=[{column!r}]): no such column. "
                    f"{did_you_mean(column, names)}"
                )
            return names.index(column)
        if not 0 <= column < self.n_features_in_:
            raise BadParameter(
                f"CrossSectionScaler(by=[{column!r}]): places go from 0 to "
                f"{self.n_features_in_ - 1}. Give one of these."
            )
        return int(column)
