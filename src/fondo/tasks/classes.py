"""Targets that are classes: checked, coded, weighed, and answers in the user's labels.

What the examples are, a row or a picture, is left to the task that mixes this in.
"""

import numbers
import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from fondo.engine.losses import class_objective
from fondo.engine.objective import Objective
from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.judge.metrics import Answers
from fondo.judge.thresholds import choose_threshold, parse_aim
from fondo.tasks.base import Task
from fondo.tasks.rows import Part, missing_target


class ClassTarget(Task):
    """What tasks whose target is a class have in common; mixed into a task."""

    kind: ClassVar[str] = "class"
    classes_: np.ndarray
    # what a task may set otherwise, as a constructor argument
    loss: Any = "cross_entropy"
    class_weight: str | Mapping[Any, float] | None = None
    aim: str | None = None

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
            f"{owner.replace('Classifier', 'Regressor')} for quantities."
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
