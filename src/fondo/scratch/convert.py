"""A trained network, taken out of Keras or of a fondo model folder, as a network of the glass box.

Keras itself is never imported: a model is asked for its layers, their settings and their arrays.
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fondo.errors import BadParameter
from fondo.scratch.bidirectional import Bidirectional
from fondo.scratch.convolution import Conv1D, Conv2D
from fondo.scratch.dense import Activation, Dense, PReLU
from fondo.scratch.embedding import Embedding
from fondo.scratch.gru import GRU
from fondo.scratch.layer import Layer
from fondo.scratch.network import Network, Source
from fondo.scratch.normalisation import BatchNormalization, LayerNormalization
from fondo.scratch.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from fondo.scratch.recurrent import LSTM, SimpleRNN
from fondo.scratch.shaping import Add, Concatenate, Dropout, Flatten, Rescaling, Reshape
from fondo.scratch.tables import (
    CodeEmbedding,
    MemberDense,
    MemberScale,
    PeriodicEmbedding,
    PiecewiseLinearEmbedding,
)

KINDS: dict[str, type[Layer]] = {
    "Activation": Activation,
    "Add": Add,
    "AveragePooling1D": AveragePooling1D,
    "AveragePooling2D": AveragePooling2D,
    "BatchNormalization": BatchNormalization,
    "Bidirectional": Bidirectional,
    "CodeEmbedding": CodeEmbedding,
    "Concatenate": Concatenate,
    "Conv1D": Conv1D,
    "Conv2D": Conv2D,
    "Dense": Dense,
    "Dropout": Dropout,
    "ELU": Activation,
    "Embedding": Embedding,
    "Flatten": Flatten,
    "GRU": GRU,
    "GlobalAveragePooling1D": GlobalAveragePooling1D,
    "GlobalAveragePooling2D": GlobalAveragePooling2D,
    "GlobalMaxPooling1D": GlobalMaxPooling1D,
    "GlobalMaxPooling2D": GlobalMaxPooling2D,
    "LSTM": LSTM,
    "LayerNormalization": LayerNormalization,
    "LeakyReLU": Activation,
    "MaxPooling1D": MaxPooling1D,
    "MaxPooling2D": MaxPooling2D,
    "MemberDense": MemberDense,
    "MemberScale": MemberScale,
    "PReLU": PReLU,
    "PeriodicEmbedding": PeriodicEmbedding,
    "PiecewiseLinearEmbedding": PiecewiseLinearEmbedding,
    "ReLU": Activation,
    "Rescaling": Rescaling,
    "Reshape": Reshape,
    "SimpleRNN": SimpleRNN,
    "Softmax": Activation,
}
"""Layers that can be taken over, by their name in Keras or in `fondo.layers`."""


def from_model(model: Any) -> Network:
    """Network of the glass box with the layers and weights of a trained one.

    Parameters
    ----------
    model : path of a fondo model folder, fitted task, or built keras.Model
        Of a chain (Sequential) or a graph (functional) of layers in `KINDS`.

    Returns
    -------
    network : Network
        Answers as the model does, in float64; the layers keep their names.

    Raises
    ------
    BadParameter
        Layers that the glass box does not know, all of them by name; or no such model.
    ModelFolderError
        The folder is damaged or no model folder.

    Examples
    --------
    >>> from fondo.backend import keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    >>> model.set_weights([np.array([[2.0], [3.0]])])
    >>> from_model(model).predict([[1.0, 10.0]])
    array([[32.]])
    """
    if isinstance(model, str | Path):
        model = importlib.import_module("fondo").load(model)  # asked for by the front door only
    model = getattr(model, "network_", model)
    if not hasattr(model, "get_config") or not getattr(model, "layers", None):
        raise BadParameter(
            f"from_model({type(model).__name__}): model must be a model folder, a fitted task or a "
            "built keras.Model."
        )
    _refuse_unknown(model)
    config = model.get_config()
    if "input_layers" in config:
        return _graph(model, config)
    names = [_name(layer) for layer in model.layers if _kind(layer) != "InputLayer"]
    layers = [_taken(model.get_layer(name)) for name in names]
    return Network(layers, _shape_of_row(model))


def _graph(model: Any, config: Mapping[str, Any]) -> Network:
    """Network of a functional model: who takes what is written in its configuration."""
    entries = config["layers"]
    inputs = [e["config"]["name"] for e in entries if e["class_name"] == "InputLayer"]
    layers, links = [], {}
    for entry in entries:
        name = entry["config"]["name"]
        if name in inputs:
            continue
        if len(entry["inbound_nodes"]) != 1:
            raise BadParameter(
                f"from_model: the layer {name!r} is called {len(entry['inbound_nodes'])} times. "
                "The glass box keeps what a layer saw, so it takes layers that are called once."
            )
        if entry["inbound_nodes"][0].get("kwargs", {}).get("mask") is not None:
            raise BadParameter(f"from_model: the layer {name!r} takes a mask. Leave it out.")
        links[name] = [_source(tensor) for tensor in _tensors(entry["inbound_nodes"])]
        layers.append(_taken(model.get_layer(name)))
    outputs = [(entry[0], int(entry[2])) for entry in _histories(config["output_layers"])]
    return Network(_in_order(layers, links, inputs), links=links, inputs=inputs, outputs=outputs)


def _taken(layer: Any) -> Layer:
    """One layer of Keras as ours."""
    config = {**layer.get_config(), "class_name": _kind(layer)}
    arrays: dict[str, Any] = _arrays(layer)
    if hasattr(layer, "forward_layer"):  # a bidirectional one holds two of the same names
        arrays = {
            "forward": _arrays(layer.forward_layer),
            "backward": _arrays(layer.backward_layer),
        }
    return KINDS[_kind(layer)].read(config, arrays)


def _arrays(layer: Any) -> dict[str, Any]:
    return {variable.name: np.array(variable.value) for variable in layer.weights}


def _kind(layer: Any) -> str:
    return type(layer).__name__


def _name(layer: Any) -> str:
    return str(layer.name)


def _refuse_unknown(model: Any) -> None:
    """One error that names every layer which cannot be taken over."""
    known = {*KINDS, "InputLayer"}
    wrong = [f"{_name(x)!r} ({_kind(x)})" for x in model.layers if _kind(x) not in known]
    if wrong:
        raise BadParameter(
            f"from_model: the glass box does not know {', '.join(wrong)}. "
            f"It knows {', '.join(sorted(KINDS))}."
        )


def _shape_of_row(model: Any) -> tuple[int, ...] | None:
    """Shape that a chain takes, without the batch; None where an axis is open."""
    shape = tuple(model.inputs[0].shape[1:])
    return None if None in shape else shape


def _tensors(node: Any) -> Iterator[Any]:
    """Tensors in the arguments of a call, as Keras writes them down."""
    if isinstance(node, Mapping):
        if node.get("class_name") == "__keras_tensor__":
            yield node
            return
        last = "initial_state"  # comes after the steps, wherever it stood in the call
        node = [node[key] for key in sorted(node, key=last.__eq__)]
    if isinstance(node, list | tuple):
        for part in node:
            yield from _tensors(part)


def _source(tensor: Mapping[str, Any]) -> Source:
    name, _, index = tensor["config"]["keras_history"]
    return str(name), int(index)


def _histories(node: Any) -> Iterator[Sequence[Any]]:
    """Entries [layer, node, tensor] of any nesting."""
    if isinstance(node, Mapping):
        node = list(node.values())
    if node and isinstance(node[0], str):
        yield node
        return
    for part in node:
        yield from _histories(part)


def _in_order(
    layers: list[Layer], links: Mapping[str, Sequence[Source]], inputs: Sequence[str]
) -> list[Layer]:
    """Layers so sorted that each comes after what it takes."""
    ready, sorted_, left = set(inputs), [], list(layers)
    while left:
        free = [x for x in left if all(name in ready for name, _ in links[x.name])]
        sorted_ += free
        ready |= {x.name for x in free}
        left = [x for x in left if x not in free]
    return sorted_
