"""What the fast engine computes inside a network: outputs of every layer, gradients of weights.

The glass box computes the same on its own; this is what it is compared with.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fondo.backend import jax, jnp, keras

Array = np.ndarray[Any, Any]

LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "mean_squared_error": lambda t, p: ((p - t.reshape(p.shape)) ** 2).mean(),
    "mean_absolute_error": lambda t, p: jnp.abs(p - t.reshape(p.shape)).mean(),
    "binary_cross_entropy": lambda t, p: keras.losses.binary_crossentropy(
        t.reshape(p.shape), p
    ).mean(),
    "binary_cross_entropy_of_logits": lambda t, p: keras.losses.binary_crossentropy(
        t.reshape(p.shape), p, from_logits=True
    ).mean(),
    "categorical_cross_entropy": lambda t, p: -jnp.log(_picked(t, p)).mean(),
    "cross_entropy_of_logits": lambda t, p: -_picked(t, jax.nn.log_softmax(p)).mean(),
}
"""Losses by the names of the glass box: functions of (target, outputs)."""


def layer_outputs(network: Any, rows: Mapping[str, Any] | Any) -> dict[str, tuple[Array, ...]]:
    """Outputs of every layer for some rows, dropout off; by the name of the layer.

    Parameters
    ----------
    network : keras.Model, built
        A chain or a graph of layers.
    rows : array (batch, ...) or mapping by input name
    """
    layers = [layer for layer in network.layers if type(layer).__name__ != "InputLayer"]
    inside = keras.Model(_form(network), [layer.output for layer in layers])
    found = inside(_as_called(network, rows), training=False)
    found = list(found) if isinstance(found, list | tuple) else [found]
    return {
        layer.name: tuple(np.asarray(part) for part in jax.tree.leaves(parts))
        for layer, parts in zip(layers, found, strict=True)
    }


def weight_gradients(
    network: Any, rows: Mapping[str, Any], loss: Callable[[Any], Any]
) -> tuple[float, dict[str, list[Array]]]:
    """Loss with penalties, and its gradient by each weight, listed by layer in Keras' order.

    Parameters
    ----------
    network : keras.Model, built
    rows : mapping of array (batch, ...) by input name
    loss : function of the outputs
        Scalar, in `jax.numpy`.
    """
    trained = [variable.value for variable in network.trainable_variables]
    fixed = [variable.value for variable in network.non_trainable_variables]
    called = _as_called(network, rows)

    def scalar(trained: Any) -> Any:
        outputs, _, penalties = network.stateless_call(
            trained, fixed, called, training=False, return_losses=True
        )
        return loss(outputs) + sum(penalties)

    value, gradients = jax.value_and_grad(scalar)(trained)
    places = {id(variable): k for k, variable in enumerate(network.trainable_variables)}
    return float(value), {
        layer.name: [np.asarray(gradients[places[id(v)]]) for v in layer.trainable_variables]
        for layer in network.layers
    }


def largest_output(outputs: Any) -> Any:
    """Sum over rows of the largest number that the network answers."""
    first = jax.tree.leaves(outputs)[0]
    return first.reshape(len(first), -1).max(axis=1).sum()


def _form(network: Any) -> Any:
    """Inputs as the network is called with them: a tensor, a list or a dict of them."""
    try:
        return network.input
    except AttributeError:  # a chain that was never called
        return network.inputs


def _as_called(network: Any, rows: Mapping[str, Any] | Any) -> Any:
    """Rows in the form and the types that the network is called with."""
    wanted = _form(network)
    if not isinstance(rows, Mapping):
        rows = {"inputs": rows}
    if isinstance(wanted, dict):
        return {name: jnp.asarray(rows[name], x.dtype) for name, x in wanted.items()}
    if isinstance(wanted, list | tuple) and len(wanted) > 1:
        names = [entry[0] for entry in network.get_config()["input_layers"]]
        return [jnp.asarray(rows[name], x.dtype) for name, x in zip(names, wanted, strict=True)]
    only = wanted[0] if isinstance(wanted, list | tuple) else wanted
    return jnp.asarray(next(iter(rows.values())), only.dtype)


def _picked(target: Any, values: Any) -> Any:
    """Value at the true class of each row; targets are classes."""
    codes = target.reshape(values.shape[:-1]).astype(jnp.int32)
    return jnp.take_along_axis(values, codes[..., None], axis=-1)[..., 0]
