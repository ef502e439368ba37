"""Peer groups of funds, found and judged: the whole study, in numbers. Its page is `group_page`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo import contracts
from fondo.contracts import Choice, Whole
from fondo.errors import BadParameter
from fondo.funds.agreement import Agreement, agreement
from fondo.funds.group_map import Components, components
from fondo.funds.group_number import Number, number_of_groups
from fondo.funds.group_stability import Stability, stability
from fondo.funds.group_table import GroupTable, by_features, by_returns
from fondo.funds.groups import Grouping, Tree, k_means, one_thread, tree
from fondo.funds.panel import Panel
from fondo.funds.placement import NEIGHBOURS, Placements, leave_one_out, place
from fondo.funds.scalings import USUAL, Scale, Scaled, compare_scales, scaled
from fondo.judge.intervals import Interval

Floats = NDArray[np.float64]

SHOWN = ("ward", "centroid", "single")  # linkages that are compared
PAIR = ("mean_return", "volatility")  # columns of the scaler pictures, where they are there


@dataclass(frozen=True, eq=False)
class Method:
    """One way to group the funds, judged.

    `silhouette` is NaN for a single group, `against` None without categories, `faithful` the
    cophenetic correlation of a tree and None for k-means.
    """

    grouping: Grouping
    silhouette: float
    against: Agreement | None
    faithful: float | None = None

    @property
    def largest(self) -> float:
        """Share of the funds in the largest group."""
        return self.grouping.sizes[0] / len(self.grouping.labels)


@dataclass(frozen=True, eq=False)
class GroupStudy:
    """What grouping some funds found.

    Parameters
    ----------
    table : GroupTable
        What they were grouped by, with funds and columns set aside.
    scale : Scale
        How the columns were scaled; returns are scaled fund by fund.
    X : float array (N, F)
        Scaled rows.
    period : str
        Window of the returns in words, "" for a table of features.
    k : int
        Number of groups.
    why : str
        Where it comes from.
    number : Number or None
        Error and silhouette by number of groups; None where too few funds differ.
    methods : tuple of Method
        k-means first, then trees; for k groups, and for as many as there are categories.
    trees : dict of str to Tree
        By linkage.
    stable : tuple of Stability
        By what differed between runs.
    components : Components
        Places on a plane.
    own : (Placements, Interval) or None
        Funds with a category, placed by the others; None without categories.
    placed : Placements or None
        Funds without one, placed by those that have one.
    scales : tuple of Scaled
        Two columns under every scaler; empty for returns.
    pair : (str, str)
        Those columns.
    scale_agreement : tuple of float
        Adjusted Rand index against the categories of k-means under each of `scales`.
    """

    table: GroupTable
    scale: Scale
    X: Floats
    period: str
    k: int
    why: str
    number: Number | None
    methods: tuple[Method, ...]
    trees: dict[str, Tree]
    stable: tuple[Stability, ...]
    components: Components
    own: tuple[Placements, Interval] | None
    placed: Placements | None
    scales: tuple[Scaled, ...]
    pair: tuple[str, str]
    scale_agreement: tuple[float, ...]

    @property
    def grouping(self) -> Grouping:
        """The groups by k-means."""
        return self.methods[0].grouping

    @property
    def categories(self) -> list[str]:
        """Categories that are given, in the order of the alphabet."""
        given = self.table.given
        return [] if given is None else np.unique(given[self.table.known]).tolist()


def find_groups(
    source: Panel | GroupTable,
    *,
    by: str = "features",
    k: int | None = None,
    date: Any = None,
    length: int = 156,
    scale: Scale = USUAL,
    seed: int = 0,
) -> GroupStudy:
    """Group funds, and judge the groups.

    Parameters
    ----------
    source : Panel or GroupTable
        Prices, or a row of features for each fund (`fondo.funds.group_table.from_table`).
    by : {"features", "returns"}, default="features"
        For prices: funds that behave alike, or that move together.
    k : int or None, default=None
        Number of groups; None takes the elbow.
    date : date or None, default=None
        For prices: last date of the window, None the last of the panel.
    length : int, default=156
        For prices: periods of the window.
    scale : Scale, default=USUAL
        How features are scaled: standard, cut at 3 standard deviations.
    seed : int, default=0
        Of everything random.

    Returns
    -------
    study : GroupStudy
        To be written by `fondo.funds.group_page.groups_page`.

    Raises
    ------
    BadData
        Fewer than three funds, or none that differ.
    BadParameter
        More groups than different funds; fewer than four different funds without `k`.

    Examples
    --------
    >>> from fondo.funds.universe import make_universe
    >>> panel = make_universe("iid", funds=30, years=3, groups=3, group_sd=0.03)
    >>> study = find_groups(panel, by="returns", length=104)
    >>> study.k, study.methods[0].against.adjusted
    (3, 1.0)
    """
    contracts.check_value("find_groups", "by", by, Choice("features", "returns"))
    contracts.check_value("find_groups", "seed", seed, Whole(0, 2**32 - 1))
    with one_thread():
        return _study(source, by, k, date, length, scale, seed)


def _study(
    source: Panel | GroupTable,
    by: str,
    k: int | None,
    date: Any,
    length: int,
    scale: Scale,
    seed: int,
) -> GroupStudy:
    table, redraw, period = _read(source, by, date, length, scale)
    X = table.values if table.kind == "returns" else scaled(table.values, scale)
    different = len(np.unique(X, axis=0))
    number = number_of_groups(X, seed=seed) if different > 3 else None
    k, why = _chosen(k, number, different)
    given = table.given if table.known.sum() > 1 else None
    trees = {linkage: tree(X, linkage) for linkage in SHOWN}
    counts = [k, *_other_count(table, k, different)]
    methods = [m for count in counts for m in _methods(X, trees, table, count, seed)]
    pair, scales = _scales(table)
    return GroupStudy(
        table=table,
        scale=scale,
        X=X,
        period=period,
        k=k,
        why=why,
        number=number,
        methods=tuple(methods),
        trees=trees,
        stable=tuple(_stable(X, methods[0].grouping, seed, redraw)),
        components=components(X),
        own=_own(X, table) if given is not None else None,
        placed=_placed(X, table) if given is not None else None,
        scales=scales,
        pair=pair,
        scale_agreement=_by_scale(table, scales, k, seed) if given is not None else (),
    )


def _read(
    source: Panel | GroupTable, by: str, date: Any, length: int, scale: Scale
) -> tuple[GroupTable, Callable[[np.random.Generator], Floats] | None, str]:
    """Table, how to draw its weeks anew, and the window in words."""
    if isinstance(source, GroupTable):
        return source, None, ""
    if not isinstance(source, Panel):
        raise BadParameter(
            f"find_groups(source={type(source).__name__}): must be a Panel of prices or a "
            "GroupTable. `fondo.funds.read` and `from_table` make them."
        )
    from fondo.funds.group_weeks import weeks_again

    make = by_returns if by == "returns" else by_features
    table = make(source, date=date, length=length)
    wanted = source.dates[-1] if date is None else np.datetime64(date, "D")
    end = int(np.searchsorted(source.dates, wanted, side="right")) - 1
    last = source.dates[end]
    redraw = weeks_again(source, table, scale, last, length)
    return table, redraw, f"{source.dates[end - length]} to {last}"


def _chosen(k: int | None, number: Number | None, different: int) -> tuple[int, str]:
    if k is not None:
        contracts.check_value("find_groups", "k", k, Whole(1, unit="groups"))
        if k > different:
            raise BadParameter(
                f"find_groups(k={k}): there must be at least as many different funds as groups; "
                f"there are {different}. Ask for fewer groups."
            )
        return k, "as asked for"
    if number is None:
        raise BadParameter(
            f"find_groups(k=None): an elbow needs at least four different funds; there are "
            f"{different}. Name the number of groups."
        )
    return number.elbow, "by the elbow"


def _other_count(table: GroupTable, k: int, different: int) -> list[int]:
    """The number of categories, where it is another number of groups that can be."""
    if table.given is None:
        return []
    count = len(np.unique(table.given[table.known]))
    return [count] if 1 < count <= different and count != k else []


def _methods(
    X: Floats, trees: dict[str, Tree], table: GroupTable, k: int, seed: int
) -> list[Method]:
    found: list[tuple[Grouping, float | None]] = [(k_means(X, k, seed=seed), None)]
    found += [(made.cut(k), made.faithful) for made in trees.values()]
    return [
        Method(grouping, _silhouette(X, grouping), _against(table, grouping), faithful)
        for grouping, faithful in found
    ]


def _silhouette(X: Floats, grouping: Grouping) -> float:
    from sklearn.metrics import silhouette_score

    if not 1 < grouping.count < len(X):
        return float("nan")
    return float(silhouette_score(X, grouping.labels))


def _against(table: GroupTable, grouping: Grouping) -> Agreement | None:
    if table.given is None or table.known.sum() < 2:
        return None
    names = np.array([str(label + 1) for label in grouping.labels])
    return agreement(names[table.known], table.given[table.known])


def _stable(
    X: Floats,
    grouping: Grouping,
    seed: int,
    redraw: Callable[[np.random.Generator], Floats] | None,
) -> list[Stability]:
    """As many kinds of runs as can be made; none for a single group."""
    enough = round(0.8 * len(X)) > 2 * grouping.count
    kinds = ["starts", *(["funds"] if enough else []), *(["weeks"] if redraw else [])]
    if grouping.count == 1:
        return []
    return [stability(X, grouping, what=what, seed=seed, redraw=redraw) for what in kinds]


def _own(X: Floats, table: GroupTable) -> tuple[Placements, Interval] | None:
    known = table.known
    if known.sum() <= NEIGHBOURS or table.given is None:
        return None
    return leave_one_out(X[known], table.given[known])


def _placed(X: Floats, table: GroupTable) -> Placements | None:
    known = table.known
    if known.all() or known.sum() <= NEIGHBOURS or table.given is None:
        return None
    return place(X[~known], X[known], table.given[known])


def _scales(table: GroupTable) -> tuple[tuple[str, str], tuple[Scaled, ...]]:
    """Two columns under every scaler: return and volatility, or the first two."""
    names = PAIR if set(PAIR) <= set(table.columns) else table.columns[:2]
    if table.kind == "returns" or len(names) < 2:
        return ("", ""), ()
    places = [table.columns.index(name) for name in names]
    return (names[0], names[1]), tuple(compare_scales(table.values[:, places]))


def _by_scale(
    table: GroupTable, scales: tuple[Scaled, ...], k: int, seed: int
) -> tuple[float, ...]:
    found = []
    for each in scales:
        rows = scaled(table.values, each.scale)
        count = min(k, len(np.unique(rows, axis=0)))
        against = _against(table, k_means(rows, count, seed=seed))
        found.append(against.adjusted if against else float("nan"))
    return tuple(found)
