"""How pictures are changed at random in training: a group of settings, and a sheet of examples.

The changes themselves are made on the device, in `layers.augment`.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sklearn.base import BaseEstimator

from fondo.contracts import Choice, Contract, Either, Listed, Nothing, Real, Whole
from fondo.contracts import fraction as share
from fondo.layers.augment import Changes


class Augment(BaseEstimator):  # type: ignore[misc]
    """Random changes of each training picture, drawn anew in every epoch; never of others.

    Choose changes that leave the answer as it is: a photograph may be flipped, a digit may not.
    All of them at 0 is none.

    Parameters
    ----------
    flip : {"none", "horizontal", "vertical", "both"}, default="none"
        Axis along which every other picture is mirrored.
    shift : float in [0, 1), default=0.08
        Most that a picture moves along each axis, as a share of height and width.
    rotation : float, default=8
        Most that it turns either way. Degrees.
    zoom : float in [0, 1), default=0.1
        Most that it grows or shrinks, as a share.
    shear : float, default=0
        Most that it leans either way. Degrees.
    crop : float in [0, 1), default=0
        Most of its height and width that is cut off, the rest filling the frame.
    brightness, contrast : float in [0, 1), default=0.1
        Most that a picture grows lighter or darker, as a share of its own brightness; most that
        differences from its mean are stretched or shrunk.
    blur : float in [0, 1), default=0
        Largest standard deviation of a Gaussian that smooths it, as a share of height and width:
        0.04 is a pixel and a quarter of 32.
    noise : float in [0, 1), default=0
        Standard deviation of noise, as a share of full brightness.
    cutout : float in [0, 1), default=0
        Height and width of a square that is painted out, as a share.
    elastic : float in [0, 1), default=0
        How far places on a coarse grid are moved, as a share: a smooth warp.
    mirror : {"negate"}, sequence of int or None, default=None
        What a horizontal flip does to the target: "negate" turns a number's sign, as of a
        steering angle; for points, the partner of each point, counted from 0, that stands in its
        place in a mirror.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "flip": Choice("none", "horizontal", "vertical", "both"),
        "shift": share(),
        "rotation": Real(0, 180, unit="degrees"),
        "zoom": share(),
        "shear": Real(0, 60, unit="degrees"),
        "crop": share(),
        "brightness": share(),
        "contrast": share(),
        "blur": share(),
        "noise": share(),
        "cutout": share(),
        "elastic": share(),
        "mirror": Either(Nothing(), Choice("negate"), Listed(Whole(0, unit="points"))),
    }

    def __init__(
        self,
        *,
        flip: str = "none",
        shift: float = 0.08,
        rotation: float = 8.0,
        zoom: float = 0.1,
        shear: float = 0.0,
        crop: float = 0.0,
        brightness: float = 0.1,
        contrast: float = 0.1,
        blur: float = 0.0,
        noise: float = 0.0,
        cutout: float = 0.0,
        elastic: float = 0.0,
        mirror: str | Sequence[int] | None = None,
    ) -> None:
        self.flip = flip
        self.shift = shift
        self.rotation = rotation
        self.zoom = zoom
        self.shear = shear
        self.crop = crop
        self.brightness = brightness
        self.contrast = contrast
        self.blur = blur
        self.noise = noise
        self.cutout = cutout
        self.elastic = elastic
        self.mirror = mirror

    def changes(self) -> Changes:
        """The same as plain numbers, for the device."""
        settings = self.get_params()
        if settings["mirror"] is not None and not isinstance(settings["mirror"], str):
            settings["mirror"] = tuple(settings["mirror"])
        return Changes(**settings)


def no_augment() -> Augment:
    """Settings under which nothing is changed."""
    return Augment(shift=0.0, rotation=0.0, zoom=0.0, brightness=0.0, contrast=0.0)
