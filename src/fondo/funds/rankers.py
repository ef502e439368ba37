"""What ranks funds: the protocol that all rankers keep, and the baselines, which learn nothing.

Rankers that learn are in `learned` and `network_ranker`, the list of all in `catalogue`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from fondo.errors import BadData
from fondo.funds.cells import quantile_codes
from fondo.funds.walk import PAST, Walk
from fondo.judge.intervals import Floats


@dataclass(frozen=True)
class InnerTrial:
    """Settings that were tried inside a training side.

    Attributes
    ----------
    test : str
        Year of the test that they were tried for.
    settings : dict
    trained, held : float
        Precision of the picks on the rows learned from, and on inner folds held out, by date.
    chosen : bool
        Whether they were kept.
    """

    test: str
    settings: dict[str, Any]
    trained: float
    held: float
    chosen: bool = False


@dataclass(frozen=True, eq=False)
class Ranked:
    """What a ranker says of each row of a walk.

    Attributes
    ----------
    scores : float array (R,)
        Higher is better; NaN for rows that are not tested, or that it cannot rank.
    probability : float array (R,) or None
        Chance of the label, calibrated on inner folds of the training side; NaN where that side
        was too short for them. None for baselines.
    threshold : float array (R,) or None
        Cut of the probability chosen inside the training side.
    trials : list of InnerTrial
        What was tried inside.
    """

    scores: Floats
    probability: Floats | None = None
    threshold: Floats | None = None
    trials: list[InnerTrial] = field(default_factory=list)


class Ranker(Protocol):
    """Something that ranks the tested rows of a walk, each by what was known at its date."""

    @property
    def name(self) -> str:
        """Word for it, in options and reports."""

    @property
    def learns(self) -> bool:
        """Whether it learns; a baseline does not."""

    def settings(self) -> dict[str, Any]:
        """Settings as plain JSON, for the ledger."""

    def rank(self, walk: Walk) -> Ranked:
        """Score the tested rows."""


@dataclass(frozen=True)
class Baseline:
    """A ranking by one number that is known at the date.

    Parameters
    ----------
    name : {"random", "past_sharpe", "past_quartile", "low_volatility", "low_cost"}
        "random" draws a number for each row, the same for the same seed, date and fund;
        "past_quartile" ranks by the quartile that a fund had in its group last year by the
        label's own measure, so that a quarter of the group ties. Where the label is what to
        avoid, each is turned round: the wildest or dearest funds first.
    """

    name: str
    learns: ClassVar[bool] = False

    def settings(self) -> dict[str, Any]:
        """Nothing but its name."""
        return {"ranker": self.name}

    def rank(self, walk: Walk) -> Ranked:
        """Score the tested rows; BadData where the panel lacks what it ranks by."""
        scores = np.full(len(walk.rows), np.nan)
        tested = walk.tested
        scores[tested] = self._values(walk)[tested]
        return Ranked(scores)

    def _values(self, walk: Walk) -> Floats:
        known, side = walk.known, walk.plan.side
        if self.name == "random":
            return _drawn(walk)
        if self.name == "past_sharpe":
            return side * known["sharpe"]
        if self.name == "low_volatility":
            return -side * known["volatility"]
        if self.name == "low_cost":
            if "cost" not in known:
                raise BadData(
                    "backtest(models=['low_cost']): the panel has no costs. Give a column of "
                    "costs, or leave this baseline out."
                )
            return -side * known["cost"]
        quartile = quantile_codes(walk.plan.sign * known[PAST], walk.cell, 4)
        scores: Floats = np.where(quartile < 0, np.nan, -quartile.astype(float))
        return scores


BASELINES: Mapping[str, str] = {
    "random": "a number drawn for each fund and date",
    "past_sharpe": "the Sharpe ratio of the year before",
    "past_quartile": "the quartile of the year before, by the target's own measure",
    "low_volatility": "the calmest funds first",
    "low_cost": "the cheapest funds first",
}


def _drawn(walk: Walk) -> Floats:
    """A number in [0, 1) for each row, by seed, date and fund alone."""
    values = np.empty(len(walk.rows))
    date = walk.rows.date
    for day in np.unique(date):
        mine = date == day
        random = np.random.default_rng([walk.plan.seed, int(day.astype(np.int64))])
        values[mine] = random.random(int(walk.rows.fund.max()) + 1)[walk.rows.fund[mine]]
    return values
