"""The two ways in which funds are ranked in `overlap`: a logistic regression, and its first step.

Both learn from 8 of the features, chosen by F among the training rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData
from fondo.funds.leak_meter import fitted_scores
from fondo.funds.splits import Pair

Floats = NDArray[np.float64]

MODELS = ("logistic", "linear")
KEPT = 8  # features that are chosen


def logistic() -> Any:
    """Pipeline of scikit-learn: standardised, the best 8 by F, balanced logistic regression.

    Examples
    --------
    >>> [name for name, _ in logistic().steps]
    ['scale', 'select', 'model']
    """
    from sklearn.feature_selection import SelectKBest
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    model = LogisticRegression(solver="newton-cholesky", class_weight="balanced")
    return Pipeline(
        [("scale", StandardScaler()), ("select", SelectKBest(k=KEPT)), ("model", model)]
    )


def walked_scores(X: Floats, y: Floats, splits: Sequence[Pair], model: Any = "logistic") -> Floats:
    """Scores of the test rows, each by what had been learnt before it.

    Parameters
    ----------
    X : float64 array (R, F)
        Finite features, by rising date.
    y : float64 array (R,)
        Labels, 1 or 0.
    splits : sequence of (int array, int array)
        Training and test rows, the training rows of each being the first so many.
    model : {"logistic", "linear"} or classifier of scikit-learn, default="logistic"
        "linear" is `linear_scores`.

    Returns
    -------
    scores : float64 array (R,)
        Higher means more likely 1; NaN for rows that are never tested.
    """
    if isinstance(model, str) and model == "linear":
        return linear_scores(X, y, splits)
    fitted = logistic() if isinstance(model, str) else model
    scores = np.full(len(y), np.nan)
    for train, test in splits:
        scores[test] = fitted_scores(fitted, X, y, train, test)
    return scores


def linear_scores(X: Floats, y: Floats, splits: Sequence[Pair], kept: int = KEPT) -> Floats:
    """Scores by the first Newton step of the logistic regression, for all splits in one go.

    Where there is little to learn it is nearly all of the way, and it needs nothing but sums of
    products, which grow from split to split:

        b = (sum w x x' / 4 + I)^-1 sum w (y - 1/2) x

    with x standardised, w the weights that make both classes count alike, and I from the penalty
    of scikit-learn's `LogisticRegression`.

    Parameters
    ----------
    X, y, splits
        As in `walked_scores`.
    kept : int, default=8
        Features that are kept, those with the largest F.

    Returns
    -------
    scores : float64 array (R,)
        NaN for rows that are never tested.

    Raises
    ------
    BadData
        Training rows that are not the first so many.
    """
    scores = np.full(len(y), np.nan)
    shift = X[splits[0][0]].mean(axis=0)  # of what is known first; keeps digits in the squares
    near = X - shift
    rows = np.concatenate([np.ones((len(y), 1)), near], axis=1)  # (R, 1 + F)
    sums = np.zeros((2, rows.shape[1], rows.shape[1]))
    seen = 0
    for train, test in splits:
        if len(train) < seen or train[-1] != len(train) - 1:
            raise BadData(
                "linear_scores(splits=...): the training rows must be the first so many, and no "
                "fewer from split to split. Sort rows by date and walk forward."
            )
        for label in (0, 1):
            new = rows[seen : len(train)][y[seen : len(train)] == label]
            sums[label] += new.T @ new
        seen = len(train)
        places, weights = _newton_step(sums, kept, least=1e-9 * np.abs(shift))
        scores[test] = near[np.ix_(test, places)] @ weights
    return scores


def _newton_step(sums: Floats, kept: int, least: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Chosen columns and their weights, from sums of products (2, 1 + F, 1 + F) by class.

    A column whose spread is not above `least` is a constant.
    """
    counts, n = sums[:, 0, 0], float(sums[:, 0, 0].sum())
    whole = sums.sum(axis=0)
    mean = whole[0, 1:] / n
    spread = np.sqrt(np.maximum(np.diag(whole)[1:] / n - mean**2, 0.0))
    spread = np.where(spread > least, spread, np.inf)  # a constant tells nothing
    gap = (sums[1, 0, 1:] / counts[1] - sums[0, 0, 1:] / counts[0]) / spread
    places = np.sort(np.argsort(-np.abs(gap), kind="stable")[:kept])  # F rises with the gap
    weighted = np.einsum("c,cij->ij", n / (2 * counts), sums)  # classes count n / 2 each
    centre = weighted[0, 1:] / n
    product = (weighted[1:, 1:] - n * np.outer(centre, centre)) / np.outer(spread, spread)
    matrix = product[np.ix_(places, places)] / 4 + np.eye(len(places))
    step = np.linalg.solve(matrix, n / 4 * gap[places])
    return places.astype(np.int64), step / spread[places]
