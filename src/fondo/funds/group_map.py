"""Funds on a plane: the two directions in which they differ most, each fund drawn as its group."""

import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo.funds.groups import _checked
from fondo.report.markup import Markup, element, sentences
from fondo.report.scales import number, percent
from fondo.report.svg import Axis, Canvas, Chart

Floats = NDArray[np.float64]

NUMBERS = string.digits[1:] + string.ascii_uppercase
LETTERS = string.ascii_uppercase + string.ascii_lowercase
"""What groups and categories are drawn as; those beyond share a dot."""

_MOST = 1500  # funds drawn; of more, as many evenly spaced


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of rows.

    Parameters
    ----------
    scores : float array (N, 2)
        Place of each row along the first two.
    explained : (float, float)
        Share of the squared distances from the mean that lies along each.
    weights : float array (2, F)
        What each column adds to them; rows of length 1.
    """

    scores: Floats
    explained: tuple[float, float]
    weights: Floats

    def words(self, columns: Sequence[str], which: int, most: int = 3) -> str:
        """The columns that weigh most in a component, with their weights."""
        order = np.argsort(-np.abs(self.weights[which]), kind="stable")[:most]
        return ", ".join(f"{columns[i]} {number(self.weights[which, i], 2)}" for i in order)


def components(X: ArrayLike) -> Components:
    """First two principal components of centred rows.

    Parameters
    ----------
    X : float array (N, F)
        Finite and scaled; the mean is taken away here. A single column leaves the second empty.

    Returns
    -------
    components : Components
        Signs are scikit-learn's: the largest weight of each is positive.

    Raises
    ------
    BadData
        Not a table of finite numbers.

    References
    ----------
    Pearson (1901), Philosophical Magazine 2; scikit-learn's `PCA`.

    Examples
    --------
    >>> found = components([[0.0, 0.0], [1.0, 1.0], [2.0, 2.1]])
    >>> [round(share, 3) for share in found.explained]
    [1.0, 0.0]
    """
    from sklearn.decomposition import PCA

    rows = _checked("components", X)
    count = min(2, *rows.shape)
    weights, explained = np.zeros((2, rows.shape[1])), np.zeros(2)
    if (rows != rows[0]).any():  # else there is no direction
        model = PCA(count, svd_solver="full").fit(rows)
        weights[:count], explained[:count] = model.components_, model.explained_variance_ratio_
    scores = (rows - rows.mean(axis=0)) @ weights.T
    return Components(scores, (float(explained[0]), float(explained[1])), weights)


def map_chart(
    title: str,
    found: Components,
    places: Sequence[int],
    hovers: Sequence[str],
    caption: str,
    symbols: str = NUMBERS,
) -> Chart:
    """Draw each fund as the symbol of its group.

    Parameters
    ----------
    title : str
        Above the frame.
    found : Components
        Where the funds are.
    places : sequence of int (N,)
        Group of each fund, from 0: the place of its symbol; -1 is drawn as a dot.
    hovers : sequence of str (N,)
        Appear on hovering.
    caption : str
        What one sees.
    symbols : str, default=NUMBERS
        One character a group, or `LETTERS`.
    """
    x, y = (
        Axis(f"{nth} component", f"{percent(share)} of the differences")
        for nth, share in zip(("first", "second"), found.explained, strict=True)
    )
    points = found.scores
    across, up = ((float(axis.min()), float(axis.max())) for axis in points.T)
    canvas = Canvas(title, x, y, across, up, height=330.0)
    every = -(-len(hovers) // _MOST)
    for row in range(0, len(hovers), every):
        at = canvas.x(float(points[row, 0])), canvas.y(float(points[row, 1]))
        canvas.add(_glyph(at, symbol(places[row], symbols), places[row], hovers[row]))
    thinned = f"Every {every}th fund is drawn." if every > 1 else ""
    return canvas.chart(sentences([caption, thinned]))


def ordered(groups: Sequence[str]) -> list[str]:
    """Groups in the order of their symbols: the largest first, names of one size by alphabet."""
    known, counts = np.unique([group for group in groups if group], return_counts=True)
    return [str(known[i]) for i in np.argsort(-counts, kind="stable")]


def symbol(place: int, symbols: str = NUMBERS) -> str:
    """What the group at a place is drawn as."""
    return symbols[place] if 0 <= place < len(symbols) else "·"


def _glyph(at: tuple[float, float], shown: str, place: int, hover: str) -> Markup:
    style = 4 if place < 0 else 1 + place % 3
    return element(
        "text",
        element("title", hover),
        shown,
        x=at[0],
        y=at[1] + 4,
        class_=f"tick fill{style}",
        text_anchor="middle",
    )
