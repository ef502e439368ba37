"""How many groups: the elbow of the error, the silhouette, and both for data without groups.

A rule always names a number; the comparison with shuffled columns says whether it means anything.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo import contracts
from fondo.contracts import Whole
from fondo.errors import BadParameter
from fondo.funds.groups import _checked, k_means

Floats = NDArray[np.float64]

RULE = (
    "The elbow is the number of groups at which the error within groups lies farthest below the "
    "straight line from one group to the most groups tried."
)
# Kaufman and Rousseeuw (1990), Finding Groups in Data, table 4.
_STRUCTURE = (
    (0.7, "a strong structure"),
    (0.5, "a reasonable structure"),
    (0.25, "a weak structure"),
)


@dataclass(frozen=True)
class Number:
    """Error and silhouette for each number of groups, of the rows and of shuffled ones.

    Parameters
    ----------
    counts : tuple of int
        Numbers of groups tried, from 1.
    error : tuple of float
        Squared distance to the centres, a share of that of one group: 1 at first.
    shuffled_error : tuple of float
        The same where every column is shuffled among the rows, mean over shuffles: what numbers
        without any groups would give.
    silhouette, shuffled_silhouette : tuple of float
        Mean over rows of (b - a) / max(a, b), a being the mean distance to the own group and b to
        the nearest other one; NaN for one group. 1 is far apart, 0 touching.
    elbow : int
        By `RULE`.
    depth : float
        How far below the line it lies, a share of the height; 0 is no bend at all.
    best : int
        Number of groups with the highest silhouette.
    """

    counts: tuple[int, ...]
    error: tuple[float, ...]
    shuffled_error: tuple[float, ...]
    silhouette: tuple[float, ...]
    shuffled_silhouette: tuple[float, ...]
    elbow: int
    depth: float
    best: int

    def at(self, k: int) -> tuple[float, float]:
        """Silhouette of k groups, of the rows and of shuffled ones."""
        place = self.counts.index(k)
        return self.silhouette[place], self.shuffled_silhouette[place]

    @property
    def structure(self) -> str:
        """What the best silhouette is called."""
        top = self.at(self.best)[0]
        return next((words for least, words in _STRUCTURE if top >= least), "no structure")


def number_of_groups(X: ArrayLike, *, most: int = 12, shuffles: int = 3, seed: int = 0) -> Number:
    """Try one group, two, and so on, on the rows and on rows with shuffled columns.

    Parameters
    ----------
    X : float array (N, F)
        Finite and scaled.
    most : int, at least 3, default=12
        Groups at most; fewer where fewer rows differ.
    shuffles : int, default=3
        Shuffled tables.
    seed : int, default=0
        Of shuffles and starts.

    Returns
    -------
    number : Number
        With the elbow.

    Raises
    ------
    BadData
        Not a table of finite numbers.
    BadParameter
        Fewer than four different rows: no elbow can be seen.

    References
    ----------
    Rousseeuw (1987), Journal of Computational and Applied Mathematics 20: the silhouette. Satopää
    and others (2011), Finding a "kneedle" in a haystack, section III: the elbow. Tibshirani,
    Walther, Hastie (2001), JRSS B 63: comparing the error with that of data without groups, which
    here are shuffled columns.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 3.5]])
    >>> rows = np.repeat(corners, 3, axis=0) + 0.01 * np.arange(9)[:, None]
    >>> number_of_groups(rows, most=6).elbow
    3
    """
    rows = _checked("number_of_groups", X)
    contracts.check_value("number_of_groups", "most", most, Whole(3, unit="groups"))
    contracts.check_value("number_of_groups", "shuffles", shuffles, Whole(1))
    different = len(np.unique(rows, axis=0))
    if different < 4:
        raise BadParameter(
            f"number_of_groups(X={rows.shape}): an elbow needs at least four different funds; "
            f"there are {different}. Name the number of groups."
        )
    random = np.random.default_rng(seed)
    counts = tuple(range(1, min(most, different - 1) + 1))
    error, silhouette = _curves(rows, counts, seed)
    others = [_curves(_shuffled(rows, random), counts, seed) for _ in range(shuffles)]
    shuffled = np.mean(others, axis=0)  # (2, counts)
    below = _below_the_line(error)
    place = int(np.argmax(below))
    return Number(
        counts,
        tuple(error),
        tuple(shuffled[0]),
        tuple(silhouette),
        tuple(shuffled[1]),
        counts[place],
        float(below[place]),
        counts[int(np.nanargmax(silhouette))],
    )


def _curves(rows: Floats, counts: tuple[int, ...], seed: int) -> tuple[list[float], list[float]]:
    """Error and silhouette for each count; NaN where rows are too few or too alike."""
    from sklearn.metrics import silhouette_score

    error, silhouette = [], [np.nan]
    different = len(np.unique(rows, axis=0))
    for k in counts:
        if k > different:  # shuffled columns can make rows alike
            error.append(0.0)
            silhouette.append(np.nan)
            continue
        found = k_means(rows, k, seed=seed)
        error.append(found.error)
        if k > 1:
            silhouette.append(float(silhouette_score(rows, found.labels)))
    return [value / error[0] for value in error], silhouette


def _shuffled(rows: Floats, random: np.random.Generator) -> Floats:
    shuffled: Floats = random.permuted(rows, axis=0)
    return shuffled


def _below_the_line(error: list[float]) -> Floats:
    """How far each error lies below the line from the first to the last, as shares of it."""
    share = np.linspace(0, 1, len(error))
    line = error[0] + share * (error[-1] - error[0])
    below: Floats = (line - error) / (error[0] - error[-1])
    return below
