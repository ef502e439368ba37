"""Errors that fall with the number of rows, as a power law above a floor; fitted, many at once.

How far the law may be off is said in `learning_curve`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import Floats

SLOWEST, FASTEST = 0.05, 2.0  # a rate outside of these cannot be told from them by a few sizes
FEWEST_SIZES = 3  # as many as the law has numbers
_GRID, _CUTS = 32, 32  # rates that are tried, and golden cuts around the best of them


@dataclass(frozen=True)
class PowerLaw:
    """Error as a function of the number of rows: floor + scale (n / reference)^-rate.

    Attributes
    ----------
    floor, scale, rate : float arrays of one shape
        One law an entry; `scale` below 0 is a law that rises.
    reference : float
        Rows at which the error is floor + scale.
    """

    floor: Floats
    scale: Floats
    rate: Floats
    reference: float

    def __call__(self, n: float) -> Floats:
        """Error with n rows, for each law."""
        value: Floats = self.floor + self.scale * (n / self.reference) ** -self.rate
        return value

    def rows_for(self, error: float) -> Floats:
        """Rows with which the error comes down to `error`; infinite where it never does.

        0 where a law that does not fall lies below it from the start.
        """
        flat = np.where(error >= self.floor, math.inf, 0.0)
        share = np.divide(error - self.floor, self.scale, out=flat, where=self.scale > 0)
        with np.errstate(divide="ignore", over="ignore"):
            rows: Floats = self.reference * np.maximum(share, 0.0) ** (-1 / self.rate)
        return rows


def fit_power_law(sizes: Sequence[float], errors: Floats, *, bounded: bool = True) -> PowerLaw:
    """Power laws of errors at some sizes, by weighted least squares.

        minimise sum_s n_s (error_s - floor - scale (n_s / n_last)^-rate)^2

    Parameters
    ----------
    sizes : sequence of float (n_sizes,)
        Rows, rising, at least 3 sizes.
    errors : float array (..., n_sizes)
        One law is fitted to each line.
    bounded : bool, default=True
        Whether the error cannot be negative, nor then the floor.

    Returns
    -------
    law : PowerLaw (...)
        Its rate lies in [0.05, 2]: five sizes over a factor of 16 cannot tell a slower one from a
        logarithm, nor a faster one from a step.

    Raises
    ------
    BadParameter
        Sizes that do not rise, or are too few.
    BadData
        Errors that are not finite, or not one a size.

    Notes
    -----
    For a given rate the law is linear in floor and scale, so only the rate is searched for: the
    best of a grid, then golden cuts around it. No start is guessed and no local minimum met.
    The weight of a size is its number of rows, as if the variance of an error fell with them:
    between the constant variance of small test parts and the squared decrease of the excess error
    of a regular model (van der Vaart, 1998, chapter 5), and no noise of estimated weights enters.

    References
    ----------
    Golub, Pereyra (1973), SIAM Journal on Numerical Analysis 10 (variables that separate);
    Cortes et al. (1993), Learning curves: asymptotic values and rate of convergence, NIPS 6.

    Examples
    --------
    >>> sizes = np.array([100, 200, 400, 800])
    >>> law = fit_power_law(sizes, 0.2 + 0.1 * (sizes / 800) ** -0.5)
    >>> [round(float(x), 4) for x in (law.floor, law.scale, law.rate, law(3200))]
    [0.2, 0.1, 0.5, 0.25]
    """
    n, values = _checked(sizes, errors)
    lines = values.reshape(-1, len(n))  # (laws, sizes)
    logs, weights = np.log(n / n[-1]), n / n.sum()
    grid = np.geomspace(SLOWEST, FASTEST, _GRID)
    best = _squares(lines, np.exp(-grid[:, None] * logs), weights, bounded).argmin(axis=1)
    low, high = (np.log(grid[np.clip(best + k, 0, _GRID - 1)]) for k in (-1, 1))

    def left(at: Floats) -> Floats:
        return _linear(lines, np.exp(-np.exp(at)[:, None] * logs), weights, bounded)[2]

    rate = np.exp(_golden(left, low, high))
    floor, scale, _ = _linear(lines, np.exp(-rate[:, None] * logs), weights, bounded)
    shape = values.shape[:-1]
    return PowerLaw(
        floor.reshape(shape), scale.reshape(shape), rate.reshape(shape), reference=float(n[-1])
    )


def _squares(errors: Floats, powers: Floats, weights: Floats, bounded: bool) -> Floats:
    """Squares that each rate leaves of each line, by their moments: (laws, rates).

    Digits are lost in the difference, so that it only serves to choose among rates far apart.
    """
    means = powers @ weights, errors @ weights
    off = powers - means[0][:, None]
    scale = errors @ (weights * off).T / (off * off @ weights)
    whole = (errors * errors) @ weights
    rest = whole[:, None] - means[1][:, None] ** 2 - scale**2 * (off * off @ weights)
    if not bounded:
        return rest
    bare = (errors @ (weights * powers).T) ** 2 / (powers * powers @ weights)
    below = means[1][:, None] < scale * means[0]
    return np.where(below, whole[:, None] - bare, rest)


def _linear(
    errors: Floats, powers: Floats, weights: Floats, bounded: bool
) -> tuple[Floats, Floats, Floats]:
    """Best floor and scale for given rates, and the weighted squares that they leave."""
    means = (weights * powers).sum(-1), (weights * errors).sum(-1)
    off = powers - means[0][..., None]
    scale = (weights * off * errors).sum(-1) / (weights * off * off).sum(-1)
    floor = means[1] - scale * means[0]
    if bounded:  # the least squares of a convex problem lie on the bound that they overstep
        bare = (weights * powers * errors).sum(-1) / (weights * powers * powers).sum(-1)
        scale, floor = np.where(floor < 0, bare, scale), np.maximum(floor, 0.0)
    rest = errors - floor[..., None] - scale[..., None] * powers
    return floor, scale, (weights * rest * rest).sum(-1)


def _golden(left: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Where between two ends `left` is smallest, for many at once: (laws,)."""
    cut = (math.sqrt(5) - 1) / 2
    first, second = high - cut * (high - low), low + cut * (high - low)
    one, other = left(first), left(second)
    for _ in range(_CUTS):
        below = one <= other
        low, high = np.where(below, low, first), np.where(below, second, high)
        fresh = np.where(below, high - cut * (high - low), low + cut * (high - low))
        value = left(fresh)
        first, second = np.where(below, fresh, second), np.where(below, first, fresh)
        one, other = np.where(below, value, other), np.where(below, one, value)
    return (low + high) / 2


def _checked(sizes: Sequence[float], errors: Floats) -> tuple[Floats, Floats]:
    n, values = np.asarray(sizes, float), np.asarray(errors, float)
    if n.ndim != 1 or len(n) < FEWEST_SIZES or n[0] <= 0 or not (np.diff(n) > 0).all():
        raise BadParameter(
            f"fit_power_law(sizes={n.tolist()}): sizes must be at least {FEWEST_SIZES} rising "
            "numbers of rows. Leave doubles out and sort them."
        )
    if values.ndim == 0 or values.shape[-1] != len(n) or not np.isfinite(values).all():
        raise BadData(
            f"fit_power_law(errors): there must be a finite error for each of the {len(n)} sizes, "
            f"in shape (..., {len(n)}), not {values.shape}. Leave out sizes that have none."
        )
    return n, values
