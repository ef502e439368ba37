"""What a study of groups says: sentences and tables made of its numbers."""

import math
from typing import Any

import numpy as np

from fondo.funds.group_map import ordered, symbol
from fondo.funds.group_stability import BLOCK, SHARE
from fondo.funds.group_study import GroupStudy, Method
from fondo.funds.placement import NEIGHBOURS, Placements
from fondo.report.scales import number, percent

Row = tuple[object, ...]

SURE = 0.8  # share of neighbours of another category from which a fund is named
NAMED = 15  # funds of a list
_RUNS = {
    "starts": "one random start each, instead of the best of ten",
    "funds": f"a random {SHARE:.0%} of the funds each".replace("%", " %"),
    "weeks": f"weeks drawn anew in blocks of {BLOCK}",
}


def plain(name: str) -> str:
    """Name of a column in words.

    Examples
    --------
    >>> plain("max_drawdown")
    'max drawdown'
    """
    return name.replace("_", " ")


def verdict(study: GroupStudy) -> str:
    """The sentence to remember."""
    n, k = len(study.table.funds), study.k
    told = f"{n} funds fall into {k} group{'s' * (k > 1)} {study.why}."
    return " ".join([told, *_structure(study), *_stable(study), *_against(study)])


def _structure(study: GroupStudy) -> list[str]:
    found = study.number
    if found is None or study.k not in found.counts[1:]:
        return []
    own, chance = found.at(study.k)
    told = f"Their silhouette is {number(own)}, against {number(chance)} for shuffled columns"
    if found.best == study.k:
        return [f"{told}: {found.structure}."]
    best = number(found.at(found.best)[0])
    return [f"{told}; at best, with {found.best} groups, it is {best}: {found.structure}."]


def _stable(study: GroupStudy) -> list[str]:
    if not study.stable:
        return []
    redrawn = [each for each in study.stable if each.what != "starts"]
    worst = min(redrawn or study.stable, key=lambda each: each.mean)
    judged = "do not hold" if worst.is_weak else "hold"
    return [
        f"They {judged}: over {worst.runs} runs with {_RUNS[worst.what]}, the adjusted Rand index "
        f"between runs is {number(worst.mean)} on average."
    ]


def _against(study: GroupStudy) -> list[str]:
    found = study.methods[0].against
    if found is None:
        return []
    return [
        f"Against {len(found.columns)} given categories the adjusted Rand index is "
        f"{number(found.adjusted)}, where 0 is chance and 1 is equal."
    ]


def groups(study: GroupStudy) -> tuple[list[str], list[Row]]:
    """A row for each group: size, main category, typical fund, and means of columns."""
    made, table = study.grouping, study.table
    features = table.columns[:4] if table.kind == "features" else ()
    head = ["group", "funds", "most typical"]
    head += ["main category", "its share"] if table.given is not None else []
    head += ["together"] if study.stable else []
    head += [plain(name) for name in features] if features else ["mean correlation"]
    rows = []
    for label, centre in enumerate(made.centres(study.X)):
        inside = np.flatnonzero(made.labels == label)
        nearest = inside[((study.X[inside] - centre) ** 2).sum(axis=1).argmin()]
        row: list[object] = [symbol(label), len(inside), table.funds[nearest]]
        row += _main(study, inside) if table.given is not None else []
        row += [number(study.stable[-1].loyalty[inside].mean(), 2)] if study.stable else []
        means = [number(table.values[inside, c].mean()) for c in range(len(features))]
        rows.append((*row, *(means if features else [number(_correlation(study, inside))])))
    return head, rows


def _main(study: GroupStudy, inside: Any) -> list[object]:
    given = study.table.given
    names = ordered(given[inside].tolist()) if given is not None else []
    if given is None or not names:
        return ["not known", ""]
    return [names[0], percent(float((given[inside] == names[0]).mean()))]


def _correlation(study: GroupStudy, inside: Any) -> float:
    """Mean correlation between the returns of different funds of a group."""
    n = len(inside)
    if n < 2:
        return math.nan
    total = study.X[inside].sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))


def methods(study: GroupStudy) -> tuple[list[str], list[Row]]:
    """A row for each way to group: how tight, how uneven, and how like the categories."""
    head = ["method", "groups", "silhouette", "largest group", "tree tells distances"]
    head += ["Rand", "by chance", "adjusted Rand"] if study.methods[0].against else []
    return head, [_method(each) for each in study.methods]


def _method(each: Method) -> Row:
    row: Row = (
        each.grouping.method,
        each.grouping.count,
        number(each.silhouette),
        percent(each.largest),
        number(each.faithful),
    )
    if each.against is None:
        return row
    found = each.against
    return (*row, number(found.rand), number(found.chance), number(found.adjusted))


def stable(study: GroupStudy) -> tuple[list[str], list[Row]]:
    """A row for each kind of runs."""
    rows: list[Row] = [
        (
            _RUNS[each.what],
            each.runs,
            number(each.mean),
            f"{number(each.low)} to {number(each.high)}",
        )
        for each in study.stable
    ]
    return ["what differs between runs", "runs", "adjusted Rand, mean", "10 to 90 % of pairs"], rows


def crossed(study: GroupStudy) -> tuple[list[str], list[Row]]:
    """Funds of each category in each group of k-means."""
    found = study.methods[0].against
    if found is None:
        return [], []
    places = sorted(range(len(found.rows)), key=lambda i: int(found.rows[i]))
    head = ["category", *(symbol(int(found.rows[i]) - 1) for i in places), "all"]
    order = np.argsort(-found.counts.sum(axis=0), kind="stable")
    rows: list[Row] = [
        (found.columns[j], *found.counts[places, j].tolist(), int(found.counts[:, j].sum()))
        for j in order
    ]
    return head, rows


def neighbours(study: GroupStudy) -> str:
    """How well the nearest neighbours tell the category."""
    if study.own is None or study.table.given is None:
        return ""
    placed, (low, high, _) = study.own
    given = study.table.given[study.table.known]
    own = float((placed.groups == given).mean())
    largest = max((given == name).mean() for name in study.categories)
    return (
        f"By the {NEIGHBOURS} nearest others, {percent(own)} of {len(given)} funds "
        f"({percent(low)} to {percent(high)}) are placed into their own category; naming the "
        f"largest one would give {percent(float(largest))}."
    )


def doubtful(study: GroupStudy) -> list[Row]:
    """Funds nearly all of whose neighbours are of one other category, the surest first."""
    if study.own is None or study.table.given is None:
        return []
    placed, known = study.own[0], study.table.known
    names, given = study.table.funds[known], study.table.given[known]
    wrong = np.flatnonzero((placed.groups != given) & (placed.share >= SURE) & ~placed.unusual)
    order = wrong[np.lexsort([placed.distance[wrong], -placed.share[wrong]])]
    return [
        (
            names[i],
            given[i],
            placed.groups[i],
            percent(float(placed.share[i])),
            _near(study, placed, i),
        )
        for i in order
    ]


def placed(study: GroupStudy) -> list[Row]:
    """Funds without a category, where they belong, and whether they belong anywhere."""
    if study.placed is None:
        return []
    names, found = study.table.funds[~study.table.known], study.placed
    return [
        (
            names[i],
            found.groups[i],
            percent(float(found.share[i])),
            _near(study, found, i),
            "far from all" if found.unusual[i] else "",
        )
        for i in range(len(names))
    ]


def _near(study: GroupStudy, found: Placements, row: int) -> str:
    known = study.table.funds[study.table.known]
    return ", ".join(str(known[i]) for i in found.neighbours[row, :1])


def loose(study: GroupStudy) -> list[Row]:
    """Funds that belong least to their group, over the last kind of runs."""
    if not study.stable:
        return []
    loyalty = study.stable[-1].loyalty
    order = np.argsort(loyalty, kind="stable")[:NAMED]
    return [
        (study.table.funds[i], symbol(study.grouping.labels[i]), number(float(loyalty[i]), 2))
        for i in order
    ]


def scales(study: GroupStudy) -> tuple[list[str], list[Row]]:
    """A row for each scaler: what it does to distances, and to the groups."""
    head = [
        "scaler",
        "values cut",
        f"distance in {plain(study.pair[0])}",
        "distance of the farthest 5 %",
    ]
    head += ["adjusted Rand, all columns"] if study.scale_agreement else []
    rows = []
    for place, each in enumerate(study.scales):
        row: Row = (each.scale.words, each.cut, percent(each.first), percent(each.far))
        beside = (number(study.scale_agreement[place]),) if study.scale_agreement else ()
        rows.append((*row, *beside))
    return head, rows


def to_json(study: GroupStudy) -> dict[str, Any]:
    """The main numbers as plain JSON; labels by name of the fund."""
    return {
        "funds": len(study.table.funds),
        "columns": list(study.table.columns) if study.table.kind == "features" else study.period,
        "k": study.k,
        "why": study.why,
        "verdict": verdict(study),
        "groups": dict(
            zip(study.table.funds.tolist(), (study.grouping.labels + 1).tolist(), strict=True)
        ),
        "methods": [
            {
                "method": each.grouping.method,
                "groups": each.grouping.count,
                "silhouette": None if math.isnan(each.silhouette) else each.silhouette,
                "rand": each.against.rand if each.against else None,
                "adjusted_rand": each.against.adjusted if each.against else None,
            }
            for each in study.methods
        ],
        "stability": {each.what: each.mean for each in study.stable},
        "explained": list(study.components.explained),
        "set_aside": [list(pair) for pair in study.table.aside],
    }
