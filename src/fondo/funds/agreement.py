"""How alike two groupings of the same funds are: the Rand index, never accuracy.

Numbers of groups mean nothing, so only pairs count: together in both, apart in both, or not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo.errors import BadData
from fondo.report.scales import number


@dataclass(frozen=True, eq=False)
class Agreement:
    """Rand index of two groupings, with what chance would give.

    Parameters
    ----------
    rand : float
        Share of the pairs of funds that are together in both or apart in both.
    chance : float
        The same if the funds were dealt out at random into groups of these sizes.
    adjusted : float
        (rand - chance) / (1 - chance): 0 is chance, 1 is equal.
    funds : int
        That are in both groupings.
    rows, columns : tuple of str
        Names of the groups of either.
    counts : int array (rows, columns)
        Funds in each pair of groups.
    """

    rand: float
    chance: float
    adjusted: float
    funds: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def sentence(self) -> str:
        """What this says, for a person."""
        return (
            f"Of all pairs of {self.funds} funds, {number(self.rand)} are together in both or "
            f"apart in both (Rand index; chance would give {number(self.chance)}): adjusted for "
            f"chance {number(self.adjusted)}, where 0 is chance and 1 is equal."
        )


def agreement(first: ArrayLike, second: ArrayLike) -> Agreement:
    """Compare two groupings of the same funds.

        chance = (A B + (P - A)(P - B)) / P^2

    with P pairs, of which A are together in the first and B in the second grouping.

    Parameters
    ----------
    first, second : array (N,)
        Groups, by number or name.

    Returns
    -------
    agreement : Agreement
        Where both put all funds together, or all apart, they are equal.

    Raises
    ------
    BadData
        Lengths that differ, or fewer than two funds.

    References
    ----------
    Rand (1971), JASA 66; Hubert, Arabie (1985), Journal of Classification 2, eq. 5.

    Examples
    --------
    >>> found = agreement(["a", "a", "b", "b"], [1, 1, 1, 2])
    >>> round(found.rand, 3), round(found.chance, 3), round(found.adjusted, 3)
    (0.5, 0.5, 0.0)
    """
    from sklearn.metrics import adjusted_rand_score, rand_score
    from sklearn.metrics.cluster import contingency_matrix

    a, b = np.asarray(first), np.asarray(second)
    if a.ndim != 1 or a.shape != b.shape or len(a) < 2:
        raise BadData(
            f"agreement(first={a.shape}, second={b.shape}): there must be a group for each fund in "
            "both, and at least two funds. Match them."
        )
    counts: NDArray[np.int64] = contingency_matrix(a, b)
    pairs = _pairs(np.array([len(a)]))
    together, beside = _pairs(counts.sum(axis=1)), _pairs(counts.sum(axis=0))
    chance = (together * beside + (pairs - together) * (pairs - beside)) / pairs**2
    return Agreement(
        float(rand_score(a, b)),
        float(chance),
        float(adjusted_rand_score(a, b)),
        len(a),
        tuple(map(str, np.unique(a))),
        tuple(map(str, np.unique(b))),
        counts,
    )


def _pairs(sizes: NDArray[np.int64]) -> float:
    return float((sizes * (sizes - 1) / 2).sum())
