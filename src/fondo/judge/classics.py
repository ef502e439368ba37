"""Classic models for the same rows: a linear one and boosted trees, both scikit-learn's.

Constants are in `baselines`; neither is tuned here, since a baseline is what one gets for nothing.
"""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from fondo.errors import BadData
from fondo.judge.answers import Answers, check_kind
from fondo.judge.intervals import Array

MOST_ROWS = 200_000  # training rows; a larger sample hardly changes these models
MOST_CATEGORIES = 254  # scikit-learn's bins are 255, and one is kept for all rarer categories
MOST_TREES = 1000  # one tree a class a round
_CELLS = 1_000_000  # of a table that is small
Pair = tuple[Array, Array]


def fitted(
    kind: str,
    y_train: Array,
    *,
    encoded: Pair | None = None,
    plain: Pair | None = None,
    categorical: Sequence[bool] | Array | None = None,
    weight: Array | None = None,
    seed: int = 0,
    max_rows: int = MOST_ROWS,
) -> dict[str, Answers]:
    """Answers of classic models, fitted on the training rows, to the test rows.

    Parameters
    ----------
    kind : "class", "number" or "numbers"
        Kind of target.
    y_train : array (n_train,), or (n_train, k) for several numbers
        Training targets.
    encoded : pair of float arrays (n_train, F) and (n_test, F), default=None
        Rows as the network sees them, finite: for the linear model. None leaves it out.
    plain : pair of float arrays (n_train, columns) and (n_test, columns), default=None
        Source columns, nan where missing, codes for categories: for the trees. None leaves them
        out.
    categorical : bool array (columns,), default=None
        Which columns of `plain` hold codes; None: none does.
    weight : float array (n_train,), default=None
        Weight of each training row.
    seed : int, default=0
        For sampling, and for the trees' early stopping.
    max_rows : int, default=200000
        Above it, the models learn from so many random rows, and a note on the answers says so.

    Returns
    -------
    dict of str to Answers
        "logistic" or "linear", and "boosted trees", which answer no more than one number a row;
        empty where the training rows hold one class.
    """
    check_kind("fitted", kind)
    y = np.asarray(y_train)
    for name, pair in (("encoded", encoded), ("plain", plain)):
        if pair is not None and (len(pair[0]) != len(y) or pair[0].shape[1:] != pair[1].shape[1:]):
            raise BadData(
                f"fitted({name}={pair[0].shape}, {pair[1].shape}): there must be a training row "
                f"for each of the {len(y)} targets, and the same columns in both. Encode both "
                "parts with one encoder."
            )
    classes = np.unique(y) if kind == "class" else None
    if classes is not None and len(classes) < 2:
        return {}
    rows, note = np.arange(len(y)), ""
    if len(y) > max_rows:
        rows = np.sort(np.random.default_rng(seed).choice(len(y), max_rows, replace=False))
        note = f"learnt from {max_rows:,} random rows of the {len(y):,} training rows"
    own = None if weight is None else np.asarray(weight)[rows]
    out = {}
    if encoded is not None and encoded[0].shape[1]:
        name = "logistic" if kind == "class" else "linear"
        model, more = _linear(kind, encoded[0][rows], y[rows], own)
        found = _answers(model, encoded[1], classes, _join(note, more))
        if kind == "numbers":  # scikit-learn may give one column as a row
            found = replace(found, numbers=np.asarray(found.numbers).reshape(-1, y.shape[1]))
        out[name] = found
    if plain is not None and plain[0].shape[1] and kind != "numbers":
        coded = _Coded(plain[0][rows], categorical)
        model, more = _trees(kind, coded, y[rows], own, seed)
        out["boosted trees"] = _answers(model, coded.read(plain[1]), classes, _join(note, more))
    return out


class _Coded:
    """Rows for the trees: categories as codes 0..254 by falling frequency, the rest untouched."""

    def __init__(self, train: Array, categorical: Sequence[bool] | Array | None) -> None:
        given = np.zeros(train.shape[1], bool) if categorical is None else np.asarray(categorical)
        self.mask = given.astype(bool)
        self.frequent = {}
        for column in np.flatnonzero(self.mask):
            codes, counts = np.unique(_known(train[:, column]), return_counts=True)
            self.frequent[int(column)] = np.sort(codes[np.argsort(-counts)[:MOST_CATEGORIES]])
        self.train = self.read(train)

    def read(self, rows: Array) -> Array:
        """Rows with missing as nan and every category outside the frequent ones as one more."""
        out = np.array(rows, np.float64)
        for column, kept in self.frequent.items():
            codes = out[:, column]
            if not len(kept):
                continue
            place = np.minimum(np.searchsorted(kept, codes), len(kept) - 1)
            found = np.where(kept[place] == codes, place, len(kept)).astype(np.float64)
            out[:, column] = np.where(np.isnan(codes), np.nan, found)
        return out


def _known(values: Array) -> Array:
    return values[~np.isnan(values)]


def _linear(kind: str, X: Array, y: Array, weight: Array | None) -> tuple[Any, str]:
    classes = kind == "class"
    last = LogisticRegression(max_iter=500) if classes else Ridge(alpha=1.0)
    model = make_pipeline(StandardScaler(), last)
    if classes and len(np.unique(y)) < 2:
        return None, ""
    named = {f"{model.steps[-1][0]}__sample_weight": weight}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(np.asarray(X, np.float64), y, **named)
    late = any(issubclass(w.category, ConvergenceWarning) for w in told)
    return model, "had not converged after 500 rounds" if late else ""


def _trees(kind: str, coded: _Coded, y: Array, weight: Array | None, seed: int) -> tuple[Any, str]:
    given: dict[str, Any] = {"categorical_features": coded.mask, "random_state": seed}
    # few cells gain nothing from more threads, and lose much where another process has the core
    threads = 1 if np.size(coded.train) < _CELLS else None
    if kind == "number":
        with threadpool_limits(threads, "openmp"):
            return HistGradientBoostingRegressor(**given).fit(coded.train, y, weight), ""
    counts = np.unique(y, return_counts=True)[1]
    if len(counts) < 2:
        return None, ""
    rounds, note = 100, ""
    if len(counts) > 2 and 100 * len(counts) > MOST_TREES:
        rounds = max(5, MOST_TREES // len(counts))
        note = f"{rounds} rounds instead of 100, because there are {len(counts)} classes"
    # early stopping splits by class, which a class of one row does not allow
    early = len(y) > 10_000 and int(counts.min()) > 1 and len(counts) < 100
    model = HistGradientBoostingClassifier(max_iter=rounds, early_stopping=early, **given)
    with warnings.catch_warnings(), threadpool_limits(threads, "openmp"):
        # many classes are said by whoever chose the target
        warnings.filterwarnings("ignore", message="The number of unique classes is greater")
        return model.fit(coded.train, y, weight), note


def _answers(model: Any, X: Array, classes: Array | None, note: str) -> Answers:
    if classes is None:
        return Answers(numbers=model.predict(X).astype(np.float64), note=note)
    p = np.zeros((len(X), len(classes)))
    p[:, np.searchsorted(classes, model.classes_)] = model.predict_proba(X)
    return Answers(classes[p.argmax(axis=1)], p, classes, note=note)


def _join(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
