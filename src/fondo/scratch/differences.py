"""Slopes by nudging: learning without calculus, and the check that calculus was done right.

Also units that are dead: no nudge of their weights moves them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fondo.errors import TrainingFailed
from fondo.scratch.layer import Array, Arrays, Layer
from fondo.scratch.network import Network

_GROWTH = 1e8  # a loss that many times its start will not come back
_RELUS = ("relu", "relu6")


def slopes(
    loss_function: Callable[[Arrays], float],
    parameters: Arrays,
    nudge: float = 1e-4,
    *,
    central: bool = False,
) -> Arrays:
    """How the loss changes when one number at a time is nudged, divided by the nudge.

        forward:  [loss(w + nudge) - loss(w)] / nudge;        error about nudge loss'' / 2
        central:  [loss(w + nudge) - loss(w - nudge)] / (2 nudge);  error about nudge^2 loss''' / 6

    Parameters
    ----------
    loss_function : dict of arrays -> float
    parameters : dict of str to float array
        Nudged in place, one number after another, and put back.
    nudge : float, default=1e-4
    central : bool, default=False

    Returns
    -------
    dict of str to array
        In the shapes of the parameters. Costs one loss, or two, for each number.

    Examples
    --------
    >>> w = {"w": np.array([3.0])}  # the slope of w^2 is 6
    >>> [slopes(lambda p: float(p["w"][0] ** 2), w, central=c)["w"].round(6) for c in (0, 1)]
    [array([6.0001]), array([6.])]
    """
    start = 0.0 if central else loss_function(parameters)
    found = {name: np.zeros(w.shape) for name, w in parameters.items()}
    for name, w in parameters.items():
        for place in np.ndindex(w.shape):
            kept = float(w[place])
            w[place] = kept + nudge
            change = loss_function(parameters) - start
            if central:
                w[place] = kept - nudge
                change = (change - loss_function(parameters)) / 2
            w[place] = kept
            found[name][place] = change / nudge
    return found


def by_differences(
    loss_function: Callable[[Arrays], float],
    parameters: Arrays,
    *,
    learning_rate: float = 0.01,
    epochs: int = 1,
    nudge: float = 1e-4,
) -> list[dict[str, Any]]:
    """Gradient descent whose slopes are forward differences; no calculus is needed.

    All slopes of an epoch are taken at its start, then all parameters move at once. The bias of
    forward differences moves the end of the descent by about nudge / 2.

    Parameters
    ----------
    loss_function : dict of arrays -> float
        Such as a mean over rows. For a network, `lambda _: loss(network.predict(X), y)[0]`.
    parameters : dict of str to float array
        Changed in place, such as the `weights` of a network.
    learning_rate : float, default=0.01
    epochs : int, default=1
    nudge : float, default=1e-4

    Returns
    -------
    list of dict
        For the start and after each epoch: "epoch" (0 is the start), "loss", and "parameters" and
        "slopes" there (copies).

    Raises
    ------
    TrainingFailed
        The loss is no number or 1e8 times its start: the run diverged. Names the epoch.
    """
    path: list[dict[str, Any]] = []
    for epoch in range(epochs + 1):
        with np.errstate(all="ignore"):  # what comes of it is looked at below
            loss = float(loss_function(parameters))
            if path and not loss <= _GROWTH * max(path[0]["loss"], 1.0):
                raise TrainingFailed(
                    f"by_differences(learning_rate={learning_rate}): training diverged in epoch "
                    f"{epoch}: the loss has come to {loss:.3g}. Take a smaller learning rate, or "
                    "scale the inputs to about 1."
                )
            found = slopes(loss_function, parameters, nudge)
        kept = {name: w.copy() for name, w in parameters.items()}
        path.append({"epoch": epoch, "loss": loss, "parameters": kept, "slopes": found})
        if epoch < epochs:
            for name, w in parameters.items():
                w -= learning_rate * found[name]
    return path


def check_gradients(
    layer_or_network: Layer | Network,
    x: Any,
    *,
    training: bool = False,
    nudge: float = 1e-5,
    seed: int = 0,
) -> dict[str, float]:
    """Largest relative difference between the way back and central differences, by array.

    The scalar whose slopes are compared is the sum of all outputs, each times a random number,
    plus penalties.

        |backward - difference| / largest slope of the array, largest over the array

    Parameters
    ----------
    layer_or_network : Layer or Network
    x : array (batch, ...), or tuple (layer) or mapping (network) of several inputs
        Whole numbers (codes) have no slope and are left out.
    training : bool, default=False
        Dropout, if any, draws the same mask each time; running averages are put back.
    nudge : float, default=1e-5
    seed : int, default=0
        Draws the random numbers.

    Returns
    -------
    dict of str to float
        By weight ("layer/weight" for a network) and input. Below 1e-6 all is well, above 1e-3
        something is wrong, unless an input lies within a nudge of a kink.

    Notes
    -----
    An array whose slopes are all under a thousandth of the largest of any array is measured
    against that thousandth, so that rounding does not count. Costs two walks forward a number.

    Examples
    --------
    >>> from fondo.scratch.dense import Dense
    >>> found = check_gradients(Dense(2, "tanh"), np.ones((4, 3)))
    >>> sorted(found), max(found.values()) < 1e-8
    (['bias', 'inputs', 'kernel'], True)
    """
    if isinstance(layer_or_network, Layer):
        network, rows = _alone(layer_or_network, x if isinstance(x, tuple) else (x,))
        found = check_gradients(network, rows, training=training, nudge=nudge, seed=seed)
        return {name.rpartition("/")[2]: worst for name, worst in found.items()}
    network = layer_or_network
    given = x if isinstance(x, Mapping) else {network.inputs[0]: x}
    rows = {name: np.array(array, float) for name, array in given.items()}
    random, drawn = network.layers[0].random, network.layers[0].random.bit_generator.state
    kept = [dict(layer.statistics) for layer in network.layers]

    def outputs() -> tuple[Array, ...]:
        random.bit_generator.state = drawn  # the same masks each time
        answer = network.forward(rows, training=training)
        return answer if isinstance(answer, tuple) else (answer,)

    draws = np.random.default_rng(seed)
    factors = tuple(draws.normal(size=array.shape) for array in outputs())

    def scalar(_: Arrays) -> float:
        pairs = zip(outputs(), factors, strict=True)
        return float(sum((a * c).sum() for a, c in pairs)) + network.penalty()

    backward = network.backward(factors) | network.gradients
    codes = [n for n, a in given.items() if np.issubdtype(np.asarray(a).dtype, np.integer)]
    nudged = {n: a for n, a in (network.weights | rows).items() if n not in codes}
    differences = slopes(scalar, nudged, nudge, central=True)
    for layer, statistics in zip(network.layers, kept, strict=True):
        layer.statistics.update(statistics)
    return _largest(backward, differences)


def _alone(layer: Layer, inputs: tuple[Any, ...]) -> tuple[Network, Arrays]:
    """Network of this one layer with all its inputs and outputs, and its rows."""
    names = ["inputs"] if len(inputs) == 1 else [f"inputs {k}" for k in range(len(inputs))]
    answer = layer(*(np.asarray(array, float) for array in inputs))
    outputs = [(layer.name, k) for k in range(len(answer) if isinstance(answer, tuple) else 1)]
    links = {layer.name: [(name, 0) for name in names]}
    network = Network([layer], links=links, inputs=names, outputs=outputs)
    return network, dict(zip(names, inputs, strict=True))


def _largest(backward: Arrays, differences: Arrays) -> dict[str, float]:
    """Largest difference of each array, as a share of its largest slope."""
    size = {name: max(np.abs(d).max(), 1e-300) for name, d in differences.items()}
    least = max(size.values()) / 1000
    return {
        name: float(np.abs(backward[name] - d).max() / max(size[name], least))
        for name, d in differences.items()
    }


def dead_units(network: Network, X: Any) -> dict[str, list[int]]:
    """Units behind a relu that are 0 on all rows: none of these rows can teach them anything.

    Parameters
    ----------
    network : Network
    X : array (rows, ...), or mapping of them by input name

    Returns
    -------
    dict of str to list of int
        Indices along the last axis (units, channels), by name of the layer; layers without a dead
        unit are left out, so {} says that all is well.

    Examples
    --------
    >>> from fondo.scratch.dense import Dense
    >>> network = Network([Dense(2, "relu"), Dense(1)], (1,))
    >>> network.layers[0].weights["kernel"][:] = [[1.0, -1.0]]
    >>> dead_units(network, [[1.0], [2.0]])
    {'dense': [1]}
    """
    network.predict(X)
    found = {}
    for layer in network.layers:
        if getattr(layer, "activation", None) in _RELUS:
            out = layer.seen["outputs"]
            dead = (out == 0).reshape(-1, out.shape[-1]).all(axis=0)
            found[layer.name] = np.flatnonzero(dead).tolist()
    return {name: units for name, units in found.items() if units}
