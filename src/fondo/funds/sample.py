"""Numbers of many funds over some periods, with gaps, and their sums down the periods.

A gap is a 0 of weight 0, so that sums need no test for missing values.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

NO_SPREAD = 1e-12  # a deviation of returns below this is 0: what rounding leaves of equal returns


@dataclass(frozen=True, eq=False)
class Sample:
    """Values (L, N) with 0 in gaps, and weights (L, N): 1 where there is a value, else 0."""

    values: Numbers
    weight: Numbers

    def rows(self, rows: slice) -> "Sample":
        """The same for some of the periods."""
        return Sample(self.values[rows], self.weight[rows])

    @cached_property
    def count(self) -> Numbers:
        """How many values each fund has (N,)."""
        count: Numbers = self.weight.sum(axis=0)
        return count

    @cached_property
    def mean(self) -> Numbers:
        """Mean of each fund (N,); NaN without a value."""
        mean: Numbers = self.values.sum(axis=0) / np.where(self.count > 0, self.count, np.nan)
        return mean

    @cached_property
    def distance(self) -> Numbers:
        """Values less their mean (L, N), 0 in gaps."""
        distance: Numbers = self.values - np.where(self.count > 0, self.mean, 0.0)
        distance *= self.weight
        return distance

    @cached_property
    def square(self) -> Numbers:
        """Sum of the squared distances from the mean (N,)."""
        return products(self.distance, self.distance)

    @cached_property
    def deviation(self) -> Numbers:
        """Standard deviation with n - 1 (N,); 0 below `NO_SPREAD`, NaN under two values."""
        return root(self.square, self.count - 1)


def sample(values: Numbers) -> Sample:
    """Sample of values in which NaN is a gap.

    Examples
    --------
    >>> sample(np.array([[1.0], [np.nan], [3.0]])).mean
    array([2.])
    """
    there = np.isfinite(values)
    return Sample(np.where(there, values, 0.0), there.astype(np.float64))


def products(first: Numbers, second: Numbers) -> Numbers:
    """Sum of products down the periods (N,)."""
    total: Numbers = np.einsum("ij,ij->j", first, second)
    return total


def root(total: Numbers, count: Numbers) -> Numbers:
    """Root of a sum of squares (N,) over a count (N,); 0 below `NO_SPREAD`, NaN for no count."""
    value = np.sqrt(total / np.where(count > 0, count, np.nan))
    return np.where(value < NO_SPREAD, 0.0, value)


@dataclass(frozen=True, eq=False)
class Line:
    """Regression of one sample on another, fund by fund (N,).

    `slope` and `intercept` are NaN under three common periods or where x does not vary,
    `correlation` also where y does not.
    """

    slope: Numbers
    intercept: Numbers
    correlation: Numbers


def line(y: Sample, x: Sample) -> Line:
    """Straight line through two samples that have their gaps in common.

    Parameters
    ----------
    y, x : Sample (L, N)
        Of equal weights.

    Returns
    -------
    line : Line
        Least squares.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [2.0]])
    >>> found = line(sample(3 + 2 * x), sample(x))
    >>> found.slope, found.intercept
    (array([2.]), array([3.]))
    """
    enough = x.count >= 3
    xx = np.where(enough & (root(x.square, x.count) > 0), x.square, np.nan)
    yy = np.where(root(y.square, y.count) > 0, y.square, np.nan)
    xy = products(x.distance, y.distance)
    slope = xy / xx
    return Line(slope, y.mean - slope * x.mean, xy / np.sqrt(xx * yy))
