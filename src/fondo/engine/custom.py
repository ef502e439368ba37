"""Losses that a person gives as a Python function: wrapped, and checked on real rows.

Losses by name are in `losses`.
"""

import itertools
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.backend import jax, jnp
from fondo.errors import BadParameter

_ENTRIES = 8  # outputs whose gradient is compared with finite differences
_STEP = 1e-2  # of an output, for those differences; float32 leaves about 1e-4 of them as noise
_TOLERANCE = 0.05
_counter = itertools.count()
_tokens: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Custom:
    """A function (truth, prediction) as a loss of network outputs.

    Parameters
    ----------
    function : callable (truth, prediction) -> (batch,) or (batch, ...)
        Pure `jax.numpy`.
    answer : callable (target, outputs of one member) -> (truth, prediction)
        What the function gets, from what the network says.
    owner : str
        Who asks, for messages.
    key : str
        Unique to the function and its settings in this process.
    """

    function: Callable[[Any, Any], Any]
    answer: Callable[[Any, Any], tuple[Any, Any]]
    owner: str
    key: str

    @property
    def name(self) -> str:
        """Name of the function."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def __call__(self, y: Any, outputs: Any) -> Any:
        """Loss of each row (batch,), the mean over the members."""
        if outputs.ndim < 3:
            return self._member(y, outputs)
        return jax.vmap(self._member, in_axes=(None, 1))(y, outputs).mean(0)

    def _member(self, y: Any, outputs: Any) -> Any:
        loss = jnp.asarray(self.function(*self.answer(y, outputs)))
        if loss.ndim == 0 or loss.shape[0] != y.shape[0]:
            raise BadParameter(
                f"{self.owner}(loss={self.name}): the loss must give one number a row, shape "
                f"{(y.shape[0],)}. It gave shape {loss.shape}; do not average over rows."
            )
        return loss.reshape(y.shape[0], -1).mean(1)

    def check(self, y: Any, outputs: Any) -> None:
        """Refuse a loss that is not finite on these rows, or whose gradient is not its slope.

        Parameters
        ----------
        y : array (batch, ...)
            Targets as the network's loss sees them.
        outputs : array (batch, ...)
            What the network says of these rows.

        Raises
        ------
        BadParameter
            Says what went wrong, in which row, and what to do.
        """
        y, outputs = jnp.asarray(y), jnp.asarray(outputs)
        value, gradient = jax.jit(self._value_and_gradient)(y, outputs)
        value, gradient = np.asarray(value), np.asarray(gradient)
        self._refuse_rows(~np.isfinite(value), "the loss of row {} is not finite")
        broken = ~np.isfinite(gradient.reshape(len(value), -1)).all(1)
        self._refuse_rows(broken, "the gradient of row {} is not finite")
        self._compare(y, outputs, gradient)

    def _value_and_gradient(self, y: Any, outputs: Any) -> tuple[Any, Any]:
        return self(y, outputs), jax.grad(lambda o: self(y, o).sum())(outputs)

    def _refuse_rows(self, wrong: np.ndarray[Any, Any], what: str) -> None:
        if wrong.any():
            raise BadParameter(
                f"{self.owner}(loss={self.name}): {what.format(int(np.argmax(wrong)))}. Keep "
                "logarithms and roots away from 0 and below, for example by jnp.maximum(x, 1e-6)."
            )

    def _compare(self, y: Any, outputs: Any, gradient: np.ndarray[Any, Any]) -> None:
        """Gradient against central differences at a few outputs; kinks may spoil some of them."""
        places = np.linspace(0, outputs.size - 1, min(_ENTRIES, outputs.size)).astype(int)
        flat = np.asarray(outputs, np.float64).ravel()
        total = jax.jit(lambda o: self(y, o))
        slopes = []
        for place in places:
            step = _STEP * max(1.0, abs(float(flat[place])))
            ends = []
            for sign in (1, -1):
                moved = flat.copy()
                moved[place] += sign * step
                moved = moved.reshape(outputs.shape).astype(np.float32)
                ends.append(np.asarray(total(moved), np.float64).sum())
            slopes.append((ends[0] - ends[1]) / (2 * step))
        found, wanted = gradient.ravel()[places], np.asarray(slopes)
        size = max(float(np.abs(wanted).max()), float(np.abs(found).max()), 1e-12)
        close = np.abs(found - wanted) <= _TOLERANCE * np.maximum(np.abs(wanted), 0.1 * size)
        if np.isfinite(wanted).all() and close.mean() < 0.5:
            raise BadParameter(
                f"{self.owner}(loss={self.name}): its gradient is not the slope of its value "
                f"(slope {wanted[0]:.4g}, gradient {found[0]:.4g}). Use differentiable functions "
                "of jax.numpy; rounding, comparing and argmax have no gradient."
            )


def class_custom(function: Callable[[Any, Any], Any], owner: str) -> Custom:
    """Loss of (codes, probabilities): of class 1 alone where the network has one output."""

    def answer(y: Any, logits: Any) -> tuple[Any, Any]:
        if logits.ndim == 1 or logits.shape[-1] == 1:
            probability = jax.nn.sigmoid(logits.reshape(y.shape[0]))
        else:
            probability = jax.nn.softmax(logits)
        return y.astype(jnp.int32), probability

    return Custom(function, answer, owner, f"class function {token(function)}")


def number_custom(
    function: Callable[[Any, Any], Any],
    mean: float | tuple[float, ...],
    scale: float | tuple[float, ...],
    owner: str,
) -> Custom:
    """Loss of (truth, prediction) in the target's own units; of several, (batch, k) each."""
    spread, middle = (
        np.asarray(each, np.float32) if isinstance(each, tuple) else each for each in (scale, mean)
    )

    def answer(y: Any, outputs: Any) -> tuple[Any, Any]:
        truth = y.astype(jnp.float32) * spread + middle
        return truth, outputs.reshape(y.shape) * spread + middle

    key = f"number function {token(function)}({mean!r},{scale!r})"
    return Custom(function, answer, owner, key)


def token(thing: Any) -> int:
    """Number that belongs to this very object, and to no other in this process."""
    try:
        return _tokens.setdefault(thing, next(_counter))
    except TypeError:  # no weak reference, or no hash: never shared
        return next(_counter)
