"""A network of layers walked through one by one, so that each can be read or changed on the way.

Pictures enter as float32 whatever the network's input says: whole numbers have no gradient.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.backend import jax, jnp, keras
from fondo.engine.programs import programs
from fondo.engine.signatures import network_signature
from fondo.engine.step import rows_at_a_time
from fondo.errors import BadData, BadParameter, did_you_mean

Array = np.ndarray[Any, Any]
Tap = Callable[[int, Any], Any]
"""(number of the layer, its output) -> what goes on in place of the output."""

ROWS = 32  # pictures of one program: a handful and many share it, since compiling takes longest


@dataclass(frozen=True)
class LayerFacts:
    """One layer of a network.

    Attributes
    ----------
    index : int
        Its place on the way through the network, counted from 0; inputs are not counted.
    name : str
        With the name of the network that it lies in, if any: "head/dense".
    kind : str
        Class of the layer.
    shape : tuple of int
        Of its output for one picture.
    inputs : tuple of int
        Numbers of the layers whose outputs enter it; -1 is what enters the network.
    """

    index: int
    name: str
    kind: str
    shape: tuple[int, ...]
    inputs: tuple[int, ...]


def layers(network: Any) -> list[LayerFacts]:
    """Every layer of a network, nested ones too, in the order in which they compute.

    Parameters
    ----------
    network : keras.Model, built
        Chain or graph of layers; (batch, height, width, channels) -> (batch, outputs).

    Returns
    -------
    layers : list of LayerFacts
        A layer that is used twice stands there twice.

    Raises
    ------
    BadParameter
        The network is no chain or graph, so its layers cannot be told apart.
    """
    found: list[LayerFacts] = []
    for index, (name, layer, shape, inputs) in enumerate(_visits(network)):
        found.append(LayerFacts(index, name, type(layer).__name__, shape, inputs))
    return found


def find_layer(network: Any, layer: str | int, owner: str) -> LayerFacts:
    """Layer of a network by its name or its number.

    Parameters
    ----------
    network : keras.Model, built
        Chain or graph of layers.
    layer : str or int
        Name, with or without that of the network it lies in; or number as `layers` counts, from
        the end where negative.
    owner : str
        Function that was asked, for messages.

    Raises
    ------
    BadParameter
        There is no such layer.
    """
    known = layers(network)
    text = str(layer)
    if isinstance(layer, int) or text.lstrip("-").isdigit():
        number = int(layer)
        if -len(known) <= number < len(known):
            return known[number]
        raise BadParameter(
            f"{owner}(layer={layer}): layers are counted from 0 to {len(known) - 1}. "
            "Choose one of them, or give a name."
        )
    named = [facts for facts in known if text in (facts.name, facts.name.rpartition("/")[2])]
    if not named:
        raise BadParameter(
            f"{owner}(layer={text!r}): the network has no such layer. "
            f"{did_you_mean(text, [facts.name for facts in known])}"
        )
    return named[0]


def kernel_of(network: Any, facts: LayerFacts) -> Array | None:
    """Kernel of a layer, None where it has none."""
    layer = _visits(network)[facts.index][1]
    kernel = getattr(layer, "kernel", None)
    return None if kernel is None else np.asarray(kernel)


def has_layers(network: Any) -> bool:
    """Whether a network is a chain or graph, whose layers can be told apart."""
    return _graph(network) is not None


def is_convolution(network: Any, facts: LayerFacts) -> bool:
    """Whether a layer slides kernels over its input."""
    return facts.kind.endswith(("Conv2D", "Conv2DTranspose")) and len(facts.shape) == 3


def multiplications(network: Any) -> int:
    """Products that one picture takes on its way, those of kernels alone: what asking costs.

    Parameters
    ----------
    network : keras.Model, built
        One that is no chain or graph counts each weight once.
    """
    if _graph(network) is None:
        return int(network.count_params())
    total = 0
    for _, layer, shape, _ in _visits(network):
        kernel = getattr(layer, "kernel", None)
        places = math.prod(n or 1 for n in shape[:-1])
        total += 0 if kernel is None else math.prod(kernel.shape) * places
    return total


def walk(network: Any, weights: Any, pictures: Any, tap: Tap | None = None) -> Any:
    """Outputs of a network, with a look at each layer; pure, in `jax.numpy`.

    Parameters
    ----------
    network : keras.Model, built
        Dropout is off and batch statistics are at rest.
    weights : (list of array, list of array)
        Values of its trainable and other variables, as `weights_of` gives them.
    pictures : float array (batch, height, width, channels)
        0 to 255.
    tap : callable or None, default=None
        Asked of every layer in turn; None changes nothing.

    Returns
    -------
    outputs : array (batch, ...)
    """
    graph = _graph(network)
    if graph is None:
        return network.stateless_call(*weights, pictures, training=False)[0]
    variables = [*network.trainable_variables, *network.non_trainable_variables]
    values = [*weights[0], *weights[1]]
    with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
        return _run(graph, [pictures], _Counter(tap))


def weights_of(network: Any) -> tuple[list[Any], list[Any]]:
    """Values of the trainable and the other variables of a network."""
    return (
        [variable.value for variable in network.trainable_variables],
        [variable.value for variable in network.non_trainable_variables],
    )


def picked(outputs: Any, choice: Any) -> Any:
    """The chosen output of each picture (batch,); of one output, 1 is itself and 0 its negative."""
    if outputs.shape[-1] == 1:
        return outputs[:, 0] * (2 * choice - 1)
    return jnp.take_along_axis(outputs, choice[:, None], axis=-1)[:, 0]


def check_pictures(pictures: Any, owner: str) -> Array:
    """Pictures as an array (n, height, width, channels) of at least one; BadData if they are not.

    Bytes stay bytes, all else becomes float32.
    """
    array = np.asarray(pictures)
    if array.ndim != 4 or len(array) == 0:
        raise BadData(
            f"{owner}(pictures): they must be an array (n, height, width, channels) of at least "
            f"one picture. Found shape {array.shape}."
        )
    return array if array.dtype == np.uint8 else array.astype(np.float32)


def check_choice(network: Any, choice: Any, n_rows: int, owner: str) -> Array:
    """Chosen output of each picture as int32 (n,); BadParameter where there is no such output."""
    # a network without a graph does not say how many outputs it has
    count = max(int(network.output_shape[-1]), 2) if has_layers(network) else 1 << 31
    array = np.asarray(choice)
    whole = array.dtype.kind in "iu" and array.ndim <= 1 and array.size in (1, n_rows)
    if not whole or array.min() < 0 or array.max() >= count:
        raise BadParameter(
            f"{owner}(choice): choice must be a whole number from 0 to {count - 1}, one for all "
            f"pictures or one for each of the {n_rows}. Give the number of an output."
        )
    return np.broadcast_to(array.astype(np.int32).reshape(-1), (n_rows,)).copy()


def in_blocks(
    network: Any,
    name: str,
    function: Callable[..., Any],
    *arrays: Array,
) -> Any:
    """Results of a function of some rows at a time, in one compiled program.

    Parameters
    ----------
    network : keras.Model, built
        Its signature tells programs apart.
    name : str
        What is computed; equal names compute the same for networks of one signature.
    function : callable (weights, *rows) -> tree of array (rows, ...)
        Pure, in `jax.numpy`.
    *arrays : array (n, ...)
        At least one row each.

    Returns
    -------
    results : tree of array (n, ...)
    """
    n_rows, weights = len(arrays[0]), weights_of(network)
    rows = rows_at_a_time(network, ROWS)
    signature, parts = network_signature(network), []
    for start in range(0, n_rows, rows):
        block = [_filled(array[start : start + rows], rows) for array in arrays]
        program = programs.get(f"pictures: {name}", signature, function, weights, *block)
        parts.append(jax.tree.map(np.asarray, program(weights, *block)))
    return jax.tree.map(lambda *pieces: np.concatenate(pieces)[:n_rows], *parts)


def _filled(part: Array, rows: int) -> Array:
    missing = rows - len(part)
    return np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]) if missing else part


class _Counter:
    """Numbers the layers on the way and asks the tap of each."""

    def __init__(self, tap: Tap | None) -> None:
        self._tap, self._next = tap, 0

    def __call__(self, output: Any) -> Any:
        number, self._next = self._next, self._next + 1
        return output if self._tap is None else self._tap(number, output)


def _graph(network: Any) -> Any:
    """The graph of a model, or of the chain in it; None where it has none."""
    inside = getattr(network, "_functional", network)  # of a `keras.Sequential`
    return inside if hasattr(inside, "_run_through_graph") else None


def _run(graph: Any, inputs: list[Any], counter: _Counter) -> Any:
    def visited(operation: Any) -> Callable[..., Any]:
        inner = _graph(operation)

        def call(*args: Any, **kwargs: Any) -> Any:
            if inner is not None:
                return _run(inner, jax.tree.leaves(args), counter)
            return counter(operation(*args, **kwargs))

        return call

    found = graph._run_through_graph(inputs, operation_fn=visited)  # keras has no public walk
    return found[0] if isinstance(found, list | tuple) and len(found) == 1 else found


def _visits(network: Any) -> list[tuple[str, Any, tuple[int, ...], tuple[int, ...]]]:
    """Name, layer, output shape and numbers of what enters, of each step of the walk in order."""
    graph = _graph(network)
    if graph is None:
        raise BadParameter(
            f"layers(network={network.name!r}): the network must be a chain or a graph of layers, "
            "so that its layers are known. Build it with keras.Sequential or keras.Model."
        )
    found: list[tuple[str, Any, tuple[int, ...], tuple[int, ...]]] = []
    makers = {id(tensor): -1 for tensor in graph.inputs}  # of each tensor, the number of the step
    alive: list[Any] = []  # the tensors, lest an id be given away again

    def through(graph: Any, prefix: str, inputs: list[Any]) -> Any:
        def visited(operation: Any) -> Callable[..., Any]:
            inner = _graph(operation)

            def call(*args: Any, **kwargs: Any) -> Any:
                if inner is not None:
                    return through(inner, f"{prefix}{operation.name}/", jax.tree.leaves(args))
                output = operation.compute_output_spec(*args, **kwargs)
                leaves = jax.tree.leaves(output)
                shape = tuple(leaves[0].shape[1:]) if leaves else ()
                entered = [id(leaf) for leaf in jax.tree.leaves((args, kwargs))]
                inputs = tuple(sorted({makers[each] for each in entered if each in makers}))
                makers.update({id(leaf): len(found) for leaf in leaves})
                alive.extend(leaves)
                found.append((prefix + operation.name, operation, shape, inputs))
                return output

            return call

        outputs = graph._run_through_graph(inputs, operation_fn=visited)
        return outputs[0] if isinstance(outputs, list | tuple) and len(outputs) == 1 else outputs

    through(graph, "", list(graph.inputs))
    return found
