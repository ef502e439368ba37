"""Weights of backbones from files: whose layout it is, and whether they are this network's.

How the bytes of each kind of file are read is in `keras_files` and `torch_files`.
"""

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from fondo.errors import BadData
from fondo.networks.backbones.catalogue import BACKBONES
from fondo.networks.backbones.keras_files import read_keras
from fondo.networks.backbones.stored import Array, Shapes, Stored, damaged
from fondo.networks.backbones.torch_files import read_torch

HDF5, ZIP, PICKLE = b"\x89HDF", b"PK\x03\x04", b"\x80"
MAKERS = {
    "keras": "Keras (.h5)",
    "torch": "torch (.pth or .pt)",
}
PASSED_OVER = "normalization"  # a layer of EfficientNet in Keras; `Prepare` has its numbers


def load_weights(model: Any, name: str, path: str | os.PathLike[str]) -> None:
    """Give a backbone the weights of a file. Nothing of the file is executed.

    Parameters
    ----------
    model : keras.Model
        As `backbone` gives.
    name : str
        One of `BACKBONES`.
    path : path
        HDF5 of Keras, also of its older layout, or a state dict of torch, as the facts of the
        backbone say; or safetensors with the names that `weight_names` gives. A classifier at the
        end of the file is left out.

    Raises
    ------
    BadData
        No such file, not a file of weights, damaged, or the weights of another network; says
        which shape differs first. The model is unchanged then.
    """
    source = os.fspath(path)
    layers = [layer for layer in model.layers if layer.weights]
    found = _read(source, name, layers)
    values: list[tuple[Any, Array]] = []
    for number, layer in enumerate(layers):
        stored, arrays = found[number] if number < len(found) else ("", [])
        wanted = [tuple(weight.shape) for weight in layer.weights]
        _check(source, name, (layer.name, wanted), (stored, [array.shape for array in arrays]))
        values += zip(layer.weights, arrays, strict=True)
    _check_rest(source, name, found[len(layers) :])
    for weight, array in values:
        weight.assign(np.asarray(array, weight.dtype))


def weight_names(model: Any) -> list[str]:
    """Names of a backbone's weights in safetensors, in the order of `model.weights`.

    Parameters
    ----------
    model : keras.Model
        As `backbone` gives.

    Returns
    -------
    names : list of str
        Place of the layer among those with weights, and name of the weight: "007.kernel".
    """
    layers = [layer for layer in model.layers if layer.weights]
    return [f"{k:03d}.{weight.name}" for k, layer in enumerate(layers) for weight in layer.weights]


def _read(source: str, name: str, layers: list[Any]) -> Stored:
    """Layers of a file and their weights, in order."""
    try:
        with Path(source).open("rb") as file:
            head = file.read(16)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadData(
            f"{source}: could not be read ({reason}). Check the name and the rights."
        ) from error
    layout = BACKBONES[name].layout
    if head[8:9] == b"{":
        return _read_safetensors(source, layers)
    maker = "keras" if head.startswith(HDF5) else "torch"
    if not head.startswith((HDF5, ZIP, PICKLE)):
        raise BadData(
            f"{source}: must be a file of weights: of {MAKERS[layout]}, or safetensors. "
            "Give another file."
        )
    if maker != layout:
        count = BACKBONES[name].parameters
        other = [n for n, facts in BACKBONES.items() if facts.parameters == count and n != name]
        instead = f", or name the backbone '{other[0]}'" if other else ""
        raise BadData(
            f"{source}: weights of '{name}' must be a file of {MAKERS[layout]}; this one is of "
            f"{MAKERS[maker]}, whose networks see pictures prepared in another way. "
            f"Give another file{instead}."
        )
    if maker == "torch":
        found = itertools.zip_longest(read_torch(source), layers)
        return [_oriented(pair, layer) for pair, layer in found if pair]
    classes = [type(layer).__name__ for layer in layers]
    return [pair for pair in read_keras(source, classes) if not pair[0].startswith(PASSED_OVER)]


def _read_safetensors(source: str, layers: list[Any]) -> Stored:
    try:
        arrays = safetensors.numpy.load_file(source)
    except (
        safetensors.SafetensorError,
        ArithmeticError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
    ) as error:
        raise damaged(source, error) from error
    wanted = [[f"{k:03d}.{w.name}" for w in layer.weights] for k, layer in enumerate(layers)]
    missing = [name for names in wanted for name in names if name not in arrays]
    if missing:
        raise BadData(
            f"{source}: must have weights named as `weight_names` says; '{missing[0]}' is missing. "
            "Give another file."
        )
    return [(names[0], [arrays[name] for name in names]) for names in wanted]


def _oriented(stored: tuple[str, list[Array]], layer: Any) -> tuple[str, list[Array]]:
    """Weights of torch as the layer of Keras has them.

    A kernel (out, in, rows, columns) becomes (rows, columns, in, out); one that sees each channel
    by itself, (channels, 1, rows, columns), becomes (rows, columns, channels, 1).
    """
    alone = "Depthwise" in type(layer).__name__
    axes = (2, 3, 0, 1) if alone else (2, 3, 1, 0)
    return stored[0], [a.transpose(axes) if a.ndim == 4 else a for a in stored[1]]


def _check(source: str, name: str, wanted: tuple[str, Shapes], found: tuple[str, Shapes]) -> None:
    if wanted[1] == found[1]:
        return
    pairs = itertools.zip_longest(wanted[1], found[1], fillvalue=())
    first = next(pair for pair in pairs if pair[0] != pair[1])
    has = f"has {first[1]} in '{found[0]}'" if found[0] else "ends before it"
    raise BadData(
        f"{source}: must hold weights of '{name}'; they are those of another network: its layer "
        f"'{wanted[0]}' has the shape {first[0]}, the file {has}. Give the file of '{name}'."
    )


def _check_rest(source: str, name: str, rest: Stored) -> None:
    """Whether what the file has besides is a classifier: dense, or a last convolution of 1 x 1."""
    for stored, arrays in rest:
        most = max(arrays, key=lambda array: array.ndim)
        last = len(rest) == 1 and most.ndim == 4 and most.shape[:2] == (1, 1)
        if most.ndim != 2 and not last:
            raise BadData(
                f"{source}: must hold weights of '{name}'; they are those of another network: "
                f"'{stored}' of shape {most.shape} is left over. Give the file of '{name}'."
            )
