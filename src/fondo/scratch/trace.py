"""One walk through a network, forward and backward, written down layer by layer.

Drawing it is left to whoever asks; comparing it with a faster engine too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fondo.scratch.layer import Array, Arrays
from fondo.scratch.losses import Loss
from fondo.scratch.network import Network


@dataclass(frozen=True)
class Stop:
    """What happened at one layer.

    Attributes
    ----------
    name, kind, formula : str
        Of the layer: its own name, its type, what it computes.
    sources : tuple of str
        Layers or inputs that it took its inputs from.
    seen : dict of str to array (batch, ...)
        From "inputs" to "outputs".
    weights, statistics : dict of str to array
        What it computed with.
    d_outputs : array or None
        dL/doutputs, after a walk back.
    gradients : dict of str to array
        dL/dweight, by the names of the weights; empty without a walk back.
    """

    name: str
    kind: str
    formula: str
    sources: tuple[str, ...]
    seen: Arrays
    weights: Arrays
    statistics: Arrays
    d_outputs: Array | None = None
    gradients: Arrays = field(default_factory=dict)


@dataclass(frozen=True)
class Walk:
    """A walk of some rows through a network.

    Attributes
    ----------
    inputs : dict of str to array (batch, ...)
        The rows as they entered.
    stops : list of Stop
        Layer by layer, in the order of the walk forward.
    outputs : array (batch, ...), or a tuple of them
        What the network answered.
    loss : float or None
        Loss with penalties, where a target was given.
    d_inputs : dict of str to array
        dL/dinput by input name, after a walk back.
    """

    inputs: Arrays
    stops: list[Stop]
    outputs: Any
    loss: float | None = None
    d_inputs: Arrays = field(default_factory=dict)


def trace(
    network: Network,
    rows: Any,
    target: Any = None,
    loss: Loss | None = None,
    *,
    backward: bool = False,
) -> Walk:
    """Walk rows through a network and write down all that was seen.

    Parameters
    ----------
    network : Network
        Such as `from_model` gives.
    rows : array (batch, ...) or mapping of them by input name
        Usually a single row.
    target : array, default=None
        What the outputs should have been, as `loss` wants it.
    loss : function of LOSSES, default=None
        Needed with a target.
    backward : bool, default=False
        Walk back as well: from the loss where there is a target, else from the largest output of
        each row, so that a gradient says how a number would move that output.

    Examples
    --------
    >>> from fondo.scratch.dense import Dense
    >>> from fondo.scratch.losses import mean_squared_error
    >>> network = Network([Dense(1, use_bias=False, initialiser="zeros", name="only")], (1,))
    >>> walk = trace(network, [[3.0]], [[2.0]], mean_squared_error, backward=True)
    >>> walk.loss, walk.stops[0].gradients["kernel"].item()  # 2 (0 - 2) 3
    (4.0, -12.0)
    """
    given = rows if isinstance(rows, Mapping) else {network.inputs[0]: rows}
    outputs = network.predict(given)
    value, d_outputs = None, None
    if target is not None and loss is not None:
        value, pullback = loss(outputs, target)
        value, d_outputs = value + network.penalty(), pullback(1.0)
    d_inputs: Arrays = {}
    if backward:
        d_inputs = network.backward(from_largest(outputs) if d_outputs is None else d_outputs)
    stops = [
        Stop(
            layer.name,
            type(layer).__name__,
            layer.formula,
            tuple(name for name, _ in network.links[layer.name]),
            dict(layer.seen),
            dict(layer.weights),
            dict(layer.statistics),
            network.errors[layer.name][0] if backward else None,
            dict(layer.gradients) if backward else {},
        )
        for layer in network.layers
    ]
    inputs = {name: np.asarray(given[name], float) for name in network.inputs}
    return Walk(inputs, stops, outputs, value, d_inputs)


def from_largest(outputs: Any) -> Any:
    """Gradient of the sum over rows of the largest output: 1 where it stands, else 0."""
    first = outputs[0] if isinstance(outputs, tuple) else outputs
    flat = first.reshape(len(first), -1)
    hot = np.zeros_like(flat)
    hot[np.arange(len(flat)), flat.argmax(axis=1)] = 1
    hot = hot.reshape(first.shape)
    if isinstance(outputs, tuple):
        return (hot, *(np.zeros_like(other) for other in outputs[1:]))
    return hot
