"""Losses by name, for classes and for numbers, and objectives made from them.

Outputs are (batch, members, k) or (batch, k); the loss of a row is the mean over its members, so
that each member of an ensemble learns for itself. Losses given as functions are in `custom`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.backend import jax, jnp
from fondo.engine.custom import Custom, class_custom, number_custom
from fondo.engine.objective import Objective
from fondo.errors import BadData, BadParameter, did_you_mean

CLASS_LOSSES = ("cross_entropy", "binary_cross_entropy", "focal", "brier")
NUMBER_LOSSES = ("mse", "mae", "huber", "log_cosh", "msle", "poisson", "mape", "quantile:0.5")
_FOCUS = 2.0  # gamma of Lin et al. (2017), section 4.1, best of 0.5, 1, 2, 5
_FLOOR = 1e-2  # share of the mean target below which Poisson's logarithm is continued by a parabola


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
    metrics = {"accuracy": _accuracy}
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
    if loss not in _CLASS:
        raise BadParameter(f"{owner}(loss={loss!r}): {did_you_mean(loss, CLASS_LOSSES)}")
    return Objective(_CLASS[loss], loss, metrics)


def number_objective(
    loss: str | Callable[[Any, Any], Any],
    mean: float = 0.0,
    scale: float = 1.0,
    owner: str = "Regressor",
) -> Objective:
    """Objective for targets that were standardised as (y - mean) / scale.

    Parameters
    ----------
    loss : one of NUMBER_LOSSES ("quantile:q" with any q in (0, 1)), or callable
        A callable gets (truth, prediction), both (batch, ...) in the target's own units.
    mean, scale : float, default=0.0, 1.0
        How to come back to the target's own units; only losses that depend on them use it.
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
        return Objective(_Quantile(_quantile_level(loss, level, owner)), loss)
    if loss in _STANDARD:
        return Objective(_STANDARD[loss], loss)
    if loss not in _RAW:
        raise BadParameter(f"{owner}(loss={loss!r}): {did_you_mean(loss, NUMBER_LOSSES)}")
    return Objective(_Raw(_RAW[loss], mean, scale), f"{loss}({mean!r},{scale!r})")


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


def check_target(loss: Any, y: np.ndarray[Any, Any], owner: str = "Regressor") -> None:
    """Refuse target values, in their own units, that the named loss is not defined for.

    Raises
    ------
    BadData
        Negative targets for "msle" and "poisson", zeros for "mape", nothing but zeros for
        "poisson". Names the row.
    """
    wrong = np.zeros(len(y), bool)
    if loss in ("msle", "poisson"):
        wrong = np.asarray(y) < 0
    elif loss == "mape":
        wrong = np.asarray(y) == 0
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadData(
            f"{owner}(loss={loss!r}): this loss is not defined for a target of "
            f"{np.asarray(y)[row]:g}, as in row {row}. Use 'mse' or 'mae'."
        )
    if loss == "poisson" and not np.any(y):
        raise BadData(f"{owner}(loss='poisson'): every target is 0. There is nothing to learn.")


def members(outputs: Any) -> Any:
    """Outputs as (batch, members, k); (batch, k) is one member, (batch,) one with k = 1."""
    if outputs.ndim == 1:
        return outputs[:, None, None]
    return outputs[:, None] if outputs.ndim == 2 else outputs


def _log_likelihood(y: Any, outputs: Any) -> Any:
    """Log-probability of the true class, (batch, members). Nats."""
    logits, y = members(outputs), y.astype(jnp.int32)
    if logits.shape[-1] == 1:
        side = jnp.where(y == 1, 1.0, -1.0)[:, None]
        return jax.nn.log_sigmoid(side * logits[..., 0])
    hit = jnp.arange(logits.shape[-1]) == y[:, None, None]  # a gather's gradient is slow on CPU
    picked = jnp.where(hit, logits, 0).sum(-1)
    return picked - jax.nn.logsumexp(logits, axis=-1)


def _cross_entropy(y: Any, outputs: Any) -> Any:
    return -_log_likelihood(y, outputs).mean(-1)


def _focal(y: Any, outputs: Any) -> Any:
    """Lin et al. (2017), Focal Loss for Dense Object Detection, eq. 4, without alpha."""
    log_p = _log_likelihood(y, outputs)
    return -((-jnp.expm1(log_p)) ** _FOCUS * log_p).mean(-1)


def _brier(y: Any, outputs: Any) -> Any:
    """Brier (1950), eq. 2: squared error over all classes; two classes count twice (p - y)^2."""
    logits, y = members(outputs), y.astype(jnp.int32)
    if logits.shape[-1] == 1:
        return 2 * ((jax.nn.sigmoid(logits[..., 0]) - y[:, None]) ** 2).mean(-1)
    hit = jnp.arange(logits.shape[-1]) == y[:, None, None]
    return ((jax.nn.softmax(logits) - hit) ** 2).sum(-1).mean(-1)


def _accuracy(y: Any, outputs: Any) -> Any:
    """1 where the members together name the true class."""
    logits = members(outputs)
    if logits.shape[-1] == 1:
        guess = (jax.nn.sigmoid(logits[..., 0]).mean(1) >= 0.5).astype(jnp.int32)
    else:
        guess = jax.nn.softmax(logits).mean(1).argmax(-1).astype(jnp.int32)
    return (guess == y.astype(jnp.int32)).astype(jnp.float32)


def _pair(y: Any, outputs: Any) -> tuple[Any, Any]:
    """Truth (batch, 1, k) and prediction (batch, members, k), both float32."""
    prediction = members(outputs)
    truth = y.astype(jnp.float32).reshape(prediction.shape[0], 1, prediction.shape[2])
    return truth, prediction


def _of_error(function: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def loss(y: Any, outputs: Any) -> Any:
        truth, prediction = _pair(y, outputs)
        return function(prediction - truth).mean((1, 2))

    return loss


def _huber(error: Any) -> Any:
    """Huber (1964), with the bend at 1 standard deviation of the target."""
    size = jnp.abs(error)
    return jnp.where(size <= 1, 0.5 * error**2, size - 0.5)


def _log_cosh(error: Any) -> Any:
    size = jnp.abs(error)
    return size + jnp.log1p(jnp.exp(-2 * size)) - jnp.log(2.0)  # cosh itself would overflow


@dataclass(frozen=True)
class _Quantile:
    """Koenker and Bassett (1978): the prediction that a share `level` of targets lies under."""

    level: float

    def __call__(self, y: Any, outputs: Any) -> Any:
        truth, prediction = _pair(y, outputs)
        error = truth - prediction
        return jnp.maximum(self.level * error, (self.level - 1) * error).mean((1, 2))


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


@dataclass(frozen=True)
class _Raw:
    """A loss in the target's own units, of targets and outputs that are standardised."""

    function: Callable[[Any, Any, float], Any]
    mean: float
    scale: float

    def __call__(self, y: Any, outputs: Any) -> Any:
        truth, prediction = (each * self.scale + self.mean for each in _pair(y, outputs))
        return self.function(truth, prediction, self.mean).mean((1, 2))


def _msle(truth: Any, prediction: Any, mean: float) -> Any:
    """Squared difference of log(1 + y); below 0 the logarithm goes on as a straight line."""
    # the inner `where` keeps the gradient finite where log1p is not defined
    log = jnp.log1p(jnp.where(prediction > 0, prediction, 0))
    return (jnp.where(prediction > 0, log, prediction) - jnp.log1p(jnp.maximum(truth, 0))) ** 2


def _poisson(truth: Any, prediction: Any, mean: float) -> Any:
    """p - y log p, in nats up to a constant; near 0 and below, its parabola with a wall at 0."""
    floor = max(_FLOOR * mean, 1e-6)
    safe = jnp.maximum(prediction, floor)
    below = jnp.minimum(prediction - floor, 0)
    bend = (truth / floor**2 + 1 / floor) / 2  # of -y log p at the floor, and the wall
    return safe - truth * jnp.log(safe) + (1 - truth / floor) * below + bend * below**2


def _mape(truth: Any, prediction: Any, mean: float) -> Any:
    """Absolute error as a share of the target (1 is 100 %)."""
    return jnp.abs((truth - prediction) / truth)


_CLASS: dict[str, Callable[[Any, Any], Any]] = {
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy": _cross_entropy,
    "focal": _focal,
    "brier": _brier,
}
_STANDARD: dict[str, Callable[[Any, Any], Any]] = {
    "mse": _of_error(lambda error: error**2),
    "mae": _of_error(lambda error: jnp.abs(error)),
    "huber": _of_error(_huber),
    "log_cosh": _of_error(_log_cosh),
}
_RAW = {"msle": _msle, "poisson": _poisson, "mape": _mape}

__all__ = [
    "CLASS_LOSSES",
    "NUMBER_LOSSES",
    "Custom",
    "check_target",
    "class_objective",
    "is_number_loss",
    "members",
    "number_objective",
]
