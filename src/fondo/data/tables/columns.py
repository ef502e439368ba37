"""Settings for the columns of a table, and the plan that follows from them and the data.

The statistics and the arrays are the business of `encoder`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
from sklearn.base import BaseEstimator

from fondo.contracts import Choice, Contract, Either, Flag, Listed, Nothing, Real, Table, Whole
from fondo.contracts import check as check_contracts
from fondo.data.tables.kinds import KINDS, ColumnPlan, forced, infer_kind
from fondo.errors import BadData, BadParameter, did_you_mean

__all__ = ["ColumnPlan", "Columns", "infer_kinds"]


class _Name(Contract):
    """Name of a column."""

    rule = "the name of a column"

    def holds(self, value: Any) -> bool:
        return isinstance(value, str)

    def parse(self, text: str) -> str:
        return text


class Columns(BaseEstimator):  # type: ignore[misc]
    """How the columns of a table become numbers for a network.

    Everything is learnt from training rows alone. What is not said here is found out: see
    `infer_kinds`.

    Parameters
    ----------
    kinds : dict of str to str or None, default=None
        Kind of columns that must not be guessed: "number", "category", "boolean", "datetime" or
        "dropped".
    drop : sequence of str, default=()
        Columns to leave out.
    missing : {"median", "mean", "constant"}, default="median"
        What stands for a missing number: a statistic of the training rows, or `fill`.
    fill : float, default=0.0
        Stands for missing numbers if `missing="constant"`; in the column's unit.
    indicator : bool, default=True
        Whether columns with missing values in training get a flag "is missing".
    cap : (float, float) or None, default=None
        Quantiles of the training rows below and above which numbers are cut off. With None only
        infinities are, at the smallest and largest finite value.
    cap_flags : bool, default=False
        Whether numbers get flags "was below", "was above" the cap.
    scale : {"smooth", "robust", "standard", "minmax", "max", "quantile", "none"}, default="smooth"
        Smooth: median and quartiles, then far numbers bent towards 3, then mean and deviation: no
        outlier squeezes the rest or stands alone. Robust: median and quartiles. Standard: mean
        and deviation. Minmax: to [0, 1]. Max: by the largest absolute value. Quantile: by rank,
        to a normal distribution.
    squash : bool, default=False
        Whether scaled numbers go through tanh, so that none is beyond 1.
    categories : {"auto", "onehot", "embed"}, default="auto"
        One flag for each category, or a code to be embedded; "auto" decides by `onehot_limit`.
    onehot_limit : int, default=10
        Most categories of a column that still get flags if `categories="auto"`.
    category_limit : int, default=10_000
        Most categories of a column that are told apart; rarer ones share the code of the unseen.

    Examples
    --------
    >>> Columns(scale="standard").get_params()["scale"]
    'standard'
    """

    contracts: Mapping[str, Contract] = {
        "kinds": Either(Nothing(), Table(Choice(*KINDS))),
        "drop": Listed(_Name()),
        "missing": Choice("median", "mean", "constant"),
        "fill": Real(),
        "indicator": Flag(),
        "cap": Either(Nothing(), Listed(Real(0, 1), least=2, most=2)),
        "cap_flags": Flag(),
        "scale": Choice("smooth", "robust", "standard", "minmax", "max", "quantile", "none"),
        "squash": Flag(),
        "categories": Choice("auto", "onehot", "embed"),
        "onehot_limit": Whole(0, unit="categories"),
        "category_limit": Whole(1, unit="categories"),
    }

    def __init__(
        self,
        *,
        kinds: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        missing: str = "median",
        fill: float = 0.0,
        indicator: bool = True,
        cap: tuple[float, float] | None = None,
        cap_flags: bool = False,
        scale: str = "smooth",
        squash: bool = False,
        categories: str = "auto",
        onehot_limit: int = 10,
        category_limit: int = 10_000,
    ) -> None:
        self.kinds = kinds
        self.drop = drop
        self.missing = missing
        self.fill = fill
        self.indicator = indicator
        self.cap = cap
        self.cap_flags = cap_flags
        self.scale = scale
        self.squash = squash
        self.categories = categories
        self.onehot_limit = onehot_limit
        self.category_limit = category_limit

    def check(self) -> None:
        """Test every setting; BadParameter names the first that cannot be."""
        check_contracts(self)
        if self.cap is not None and not self.cap[0] < self.cap[1]:
            raise BadParameter(
                f"Columns(cap={tuple(self.cap)}): the lower quantile must be below the upper one. "
                "Give for instance (0.01, 0.99)."
            )


def infer_kinds(frame: pl.DataFrame, columns: Columns) -> list[ColumnPlan]:
    """Decide for every column of a table what it holds and whether it is of use.

    Left out are columns that are constant, all missing, identifier-like (whole numbers or text
    that name rows instead of describing them), or free text. Text of which at least 95 % reads as
    numbers or dates is taken as such, and the rest of it is listed in the reason.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        Training rows.
    columns : Columns
        Settings; what they say goes before what the data look like.

    Returns
    -------
    plans : list of ColumnPlan (n_columns,)
        In the order of the columns.

    Raises
    ------
    BadParameter
        A setting names a column that is not there.
    BadData
        Nothing is left to learn from.

    Notes
    -----
    Identifier-like columns are kept where nothing else would be left.

    Examples
    --------
    >>> table = pl.DataFrame({"town": ["Rome", "Oslo", "Rome"], "note": [None] * 3})
    >>> [(plan.kind, plan.reason) for plan in infer_kinds(table, Columns())]
    [('category', ''), ('dropped', 'all values are missing')]
    """
    columns.check()
    given = dict(columns.kinds or {}) | dict.fromkeys(columns.drop, "dropped")
    for name in given:
        if name not in frame.columns:
            setting = "drop" if name in columns.drop else "kinds"
            raise BadParameter(
                f"Columns({setting}={name!r}): the table has no such column. "
                f"{did_you_mean(name, frame.columns)}"
            )
    plans = [
        forced(series, given[series.name]) if series.name in given else infer_kind(series)
        for series in frame
    ]
    if all(plan.kind == "dropped" for plan in plans):
        plans = [_rescued(frame[plan.name], plan) for plan in plans]
    if all(plan.kind == "dropped" for plan in plans):
        reasons = "; ".join(f"{plan.name}: {plan.reason}" for plan in plans[:5])
        raise BadData(
            f"X: no column is left to learn from ({reasons}). Give a table with columns that vary, "
            "or say what they hold with Columns(kinds={...})."
        )
    return plans


def _rescued(column: pl.Series, plan: ColumnPlan) -> ColumnPlan:
    if not plan.reason.startswith("identifier-like"):
        return plan
    kind = "number" if column.dtype.is_numeric() else "category"
    return replace(plan, kind=kind, reason=f"{plan.reason}; kept, as nothing else is left")
