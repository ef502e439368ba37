"""Preparation of features inside a fold, as scikit-learn transformers.

Each learns from the rows given to `fit` and from nothing else, so that in a pipeline it learns
from training rows alone. Selection is scikit-learn's `SelectKBest`, see `preparation`; scaling
within dates is in `cross_section`, products of columns are in `products`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from fondo.errors import BadParameter, did_you_mean
from fondo.funds.products import PairwiseProducts

Numbers = NDArray[np.float64]
SCALERS = {"standard": StandardScaler, "robust": RobustScaler}


def _finite_mean(numbers: Numbers, finite: NDArray[np.bool_]) -> Numbers:
    """Mean of the finite values of each column; 0 where there is none."""
    count = np.maximum(finite.sum(axis=0), 1)
    mean: Numbers = (np.where(finite, numbers, 0.0) / count).sum(axis=0)  # divided, then added
    return mean


class _Columns(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A transformer of columns of numbers in which missing and infinite ones are allowed."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _numbers(self, X: Any, *, reset: bool) -> Numbers:
        numbers: Numbers = validate_data(
            self, X, dtype=np.float64, ensure_all_finite=False, reset=reset, copy=True
        )
        return numbers

    def _seen(self, X: Any) -> Numbers:
        check_is_fitted(self)
        return self._numbers(X, reset=False)


class MeanFill(_Columns):
    """Put the mean of the training rows where a value is missing.

    Infinities do not count for the mean and pass through; `InfinityCap` is for them. A column
    without a finite value in training is filled with 0.

    Attributes
    ----------
    means_ : float64 array (n_features,)
        Mean of the finite training values.
    filled_ : int array (n_features,)
        Missing values among the training rows.

    Examples
    --------
    >>> MeanFill().fit_transform([[1.0], [3.0], [np.nan], [np.inf]]).ravel().tolist()
    [1.0, 3.0, 2.0, inf]
    """

    def fit(self, X: Any, y: Any = None) -> "MeanFill":
        """Learn the means of X (n_rows, n_features)."""
        numbers = self._numbers(X, reset=True)
        finite = np.isfinite(numbers)
        self.means_ = _finite_mean(numbers, finite)
        self.filled_ = np.isnan(numbers).sum(axis=0)
        return self

    def transform(self, X: Any) -> Numbers:
        """X (n_rows, n_features) without missing values."""
        numbers = self._seen(X)
        return np.where(np.isnan(numbers), self.means_, numbers)


class InfinityCap(_Columns):
    """Put the largest and smallest finite value of the training rows where one is infinite.

    Missing values pass through. A column without a finite value in training gets 0.

    Attributes
    ----------
    highest_, lowest_ : float64 array (n_features,)
        What stands for +inf and -inf.
    capped_ : int array (n_features,)
        Infinite values among the training rows.

    Examples
    --------
    >>> cap = InfinityCap().fit([[1.0], [3.0], [np.inf]])
    >>> cap.transform([[10.0], [np.inf], [-np.inf]]).ravel().tolist()
    [10.0, 3.0, 1.0]
    """

    def fit(self, X: Any, y: Any = None) -> "InfinityCap":
        """Learn the finite ends of X (n_rows, n_features)."""
        numbers = self._numbers(X, reset=True)
        finite = np.isfinite(numbers)
        none = ~finite.any(axis=0)
        self.highest_ = np.where(none, 0.0, np.where(finite, numbers, -np.inf).max(axis=0))
        self.lowest_ = np.where(none, 0.0, np.where(finite, numbers, np.inf).min(axis=0))
        self.capped_ = np.isinf(numbers).sum(axis=0)
        return self

    def transform(self, X: Any) -> Numbers:
        """X (n_rows, n_features) without infinite values; finite ones stay, also beyond these."""
        numbers = self._seen(X)
        numbers = np.where(np.isposinf(numbers), self.highest_, numbers)
        return np.where(np.isneginf(numbers), self.lowest_, numbers)


class SigmaCut(_Columns):
    """Cut values off at some standard deviations from the mean of the training rows.

    Parameters
    ----------
    k : float, default=3.0
        Standard deviations (ddof 0), above 0.

    Attributes
    ----------
    lower_, upper_ : float64 array (n_features,)
        Where values are cut; infinite ones of training rows do not count for them.
    cut_ : int array (n_features,)
        Training values beyond.

    Examples
    --------
    >>> SigmaCut(k=1).fit_transform([[-1.0], [1.0], [-1.0], [1.0], [0.0]]).ravel().round(2).tolist()
    [-0.89, 0.89, -0.89, 0.89, 0.0]
    """

    def __init__(self, k: float = 3.0) -> None:
        self.k = k

    def fit(self, X: Any, y: Any = None) -> "SigmaCut":
        """Learn mean and deviation of X (n_rows, n_features)."""
        if isinstance(self.k, bool) or not isinstance(self.k, int | float) or not self.k > 0:
            raise BadParameter(
                f"SigmaCut(k={self.k!r}): must be a number above 0 (standard deviations). Give 3."
            )
        numbers = self._numbers(X, reset=True)
        finite = np.isfinite(numbers)
        mean = _finite_mean(numbers, finite)
        distance = np.where(finite, numbers, mean) - mean
        size = np.abs(distance).max(axis=0)  # taken out first, so that no square overflows
        share = distance / np.where(size > 0, size, 1.0)
        deviation = size * np.sqrt(_finite_mean(share**2, finite))
        # where nothing varies, or nothing is known, nothing is cut
        width = np.where(deviation > 0, self.k * deviation, np.inf)
        self.lower_, self.upper_ = mean - width, mean + width
        self.cut_ = ((numbers < self.lower_) | (numbers > self.upper_)).sum(axis=0)
        return self

    def transform(self, X: Any) -> Numbers:
        """X (n_rows, n_features) within the limits; missing values stay."""
        return np.clip(self._seen(X), self.lower_, self.upper_)


class TanhSquash(_Columns):
    """Bend values to lie between -1 and 1 by the hyperbolic tangent, best after scaling.

    Examples
    --------
    >>> TanhSquash().fit_transform([[0.0], [1.0], [np.inf]]).ravel().round(3).tolist()
    [0.0, 0.762, 1.0]
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags

    def fit(self, X: Any, y: Any = None) -> "TanhSquash":
        """Learn nothing but the names of the columns of X (n_rows, n_features)."""
        self._numbers(X, reset=True)
        return self

    def transform(self, X: Any) -> Numbers:
        """Hyperbolic tangent of X (n_rows, n_features); missing values stay."""
        bent: Numbers = np.tanh(self._numbers(X, reset=not hasattr(self, "n_features_in_")))
        return bent


def f_values(X: Numbers, y: Any) -> tuple[Numbers, Numbers]:
    """F and p of each column against the classes, as `f_classif`; 0 and 1 where nothing varies.

    Parameters
    ----------
    X : array (n_rows, n_features)
    y : array (n_rows,)
        Classes.

    Examples
    --------
    >>> f, p = f_values(np.array([[1.0, 0], [1, 1], [1, 4], [1, 5]]), [0, 0, 1, 1])
    >>> f.round(3).tolist(), p.round(3).tolist()
    ([0.0, 32.0], [1.0, 0.03])
    """
    f, p = np.zeros(X.shape[1]), np.ones(X.shape[1])
    low, high = X.min(axis=0), X.max(axis=0)
    varies = high - low > 1e-12 * np.maximum(np.abs(low), np.abs(high))  # more than rounding
    if varies.any():
        f[varies], p[varies] = f_classif(X[:, varies], y)
    return f, p


def preparation(
    *,
    cut: float | None = None,
    scale: str = "standard",
    squash: bool = False,
    products: bool = False,
    k: int | str | None = None,
) -> Pipeline:
    """Preparation of features as one pipeline, to be put before a model and fitted inside folds.

    The steps, where asked for: "fill" missing values with the mean, "cap" infinite ones, "cut" at
    k deviations, "scale", "squash" by tanh, "products" of pairs, "select" the best by F.

    Parameters
    ----------
    cut : float or None, default=None
        Standard deviations at which values are cut off; None does not cut.
    scale : {"standard", "robust"}, default="standard"
        By mean and deviation, or by median and quartiles.
    squash : bool, default=False
        Whether scaled values are bent by tanh.
    products : bool, default=False
        Whether products of every two columns are added.
    k : int, "all" or None, default=None
        How many columns `SelectKBest` keeps by their F; None has no such step. A grid search
        reaches it as "select__k".

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        Transformers with names of their columns.

    Raises
    ------
    BadParameter
        A scaler that does not exist.

    Notes
    -----
    F is `f_classif`. For a label of 0 and 1 `f_regression` gives the same F and p: the square of
    the t statistic of the correlation is the F of the two group means.

    Examples
    --------
    >>> [name for name, _ in preparation(cut=3, k=2).steps]
    ['fill', 'cap', 'cut', 'scale', 'select']
    """
    if scale not in SCALERS:
        raise BadParameter(
            f"preparation(scale={scale!r}): must be one of {', '.join(SCALERS)}. "
            f"{did_you_mean(scale, SCALERS)}"
        )
    steps: list[tuple[str, Any]] = [("fill", MeanFill()), ("cap", InfinityCap())]
    if cut is not None:
        steps.append(("cut", SigmaCut(cut)))
    steps.append(("scale", SCALERS[scale]()))
    if squash:
        steps.append(("squash", TanhSquash()))
    if products:
        steps.append(("products", PairwiseProducts()))
    if k is not None:
        steps.append(("select", SelectKBest(f_values, k=k)))
    return Pipeline(steps)
