"""Pictures of digits for chapter 2: MNIST where it is given, scikit-learn's small ones where not.

Reading the files is in `data.images.idx`; how networks learn from the rows, in `runs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from fondo.data.images.idx import read_mnist
from fondo.engine.examples import Examples
from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.recipes.kitchen import Kitchen

Array = np.ndarray[Any, Any]

TOP = 255.0  # of the brightness
SAMPLE_TEST = 0.2
ROWS = 60_000  # of the source; batch sizes go by it
LEAST_BATCH = 4
LEAST_PICTURES = 20  # for each label: parts of the rows are cut off and still have to teach
_COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)  # of MNIST, 0 to 9

Scaling = Literal["raw", "max", "min-max", "mean", "standard", "inverted", "inverted, centred"]
SCALINGS = ("raw", "max", "min-max", "mean", "standard", "inverted", "inverted, centred")


class Rows(NamedTuple):
    """What networks learn from, what they are watched or judged on, and how many classes."""

    train: Examples
    test: Examples
    n_classes: int


@dataclass(frozen=True)
class Digits:
    """Pictures as rows of pixels, with their labels.

    Parameters
    ----------
    X, X_test : float32 array (pictures, pixels)
        Brightness, 0 to 255.
    y, y_test : int32 array (pictures,)
        Labels, from 0 on.
    side : (int, int)
        Height and width of a picture. Pixels.
    n_classes : int
        Classes that a network tells apart: one more than the largest label.
    """

    X: Array
    y: Array
    X_test: Array
    y_test: Array
    side: tuple[int, int]
    n_classes: int

    @property
    def is_mnist(self) -> bool:
        """Whether these are the rows that the published figures speak of, by size and labels."""
        sizes = self.X.shape, self.X_test.shape
        return sizes == ((ROWS, 784), (10_000, 784)) and tuple(np.bincount(self.y)) == _COUNTS

    @property
    def naive(self) -> float:
        """Accuracy of the most frequent training label on the test rows. Percent."""
        return 100 * float(np.mean(self.y_test == np.bincount(self.y).argmax()))

    @property
    def width(self) -> int:
        """Units of a hidden layer: the source's 1000, and 100 for pictures below 16 x 16."""
        return 1000 if self.X.shape[1] >= 256 else 100

    def published(self, figure: float | None) -> float | None:
        """The published figure where these are the rows it speaks of."""
        return figure if self.is_mnist else None

    def of_source(
        self, runs: Mapping[str, Mapping[int, float]]
    ) -> Mapping[str, Mapping[int, float]]:
        """Published curves by what they are called, where these are the rows they speak of.

        Examples
        --------
        >>> X, y = np.zeros((2, 4), np.float32), np.array([0, 1], np.int32)
        >>> Digits(X, y, X, y, (2, 2), 2).of_source({"published": {1: 93.39}})
        {}
        """
        return runs if self.is_mnist else {}

    def batch(self, size: int) -> int:
        """Batch size that makes as many updates an epoch as `size` does of 60,000 rows.

        At least 4; of 60,000 rows it is `size` itself.
        """
        return max(LEAST_BATCH, round(size * len(self.y) / ROWS))

    def share(self, n_rows: int) -> int:
        """As large a share of these training rows as `n_rows` are of 60,000. Rows."""
        return max(2 * self.n_classes, round(n_rows * len(self.y) / ROWS))

    def some(self, n_rows: int, seed: int) -> "Digits":
        """`n_rows` of the training rows, drawn; all of them where there are no more."""
        kept = np.random.default_rng(seed).permutation(len(self.y))[:n_rows]
        return replace(self, X=self.X[kept], y=self.y[kept])

    def held_out(self, n_rows: int, seed: int) -> "Digits":
        """Other rows to watch than the test rows: `n_rows` of the training rows, taken out."""
        order = np.random.default_rng(seed).permutation(len(self.y))
        kept, out = order[n_rows:], order[:n_rows]
        return replace(self, X=self.X[kept], y=self.y[kept], X_test=self.X[out], y_test=self.y[out])

    def rows(self, scaling: Scaling = "max") -> Rows:
        """Rows for networks; what scales them is learnt from the training rows alone."""
        shift, unit, sign = scale(self.X, scaling)
        shift, unit = np.float32(shift), np.float32(unit)  # in float64 MNIST would take a gigabyte

        def scaled(X: Array) -> Array:
            return np.asarray(sign * (X - shift) / unit, np.float32)

        train = Examples(scaled(self.X), self.y)
        return Rows(train, Examples(scaled(self.X_test), self.y_test), self.n_classes)


def scale(X: Array, scaling: Scaling) -> tuple[Any, Any, float]:
    """What is subtracted, what it is then divided by, and the sign of the result.

    Parameters
    ----------
    X : array (rows, pixels)
        Training pixels.
    scaling : one of SCALINGS
        "max" and "inverted" use the one largest value of all pixels, the others a number for each
        pixel; "inverted" is 1 minus the share of the largest.

    Returns
    -------
    shift, unit : float or array (pixels,)
        A pixel that never changes has the unit 1.
    sign : float
        -1 where light and dark change places.

    Raises
    ------
    BadParameter
        Unknown scaling.

    Examples
    --------
    >>> shift, unit, sign = scale(np.array([[0.0, 2.0], [4.0, 2.0]]), "standard")
    >>> shift.tolist(), unit.tolist(), sign
    ([2.0, 2.0], [2.0, 1.0], 1.0)
    """
    if scaling not in SCALINGS:
        hint = did_you_mean(scaling, SCALINGS)
        raise BadParameter(f"scale(scaling={scaling!r}): there is no such scaling. {hint}")
    most = float(X.max()) or 1.0
    if scaling == "raw":
        return 0.0, 1.0, 1.0
    if scaling == "max":
        return 0.0, most, 1.0
    if scaling == "inverted":
        return most, most, -1.0
    mean, low, high = X.mean(axis=0, dtype=np.float64), X.min(axis=0), X.max(axis=0)
    if scaling == "inverted, centred":
        return mean, most, -1.0
    width = X.std(axis=0, dtype=np.float64) if scaling == "standard" else high - low
    return (low if scaling == "min-max" else mean), np.where(width > 0, width, 1.0), 1.0


def digits(kitchen: Kitchen) -> Digits:
    """MNIST of the folder that is given, or scikit-learn's digits, stretched to 0 to 255.

    Raises
    ------
    BadData
        The folder does not hold the four files, see `read_mnist`, or too few pictures.
    """
    if kitchen.data is None:
        return _sample(kitchen.seed)
    given = read_mnist(kitchen.data)
    flat = [X.reshape(len(X), -1).astype(np.float32) for X in (given.X, given.X_test)]
    labels = [y.astype(np.int32) for y in (given.y, given.y_test)]
    n_classes, side = int(labels[0].max()) + 1, (int(given.X.shape[1]), int(given.X.shape[2]))
    if len(labels[0]) < LEAST_PICTURES * n_classes:
        raise BadData(
            f"{kitchen.data}: there must be at least {LEAST_PICTURES} training pictures for each "
            f"of the {n_classes} labels on average. There are {len(labels[0]):,} in all."
        )
    return Digits(flat[0], labels[0], flat[1], labels[1], side, n_classes)


def _sample(seed: int) -> Digits:
    from sklearn.datasets import load_digits

    from fondo.data.splits import split_rows

    X, y = load_digits(return_X_y=True)
    X, y = (X * (TOP / X.max())).astype(np.float32), y.astype(np.int32)
    train, test = split_rows(len(y), SAMPLE_TEST, seed, stratify=y)
    return Digits(X[train], y[train], X[test], y[test], (8, 8), 10)
