"""Losses and metrics of rows, as formulas in `jax.numpy`.

Outputs are (batch, members, k) or (batch, k); the loss of a row is the mean over its members, so
that each member of an ensemble learns for itself. Names and messages are in `losses`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fondo.backend import jax, jnp

_FOCUS = 2.0  # gamma of Lin et al. (2017), section 4.1, best of 0.5, 1, 2, 5
_FLOOR = 1e-2  # share of the mean target below which Poisson's logarithm is continued by a parabola


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


def accuracy(y: Any, outputs: Any) -> Any:
    """1 where the members together hold the true class for likeliest (ties count as right)."""
    logits, y = members(outputs), y.astype(jnp.int32)
    if logits.shape[-1] == 1:
        said = jax.nn.sigmoid(logits[..., 0]).mean(1) >= 0.5
        return (said == (y == 1)).astype(jnp.float32)
    # of one member the softmax changes no order
    p = logits[:, 0] if logits.shape[1] == 1 else jax.nn.softmax(logits).mean(1)
    hit = jnp.arange(p.shape[-1]) == y[:, None]
    # the largest, and no argmax, which is slow on CPU
    return (jnp.where(hit, p, 0).sum(-1) >= p.max(-1)).astype(jnp.float32)


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
class Quantile:
    """Koenker and Bassett (1978): the prediction that a share `level` of targets lies under."""

    level: float

    def __call__(self, y: Any, outputs: Any) -> Any:
        """Pinball loss of each row (batch,), in the units of y."""
        truth, prediction = _pair(y, outputs)
        error = truth - prediction
        return jnp.maximum(self.level * error, (self.level - 1) * error).mean((1, 2))


@dataclass(frozen=True)
class InUnits:
    """A loss in the target's own units, of targets and outputs that are standardised."""

    function: Callable[[Any, Any, float], Any]
    mean: float
    scale: float

    def __call__(self, y: Any, outputs: Any) -> Any:
        """Loss of each row (batch,)."""
        truth, prediction = (each * self.scale + self.mean for each in _pair(y, outputs))
        return self.function(truth, prediction, self.mean).mean((1, 2))


@dataclass(frozen=True)
class OfEach:
    """The mean of losses of several targets a row, each in the units of its own target."""

    losses: tuple[InUnits, ...]

    def __call__(self, y: Any, outputs: Any) -> Any:
        """Loss of each row (batch,)."""
        said = members(outputs)  # (B, members, k)
        each = [loss(y[:, k], said[..., k : k + 1]) for k, loss in enumerate(self.losses)]
        return jnp.stack(each).mean(0)


def _msle(truth: Any, prediction: Any, mean: float) -> Any:
    """Squared difference of log(1 + y); below 0 the logarithm goes on as a straight line."""
    # the inner `where` keeps the gradient finite where log1p is not defined
    log = jnp.log1p(jnp.where(prediction > 0, prediction, 0))
    return (jnp.where(prediction > 0, log, prediction) - jnp.log1p(jnp.maximum(truth, 0))) ** 2


def _poisson(truth: Any, prediction: Any, mean: float) -> Any:
    """Poisson deviance p - y log p, in nats, up to a constant and a factor.

    From the floor down it goes on as its parabola there, with a wall at 0.
    """
    floor = max(_FLOOR * mean, 1e-6)
    safe = jnp.maximum(prediction, floor)
    below = jnp.minimum(prediction - floor, 0)
    bend = (truth / floor**2 + 1 / floor) / 2  # of -y log p at the floor, and the wall
    return safe - truth * jnp.log(safe) + (1 - truth / floor) * below + bend * below**2


def _mape(truth: Any, prediction: Any, mean: float) -> Any:
    """Absolute error as a share of the target (1 is 100 %)."""
    return jnp.abs((truth - prediction) / truth)


CLASS_FORMULAS: dict[str, Callable[[Any, Any], Any]] = {
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy": _cross_entropy,
    "focal": _focal,
    "brier": _brier,
}
STANDARD_FORMULAS: dict[str, Callable[[Any, Any], Any]] = {
    "mse": _of_error(lambda error: error**2),
    "mae": _of_error(lambda error: jnp.abs(error)),
    "huber": _of_error(_huber),
    "log_cosh": _of_error(_log_cosh),
}
UNIT_FORMULAS = {"msle": _msle, "poisson": _poisson, "mape": _mape}
