"""Keras' files of weights in HDF5: the older layout with names in attributes, and that of Keras 3.

Only numbers are read; the description of the network that such a file may have is not looked at.
"""

from collections import Counter
from typing import Any

import numpy as np

from fondo.networks.backbones.stored import Array, Stored, damaged

LARGEST = 1 << 29  # numbers in one array; more is no backbone's
# How Keras 3 names layers in its files: by class, numbered
KEYS = {
    "Conv2D": "conv2d",
    "DepthwiseConv2D": "depthwise_conv2d",
    "BatchNormalization": "batch_normalization",
    "Dense": "dense",
}


def read_keras(source: str, classes: list[str]) -> Stored:
    """Layers of a file of Keras and their weights, in order.

    Parameters
    ----------
    source : str
        The file.
    classes : list of str
        Of the network's layers with weights, in order: a file of Keras 3 does not tell it.

    Returns
    -------
    stored : list of (name, arrays)
        Layers without weights left out.

    Raises
    ------
    BadData
        Damaged, or no weights of Keras.
    """
    import h5py  # it comes with Keras; not needed until now

    try:
        with h5py.File(source, "r") as file:
            root = file.get("model_weights", file)  # a whole network has its weights inside
            if "layers" in root and "layer_names" not in root.attrs:
                return _of_keras_3(root["layers"], classes)
            return _older(root)
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, AttributeError) as error:
        raise damaged(source, error) from error


def _older(root: Any) -> Stored:
    """Layers by the attributes that name them and their weights, in order."""
    found = [
        (layer, [_numbers(root[layer][name]) for name in _names(root[layer], "weight_names")])
        for layer in _names(root, "layer_names")
    ]
    return [(layer, arrays) for layer, arrays in found if arrays]


def _of_keras_3(layers: Any, classes: list[str]) -> Stored:
    """Layers in the order of `classes`, then those that are left over."""
    seen: Counter[str] = Counter()
    order = []
    for name in classes:
        key = KEYS[name]
        order.append(f"{key}_{seen[key]}" if seen[key] else key)
        seen[key] += 1
    rest = sorted(set(layers) - set(order))
    found = [(name, _variables(layers[name])) for name in [*order, *rest] if name in layers]
    return [(name, arrays) for name, arrays in found if arrays]


def _variables(layer: Any) -> list[Array]:
    kept = layer.get("vars", {})
    return [_numbers(kept[key]) for key in sorted(kept, key=int)]


def _names(group: Any, attribute: str) -> list[str]:
    """Names in an attribute; long lists are in several, numbered ones."""
    if attribute in group.attrs:
        parts = [group.attrs[attribute]]
    else:
        parts = [group.attrs[f"{attribute}0"]]
        while f"{attribute}{len(parts)}" in group.attrs:
            parts.append(group.attrs[f"{attribute}{len(parts)}"])
    names = [name for part in parts for name in part]
    return [name.decode("utf-8") if isinstance(name, bytes) else str(name) for name in names]


def _numbers(dataset: Any) -> Array:
    if dataset.dtype.kind not in "fiu" or dataset.size > LARGEST:
        raise ValueError(f"{dataset.name} are no weights")
    return np.asarray(dataset[()])
