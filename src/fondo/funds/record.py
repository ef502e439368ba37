"""The track record of each model of a backtest: every figure with its interval and its rivals.

The figures are computed from the rows of the backtest alone, so a stored one gives them again.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from fondo.funds.cells import cells, quantile_codes
from fondo.funds.dated import Dated
from fondo.funds.inference import Evidence, evidence
from fondo.funds.nulls import permutation_null
from fondo.funds.peer_evidence import PeerEvidence, evidence_by_peer
from fondo.funds.picks import Picks, avoid_precision, selective_precision
from fondo.funds.result import Backtest
from fondo.funds.scores import auc_by_date, ndcg_by_date, rank_ic, top_minus_bottom, turnover
from fondo.funds.sharpe import DeflatedSharpe, deflated_sharpe, sharpe_of
from fondo.funds.spans import apart, dates_in_label
from fondo.funds.thresholds import CUTS, ThresholdCurve, precision_by_threshold
from fondo.judge.clusters import mean_by_cluster, share_by_cluster
from fondo.judge.intervals import Floats, Interval

# funds are alike in these: the wild, and those that stray from their group, end in both tails
MATCHED = ("volatility", "tracking_error")
FEWEST_YEARS = 3  # of yearly returns for a Sharpe ratio


@dataclass(frozen=True)
class Flagged:
    """Funds above the threshold that was chosen in training: how many, how many right."""

    flagged: float
    hits: float
    interval: Interval

    @property
    def precision(self) -> float:
        """Hits over flagged; NaN where none was."""
        return self.hits / self.flagged if self.flagged else float("nan")


class Record:
    """Track record of one model of a backtest, computed when it is asked for.

    Parameters
    ----------
    done : Backtest
    name : str
        Of a model.
    peer : str or None, default=None
        Of one peer group alone; None: of all.

    Raises
    ------
    BadParameter
        No such model.
    """

    def __init__(self, done: Backtest, name: str, peer: str | None = None) -> None:
        rows = done.tested
        mine = np.ones(rows.height, bool) if peer is None else (rows["peer"] == peer).to_numpy()
        self.done, self.name, self.peer = done, name, peer
        self.learns = bool(done.models[name]["learns"]) if name in done.models else False
        self.scores = done.column(name)[mine]
        self.rows = rows.filter(pl.Series(mine))
        self._chance = done.column(name, kind="chance")[mine]
        self._cut = done.column(name, kind="cut")[mine]
        self._where = (self.rows["date"].to_numpy(), self.rows["peer"].to_numpy())
        self._y = self.rows["y"].to_numpy()
        self._share = float(done.facts["plan"]["share"])
        self._side, self._sign = int(done.facts["side"]), int(done.facts["sign"])
        self._outcome = self.rows["outcome"].to_numpy()

    @cached_property
    def picks(self) -> Picks:
        """Highest-scored tenth of each date and peer group, and how many had the label."""
        return selective_precision(self.scores, self._y, *self._where, share=self._share)

    @cached_property
    def apart(self) -> Any:
        """Rows of dates whose labels do not overlap (n,)."""
        return apart(self._where[0], self.rows["label_end"].to_numpy())

    @cached_property
    def overlap(self) -> int:
        """Neighbouring dates whose labels hang together."""
        return dates_in_label(self._where[0], self.rows["label_end"].to_numpy())

    @cached_property
    def evidence(self) -> Evidence:
        """What the precision of the picks proves; nulls are of dates that do not overlap."""
        free = self.apart
        given = (self.scores[free], self._y[free], *(each[free] for each in self._where))
        nulls = {"plain": permutation_null(*given, share=self._share)}
        for name in MATCHED:
            sigma = self.rows[name].to_numpy()[free]
            null = permutation_null(*given, volatility=sigma, share=self._share)
            nulls[name.replace("_", " ")] = null
        return evidence(self.picks, nulls=nulls, overlap=self.overlap, nulls_apart=True)

    @cached_property
    def avoid(self) -> Evidence:
        """Whether the lowest-scored tenth ends in the bottom quarter."""
        scores, outcome = self._side * self.scores, self._sign * self._side * self._outcome
        found = avoid_precision(scores, outcome, *self._where, share=self._share)
        return evidence(found, overlap=self.overlap)

    @cached_property
    def wrong(self) -> Picks:
        """Picks that ended in the quarter farthest from the label: what must not happen.

        Its `precision` is their share, its `base_rate` that of blind picks.
        """
        cell = cells(*self._where).of_row
        part = quantile_codes(-self._sign * self._outcome, cell, 4)  # 0 is the farthest
        farthest = np.where(part < 0, np.nan, part == 0)
        return selective_precision(self.scores, farthest, *self._where, share=self._share)

    @cached_property
    def by_peer(self) -> list[PeerEvidence]:
        """Evidence of each peer group, corrected for having looked at all."""
        return evidence_by_peer(
            self.scores, self._y, *self._where, volatility=self.rows["volatility"].to_numpy(),
            share=self._share, label_end=self.rows["label_end"].to_numpy(),
        )  # fmt: skip

    @cached_property
    def auc(self) -> Dated:
        """Area under the curve, by date."""
        return auc_by_date(self.scores, self._y, *self._where)

    @cached_property
    def rank_ic(self) -> Dated:
        """Rank correlation of scores and outcomes, by date."""
        return rank_ic(self.scores, self._sign * self._outcome, *self._where)

    @cached_property
    def ndcg(self) -> Dated:
        """Discounted gain of the whole ranking, the label as gain, by date."""
        return ndcg_by_date(self.scores, self._y, *self._where)

    @cached_property
    def spread(self) -> Dated:
        """Return of the best-scored tenth minus that of the worst, over the label window."""
        growth = self.rows["growth"].to_numpy()
        return top_minus_bottom(self._side * self.scores, growth, *self._where, share=self._share)

    @cached_property
    def turnover(self) -> Dated:
        """Share of the picks that is exchanged from date to date."""
        fund = self.rows["fund"].to_numpy()
        return turnover(self.scores, self._where[0], fund, self._where[1], share=self._share)

    @cached_property
    def yearly_spread(self) -> Dated:
        """The spread at dates whose windows do not overlap."""
        free = np.isin(self.spread.date, np.unique(self._where[0][self.apart]))
        return replace(self.spread, date=self.spread.date[free], values=self.spread.values[free])

    @cached_property
    def deflated(self) -> DeflatedSharpe | None:
        """Whether the yearly spread has a Sharpe ratio beyond the best of all trials by luck.

        None without a ledger of at least two trials, or with fewer than 3 years.
        """
        told = self.done.facts.get("ledger")
        years = self.yearly_spread.known
        if not told or not told["sharpe_variance"] or len(years) < FEWEST_YEARS:
            return None
        if years.std() == 0:
            return None
        found = sharpe_of(years)
        return deflated_sharpe(
            found.value, found.n, trials=told["trials"], variance=told["sharpe_variance"],
            skew=found.skew, kurtosis=found.kurtosis,
        )  # fmt: skip

    @cached_property
    def curve(self) -> ThresholdCurve | None:
        """Precision by threshold of the calibrated probability; None where there is none."""
        known = ~np.isnan(self._chance) & ~np.isnan(self._y)
        if not known.any():
            return None
        years = self._where[0].astype("datetime64[Y]").astype(str)
        return precision_by_threshold(self._chance, self._y, CUTS, clusters=years)

    @cached_property
    def flagged(self) -> Flagged | None:
        """Rows above the threshold that was chosen inside the training side; None without one."""
        known = ~np.isnan(self._chance) & ~np.isnan(self._cut) & ~np.isnan(self._y)
        if not known.any():
            return None
        over = known & (self._chance >= self._cut - 1e-12)
        years = np.unique(self._where[0][over].astype("datetime64[Y]"), return_inverse=True)[1]
        hits, flags = np.bincount(years, self._y[over]), np.bincount(years)
        return Flagged(float(over.sum()), float(hits.sum()), share_by_cluster(hits, flags))

    def against(self, other: "Record") -> tuple[float, Interval]:
        """Mean difference of the precision, date by date, from another model, by calendar year.

        Returns
        -------
        difference : float
            Above 0 where this one is better.
        interval : Interval
        """
        mine, theirs = (_by_date(each.picks) for each in (self, other))
        dates = np.array(sorted(set(mine) & set(theirs)))
        values: Floats = np.array([mine[day] - theirs[day] for day in dates.tolist()])
        if not len(values):
            return float("nan"), Interval(-1.0, 1.0, "no date with picks of both")
        years = np.array(dates, "datetime64[D]").astype("datetime64[Y]")
        return float(values.mean()), mean_by_cluster(values, years)

    def to_json(self) -> dict[str, Any]:
        """Every figure as plain JSON."""
        dated = ("auc", "rank_ic", "ndcg", "spread", "turnover")
        told: dict[str, Any] = {
            "model": self.name,
            "learns": self.learns,
            "top": self.evidence.to_json() | {"by_year": self.picks.to_json()["years"]},
            "avoid": self.avoid.to_json(),
            "wrong": self.wrong.to_json(),
            **{name: getattr(self, name).to_json() for name in dated},
            "deflated_sharpe": None if self.deflated is None else self.deflated.to_json(),
            "curve": None if self.curve is None else self.curve.to_json(),
        }
        if self.flagged is not None:
            low, high, method = self.flagged.interval
            told["flagged"] = {
                "flagged": self.flagged.flagged, "hits": self.flagged.hits,
                "precision": None if not self.flagged.flagged else self.flagged.precision,
                "low": low, "high": high, "method": method,
            }  # fmt: skip
        return told


def _by_date(found: Picks) -> dict[Any, float]:
    """Precision of the picks of each date that has any."""
    tally = found.by("date")
    return {
        day: float(hits / picks)
        for day, hits, picks in zip(tally.name.tolist(), tally.hits, tally.picks, strict=True)
        if picks
    }


def records(done: Backtest, peer: str | None = None) -> dict[str, Record]:
    """Record of each model of a backtest, in their order."""
    return {name: Record(done, name, peer) for name in done.models}
