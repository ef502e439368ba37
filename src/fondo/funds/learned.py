"""Rankers that learn by scikit-learn: logistic regression, random forest, boosted trees.

Each looks for its settings inside the training side; how is in `tuning`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from scipy.stats import randint
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterSampler
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from fondo.contracts import Contract, Either, Flag, Nothing, Whole, check_value
from fondo.funds.groups import one_thread
from fondo.funds.prepare import f_values, preparation
from fondo.funds.rankers import InnerTrial, Ranked
from fondo.funds.spans import Rows
from fondo.funds.tuning import (
    Choice,
    Inner,
    Settings,
    calibrate,
    choose,
    inner_folds,
    tuning_places,
)
from fondo.funds.walk import Walk
from fondo.judge.intervals import Floats

K_GRID = tuple(range(1, 32, 3))  # the notes': 1, 4, 7, ... 31
_ROWS_OF_A_TREE = 5_000  # at most; more of overlapping years make a tree slower, not better


class Learner(Protocol):
    """A ranker whose model is an estimator of scikit-learn."""

    name: ClassVar[str]

    def settings(self) -> dict[str, Any]:
        """Settings as plain JSON."""

    def prepared(self) -> Pipeline:
        """What comes before the model, unfitted."""

    def candidates(self, seed: int) -> list[Settings]:
        """Settings to choose from, the simplest first; one alone is taken without a search."""

    @property
    def usual(self) -> Settings:
        """Settings where the training side is too short to choose."""

    def model(self, settings: Settings, n_rows: int, seed: int) -> Any:
        """Estimator with these settings, for so many rows."""


@dataclass(frozen=True)
class Fitted:
    """Preparation, columns chosen and model, fitted on the same rows."""

    prepared: Any
    select: Any
    model: Any

    def scores(self, X: Floats) -> Floats:
        """Score of each row (n, features), higher for class 1."""
        return model_scores(self.model, self.select.transform(self.prepared.transform(X)))


def model_scores(model: Any, X: Floats) -> Floats:
    """Decision function where there is one (it does not round to 1), else the probability."""
    if hasattr(model, "decision_function"):
        found: Floats = model.decision_function(X)
        return found
    chance: Floats = model.predict_proba(X)[:, 1]
    return chance


def rank_with(learner: Learner, walk: Walk) -> Ranked:
    """Walk forward with a learner, peer group by peer group where that is the plan."""
    scores, probability, threshold = (np.full(len(walk.rows), np.nan) for _ in range(3))
    trials: list[InnerTrial] = []
    for part in walk.parts():
        searches = tuning_places(part)
        choice: Choice | None = None
        settings = learner.usual
        for place, (train, test) in enumerate(part.pairs):
            if place in searches:
                found = _search(learner, part, inner_folds(part, place))
                if found is not None:
                    choice, settings = found, found.settings
                    trials += found.trials
            seed = part.plan.seed
            fitted = fit(learner, part, train, settings, seed)
            steps = calibrate(part, choice)
            scores[test] = fitted.scores(part.X[test])
            probability[test] = steps.probability(scores[test])
            threshold[test] = steps.threshold
    return Ranked(scores, probability, threshold, trials)


def fit(learner: Learner, walk: Walk, train: Rows, settings: Settings, seed: int) -> Fitted:
    """Fit preparation and model on training rows alone."""
    y = walk.y[train]
    prepared = learner.prepared()
    X = prepared.fit_transform(walk.X[train])
    select = _selector(settings, X.shape[1])
    X = select.fit_transform(X, y)
    model = learner.model(settings, len(train), seed)
    with one_thread():
        model.fit(X, y, sample_weight=walk.weights(train))
    return Fitted(prepared, select, model)


def _search(learner: Learner, walk: Walk, inner: Inner) -> Choice | None:
    """Best candidate on inner folds; None where there are no folds."""
    if not inner.pairs:
        return None
    ready = []
    for learned, held in inner.pairs:
        prepared = learner.prepared()
        X = prepared.fit_transform(walk.X[learned])
        # once for all k
        found = f_values(X, walk.y[learned]) if "k" in learner.usual else None
        ready.append((X, prepared.transform(walk.X[held]), found))

    def scored(settings: Settings, fold: int) -> tuple[Floats, Floats]:
        X, held, found = ready[fold]
        learned = inner.pairs[fold][0]
        select = _selector(settings, X.shape[1], found)
        chosen = select.fit_transform(X, walk.y[learned])
        model = learner.model(settings, len(learned), walk.plan.seed)
        with one_thread():
            model.fit(chosen, walk.y[learned], sample_weight=walk.weights(learned))
            return model_scores(model, chosen), model_scores(model, select.transform(held))

    return choose(walk, inner, learner.candidates(walk.plan.seed), scored)


def _selector(settings: Settings, n_columns: int, found: Any = None) -> Any:
    """Selector of the `k` best columns; lets all through where the settings name no k."""
    k = settings.get("k")
    if k is None or k >= n_columns:
        return FunctionTransformer()
    return SelectKBest(f_values if found is None else lambda X, y: found, k=k)


@dataclass(frozen=True)
class Logistic:
    """Balanced L2 logistic regression on the k best of features and their products.

    Parameters
    ----------
    products : bool, default=True
        Whether the product of every two features is a candidate.
    k : int or None, default=None
        Columns kept; None chooses among 1, 4, ... 31 inside the training side.

    Notes
    -----
    The notes' solver is newton-cg with tol=10, which stops it almost at once. newton-cholesky
    comes to the same optimum, here to 1e-4, and is faster where rows are many and columns few.
    """

    products: bool = True
    k: int | None = None
    name: ClassVar[str] = "logistic"
    learns: ClassVar[bool] = True
    contracts: ClassVar[Mapping[str, Contract]] = {
        "products": Flag(),
        "k": Either(Nothing(), Whole(1, unit="columns")),
    }

    def __post_init__(self) -> None:
        for name, contract in self.contracts.items():
            check_value("Logistic", name, getattr(self, name), contract)

    def settings(self) -> dict[str, Any]:
        """Settings as plain JSON."""
        return {"ranker": self.name, "products": self.products, "k": self.k}

    def prepared(self) -> Pipeline:
        """Fill, cap, scale, products."""
        return preparation(products=self.products)

    def candidates(self, seed: int) -> list[Settings]:
        """The grid of k, or the k that was given."""
        return [{"k": k} for k in (K_GRID if self.k is None else (self.k,))]

    @property
    def usual(self) -> Settings:
        """Ten columns, or the k that was given."""
        return {"k": self.k or 10}

    def model(self, settings: Settings, n_rows: int, seed: int) -> LogisticRegression:
        """The regression."""
        return LogisticRegression(
            solver="newton-cholesky", class_weight="balanced", max_iter=10_000, tol=1e-4
        )

    def rank(self, walk: Walk) -> Ranked:
        """Score the tested rows."""
        return rank_with(self, walk)


@dataclass(frozen=True)
class Forest:
    """Random forest by a random search over trees, depth and rows to split.

    Parameters
    ----------
    draws : int, default=20
        Settings drawn beside the notes' own (50 trees, depth 10, 10 rows a leaf).
    """

    draws: int = 20
    name: ClassVar[str] = "forest"
    learns: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_value("Forest", "draws", self.draws, Whole(0))

    def settings(self) -> dict[str, Any]:
        """Settings as plain JSON."""
        return {"ranker": self.name, "draws": self.draws}

    def prepared(self) -> Pipeline:
        """Fill, cap; scaling changes nothing for trees."""
        return preparation()

    def candidates(self, seed: int) -> list[Settings]:
        """The notes' settings, then the draws."""
        space = {
            "n_estimators": [50, 100, 200],
            "max_depth": randint(2, 13),
            "min_samples_split": randint(2, 101),
        }
        drawn = ParameterSampler(space, self.draws, random_state=seed) if self.draws else []
        plain = [{key: int(value) for key, value in each.items()} for each in drawn]
        return [self.usual, *plain]

    @property
    def usual(self) -> Settings:
        """The settings stated in the notes."""
        return {"n_estimators": 50, "max_depth": 10, "min_samples_split": 2}

    def model(self, settings: Settings, n_rows: int, seed: int) -> RandomForestClassifier:
        """The forest; each tree sees a draw of at most 5,000 rows."""
        return RandomForestClassifier(
            **settings,
            min_samples_leaf=10,
            max_samples=min(n_rows, _ROWS_OF_A_TREE),
            class_weight="balanced",
            random_state=seed,
            n_jobs=-1 if n_rows > _ROWS_OF_A_TREE else None,
        )

    def rank(self, walk: Walk) -> Ranked:
        """Score the tested rows."""
        return rank_with(self, walk)


@dataclass(frozen=True)
class Boosting:
    """Boosted trees of histograms, by a small grid of leaves and rounds."""

    name: ClassVar[str] = "boosting"
    learns: ClassVar[bool] = True

    def settings(self) -> dict[str, Any]:
        """Settings as plain JSON."""
        return {"ranker": self.name}

    def prepared(self) -> Pipeline:
        """Fill, cap, as for the others."""
        return preparation()

    def candidates(self, seed: int) -> list[Settings]:
        """From few small trees to many large ones."""
        return [
            {"max_leaf_nodes": leaves, "max_iter": rounds}
            for leaves in (4, 16)
            for rounds in (30, 100)
        ]

    @property
    def usual(self) -> Settings:
        """Few small trees."""
        return {"max_leaf_nodes": 4, "max_iter": 30}

    def model(self, settings: Settings, n_rows: int, seed: int) -> HistGradientBoostingClassifier:
        """The trees; they stop where they were told, since a random share to stop by leaks."""
        return HistGradientBoostingClassifier(
            **settings,
            learning_rate=0.05,
            min_samples_leaf=50,
            early_stopping=False,
            random_state=seed,
        )

    def rank(self, walk: Walk) -> Ranked:
        """Score the tested rows."""
        return rank_with(self, walk)
