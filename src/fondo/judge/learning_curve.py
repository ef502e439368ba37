"""Learning curves: errors of nested subsets of the rows, and what more rows would buy.

The law itself is fitted in `power_law`; scores that are better when higher are in `score_curve`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import RESAMPLES, Floats, check_level
from fondo.judge.power_law import PowerLaw, fit_power_law

FEWEST_SIZES = 4  # three fix the law, a fourth tells whether it is one
FEWEST_REPEATS = 2


class Estimate(NamedTuple):
    """A number and the ends of its interval.

    Attributes
    ----------
    value, low, high : float
        The value lies between the ends, which may be infinite.
    """

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        """Plain dict; what is not finite becomes None."""
        return {k: v if math.isfinite(v) else None for k, v in self._asdict().items()}


class Foretold(NamedTuple):
    """What the smaller sizes alone say of the largest, where the truth is known.

    Attributes
    ----------
    predicted, measured : float
        Error at the largest size, by a curve fitted without it, and as it was.
    low, high : float
        Ends of the interval of predicted minus measured.
    """

    predicted: float
    measured: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the two differ by no more than chance explains."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True)
class LearningCurve:
    """The law of some measured errors, with laws that chance could have put in its place.

    Attributes
    ----------
    sizes : tuple of int (n_sizes,)
        Rows learnt from, rising.
    means : float array (n_sizes,)
        Mean error over the repeats.
    law : PowerLaw ()
        Fitted to the means.
    drawn : float array (draws, n_sizes)
        Means that other dealings of other rows could have given.
    laws : PowerLaw (draws,)
        Fitted to each of them.
    foretold : Foretold
        The largest size as the others foretell it: one step of extrapolation that can be checked.
    bounded : bool
        Whether the error cannot be negative.
    level : float
        Of the intervals.
    """

    sizes: tuple[int, ...]
    means: Floats
    law: PowerLaw
    drawn: Floats
    laws: PowerLaw
    foretold: Foretold
    bounded: bool = True
    level: float = 0.95

    def at(self, n: float) -> Estimate:
        """Error with n rows, on the curve."""
        return self._estimate(lambda law: self._possible(law(n)))

    def measured(self, place: int) -> Estimate:
        """Mean error at one of the sizes, as it was measured."""
        return self._between(float(self.means[place]), self._possible(self.drawn[:, place]))

    def gain(self, factor: float = 2.0) -> Estimate:
        """How far the error falls from the largest size to `factor` times as many rows.

        An interval that holds 0 tells no gain from chance.
        """
        if not (math.isfinite(factor) and factor > 0):
            raise BadParameter(
                f"gain(factor={factor}): factor must be a number above 0. 2 doubles the rows."
            )
        n = self.sizes[-1]
        return self._estimate(lambda law: self._possible(law(n)) - self._possible(law(factor * n)))

    def rows_for(self, error: float) -> Estimate:
        """Rows with which the curve comes down to an error; infinite where it never does.

        Never fewer than the smallest size: below it nothing was measured.
        """
        if not math.isfinite(error):
            raise BadParameter(f"rows_for(error={error}): error must be a finite number.")
        return self._estimate(lambda law: np.maximum(law.rows_for(error), self.sizes[0]))

    def _possible(self, errors: Floats) -> Floats:
        return np.maximum(errors, 0.0) if self.bounded else errors

    def _estimate(self, of: Callable[[PowerLaw], Floats]) -> Estimate:
        return self._between(float(of(self.law)), of(self.laws))

    def _between(self, value: float, drawn: Floats) -> Estimate:
        return Estimate(value, *_ends(value, drawn, self.level))


def learning_curve(
    sizes: Sequence[int],
    errors: Floats,
    *,
    rows: Floats | None = None,
    bounded: bool = True,
    level: float = 0.95,
    seed: int = 0,
) -> LearningCurve:
    """Fit the learning curve of nested subsets, with room for chance.

    Parameters
    ----------
    sizes : sequence of int (n_sizes,)
        Rows learnt from, rising; at least 4 sizes.
    errors : float array (repeats, n_sizes)
        Errors of at least 2 repeats. A repeat is one dealing of the rows into a test part and
        nested subsets, so its errors belong together.
    rows : float array (n_sizes, n_sizes) or None, default=None
        Covariance of the mean errors that repeats do not show, because they all judge on rows of
        one table; see `blocks`.
    bounded : bool, default=True
        Whether the error cannot be negative.
    level : float in (0, 1), default=0.95
        Share of the intervals that hold the truth, nearly.
    seed : int, default=0
        Same seed, same intervals.

    Returns
    -------
    curve : LearningCurve
        Its intervals cover the dealing of the rows, the training (its random start and order) and
        the choice of the rows of the table. They do not cover what no repeat can show: an error
        that leaves the law beyond the largest size, or new rows of another kind.

    Raises
    ------
    BadParameter, BadData
        Sizes, repeats or errors that are too few, do not rise or are not finite.

    Notes
    -----
    Means are drawn anew from the multivariate t distribution, J - 1 degrees of freedom, that the
    covariance of whole repeats gives: for any weighted sum of the means the interval is that of
    Student. What `rows` tells is added as normal noise. The law is fitted to each draw, so that
    the bounds on floor and rate shape the intervals as they should.

    References
    ----------
    Student (1908), The probable error of a mean, Biometrika 6;
    Nadeau, Bengio (2003), Machine Learning 52, section 2, on why repeats alone promise too much;
    Viering, Loog (2023), The Shape of Learning Curves, IEEE TPAMI 45, section 4, on the law.

    Examples
    --------
    >>> sizes = np.array([100, 200, 400, 800])
    >>> noise = np.random.default_rng(0).normal(0, 0.002, (5, 4))
    >>> curve = learning_curve(sizes, 0.2 + 0.1 * (sizes / 800) ** -0.5 + noise)
    >>> [round(x, 3) for x in curve.gain()]  # in truth 0.1 (1 - 1/sqrt(2)) = 0.029
    [0.029, 0.028, 0.03]
    """
    check_level("learning_curve", level)
    values = _checked(sizes, errors)
    extra = _covariance(rows, len(sizes))
    means, drawn = values.mean(axis=0), _drawn(values, extra, seed)
    law = fit_power_law(sizes, means, bounded=bounded)
    laws = fit_power_law(sizes, drawn, bounded=bounded)
    short, last = list(sizes[:-1]), float(sizes[-1])
    predicted = float(fit_power_law(short, means[:-1], bounded=bounded)(last))
    off = fit_power_law(short, drawn[:, :-1], bounded=bounded)(last) - drawn[:, -1]
    ends = _ends(predicted - float(means[-1]), off, level)
    foretold = Foretold(predicted, float(means[-1]), *ends)
    whole = tuple(int(n) for n in sizes)
    return LearningCurve(whole, means, law, drawn, laws, foretold, bounded, level)


def _drawn(errors: Floats, rows: Floats, seed: int) -> Floats:
    """Means that other dealings of other rows could have given: (draws, sizes)."""
    repeats, generator = len(errors), np.random.default_rng(seed)
    means = errors.mean(axis=0)
    off = (errors - means) / math.sqrt(repeats * (repeats - 1))
    normal = generator.normal(size=(2, RESAMPLES, len(means)))
    spread = np.sqrt((repeats - 1) / generator.chisquare(repeats - 1, (RESAMPLES, 1)))
    drawn: Floats = means + spread * normal[0] @ _root(off.T @ off) + normal[1] @ _root(rows)
    return drawn


def _root(covariance: Floats) -> Floats:
    """Symmetric square root; that of a sum over repeats knows nothing of their order."""
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    return root


def _covariance(rows: Floats | None, count: int) -> Floats:
    if rows is None:
        return np.zeros((count, count))
    extra = np.asarray(rows, float)
    if extra.shape != (count, count) or not np.isfinite(extra).all():
        raise BadData(
            f"learning_curve(rows): rows must be a finite covariance of shape ({count}, {count}), "
            f"not {extra.shape}. Leave it out where the test rows cannot be parted."
        )
    return extra


def _ends(value: float, drawn: Floats, level: float) -> tuple[float, float]:
    """Quantiles of the draws, moved apart where they would leave the value outside."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(drawn, tails, method="inverted_cdf")  # ends may be infinite
    return min(float(low), value), max(float(high), value)


def _checked(sizes: Sequence[int], errors: Floats) -> Floats:
    if len(sizes) < FEWEST_SIZES:
        raise BadParameter(
            f"learning_curve(sizes={list(sizes)}): there must be at least {FEWEST_SIZES} sizes: "
            "three fix the curve, a fourth tells whether it is one. Add some."
        )
    values = np.asarray(errors, float)
    if values.ndim != 2 or len(values) < FEWEST_REPEATS:
        raise BadData(
            f"learning_curve(errors): there must be at least {FEWEST_REPEATS} repeats, in shape "
            f"(repeats, {len(sizes)}), not {values.shape}. One dealing of the rows does not say "
            "how far another would differ."
        )
    if values.shape[1] != len(sizes) or not np.isfinite(values).all():
        raise BadData(
            f"learning_curve(errors): there must be a finite error for each of the {len(sizes)} "
            f"sizes in each repeat, not shape {values.shape}. Leave out what has none."
        )
    return values
