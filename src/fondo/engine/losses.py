"""Objectives from the names of losses, or from functions, for classes and for numbers.

The formulas are in `formulas`; what a person's own function must keep to, in `custom`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from fondo.engine.custom import class_custom, number_custom
from fondo.engine.formulas import (
    CLASS_FORMULAS,
    STANDARD_FORMULAS,
    UNIT_FORMULAS,
    InUnits,
    OfEach,
    Quantile,
    accuracy,
)
from fondo.engine.objective import Objective
from fondo.errors import BadData, BadParameter, did_you_mean

CLASS_LOSSES = ("cross_entropy", "binary_cross_entropy", "focal", "brier")
Numbers = float | tuple[float, ...]
NUMBER_LOSSES = ("mse", "mae", "huber", "log_cosh", "msle", "poisson", "mape", "quantile:0.5")


def class_objective(
    loss: str | Callable[[Any, Any], Any], n_classes: int, owner: str = "Classifier"
) -> Objective:
    """Objective for class codes 0 ... n_classes - 1.

    Parameters
    ----------
    loss : one of CLASS_LOSSES, or callable (truth, probabilities) -> (batch,)
        A callable gets truth (batch,) int32 and probabilities (batch,) of class 1 for two
        classes, (batch, classes) for more.
    n_classes : int, at least 2
        Two classes take networks with one output (the logit of class 1) or two.
    owner : str, default="Classifier"
        Who asks, for the message.

    Raises
    ------
    BadParameter
        Unknown name, or a loss that does not fit classes.
    """
    metrics = {"accuracy": accuracy}
    if callable(loss):
        custom = class_custom(loss, owner)
        return Objective(custom, custom.key, metrics)
    if is_number_loss(loss):
        raise BadParameter(
            f"{owner}(loss={loss!r}): this loss measures distances between numbers, and class "
            "codes have none. Use 'cross_entropy'."
        )
    if loss == "binary_cross_entropy" and n_classes != 2:
        raise BadParameter(
            f"{owner}(loss={loss!r}): this loss needs exactly two classes, and there are "
            f"{n_classes}. Use 'cross_entropy'."
        )
    if loss not in CLASS_FORMULAS:
        raise BadParameter(f"{owner}(loss={loss!r}): {did_you_mean(loss, CLASS_LOSSES)}")
    return Objective(CLASS_FORMULAS[loss], loss, metrics)


def number_objective(
    loss: str | Callable[[Any, Any], Any],
    mean: Numbers = 0.0,
    scale: Numbers = 1.0,
    owner: str = "Regressor",
) -> Objective:
    """Objective for targets that were standardised as (y - mean) / scale.

    Parameters
    ----------
    loss : one of NUMBER_LOSSES ("quantile:q" with any q in (0, 1)), or callable
        A callable gets (truth, prediction), both (batch, ...) in the target's own units.
    mean, scale : float or tuple of float (k,), default=0.0, 1.0
        How to come back to the target's own units; only losses that depend on them use it. Tuples
        are of several targets a row, whose losses are averaged.
    owner : str, default="Regressor"
        Who asks, for the message.

    Raises
    ------
    BadParameter
        Unknown name, a quantile outside (0, 1), or a loss that does not fit numbers.
    """
    if callable(loss):
        custom = number_custom(loss, mean, scale, owner)
        return Objective(custom, custom.key)
    if loss in CLASS_LOSSES:
        raise BadParameter(
            f"{owner}(loss={loss!r}): this loss compares probabilities of classes, and the target "
            "is a number. Use 'mse', or a classifier."
        )
    name, _, level = loss.partition(":")
    if name == "quantile":
        return Objective(Quantile(_quantile_level(loss, level, owner)), loss)
    if loss in STANDARD_FORMULAS:
        return Objective(STANDARD_FORMULAS[loss], loss)
    if loss not in UNIT_FORMULAS:
        raise BadParameter(f"{owner}(loss={loss!r}): {did_you_mean(loss, NUMBER_LOSSES)}")
    return Objective(_in_units(loss, mean, scale), f"{loss}({mean!r},{scale!r})")


def _in_units(loss: str, mean: Numbers, scale: Numbers) -> InUnits | OfEach:
    """A loss in the units of the target, or the mean of those of several."""
    formula = UNIT_FORMULAS[loss]
    if isinstance(mean, tuple) and isinstance(scale, tuple):
        return OfEach(tuple(InUnits(formula, *pair) for pair in zip(mean, scale, strict=True)))
    return InUnits(formula, mean, scale)  # type: ignore[arg-type]


def is_number_loss(loss: Any) -> bool:
    """Whether `loss` names a loss for numbers.

    Examples
    --------
    >>> is_number_loss("quantile:0.9"), is_number_loss("quantile:2"), is_number_loss("brier")
    (True, False, False)
    """
    try:
        number_objective(loss)
    except (BadParameter, AttributeError):
        return False
    return isinstance(loss, str)


def check_target(
    loss: Any, y: np.ndarray[Any, Any], owner: str = "Regressor", name: str = ""
) -> None:
    """Refuse target values, in their own units, that the named loss is not defined for.

    Raises
    ------
    BadData
        Negative targets for "msle" and "poisson", zeros for "mape", nothing but zeros for
        "poisson". Names the row, and the target where it has a `name`.
    """
    of_name = f" of {name!r}" if name else ""
    wrong = np.zeros(len(y), bool)
    if loss in ("msle", "poisson"):
        wrong = np.asarray(y) < 0
    elif loss == "mape":
        wrong = np.asarray(y) == 0
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadData(
            f"{owner}(loss={loss!r}): this loss is not defined for a target of "
            f"{np.asarray(y)[row]:g}, as in row {row}{of_name}. Use 'mse' or 'mae'."
        )
    if loss == "poisson" and not np.any(y):
        raise BadData(
            f"{owner}(loss='poisson'): every target{of_name} is 0. There is nothing to learn."
        )


def _quantile_level(loss: str, text: str, owner: str) -> float:
    try:
        level = float(text)
    except ValueError:
        level = float("nan")
    if not 0 < level < 1:
        raise BadParameter(
            f"{owner}(loss={loss!r}): the quantile must be a number between 0 and 1. "
            "Write 'quantile:0.9', for example."
        )
    return level
