"""Losses with their derivatives. Each returns (value, pullback).

The value is a mean over rows (and outputs); the pullback takes dL/dvalue, usually 1, and returns
dL/dprediction. Penalties on weights are the layers' own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.scratch.activations import sigmoid, softmax

Array = np.ndarray[Any, Any]
Pullback = Callable[[float], Array]
Loss = Callable[[Array, Array], tuple[float, Pullback]]

_LEAST = 1e-7  # probabilities are kept this far from 0 and 1, as Keras does


def mean_squared_error(prediction: Array, target: Array) -> tuple[float, Pullback]:
    """Mean of squared differences: squared units of the target.

        loss = mean (prediction - target)^2

    Notes
    -----
    No factor 1/2 anywhere in fondo; textbooks that have it halve the gradient.

    Examples
    --------
    >>> value, pullback = mean_squared_error(np.array([3.0, 5.0]), np.array([2.0, 2.0]))
    >>> value, pullback(1.0)
    (5.0, array([1., 3.]))
    """
    prediction, target = _numbers("mean_squared_error", prediction, target)
    miss = prediction - target
    return float(np.mean(miss**2)), lambda d: d * 2 * miss / miss.size


def mean_absolute_error(prediction: Array, target: Array) -> tuple[float, Pullback]:
    """Mean of absolute differences, in units of the target; its slope is 0 where they agree."""
    prediction, target = _numbers("mean_absolute_error", prediction, target)
    miss = prediction - target
    return float(np.mean(np.abs(miss))), lambda d: d * np.sign(miss) / miss.size


def binary_cross_entropy(probability: Array, target: Array) -> tuple[float, Pullback]:
    """Average surprise, in nats, at yes-or-no targets, from probabilities of yes.

        loss = -mean [t ln p + (1 - t) ln(1 - p)]

    Raises
    ------
    BadData
        Targets or probabilities outside 0 to 1.

    Notes
    -----
    p is kept between 1e-7 and 1 - 1e-7, so the loss of a row is at most 16.1 nats.
    """
    name = "binary_cross_entropy"
    p, t = _numbers(name, probability, target)
    _within(name, "probabilities", p)
    _within(name, "targets", t)
    inside = (p > _LEAST) & (p < 1 - _LEAST)
    p = np.clip(p, _LEAST, 1 - _LEAST)
    value = -np.mean(t * np.log(p) + (1 - t) * np.log1p(-p))
    return float(value), lambda d: d * inside * (p - t) / (p * (1 - p)) / p.size


def binary_cross_entropy_of_logits(logit: Array, target: Array) -> tuple[float, Pullback]:
    """The same from the number that a sigmoid would turn into the probability; never overflows.

    loss = mean [max(z, 0) - z t + ln(1 + e^-|z|)];    dL/dz = sigmoid(z) - t
    """
    name = "binary_cross_entropy_of_logits"
    z, t = _numbers(name, logit, target)
    _within(name, "targets", t)
    value = np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))
    return float(value), lambda d: d * (sigmoid(z)[0] - t) / z.size


def categorical_cross_entropy(probability: Array, target: Array) -> tuple[float, Pullback]:
    """Average surprise, in nats, at the true class of each row, from probabilities.

        loss = -mean over rows of sum over classes of t ln p

    Parameters
    ----------
    probability : float array (..., classes)
        Each row sums to 1.
    target : int array (...,) or float array (..., classes)
        Class of each row, from 0, or rows that sum to 1, such as one-hot ones.

    Raises
    ------
    BadData
        A class that does not exist, or rows that do not sum to 1; names the row.

    Examples
    --------
    >>> p = np.array([[0.7, 0.2, 0.1]])
    >>> round(categorical_cross_entropy(p, np.array([0]))[0], 9)  # -ln 0.7
    0.356674944
    """
    name = "categorical_cross_entropy"
    p = np.asarray(probability, float)
    t = one_hot(name, target, p.shape)
    _within(name, "probabilities", p)
    _sums_to_one(name, "probabilities", p)
    inside = (p > _LEAST) & (p < 1 - _LEAST)
    rows = p.size // p.shape[-1]
    value = -(t * np.log(np.clip(p, _LEAST, 1 - _LEAST))).sum() / rows
    return float(value), lambda d: -d * inside * t / np.maximum(p, _LEAST) / rows


def cross_entropy_of_logits(logits: Array, target: Array) -> tuple[float, Pullback]:
    """The same from the numbers that a softmax would turn into probabilities.

        loss = -mean over rows of log softmax(logits)[true class];    dL/dlogits = p - t

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, eq. 4.109: the gradient is the
    prediction minus the target.

    Examples
    --------
    >>> value, pullback = cross_entropy_of_logits(np.zeros((1, 4)), np.array([2]))
    >>> f"{value:.4f} nats; log 4 = {np.log(4):.4f}", pullback(1.0).tolist()
    ('1.3863 nats; log 4 = 1.3863', [[0.25, 0.25, -0.75, 0.25]])
    """
    logits = np.asarray(logits, float)
    t = one_hot("cross_entropy_of_logits", target, logits.shape)
    shifted = logits - logits.max(axis=-1, keepdims=True)  # exp of it cannot overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    rows = logits.size // logits.shape[-1]
    return float(-(t * log_p).sum() / rows), lambda d: d * (softmax(logits)[0] - t) / rows


LOSSES: Mapping[str, Loss] = {
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_of_logits": binary_cross_entropy_of_logits,
    "categorical_cross_entropy": categorical_cross_entropy,
    "cross_entropy_of_logits": cross_entropy_of_logits,
}
"""Losses by name."""


def one_hot(owner: str, target: Array, shape: tuple[int, ...]) -> Array:
    """Targets in the shape of the predictions (..., classes), each row summing to 1.

    Examples
    --------
    >>> one_hot("loss", np.array([2, 0]), (2, 3)).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    target, classes = np.asarray(target), shape[-1]
    if target.shape == shape and len(shape) > 1:
        t = target.astype(float)
        _within(owner, "targets", t)
        _sums_to_one(owner, "targets", t)
        return t
    if target.shape not in (shape[:-1], (*shape[:-1], 1)):
        raise BadData(
            f"{owner}: predictions have shape {shape}, so targets must be classes of shape "
            f"{shape[:-1]} or rows of shape {shape}. Got {target.shape}."
        )
    codes = target.reshape(shape[:-1]).astype(float)
    wrong = ~((codes >= 0) & (codes < classes) & (codes == np.floor(codes)))
    if wrong.any():
        row = int(np.argmax(wrong.ravel()))
        raise BadData(
            f"{owner}: targets must be whole numbers from 0 to {classes - 1}, one for each of "
            f"{classes} classes. Row {row} has {codes.ravel()[row]:g}."
        )
    hot: Array = np.eye(classes)[codes.astype(int)]
    return hot


def _numbers(owner: str, prediction: Array, target: Array) -> tuple[Array, Array]:
    """Both as float64 of one shape; a missing last axis of length 1 is put back."""
    p, t = np.asarray(prediction, float), np.asarray(target, float)
    if p.shape == (*t.shape, 1):
        t = t[..., None]
    if p.shape != t.shape:
        raise BadData(
            f"{owner}: targets must have the shape of the predictions, {p.shape}. Got {t.shape}."
        )
    if p.size == 0:
        raise BadData(f"{owner}: there are no rows. Give at least one.")
    if not np.isfinite(t).all():
        row = int(np.argmin(np.isfinite(t).reshape(len(t), -1).all(axis=1))) if t.ndim else 0
        raise BadData(f"{owner}: targets must be finite. Row {row} is not.")
    return p, t


def _within(owner: str, what: str, values: Array) -> None:
    wrong = ~((values >= 0) & (values <= 1) | np.isnan(values))
    if wrong.any():
        place = int(np.argmax(wrong.reshape(len(values), -1).any(axis=1))) if values.ndim else 0
        raise BadData(
            f"{owner}: {what} must lie between 0 and 1. Row {place} has "
            f"{values[wrong].ravel()[0]:g}; scores of any size go into the loss of logits."
        )


def _sums_to_one(owner: str, what: str, values: Array) -> None:
    sums = values.reshape(-1, values.shape[-1]).sum(axis=1)
    wrong = np.abs(sums - 1) > 1e-4
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadData(
            f"{owner}: {what} must sum to 1 in every row. Row {row} sums to {sums[row]:g}."
        )
