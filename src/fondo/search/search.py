"""Try many settings side by side, pick one, and judge it on rows that had no say in the choice."""

import time as clock
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fondo.contracts import Either, Nothing, Real, Whole, check_value
from fondo.data.splits import split_rows
from fondo.errors import BadData, BadParameter
from fondo.judge.evaluation import Evaluation
from fondo.judge.luck import Luck, luck_of
from fondo.judge.metrics import metric_named
from fondo.search.rounds import Rounds
from fondo.search.samplers import make_sampler
from fondo.search.space import make_space
from fondo.search.store import Store, Trial
from fondo.tasks.beside import Pool
from fondo.tasks.codec import settings_to_json
from fondo.tasks.crossing import fold_parts, weighted
from fondo.tasks.rows import Part, part_of
from fondo.tasks.settings import with_settings

# by which candidates are ranked
SCORES = {
    "class": "log_loss", "number": "rmse", "numbers": "rmse_standardised",
    "points": "normalised_mean_error",
}  # fmt: skip


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    metric : str
        By which candidates were ranked.
    higher_is_better : bool
    trials : list of Trial
        All candidates, in the order they were proposed.
    luck : Luck
        What the best would have scored by luck alone.
    task : Task or None
        The winner, fitted on all rows but the outer test part; None where that was not asked for.
    evaluation : Evaluation or None
        Of the winner on the outer test part, which no candidate saw.
    seconds : float
    """

    metric: str
    higher_is_better: bool
    trials: list[Trial]
    luck: Luck
    task: Any = None
    evaluation: Evaluation | None = None
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def best(self) -> Trial:
        """The winner, by the mean over its folds."""
        whole = [trial for trial in self.trials if trial.state == "done"]
        pick = max if self.higher_is_better else min
        return pick(whole, key=lambda trial: trial.score)

    @property
    def beats_luck(self) -> bool:
        """Whether the winner is further from the mean than the best of equals would be."""
        gap, chance = self.best.score - self.luck.mean, self.luck.best - self.luck.mean
        return gap > chance if self.higher_is_better else gap < chance

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo search --json`."""
        return {
            "metric": self.metric,
            "best": self.best.to_json(),
            "luck": self.luck.to_json(),
            "beats_luck": self.beats_luck,
            "trials": [trial.to_json() for trial in self.trials],
            "test": None if self.evaluation is None else self.evaluation.scores[0].to_json(),
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
        }


def search(
    task: Any,
    space: Mapping[str, Any],
    X: Any,
    y: Any = None,
    *,
    groups: Any = None,
    plan: "SearchPlan | None" = None,
) -> SearchResult:
    """Try settings of a task side by side, and judge the best on rows set apart for that.

    The winner's score over the folds is the score it was picked by, and flatters it; its score on
    the outer test part does not. Beside it stands what the best of as many candidates would have
    reached by luck, had all been equally good.

    Parameters
    ----------
    task : Task
        With the settings that are not tried.
    space : mapping of str to list or mapping
        What is tried: {"hidden": [(64,), (64, 64)], "learning_rate": {"low": 5e-4, "high": 2e-2,
        "log": True}}; names are those of `--set`.
    X, y : table and targets
        As `fit` takes them.
    groups : array (n_rows,) or None, default=None
        Rows of one group stay together in every split.
    plan : SearchPlan or None, default=None
        How many candidates, on what folds, how they are drawn, where they are kept.

    Returns
    -------
    result : SearchResult
        With the winner fitted (`result.task`) and judged (`result.evaluation`).

    Raises
    ------
    BadParameter
        A space that is empty, upside down or names no setting; a storage of another study.
    BadData
        Rows, groups or classes that are too few for the folds.

    Examples
    --------
    >>> import fondo
    >>> from sklearn.datasets import load_iris
    >>> task = fondo.TableClassifier(epochs=5, architecture=fondo.MLP(hidden=(8,), members=1))
    >>> space = {"learning_rate": [0.001, 0.05]}
    >>> found = search(task, space, *load_iris(return_X_y=True), plan=SearchPlan(trials=2, folds=3))
    >>> found.best.settings["learning_rate"], found.evaluation.n_rows
    (0.05, 30)
    """
    begun, plan = clock.perf_counter(), plan or SearchPlan()
    X, y = task.read(X, y, fitting=True)
    whole = weighted(task, X, y, None, groups)
    rest, test = outer_parts(task, whole, plan)
    found = search_part(task, space, rest, plan)
    winner = with_settings(task, found.best.settings)
    winner.fit(rest.X, rest.y, groups=rest.groups)
    evaluation = winner.evaluate_part(test, rest)
    seconds = clock.perf_counter() - begun
    return SearchResult(
        found.metric, found.higher_is_better, found.trials, found.luck, winner, evaluation, seconds
    )


@dataclass(frozen=True)
class SearchPlan:
    """How a search goes.

    Parameters
    ----------
    trials : int, default=20
        Most candidates.
    minutes : float or None, default=None
        After which no new candidates are begun.
    folds : int, default=5
        Inner folds on which each candidate is scored.
    test : float in (0, 1), default=0.2
        Share of the rows of the outer test part.
    sampler : {"random", "grid", "tpe"}, default="random"
        How candidates are drawn; "tpe" is Optuna's and an extra.
    metric : str or None, default=None
        What they are ranked by; None is log_loss for classes, rmse for a number a row and
        rmse_standardised for several.
    prune : bool, default=True
        Give up candidates that are worse than half of the others after their first fold.
    batch : int, default=16
        Candidates that go side by side.
    storage : path or None, default=None
        SQLite file of the trials; a search with the same file goes on where it was.
    seed : int, default=0
        Draws candidates and parts.
    time : str or None, default=None
        Column of times: later rows judge earlier ones, in the outer and the inner parts.
    heard : callable (Trial) or None, default=None
        Told of each candidate as it ends.
    on : Pool or None, default=None
        Where the folds are fitted: a pool that `fondo.open_pool` opened; None is this process.
    """

    trials: int = 20
    minutes: float | None = None
    folds: int = 5
    test: float = 0.2
    sampler: str = "random"
    metric: str | None = None
    prune: bool = True
    batch: int = 16
    storage: str | Path | None = None
    seed: int = 0
    time: str | None = None
    heard: Callable[[Trial], None] | None = None
    on: Pool | None = None

    def check(self) -> None:
        """BadParameter for what cannot be."""
        rules = {
            "trials": Whole(1, unit="candidates"),
            "minutes": Either(Nothing(), Real(0, open_low=True, unit="minutes")),
            "folds": Whole(2, unit="folds"),
            "test": Real(0, 1, open_low=True, open_high=True, unit="share of the rows"),
            "batch": Whole(1, unit="candidates"),
            "seed": Whole(0, 2**32 - 1),
        }
        for name, rule in rules.items():
            check_value("search", name, getattr(self, name), rule)


def outer_parts(task: Any, whole: Part, plan: SearchPlan) -> tuple[Part, Part]:
    """Rows to search on, and rows that judge the winner."""
    plan.check()
    rest, test = split_rows(
        task.n_rows(whole.X),
        plan.test,
        plan.seed,
        stratify=None if whole.groups is not None or plan.time else task.stratum(whole.y),
        groups=whole.groups,
        time=None if plan.time is None else task.times(whole.X, plan.time),
    )
    groups = None if whole.groups is None else whole.groups[rest]
    part = part_of(task, whole, rest)
    return Part(part.X, part.y, part.weight, groups), part_of(task, whole, test)


def search_part(task: Any, space: Mapping[str, Any], whole: Part, plan: SearchPlan) -> SearchResult:
    """Search on all rows of a part; nothing is refitted or judged outside the folds."""
    plan.check()
    begun = clock.perf_counter()
    made = make_space(space, type(task))
    metric = _metric(task, plan)
    sampler = make_sampler(plan.sampler, made, plan.seed, metric.higher_is_better)
    parts = fold_parts(task, whole, plan.time, (plan.folds, 1))
    facts = {
        "data": task.fingerprint(whole.X, whole.y),
        "task": [type(task).__name__, settings_to_json(task)],
        "space": made.to_json(),
        "folds": [plan.folds, plan.time, None if whole.groups is None else "grouped"],
        "sampler": [plan.sampler, plan.seed],
        "metric": metric.name,
    }
    store = Store(plan.storage, facts)
    try:
        rounds = Rounds(task, parts, metric, plan, store)
        rounds.run(sampler, begun)
        trials = store.trials()
    finally:
        store.close()
    whole_ones = [trial for trial in trials if trial.state == "done"]
    if not whole_ones:
        told = next((trial.message for trial in trials if trial.message), "none was run")
        raise BadData(f"search: no candidate came through all folds ({told}).")
    luck = luck_of([trial.values for trial in whole_ones], metric.higher_is_better)
    seconds = clock.perf_counter() - begun
    return SearchResult(metric.name, metric.higher_is_better, trials, luck, seconds=seconds)


def _metric(task: Any, plan: SearchPlan) -> Any:
    metric = metric_named(plan.metric or SCORES[task.kind])
    if metric.kind != task.kind:
        raise BadParameter(
            f"search(metric={plan.metric!r}): this score is for kind {metric.kind!r}, and the "
            f"target is of kind {task.kind!r}."
        )
    return metric
