"""Normalisation: numbers brought to mean 0 and variance 1, then to a learnt scale and shift.

Over the rows of a batch (BatchNormalization) or over the features of a row (LayerNormalization).
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from fondo.errors import BadParameter
from fondo.scratch.layer import Array, Layer


class _Normalisation(Layer):
    """What both share: the formula once mean and variance are known, and its gradient."""

    formula = "outputs = gamma (inputs - mean) / sqrt(variance + epsilon) + beta"
    settings: ClassVar[tuple[str, ...]] = ("axis", "epsilon", "center", "scale")

    def __init__(
        self,
        *,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        name: str = "",
    ) -> None:
        super().__init__(name)
        axes = tuple(axis) if isinstance(axis, Sequence) else (axis,)
        if len(axes) != 1:
            raise BadParameter(
                f"{type(self).__name__}(axis={axis!r}): the glass box normalises the last axis "
                "alone. Give -1."
            )
        if not epsilon >= 0:
            raise BadParameter(f"{type(self).__name__}(epsilon={epsilon}): must be at least 0.")
        (self.axis,), self.epsilon, self.center, self.scale = axes, epsilon, center, scale

    def build(self, shape: tuple[int, ...]) -> None:
        if self.scale:
            self.weights["gamma"] = np.ones(shape[-1])
        if self.center:
            self.weights["beta"] = np.zeros(shape[-1])

    def check(self, shape: tuple[int, ...]) -> None:
        held = [*self.weights.values(), *self.statistics.values()]
        features = len(held[0]) if held else shape[-1]
        if len(shape) < 2 or shape[-1] != features:
            raise self.wrong(f"(batch, ..., {features})", shape)
        if self.axis not in (-1, len(shape) - 1):
            raise BadParameter(
                f"{type(self).__name__}(axis={self.axis}): the glass box normalises the last axis "
                f"alone, in layer {self.name!r}. Give -1."
            )

    def _normalise(self, x: Array, mean: Array, variance: Array) -> Array:
        self._spread = np.sqrt(variance + self.epsilon)  # epsilon keeps a constant from 0 / 0
        normalised = (x - mean) / self._spread
        outputs = normalised * self.weights.get("gamma", 1.0) + self.weights.get("beta", 0.0)
        self.seen = {"inputs": x, "mean": mean, "variance": variance}
        self.seen |= {"normalised": normalised, "outputs": outputs}
        return outputs

    def _back(self, d: Array, over: Any) -> Array:
        """dL/dinputs; `over` are the axes whose own mean and variance were taken, if any."""
        normalised, rows = self.seen["normalised"], tuple(range(d.ndim - 1))
        if self.scale:
            self.gradients["gamma"] = (d * normalised).sum(axis=rows)
        if self.center:
            self.gradients["beta"] = d.sum(axis=rows)
        d = d * self.weights.get("gamma", 1.0)
        if over is not None:  # each input moves the mean and the variance of all the others
            through_mean = d.mean(axis=over, keepdims=True)
            through_variance = normalised * (d * normalised).mean(axis=over, keepdims=True)
            d = d - through_mean - through_variance
        return d / self._spread


class BatchNormalization(_Normalisation):
    """Each feature brought to mean 0 and variance 1 over the rows of the batch while training.

        outputs = gamma (inputs - mean) / sqrt(variance + epsilon) + beta
        moving = momentum * moving + (1 - momentum) * the batch's, for mean and variance

    Parameters
    ----------
    axis : int, default=-1
        Of the features; the last one alone.
    momentum : float, default=0.99
        Share of the running averages that a batch leaves as it was.
    epsilon : float, default=1e-3
        Added to the variance; inside the root.
    center, scale : bool, default=True
        Whether beta and gamma are there; they start at 0 and 1.

    Notes
    -----
    (batch, ..., features) -> the same shape; places and steps count as rows. The network answers
    with the running averages, so a row's answer does not depend on its neighbours, and one row
    is enough. The variance divides by the number of rows m, in the running average too; the paper
    takes m - 1 there.

    References
    ----------
    Ioffe, Szegedy (2015), Batch Normalization, algorithm 1, and section 3 for the gradients.

    Examples
    --------
    >>> layer = BatchNormalization(epsilon=0.0)
    >>> layer(np.array([[1.0], [2.0], [3.0], [4.0]]), training=True).ravel().round(3).tolist()
    [-1.342, -0.447, 0.447, 1.342]
    >>> layer.statistics["moving_mean"]  # 0.99 * 0 + 0.01 * 2.5
    array([0.025])
    """

    settings = (*_Normalisation.settings, "momentum")
    only: ClassVar[Mapping[str, Any]] = {"renorm": False}
    kept = ("moving_mean", "moving_variance")

    def __init__(self, *, momentum: float = 0.99, **settings: Any) -> None:
        super().__init__(**settings)
        if not 0 <= momentum <= 1:
            raise BadParameter(f"BatchNormalization(momentum={momentum}): must be from 0 to 1.")
        self.momentum = momentum

    def build(self, shape: tuple[int, ...]) -> None:
        super().build(shape)
        self.statistics = {
            "moving_mean": np.zeros(shape[-1]),
            "moving_variance": np.ones(shape[-1]),
        }

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,), (mean, variance) = inputs, (self.statistics[name] for name in self.kept)
        self._over = tuple(range(x.ndim - 1)) if training else None
        if training:
            mean, variance = x.mean(axis=self._over), x.var(axis=self._over)  # (F,)
            for name, found in zip(self.kept, (mean, variance), strict=True):
                held = self.statistics[name]
                self.statistics[name] = self.momentum * held + (1 - self.momentum) * found
        return self._normalise(x, mean, variance)

    def backward(self, *d_outputs: Array) -> Array:
        return self._back(d_outputs[0], self._over)


class LayerNormalization(_Normalisation):
    """Each row, and each step of it, brought to mean 0 and variance 1 over its features.

        outputs = gamma (inputs - mean) / sqrt(variance + epsilon) + beta

    Parameters
    ----------
    axis : int, default=-1
        Of the features; the last one alone.
    epsilon : float, default=1e-3
        Added to the variance; inside the root.
    center, scale : bool, default=True
        Whether beta and gamma are there; they start at 0 and 1.

    Notes
    -----
    Needs no batch and no running averages, so it does the same in training as in answering.

    References
    ----------
    Ba, Kiros, Hinton (2016), Layer Normalization, eq. 3.
    """

    only: ClassVar[Mapping[str, Any]] = {"rms_scaling": False}

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        return self._normalise(x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True))

    def backward(self, *d_outputs: Array) -> Array:
        return self._back(d_outputs[0], -1)
