"""Task: encode, network, objective, decode; and what every task shares, written once.

Explaining, reporting and searching are functions that take a task (`fondo.explain(task, X, y)`),
so nothing here points upward.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import ClassifierTags, RegressorTags
from sklearn.utils.validation import check_is_fitted

from fondo import contracts
from fondo.contracts import Contract
from fondo.data.splits import Latest
from fondo.engine.examples import Examples, Source
from fondo.engine.objective import Objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.predict import predict as run_network
from fondo.engine.predict import set_state
from fondo.engine.step import Supervised, supervised
from fondo.engine.train import train
from fondo.judge.evaluation import Evaluation, judge
from fondo.judge.metrics import Answers
from fondo.tasks import saving
from fondo.tasks.codec import settings_to_json
from fondo.tasks.defaults import Defaults
from fondo.tasks.folds import CrossValidation
from fondo.tasks.record import Recorded, make_record
from fondo.tasks.rows import Part, check_weight, split_part, targets_known
from fondo.tasks.run import Run, default_batch

Inputs = dict[str, np.ndarray]


TRAINING_ALONE = (
    "epochs", "batch_size", "patience", "optimizer", "learning_rate", "loss", "class_weight",
)  # fmt: skip
LEARNING_RATE, AVERAGE = 2e-3, 0.99  # of the default optimizer; measured on many tables


class Task(Defaults, BaseEstimator, ABC):  # type: ignore[misc]
    """Four things make a task: encode, network, objective, decode. The rest is shared.

    A task is a scikit-learn estimator. A new one states in `contracts` what its settings may
    be, and writes `learn`, `encode`, `encode_target`, `network`, `objective` and `decode`.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {}
    kind: ClassVar[Any]  # of target, for `judge`: one of `judge.answers.KINDS`
    data: ClassVar[str] = "tables"  # kind of data: how rows are shown, and what they are called
    groups: ClassVar[Mapping[str, type]] = {}  # settings that are objects, by class name
    setting_groups: ClassVar[Mapping[str, type]] = {}  # the same, by parameter name
    _lent: Any = None  # weights in place of the network's own, see `tasks.beside`
    space: ClassVar[Mapping[str, Any]] = {}  # what a search tries where nothing else is said

    # What a task may set otherwise, as a constructor argument or as a class attribute.
    epochs: int = 100
    batch_size: int | None = None  # None: by the number of rows, see `default_batch`
    patience: int | None = 12
    validation: float | Latest | None = 0.15
    optimizer: Any = None  # None: AdamW with a running average of the weights
    learning_rate: float | None = None
    random_state: int = 0

    # ---- the four parts

    @abstractmethod
    def learn(self, X: Any, y: np.ndarray) -> None:
        """Learn from training rows what encoding needs; store it in attributes ending in `_`."""

    @abstractmethod
    def encode(self, X: Any) -> Inputs:
        """Arrays that enter the network, by input name, each of shape (rows, ...)."""

    @abstractmethod
    def encode_target(self, y: np.ndarray) -> np.ndarray:
        """Targets as the loss wants them: float32 (rows,) or (rows, ...)."""

    @abstractmethod
    def network(self) -> Any:
        """Build a fresh keras.Model from the settings and what was learnt."""

    @abstractmethod
    def objective(self) -> Objective:
        """Say what the network is to make small, and what to watch."""

    @abstractmethod
    def decode(self, outputs: np.ndarray) -> Answers:
        """Turn network outputs (rows, ...) into answers in the user's words and units."""

    # ---- shared by all

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        groups: Any = None,
        validation_data: tuple[Any, Any] | None = None,
        run: Run | None = None,
    ) -> Self:
        """Learn from rows X and targets y.

        Parameters
        ----------
        X : table, array or path
            One row an example.
        y : array (n_rows,) or str
            Targets, or the name of the target column of X.
        sample_weight : array (n_rows,), column name or None
            How much each row counts in the loss; scores stay unweighted.
        groups : array (n_rows,) or None
            Rows of one group never straddle training and validation part.
        validation_data : (X, y) or None
            Explicit validation rows, in place of the share that `validation` sets apart.
        run : Run or None
            Checkpoints, resuming, callbacks, memory.
        """
        self._check_settings()
        run = run or Run()
        X, y = self.read(X, y, fitting=True)
        whole = Part(X, y, check_weight(self, sample_weight, X, y))
        training, held = self._parts(whole, groups, validation_data)
        self.learn(training.X, training.y)
        held_examples = None if held is None else self.examples(held)
        self.train_on(self.examples(training), held_examples, run, make_record(self, whole))
        self.finish(training, held)
        return self

    def train_on(self, training: Source, held: Source | None, run: Run, record: Recorded) -> None:
        """Train a fresh network on encoded rows; for whoever encodes them otherwise than `fit`."""
        self.network_ = self.network()
        step = self.step(self.network_)
        plan = self.plan(training.n_rows, run, record.settings_hash)
        self.plan_ = {"batch_size": plan.batch_size, "rows": training.n_rows}
        outcome = train(step, training, held, plan)
        set_state(self.network_, outcome.state)
        self.history_, self.best_epoch_ = outcome.history, outcome.best_epoch
        self.n_validation_ = 0 if held is None else held.n_rows
        self.receipt_ = record.receipt(outcome.hashes)

    def step(self, network: Any) -> Supervised:
        """What is repeated in training this network."""
        return supervised(network, self.objective(), *self._optimizer(), self.change())

    def finish(self, training: Part, held: Part | None, inputs: Inputs | None = None) -> None:
        """Learn what stands beside the network: naive baselines, thresholds, error widths.

        `inputs` are the held rows encoded, where they are at hand.
        """
        self.fools_ = self.fool(targets_known(self.kind, training, held))
        if held is None:
            self.calibrate(None, None)
        else:
            outputs = self.outputs(held.X) if inputs is None else self.outputs_of(inputs)
            self.calibrate(held, self.in_units(self.decode(outputs), held.X))

    def _check_settings(self) -> None:
        contracts.check(self)
        for name in self.setting_groups:
            if (group := getattr(self, name)) is not None:
                contracts.check(group)

    def _parts(
        self, whole: Part, groups: Any, validation_data: tuple[Any, Any] | None
    ) -> tuple[Part, Part | None]:
        if validation_data is not None:
            return whole, Part(*self.read(*validation_data))
        return split_part(self, whole, groups)

    def _optimizer(self) -> tuple[Any, float | None]:
        """Fresh optimizer, and the momentum of the average of weights: only with the default."""
        owner = type(self).__name__
        if self.optimizer is None:
            return make_optimizer("adamw", self.learning_rate or LEARNING_RATE, owner), AVERAGE
        return make_optimizer(self.optimizer, self.learning_rate, owner), None

    def plan(self, n_rows: int, run: Run, settings_hash: str = "") -> Plan:
        """How long and in what portions training goes."""
        return Plan(
            epochs=self.epochs,
            batch_size=self.batch_size or default_batch(n_rows),
            patience=self.patience,
            seed=self.random_state,
            checkpoint=run.checkpoint,
            checkpoint_seconds=run.checkpoint_seconds,
            resume=run.resume,
            callbacks=run.callbacks,
            settings_hash=settings_hash,
            memory_budget=run.memory_budget,
        )

    def examples(self, part: Part) -> Examples:
        """Encoded rows with targets and weights; the best epoch is chosen by weighted loss too."""
        return Examples(self.encode(part.X), self.encode_target(part.y), self.weights(part))

    def weights(self, part: Part) -> np.ndarray | None:
        """Weight of each row: its own times what the settings ask for; None for equal ones."""
        own = self.row_weight(part.y)
        if own is None or part.weight is None:
            return part.weight if own is None else own
        return np.asarray(part.weight * own)

    def outputs(self, X: Any) -> np.ndarray:
        """What the network says of rows already read, not yet decoded."""
        return self.outputs_of(self.encode(X))

    def outputs_of(self, inputs: Inputs) -> np.ndarray:
        """What the network says of rows already encoded."""
        return np.asarray(run_network(self.network_, inputs, state=self._lent))

    def answers(self, X: Any) -> Answers:
        """Decoded answers for rows already read."""
        return self.in_units(self.decode(self.outputs(X)), X)

    def predict(self, X: Any) -> np.ndarray:
        """Answer for each row, in the user's labels or units: (n_rows,), or (n_rows, k)."""
        check_is_fitted(self, "network_")
        answers = self.answers(self.read(X)[0])
        return np.asarray(answers.labels if self.kind == "class" else answers.numbers)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Accuracy for classes, R2 for numbers, averaged over several; `evaluate` says more."""
        from sklearn.metrics import accuracy_score, r2_score

        check_is_fitted(self, "network_")
        X, y = self.read(X, y)
        answers = self.answers(X)
        if self.kind == "class":
            return float(accuracy_score(y, answers.labels, sample_weight=sample_weight))
        return float(r2_score(y, answers.numbers, sample_weight=sample_weight))

    def evaluate(
        self, X: Any, y: Any = None, *, train: tuple[Any, Any] | None = None
    ) -> Evaluation:
        """Scores with intervals, beside what a fool would score.

        With the training rows (`train=(X, y)`) classic models are fitted on them and judged on
        the same rows as the network, and leaks between the two parts are looked for.
        """
        check_is_fitted(self, "network_")
        training = None if train is None else Part(*self.read(*train))
        return self.evaluate_part(Part(*self.read(X, y)), training)

    def evaluate_part(
        self, test: Part, training: Part | None = None, *, leaks: bool = True
    ) -> Evaluation:
        """`evaluate` for rows already read, whose groups and times may be known."""
        return self.judged(test, self.answers(test.X), training, leaks=leaks)

    def judged(
        self, test: Part, answers: Answers, training: Part | None = None, *, leaks: bool = True
    ) -> Evaluation:
        """Evaluation of answers to rows; the network itself is not asked."""
        baselines = {name: fool.answers(len(test.y)) for name, fool in self.fools_.items()}
        found: list[Any] = []
        if training is not None:
            baselines |= self.rivals(training, test)
            found = self.leaks(training, test) if leaks else []
        return judge(self.kind, test.y, answers, baselines, found)

    def cross_validate(
        self,
        X: Any,
        y: Any = None,
        *,
        folds: int = 5,
        repeats: int = 1,
        groups: Any = None,
        time: str | None = None,
        sample_weight: Any = None,
        on: Any = None,
    ) -> CrossValidation:
        """Fit on all folds but one, judge on the one left out, for each fold of each repeat.

        Folds are stratified by class, or keep `groups` whole, or go forward in `time` (a column).
        All fits go side by side, here or `on` a pool (`fondo.open_pool`); baselines are fitted on
        the same folds.
        """
        from fondo.tasks.crossing import cross_validate, weighted

        X, y = self.read(X, y, fitting=True)
        whole = weighted(self, X, y, sample_weight, groups)
        return cross_validate(self, whole, time, (folds, repeats), on=on)

    # ---- what many fits of one task have in common, see `tasks.beside`

    def encoding_key(self) -> str:
        """Text that is equal for settings which encode the same rows alike."""
        settings = settings_to_json(self)
        rest = {name: value for name, value in settings.items() if name not in TRAINING_ALONE}
        return json.dumps(rest, sort_keys=True)

    def network_key(self) -> str | None:
        """Text that is equal where `network` differs by what `renew` sets alone; None never is."""
        return None

    def renew(self, network: Any) -> None:
        """Set in a fresh network of the same key what is this task's own."""

    def learned(self) -> dict[str, Any]:
        """What `learn` and `calibrate` found, as JSON."""
        return saving.learned(self)

    def restore(self, learned: Mapping[str, Any]) -> None:
        """Take back what `learned` gave."""
        saving.restore(self, learned)

    def stored_weights(self) -> dict[str, np.ndarray]:
        """Arrays that the model folder keeps, by name."""
        return saving.weights_of(self.network_)

    def take_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Build the network with the weights that `stored_weights` gave."""
        self.network_ = self.network()
        saving.set_weights(self.network_, weights)

    def save(self, folder: str | Path, *, report: str | None = None, **extra: Any) -> Path:
        """Write the model folder; `extra` are further JSON parts, such as the evaluation."""
        check_is_fitted(self, "network_")
        return saving.save(self, Path(folder), report=report, extra=extra)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Open a model folder; ModelFolderError where it is damaged or of another task."""
        task: Self = saving.load(Path(folder), cls)
        return task

    def settings(self) -> dict[str, Any]:
        """Settings in full: groups spread out, and what None stood for."""
        default = self.learning_rate or LEARNING_RATE
        return saving.spelled_out(self, ("AdamW, weights averaged", default))

    def summary(self) -> list[dict[str, Any]]:
        """Layers of the trained network: name, type, output shape, parameters."""
        check_is_fitted(self, "network_")
        return saving.layer_table(self.network_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = bool(self.several)
        if self.kind == "class":
            tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        else:
            tags.estimator_type, tags.regressor_tags = "regressor", RegressorTags()
        return tags

    def __getstate__(self) -> dict[str, Any]:
        return saving.without_network(self, dict(super().__getstate__()))

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        saving.with_network(self, state, super().__setstate__)
