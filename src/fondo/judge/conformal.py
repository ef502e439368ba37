"""Prediction intervals that keep their promise whatever the model: split conformal.

Classes and intervals whose width changes from row to row are not here.
"""

import math

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import Array


def half_width(residuals: Array, coverage: float = 0.9) -> float:
    """Distance around a prediction within which the truth lies in `coverage` of new rows.

    The residuals must be of rows the model did not learn from, and new rows must come from the
    same source in any order (exchangeable); then, on average over such calibration parts,

        coverage <= P(|truth - prediction| <= half width) <= coverage + 1/(n + 1)

    where the right side needs residuals without ties.

    Parameters
    ----------
    residuals : float array (n,)
        Truth minus prediction, unit of the target.
    coverage : float in (0, 1), default=0.9
        Share of new rows to be covered.

    Returns
    -------
    float
        The ceil((n + 1) coverage)-th smallest absolute residual, unit of the target.

    Raises
    ------
    BadData
        With fewer than ceil(coverage / (1 - coverage)) rows no finite width keeps the promise.

    References
    ----------
    Vovk, Gammerman, Shafer (2005), Algorithmic Learning in a Random World; Lei et al. (2018),
    JASA 113, theorem 2.2.

    Examples
    --------
    >>> half_width(np.arange(1.0, 20.0), coverage=0.9)
    18.0
    """
    if not 0 < coverage < 1:
        raise BadParameter(
            f"half_width(coverage={coverage}): coverage must be a number in (0, 1). 0.9 is usual."
        )
    sizes = abs(np.asarray(residuals, np.float64))
    if not np.isfinite(sizes).all():
        raise BadData("half_width(residuals): every residual must be finite. Drop the others.")
    n = len(sizes)
    least = rows_needed(coverage)
    if n < least:
        raise BadData(
            f"half_width(residuals): coverage {coverage} needs at least {least} calibration rows, "
            f"not {n}. Give more rows or ask for less coverage."
        )
    rank = min(n, math.ceil((n + 1) * coverage - 1e-9))  # 0.9 * 10 must not become 10
    return float(np.partition(sizes, rank - 1)[rank - 1])


def rows_needed(coverage: float) -> int:
    """Fewest calibration rows for which that coverage can be promised: 9 for 0.9.

    Examples
    --------
    >>> rows_needed(0.95)
    19
    """
    return math.ceil(coverage / (1 - coverage) - 1e-9)
