"""The rows of a backtest and who learns from which: what every ranker is given.

What a ranker does with it is in `rankers`, `learned` and `network_ranker`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from fondo.errors import BadData
from fondo.funds.cells import Codes
from fondo.funds.feature import Feature
from fondo.funds.features import FEATURES, FeatureSet, feature_table
from fondo.funds.labels import MEASURES
from fondo.funds.observations import Observations, observe
from fondo.funds.panel import Panel
from fondo.funds.plan import BacktestPlan
from fondo.funds.spans import Mask, Rows, Spans, spans
from fondo.funds.splits import Pair, PurgedWalkForward
from fondo.funds.within import z_scores
from fondo.judge.intervals import Floats

KNOWN = ("sharpe", "volatility", "tracking_error")  # of the year before, for baselines and nulls
PAST = "past"  # the measure that the label ranks by, over the year before the date
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Walk:
    """Rows in the order of dates, and pairs of what is learned from and what is then ranked.

    Attributes
    ----------
    rows : Observations
        R rows.
    X : float64 array (R, F)
        Features as models see them.
    names : tuple of str
        Of the F features.
    known : dict of str to float array (R,)
        What was known: "past" (the label's measure over the year before), "sharpe", "volatility",
        "tracking_error", and "cost" where there is one.
    times : spans (R,)
        When each row decides and until when its label looks.
    pairs : list of (training rows, tested rows)
        In the order of time; training rows have a label that had ended.
    embargo : int
        Days that features look back on.
    plan : BacktestPlan
    """

    rows: Observations
    X: Floats
    names: tuple[str, ...]
    known: dict[str, Floats]
    times: Spans
    pairs: list[Pair]
    embargo: int
    plan: BacktestPlan

    @property
    def y(self) -> Floats:
        """Labels (R,): 1, 0 or NaN."""
        return self.rows.y

    @cached_property
    def cell(self) -> Codes:
        """Number of the date and peer group of each row (R,)."""
        return cell_numbers(self.rows)

    @property
    def tested(self) -> Rows:
        """All rows that are ranked, in order."""
        return np.concatenate([test for _, test in self.pairs])

    def weights(self, train: Rows) -> Floats | None:
        """How much each training row counts (n,), by its age; None where all count alike."""
        if self.plan.half_life is None:
            return None
        date = self.rows.date[train]
        age = (date.max() - date).astype(float) / DAYS_A_YEAR
        weight: Floats = 0.5 ** (age / self.plan.half_life)
        return weight

    def parts(self) -> Iterator["Walk"]:
        """A walk for each peer group where each has a model of its own; else the whole.

        Tests of a group that is too young to have labels of both kinds are left out.
        """
        if self.plan.groups != "apart":
            yield self
            return
        for peer in np.unique(self.rows.peer[self.tested]):
            mine = self.rows.peer == peer
            kept = [(train[mine[train]], test[mine[test]]) for train, test in self.pairs]
            able = [(a, b) for a, b in kept if len(b) and len(np.unique(self.y[a])) == 2]
            yield replace(self, pairs=able)


def spread_dates(date: ArrayLike, most: int) -> Mask:
    """Rows of every second, third, ... date, so that about `most` are left; all where they are few.

    Neighbouring dates share most of their labels, so that little is lost.

    Parameters
    ----------
    date : array (n,) of dates
    most : int
        Rows.

    Returns
    -------
    keep : bool array (n,)
        Whole dates; the latest is always among them.

    Examples
    --------
    >>> spread_dates(["2020-01-03", "2020-01-10", "2020-01-17"], 2).tolist()
    [True, False, True]
    """
    dates, of = np.unique(date, return_inverse=True)
    keep: Mask = (len(dates) - 1 - of) % -(-len(of) // most) == 0
    return keep


def cell_numbers(rows: Observations) -> Codes:
    """Number of the date and peer group of each row (R,)."""
    date = np.unique(rows.date, return_inverse=True)[1]
    numbers: Codes = date * (int(rows.peer.max(initial=0)) + 2) + rows.peer + 1
    return numbers


def make_walk(panel: Panel, plan: BacktestPlan) -> Walk:
    """Rows of a panel, with a model for each calendar year that is tested.

    Parameters
    ----------
    panel : Panel
        Prices.
    plan : BacktestPlan
        Settings.

    Returns
    -------
    walk : Walk
        Of the rows whose label window ends within the panel.

    Raises
    ------
    BadData
        Too few dates for a single test, or nothing to learn from before one.
    """
    rows = observe(
        panel, features=plan.features, look_back=plan.look_back, horizon=plan.horizon,
        step=plan.step, target=plan.label,
    )  # fmt: skip
    rows = rows.take(~np.isnat(rows.label_end))
    if len(rows) == 0:
        raise BadData(
            "backtest: no row has a label whose window ends within the panel "
            f"({panel.dates[0]} to {panel.dates[-1]}). Give a longer history or a shorter horizon."
        )
    if not rows.labelled.any():
        raise BadData(
            f"backtest: none of {len(rows)} rows has a label: {_why_none(rows)}. Give funds that "
            "differ, enough in each peer group, or another target."
        )
    times = spans(rows.date, rows.label_end, panel.parent_codes[rows.fund])
    splitter = PurgedWalkForward("year", burn_in=plan.burn_in, window=plan.window)
    pairs = [(t[rows.labelled[t]], s) for t, s in splitter.split(None, groups=times)]
    return walk_of(panel, rows, times, pairs, plan)


def _why_none(rows: Observations) -> str:
    """Reasons for which rows got no label, with their counts, the most frequent first."""
    lost = rows.left_out.filter(~pl.col("kind").is_in(["short_history", "window_past_end"]))
    counts = lost.group_by("reason").agg(pl.col("rows").sum()).sort("rows", "reason")
    told = [f"{reason} ({count})" for reason, count in counts.reverse().iter_rows()]
    return "; ".join(told) or "not known why"


def walk_of(
    panel: Panel, rows: Observations, times: Spans, pairs: list[Pair], plan: BacktestPlan
) -> Walk:
    """Walk over given pairs of rows; BadData where one has nothing to learn from.

    Parameters
    ----------
    panel : Panel
    rows : Observations
        Of `observe(panel, ...)` by the plan.
    times : spans (R,)
    pairs : list of (training rows, tested rows)
    plan : BacktestPlan
    """
    for train, test in pairs:
        if len(np.unique(rows.y[train])) < 2:
            raise BadData(
                f"backtest: before {rows.date[test].min()} there are {len(train)} labels, not of "
                "both kinds, to learn from. Raise burn_in, or give more history or funds."
            )
    X, names = _features(rows, plan)
    year = panel.periods_per_year
    length = (plan.look_back or year) / year
    known = past_values(panel, rows, plan)
    return Walk(rows, X, names, known, times, pairs, int(np.ceil(length * 366)), plan)


def past_values(panel: Panel, rows: Observations, plan: BacktestPlan) -> dict[str, Floats]:
    """What was known of each row (R,), from the year before its date."""
    measures: dict[str, Feature] = {name: FEATURES[name] for name in KNOWN}
    if panel.cost is not None:
        measures["cost"] = FEATURES["cost"]
    measure = plan.label.measure
    if isinstance(measure, str):
        measures[PAST] = FEATURES[MEASURES.get(measure, measure)]
    else:
        sign = "high" if plan.label.sign > 0 else "low"
        measures[PAST] = Feature(PAST, "performance", "", "", plan.label.function, better=sign)
    chosen = FeatureSet(
        list({f.name: f for f in measures.values()}.values()),
        min_history=plan.features.min_history,
        risk_free=plan.label.risk_free,
    )
    dates, place = np.unique(rows.date, return_inverse=True)
    ends = np.searchsorted(panel.dates, dates).astype(np.int64)
    look_back = plan.look_back or panel.periods_per_year
    table = feature_table(panel, ends, [look_back], chosen)
    columns = table.values[place, rows.fund]
    return {name: columns[:, table.names.index(feature.name)] for name, feature in measures.items()}


def _features(rows: Observations, plan: BacktestPlan) -> tuple[Floats, tuple[str, ...]]:
    """Features scaled as planned, and columns of peer groups where they are asked for."""
    X, names = rows.X, rows.names
    if plan.scale != "fold":
        date = np.unique(rows.date, return_inverse=True)[1]
        codes = (cell_numbers(rows) if plan.scale == "group" else date)[None]
        X = np.stack([z_scores(column[None], codes)[0] for column in X.T], axis=1)
    if plan.groups == "dummies":
        groups = np.unique(rows.peer)[1:]  # the first is where all the others are 0
        X = np.hstack([X, (rows.peer[:, None] == groups).astype(float)])
        names = (*names, *(f"peer_{group}" for group in groups))
    return X, names
