"""Sort rows of a table into classes. Numbers as targets are in `regress`."""

import numbers
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from fondo.contracts import Choice, Contract, Either, Made, Nothing, Real, Table, Word
from fondo.data.splits import Latest
from fondo.data.tables.columns import Columns
from fondo.engine.losses import CLASS_LOSSES, class_objective
from fondo.engine.objective import Objective
from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.judge.metrics import Answers
from fondo.judge.thresholds import choose_threshold, parse_aim
from fondo.tasks.architecture import MLP
from fondo.tasks.rows import Part
from fondo.tasks.tables.base import SHARED_CONTRACTS, TableTask, missing_target


class TableClassifier(TableTask):
    """Sort rows of a table into classes with a feed-forward network.

    Columns may be numbers, categories, booleans and dates, with values missing; see `Columns`.
    With few rows (under some hundreds) a linear model is often as good: `evaluate` says.

    Parameters
    ----------
    columns : Columns or None, default=None
        How columns are prepared; None takes the defaults of `Columns()`.
    architecture : MLP or None, default=None
        What network is built; None takes the defaults of `MLP()`.
    optimizer : str, keras optimizer or None, default=None
        What moves the weights. None is AdamW with a running average of the weights, which is
        what is kept; a named or given optimizer is taken as it is, without averaging.
    learning_rate : float above 0 or None, default=None
        Step size; None takes 0.002 with the default optimizer, else the optimizer's own.
    loss : {"cross_entropy", ...} or callable, default="cross_entropy"
        What training makes small; a callable takes (truth, probabilities) of JAX arrays.
    class_weight : "balanced", dict from label to weight, or None, default=None
        How much rows of each class count. Moves the threshold more than the ranking.
    aim : str or None, default=None
        What the threshold of two classes is chosen for, on the validation part: "f1",
        "recall:0.8", "precision:0.9", "cost:1:10" (false alarm : miss). None leaves it at 0.5.
    batch_size : int or None, default=None
        Rows of one training step; None chooses by the number of rows.
    epochs : int, default=100
        Most passes over the training rows.
    patience : int or None, default=12
        Epochs without a better validation loss before training stops; None never stops early.
    validation : float in [0, 1), Latest or None, default=0.15
        Share of the training rows set apart to choose the best epoch, or its latest rows.
    random_state : int, default=0
        Same seed, same data, same machine: same network.

    Attributes
    ----------
    classes_ : array (n_classes,)
        Labels seen by `fit`, sorted.
    threshold_ : float
        Probability of `classes_[1]` from which it is predicted (two classes only).
    network_ : keras.Model
        Encoded rows -> logits (rows, members, outputs); yours to take away.
    history_ : list of dict
        One row an epoch: loss and validation loss (nats), metrics, seconds.
    encoder_ : TableEncoder
        What was learnt of the columns; `dropped_` says what was left out and why.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> TableClassifier(epochs=30).fit(X, y).score(X, y) > 0.9
    True
    """

    kind: ClassVar[str] = "class"
    contracts: ClassVar[Mapping[str, Contract]] = SHARED_CONTRACTS | {
        "loss": Either(
            Choice(*CLASS_LOSSES), Made("a function of (truth, probabilities)", callable)
        ),
        "class_weight": Either(Nothing(), Choice("balanced"), Table(Real(0))),
        "aim": Either(Nothing(), Word("an aim such as 'f1' or 'recall:0.8'")),
    }

    def __init__(
        self,
        *,
        columns: Columns | None = None,
        architecture: MLP | None = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        loss: str | Callable[[Any, Any], Any] = "cross_entropy",
        class_weight: str | Mapping[Any, float] | None = None,
        aim: str | None = None,
        batch_size: int | None = None,
        epochs: int = 100,
        patience: int | None = 12,
        validation: float | Latest | None = 0.15,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.architecture = architecture
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.loss = loss
        self.class_weight = class_weight
        self.aim = aim
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.validation = validation
        self.random_state = random_state

    def check_target(self, y: np.ndarray, fitting: bool) -> np.ndarray:
        y = as_labels(y, type(self).__name__)
        if fitting:
            check_labels(y, type(self).__name__)
            labels = np.unique(y)
            if len(labels) == 1:
                raise BadData(
                    f"{type(self).__name__}: all {len(y)} rows are of one class, '{labels[0]}'. "
                    "A classifier needs rows of at least two classes."
                )
            self.classes_ = labels
            return y
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise BadData(
                f"{type(self).__name__}: label '{unknown[0]}' was not among the classes of "
                f"training. {did_you_mean(str(unknown[0]), [str(c) for c in self.classes_])}"
            )
        return y

    def encode_target(self, y: np.ndarray) -> np.ndarray:
        codes = np.searchsorted(self.classes_, y)
        return codes.astype("float32")  # integer targets mislead some Keras losses

    @property
    def n_outputs(self) -> int:
        return 1 if len(self.classes_) == 2 else len(self.classes_)

    def objective(self) -> Objective:
        return class_objective(self.loss, len(self.classes_), type(self).__name__)

    def row_weight(self, y: np.ndarray) -> np.ndarray | None:
        if self.class_weight is None:
            return None
        codes = np.searchsorted(self.classes_, y)
        if isinstance(self.class_weight, str):
            per_class = len(y) / (len(self.classes_) * np.bincount(codes))
        else:
            per_class = np.array([self._weight_of(label) for label in self.classes_])
        weight = per_class[codes]
        return np.asarray(weight / weight.mean(), dtype="float32")

    def _weight_of(self, label: Any) -> float:
        table = dict(self.class_weight)  # type: ignore[arg-type]
        words = {str(key): value for key, value in table.items()}
        known = {str(each) for each in self.classes_}
        for word in words:
            if word not in known:
                raise BadParameter(
                    f"{type(self).__name__}(class_weight={table}): there is no class {word!r}. "
                    f"{did_you_mean(word, known)}"
                )
        return float(words.get(str(label), 1.0))

    def decode(self, outputs: np.ndarray) -> Answers:
        """Probabilities, averaged over the members, and the label that they make likeliest."""
        p = probabilities(outputs)
        best = (p[:, 1] >= self.threshold_).astype(int) if p.shape[1] == 2 else p.argmax(axis=1)
        return Answers(labels=self.classes_[best], probabilities=p, classes=self.classes_)

    def learn_target(self, y: np.ndarray) -> None:
        self.threshold_ = 0.5
        if self.aim is not None:
            parse_aim(self.aim)  # a wrong one is told before training, not after it
            if len(self.classes_) != 2:
                raise BadParameter(self._no_aim("there are more than two classes"))

    def _no_aim(self, why: str) -> str:
        return (
            f"{type(self).__name__}(aim={self.aim!r}): a threshold can only be chosen for two "
            f"classes and on a validation part, but {why}. Leave aim at None."
        )

    def calibrate(self, held: Part | None, answers: Answers | None) -> None:
        if self.aim is None:
            return
        if held is None or answers is None or answers.probabilities is None:
            raise BadParameter(self._no_aim("no validation part is set apart"))
        truth = held.y == self.classes_[1]
        try:
            chosen = choose_threshold(truth, answers.probabilities[:, 1], parse_aim(self.aim))
        except BadData as unreachable:  # the trained network is kept all the same
            warnings.warn(f"The threshold stays at 0.5: {unreachable}", stacklevel=2)
        else:
            self.threshold_ = float(chosen)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each class: (n_rows, n_classes), rows summing to 1."""
        check_is_fitted(self, "network_")
        return np.asarray(self.answers(self.read(X)[0]).probabilities)


def probabilities(outputs: np.ndarray) -> np.ndarray:
    """Class probabilities (rows, classes) from logits (rows, members, outputs)."""
    logits = np.asarray(outputs, dtype="float64")
    if logits.shape[2] == 1:
        positive = (0.5 * (1 + np.tanh(0.5 * logits[:, :, 0]))).mean(axis=1)  # stable sigmoid
        return np.column_stack([1 - positive, positive])
    shifted = np.exp(logits - logits.max(axis=2, keepdims=True))  # (B, K, C)
    return np.asarray((shifted / shifted.sum(axis=2, keepdims=True)).mean(axis=1))


def as_labels(y: np.ndarray, owner: str) -> np.ndarray:
    """Labels of one sortable type; BadData where some are missing."""
    if y.dtype.kind == "f":
        missing = np.isnan(y)
    else:
        missing = np.array([v is None or v != v for v in y]) if y.dtype == object else None
    if missing is not None and missing.any():
        raise BadData(missing_target(owner, missing, int(missing.sum())))
    if y.dtype.kind in "mM" or (y.dtype == object and _kinds(y) - {"words", "numbers"}):
        raise BadData(
            f"{owner}: the target holds neither words nor numbers but {_first_strange(y)!r}. Turn "
            "it into words, with str for instance."
        )
    if y.dtype != object:
        return y
    if len(_kinds(y)) > 1:
        raise BadData(
            f"{owner}: the target mixes words and numbers, such as {y[0]!r}. Make them all words, "
            "with str for instance."
        )
    return y.astype(str) if _kinds(y) == {"words"} else np.array(y.tolist())


def check_labels(y: np.ndarray, owner: str) -> None:
    """BadData where the target is no column of classes."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The number of unique classes is greater")
            warnings.filterwarnings("ignore", message="invalid value encountered in cast")
            check_classification_targets(y)
    except BadData:
        raise
    except ValueError as error:
        fault = str(error).partition(". ")[0].rstrip(".")
        raise BadData(
            f"{owner}: {fault}. A classifier needs one class a row, words or whole numbers; use "
            "TableRegressor for quantities."
        ) from None


def _kinds(y: np.ndarray) -> set[str]:
    """What objects are labels: "words", "numbers", or other things by the name of their type."""
    return {
        "words" if issubclass(kind, str)
        else "numbers" if issubclass(kind, numbers.Number | np.bool_)
        else kind.__name__
        for kind in {type(value) for value in y.ravel().tolist()}
    }  # fmt: skip


def _first_strange(y: np.ndarray) -> str:
    strange = (v for v in y.ravel().tolist() if not isinstance(v, str | numbers.Number))
    return str(next(strange, y.ravel()[0]))[:40]
