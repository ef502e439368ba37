"""Outputs of a network for many rows, and its weights as plain arrays.

Turning outputs into labels, prices or sentences is the task's work.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fondo.backend import jax
from fondo.engine.examples import Array, count_rows, named_inputs
from fondo.engine.programs import programs
from fondo.engine.signatures import network_signature
from fondo.engine.step import call_argument, rows_at_a_time
from fondo.errors import BadParameter

_LEAST_ROWS = 64  # fewer are filled up to it: a single row and a handful share one program


def predict(
    network: Any,
    inputs: Mapping[str, Array] | Array,
    batch_size: int = 4096,
    state: Mapping[str, Any] | None = None,
) -> Any:
    """What the network says of each row, with dropout off and batch statistics at rest.

    Parameters
    ----------
    network : keras.Model, built
        Its own weights are used, unless `state` gives others.
    inputs : mapping of str to array (rows, ...), or one array (rows, ...)
        At least one row.
    batch_size : int, at least 1, default=4096
        Most rows computed at once; fewer where the network's layers are large.
    state : mapping or None, default=None
        Weights to use instead, as an `Outcome` has them; the network keeps its own.

    Returns
    -------
    outputs : float array (rows, ...), or the network's own tree of such arrays
        One entry a row, in order.

    Notes
    -----
    Rows are filled up to 64, 256, 1024, ... so that few programs are ever compiled; networks of
    one signature share them.
    """
    named = named_inputs(inputs)
    n_rows = count_rows(named)
    most, rows = rows_at_a_time(network, batch_size), _LEAST_ROWS
    while rows < min(n_rows, most):
        rows *= 4
    rows = min(rows, most)
    if state is None:
        variables = {
            "trainable": network.trainable_variables,
            "non_trainable": network.non_trainable_variables,
        }
        state = {part: [v.value for v in found] for part, found in variables.items()}
    weights = [state["trainable"], state["non_trainable"]]

    def forward(weights: Any, block: Any) -> Any:
        return network.stateless_call(*weights, call_argument(network, block), training=False)[0]

    signature, parts = network_signature(network), []
    for start in range(0, n_rows, rows):
        block = {name: _block(array, start, rows) for name, array in named.items()}
        program = programs.get("predict", signature, forward, weights, block)
        parts.append(program(weights, block))
    return jax.tree.map(lambda *pieces: np.concatenate(pieces)[:n_rows], *parts)


def network_state(network: Any) -> dict[str, list[Array]]:
    """Weights of a network as {"trainable": [...], "non_trainable": [...]}, in Keras' order."""
    return {
        "trainable": [np.array(v.value) for v in network.trainable_variables],
        "non_trainable": [np.array(v.value) for v in network.non_trainable_variables],
    }


def set_state(network: Any, state: Mapping[str, Any]) -> None:
    """Write weights, as `network_state` or an `Outcome` gives them, into the network.

    Raises
    ------
    BadParameter
        The state belongs to a network of other shapes; the network is left as it was.
    """
    parts = {
        "trainable": network.trainable_variables,
        "non_trainable": network.non_trainable_variables,
    }
    for part, variables in parts.items():
        found = [tuple(np.shape(array)) for array in state.get(part, [])]
        wanted = [tuple(variable.shape) for variable in variables]
        if found != wanted:
            raise BadParameter(
                f"set_state(state): {part} weights must have shapes {wanted}, as the network has. "
                f"Found {found}."
            )
    for part, variables in parts.items():
        for variable, array in zip(variables, state[part], strict=True):
            variable.assign(array)


def _block(array: Array, start: int, rows: int) -> Array:
    """Rows from `start` on, the last one repeated where there are too few."""
    part = array[start : start + rows]
    missing = rows - len(part)
    if missing == 0:
        return np.ascontiguousarray(part)
    return np.concatenate([part, np.repeat(part[-1:], missing, axis=0)])
