"""From the name of a backbone to a network: pictures in, maps out, preparation inside."""

from pathlib import Path
from typing import Any

from fondo.backend import keras
from fondo.errors import BadParameter, did_you_mean
from fondo.layers.preparation import MODES, Prepare
from fondo.networks.backbones.catalogue import BACKBONES, BackboneFacts
from fondo.networks.backbones.start import started
from fondo.networks.backbones.weights import load_weights


def backbone(
    name: str, shape: tuple[int, int, int], weights: Path | None = None, seed: int = 0
) -> Any:
    """Network that turns pictures into maps of features, without a head.

    Parameters
    ----------
    name : str
        One of `BACKBONES`.
    shape : (height, width, channels)
        Of the pictures; channels are 1, grey, or 3: red, green, blue.
    weights : path or None, default=None
        File of weights, see `load_weights`; None draws them.
    seed : int, default=0
        Draws weights.

    Returns
    -------
    keras.Model
        Takes uint8 "pictures" (batch, height, width, channels), 0 to 255; returns float32 maps
        (batch, rows, columns, channels of the facts).

    Raises
    ------
    BadParameter
        An unknown name, pictures that are too small or have other channels.
    BadData
        The file is damaged, or has the weights of another network.

    Examples
    --------
    >>> backbone("squeezenet", (64, 64, 1)).output_shape
    (None, 3, 3, 512)
    """
    facts = facts_of(name)
    _check(name, facts, shape)

    def make() -> Any:
        pictures = keras.Input(shape, name="pictures")  # bytes become float32 as they enter
        prepared = Prepare(**MODES[facts.preparation], name="prepared")(pictures)
        return keras.Model(pictures, facts.builder(prepared), name=name)

    model = started(make, seed if weights is None else None)
    if weights is not None:
        load_weights(model, name, weights)
    return model


def facts_of(name: str) -> BackboneFacts:
    """Facts of the backbone of this name; BadParameter where there is none."""
    if name not in BACKBONES:
        raise BadParameter(
            f"backbone(name={name!r}): must be one of the backbones. "
            f"{did_you_mean(name, BACKBONES)}"
        )
    return BACKBONES[name]


def _check(name: str, facts: BackboneFacts, shape: tuple[int, int, int]) -> None:
    height, width, channels = shape
    if channels not in (1, 3):
        raise BadParameter(
            f"backbone(shape={tuple(shape)}): pictures of {name} must have 1 channel (grey) or 3 "
            "(red, green, blue). Convert them first."
        )
    if min(height, width) < facts.smallest:
        raise BadParameter(
            f"backbone(shape={tuple(shape)}): pictures of {name} must have at least "
            f"{facts.smallest} pixels a side. Enlarge them, or choose another backbone."
        )
