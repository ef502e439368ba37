"""A network with layers of ours as one of Keras' own layers, to be taken away."""

from typing import Any

from fondo.backend import keras


def in_keras_alone(network: Any) -> Any:
    """Copy of a network in which layers that only compute faster are those of Keras.

    Parameters
    ----------
    network : keras.Model, built
        Sequential or functional.

    Returns
    -------
    copy : keras.Model
        Same names, same weights, not compiled. Saved as a `.keras` file it is read by Keras without
        fondo, unless there are layers in it that Keras lacks; these stay as they are.

    Examples
    --------
    >>> from fondo.layers.convolution import Conv2D
    >>> network = keras.Sequential([keras.Input((5, 5, 1)), Conv2D(2, 3)])
    >>> type(in_keras_alone(network).layers[0]) is keras.layers.Conv2D
    True
    """
    copy = keras.models.clone_model(network, clone_function=_in_keras)
    for new, old in zip(copy.weights, network.weights, strict=True):
        new.assign(old.value)
    return copy


def _in_keras(layer: Any) -> Any:
    """The layer anew, of the Keras class of the same name that it is made from, if any."""
    name = type(layer).__name__
    kinds = [k for k in type(layer).__mro__ if k.__name__ == name and k.__module__ != __name__]
    known = [kind for kind in kinds if kind is getattr(keras.layers, name, None)]
    return (known or [type(layer)])[0].from_config(layer.get_config())
