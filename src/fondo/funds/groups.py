"""Groups of funds: k-means, and trees by linkage. scikit-learn and scipy do the work.

How many groups there are is asked in `group_number`, whether they hold in `group_stability`,
whether they are the given ones in `agreement`.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo import contracts
from fondo.contracts import Choice, Whole
from fondo.errors import BadData, BadParameter

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

LINKAGES = {
    "ward": "least growth of the error within groups",
    "centroid": "distance of the groups' centres",
    "single": "distance of the two nearest members",
    "average": "mean distance of the members",
    "complete": "distance of the two farthest members",
}
"""What "near" means between groups, by the name of the linkage."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """Groups of rows, the largest first.

    Parameters
    ----------
    labels : int array (N,)
        Group of each row: 0 is the largest; of groups of one size, the one whose centre comes
        first, column by column.
    error : float
        Sum over rows of the squared distance to the centre of their group.
    method : str
        How it was found.
    """

    labels: Labels
    error: float
    method: str

    @property
    def count(self) -> int:
        """Number of groups."""
        return int(self.labels.max()) + 1

    @property
    def sizes(self) -> list[int]:
        """Number of rows of each group, falling."""
        sizes: list[int] = np.bincount(self.labels).tolist()
        return sizes

    def centres(self, X: Floats) -> Floats:
        """Mean row of each group (groups, F)."""
        total = np.zeros((self.count, X.shape[1]))
        np.add.at(total, self.labels, X)
        centres: Floats = total / np.array(self.sizes)[:, None]
        return centres


def k_means(X: ArrayLike, k: int, *, starts: int = 10, seed: int = 0) -> Grouping:
    """Groups of rows around k centres, with the least squared distance to them that was found.

    Parameters
    ----------
    X : float array (N, F)
        Finite and scaled: columns of larger numbers weigh more.
    k : int
        Groups; at most as many as there are different rows.
    starts : int, default=10
        Times that centres are drawn anew; the best end is kept. One start may end badly.
    seed : int, default=0
        Of the starts. The order of the rows does not matter.

    Returns
    -------
    grouping : Grouping
        k groups.

    Raises
    ------
    BadData
        Not a table of finite numbers.
    BadParameter
        More groups than different rows.

    References
    ----------
    Arthur, Vassilvitskii (2007), k-means++: the starts; scikit-learn's `KMeans`.

    Examples
    --------
    >>> found = k_means([[0.0], [0.1], [5.0], [5.1], [5.2]], k=2)
    >>> found.labels.tolist(), round(found.error, 3)
    ([1, 1, 0, 0, 0], 0.025)
    """
    from sklearn.cluster import KMeans

    rows = _checked("k_means", X)
    contracts.check_value("k_means", "starts", starts, Whole(1))
    contracts.check_value("k_means", "seed", seed, Whole(0, 2**32 - 1))
    _check_count("k_means", k, len(np.unique(rows, axis=0)))
    order = np.lexsort(rows.T[::-1])  # so that the order of the rows does not matter
    with one_thread():
        model = KMeans(k, n_init=starts, random_state=seed).fit(rows[order])
    labels = np.empty(len(rows), np.int64)
    labels[order] = model.labels_
    return _grouping(rows, labels, "k-means")


def one_thread() -> Any:
    """Context in which the numeric libraries use one thread.

    On tables of this size threads wait for each other longer than they work; on a busy machine
    fifty times as long.
    """
    return _libraries().limit(limits=1)


@functools.cache
def _libraries() -> Any:
    import sklearn.cluster  # noqa: F401 - its libraries must be loaded to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@dataclass(frozen=True, eq=False)
class Tree:
    """Rows joined step by step, the nearest first, until all are one.

    Parameters
    ----------
    merges : float array (N - 1, 4)
        As scipy has them: the two nodes, their distance, the rows of the new node.
    X : float array (N, F)
        The rows.
    linkage : str
        What near means, see `LINKAGES`.
    faithful : float
        Correlation of the distances of rows with the heights at which they are joined
        (cophenetic); 1 is a tree that tells all.
    """

    merges: Floats
    X: Floats
    linkage: str
    faithful: float

    @property
    def inversions(self) -> int:
        """Joins that are lower than the one before, which centroid linkage can make."""
        heights = self.merges[:, 2]
        return int(np.sum(np.diff(heights) < -1e-12 * heights.max()))

    def cut(self, k: int) -> Grouping:
        """Groups that are left after all but the last k - 1 joins.

        Raises
        ------
        BadParameter
            More groups than rows.
        """
        _check_count("Tree.cut", k, len(self.X))
        return _grouping(self.X, self.members(len(self.X) - k), f"{self.linkage} linkage")

    def members(self, joins: int) -> Labels:
        """Node that each row (N,) is in after the first `joins` joins."""
        n = len(self.X)
        node = np.arange(n)
        for step, (left, right) in enumerate(self.merges[:joins, :2].astype(int)):
            node[(node == left) | (node == right)] = n + step
        return node


def tree(X: ArrayLike, linkage: str = "ward") -> Tree:
    """Tree of rows by agglomeration.

    Parameters
    ----------
    X : float array (N, F)
        Finite and scaled: columns of larger numbers weigh more. Distances are Euclidean.
    linkage : {"ward", "centroid", "single", "average", "complete"}, default="ward"
        "single" chains: one large group and single funds. "centroid" may join lower than before.

    Returns
    -------
    tree : Tree
        To be cut, or drawn by `fondo.funds.dendrogram`.

    Raises
    ------
    BadData
        Not a table of finite numbers, or all rows alike.
    BadParameter
        Another linkage.

    References
    ----------
    Müllner (2011), Modern hierarchical, agglomerative clustering algorithms; Sokal, Rohlf (1962),
    Taxon 11, for the cophenetic correlation; scipy's `linkage` and `cophenet`.

    Examples
    --------
    >>> found = tree([[0.0], [0.1], [5.0], [5.1], [5.2]], "single")
    >>> found.merges[:, 2].round(1).tolist(), found.cut(2).labels.tolist()
    ([0.1, 0.1, 0.1, 4.9], [1, 1, 0, 0, 0])
    """
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import pdist

    rows = _checked("tree", X)
    contracts.check_value("tree", "linkage", linkage, Choice(*LINKAGES))
    distances = pdist(rows)
    if not distances.any():
        raise BadData("tree(X): all rows are alike, so there is no tree. Give rows that differ.")
    merges = hierarchy.linkage(rows, linkage)
    with np.errstate(invalid="ignore"):  # all heights equal: no correlation
        faithful, _ = hierarchy.cophenet(merges, distances)
    return Tree(merges, rows, linkage, float(faithful))


def numbered_like(grouping: Grouping, other: Labels) -> Labels:
    """Labels of a grouping (N,), numbered so that as many rows as can be agree with others.

    Groups without a counterpart get the next free numbers, the largest first.

    References
    ----------
    Kuhn (1955), Naval Research Logistics Quarterly 2; scipy's `linear_sum_assignment`.

    Examples
    --------
    >>> found = Grouping(np.array([0, 0, 0, 1, 1, 2]), 0.0, "")
    >>> numbered_like(found, np.array([1, 1, 1, 0, 0, 0])).tolist()
    [1, 1, 1, 0, 0, 2]
    """
    from scipy.optimize import linear_sum_assignment

    counts = np.zeros((grouping.count, int(other.max()) + 1), np.int64)
    np.add.at(counts, (grouping.labels, other), 1)
    mine, theirs = linear_sum_assignment(-counts)
    place = np.full(grouping.count, -1)
    place[mine] = theirs
    free = (k for k in range(sum(counts.shape)) if k not in set(theirs.tolist()))
    for group in np.flatnonzero(place < 0):
        place[group] = next(free)
    return place[grouping.labels]


def _checked(owner: str, X: ArrayLike) -> Floats:
    try:
        rows = np.asarray(X, np.float64)
    except (TypeError, ValueError) as error:
        raise BadData(f"{owner}(X): must be a table of numbers. Leave text out.") from error
    if rows.ndim != 2 or len(rows) < 2 or not rows.shape[1] or not np.isfinite(rows).all():
        raise BadData(
            f"{owner}(X={rows.shape}): must be a table of finite numbers with at least two rows. "
            "`fondo.funds.group_table` makes one."
        )
    return rows


def _check_count(owner: str, k: Any, most: int) -> None:
    contracts.check_value(owner, "k", k, Whole(1, unit="groups"))
    if k > most:
        raise BadParameter(
            f"{owner}(k={k}): there must be at least as many different funds as groups; there are "
            f"{most}. Ask for fewer groups."
        )


def _grouping(rows: Floats, labels: Labels, method: str) -> Grouping:
    """Groups numbered by size, then by their centres."""
    _, labels = np.unique(labels, return_inverse=True)
    raw = Grouping(labels.astype(np.int64), 0.0, method)
    centres, sizes = raw.centres(rows), np.array(raw.sizes)
    order = np.lexsort([*centres.T[::-1], -sizes])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    error = float(((rows - centres[labels]) ** 2).sum())
    return Grouping(place[labels], error, method)
