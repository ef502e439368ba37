"""Rows of the learning problem: one fund at one decision date, its features and its label.

A row knows nothing after its date: features use prices up to and including `date`, the label
uses prices after it, up to `label_end`. How features are computed is in `features`, labels in
`labels`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from numbers import Integral
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.errors import BadData, BadParameter
from fondo.funds.feature import Feature
from fondo.funds.features import FeatureSet, FeatureTable, feature_table
from fondo.funds.labels import Label, Measure, Outcomes, choose_best, outcomes
from fondo.funds.panel import Panel

LEFT_OUT = {
    "date": pl.Date,
    "peer": pl.String,
    "fund": pl.String,
    "kind": pl.String,
    "rows": pl.Int64,
    "reason": pl.String,
}  # columns of `Observations.left_out`
_WHOLE = ("names", "left_out", "overlap")  # fields that do not have one entry a row
_LATER: Any = None  # what `__post_init__` puts in
_STEP = {"D": 21, "W": 4, "M": 1}  # about a month


@dataclass(frozen=True, eq=False)
class Observations:
    """Rows of the learning problem, in the order of dates, then of funds.

    Parameters
    ----------
    date : datetime64[D] array (R,)
        Decision date: features use data up to and including it, the label starts after it.
    label_end : datetime64[D] array (R,)
        Last date that the label uses; NaT where the window ends after the data.
    fund : int array (R,)
        Place of the fund in `panel.funds`.
    peer : int array (R,)
        Place of its peer group at that date in `panel.group_names`.
    X : float64 array (R, F)
        Features; NaN where one cannot be computed, infinite where its formula says so.
    names : tuple of str
        Names of the F features.
    y : float64 array (R,)
        1 if the fund ends in the wanted quantile of its group, 0 if not, NaN if not known.
    outcome : float64 array (R,)
        The measure behind the label, such as the Sharpe ratio of the year after the date.
    growth : float64 array (R,) or None, default=None
        Return over the label window, by the label's rule for funds that end; None: not known.
    weight : float64 array (R,) or None, default=None
        Weight of each row in training; None counts every row alike.
    left_out : polars.DataFrame or None, default=None
        What got no row or no label, and why; None becomes an empty table.
    overlap : float, default=0.0
        Share of a look-back window that it has in common with the one before.
    """

    date: NDArray[np.datetime64]
    label_end: NDArray[np.datetime64]
    fund: NDArray[np.int64]
    peer: NDArray[np.int64]
    X: NDArray[np.float64]
    names: tuple[str, ...]
    y: NDArray[np.float64]
    outcome: NDArray[np.float64]
    growth: NDArray[np.float64] | None = None
    weight: NDArray[np.float64] | None = None
    left_out: pl.DataFrame = _LATER
    overlap: float = 0.0

    def __post_init__(self) -> None:
        if self.left_out is None:
            object.__setattr__(self, "left_out", pl.DataFrame(schema=LEFT_OUT))
        n = len(self.date)
        per_row = [item.name for item in fields(self) if item.name not in _WHOLE]
        wrong = [
            name
            for name in per_row
            if getattr(self, name) is not None and len(getattr(self, name)) != n
        ]
        if wrong or self.X.shape != (n, len(self.names)):
            raise BadData(
                f"Observations: {n} rows and {len(self.names)} names do not fit X of shape "
                f"{self.X.shape}{', ' + ', '.join(wrong) if wrong else ''}. Give one entry a row."
            )

    def __len__(self) -> int:
        return len(self.date)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Which rows have a label (R,)."""
        return np.isfinite(self.y)

    def take(self, rows: Any) -> "Observations":
        """Some of the rows, by mask, places or slice, in the order given."""
        per_row = [item.name for item in fields(self) if item.name not in _WHOLE]
        values = {name: getattr(self, name) for name in per_row}
        parts: dict[str, Any] = {
            name: None if value is None else value[rows] for name, value in values.items()
        }
        return replace(self, **parts)

    def then(self, other: "Observations") -> "Observations":
        """These rows, then those of another; what was left out stays as it is here.

        Raises
        ------
        BadData
            Their features differ.
        """
        if self.names != other.names:
            raise BadData(
                f"Observations.then: features {', '.join(self.names[:5])} and "
                f"{', '.join(other.names[:5])} differ. Observe both with the same features."
            )
        per_row = [item.name for item in fields(self) if item.name not in _WHOLE]
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in per_row}
        parts: dict[str, Any] = {
            name: None if one is None or two is None else np.concatenate([one, two])
            for name, (one, two) in pairs.items()
        }
        return replace(self, **parts)

    def describe(self) -> str:
        """What the rows are, in a few lines: how many, when, overlap, labels, what is left out."""
        if not len(self):
            return "no rows"
        known = self.labelled
        dates = np.unique(self.date)
        rate = f"{self.y[known].mean():.1%} of them positive" if known.any() else "none positive"
        lines = [
            f"{len(self)} rows, {len(dates)} dates from {dates[0]} to {dates[-1]}, "
            f"{len(np.unique(self.fund))} funds, {len(self.names)} features",
            f"a look-back shares {self.overlap:.1%} of its periods with the one before",
            f"{int(known.sum())} labels, {rate}",
        ]
        kinds = self.left_out.group_by("kind").agg(pl.col("rows").sum()).sort("kind")
        lines += [f"left out, {kind}: {rows}" for kind, rows in kinds.iter_rows()]
        return "\n".join(lines)


def observe(
    panel: Panel,
    *,
    features: Sequence[str | Feature] | FeatureSet | None = None,
    look_back: int | Sequence[int] | None = None,
    horizon: int | None = None,
    step: int | Sequence[Any] | None = None,
    target: str | Feature | Measure | Label = "sharpe",
    quantile: float | None = None,
) -> Observations:
    """Rows for learning: features of each fund at each decision date, and what came after.

    Parameters
    ----------
    panel : Panel
        Prices.
    features : FeatureSet, sequence of names and Features, or None, default=None
        What is computed; None takes all that the panel can feed.
    look_back : int, sequence of int or None, default=None
        Periods that features look back on; None is a year. With more than one, each feature is
        computed on each, and its name ends in the length.
    horizon : int or None, default=None
        Periods after the date that the label looks at; None is a year.
    step : int, sequence of dates or None, default=None
        Periods between two decision dates, counted from the first date of the panel, so that more
        data or another look-back moves none; None is about a month (21 days, 4 weeks). Or the
        decision dates themselves; one between two dates of the panel stands for the one before.
    target : str, Feature, callable or Label, default="sharpe"
        What the label ranks by; see `fondo.funds.Label` for side, ties and funds that end.
    quantile : float or None, default=None
        Share of the group that is wanted; None is that of the label, a quarter.

    Returns
    -------
    rows : Observations
        Ordered by date, then by fund. A fund has a row where it has a price at the date and
        enough history. Labels rank all funds of a group that have a price at the date, also those
        without a row, so they do not depend on features. What got no row or no label is in
        `left_out`.

    Raises
    ------
    BadData
        The panel is too short for a single row.
    BadParameter
        A setting that cannot be.

    Examples
    --------
    >>> wave = np.sin(np.arange(120)[:, None] * np.arange(1, 7)) / 100
    >>> days = np.datetime64("2020-01-03") + 7 * np.arange(120)
    >>> panel = Panel(days, np.array(list("ABCDEF")), np.exp(wave.cumsum(axis=0)), "W")
    >>> rows = observe(panel, features=["sharpe", "calmar"], step=26)
    >>> len(rows), rows.names, rows.y[rows.date == rows.date[0]].tolist()
    (18, ('sharpe', 'calmar'), [0.0, 0.0, 1.0, 0.0, 0.0, 1.0])
    """
    chosen = features if isinstance(features, FeatureSet) else FeatureSet(features)
    label = target if isinstance(target, Label) else Label(target)
    if quantile is not None:
        label = replace(label, quantile=quantile)
    year = panel.periods_per_year
    look_backs = [year] if look_back is None else list(np.atleast_1d(np.asarray(look_back, object)))
    horizon = year if horizon is None else horizon
    for name, value in [("horizon", horizon), *(("look_back", length) for length in look_backs)]:
        _check_periods(name, value)
    if len(set(look_backs)) < len(look_backs):
        raise BadParameter(f"observe(look_back={look_backs}): a length stands twice. Give it once.")
    ends = _decisions(panel, min(look_backs), _STEP[panel.frequency] if step is None else step)
    table = feature_table(panel, ends, look_backs, chosen)
    after = outcomes(panel, ends, horizon, label)
    y, groups_left_out = _labels(panel, ends, after, label)
    rows = _rows(panel, ends, table, after, y)
    left_out = [*_history_left_out(panel, ends, table), *groups_left_out]
    between = float(np.median(np.diff(ends))) if len(ends) > 1 else min(look_backs)
    return replace(
        rows,
        left_out=pl.DataFrame(left_out, schema=LEFT_OUT, orient="row"),
        overlap=max(0.0, 1 - between / min(look_backs)),
    )


def _check_periods(name: str, value: Any) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise BadParameter(
            f"observe({name}={value!r}): must be a whole number of at least 1 (periods of the "
            "panel). Give for instance 52 for a year of weeks."
        )


def _decisions(panel: Panel, shortest: int, step: Any) -> NDArray[np.int64]:
    """Rows of the decision dates."""
    if np.ndim(step) == 0:
        _check_periods("step", step)
        first = -(-shortest // step) * step
        ends = np.arange(first, len(panel.dates), step)
    else:
        try:
            dates = np.unique(np.asarray(step, "datetime64[D]"))
        except (TypeError, ValueError) as error:
            raise BadParameter(
                "observe(step=[...]): must be decision dates such as '2020-01-31'. Write them so."
            ) from error
        ends = np.unique(np.searchsorted(panel.dates, dates, side="right") - 1)
        ends = ends[ends >= shortest]
    if len(ends) == 0:
        raise BadData(
            f"observe(look_back={shortest}): the panel has {len(panel.dates)} dates, from "
            f"{panel.dates[0]} to {panel.dates[-1]}, and no decision date has a whole look-back "
            "before it. Give a shorter look_back or more history."
        )
    return ends.astype(np.int64)


def _rows(
    panel: Panel,
    ends: NDArray[np.int64],
    table: FeatureTable,
    after: Outcomes,
    y: NDArray[np.float64],
) -> Observations:
    place, fund = np.nonzero(table.enough)
    if len(place) == 0:
        raise BadData(
            "observe: at no decision date does a fund have a price and enough history. Lower "
            "min_history, or see panel.issues for what is missing."
        )
    last = np.where(after.end >= 0, panel.dates[after.end], np.datetime64("NaT", "D"))
    return Observations(
        date=panel.dates[ends[place]],
        label_end=last[place],
        fund=fund,
        peer=panel.peer_codes[ends[place], fund],
        X=table.values[place, fund],
        names=table.names,
        y=y[place, fund],
        outcome=after.outcome[place, fund],
        growth=after.growth[place, fund],
    )


def _labels(
    panel: Panel, ends: NDArray[np.int64], after: Outcomes, label: Label
) -> tuple[NDArray[np.float64], list[tuple[Any, ...]]]:
    """Labels (D, N) of all funds with a price at the date, and what got none."""
    priced = np.isfinite(panel.nav[ends])
    peer = panel.peer_codes[ends]
    n_groups = len(panel.group_names)
    number = np.arange(len(ends))[:, None] * n_groups + peer
    outcome = np.where(priced, after.outcome, np.nan)
    y, alike = choose_best(
        outcome.ravel(), after.growth.ravel(), np.where(peer < 0, -1, number).ravel(), label
    )
    y, alike = y.reshape(peer.shape), alike.reshape(peer.shape)
    ended = priced & (after.end >= 0)[:, None]
    without = {
        "window_past_end": (priced & ~ended, "the label window ends after the panel"),
        "no_peer_group": (ended & (peer < 0), "the peer group at the date is not known"),
        "short_label": (ended & after.short, "too few returns in the label window"),
        "undefined": (
            ended & ~after.short & ~after.set_aside & np.isnan(outcome) & (peer >= 0),
            "the measure has no value, such as the Sharpe ratio of equal returns",
        ),
        "ended": (ended & after.set_aside, "funds that end in the window are left out"),
    }
    rows: list[tuple[Any, ...]] = []
    for kind, (mask, reason) in without.items():
        rows += _per_date(panel, ends, mask, kind, reason)
    small = ended & ~np.isnan(outcome) & np.isnan(y) & ~alike & (peer >= 0)
    reason = f"fewer than {label.least} funds of the group have an outcome"
    rows += _per_group(panel, ends, small, "small_group", reason)
    rows += _per_group(panel, ends, alike, "all_equal", "all outcomes of the group are equal")
    return y, rows


def _per_date(
    panel: Panel, ends: NDArray[np.int64], mask: NDArray[np.bool_], kind: str, reason: str
) -> list[tuple[Any, ...]]:
    counts = mask.sum(axis=1)
    return [
        (panel.dates[ends[place]].item(), None, None, kind, int(counts[place]), reason)
        for place in np.flatnonzero(counts)
    ]


def _per_group(
    panel: Panel, ends: NDArray[np.int64], mask: NDArray[np.bool_], kind: str, reason: str
) -> list[tuple[Any, ...]]:
    place, fund = np.nonzero(mask)
    peer = panel.peer_codes[ends[place], fund]
    found, counts = np.unique(np.stack([place, peer]), axis=1, return_counts=True)
    return [
        (panel.dates[ends[d]].item(), panel.group_names[group], None, kind, int(count), reason)
        for (d, group), count in zip(found.T.tolist(), counts, strict=True)
    ]


def _history_left_out(
    panel: Panel, ends: NDArray[np.int64], table: FeatureTable
) -> list[tuple[Any, ...]]:
    short = np.isfinite(panel.nav[ends]) & ~table.enough
    reason = "a price at the date, but too few returns in the look-back: no row"
    return _per_date(panel, ends, short, "short_history", reason)
