"""Layers strung together: the walk forward, the walk back, and what went wrong on the way.

How weights are changed is in `optimizers`, how often in `training`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.scratch.layer import Array, Arrays, Layer

Source = tuple[str, int]
"""Where an input comes from: the name of a layer or of an input, and which of its outputs."""


class Network:
    """A network whose every number can be looked at.

    Parameters
    ----------
    layers : sequence of Layer
        In an order in which each comes after what it takes; a plain list is a chain.
    input_shape : tuple of int or None, default=None
        Of one row, without the batch; draws the weights at once. None waits for the first rows.
    seed : int, default=0
        Draws the weights and dropout.
    links : mapping of str to sequence of Source, default=None
        What each layer takes, by its name; a layer that is not named takes the one before it.
    inputs : sequence of str, default=("inputs",)
        Names of the inputs; with several, rows come as a mapping of these names.
    outputs : sequence of Source, default=None
        What the network answers; None is the first output of the last layer.

    Examples
    --------
    >>> from fondo.scratch.dense import Dense
    >>> network = Network([Dense(3, "relu"), Dense(1)], input_shape=(2,))
    >>> network.predict(np.ones((5, 2))).shape, network.count
    ((5, 1), 13)
    >>> network.layers[0].seen["sums"].shape
    (5, 3)
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: tuple[int, ...] | None = None,
        *,
        seed: int = 0,
        links: Mapping[str, Sequence[Source]] | None = None,
        inputs: Sequence[str] = ("inputs",),
        outputs: Sequence[Source] | None = None,
    ) -> None:
        if not layers:
            raise BadParameter("Network(layers=[]): a network needs at least one layer.")
        self.layers, self.inputs = list(layers), tuple(inputs)
        self._name_apart()
        before = [self.inputs[0], *(layer.name for layer in layers[:-1])]
        given = links or {}
        self.links = {
            layer.name: tuple(given.get(layer.name, ((source, 0),)))
            for layer, source in zip(layers, before, strict=True)
        }
        self.outputs = tuple(outputs or ((layers[-1].name, 0),))
        random = np.random.default_rng(seed)
        for layer in layers:
            layer.random = random
        if input_shape is not None:
            self.forward(np.zeros((1, *input_shape)))

    def _name_apart(self) -> None:
        taken: set[str] = set(self.inputs)
        for layer in self.layers:
            stem, k = layer.name, 1
            while layer.name in taken:
                k += 1
                layer.name = f"{stem}_{k}"
            taken.add(layer.name)

    # ---- the two walks

    def forward(self, rows: Any, *, training: bool = False) -> Any:
        """Outputs for rows (batch, ...), or a mapping of them by input name.

        Returns
        -------
        outputs : array (batch, ...), or a tuple where the network has several
            Also left in `seen` of each layer, with everything on the way.

        Raises
        ------
        BadData
            A shape that a layer cannot take, or a number that is not finite; names the layer.
        """
        flow: dict[str, tuple[Array, ...]] = {
            name: (array,) for name, array in self.named(rows).items()
        }
        for layer in self.layers:
            came = [flow[name][k] for name, k in self.links[layer.name]]
            with np.errstate(all="ignore"):  # what comes of it is looked at below
                found = layer(*came, training=training)
            flow[layer.name] = found if isinstance(found, tuple) else (found,)
            self._check_finite(layer)
        answers = tuple(flow[name][k] for name, k in self.outputs)
        self._shapes = {name: [a.shape for a in arrays] for name, arrays in flow.items()}
        return answers if len(answers) > 1 else answers[0]

    def backward(self, d_outputs: Any) -> dict[str, Array]:
        """Walk back from dL/doutputs; each layer's `gradients` are set.

        Parameters
        ----------
        d_outputs : array in the shape of the outputs, or a tuple where there are several

        Returns
        -------
        dict of str to array
            dL/dinput by input name.
        """
        given = d_outputs if isinstance(d_outputs, tuple) else (d_outputs,)
        flow = {name: [np.zeros(s) for s in shapes] for name, shapes in self._shapes.items()}
        for (name, k), d in zip(self.outputs, given, strict=True):
            flow[name][k] = flow[name][k] + np.asarray(d, float).reshape(flow[name][k].shape)
        self.errors = flow  # dL/doutputs of every layer, by name
        for layer in reversed(self.layers):
            found = layer.backward(*flow[layer.name])
            layer.add_penalty_gradients()
            parts = found if isinstance(found, tuple) else (found,)
            for (name, k), d in zip(self.links[layer.name], parts, strict=True):
                flow[name][k] = flow[name][k] + d
        return {name: flow[name][0] for name in self.inputs}

    def predict(self, rows: Any) -> Any:
        """Outputs with dropout off and running averages in place of the batch's own."""
        return self.forward(rows, training=False)

    # ---- what is inside

    @property
    def weights(self) -> Arrays:
        """All weights by "layer/weight"; the very arrays, so that they can be changed in place."""
        return {
            f"{layer.name}/{name}": w for layer in self.layers for name, w in layer.weights.items()
        }

    @property
    def gradients(self) -> Arrays:
        """Gradients of the last backward walk, by the names of `weights`."""
        return {
            f"{layer.name}/{name}": layer.gradients[name]
            for layer in self.layers
            for name in layer.weights
        }

    @property
    def count(self) -> int:
        """How many numbers training changes."""
        return sum(layer.count for layer in self.layers)

    def penalty(self) -> float:
        """What L1 and L2 add to the loss."""
        return sum(layer.penalty() for layer in self.layers)

    def layer(self, name: str) -> Layer:
        """The layer of that name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in self.layers)
        raise BadParameter(f"Network.layer({name!r}): there is no such layer. Known: {known}.")

    def summary(self) -> list[dict[str, Any]]:
        """One row a layer: name, type, output shape of one row, numbers that training changes."""
        return [
            {
                "name": layer.name,
                "type": type(layer).__name__,
                "shape": self._shapes[layer.name][0][1:],
                "weights": layer.count,
            }
            for layer in self.layers
        ]

    # ---- refusals

    def named(self, rows: Any) -> Arrays:
        """Rows as float64 arrays by input name, checked."""
        if not isinstance(rows, Mapping):
            if len(self.inputs) > 1:
                raise BadData(f"Network: rows must be a mapping with {', '.join(self.inputs)}.")
            rows = {self.inputs[0]: rows}
        if missing := [name for name in self.inputs if name not in rows]:
            raise BadData(f"Network: the input {missing[0]!r} is missing.")
        return {name: self._array(name, rows[name]) for name in self.inputs}

    def _array(self, name: str, rows: Any) -> Array:
        try:
            array = np.asarray(rows, float)
        except (TypeError, ValueError):
            raise BadData(f"Network: the input {name!r} must be an array of numbers.") from None
        if array.ndim == 0 or len(array) == 0:
            raise BadData(f"Network: the input {name!r} has no rows. Give at least one.")
        if not np.isfinite(array).all():
            row = int(np.argmin(np.isfinite(array).reshape(len(array), -1).all(axis=1)))
            raise BadData(
                f"Network: row {row} of the input {name!r} holds NaN or infinity. "
                "Fill it in or leave it out."
            )
        return array

    def _check_finite(self, layer: Layer) -> None:
        for what, array in layer.seen.items():
            if not np.isfinite(array).all():
                weights = [n for n, w in layer.weights.items() if not np.isfinite(w).all()]
                cause = (
                    f"its weight {weights[0]!r} is not finite"
                    if weights
                    else f"its {what} overflowed"
                )
                raise BadData(
                    f"{type(layer).__name__} {layer.name!r}: NaN or infinity appeared here first: "
                    f"{cause}. A smaller learning rate, or inputs scaled to about 1, keep it away."
                )
