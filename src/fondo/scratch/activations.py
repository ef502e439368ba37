"""Activation functions, in forms that cannot overflow. Each returns (outputs, pullback).

The pullback takes dL/doutputs and returns dL/dinputs. All but softmax work number by number.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fondo.errors import BadParameter, did_you_mean

Array = np.ndarray[Any, Any]
Pullback = Callable[[Array], Array]
Activation = Callable[..., tuple[Array, Pullback]]

_SELU = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. (2017), section 2


def linear(x: Array) -> tuple[Array, Pullback]:
    """X itself, also called identity; a stack of linear layers is one linear layer."""
    return x, lambda d: d


def step(x: Array) -> tuple[Array, Pullback]:
    """0 below zero, 1 from zero on; flat wherever it has a slope, so nothing can be learnt."""
    return (x >= 0).astype(float), lambda d: np.zeros_like(d)


def sigmoid(x: Array) -> tuple[Array, Pullback]:
    """1 / (1 + e^-x), the logistic function: one probability.

    Examples
    --------
    >>> outputs, pullback = sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    >>> outputs, pullback(np.ones(3))
    (array([0. , 0.5, 1. ]), array([0.  , 0.25, 0.  ]))
    """
    small = np.exp(-np.abs(x))  # at most 1: cannot overflow
    out = np.where(x >= 0, 1, small) / (1 + small)
    return out, lambda d: d * out * (1 - out)


def tanh(x: Array) -> tuple[Array, Pullback]:
    """2 / (1 + e^-2x) - 1: as the logistic, but around zero."""
    out = np.tanh(x)
    return out, lambda d: d * (1 - out**2)


def arctan(x: Array) -> tuple[Array, Pullback]:
    """Angle whose tangent is x, in radians, from -pi/2 to pi/2."""
    return np.arctan(x), lambda d: d / (1 + x**2)


def relu(x: Array) -> tuple[Array, Pullback]:
    """max(0, x); its slope at zero is taken to be 0, as JAX and Keras do."""
    return np.maximum(x, 0), lambda d: d * (x > 0)


def relu6(x: Array) -> tuple[Array, Pullback]:
    """X between 0 and 6, cut at both ends."""
    return np.clip(x, 0, 6), lambda d: d * ((x > 0) & (x < 6))


def leaky_relu(x: Array, slope: float = 0.2) -> tuple[Array, Pullback]:
    """X above zero, slope * x below, so that no unit dies."""
    return np.where(x >= 0, x, slope * x), lambda d: d * np.where(x >= 0, 1, slope)


def elu(x: Array, alpha: float = 1.0) -> tuple[Array, Pullback]:
    """X above zero, alpha (e^x - 1) below."""
    below = alpha * np.expm1(np.minimum(x, 0))  # large x never reaches exp
    return np.where(x > 0, x, below), lambda d: d * np.where(x > 0, 1, below + alpha)


def selu(x: Array) -> tuple[Array, Pullback]:
    """1.0507 elu(x) with alpha 1.6733, which keeps mean 0 and variance 1 from layer to layer."""
    alpha, scale = _SELU
    out, pullback = elu(x, alpha)
    return scale * out, lambda d: scale * pullback(d)


def softplus(x: Array) -> tuple[Array, Pullback]:
    """ln(1 + e^x): a relu without the kink."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), lambda d: d * sigmoid(x)[0]


def softsign(x: Array) -> tuple[Array, Pullback]:
    """X / (1 + |x|)."""
    return x / (1 + np.abs(x)), lambda d: d / (1 + np.abs(x)) ** 2


def exponential(x: Array) -> tuple[Array, Pullback]:
    """e^x; overflows above 709, as it must."""
    out = np.exp(x)
    return out, lambda d: d * out


def hard_sigmoid(x: Array) -> tuple[Array, Pullback]:
    """X / 6 + 1/2, cut at 0 and 1: Keras 3's form (older ones had x / 5 + 1/2)."""
    return np.clip(x / 6 + 0.5, 0, 1), lambda d: d * (np.abs(x) < 3) / 6


def silu(x: Array) -> tuple[Array, Pullback]:
    """X sigmoid(x), also called swish."""
    gate, _ = sigmoid(x)
    return x * gate, lambda d: d * gate * (1 + x * (1 - gate))


def gelu(x: Array) -> tuple[Array, Pullback]:
    """X times the share of a standard normal variable below x: the exact form, by erf."""
    below = 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    return x * below, lambda d: d * (below + x * density)


def softmax(x: Array) -> tuple[Array, Pullback]:
    """e^x_i / sum_j e^x_j along the last axis: n probabilities that sum to 1.

    Notes
    -----
    The largest x is subtracted first, which changes nothing and keeps exp below 1.

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))[0]
    array([0.5, 0.5])
    """
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    out = shifted / shifted.sum(axis=-1, keepdims=True)

    def pullback(d: Array) -> Array:
        pulled: Array = out * (d - (d * out).sum(axis=-1, keepdims=True))
        return pulled

    return out, pullback


ACTIVATIONS: Mapping[str, Activation] = {
    "linear": linear,
    "step": step,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "arctan": arctan,
    "relu": relu,
    "relu6": relu6,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "softplus": softplus,
    "softsign": softsign,
    "exponential": exponential,
    "hard_sigmoid": hard_sigmoid,
    "silu": silu,
    "swish": silu,
    "gelu": gelu,
    "softmax": softmax,
}
"""Activation functions by name; the names that Keras has too mean the same there."""


def activation_named(name: Any, owner: str = "Activation") -> str:
    """Name of an activation, as it is or as Keras writes it down; refuses unknown ones.

    Examples
    --------
    >>> activation_named({"class_name": "function", "config": "relu"}), activation_named(None)
    ('relu', 'linear')
    """
    if isinstance(name, Mapping):
        name = name.get("config")
    name = "linear" if name is None else name
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise BadParameter(
            f"{owner}(activation={name!r}): the glass box does not know it. "
            f"{did_you_mean(str(name), ACTIVATIONS)}"
        )
    return name
