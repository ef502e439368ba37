"""Errors of several numbers a row: put together in units of each target's spread.

Names, directions and intervals are put to them in `metrics`, `measures` and `compare`.
"""

import numpy as np

from fondo.judge.answers import NumbersCase
from fondo.judge.intervals import Floats


def squared(case: NumbersCase) -> Floats:
    """Mean over the targets of the squared error in units of their spread, of each row: (n,)."""
    return np.asarray((case.errors**2).mean(axis=1))


def absolute(case: NumbersCase) -> Floats:
    """Mean over the targets of the absolute error in units of their spread, of each row: (n,)."""
    return np.asarray(abs(case.errors).mean(axis=1))


def size(case: NumbersCase) -> Floats:
    """Root of the mean over the targets of the squared errors, of each row: (n,)."""
    return np.sqrt(squared(case))


def squares(case: NumbersCase) -> list[Floats]:
    """What the mean square in units of the spread is a function of: 3 k columns (n,)."""
    return _columns(case, case.errors**2)


def sizes(case: NumbersCase) -> list[Floats]:
    """The same for the mean of absolute errors."""
    return _columns(case, abs(case.errors))


def _columns(case: NumbersCase, errors: Floats) -> list[Floats]:
    """Errors of each target, then its values, then their squares; all in units of its spread.

    Other rows would have another spread, so it is averaged anew in each resample. A target that
    has only one value gets squares of 1, and so keeps its own unit.
    """
    values = np.where(case.varies, (case.y - case.y.mean(axis=0)) / case.spread, 0.0)
    return list(np.concatenate([errors, values, np.where(case.varies, values**2, 1.0)], axis=1).T)


def _parts(m: Floats) -> tuple[Floats, Floats]:
    """Means of errors (..., k), and variances (..., k): nan where all rows drawn are one."""
    k = m.shape[-1] // 3
    variance = m[..., 2 * k :] - m[..., k : 2 * k] ** 2
    floor = 1e-9 * m[..., 2 * k :]
    return m[..., :k], np.where(variance > floor, variance, np.nan)


def root_mean_square(m: Floats) -> Floats:
    """Root of the mean over the targets of squared error over variance, from `squares`."""
    errors, variance = _parts(m)
    return np.asarray(np.sqrt((errors / variance).mean(axis=-1)))


def mean_size(m: Floats) -> Floats:
    """Mean over the targets of absolute error over standard deviation, from `sizes`."""
    errors, variance = _parts(m)
    return np.asarray((errors / np.sqrt(variance)).mean(axis=-1))


def explained(m: Floats) -> Floats:
    """Mean over the targets of R squared, from `squares`."""
    errors, variance = _parts(m)
    return np.asarray(1 - (errors / variance).mean(axis=-1))
