"""Fully connected layers and activations, forward beside backward.

The functions themselves are in `activations`; losses in `losses`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from fondo.scratch.activations import ACTIVATIONS, activation_named
from fondo.scratch.initialisers import draw
from fondo.scratch.layer import Array, Layer


class Dense(Layer):
    """Every output a weighted sum of every input, plus a bias, through an activation.

        sums = inputs W + b;    outputs = f(sums)
        dL/dW = inputs' dL/dsums;  dL/db = sum over rows of dL/dsums;  dL/dinputs = dL/dsums W'

    Parameters
    ----------
    units : int, at least 1
        Outputs of the layer, also called neurons.
    activation : name or None, default=None
        One of `ACTIVATIONS`; None is linear.
    use_bias : bool, default=True
        Whether b is there.
    initialiser : name, default="glorot"
        How W starts; b starts at 0.
    l1, l2 : float, default=0
        Penalties on W, see `Layer`.

    Notes
    -----
    (batch, ..., features) -> (batch, ..., units); axes between are steps that share the weights.
    """

    formula = "sums = inputs W + b;  outputs = f(sums)"
    settings = ("units", "activation", "use_bias")

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        *,
        use_bias: bool = True,
        initialiser: str = "glorot",
        l1: float = 0.0,
        l2: float = 0.0,
        name: str = "",
    ) -> None:
        super().__init__(name)
        self.units, self.use_bias, self.initialiser = units, use_bias, initialiser
        self.activation = activation_named(activation, self.name)
        if l1 or l2:
            self.penalties["kernel"] = (l1, l2)

    def build(self, shape: tuple[int, ...]) -> None:
        self.weights["kernel"] = draw(self.initialiser, (shape[-1], self.units), self.random)
        if self.use_bias:
            self.weights["bias"] = np.zeros(self.units)

    def check(self, shape: tuple[int, ...]) -> None:
        features = len(self.weights["kernel"])
        if len(shape) < 2 or shape[-1] != features:
            raise self.wrong(f"(batch, ..., {features})", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        sums = x @ self.weights["kernel"]  # (B, ..., units)
        if self.use_bias:
            sums = sums + self.weights["bias"]
        outputs, self._pullback = ACTIVATIONS[self.activation](sums)
        self.seen = {"inputs": x, "sums": sums, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        d_sums = self._pullback(d_outputs[0])
        x = self.seen["inputs"]
        rows, flat = x.reshape(-1, x.shape[-1]), d_sums.reshape(-1, self.units)
        self.gradients["kernel"] = rows.T @ flat
        if self.use_bias:
            self.gradients["bias"] = flat.sum(axis=0)
        d_inputs: Array = d_sums @ self.weights["kernel"].T
        return d_inputs


class Activation(Layer):
    """An activation as a layer of its own.

    Parameters
    ----------
    activation : name
        One of `ACTIVATIONS`.
    **parameters : float
        Of the function, such as `slope` of a leaky relu.
    """

    formula = "outputs = f(inputs)"
    settings = ("activation",)

    def __init__(self, activation: str, *, name: str = "", **parameters: float) -> None:
        super().__init__(name)
        self.activation = activation_named(activation, self.name)
        self.parameters = parameters

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        outputs, self._pullback = ACTIVATIONS[self.activation](inputs[0], **self.parameters)
        self.seen = {"inputs": inputs[0], "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        return self._pullback(d_outputs[0])

    @classmethod
    def read(cls, config: Mapping[str, Any], arrays: Mapping[str, Any]) -> Self:
        """Activation, or one of the layers that Keras has for a single function."""
        name, kind = config["name"], config.get("class_name", "Activation")
        if kind == "LeakyReLU":
            return cls("leaky_relu", slope=config["negative_slope"], name=name)
        if kind == "ELU":
            return cls("elu", alpha=config["alpha"], name=name)
        if kind in ("ReLU", "Softmax"):
            return cls(kind.lower(), name=name)
        return super().read(config, arrays)


class PReLU(Layer):
    """max(0, x) + a min(0, x), with a slope a for every input that training finds.

    Notes
    -----
    (batch, ...) -> the same shape; a has the shape of one row and starts at 0, a relu.

    References
    ----------
    He et al. (2015), Delving Deep into Rectifiers, eq. 1 and 8.
    """

    formula = "outputs = max(0, inputs) + alpha min(0, inputs)"
    only: ClassVar[Mapping[str, Any]] = {"shared_axes": None}

    def build(self, shape: tuple[int, ...]) -> None:
        self.weights["alpha"] = np.zeros(shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        outputs: Array = np.maximum(x, 0) + self.weights["alpha"] * np.minimum(x, 0)
        self.seen = {"inputs": x, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        x, (d,) = self.seen["inputs"], d_outputs
        self.gradients["alpha"] = (d * np.minimum(x, 0)).sum(axis=0)
        below = np.where(x < 0, self.weights["alpha"], 0)  # at 0 flat, as in Keras
        d_inputs: Array = d * np.where(x > 0, 1, below)
        return d_inputs
