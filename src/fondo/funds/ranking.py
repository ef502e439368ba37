"""Today's ranking: funds at one date, by models that know what was known then.

How far such rankings were right before is the business of `backtests`.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadData, BadParameter
from fondo.funds.catalogue import rankers
from fondo.funds.cells import ranks
from fondo.funds.digests import panel_digest
from fondo.funds.observations import observe
from fondo.funds.panel import Panel
from fondo.funds.picks import picked
from fondo.funds.plan import BacktestPlan
from fondo.funds.rankers import Ranked, Ranker
from fondo.funds.spans import spans
from fondo.funds.walk import PAST, Walk, cell_numbers, walk_of

_FAR = np.timedelta64(10 * 366, "D")  # the label of a row to be ranked ends after all others


@dataclass(frozen=True, eq=False)
class Ranking:
    """Funds of one date in the order of one model, group by group.

    Attributes
    ----------
    table : polars.DataFrame
        fund, peer, rank (1 is the best of its group), of (funds in the group), pick (share of the
        fund that is in the top tenth, 1 or 0 without ties), score, chance (calibrated probability
        of the label, NaN where the history is too short), past and volatility of the last year.
    date : datetime64[D]
        The decision date: the last of the panel that is not after the date asked for.
    model : str
    facts : dict
        What it was learned from: rows, dates, settings, digest of the data.
    """

    table: pl.DataFrame
    date: np.datetime64
    model: str
    facts: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "date": str(self.date),
            "model": self.model,
            **self.facts,
            "funds": self.table.fill_nan(None).to_dicts(),
        }


def rank(
    panel: Panel,
    date: Any = None,
    model: str | Ranker = "logistic",
    *,
    plan: BacktestPlan | None = None,
) -> Ranking:
    """Rank the funds of one date by what had been learned until then.

    Parameters
    ----------
    panel : Panel
        Prices; those after the date are not looked at.
    date : date or None, default=None
        When to decide; None is the last date of the panel.
    model : str or ranker, default="logistic"
        As in `backtest`.
    plan : BacktestPlan or None, default=None
        As in `backtest`; `burn_in` and `tune_every` have no say.

    Returns
    -------
    ranking : Ranking
        Funds without enough history at the date are not in it.

    Raises
    ------
    BadData
        The date lies before the panel, or nothing had been labelled by then.
    BadParameter
        A model that does not exist, or a date that is none.

    Examples
    --------
    >>> from fondo.funds.universe import make_universe
    >>> panel = make_universe("market+skill", funds=40, years=6, alpha_sd=0.002)
    >>> found = rank(panel, "2006-01-01", "past_sharpe")
    >>> found.table["rank"].to_list()[:3], found.table["of"][0]
    ([1, 2, 3], 40)
    """
    plan = BacktestPlan() if plan is None else plan
    known = _until(panel, date)
    ranker = _one(model, known)
    given: dict[str, Any] = {
        "features": plan.features, "look_back": plan.look_back, "horizon": plan.horizon,
        "target": plan.label,
    }  # fmt: skip
    before = observe(known, step=plan.step, **given)
    keep = before.labelled
    if plan.window is not None:
        keep &= before.date >= known.dates[-1] - np.timedelta64(plan.window, "D")
    before, today = before.take(keep), observe(known, step=[known.dates[-1]], **given)
    rows = before.then(today)
    ends = np.where(np.isnat(rows.label_end), rows.date + _FAR, rows.label_end)
    split = np.arange(len(before)), np.arange(len(before), len(rows))
    times = spans(rows.date, ends, known.parent_codes[rows.fund])
    walk = walk_of(known, rows, times, [split], plan)
    return _ranking(known, walk, ranker, ranker.rank(walk))


def _one(model: str | Ranker, panel: Panel) -> Ranker:
    """The ranker that was asked for."""
    return rankers([model], panel)[0]


def _until(panel: Panel, date: Any) -> Panel:
    """The panel up to the date; what ended later lives in it."""
    if date is None:
        return panel
    try:
        day = np.datetime64(date, "D")
    except (TypeError, ValueError) as error:
        raise BadParameter(
            f"funds.rank(date={date!r}): must be a date such as '2020-01-31'. Write it so."
        ) from error
    count = int(np.searchsorted(panel.dates, day, side="right"))
    if count == 0 or np.isnat(day):
        raise BadData(
            f"funds.rank(date={day}): the panel runs from {panel.dates[0]} to {panel.dates[-1]}. "
            "Give a date within."
        )
    part = panel.take(dates=slice(0, count))
    return replace(part, dead_at=np.where(part.dead_at <= day, part.dead_at, np.datetime64("NaT")))


def _ranking(panel: Panel, walk: Walk, ranker: Ranker, found: Ranked) -> Ranking:
    """Table of the rows that were ranked."""
    train, test = walk.pairs[0]
    rows, scores = walk.rows.take(test), found.scores[test]
    cell = np.unique(cell_numbers(rows), return_inverse=True)[1]
    size = np.bincount(cell, ~np.isnan(scores))[cell].astype(int)
    chance = np.full(len(test), np.nan) if found.probability is None else found.probability[test]
    table = pl.DataFrame(
        {
            "fund": panel.funds[rows.fund],
            "peer": panel.named(rows.peer),
            "rank": np.floor(ranks(-scores, cell)),
            "of": size,
            "pick": picked(scores, cell, walk.plan.share),
            "score": scores,
            "chance": chance,
            "past": walk.known[PAST][test],
            "volatility": walk.known["volatility"][test],
        }
    )
    table = table.with_columns(pl.col("rank").fill_nan(None).cast(pl.Int64))
    facts = {
        "learned_from": {
            "rows": len(train),
            "first": str(walk.rows.date[train].min()),
            "last": str(walk.rows.date[train].max()),
        },
        "settings": ranker.settings(),
        "chosen": [trial.settings for trial in found.trials if trial.chosen],
        "plan": walk.plan.to_json(),
        "data": panel_digest(panel),
    }
    return Ranking(
        table.sort("peer", "rank", "fund", nulls_last=True), panel.dates[-1], ranker.name, facts
    )
