"""Products of every two columns, as a scikit-learn transformer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from fondo.errors import BadData, BadParameter

Numbers = NDArray[np.float64]


class PairwiseProducts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Products a*b of every two columns, behind the columns themselves.

    Scale before: the product of two columns far from 0 says little more than each of them.

    Parameters
    ----------
    originals : bool, default=True
        Whether the columns themselves stay, in front.

    Attributes
    ----------
    n_candidates_ : int
        Columns of the result: the number of candidates that a selection chooses from.

    Examples
    --------
    >>> products = PairwiseProducts().fit([[2.0, 3.0, 5.0]])
    >>> products.transform([[2.0, 3.0, 5.0]]).tolist(), products.n_candidates_
    ([[2.0, 3.0, 5.0, 6.0, 10.0, 15.0]], 6)
    """

    def __init__(self, originals: bool = True) -> None:
        self.originals = originals

    def fit(self, X: Any, y: Any = None) -> "PairwiseProducts":
        """Learn the number of columns of X (n_rows, n_features)."""
        numbers = self._numbers(X, reset=True)
        n = numbers.shape[1]
        if n < 2 and not self.originals:
            raise BadParameter(
                "PairwiseProducts(originals=False): one column has no pair. Keep the originals."
            )
        self.n_candidates_ = n * (n - 1) // 2 + (n if self.originals else 0)
        return self

    def transform(self, X: Any) -> Numbers:
        """Columns and products (n_rows, n_candidates)."""
        check_is_fitted(self)
        numbers = self._numbers(X, reset=False)
        first, second = np.triu_indices(numbers.shape[1], 1)
        try:
            with np.errstate(over="raise"):
                products: Numbers = numbers[:, first] * numbers[:, second]
        except FloatingPointError as error:
            raise BadData(
                "PairwiseProducts: a product is too large for a number. Scale the columns before."
            ) from error
        return np.hstack([numbers, products]) if self.originals else products

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns, then "a*b" for each pair."""
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        first, second = np.triu_indices(len(names), 1)
        pairs = [f"{names[a]}*{names[b]}" for a, b in zip(first, second, strict=True)]
        return np.array([*names, *pairs] if self.originals else pairs, dtype=object)

    def _numbers(self, X: Any, *, reset: bool) -> Numbers:
        numbers: Numbers = validate_data(self, X, dtype=np.float64, reset=reset)
        return numbers
