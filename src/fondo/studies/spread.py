"""What chance does to a number: seeds, intervals over them, and words that respect these.

No study is told from one run; what differs between seeds is noise.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fondo.errors import BadParameter
from fondo.report.scales import estimate, number

Spread = dict[str, float]
"""Mean over seeds with the ends of its 95 % interval: `mean`, `low`, `high`."""

Bands = dict[str, list[float]]
"""The same for each point of a curve."""


def seeds_from(seed: int, count: int) -> list[int]:
    """Seeds of `count` runs, all drawn from one; other seeds give runs that share none.

    Examples
    --------
    >>> seeds_from(0, 3)
    [2968811710, 3677149159, 745650761]
    """
    if seed < 0:
        raise BadParameter(f"study(seed={seed}): seed must be a whole number of at least 0.")
    if count < 2:
        raise BadParameter(
            f"study(seeds={count}): seeds must be a whole number of at least 2 (runs); one run "
            "does not say what is noise."
        )
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(count)]


def spread(values: Sequence[float]) -> Spread:
    """Mean over runs and its 95 % interval by Student's t.

        mean +- t(0.975; n - 1) s / sqrt(n)

    Parameters
    ----------
    values : sequence of float
        One number a seed, at least two; differences of runs with the same seed make a paired
        comparison.

    Returns
    -------
    dict of str to float
        "mean", "low", "high", in the unit of the values.

    References
    ----------
    Student (1908), The probable error of a mean, Biometrika 6.

    Examples
    --------
    >>> {name: round(value, 4) for name, value in spread([1.0, 2.0, 3.0]).items()}
    {'mean': 2.0, 'low': -0.4841, 'high': 4.4841}
    """
    found = bands([[value] for value in values])
    return {name: ends[0] for name, ends in found.items()}


def shares(values: Sequence[float]) -> Spread:
    """`spread` of shares: its ends are cut at 0 and 1."""
    return {name: min(1.0, max(0.0, end)) for name, end in spread(values).items()}


def bands(curves: Any) -> Bands:
    """`spread` at each point of curves (seeds, points)."""
    runs = np.asarray(curves, float)
    mean = runs.mean(axis=0)
    half = student(len(runs)) * runs.std(axis=0, ddof=1) / math.sqrt(len(runs))
    ends = {"mean": mean, "low": mean - half, "high": mean + half}
    return {name: end.tolist() for name, end in ends.items()}


@functools.cache
def student(count: int) -> float:
    """Quantile 0.975 of Student's t for `count` values, one degree of freedom less.

    With t = sqrt(n) tan(a), the density is proportional to cos(a)^(n - 1) on a finite range.

    Examples
    --------
    >>> [round(student(count), 3) for count in (2, 10)]
    [12.706, 2.262]
    """
    freedom = count - 1
    angles = np.linspace(-math.pi / 2, math.pi / 2, 100_001)
    density = np.cos(angles) ** (freedom - 1)
    steps = (density[1:] + density[:-1]) / 2
    below = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    return math.sqrt(freedom) * math.tan(float(np.interp(0.975, below, angles)))


def told(found: Spread) -> str:
    """Mean with its interval, rounded alike.

    Examples
    --------
    >>> told({"mean": 0.864321, "low": 0.8571, "high": 0.8712})
    '0.864 (0.857 to 0.871)'
    """
    if found["high"] - found["low"] <= 1e-9 * abs(found["mean"]):
        return f"{number(found['mean'])} (every run)"
    mean, ends = estimate(found["mean"], found["low"], found["high"])
    return f"{mean} ({ends})"


def verdict(difference: Spread, below: str, above: str, level: str) -> str:
    """The words for a difference that is surely below 0, surely above it, or within noise.

    Examples
    --------
    >>> verdict({"mean": 0.1, "low": -0.1, "high": 0.3}, "worse", "better", "within noise")
    'within noise'
    """
    if difference["high"] < 0:
        return below
    return above if difference["low"] > 0 else level
