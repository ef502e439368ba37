"""What a precision of picks proves: intervals that know of years, nulls, and what is left.

The headline is the interval by calendar year, never the one that takes picks as independent.
Nulls are in `nulls`, several peer groups in `peer_evidence`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fondo.contracts import Whole, check_value
from fondo.funds.adjusted import shrunk
from fondo.funds.cells import plain
from fondo.funds.picks import Picks
from fondo.judge.clusters import effective_rows, share_by_cluster
from fondo.judge.intervals import Floats, Interval, clopper_pearson, jeffreys, wilson
from fondo.judge.moving_blocks import block_bootstrap
from fondo.judge.permutations import Permuted

ENOUGH = 8  # years below which no interval by year makes a headline


@dataclass(frozen=True)
class Evidence:
    """Everything about a precision that a risk committee should see, in one place.

    Attributes
    ----------
    picks, hits, precision, base_rate : float
        What was counted; the base rate is that of as many blind picks in the same cells.
    adjusted : float
        After doubt, by the lower arm of Wilson's interval.
    adjusted_headline : float
        The same by the lower arm of the headline, which is the one to believe.
    dates, years : int
        Different test dates and calendar years with picks.
    first, last : str
        The earliest and the latest of the dates; empty without picks.
    effective : float
        Independent picks that the picks are worth, by year.
    intervals : dict of str to Interval
        "wilson", "clopper-pearson", "jeffreys" (picks taken as independent), "date", "year"
        (clusters), "blocks" (bootstrap of neighbouring dates).
    headline : str
        Name of the interval to print: "year" from 8 years on; before, "widest", the wider end of
        "year" and "wilson" at either side, since few years tell their own spread badly.
    overlap : int
        Neighbouring dates whose labels hang together.
    nulls : dict of str to Permuted
        Precisions that labels dealt out anew would give: "plain" inside each cell, "volatility"
        and "tracking error" among funds that are alike in these.
    nulls_overlap : bool
        Labels of the dates that the nulls are of overlap, so that their p-values are too small.
    """

    picks: float
    hits: float
    precision: float
    base_rate: float
    adjusted: float
    adjusted_headline: float
    dates: int
    years: int
    first: str
    last: str
    effective: float
    intervals: dict[str, Interval]
    headline: str
    overlap: int = 1
    nulls: dict[str, Permuted] = field(default_factory=dict)
    nulls_overlap: bool = False

    @property
    def verdict(self) -> str:
        """Headline interval against the base rate: "above", "level" or "below"."""
        low, high, _ = self.intervals[self.headline]
        return "above" if low > self.base_rate else "below" if high < self.base_rate else "level"

    def lines(self) -> list[str]:
        """The finding in a few sentences."""
        if not self.picks:
            return ["No pick has a label yet, so nothing is known."]
        low, high, method = self.intervals[self.headline]
        told = [
            f"Precision {self.precision:.3f} ({self.hits:g} of {self.picks:g} picks, {self.dates} "
            f"dates in {self.years} years, {self.first} to {self.last}), base rate "
            f"{self.base_rate:.3f}.",
            f"Interval {low:.3f} to {high:.3f} ({method}): {self.verdict} the base rate. The picks "
            f"are worth {self.effective:.0f} independent ones.",
        ]
        told += [
            f"Labels dealt out anew ({name}): {null.expected:.3f} on average, p = "
            f"{null.p_value:.3f} ({null.method})."
            for name, null in self.nulls.items()
        ]
        if self.nulls and self.nulls_overlap:
            told.append("Labels of neighbouring dates overlap, so that p is too small.")
        if self.years < ENOUGH:
            told.append(f"Fewer than {ENOUGH} test years: too few for a headline.")
        return told

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        told = {name: plain(value) for name, value in vars(self).items()}
        told["intervals"] = {
            name: {"low": plain(i.low), "high": plain(i.high), "method": i.method}
            for name, i in self.intervals.items()
        }
        told["nulls"] = {name: null.to_json() for name, null in self.nulls.items()}
        return {**told, "verdict": self.verdict}


def evidence(
    found: Picks,
    *,
    nulls: Mapping[str, Permuted] | None = None,
    overlap: int = 1,
    nulls_apart: bool = False,
    level: float = 0.95,
) -> Evidence:
    """What some picks prove.

    Parameters
    ----------
    found : Picks
        From `selective_precision` or `avoid_precision`.
    nulls : mapping or None, default=None
        From `permutation_null`, by name.
    overlap : int, default=1
        Dates whose labels hang together, from `dates_in_label`: the bootstrap draws as many
        neighbouring dates at a time.
    nulls_apart : bool, default=False
        Whether the nulls are of dates whose labels do not overlap (`apart`) alone.
    level : float in (0, 1), default=0.95
        Level of all intervals.

    Returns
    -------
    told : Evidence
        Without picks every interval is [0, 1] and the precision NaN.

    Examples
    --------
    >>> from fondo.funds.picks import selective_precision
    >>> rng = np.random.default_rng(0)
    >>> date = np.repeat(np.arange("2008", "2020", dtype="datetime64[Y]"), 100)
    >>> y = np.tile(np.arange(100) < 25, 12)
    >>> told = evidence(selective_precision(rng.normal(size=1200) + y, y, date))
    >>> print(told.lines()[0])
    Precision 0.650 (78 of 120 picks, 12 dates in 12 years, 2008-01-01 to 2019-01-01), base rate
    0.250.
    """
    check_value("evidence", "overlap", overlap, Whole(1, unit="dates"))
    dates, years = found.by("date"), found.by("year")
    used, lived = dates.picks > 0, years.picks > 0
    hits, n = float(found.hits.sum()), found.n
    intervals = {
        "wilson": wilson(hits, n, level),
        "clopper-pearson": clopper_pearson(hits, n, level),
        "jeffreys": jeffreys(hits, n, level),
        "date": share_by_cluster(dates.hits, dates.picks, level),
        "year": share_by_cluster(years.hits, years.picks, level),
        "blocks": _blocks(dates.hits[used], dates.picks[used], overlap, level),
    }
    headline = "year" if lived.sum() >= ENOUGH else "widest"
    if headline == "widest":
        year, alone = intervals["year"], intervals["wilson"]
        low, high = min(year.low, alone.low), max(year.high, alone.high)
        intervals["widest"] = Interval(low, high, f"{year.method} or as if independent")
    ends = dates.name[used]
    return Evidence(
        picks=n,
        hits=hits,
        precision=found.precision,
        base_rate=found.base_rate,
        adjusted=shrunk(found.precision, intervals["wilson"].low, found.base_rate),
        adjusted_headline=shrunk(found.precision, intervals[headline].low, found.base_rate),
        dates=int(used.sum()),
        years=int(lived.sum()),
        first=str(ends[0]) if len(ends) else "",
        last=str(ends[-1]) if len(ends) else "",
        effective=effective_rows(years.hits, years.picks),
        intervals=intervals,
        headline=headline,
        overlap=overlap,
        nulls=dict(nulls or {}),
        nulls_overlap=overlap > 1 and not nulls_apart,
    )


def _blocks(hits: Floats, picks: Floats, overlap: int, level: float) -> Interval:
    """Bootstrap over dates; everything where the dates are too few for it."""
    if len(picks) < 2 * overlap or len(picks) < 2:
        return Interval(0.0, 1.0, "fewer than two blocks of dates tell no spread")
    sums = np.stack([hits, picks], axis=1)
    low, high, method = block_bootstrap(sums, lambda s: s[..., 0] / s[..., 1], overlap, level=level)
    return Interval(max(0.0, low), min(1.0, high), method)
