"""One feature: its name, block, unit and formula, and the function that computes it.

All features are listed in `features`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadParameter
from fondo.funds.windows import Window

BLOCKS = ("cost", "performance", "risk", "other")


@dataclass(frozen=True)
class Feature:
    """A number for each fund at a date, computed from the window that ends there.

    Parameters
    ----------
    name : str
        Column name.
    block : {"cost", "performance", "risk", "other"}
        Which composite it belongs to.
    unit : str
        In words.
    formula : str
        In these letters: r return, g mean return of the other funds of the peer group, m mean
        return of all other funds, f risk-free return, p price, P periods a year, sd standard
        deviation with n - 1.
    function : Window -> float64 array (N,)
        NaN where it cannot be computed.
    better : {"high", "low"}, default="high"
        Which end an investor would rather have; composites turn "low" round.
    months : int, default=0
        Shortest look-back that it needs.
    needs : {"", "cost", "aum", "flow"}, default=""
        What the panel must hold beside prices.

    Raises
    ------
    BadParameter
        A block or direction that does not exist.

    Examples
    --------
    >>> spread = Feature("spread", "risk", "share", "max(r) - min(r)", lambda window:
    ...     np.nanmax(window.returns, axis=0) - np.nanmin(window.returns, axis=0), better="low")
    >>> spread.name
    'spread'
    """

    name: str
    block: str
    unit: str
    formula: str
    function: Callable[[Window], NDArray[np.float64]]
    better: str = "high"
    months: int = 0
    needs: str = ""

    def __post_init__(self) -> None:
        if self.block not in BLOCKS:
            raise BadParameter(
                f"Feature(block={self.block!r}): must be one of {', '.join(BLOCKS)}. Choose one."
            )
        if self.better not in ("high", "low"):
            raise BadParameter(
                f"Feature(better={self.better!r}): must be 'high' or 'low'. Choose one."
            )

    @property
    def sign(self) -> int:
        """1 if higher is better, -1 if lower is."""
        return 1 if self.better == "high" else -1
