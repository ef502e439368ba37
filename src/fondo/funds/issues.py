"""What was found while a panel was read, row by row, with what was done about it.

What is looked for is in `checks` and `membership`.
"""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.errors import BadData
from fondo.funds.panel import ISSUES

NO_DATE = np.datetime64("NaT", "D")


class Found:
    """Collects what is found; each thing becomes a row of `Panel.issues`."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []

    def add(
        self,
        kind: str,
        done: str,
        reason: str,
        *,
        fund: Any = "",
        date: Any = NO_DATE,
        value: Any = np.nan,
    ) -> None:
        """Note things of one kind; arrays give a row for each entry, single values hold for all.

        Parameters
        ----------
        kind : str
            Such as "stale", "jump" or "gap".
        done : str
            What was done: "keep", "mask", "drop", "adjust" or a word for a kind without choice.
        reason : str
            Why, in words that need no other page.
        fund : str or str array, default=""
            Name of the fund; empty for what concerns the whole panel.
        date : datetime64 or array of it, default=NaT
            When, NaT where it has no date.
        value : float or float array, default=nan
            What was seen there: the price, the length of a run, a correlation.
        """
        fund, date, value = np.broadcast_arrays(
            np.atleast_1d(np.asarray(fund, np.str_)),
            np.asarray(date, "datetime64[D]"),
            np.asarray(value, np.float64),
        )
        if len(fund) == 0:
            return
        part = pl.DataFrame(
            {
                "fund": pl.Series(np.array(fund), dtype=pl.String),
                "date": pl.Series(np.array(date)).cast(pl.Date),
                "value": pl.Series(np.array(value)),
            }
        ).with_columns(
            pl.when(pl.col("fund") == "").then(None).otherwise("fund").alias("fund"),
            pl.col("value").fill_nan(None),
            kind=pl.lit(kind),
            done=pl.lit(done),
            reason=pl.lit(reason),
        )
        self._parts.append(part.select(list(ISSUES)))

    def table(self) -> pl.DataFrame:
        """All that was found: fund, date, kind, value, done, reason."""
        return pl.concat(self._parts) if self._parts else pl.DataFrame(schema=ISSUES)


def refuse(
    kind: str,
    what: str,
    fund: NDArray[np.str_],
    date: NDArray[np.datetime64],
    value: NDArray[np.float64],
) -> None:
    """Raise BadData for the first of the things found, where the rule says "error"."""
    if len(fund) == 0:
        return
    raise BadData(
        f"funds.read: {len(fund)} case(s) of {what}, the first is fund {str(fund[0])!r} at "
        f"{date[0]} (value {value[0]:.6g}), and Rules({kind}='error') refuses them. Correct the "
        f"prices, or choose another rule for {kind}."
    )
