"""The tree of joins as a picture: leaves down the side with their names, distance to the right.

Where there are more funds than lines, early joins are drawn as one leaf. scipy lays the tree out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fondo.funds.groups import Tree, numbered_like
from fondo.report.markup import Markup, advance, element, join, sentences
from fondo.report.scales import Scale, number
from fondo.report.svg import (
    NORMAL,
    WIDTH,
    Chart,
    drawing,
    fitting_ticks,
    label,
    rule,
)

LINES = 30  # leaves drawn; more funds share them
_ROW = 15.0  # height of a leaf, pixels
_NAMES = 235.0  # widest column of names, pixels
_TOP = 34.0


@dataclass(frozen=True)
class _Leaf:
    """One line of the picture: its words, and its group of the cut."""

    words: str
    group: int


def dendrogram(
    found: Tree,
    names: Sequence[str],
    *,
    k: int,
    given: Sequence[str] | None = None,
    like: NDArray[np.int64] | None = None,
    title: str | None = None,
) -> Chart:
    """Draw a tree, cut into k groups.

    Parameters
    ----------
    found : Tree
        From `fondo.funds.groups.tree`.
    names : sequence of str (N,)
        Funds, in the order of the rows.
    k : int
        Groups of the cut; neighbouring groups differ in colour, joins above the cut are quiet.
    given : sequence of str (N,) or None, default=None
        Categories, named where a leaf holds several funds; "" is not known.
    like : int array (N,) or None, default=None
        Other groups of the same funds, whose numbers are taken where most funds agree.
    title : str or None, default=None
        Above the tree; None names the linkage.

    Returns
    -------
    chart : Chart
        At most 30 leaves, or k if that is more.

    References
    ----------
    scipy's `dendrogram` with `truncate_mode="lastp"`.
    """
    from scipy.cluster import hierarchy

    n = len(names)
    lines = min(n, max(LINES, k))
    laid = hierarchy.dendrogram(
        found.merges,
        p=lines,
        truncate_mode="lastp",
        no_plot=True,
        link_color_func=str,  # the number of the node, so that each join can be told
    )
    leaf_of = found.members(n - lines)
    cut = found.cut(k)
    labels = cut.labels if like is None else numbered_like(cut, like)
    leaves = [_leaf(leaf_of == node, names, labels, given) for node in laid["leaves"]]
    body, bottom = _body(laid, leaves, _groups_of_nodes(found, labels), found, k)
    heading = title or f"Tree by {found.linkage} linkage"
    matched = "" if like is None else "The numbers are those of k-means where most funds agree."
    return drawing(heading, body, bottom, sentences([_caption(found, lines, k), matched]))


def _leaf(
    inside: NDArray[np.bool_],
    names: Sequence[str],
    labels: NDArray[np.int64],
    given: Sequence[str] | None,
) -> _Leaf:
    rows: list[int] = np.flatnonzero(inside).tolist()
    group = int(labels[rows[0]])
    kinds = Counter(given[row] for row in rows if given[row]) if given is not None else Counter()
    most = kinds.most_common(1)
    if len(rows) == 1:
        beside = f" ({most[0][0]})" if most else ""
        return _Leaf(f"{group + 1} · {names[rows[0]]}{beside}", group)
    beside = f", {most[0][1]} {most[0][0]}" if most else ""
    return _Leaf(f"{group + 1} · {len(rows)} funds{beside}", group)


def _groups_of_nodes(found: Tree, labels: NDArray[np.int64]) -> dict[int, int]:
    """Group of each join whose rows are all in one; -1 for those above the cut."""
    n = len(labels)
    groups = dict(enumerate(labels.tolist()))
    for step, (left, right) in enumerate(found.merges[:, :2].astype(int).tolist()):
        groups[n + step] = groups[left] if groups[left] == groups[right] else -1
    return groups


def _body(
    laid: dict[str, list[list[float]]],
    leaves: list[_Leaf],
    groups: dict[int, int],
    found: Tree,
    k: int,
) -> tuple[Markup, float]:
    left = min(_NAMES, max(advance(leaf.words, NORMAL) for leaf in leaves)) + 12
    bottom = _TOP + 4 + _ROW * len(leaves)
    steps, texts = fitting_ticks(0.0, float(found.merges[:, 2].max()), WIDTH - 18 - left)
    scale = Scale(steps[0], steps[-1], left, WIDTH - 18.0)
    parts: list[Markup] = []
    for value, text in zip(steps, texts, strict=True):
        parts.append(rule(scale(value), _TOP, scale(value), bottom, css="grid"))
        parts.append(label(scale(value), bottom + 16, text, WIDTH, anchor="middle"))
    for row, leaf in enumerate(leaves):
        y = _TOP + 4 + _ROW * (row + 0.5)
        parts.append(label(left - 8, y + 4, leaf.words, left - 8, anchor="end"))
    order = {group: place for place, group in enumerate(dict.fromkeys(g.group for g in leaves))}
    for across, along, node in zip(laid["icoord"], laid["dcoord"], laid["color_list"], strict=True):
        group = groups[int(str(node))]
        css = "stroke4" if group < 0 else f"stroke{1 + order[group] % 3} solid"
        points = " L".join(
            f"{scale(height):.1f} {_TOP + 4 + _ROW * place / 10:.1f}"
            for place, height in zip(across, along, strict=True)
        )
        parts.append(element("path", d=f"M{points}", class_=css))
    parts += _cut_line(found, k, scale, bottom)
    parts.append(label(left, bottom + 38, "distance at the join", WIDTH - left, css="name"))
    return join(*parts), bottom + 48


def _cut_line(found: Tree, k: int, scale: Scale, bottom: float) -> list[Markup]:
    """Upright line between the last join inside a group and the first between two."""
    heights = found.merges[:, 2]
    if found.inversions or not 1 < k < len(heights) + 1:
        return []
    at = scale(float((heights[-k] + heights[1 - k]) / 2))
    return [rule(at, _TOP, at, bottom, css="marker")]


def _caption(found: Tree, lines: int, k: int) -> str:
    n = len(found.X)
    largest = max(found.cut(k).sizes)
    told = f"{n} funds; the number before each name is its group of a cut into {k}"
    told += "." if found.inversions else ", at the dotted line."
    shared = f"The first {n - lines} joins are inside the leaves." if n > lines else ""
    size = f"The largest group holds {largest} of {n}."
    faithful = (
        f"Heights and distances of funds correlate with {number(found.faithful)}."
        if np.isfinite(found.faithful)
        else "All distances are equal."
    )
    turned = (
        f"Joins that are lower than the one before: {found.inversions}; no height parts the groups."
        if found.inversions
        else ""
    )
    return sentences([told, shared, size, faithful, turned])
