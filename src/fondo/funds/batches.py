"""How many rows a step of the network: precision after as many epochs, and after as many updates.

A large batch makes fewer updates in an epoch, so that a comparison at equal epochs alone says
little. The networks are those of `network_ranker`.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fondo import contracts
from fondo.contracts import Contract, Listed, Whole
from fondo.errors import BadData, BadParameter
from fondo.funds.cells import plain
from fondo.funds.network_ranker import MEMBERS, Job, Network, train_jobs
from fondo.funds.picks import Picks, selective_precision
from fondo.funds.splits import Pair
from fondo.funds.walk import Walk, spread_dates
from fondo.report.charts import Line, lines
from fondo.report.markup import Markup, element
from fondo.report.scales import number
from fondo.report.svg import Axis, Chart
from fondo.report.tables import bullets, table
from fondo.studies.page import page
from fondo.studies.spread import Spread, seeds_from, shares, spread, told, verdict

EPOCHS, UPDATES = "equal epochs", "equal updates"
_HIDDEN, _DROPOUT = (16,), 0.1
_LIMITS: Mapping[str, Contract] = {
    "sizes": Listed(Whole(1, unit="rows of a step")),
    "seeds": Whole(2),
    "epochs": Whole(1, unit="passes over the training rows"),
    "most_rows": Whole(2),
    "seed": Whole(0),
}


@dataclass(frozen=True)
class BatchRow:
    """One batch size under one regime.

    Parameters
    ----------
    batch_size : int
        Rows of a step.
    regime : {"equal epochs", "equal updates"}
        What the batch sizes have in common.
    epochs, updates : float
        Of one network, mean over the years.
    precisions : tuple of float
        Share of hits among the picks of all years, for each seed.
    seconds : float
        Training of all seeds and years side by side, compiling included.
    """

    batch_size: int
    regime: str
    epochs: float
    updates: float
    precisions: tuple[float, ...]
    seconds: float

    @property
    def precision(self) -> Spread:
        """Mean over the seeds with its 95 % interval."""
        return shares(self.precisions)

    @property
    def sd(self) -> float:
        """Standard deviation between seeds."""
        return float(np.std(self.precisions, ddof=1))


@dataclass(frozen=True)
class BatchStudy:
    """Precision by batch size, after as many epochs and after as many updates.

    Parameters
    ----------
    rows : tuple of BatchRow
        By regime, then by batch size, ascending.
    seeds, years : int
        Networks of each row: one for each seed and tested year.
    learned : tuple of int
        Fewest and most rows that a network learns from, after thinning.
    every : int
        One decision date of so many is learned from.
    picks, base_rate : float
        Picks of one seed that have a label, and what blind picks would hit.
    seed : int
        The same seed gives the same precisions.
    """

    rows: tuple[BatchRow, ...]
    seeds: int
    years: int
    learned: tuple[int, int]
    every: int
    picks: float
    base_rate: float
    seed: int

    def row(self, batch_size: int, regime: str) -> BatchRow:
        """The row of a batch size and a regime; KeyError where there is none."""
        return {(each.batch_size, each.regime): each for each in self.rows}[batch_size, regime]

    def of(self, regime: str) -> list[BatchRow]:
        """Rows of one regime, by batch size."""
        return [each for each in self.rows if each.regime == regime]

    @property
    def sentence(self) -> str:
        """What was found, with its numbers."""
        parts = [self._compared(regime) for regime in (EPOCHS, UPDATES)]
        return f"{'. '.join(parts)}. Blind picks hit {number(self.base_rate)}."

    def _compared(self, regime: str) -> str:
        """Best and worst batch size of a regime, paired by seed."""
        rows = self.of(regime)
        best, worst = (choose(rows, key=_mean) for choose in (max, min))
        at = f"At {regime}"
        if best is worst:
            return f"{at} all batch sizes give a precision of {told(best.precision)}"
        words = verdict(gap_of(best, worst), "worse", "more than noise", "within noise")
        return (
            f"{at} the best precision is {told(best.precision)}, of {_named(best)}, and the worst "
            f"{told(worst.precision)}, of {_named(worst)}: {words}, paired by seed"
        )

    def lines(self) -> list[str]:
        """What the comparison is of, in a few sentences."""
        fewest, most = self.learned
        thinned = "every decision date" if self.every == 1 else f"one date of {self.every}"
        rates = f"{self.seeds} seeds x {self.years} years"
        return [
            f"Each precision is of {rates}: {self.picks:,.0f} picks a seed, in a network of "
            f"{MEMBERS} members, {_HIDDEN[0]} neurons, dropout {_DROPOUT}.",
            f"Learned from {thinned}: {fewest:,} rows before the first year, {most:,} before the "
            "last.",
            "Intervals are over seeds: they tell what luck of training does, not what another "
            "stretch of years would show.",
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        rows = [
            {
                **{name: plain(value) for name, value in vars(row).items()},
                "precisions": list(row.precisions),
                **row.precision,
                "sd": row.sd,
            }
            for row in self.rows
        ]
        facts = {**vars(self), "learned": list(self.learned)}
        return {**facts, "rows": rows, "sentence": self.sentence, "lines": self.lines()}


def batch_page(study: BatchStudy) -> str:
    """Write the study as one HTML file that opens without a network.

    Parameters
    ----------
    study : BatchStudy

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too. The same numbers give the same text, byte for byte.
    """
    head = ["rows a step", "epochs", "updates", "precision", "sd between seeds", "seconds"]
    below: list[Markup] = [bullets(study.lines())]
    for regime in (EPOCHS, UPDATES):
        body = [
            (
                row.batch_size, number(row.epochs), f"{row.updates:,.0f}", told(row.precision),
                number(row.sd), number(row.seconds),
            )
            for row in study.of(regime)
        ]  # fmt: skip
        below += [
            element("h2", regime.capitalize()),
            table(head, body, numbers=range(len(head))),
        ]
    title = "How many rows a step of the network"
    return page("fondo funds", title, study.sentence, [batch_chart(study)], below)


def batch_chart(study: BatchStudy) -> Chart:
    """Precision by batch size with bands over seeds, a line for each regime, beside blind picks."""
    series = []
    for style, regime in enumerate((EPOCHS, UPDATES), start=1):
        rows = study.of(regime)
        mean, low, high = ([row.precision[k] for row in rows] for k in ("mean", "low", "high"))
        series.append(Line(regime, _powers(rows), mean, low, high, style, dots=True))
    x = _powers(study.of(EPOCHS))
    series.append(Line("blind picks", x, [study.base_rate] * len(x), style=4))
    sizes = ", ".join(str(row.batch_size) for row in study.of(EPOCHS))
    caption = (
        f"Mean over {study.seeds} seeds with 95 % intervals, for {sizes} rows a step. The "
        "horizontal axis counts powers of ten: 0 is 1 row, 1 is 10, 2 is 100."
    )
    axes = Axis("rows a step", "powers of ten"), Axis("precision", "share")
    return lines("Precision by batch size", *axes, series, caption)


def _powers(rows: Sequence[BatchRow]) -> list[float]:
    return [float(np.log10(row.batch_size)) for row in rows]


def gap_of(one: BatchRow, two: BatchRow) -> Spread:
    """Precision of one row less that of another, paired by seed, with its interval."""
    return spread(np.subtract(one.precisions, two.precisions).tolist())


def batch_size_study(
    walk: Walk,
    sizes: Sequence[int] = (1, 10, 200),
    *,
    seeds: int = 10,
    epochs: int = 3,
    most_rows: int = 1_000,
    seed: int = 0,
    on: Any = None,
) -> BatchStudy:
    """Train the network with several batch sizes on every year of a walk, and compare twice.

    At equal epochs all pass over the rows as often; at equal updates all make as many steps as
    the smallest batch size does in these epochs. All seeds and years of one batch size train side
    by side.

    Parameters
    ----------
    walk : Walk
        From `make_walk`; of one peer group, or of all in one model.
    sizes : sequence of int, default=(1, 10, 200)
        Batch sizes, at least two different ones.
    seeds : int, at least 2, default=10
        Networks of each batch size and year.
    epochs : int, default=3
        Of the first comparison.
    most_rows : int, default=1,000
        Rows that a network learns from at most; every second, third, ... date is used where there
        are more. Bounds the cost, since steps of one row are slow.
    seed : int, default=0
        All seeds are drawn from it.
    on : pool or None, default=None
        Where they train, see `fondo.open_pool`.

    Returns
    -------
    study : BatchStudy

    Raises
    ------
    BadParameter
        A setting that cannot be.
    BadData
        Thinned, some year has nothing of both kinds to learn from.
    TrainingFailed
        A loss that was not finite.
    """
    given = {"sizes": sizes, "seeds": seeds, "epochs": epochs, "most_rows": most_rows, "seed": seed}
    for name, contract in _LIMITS.items():
        contracts.check_value("batch_size_study", name, given[name], contract)
    if len(set(sizes)) < max(2, len(sizes)):
        raise BadParameter(
            f"batch_size_study(sizes={tuple(sizes)}): must be at least two different batch sizes. "
            "Give for instance 10 and 200."
        )
    every, pairs = _thinned(walk, most_rows)
    bench = _Bench(walk, pairs, seeds_from(seed, seeds), epochs, min(sizes), on)
    rows = [bench.row(size, regime) for regime in (EPOCHS, UPDATES) for size in sorted(sizes)]
    counts = [len(train) for train, _ in pairs]
    return BatchStudy(
        tuple(rows), seeds, len(pairs), (min(counts), max(counts)), every,
        bench.picks[0].n, bench.picks[0].base_rate, seed,
    )  # fmt: skip


class _Bench:
    """Trains batch sizes on the same years with the same seeds."""

    def __init__(
        self, walk: Walk, pairs: list[Pair], drawn: list[int], epochs: int, least: int, on: Any
    ) -> None:
        self.walk, self.pairs, self.drawn = walk, pairs, drawn
        self.epochs, self.least, self.on = epochs, least, on
        self.known: dict[int, BatchRow] = {}  # rows of the smallest size: both regimes share it
        self.picks: list[Picks] = []  # of each seed, the latest

    def row(self, size: int, regime: str) -> BatchRow:
        if size in self.known:
            return replace(self.known[size], regime=regime)
        like = self.least if regime == UPDATES else size
        steps = np.array([_steps(len(train), size) for train, _ in self.pairs])
        wanted = [self.epochs * _steps(len(train), like) for train, _ in self.pairs]
        passes = np.maximum(1, np.round(wanted / steps)).astype(int)
        began = time.perf_counter()
        self.picks = self._trained(size, passes.tolist())
        seconds = round(time.perf_counter() - began, 2)
        found = tuple(each.precision for each in self.picks)
        updates = float((passes * steps).mean())
        row = BatchRow(size, regime, float(passes.mean()), updates, found, seconds)
        if size == self.least:
            self.known[size] = row
        return row

    def _trained(self, size: int, passes: list[int]) -> list[Picks]:
        """Picks of each seed over all years."""
        settings = {"hidden": list(_HIDDEN), "dropout": _DROPOUT}
        jobs = []
        for seed in self.drawn:
            for place, (train, test) in enumerate(self.pairs):
                network = Network(batch_size=size, epochs=passes[place])
                task = network.task(settings, len(train), seed)
                jobs.append(Job(task, self.walk, train, test, place))
        said = train_jobs(jobs, on=self.on)
        rows = self.walk.rows.take(np.concatenate([test for _, test in self.pairs]))
        share, years = self.walk.plan.share, len(self.pairs)
        return [
            selective_precision(
                np.concatenate(said[first : first + years]), rows.y, rows.date, rows.peer,
                share=share,
            )
            for first in range(0, len(jobs), years)
        ]  # fmt: skip


def _thinned(walk: Walk, most_rows: int) -> tuple[int, list[Pair]]:
    """One date of how many is learned from, and the pairs with no others to learn from."""
    longest = max(len(train) for train, _ in walk.pairs)
    every = -(-longest // most_rows)
    kept = spread_dates(walk.rows.date, -(-len(walk.rows) // every))
    pairs = [(train[kept[train]], test) for train, test in walk.pairs]
    for train, test in pairs:
        if len(np.unique(walk.y[train])) < 2:
            raise BadData(
                f"batch_size_study(most_rows={most_rows}): with one date of {every} there is "
                f"nothing of both kinds to learn from before {walk.rows.date[test].min()}. Raise "
                "most_rows, or start the tests later by a longer burn_in."
            )
    return every, pairs


def _steps(n_rows: int, size: int) -> int:
    """Steps of an epoch."""
    return -(-n_rows // size)


def _named(row: BatchRow) -> str:
    return f"{row.batch_size} row{'s' if row.batch_size > 1 else ''} a step"


def _mean(row: BatchRow) -> float:
    return row.precision["mean"]
