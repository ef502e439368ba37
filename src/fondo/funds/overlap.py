"""What overlapping windows and shared styles do to the interval of a precision: a simulation.

Nobody has skill in these universes, so every finding is false. One of them is walked through in
`overlap_run`, the page is `overlap_page`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from fondo import contracts
from fondo.contracts import Contract, Whole
from fondo.errors import BadParameter, did_you_mean
from fondo.funds.cells import plain
from fondo.funds.groups import one_thread
from fondo.funds.inference import ENOUGH
from fondo.funds.labels import Label
from fondo.funds.overlap_ranking import MODELS
from fondo.funds.overlap_run import BURN_IN, Judged, grid, run
from fondo.funds.universe import WEEKS, Makeup, make_universe
from fondo.report.scales import number, percent
from fondo.studies.spread import spread

KINDS = ("iid", "market", "style", "volatility")  # words of universes without skill
STEPS = (52, 13, 4)  # weeks: a year, a quarter, about a month
INTERVALS = {"naive": "as independent", "date": "by date", "year": "by year"}
"""Intervals that are compared: Wilson's of all picks, and of picks in clusters."""


@dataclass(frozen=True)
class Fared:
    """How an interval fared over the runs.

    Parameters
    ----------
    covered : float
        Share of the runs in which it holds the truth; 0.95 was promised.
    width : float
        Mean width.
    called : float
        Share of the runs in which it lies above the truth: noise that is called skill.
    """

    covered: float
    width: float
    called: float


@dataclass(frozen=True)
class OverlapRow:
    """What was seen in one kind of universe at one distance of dates.

    Parameters
    ----------
    kind : str
        Universe.
    step : int
        Weeks between two decision dates.
    dates : int
        Test dates of a run.
    picks, effective : float
        Picks of a run, and the independent ones that they are worth, mean over runs of what each
        run says by its years.
    precision, low, high : float
        Mean over runs, with its 95 % interval.
    spread : float
        Standard deviation of the precision between runs.
    inflation : float
        Variance of the precision between runs over that of as many independent picks.
    naive, date, year : Fared
        How each of `INTERVALS` fared.
    """

    kind: str
    step: int
    dates: int
    picks: float
    effective: float
    precision: float
    low: float
    high: float
    spread: float
    inflation: float
    naive: Fared
    date: Fared
    year: Fared


@dataclass(frozen=True)
class OverlapStudy:
    """What overlapping windows and shared styles do to intervals, in universes without skill.

    Parameters
    ----------
    rows : tuple of OverlapRow
        One for each kind and step, in the order asked for.
    simulations, years, funds, seed : int
        What was simulated.
    model : str
        What funds were ranked by.
    truth : float
        Share of the funds that end in the wanted quantile.
    """

    rows: tuple[OverlapRow, ...]
    simulations: int
    years: int
    funds: int
    seed: int
    model: str
    truth: float

    def row(self, kind: str, step: int) -> OverlapRow:
        """The row of a kind and a step; KeyError where there is none."""
        return {(each.kind, each.step): each for each in self.rows}[kind, step]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of universes, in their order."""
        return tuple(dict.fromkeys(row.kind for row in self.rows))

    def lines(self) -> list[str]:
        """The finding in a few sentences."""
        worst = min(self.rows, key=lambda row: row.naive.covered)
        years = sorted(row.year.covered for row in self.rows)
        told = [
            f"An interval that takes picks as independent promises to hold the truth in "
            f"{percent(0.95)} of all runs; at worst it does in {percent(worst.naive.covered)} of "
            f"{self.simulations} ({_where(worst)}), and calls noise skill in "
            f"{percent(worst.naive.called)}.",
            f"By calendar year it holds it in {_range(years)}.",
            _worth(max(self.rows, key=lambda row: row.inflation)),
        ]
        off = [row for row in self.rows if row.low > self.truth]
        if off:
            most = max(off, key=lambda row: row.precision)
            told.append(
                f"In {_names(off)} the mean precision itself is above {number(self.truth)}, up to "
                f"{number(most.precision)}, though nobody has skill: funds that stray further "
                "from the others end first more often, and last. No interval tells that; labels "
                "dealt out anew among funds of like tracking error do."
            )
        return told

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        rows = []
        for row in self.rows:
            told = {item.name: plain(getattr(row, item.name)) for item in fields(row)}
            rows.append({**told, **{name: vars(getattr(row, name)) for name in INTERVALS}})
        return {**vars(self), "rows": rows, "lines": self.lines()}


def overlap_study(
    kinds: Sequence[str] = ("iid", "market", "style"),
    steps: Sequence[int] = STEPS,
    *,
    simulations: int = 200,
    years: int = 20,
    funds: int = 100,
    seed: int = 0,
    model: Any = "logistic",
) -> OverlapStudy:
    """Rank funds without skill in many universes, and see which interval keeps its promise.

    In each universe 16 features look back 52 weeks, the label is the first quartile by the Sharpe
    ratio of the next 52; after 6 years a tenth of the funds is picked at each date, by what was
    learnt from labels that had ended (expanding, purged walk-forward, fitted once a year).

    Parameters
    ----------
    kinds : sequence of str, default=("iid", "market", "style")
        Universes without skill: "iid", "market", "style", "volatility" or some joined by "+".
    steps : sequence of int from 1 to 52, default=(52, 13, 4)
        Weeks between two decision dates. Below 52 labels overlap.
    simulations : int, at least 2, default=200
        Universes of each kind. Universe k of all kinds has the seed (seed, k), and what is found
        for a kind and a step does not depend on the others.
    years : int, at least 14, default=20
        Length of a universe.
    funds : int, at least 10, default=100
        Funds of a universe.
    seed : int, default=0
        Where the numbers start.
    model : {"logistic", "linear"} or classifier of scikit-learn, default="logistic"
        "logistic" takes the best 8 features by F, standardised, with classes balanced; "linear"
        is its first Newton step, 2.5 times as fast over all and as good, see
        `fondo.funds.overlap_ranking`.

    Returns
    -------
    study : OverlapStudy
        To be written by `fondo.funds.overlap_page.overlap_page`.

    Raises
    ------
    BadParameter
        A kind that holds skill, a step or size that cannot be.

    Notes
    -----
    One universe of 100 funds and 20 years takes about 0.1 s for yearly dates, and 0.5 s for the
    three steps.

    Examples
    --------
    >>> study = overlap_study(["style"], [52], simulations=5, funds=40, years=14, model="linear")
    >>> study.row("style", 52).picks, study.truth
    (32.0, 0.25)
    """
    sizes = {"simulations": simulations, "years": years, "funds": funds, "seed": seed}
    check_overlap(kinds, steps, sizes)
    named = model if isinstance(model, str) else type(model).__name__
    if isinstance(model, str) and model not in MODELS:
        raise BadParameter(
            f"overlap_study(model={model!r}): must be one of {', '.join(map(repr, MODELS))}, or a "
            f"classifier of scikit-learn. {did_you_mean(model, MODELS)}"
        )
    grids = [grid(step, years) for step in steps]
    rows = []
    with one_thread():
        for kind in kinds:
            seeds = np.random.SeedSequence(seed).spawn(simulations)
            universes = (
                make_universe(kind, funds=funds, years=years, seed=np.random.default_rng(each))
                for each in seeds
            )
            runs = [run(panel, grids, model) for panel in universes]
            truth = Label().wanted(funds) / funds
            rows += [
                _row(kind, step, [each[place] for each in runs], truth)
                for place, step in enumerate(steps)
            ]
    return OverlapStudy(tuple(rows), simulations, years, funds, seed, named, truth)


def check_overlap(kinds: Sequence[str], steps: Sequence[int], sizes: Mapping[str, int]) -> None:
    """Refuse what `overlap_study` would refuse, before any work.

    Parameters
    ----------
    kinds, steps
        As there.
    sizes : mapping of str to int
        simulations, years, funds and seed.

    Raises
    ------
    BadParameter
        The first that cannot be.
    """
    for name, given in (("kinds", kinds), ("steps", steps)):
        if isinstance(given, str) or not len(given) or len(set(given)) < len(given):
            raise BadParameter(
                f"overlap_study({name}={given!r}): must be a list of one or more, none twice. "
                "Write it so."
            )
    for kind in kinds:
        strange = [word for word in str(kind).split("+") if word not in KINDS]
        if strange:
            raise BadParameter(
                f"overlap_study(kinds=[{kind!r}]): must be made of {', '.join(KINDS)}, in which "
                f"nobody has skill. {did_you_mean(strange[0], KINDS)}"
            )
        Makeup.of(kind)  # refuses "iid" beside "market"
    for step in steps:
        contracts.check_value("overlap_study", "steps", step, Whole(1, WEEKS, unit="weeks"))
    limits: dict[str, Contract] = {
        "simulations": Whole(2),
        "years": Whole(BURN_IN + ENOUGH, unit="years"),
        "funds": Whole(10),
        "seed": Whole(0),
    }
    for name, contract in limits.items():
        contracts.check_value("overlap_study", name, sizes[name], contract)


def _row(kind: str, step: int, runs: Sequence[Judged], truth: float) -> OverlapRow:
    """All runs of a kind and a step."""

    def mean(of: Callable[[Judged], float]) -> float:
        return float(np.mean([of(each) for each in runs]))

    precision = [each.precision for each in runs]
    mid, picks = spread(precision), mean(lambda each: each.picks)
    ends = np.stack([each.ends for each in runs])  # (S, 3, 2)
    fared = {
        name: Fared(
            covered=float(np.mean((low <= truth) & (truth <= high))),
            width=float(np.mean(high - low)),
            called=float(np.mean(low > truth)),
        )
        for name, (low, high) in zip(INTERVALS, ends.transpose(1, 2, 0), strict=True)
    }
    variance = float(np.var(precision, ddof=1))
    return OverlapRow(
        kind=kind,
        step=step,
        dates=runs[0].dates,
        picks=picks,
        effective=mean(lambda each: each.effective),
        precision=mid["mean"],
        low=mid["low"],
        high=mid["high"],
        spread=variance**0.5,
        inflation=variance * picks / (truth * (1 - truth)),
        **fared,
    )


def _worth(row: OverlapRow) -> str:
    """What the picks are worth where the precision varies most."""
    if row.inflation <= 1:
        return "Nowhere does the precision vary more than that of as many independent picks."
    return (
        f"{_where(row)[:1].upper()}{_where(row)[1:]}, the variance of the precision between runs "
        f"is {number(row.inflation)} times that of as many independent picks: {row.picks:,.0f} "
        f"picks are worth about {row.picks / row.inflation:,.0f}."
    )


def _where(row: OverlapRow) -> str:
    """A row in words."""
    weeks = f"every {row.step} weeks" if row.step > 1 else "each week"
    return f"in {row.kind} universes with a date {weeks}"


def _range(shares: Sequence[float]) -> str:
    low, high = percent(shares[0]), percent(shares[-1])
    return low if low == high else f"{low} to {high}"


def _names(rows: Sequence[OverlapRow]) -> str:
    return " and ".join(dict.fromkeys(row.kind for row in rows)) + " universes"
