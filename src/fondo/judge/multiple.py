"""Several tests at once: p-values made larger, so that a chance finding stays rare.

How good the best of many scores looks by luck is in `luck`.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import Floats

METHODS = ("holm", "benjamini-hochberg")
Method = Literal["holm", "benjamini-hochberg"]


def adjusted_p_values(p_values: ArrayLike, method: Method = "holm") -> Floats:
    """P-values of several tests, each corrected for the others.

    Parameters
    ----------
    p_values : float array (m,)
        In [0, 1], in any order; one for each test that was made, also those that found nothing.
    method : {"holm", "benjamini-hochberg"}, default="holm"
        Holm: calling all below 0.05 true errs, even once, in at most 5 % of cases, however the
        tests hang together. Benjamini-Hochberg: at most 5 % of those called true are not, on
        average, for tests that are independent or hang together positively.

    Returns
    -------
    adjusted : float array (m,)
        Never below the p-values, at most 1, in their order.

    Raises
    ------
    BadData
        A p-value is missing or outside [0, 1].

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6; Benjamini, Hochberg (1995), JRSS B 57.

    Examples
    --------
    >>> adjusted_p_values([0.01, 0.04, 0.03]).tolist()  # 3 x 0.01; then 2 x 0.03, kept rising
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise BadData(
            f"adjusted_p_values(p_values={p.shape}): each must be a number in [0, 1]. Leave out "
            "tests that could not be made, and say so."
        )
    if method == "holm":
        order = np.argsort(p, kind="stable")
        adjusted = np.empty(len(p))
        left = np.arange(len(p), 0, -1)
        adjusted[order] = np.minimum(np.maximum.accumulate(left * p[order]), 1.0)
        return adjusted
    if method == "benjamini-hochberg":
        found: Floats = stats.false_discovery_control(p, method="bh") if len(p) else p
        return found
    raise BadParameter(
        f"adjusted_p_values(method={method!r}): method must be one of {', '.join(METHODS)}. "
        "Choose one."
    )
