"""The group of a fund that has none, by its nearest neighbours; and how far that can be trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo import contracts
from fondo.contracts import Whole
from fondo.errors import BadParameter
from fondo.funds.groups import _checked
from fondo.judge.intervals import Interval, wilson

Floats = NDArray[np.float64]

NEIGHBOURS = 5
USUAL = 0.99  # share of the known funds whose nearest neighbour is nearer: beyond it, unusual


@dataclass(frozen=True, eq=False)
class Placements:
    """Where funds belong by their neighbours.

    Parameters
    ----------
    groups : str array (N,)
        Group of most neighbours; of several, the one with the nearest.
    share : float array (N,)
        Share of the neighbours that are in it.
    neighbours : int array (N, k)
        Known funds, the nearest first.
    distance : float array (N,)
        To the nearest.
    unusual : bool array (N,)
        Whether that is farther than 99 % of the known funds are from their nearest: such a fund
        belongs nowhere, whatever its neighbours are.
    """

    groups: NDArray[np.str_]
    share: Floats
    neighbours: NDArray[np.int64]
    distance: Floats
    unusual: NDArray[np.bool_]


def place(
    X: ArrayLike, known: ArrayLike, groups: ArrayLike, *, neighbours: int = NEIGHBOURS
) -> Placements:
    """Place funds into the groups of known ones.

    Parameters
    ----------
    X : float array (N, F)
        Funds to be placed, scaled as the known ones are.
    known : float array (M, F)
        Funds whose groups are known.
    groups : str array (M,)
        Their groups.
    neighbours : int, default=5
        Known funds that are asked; all count alike.

    Returns
    -------
    placements : Placements
        One for each row of X.

    Raises
    ------
    BadData
        Not tables of finite numbers.
    BadParameter
        More neighbours than known funds, or columns that differ.

    References
    ----------
    Cover, Hart (1967), IEEE Transactions on Information Theory 13; scikit-learn's
    `NearestNeighbors`.

    Examples
    --------
    >>> found = place([[0.2]], [[0.0], [0.1], [5.0], [5.1]], ["a", "a", "b", "b"], neighbours=3)
    >>> found.groups.tolist(), found.share.round(2).tolist()
    (['a'], [0.67])
    """
    from sklearn.neighbors import NearestNeighbors

    rows, old = np.atleast_2d(np.asarray(X, np.float64)), _checked("place", known)
    names = np.asarray(groups, np.str_)
    _check(rows, old, names, neighbours)
    index = NearestNeighbors(n_neighbors=neighbours).fit(old)
    distance, near = index.kneighbors(rows)
    chosen, share = _majority(names[near])
    usual = np.quantile(index.kneighbors(n_neighbors=1)[0], USUAL)  # itself is left out
    return Placements(chosen, share, near, distance[:, 0], distance[:, 0] > usual)


def leave_one_out(
    X: ArrayLike, groups: ArrayLike, *, neighbours: int = NEIGHBOURS
) -> tuple[Placements, Interval]:
    """Place each known fund by the others, and count how often that is its own group.

    Returns
    -------
    placements : Placements
        One for each known fund; those whose neighbours are of another group may be misfiled.
    interval : Interval
        95 % interval of the share that is placed into its own group.

    Examples
    --------
    >>> found, interval = leave_one_out([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]], list("aaabbb"),
    ...     neighbours=2)
    >>> "".join(found.groups), round(interval.low, 2)
    ('aaabbb', 0.61)
    """
    from sklearn.neighbors import NearestNeighbors

    rows, names = _checked("leave_one_out", X), np.asarray(groups, np.str_)
    _check(rows, rows, names, neighbours, alone=1)
    distance, near = NearestNeighbors(n_neighbors=neighbours).fit(rows).kneighbors()
    chosen, share = _majority(names[near])
    unusual = distance[:, 0] > np.quantile(distance[:, 0], USUAL)
    found = Placements(chosen, share, near, distance[:, 0], unusual)
    return found, wilson(int((chosen == names).sum()), len(names))


def _majority(names: NDArray[np.str_]) -> tuple[NDArray[np.str_], Floats]:
    """Name that stands most often in each row (N, k), the first of several; and its share."""
    votes = (names[:, :, None] == names[:, None, :]).sum(axis=2)  # (N, k)
    first = votes.argmax(axis=1)  # of equal votes, that of the nearest
    at = np.arange(len(names))
    return names[at, first], votes[at, first] / names.shape[1]


def _check(
    rows: Floats, known: Floats, names: NDArray[np.str_], neighbours: int, alone: int = 0
) -> None:
    if rows.shape[1] != known.shape[1] or not np.isfinite(rows).all() or len(names) != len(known):
        raise BadParameter(
            f"place(X={rows.shape}, known={known.shape}, groups={names.shape}): X must be finite "
            "and have the columns of `known`, which has a group for each row. Match them."
        )
    contracts.check_value("place", "neighbours", neighbours, Whole(1, len(known) - alone))
