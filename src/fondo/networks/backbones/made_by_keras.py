"""Backbones that Keras itself describes; their layers carry the names of Keras' weight files."""

from collections.abc import Callable
from typing import Any

from fondo.backend import keras


def made_by_keras(function: str) -> Callable[[Any], Any]:
    """Builder of a network of `keras.applications`, without its head.

    Parameters
    ----------
    function : str
        Its name there, such as "VGG16".

    Returns
    -------
    builder : prepared pictures (batch, height, width, 3) -> maps
        For `backbone`.
    """

    def build(prepared: Any) -> Any:
        make = getattr(keras.applications, function)
        return make(include_top=False, weights=None, input_tensor=prepared).output

    return build
