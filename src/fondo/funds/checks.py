"""Prices that look wrong: stale, jumping, far out, missing. Found in a whole panel at once.

Each looks at a price with what was known at its date. What is done is ruled by `rules.Rules`;
who belongs into a panel (ends, doubles, survivors) is in `membership`.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData
from fondo.funds.calendar import carry
from fondo.funds.issues import Found, refuse
from fondo.funds.panel import Panel
from fondo.funds.rules import Rules
from fondo.funds.tables import Rows

_FACTORS = np.array([2, 3, 4, 5, 10, 20, 25, 50, 100, 1000], np.float64)
_NEAR = 0.1  # a jump is this near, in logarithms, to a factor
_LEAST_JUMP = np.log(1.8)
_HISTORY_YEARS = 2  # of a fund's own returns, behind the one that is judged
_LEAST_HISTORY = 26  # returns, below which none is judged
_BLOCK = 20_000  # returns judged at a time, to bound the memory


@dataclass
class Check:
    """A panel on its way through the checks, with what was found and who is to be left out."""

    panel: Panel
    rules: Rules
    found: Found
    dropped: set[int] = field(default_factory=set)

    def note(
        self, kind: str, reason: str, at: tuple[NDArray[np.int64], NDArray[np.int64]],
        value: NDArray[np.float64],
    ) -> str:  # fmt: skip
        """List what was found at (dates, funds) and return the rule for it.

        Parameters
        ----------
        kind : str
            Name of the rule.
        reason : str
            In words.
        at : (int array, int array)
            Places of dates and of funds.
        value : float64 array
            What was seen at each.

        Returns
        -------
        rule : str
            "keep", "mask", "adjust" or "drop"; "error" has raised BadData.
        """
        rule: str = getattr(self.rules, kind)
        order = np.lexsort(at)  # by fund, then by date
        date, fund = self.panel.dates[at[0][order]], self.panel.funds[at[1][order]]
        if rule == "error":
            refuse(kind, reason, fund, date, value[order])
        self.found.add(kind, rule, reason, fund=fund, date=date, value=value[order])
        if rule == "drop":
            self.dropped |= set(at[1].tolist())
        return rule


def check_prices(panel: Panel, rules: Rules, found: Found) -> Panel:
    """Look for gaps, jumps, outliers and stale prices, and do what the rules say.

    Parameters
    ----------
    panel : Panel
        Prices as read.
    rules : Rules
        What is done with each kind.
    found : Found
        Takes a row for each thing found.

    Returns
    -------
    panel : Panel
        Prices after it.

    Raises
    ------
    BadData
        A rule says "error" for something found, or no fund is left.
    """
    check = Check(panel, rules, found)
    _gaps(check)
    _jumps(check)
    _outliers(check)
    _stale(check)
    left = [place for place in range(len(panel.funds)) if place not in check.dropped]
    if not left:
        raise BadData("funds.read: every fund is dropped by the rules. Choose 'mask' or 'keep'.")
    return check.panel if len(left) == len(panel.funds) else check.panel.take(funds=left)


def not_positive(rows: Rows, rules: Rules, found: Found) -> Rows:
    """Rows without the prices that are 0, negative or infinite, as the rule for them says."""
    bad = (rows.price <= 0) | np.isinf(rows.price)
    fund, date, value = rows.names[rows.fund[bad]], rows.date[bad], rows.price[bad]
    if rules.not_positive == "error":
        refuse("not_positive", "a price that is not above 0 and finite", fund, date, value)
    found.add(
        "not_positive", rules.not_positive, "a price that is not above 0 and finite",
        fund=fund, date=date, value=value,
    )  # fmt: skip
    if rules.not_positive == "drop":
        bad = np.isin(rows.fund, rows.fund[bad])
    return replace(rows, price=np.where(bad, np.nan, rows.price))


def run_lengths(same: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many entries in a row, down to each one, are true (T, N); 0 where it is not.

    Examples
    --------
    >>> run_lengths(np.array([[True], [True], [False], [True]]))[:, 0].tolist()
    [1, 2, 0, 1]
    """
    row = np.arange(1, len(same) + 1)[:, None]
    lengths: NDArray[np.int64] = row - np.maximum.accumulate(np.where(same, 0, row), axis=0)
    return lengths


def _run_ends(run: NDArray[np.int64], least: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places (dates, funds) of the last entry of each run of at least a length."""
    after = np.vstack([run[1:], np.zeros((1, run.shape[1]), np.int64)])
    row, column = np.nonzero((run >= least) & (after == 0))
    return row, column


def _gaps(check: Check) -> None:
    missing = np.isnan(check.panel.nav)
    row = np.arange(len(missing))[:, None]
    first = np.where(missing, len(missing), row).min(axis=0)
    last = np.where(missing, -1, row).max(axis=0)
    run = run_lengths(missing & (row > first) & (row < last))
    at = _run_ends(run, check.rules.gap_periods)
    length = run[at]
    start = (at[0] - length + 1, at[1])
    check.note(
        "gap",
        "dates without a price between two prices (how many)",
        start,
        length.astype(np.float64),
    )


def _steps(nav: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithmic return from the last price before, however long ago (T, N); else NaN."""
    carried, _ = carry(nav, np.isfinite(nav), np.nan)
    steps = np.full(nav.shape, np.nan)
    steps[1:] = np.log(nav[1:] / carried[:-1])
    return steps


def _jumps(check: Check) -> None:
    steps = _steps(check.panel.nav)
    size = np.abs(np.nan_to_num(steps))
    at: tuple[NDArray[np.int64], NDArray[np.int64]]
    at = np.nonzero(size >= _LEAST_JUMP)  # type: ignore[assignment]
    gap = np.abs(size[at][:, None] - np.log(_FACTORS))  # (found, factors)
    near = gap.min(axis=1) <= _NEAR
    at = (at[0][near], at[1][near])
    nearest = np.log(_FACTORS)[gap[near].argmin(axis=1)] * np.sign(steps[at])
    rule = check.note(
        "jump", "a move near a simple factor, as of a split or a misplaced point (the ratio)",
        at, np.exp(steps[at]),
    )  # fmt: skip
    if rule not in ("adjust", "mask"):
        return
    factor = np.zeros(steps.shape)
    factor[at] = nearest if rule == "adjust" else steps[at]
    # later prices keep the scale of the earlier ones: the past must not change with the future
    scale = np.exp(-np.cumsum(factor, axis=0))
    check.panel = replace(check.panel, nav=check.panel.nav * scale)


def _outliers(check: Check) -> None:
    steps = _steps(check.panel.nav)
    least = np.log1p(check.rules.outlier_least)
    row, column = np.nonzero(np.abs(np.nan_to_num(steps)) >= least)
    scores = np.zeros(len(row))
    for start in range(0, len(row), _BLOCK):
        part = slice(start, start + _BLOCK)
        scores[part] = _robust_scores(steps, row[part], column[part], check.panel.periods_per_year)
    far = np.zeros(steps.shape)
    out = np.abs(scores) > check.rules.outlier_z
    far[row[out], column[out]] = scores[out]
    far = np.where(_way_back(steps, far), 0.0, far)
    at: tuple[NDArray[np.int64], NDArray[np.int64]]
    at = np.nonzero(far)  # type: ignore[assignment]
    rule = check.note(
        "outlier", "a return far from the fund's own of two years before (robust deviations)",
        at, far[at],
    )  # fmt: skip
    if rule == "mask":
        nav = check.panel.nav.copy()
        nav[at] = np.nan
        check.panel = replace(check.panel, nav=nav)


def _robust_scores(
    steps: NDArray[np.float64], row: NDArray[np.int64], column: NDArray[np.int64], per_year: int
) -> NDArray[np.float64]:
    """Distance of returns from the median of those before, in 1.4826 median absolute deviations."""
    back = row[:, None] - np.arange(1, _HISTORY_YEARS * per_year + 1)  # (found, history)
    history = np.where(back >= 0, steps[np.maximum(back, 0), column[:, None]], np.nan)
    enough = np.isfinite(history).sum(axis=1) >= _LEAST_HISTORY
    history[~enough] = 0.0  # so that no row is all NaN
    median = np.nanmedian(history, axis=1)
    spread = 1.4826 * np.nanmedian(np.abs(history - median[:, None]), axis=1)
    distance = steps[row, column] - median
    scores = distance / np.maximum(spread, 1e-12)  # a fund that never moved: anything is far
    return np.where(enough, np.clip(scores, -1e12, 1e12), 0.0)


def _way_back(steps: NDArray[np.float64], far: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a far return undoes at least half of the far one before it."""
    held = np.isfinite(steps)
    before, _ = carry(np.nan_to_num(steps), held, 0.0)
    was_far, _ = carry(far != 0, held, empty=False)
    earlier = np.vstack([np.zeros((1, steps.shape[1])), before[:-1]])
    earlier_far = np.vstack([np.zeros((1, steps.shape[1]), bool), was_far[:-1]])
    now = np.nan_to_num(steps)
    size = np.maximum(np.abs(now), np.abs(earlier))
    back: NDArray[np.bool_] = (far != 0) & earlier_far & (np.abs(now + earlier) <= 0.5 * size)
    return back


def _stale(check: Check) -> None:
    nav = check.panel.nav
    least = check.rules.stale_run(check.panel.frequency)
    same = np.zeros(nav.shape, bool)
    same[1:] = nav[1:] == nav[:-1]
    run = run_lengths(same) + 1  # prices alike, the first among them
    row, column = _run_ends(run - 1, least - 1)
    length = run[row, column]
    rule = check.note(
        "stale", "the same price again and again (for how many dates)",
        (row - length + 1, column), length.astype(np.float64),
    )  # fmt: skip
    if rule == "mask":
        check.panel = replace(check.panel, nav=np.where(run >= least, np.nan, nav))
