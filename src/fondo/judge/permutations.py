"""What chance alone would score, when labels are dealt out anew among rows that are alike.

Which rows are alike (the strata) is for the caller to say; nothing here models the labels.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import Array, Floats

_WAYS = 1_999  # drawn where not all can be counted: p-values in steps of 0.0005


@dataclass(frozen=True)
class Permuted:
    """A score beside what it would be if labels had nothing to do with it.

    Attributes
    ----------
    value : float
        The score found.
    expected, spread : float
        Mean and standard deviation of the score over all ways to deal the labels out.
    p_value : float
        Share of the ways that score as much or more; in (0, 1].
    method : str
        "exact" or how many ways were drawn.
    """

    value: float
    expected: float
    spread: float
    p_value: float
    method: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; None for what is not defined."""
        return {k: None if isinstance(v, float) and v != v else v for k, v in vars(self).items()}


def permuted_hits(y: ArrayLike, weights: ArrayLike, strata: ArrayLike) -> Permuted:
    """Hits among picks, beside those that labels dealt out anew inside each stratum would give.

    Within a stratum of N rows with K ones, m picks have a hypergeometric number of hits; the sum
    over strata is known exactly.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is a hit.
    weights : float array (n,) in [0, 1]
        1 for a pick, 0 for none, a part for rows that are tied at the border of the picks; with
        parts, 1,999 ways are drawn instead.
    strata : array (n,)
        Labels move among rows of the same stratum only, e.g. funds of one date and peer group.

    Returns
    -------
    found : Permuted
        Of the number of hits. Where no stratum has both labels and both picks and others, labels
        cannot move, and the p-value is 1.

    Notes
    -----
    Labels of different strata are dealt out independently: strata whose labels hang together
    (overlapping dates) make the p-value too small.

    References
    ----------
    Lehmann, Romano (2005), Testing Statistical Hypotheses, section 15.2.

    Examples
    --------
    >>> found = permuted_hits([1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], np.zeros(6))
    >>> round(found.p_value, 4)  # one way of choosing 2 of 6: 1/15
    0.0667
    """
    truth, picked, codes = _checked("permuted_hits", y, weights, strata)
    value = float(picked @ truth)
    if not np.isin(picked, (0, 1)).all():
        return _beside(value, _drawn_hits(truth, picked, codes))
    n, k, m = (np.bincount(codes, w).astype(int) for w in (np.ones(len(truth)), truth, picked))
    density, first = np.ones(1), 0
    for size, ones, picks in zip(n.tolist(), k.tolist(), m.tolist(), strict=True):
        least, part = _hypergeometric(size, ones, picks)
        density, first = np.convolve(density, part), first + least
    density /= density.sum()
    values = first + np.arange(len(density))
    mean = float(density @ values)
    spread = math.sqrt(float(density @ (values - mean) ** 2))
    p_value = min(1.0, float(density[round(value) - first :].sum()))
    return Permuted(value, mean, spread, p_value, "exact")


def permuted(
    statistic: Callable[[Floats], Any],
    y: ArrayLike,
    strata: ArrayLike,
    *,
    n_resamples: int = 9_999,
    seed: int = 0,
) -> Permuted:
    """Any score of labels, beside those of labels dealt out anew inside each stratum.

    Parameters
    ----------
    statistic : callable (float array (n,)) -> float
        Score of labels in the order of the rows; larger is better.
    y : float array (n,)
        Labels or outcomes, finite.
    strata : array (n,)
        Labels move among rows of the same stratum only.
    n_resamples : int, default=9999
        Ways drawn.
    seed : int, default=0
        Same seed, same answer.

    Returns
    -------
    found : Permuted
        With p = (1 + ways as good) / (1 + ways drawn), which never promises too much.

    References
    ----------
    Phipson, Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9: p-values
    of drawn permutations are never zero.
    """
    truth, _, codes = _checked("permuted", y, None, strata)
    if n_resamples < 1:
        raise BadParameter(
            f"permuted(n_resamples={n_resamples}): n_resamples must be at least 1. 999 is usual."
        )
    rng = np.random.default_rng(seed)
    by_stratum = np.argsort(codes, kind="stable")
    dealt, draws = np.empty_like(truth), np.empty(n_resamples)
    for i in range(n_resamples):
        order = rng.permutation(len(truth))
        dealt[by_stratum] = truth[order[np.argsort(codes[order], kind="stable")]]
        draws[i] = statistic(dealt)
    return _beside(float(statistic(truth)), draws)


def _beside(value: float, draws: Floats) -> Permuted:
    """A score beside those of ways that were drawn; what rounding parts counts as equal."""
    as_good = int((draws >= value - 1e-9 * max(1.0, abs(value))).sum())
    p_value, spread = (1 + as_good) / (1 + len(draws)), float(draws.std())
    return Permuted(value, float(draws.mean()), spread, p_value, f"{len(draws):,} drawn")


@cache
def _hypergeometric(size: int, ones: int, picks: int) -> tuple[int, Floats]:
    """Least number of hits among picks, and the probability of it and of each larger one."""
    hits = np.arange(max(0, picks + ones - size), min(picks, ones) + 1)
    return int(hits[0]), stats.hypergeom.pmf(hits, size, ones, picks)


def _drawn_hits(truth: Floats, picked: Floats, codes: Array, seed: int = 0) -> Floats:
    """Hits of picks of any weight, labels dealt out anew: (ways,). One urn a stratum."""
    rng, total = np.random.default_rng(seed), np.zeros(_WAYS)
    sizes, ones = np.bincount(codes), np.bincount(codes, truth).astype(int)
    keys = np.stack([codes, picked], axis=1)[picked > 0]
    left = dict.fromkeys(np.unique(keys[:, 0]).astype(int).tolist(), (0, np.zeros(_WAYS, int)))
    for (code, weight), rows in zip(*np.unique(keys, axis=0, return_counts=True), strict=True):
        drawn, hits = left[int(code)]
        good = ones[int(code)] - hits
        more = rng.hypergeometric(good, sizes[int(code)] - drawn - good, rows)
        total += weight * more
        left[int(code)] = (drawn + rows, hits + more)
    return total


def _checked(
    owner: str, y: ArrayLike, weights: ArrayLike | None, strata: ArrayLike
) -> tuple[Floats, Floats, Array]:
    truth, groups = np.asarray(y, np.float64), np.asarray(strata)
    picked = np.zeros(truth.shape) if weights is None else np.asarray(weights, np.float64)
    shapes = {truth.shape, groups.shape, picked.shape}
    if len(shapes) != 1 or truth.ndim != 1 or len(truth) == 0 or not np.isfinite(truth).all():
        raise BadData(
            f"{owner}(y={truth.shape}, strata={groups.shape}): there must be a finite label and a "
            "stratum for each row, and at least one row. Leave out rows without a label."
        )
    if weights is not None and not (
        np.isin(truth, (0, 1)).all() and (picked >= 0).all() and (picked <= 1).all()
    ):
        raise BadData(
            f"{owner}(y, weights): labels must be 0 or 1 and weights must lie in [0, 1]. Give 1 "
            "for a hit and 1 for a pick."
        )
    return truth, picked, np.unique(groups, return_inverse=True)[1]
