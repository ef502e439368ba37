"""Where the quartiles of a backtest go by the next look, and how often the best repeat, by year.

The counting itself is in `persistence`.
"""

from dataclasses import dataclass

import numpy as np

from fondo.funds.cells import Codes, cells, quantile_codes
from fondo.funds.persistence import Transitions, stay_rates, transitions
from fondo.funds.result import Backtest
from fondo.funds.spans import dates_in_label
from fondo.judge.intervals import Array, Floats

QUARTILES, LOOKS = 4, 3


@dataclass(frozen=True, eq=False)
class Moves:
    """Moves between quartiles of what came of the funds, from one label window to the next.

    Attributes
    ----------
    found : Transitions
        Quartile 0 is the best for an investor, whatever the label looks for.
    stayed : float array (looks,)
        Share of the first quartile that was in it again at each of the first 1, 2, ... looks;
        NaN where the history is too short.
    started : int array (looks,)
        Funds and dates that the share is of.
    step : int
        Dates between two looks, so that their windows do not overlap.
    year : str array (years,)
        Calendar year of the earlier look.
    again, first : float arrays (years,)
        Funds that were in the first quartile twice, and those that were in it once.
    """

    found: Transitions
    stayed: Floats
    started: Codes
    step: int
    year: Array
    again: Floats
    first: Floats

    @property
    def by_chance(self) -> Floats:
        """What `stayed` would be, were quartiles dealt out anew at each look: (looks,)."""
        return np.array([self.found.chance**look for look in range(1, len(self.stayed) + 1)])

    @property
    def repeat(self) -> Floats:
        """Repeat rate of each year; NaN where nobody was in the first quartile: (years,)."""
        rates: Floats = np.full(len(self.first), np.nan)
        np.divide(self.again, self.first, out=rates, where=self.first > 0)
        return rates


def moves(done: Backtest, peer: str | None = None) -> Moves | None:
    """Moves between quartiles, of all rows of a backtest that have a label, tested or not.

    Parameters
    ----------
    done : Backtest
    peer : str or None, default=None
        Funds that are in this peer group at the earlier date; None: all, each in its group.

    Returns
    -------
    found : Moves or None
        None where the dates do not hold two windows that do not overlap.

    Notes
    -----
    A fund that has ended, or is in no group that can be ranked, counts as gone. Of one group
    alone, one that has moved to another group is gone too.
    """
    rows = done.rows
    date, group = rows["date"].to_numpy(), rows["peer"].to_numpy()
    if not len(date):
        return None
    step = dates_in_label(date, rows["label_end"].to_numpy())
    known = ~np.isnan(rows["y"].to_numpy())
    good = int(done.facts["sign"]) * int(done.facts["side"])  # 1 where a higher outcome is better
    value = np.where(known, good * rows["outcome"].to_numpy(), np.nan)
    codes = quantile_codes(value, cells(date, group, "moves").of_row, QUARTILES)
    if peer is not None:
        codes = np.where(group == peer, codes, -1)
    if len(np.unique(date)) <= step or not (codes >= 0).any():
        return None
    given = (codes, date, rows["fund"].to_numpy())
    found = transitions(*given, step=step, quantiles=QUARTILES)
    stayed, started = stay_rates(*given, periods=LOOKS, step=step)
    year, of = np.unique(found.date.astype("datetime64[Y]").astype(str), return_inverse=True)
    again: Floats = np.bincount(of, found.stayed).astype(np.float64)
    first: Floats = np.bincount(of, found.started).astype(np.float64)
    return Moves(found, stayed, started, step, year, again, first)
