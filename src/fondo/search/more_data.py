"""What more rows would buy: nested subsets, their scores, the curve through them, the answer.

How rows are dealt is in `subsets`, how they are fitted and judged in `subset_scores`.
"""

import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fondo.contracts import Real, Whole, check_value
from fondo.data.splits import time_numbers
from fondo.errors import BadData, BadParameter
from fondo.judge.learning_curve import Estimate
from fondo.judge.metrics import headline
from fondo.judge.score_curve import ScoreCurve
from fondo.search.search import SCORES
from fondo.search.subset_scores import Scorer, Subsets, score_curve
from fondo.search.subsets import Deal, check_deals, deal, subset_sizes
from fondo.tasks.beside import Pool
from fondo.tasks.crossing import weighted
from fondo.tasks.rows import Part


@dataclass(frozen=True)
class MoreData:
    """What more rows would buy.

    Attributes
    ----------
    curves : tuple of ScoreCurve
        The loss first (log_loss or rmse), then the headline score where it is another.
    n_test : int
        Rows that a repeat is judged on.
    repeats : int
    dealt : str
        How rows came to the parts, in words.
    seconds : float
    notes : list of str
        What was set aside, and why.
    """

    curves: tuple[ScoreCurve, ...]
    n_test: int
    repeats: int
    dealt: str
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Rows of the nested subsets."""
        return self.curves[0].sizes

    @property
    def verdict(self) -> str:
        """What doubling the rows would buy, and how far to trust it, in plain words."""
        first, *others = self.curves
        told = [first.told, *(each.told_briefly for each in others)]
        told += [each.warning for each in self.curves]
        return " ".join(part for part in told if part)

    def curve(self, metric: str | None = None) -> ScoreCurve:
        """Curve of a score; None takes the loss."""
        for each in self.curves:
            if metric in (None, each.metric):
                return each
        names = ", ".join(repr(each.metric) for each in self.curves)
        raise BadParameter(f"more_data(metric={metric!r}): metric must be one of {names}.")

    def rows_for(self, score: float, metric: str | None = None) -> Estimate:
        """Training rows with which the curve reaches a score, with their interval.

        Infinite where the curve never does. Far beyond the rows measured (more than four times
        as many, say) this is a guess in spite of its interval.
        """
        return self.curve(metric).rows_for(score)

    def table(self) -> list[dict[str, Any]]:
        """One row a score and size: value with interval, the curve, the naive answer.

        The last row of each score is foretold: twice the rows.
        """
        return [{"metric": each.metric, **row} for each in self.curves for row in each.table()]

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo more-data --json`."""
        return {
            "rows": {"train": self.sizes[-1], "test": self.n_test},
            "repeats": self.repeats,
            "dealt": self.dealt,
            "curves": [each.to_json() for each in self.curves],
            "verdict": self.verdict,
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class MoreDataPlan:
    """How a learning curve is measured.

    Parameters
    ----------
    sizes : sequence of int or None, default=None
        Rows of the nested subsets; None takes five, from a sixteenth of the rows to all.
    repeats : int, default=5
        How often the rows are dealt anew.
    test : float in (0, 1), default=0.2
        Share of the rows to judge on.
    time : str or None, default=None
        Column of times: the latest rows judge, and subsets are the latest rows before them.
    seed : int, default=0
        Draws the dealings; repeat r trains with random state seed + r.
    heard : callable (str) or None, default=None
        Told of each fit as it ends.
    on : Pool or None, default=None
        Where subsets are fitted: a pool that `fondo.open_pool` opened; None is this process, and
        only then each fit is `heard`.
    """

    sizes: Sequence[int] | None = None
    repeats: int = 5
    test: float = 0.2
    time: str | None = None
    seed: int = 0
    heard: Callable[[str], None] | None = None
    on: Pool | None = None

    def check(self) -> None:
        """BadParameter for what cannot be."""
        if self.repeats == 1 and not isinstance(self.repeats, bool):
            raise BadParameter(
                "more_data(repeats=1): repeats must be at least 2, since one dealing of the rows "
                "does not say how far another would differ, and there is no interval. 5 is usual."
            )
        check_value("more_data", "repeats", self.repeats, Whole(2, unit="dealings of the rows"))
        share = Real(0, 1, open_low=True, open_high=True, unit="share of the rows")
        check_value("more_data", "test", self.test, share)
        check_value("more_data", "seed", self.seed, Whole(0, 2**32 - 1))


def more_data(
    task: Any,
    X: Any,
    y: Any = None,
    *,
    sizes: Sequence[int] | None = None,
    repeats: int = 5,
    groups: Any = None,
    time: str | None = None,
) -> MoreData:
    """Say what more rows of the same kind would buy, with an interval.

    In each repeat a fifth of the rows is set apart to judge on, and the others are dealt into
    nested subsets, each about twice the one before. All are fitted side by side. The curve
    floor + scale n^-rate through their errors foretells the error with twice the rows.

    Parameters
    ----------
    task : Task
        With its settings; it is left as it is.
    X, y : table and targets
        As `fit` takes them.
    sizes : sequence of int or None, default=None
        Rows of the subsets, at least 4 sizes over a factor of 4; None takes five, from a
        sixteenth of the training rows (at least 20) to all of them.
    repeats : int, at least 2, default=5
        How often the rows are dealt anew.
    groups : array (n_rows,) or None, default=None
        Rows of one group stay on one side, and come to the subsets one group after another.
    time : str or None, default=None
        Column of times: the latest rows judge, and subsets are the latest rows before them, as
        whoever has few rows has the latest. Repeats then differ in their training alone.

    Returns
    -------
    found : MoreData
        `found.verdict` is the answer in words, `found.table()` the numbers, `found.curves` the
        curves. Intervals cover the dealing, the training and the choice of these very rows; they
        do not cover a curve that bends beyond the largest size, nor rows of another kind.

    Raises
    ------
    BadParameter
        Sizes that do not rise or are more than the rows; one repeat; groups and time together.
    BadData
        Too few rows, groups or classes for the subsets; targets that are missing.

    Examples
    --------
    >>> import fondo
    >>> from sklearn.datasets import load_breast_cancer
    >>> small = fondo.MLP(hidden=(8,), embedding="none", members=1)
    >>> task = fondo.TableClassifier(epochs=5, architecture=small)
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> found = more_data(task, X, y, sizes=[50, 100, 200, 400], repeats=2)
    >>> [(row["rows"], row["foretold"]) for row in found.table()][3:5]
    [(400, False), (800, True)]
    """
    plan = MoreDataPlan(sizes, repeats, time=time, seed=task.random_state or 0)
    plan.check()
    X, y = task.read(X, y, fitting=True)
    return more_data_part(task, weighted(task, X, y, None, groups), plan)


def more_data_part(task: Any, whole: Part, plan: MoreDataPlan) -> MoreData:
    """The same for rows that the task has read."""
    plan.check()
    begun = clock.perf_counter()
    whole = _checked(task, whole, plan)
    labels, names = task.stratum(whole.y), [SCORES[task.kind]]
    deals = [
        deal(task, whole, plan.test, (plan.seed + repeat) % 2**32) for repeat in range(plan.repeats)
    ]
    sizes = subset_sizes(deals, labels, plan.sizes)
    check_deals(deals, whole, labels, len(sizes))
    top = headline(task.kind, whole.y, None if labels is None else np.unique(labels))
    names += [top] if top not in names else []
    subsets = Subsets(task, whole, deals, sizes, plan.seed, plan.time)
    found = subsets.fit(Scorer(task.kind, tuple(names), plan.seed), plan.heard, plan.on)
    n_test = float(np.mean([len(each.test) for each in deals]))
    share = 1.0 if plan.time is not None else n_test / task.n_rows(whole.X)
    drawn = {name: score_curve(name, sizes, found, share, plan.seed) for name in names}
    curves = tuple(curve for curve in drawn.values() if curve is not None)
    if not curves:
        raise BadData(
            "more_data: the test rows are too few or too much alike to say how far a score may be "
            "off. Give more rows, in more groups."
        )
    notes = _notes(deals, [name for name, curve in drawn.items() if curve is None])
    seconds = clock.perf_counter() - begun
    return MoreData(curves, round(n_test), plan.repeats, _dealt(whole, labels), seconds, notes)


def _checked(task: Any, whole: Part, plan: MoreDataPlan) -> Part:
    """The rows with their times, where there is a column of them."""
    n_rows, groups = task.n_rows(whole.X), whole.groups
    if groups is not None and plan.time is not None:
        raise BadParameter(
            f"more_data(groups=..., time={plan.time!r}): only one of the two can decide how rows "
            "are dealt. Leave one out."
        )
    if groups is not None and len(groups) != n_rows:
        raise BadData(
            f"more_data: there are {len(groups)} groups for {n_rows} rows. Give one for each row."
        )
    if plan.time is None:
        return whole
    return replace(whole, times=time_numbers(task.times(whole.X, plan.time)))


def _dealt(whole: Part, labels: np.ndarray | None) -> str:
    if whole.times is not None:
        return "the latest rows judge; subsets are the latest rows before them"
    if whole.groups is not None:
        return "groups whole, one after another"
    return "at random" if labels is None else "at random, classes evenly"


def _notes(deals: Sequence[Deal], missing: list[str]) -> list[str]:
    notes = []
    lost = sum(each.lost for each in deals)
    if lost:
        notes.append(
            f"{lost} test rows in {len(deals)} repeats were set aside: no training row of the "
            "repeat has their class."
        )
    for name in missing:
        words = name.replace("_", " ")
        notes.append(f"There is no curve of {words}: it is not defined on all parts of test rows.")
    return notes
