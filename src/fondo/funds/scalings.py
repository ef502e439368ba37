"""Scalers side by side: what each does to the funds that lie far out, and to the others.

Scaling decides what "near" means, so groups depend on it; the steps are those of `prepare`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo import contracts
from fondo.contracts import Choice, Contract, Either, Nothing, Real

Floats = NDArray[np.float64]

SCALERS = {
    "none": "as they are",
    "standard": "mean 0, standard deviation 1",
    "robust": "median 0, quartiles 1 apart",
    "min-max": "smallest 0, largest 1",
    "tanh": "mean 0, standard deviation 1, then is bent into \N{MINUS SIGN}1 to 1",
}
"""What each scaler makes of a column."""

FAR = 0.05  # share of the funds that counts as far out


@dataclass(frozen=True)
class Scale:
    """How columns are scaled before funds are compared.

    Parameters
    ----------
    scaler : {"standard", "robust", "min-max", "tanh", "none"}, default="standard"
        See `SCALERS`.
    cut : float or None, default=3.0
        Standard deviations from the mean at which values are cut off before; None cuts nothing.
    """

    scaler: str = "standard"
    cut: float | None = 3.0

    def __post_init__(self) -> None:
        limits: Mapping[str, Contract] = {
            "scaler": Choice(*SCALERS),
            "cut": Either(Nothing(), Real(0, open_low=True, unit="standard deviations")),
        }
        for name, contract in limits.items():
            contracts.check_value("Scale", name, getattr(self, name), contract)

    @property
    def words(self) -> str:
        """Name for a person, such as "standard, cut at 3 sd"."""
        return self.scaler if self.cut is None else f"{self.scaler}, cut at {self.cut:g} sd"


USUAL = Scale()
"""What is done unless another scale is given."""


def scaled(X: ArrayLike, scale: Scale = USUAL) -> Floats:
    """Rows (N, F) with every column scaled; finite rows stay finite.

    Examples
    --------
    >>> scaled([[0.0], [1.0], [4.0]], Scale("min-max", cut=None)).ravel().tolist()
    [0.0, 0.25, 1.0]
    """
    from sklearn.pipeline import make_pipeline

    rows = np.asarray(X, np.float64)
    steps = _steps(scale)
    values: Floats = make_pipeline(*steps).fit_transform(rows) if steps else rows.copy()
    return values


def _steps(scale: Scale) -> list[Any]:
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    from fondo.funds.prepare import SigmaCut, TanhSquash

    steps: dict[str, list[Any]] = {
        "none": [],
        "standard": [StandardScaler()],
        "robust": [RobustScaler()],
        "min-max": [MinMaxScaler()],
        "tanh": [StandardScaler(), TanhSquash()],
    }
    return [*([SigmaCut(scale.cut)] if scale.cut else []), *steps[scale.scaler]]


@dataclass(frozen=True, eq=False)
class Scaled:
    """Two columns after a scale, and what the scale does to distances.

    Parameters
    ----------
    scale : Scale
        Which.
    values : float array (N, 2)
        After it.
    cut : int
        Values that were cut off, of 2 N.
    first : float
        Share of the squared distances from the mean that the first column makes; a half is fair.
    far : float
        Share that the farthest 5 % of the funds make; 0.05 would be no more than their part.
    """

    scale: Scale
    values: Floats
    cut: int
    first: float
    far: float


def compare_scales(X: ArrayLike, cut: float = 3.0) -> list[Scaled]:
    """Two columns under every scaler, without and with a cut.

    Parameters
    ----------
    X : float array (N, 2)
        Finite, such as return and volatility.
    cut : float, default=3.0
        Standard deviations, where values are cut.

    Returns
    -------
    found : list of Scaled
        As they are first, then each scaler without and with the cut.
    """
    rows = np.asarray(X, np.float64)
    scales = [Scale(name, k) for name in SCALERS for k in (None, cut) if (name, k) != ("none", cut)]
    return [_compared(rows, scale) for scale in scales]


def _compared(rows: Floats, scale: Scale) -> Scaled:
    from fondo.funds.prepare import SigmaCut

    values = scaled(rows, scale)
    cut = int(SigmaCut(scale.cut).fit(rows).cut_.sum()) if scale.cut else 0
    squares = (values - values.mean(axis=0)) ** 2  # (N, 2)
    total = squares.sum()
    farthest = np.sort(squares.sum(axis=1))[::-1][: max(1, round(FAR * len(rows)))]
    if not total:
        return Scaled(scale, values, cut, np.nan, np.nan)
    return Scaled(
        scale, values, cut, float(squares[:, 0].sum() / total), float(farthest.sum() / total)
    )
