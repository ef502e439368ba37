"""What a backtest leaves: what each ranker said of each row, and what came of it.

Making one is the business of `backtests`, what it proves of `record`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadParameter, did_you_mean
from fondo.funds.leak_meter import Leak
from fondo.judge.intervals import Floats


@dataclass(frozen=True, eq=False)
class Backtest:
    """What rankers said at each date, and what came of it.

    Attributes
    ----------
    rows : polars.DataFrame
        A row for each fund and decision date: date, label_end, fund, parent, peer, tested, y,
        outcome, growth (return over the label window, as a share), volatility, tracking_error
        and past (the label's measure) of the year before; then for each model "score:NAME", and
        for those that learn "chance:NAME" (calibrated) and "cut:NAME" (threshold of training).
    models : dict of str to dict
        By name, in order: "learns", "settings", "seconds", "trials" (what was tried inside).
    facts : dict
        Of the data and the plan, for the manifest.
    leak : Leak or None
        What shuffled rows would have shown.
    issues : polars.DataFrame
        What was found in the prices.
    left_out : polars.DataFrame
        What got no row or no label.
    """

    rows: pl.DataFrame
    models: dict[str, dict[str, Any]]
    facts: dict[str, Any]
    leak: Leak | None = None
    issues: pl.DataFrame = field(default_factory=pl.DataFrame)
    left_out: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def learned(self) -> list[str]:
        """Names of the models that learn."""
        return [name for name, told in self.models.items() if told["learns"]]

    @property
    def baselines(self) -> list[str]:
        """Names of the baselines."""
        return [name for name, told in self.models.items() if not told["learns"]]

    @property
    def tested(self) -> pl.DataFrame:
        """Rows that were ranked."""
        return self.rows.filter(pl.col("tested"))

    def column(self, name: str, *, kind: str = "score") -> Floats:
        """What a model said of the tested rows (n,); BadParameter where there is none."""
        if name not in self.models:
            raise BadParameter(
                f"Backtest.column(name={name!r}): no such model. {did_you_mean(name, self.models)}"
            )
        key = f"{kind}:{name}"
        if key not in self.rows.columns:
            return np.full(self.tested.height, np.nan)
        return self.tested[key].to_numpy()
