"""The models of a backtest beside each other: who is best, against whom, and how much is luck."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fondo.funds.overfitting import BLOCKS, Overfitting, overfitting
from fondo.funds.record import Record
from fondo.funds.result import Backtest
from fondo.judge.intervals import Floats, Interval
from fondo.judge.luck import best_share


@dataclass(frozen=True)
class Standing:
    """Who is best, against whom, and how much of it is luck.

    Attributes
    ----------
    best : str
        Learned model with the highest precision of the picks; a baseline where nothing learns.
    rival : str
        Baseline with the highest one, the random one apart.
    difference, interval : float, Interval
        Of the best from the rival, date by date, by calendar year.
    trials : int
        Models and settings that were ever tested on these data, by the ledger.
    by_luck : float
        Precision that the best of so many would have without skill, picks counted as what they
        are worth.
    overfitting : Overfitting or None
        Of the models' spreads by date; None with fewer than two models or ten dates.
    """

    best: str
    rival: str
    difference: float
    interval: Interval
    trials: int
    by_luck: float
    overfitting: Overfitting | None

    @property
    def verdict(self) -> str:
        """Word for the best against the best baseline: better, worse or not distinguishable."""
        if self.interval.low > 0:
            return "better"
        return "worse" if self.interval.high < 0 else "not distinguishable"


def standing(done: Backtest, found: dict[str, Record]) -> Standing:
    """Compare the models of a backtest.

    Parameters
    ----------
    done : Backtest
    found : dict of str to Record
        From `records(done)`.

    Returns
    -------
    beside : Standing
    """
    rivals = [name for name in done.baselines if name != "random"] or done.baselines
    best = highest(found, done.learned or rivals)
    rival = highest(found, [name for name in rivals if name != best] or rivals)
    difference, interval = found[best].against(found[rival])
    told = done.facts.get("ledger")
    trials = int(told["trials"]) if told else len(done.models)
    proof = found[best].evidence
    effective = max(1, round(proof.effective)) if proof.picks else 1
    base = proof.base_rate if proof.picks else done.facts["plan"]["label"]["quantile"]
    luck = best_share(max(trials, 1), effective, base)
    return Standing(best, rival, difference, interval, trials, luck, _overfitting(found))


def highest(found: dict[str, Record], names: Sequence[str]) -> str:
    """Name of the record with the highest precision; of equals the first."""

    def value(name: str) -> float:
        precision = found[name].picks.precision
        return -1.0 if math.isnan(precision) else precision

    return max(names, key=value)


def _overfitting(found: dict[str, Record]) -> Overfitting | None:
    """Probability that the model with the best spread is below the median elsewhere in time."""
    table: Floats = np.stack([record.spread.values for record in found.values()], axis=1)
    table = table[:, ~np.isnan(table).all(axis=0)]
    table = table[~np.isnan(table).any(axis=1)]
    if table.shape[0] < BLOCKS or table.shape[1] < 2:
        return None
    return overfitting(table)
