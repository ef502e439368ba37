"""What every layer is: weights, a forward pass that keeps all it saw, and the way back.

The layers themselves are in the files beside this one; how they are strung together, in `network`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.scratch.activations import activation_named

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]


class Layer:
    """A step of a network that can be walked forward, then backward, and looked into.

    `forward` computes and leaves every intermediate array in `seen`; `backward` takes the gradient
    of the loss with respect to the outputs, leaves that of each weight in `gradients`, and returns
    that with respect to the inputs. All numbers are float64.

    Attributes
    ----------
    name : str
        Unique in a network, and in every message.
    weights : dict of str to array
        What training changes, by the names that Keras uses.
    statistics : dict of str to array
        What a layer keeps without training: running averages, edges of bins.
    gradients : dict of str to array
        dL/dweight after `backward`, penalties included; the same names and shapes as `weights`.
    seen : dict of str to array
        Everything of the last forward pass, from "inputs" to "outputs", in order.
    penalties : dict of str to (l1, l2)
        For each penalised weight w, l1 sum|w| + l2 sum w^2 is added to the loss (no half, as in
        Keras; the course notes write lambda / (2 m), so their lambda is 2 m l2).
    """

    formula: ClassVar[str] = ""  # told beside the numbers of a trace
    settings: ClassVar[tuple[str, ...]] = ()  # of Keras' configuration, that this layer takes
    only: ClassVar[Mapping[str, Any]] = {}  # settings of Keras that must have this very value
    kept: ClassVar[tuple[str, ...]] = ()  # arrays of Keras that are statistics, not weights

    def __init__(self, name: str = "") -> None:
        self.name = name or type(self).__name__.lower()
        self.weights: Arrays = {}
        self.statistics: Arrays = {}
        self.gradients: Arrays = {}
        self.seen: Arrays = {}
        self.penalties: dict[str, tuple[float, float]] = {}
        self.built = False
        self.random = np.random.default_rng(0)  # of dropout; a network gives its own

    def build(self, shape: tuple[int, ...]) -> None:
        """Draw the weights for inputs of this shape, the batch left out; most layers have none."""

    def check(self, shape: tuple[int, ...]) -> None:
        """Refuse inputs of a shape (with the batch) that the layer cannot take."""

    def forward(self, *inputs: Array, training: bool = False) -> Any:
        """Outputs for inputs of shape (batch, ...); a tuple where a layer has several."""
        raise NotImplementedError

    def backward(self, *d_outputs: Array) -> Any:
        """dL/dinputs from dL/doutputs; a tuple where the layer has several inputs."""
        raise NotImplementedError

    def __call__(self, *inputs: Array, training: bool = False) -> Any:
        """Build the layer if it is new, check the shapes, and walk forward."""
        shapes = [np.shape(array) for array in inputs]
        if not self.built:
            self.build(shapes[0][1:])
            self.built = True
        self.check(shapes[0])
        return self.forward(*inputs, training=training)

    def wrong(self, expected: str, shape: Sequence[int]) -> BadData:
        """Error that names the layer, what it expected and what came."""
        kind = type(self).__name__
        return BadData(
            f"{kind} {self.name!r}: expected inputs of shape {expected}. Got {tuple(shape)}."
        )

    def penalty(self) -> float:
        """What this layer's weights add to the loss."""
        return float(
            sum(
                l1 * np.abs(self.weights[name]).sum() + l2 * (self.weights[name] ** 2).sum()
                for name, (l1, l2) in self.penalties.items()
            )
        )

    def add_penalty_gradients(self) -> None:
        """Add d penalty/dw = l1 sign(w) + 2 l2 w to the gradients of the penalised weights."""
        for name, (l1, l2) in self.penalties.items():
            w = self.weights[name]
            self.gradients[name] = self.gradients[name] + l1 * np.sign(w) + 2 * l2 * w

    @property
    def count(self) -> int:
        """How many numbers training changes."""
        return sum(array.size for array in self.weights.values())

    @classmethod
    def read(cls, config: Mapping[str, Any], arrays: Mapping[str, Any]) -> Self:
        """The same layer as Keras has it: from its configuration and its arrays by name."""
        for name, wanted in cls.only.items():
            if name in config and config[name] != wanted:
                raise BadParameter(
                    f"{cls.__name__}({name}={config[name]!r}): the glass box knows {wanted!r} "
                    f"alone, in layer {config['name']!r}."
                )
        given = {name: config[name] for name in cls.settings if name in config}
        for name in given:
            if name.endswith("activation"):
                given[name] = activation_named(given[name], config["name"])
        layer = cls(**given, name=config["name"])
        for name, array in arrays.items():
            held = layer.statistics if name in cls.kept else layer.weights
            held[name] = np.asarray(array, np.float64)
        for name in layer.weights:
            if penalty := config.get(f"{name}_regularizer"):
                layer.penalties[name] = _penalty(penalty, layer)
        layer.built = True
        return layer

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.weights.items())
        return f"<{type(self).__name__} {self.name!r}{': ' if shapes else ''}{shapes}>"


def _penalty(regularizer: Mapping[str, Any], layer: Layer) -> tuple[float, float]:
    """(l1, l2) of a regularizer of Keras."""
    kind, config = regularizer["class_name"], regularizer["config"]
    if kind not in ("L1", "L2", "L1L2", "Penalty"):
        raise BadParameter(
            f"{type(layer).__name__}({layer.name!r}): the glass box knows the penalties L1, L2 and "
            f"L1L2 alone. Got {kind}."
        )
    return float(config.get("l1", 0.0)), float(config.get("l2", 0.0))
