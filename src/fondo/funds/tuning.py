"""Settings chosen inside a training side: candidates judged on inner folds of dates, purged.

Nothing here sees a row that is tested. The candidates are named by `learned` and
`network_ranker`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from fondo.errors import BadData
from fondo.funds.picks import picked
from fondo.funds.rankers import InnerTrial
from fondo.funds.spans import Rows
from fondo.funds.splits import Pair, PurgedKFold
from fondo.funds.thresholds import LEAST, precision_by_threshold
from fondo.funds.walk import Walk, spread_dates
from fondo.judge.intervals import Floats

FOLDS = 3
MOST_ROWS = 20_000  # of an inner search: neighbouring dates share most of their labels
LEAST_ROWS = 5_000  # where many groups share them
_FEWEST_FLAGGED = 0.02  # share of the inner rows that a threshold must flag

Settings = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Inner:
    """Inner folds of one training side.

    Attributes
    ----------
    test : str
        Year of the test that they stand before.
    pairs : list of (rows, rows)
        Places in the walk; empty where the training side is too short for purged folds.
    """

    test: str
    pairs: list[Pair]


def inner_folds(walk: Walk, place: int) -> Inner:
    """Purged folds of the training side of one test.

    Parameters
    ----------
    walk : Walk
    place : int
        Which pair of the walk.

    Returns
    -------
    inner : Inner
        Folds without both labels to learn from are left out. Where rows are many, every second,
        third, ... date is used.
    """
    train, test = walk.pairs[place]
    year = str(walk.rows.date[test].min().astype("datetime64[Y]"))
    groups = len(np.unique(walk.rows.peer)) if walk.plan.groups == "apart" else 1
    most = max(MOST_ROWS // groups, LEAST_ROWS)
    rows = train[spread_dates(walk.rows.date[train], most)]
    splitter = PurgedKFold(FOLDS, embargo=walk.embargo)
    pairs = []
    try:
        # not `split`: it refuses all folds where one is left without rows
        found = list(splitter.pairs(walk.times[rows]))
    except BadData:
        found = []
    for inside, held in found:
        learned, judged = rows[inside], rows[held]
        if len(np.unique(walk.y[learned])) == 2:
            pairs.append((learned, judged))
    return Inner(year, pairs)


def tuning_places(walk: Walk) -> list[int]:
    """Pairs of a walk before which settings are looked for anew."""
    return list(range(0, len(walk.pairs), walk.plan.tune_every))


def precision(walk: Walk, rows: Rows, scores: Floats) -> float:
    """Precision of the picks among rows, each ranked inside its date and peer group."""
    weight = picked(scores, np.unique(walk.cell[rows], return_inverse=True)[1], walk.plan.share)
    total = float(weight.sum())
    return float(weight @ walk.y[rows]) / total if total else 0.0


@dataclass(frozen=True, eq=False)
class Choice:
    """What came of a search inside a training side.

    Attributes
    ----------
    settings : dict
        Of the best candidate: the highest precision of the picks held out, of equals the first.
    trials : list of InnerTrial
    held, scores : int array (n,), float array (n,)
        Rows held out, and what the best said of them when it had not seen them.
    """

    settings: Settings
    trials: list[InnerTrial]
    held: Rows
    scores: Floats


Scored = Callable[[Settings, int], tuple[Floats, Floats]]
"""(settings, inner fold) -> scores of the rows learned from, and of those held out."""


def choose(walk: Walk, inner: Inner, candidates: Sequence[Settings], scored: Scored) -> Choice:
    """Try all candidates on the inner folds and keep the best.

    Parameters
    ----------
    walk : Walk
    inner : Inner
        With one fold at least.
    candidates : sequence of settings
        The simplest first.
    scored : callable
        What a candidate says of the rows of a fold.
    """
    trials, answers = [], []
    held_rows = np.concatenate([held for _, held in inner.pairs])
    learned_rows = [learned for learned, _ in inner.pairs]
    for settings in candidates:
        said = [scored(settings, fold) for fold in range(len(inner.pairs))]
        held = np.concatenate([h for _, h in said])
        trained = [
            precision(walk, rows, t) for rows, (t, _) in zip(learned_rows, said, strict=True)
        ]
        found = precision(walk, held_rows, held)
        trials.append(InnerTrial(inner.test, settings, float(np.mean(trained)), found))
        answers.append(held)
    best = int(np.argmax([trial.held for trial in trials]))
    kept = [
        InnerTrial(t.test, t.settings, t.trained, t.held, chosen=i == best)
        for i, t in enumerate(trials)
    ]
    return Choice(trials[best].settings, kept, held_rows, answers[best])


@dataclass(frozen=True, eq=False)
class Calibration:
    """Scores to probabilities, and the cut of them, both learnt on rows held out inside.

    A threshold is NaN where too few rows could have been flagged.
    """

    steps: IsotonicRegression | None
    threshold: float

    def probability(self, scores: Floats) -> Floats:
        """Chance of the label for each score (n,); NaN where nothing was learnt."""
        if self.steps is None:
            return np.full(len(scores), np.nan)
        found: Floats = self.steps.predict(scores)
        return found


def calibrate(walk: Walk, choice: Choice | None) -> Calibration:
    """Isotonic steps and the best threshold from the rows that were held out inside."""
    if choice is None:
        return Calibration(None, np.nan)
    truth = walk.y[choice.held]
    steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    chance = steps.fit_transform(choice.scores, truth)
    cuts = np.unique(chance)  # the values that it can take are the only cuts there are
    curve = precision_by_threshold(chance, truth, cuts[:: -(-len(cuts) // 200)])
    least = max(LEAST, int(_FEWEST_FLAGGED * len(truth)))
    return Calibration(steps, curve.best(least) if len(truth) >= least else np.nan)
