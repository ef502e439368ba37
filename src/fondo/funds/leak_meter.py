"""How much of a precision comes from splitting rows at random: the same model, split both ways.

Splits that leak are in `shuffles`, those that do not in `splits`.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from fondo.errors import BadData
from fondo.funds.cells import columns, labels, plain
from fondo.funds.picks import Picks, selective_precision
from fondo.funds.shuffles import ShuffledSplit
from fondo.funds.spans import Spans, checked_spans, leaking_rows
from fondo.funds.splits import DatedSplitter, PurgedWalkForward
from fondo.judge.intervals import Floats

LARGEST_GAP = 0.10  # shuffled minus purged precision above which a warning is raised


class LeakWarning(UserWarning):
    """Shuffled rows score far better than rows split by date: the difference is a leak."""


@dataclass(frozen=True)
class Leak:
    """Precision of the same model under two ways to split.

    Attributes
    ----------
    shuffled, purged : float
        Precision of the picks when rows are dealt out at random, and when split by date.
    base_rate : float
        What blind picks hit in the tests by date.
    shuffled_picks, purged_picks : float
        Picks with a label that each is of.
    overlapping : float
        Share of the training rows, in shuffled splits, whose label overlaps a test label.
    gap : float
        shuffled minus purged.
    flagged : bool
        The gap is above 0.10.
    """

    shuffled: float
    purged: float
    base_rate: float
    shuffled_picks: float
    purged_picks: float
    overlapping: float

    @property
    def gap(self) -> float:
        """Precision that is owed to the leak."""
        return self.shuffled - self.purged

    @property
    def flagged(self) -> bool:
        """Whether the gap is above 0.10."""
        return self.gap > LARGEST_GAP

    def line(self) -> str:
        """The finding in one sentence."""
        verdict = "The shuffled figure is not to be believed" if self.flagged else "No large leak"
        return (
            f"{verdict}: precision {self.shuffled:.3f} with shuffled rows, {self.purged:.3f} by "
            f"date (gap {self.gap:+.3f}; base rate {self.base_rate:.3f}); {self.overlapping:.0%} "
            "of the shuffled training labels overlap a test label."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        told = {name: plain(value) for name, value in vars(self).items()}
        return {**told, "gap": plain(self.gap), "flagged": self.flagged}


def measure_leak(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    times: Spans,
    *,
    peer: ArrayLike | None = None,
    purged: DatedSplitter | None = None,
    shuffled: ShuffledSplit | None = None,
) -> Leak:
    """Precision of the top tenth with shuffled rows and with rows split by date.

    Parameters
    ----------
    estimator : scikit-learn classifier
        With `predict_proba` or `decision_function`; cloned for every fit.
    X : array (n, features)
        Rows that can be taken by an array of places.
    y : array (n,) of 1 or 0
        Every row labelled.
    times : spans (n,)
        From `spans(date, label_end)`.
    peer : array (n,) or None, default=None
        Peer group of each row; None: one group.
    purged : splitter or None, default=None
        None: `PurgedWalkForward()`.
    shuffled : ShuffledSplit or None, default=None
        None: three of the notes' splits, a third of the rows tested.

    Returns
    -------
    leak : Leak

    Warns
    -----
    LeakWarning
        The gap is above 0.10.

    Raises
    ------
    BadData
        A row has no label, or the rows allow no split.
    """
    owner = "measure_leak"
    spans = checked_spans(owner, X, times)
    truth = labels(owner, len(spans), y)
    if np.isnan(truth).any():
        raise BadData(f"{owner}(y): {np.isnan(truth).sum()} rows have no label. Leave them out.")
    random = shuffled or ShuffledSplit(n_splits=3, leaky=True)
    groups = np.zeros(len(spans), np.int64) if peer is None else np.asarray(peer)
    mixed, honest, shares = [], [], []
    for train, test in random.split(X, truth, spans):
        scores = fitted_scores(estimator, X, truth, train, test)
        mixed.append(selective_precision(scores, truth[test], spans["date"][test], groups[test]))
        shares.append(leaking_rows(spans, train, test) / len(train))
    for train, test in (purged or PurgedWalkForward()).split(X, truth, spans):
        scores = fitted_scores(estimator, X, truth, train, test)
        honest.append(selective_precision(scores, truth[test], spans["date"][test], groups[test]))
    (high, n_high), (low, n_low) = _pooled(mixed), _pooled(honest)
    base = sum(p.n * p.base_rate for p in honest if p.n) / n_low if n_low else math.nan
    leak = Leak(high, low, base, n_high, n_low, float(np.mean(shares)))
    if leak.flagged:
        warnings.warn(leak.line(), LeakWarning, stacklevel=2)
    return leak


def fitted_scores(estimator: Any, X: Any, y: Any, train: Any, test: Any) -> Floats:
    """Score of each test row by a fresh copy of the estimator that was fitted on training rows.

    Parameters
    ----------
    estimator : scikit-learn classifier
        Its class 1 is the wanted one.
    X, y : arrays (n, features), (n,)
    train, test : int arrays
        Places of rows.

    Returns
    -------
    scores : float array (n_test,)
        Probability of 1, or the decision function; all equal where the training rows have one
        label only, so that nothing can be told apart.
    """
    known = np.asarray(y)[train]
    if len(np.unique(known)) < 2:
        return np.full(len(test), float(known[0]))
    model = clone(estimator).fit(X[train], known)
    if hasattr(model, "predict_proba"):
        column = int(np.flatnonzero(np.asarray(model.classes_) == 1)[0])
        scores = model.predict_proba(X[test])[:, column]
    else:
        scores = model.decision_function(X[test])
    return columns("fitted_scores", len(test), {"scores": scores})[0]


def _pooled(parts: list[Picks]) -> tuple[float, float]:
    """Precision over several tests, and its picks."""
    hits, picks = (sum(float(getattr(p, name).sum()) for p in parts) for name in ("hits", "picks"))
    return (hits / picks if picks else math.nan), picks
