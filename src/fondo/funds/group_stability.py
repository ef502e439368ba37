"""Whether groups would be found again: other starts, other funds, other weeks.

One k-means is one answer of many; what the answers share is what may be believed.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fondo import contracts
from fondo.contracts import Whole
from fondo.errors import BadParameter
from fondo.funds.groups import Grouping, Labels, k_means

Floats = NDArray[np.float64]

SHARE = 0.8  # of the funds in a run of "funds"
BLOCK = 13  # weeks drawn together in a run of "weeks"
WEAK = 0.75  # mean adjusted Rand index below which groups count as unstable


@dataclass(frozen=True, eq=False)
class Stability:
    """How alike the groups of many runs are.

    Parameters
    ----------
    what : {"starts", "funds", "weeks"}
        What differed between runs.
    runs : int
        Runs.
    mean, low, high : float
        Adjusted Rand index between pairs of runs: mean, 10th and 90th percentile. 1 is the same
        groups each time, 0 is chance.
    loyalty : float array (N,)
        For each fund, how much more often it was together with the funds of its group than with
        others, over the runs it was in: 1 always and only with them, 0 no more than with others.
    """

    what: str
    runs: int
    mean: float
    low: float
    high: float
    loyalty: Floats

    @property
    def is_weak(self) -> bool:
        """Whether the mean index is below 0.75."""
        return self.mean < WEAK


def stability(
    X: Floats,
    grouping: Grouping,
    *,
    what: str = "funds",
    runs: int = 20,
    seed: int = 0,
    redraw: Callable[[np.random.Generator], Floats] | None = None,
) -> Stability:
    """Group the funds many times, each time a little differently.

    Parameters
    ----------
    X : float array (N, F)
        Scaled rows that were grouped.
    grouping : Grouping
        What was found; its number of groups is asked for in each run.
    what : {"starts", "funds", "weeks"}, default="funds"
        "starts": one random start each instead of the best of ten, on the same rows. "funds": a
        random 80 % of the rows. "weeks": the rows that `redraw` gives.
    runs : int, at least 2, default=20
        Runs.
    seed : int, default=0
        Of everything random.
    redraw : callable (numpy.random.Generator) -> float array (N, F), or None
        The same funds on weeks that are drawn anew, see `fondo.funds.group_weeks`.

    Returns
    -------
    stability : Stability
        Pairs of runs are compared on the funds that both have.

    Raises
    ------
    BadParameter
        "weeks" without a way to draw them anew, another word, a single run, or more groups than
        a random 80 % of the rows can have.

    References
    ----------
    Hennig (2007), Computational Statistics and Data Analysis 52; Ben-Hur, Elisseeff, Guyon (2002),
    Pacific Symposium on Biocomputing 7, for subsets of the rows.
    """
    contracts.check_value("stability", "runs", runs, Whole(2))
    if what not in ("starts", "funds", "weeks") or (what == "weeks" and redraw is None):
        raise BadParameter(
            f"stability(what={what!r}): must be 'starts', 'funds', or 'weeks' with a `redraw`. "
            "Choose one."
        )
    random = np.random.default_rng(seed)
    found = [_run(X, grouping.count, what, random, redraw) for _ in range(runs)]
    return summed(what, grouping, found)


def _run(
    X: Floats,
    k: int,
    what: str,
    random: np.random.Generator,
    redraw: Callable[[np.random.Generator], Floats] | None,
) -> Labels:
    """Groups of one run (N,); -1 for rows that were not in it."""
    labels = np.full(len(X), -1)
    rows, starts = np.arange(len(X)), 10
    if what == "funds":
        rows = np.sort(random.choice(len(X), max(2, round(SHARE * len(X))), replace=False))
    if what == "starts":
        starts = 1
    drawn = redraw(random) if what == "weeks" and redraw is not None else X
    seed = int(random.integers(2**31))
    labels[rows] = k_means(drawn[rows], k, starts=starts, seed=seed).labels
    return labels


def summed(what: str, grouping: Grouping, found: Sequence[Labels]) -> Stability:
    """Agreement of runs with each other, and of each fund with its group.

    Parameters
    ----------
    what : str
        What differed.
    grouping : Grouping
        The groups to be loyal to.
    found : sequence of int arrays (N,)
        Groups of each run, -1 for rows that were not in it.
    """
    from sklearn.metrics import adjusted_rand_score

    pairs = []
    for a, b in itertools.combinations(found, 2):
        both = (a >= 0) & (b >= 0)
        pairs.append(adjusted_rand_score(a[both], b[both]))
    low, high = np.quantile(pairs, [0.1, 0.9])
    loyalty = _loyalty(grouping.labels, found)
    return Stability(what, len(found), float(np.mean(pairs)), float(low), float(high), loyalty)


def _loyalty(labels: Labels, found: Sequence[Labels]) -> Floats:
    n = len(labels)
    together, asked = np.zeros((n, n)), np.zeros((n, n))
    for run in found:
        there = run >= 0
        asked += np.outer(there, there)
        together += np.equal.outer(run, run) & np.outer(there, there)
    share = together / np.maximum(asked, 1)
    same = np.equal.outer(labels, labels) & ~np.eye(n, dtype=bool)
    other = ~np.equal.outer(labels, labels)
    return _row_mean(share, same & (asked > 0), 1.0) - _row_mean(share, other & (asked > 0), 0.0)


def _row_mean(values: Floats, where: NDArray[np.bool_], empty: float) -> Floats:
    count = where.sum(axis=1)
    total = np.where(where, values, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), empty)
