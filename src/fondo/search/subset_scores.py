"""Fits of nested subsets, side by side, each judged on the test rows of its repeat.

How rows are dealt is in `subsets`; what is made of the scores, in `more_data`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from fondo.data.splits import Latest
from fondo.errors import BadData, FondoError
from fondo.judge.answers import Answers, case_of
from fondo.judge.blocks import block_covariance, blocks_of, left_out
from fondo.judge.intervals import Floats
from fondo.judge.learning_curve import learning_curve
from fondo.judge.metrics import metric_named
from fondo.judge.score_curve import ScoreCurve
from fondo.search.subsets import Deal
from fondo.tasks.beside import Ask, Pool, fit_beside
from fondo.tasks.rows import Part, part_of


@dataclass(frozen=True)
class Judged:
    """One score of one fit.

    Attributes
    ----------
    value : float
        NaN where the score is not defined on the test rows.
    left : float array (n_blocks,)
        The score without each block of the test rows.
    naive : dict of str to float
        What constant answers score.
    """

    value: float
    left: Floats
    naive: dict[str, float]


@dataclass(frozen=True)
class Scorer:
    """Scores of a fitted task on its test rows, with all that their intervals need.

    Parameters
    ----------
    kind : {"class", "number", "numbers", "points"}
        Of target.
    metrics : tuple of str
    seed : int
        Draws the blocks: the same for all fits that are judged on the same rows.
    """

    kind: str
    metrics: tuple[str, ...]
    seed: int

    def __call__(self, ask: Ask, answers: Answers | None) -> dict[str, Judged]:
        """Each score by its name."""
        test: Any = ask.test
        truth = np.asarray(test.y)
        blocks = blocks_of(
            len(truth),
            labels=ask.task.stratum(truth),
            groups=test.groups,
            times=test.times,
            seed=self.seed,
        )
        case: Any = case_of(self.kind, truth, answers)  # type: ignore[arg-type]
        # learnt from all rows of the subset: its validation part may hold the only row of a class
        fools = {
            name: case_of(self.kind, truth, fool.answers(len(truth)))
            for name, fool in ask.task.fool(np.asarray(ask.part.y)).items()
        }
        found = {}
        for metric in self.metrics:
            score = _defined(metric)
            naive = {name: score(each) for name, each in fools.items()}
            found[metric] = Judged(score(case), left_out(score, case, blocks), naive)
        return found


def _defined(name: str) -> Callable[[Any], float]:
    """The score as a function that is NaN where it is not defined."""
    metric = metric_named(name)
    return lambda case: float(metric.function(case)) if metric.fits(case) else float("nan")


@dataclass(frozen=True)
class Subsets:
    """Rows dealt into nested subsets, repeat after repeat.

    Parameters
    ----------
    task : Task
        With its settings.
    whole : Part
        Rows that it has read, with groups or times.
    deals : sequence of Deal
        One a repeat.
    sizes : tuple of int
        Rising.
    seed : int
        Repeat r trains with random state seed + r.
    time : str or None
        Column of times, by which the validation part is the latest rows too.
    """

    task: Any
    whole: Part
    deals: Sequence[Deal]
    sizes: tuple[int, ...]
    seed: int
    time: str | None

    def fit(
        self, scorer: Scorer, heard: Callable[[str], None] | None, on: Pool | None
    ) -> list[list[dict[str, Judged]]]:
        """Scores of each repeat at each size."""
        # the largest first: a core that is late with one of them would keep the others waiting
        pairs = [(r, n) for n in reversed(self.sizes) for r in range(len(self.deals))]
        tests = [self._part(each.test) for each in self.deals]
        asks = [Ask(self._task(r), self._part(self._rows(r, n)), None, tests[r]) for r, n in pairs]
        judge = scorer if heard is None or on is not None else _aloud(scorer, heard)
        found = {}
        for (repeat, n), value in zip(pairs, fit_beside(asks, judge, on=on), strict=True):
            if isinstance(value, FondoError):
                told = f"more_data, {n:,} rows of repeat {repeat + 1}: {value}"
                raise type(value)(told) from value
            found[repeat, n] = value
        return [[found[r, n] for n in self.sizes] for r in range(len(self.deals))]

    def _task(self, repeat: int) -> Any:
        made = clone(self.task)
        made.random_state = (self.seed + repeat) % 2**32
        if self.time is not None and isinstance(made.validation, float):
            made.validation = Latest(self.time, made.validation)
        return made

    def _rows(self, repeat: int, n: int) -> np.ndarray:
        return np.sort(self.deals[repeat].order[:n])

    def _part(self, rows: np.ndarray) -> Part:
        whole, part = self.whole, part_of(self.task, self.whole, rows)
        groups, times = (None if a is None else a[rows] for a in (whole.groups, whole.times))
        return Part(part.X, part.y, part.weight, groups, times)


def _aloud(scorer: Scorer, heard: Callable[[str], None]) -> Callable[[Ask, Any], Any]:
    """The scorer, telling of each fit as it ends."""

    def judge(ask: Ask, answers: Answers | None) -> dict[str, Judged]:
        found = scorer(ask, answers)
        shown = ", ".join(f"{k.replace('_', ' ')} {v.value:.4g}" for k, v in found.items())
        heard(f"{len(ask.part.y):,} rows: {shown}")
        return found

    return judge


def score_curve(
    name: str, sizes: tuple[int, ...], found: list[list[dict[str, Judged]]], share: float, seed: int
) -> ScoreCurve | None:
    """Curve of one score; None where it is not defined on all test rows.

    Parameters
    ----------
    name : str
        Of the score.
    sizes : tuple of int
    found : list (repeats) of list (sizes)
        Of `Subsets.fit`.
    share : float in (0, 1]
        How much of what other test rows would change no repeat shows: the share of the rows that
        a repeat is judged on, or 1 where all repeats are judged on the same rows.
    seed : int
        Of the intervals.
    """
    judged = [[each[name] for each in line] for line in found]
    scores = np.array([[each.value for each in line] for line in judged])
    if not np.isfinite(scores).all():
        return None
    higher = metric_named(name).higher_is_better
    try:
        # averages over two repeats co-vary like the part of the rows that both are judged on
        rows = np.mean(
            [block_covariance(np.stack([e.left for e in line], axis=1)) for line in judged], axis=0
        )
    except BadData:
        return None
    errors = 1 - scores if higher else scores
    curve = learning_curve(sizes, errors, rows=share * rows, seed=seed)
    plain = tuple(tuple(map(float, line)) for line in scores)
    return ScoreCurve(name, higher, curve, plain, _naive(judged, higher))


def _naive(judged: list[list[Judged]], higher: bool) -> tuple[float, ...]:
    """Mean score at each size of the constant answer that is best over all."""
    names = list(judged[0][0].naive)
    means = {n: np.mean([[e.naive[n] for e in line] for line in judged], axis=0) for n in names}
    best = max(means, key=lambda n: means[n].mean() * (1 if higher else -1))
    return tuple(map(float, means[best]))
