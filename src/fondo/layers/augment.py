"""Random changes of pictures in training, on the device: what is seen moves, and so do its points.

All moves of a picture (flip, crop, zoom, shear, rotation, shift, elastic warp) are one map of
places, so that the picture is sampled once. Nothing here knows what the pictures are of.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, Literal

import numpy as np

from fondo.backend import jax, jnp
from fondo.layers.equalize import EQUALIZERS

Target = Literal["class", "number", "points"]
SHARPEST = 0.05  # pixels: a blur below it is none
COARSE = 4  # places on each side that an elastic warp moves at random; between them it is smooth


@dataclass(frozen=True)
class Changes:
    """How far pictures are changed; each picture of each epoch draws its own amounts, evenly.

    Parameters
    ----------
    flip : {"none", "horizontal", "vertical", "both"}, default="none"
        Axis along which every other picture is mirrored.
    shift : float in [0, 1), default=0
        Most that it moves along each axis, as a share of height and width.
    rotation : float, default=0
        Most that it turns either way. Degrees.
    zoom : float in [0, 1), default=0
        Most that it grows or shrinks, as a share.
    shear : float, default=0
        Most that it leans either way. Degrees.
    crop : float in [0, 1), default=0
        Most of its height and width that is cut off, the rest filling the frame.
    brightness, contrast : float in [0, 1), default=0
        Most that all numbers grow or shrink, as a share of themselves, so that a dark picture
        keeps what it shows; most that differences from the mean are stretched or shrunk.
    blur : float in [0, 1), default=0
        Largest standard deviation of a Gaussian that smooths it, as a share of height and width.
    noise : float, default=0
        Standard deviation of what is added to each number, as a share of full brightness.
    cutout : float in [0, 1), default=0
        Height and width of a square that is painted in the mean colour, as a share.
    elastic : float in [0, 1), default=0
        Standard deviation of what places on a coarse grid are moved by, as a share.
    mirror : "negate", tuple of int or None, default=None
        What a horizontal flip does to the target: a number is negated; of points, the partner of
        each (itself, or the one on the other side) takes its place.
    """

    flip: str = "none"
    shift: float = 0.0
    rotation: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    crop: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    cutout: float = 0.0
    elastic: float = 0.0
    mirror: str | tuple[int, ...] | None = None

    @property
    def moves(self) -> bool:
        """Whether places change."""
        return self.flip != "none" or any(
            (self.shift, self.rotation, self.zoom, self.shear, self.crop, self.elastic)
        )

    @property
    def recolours(self) -> bool:
        """Whether values change."""
        return any((self.brightness, self.contrast, self.blur, self.noise, self.cutout))

    @property
    def any(self) -> bool:
        """Whether anything changes."""
        return self.moves or self.recolours


class Augmenter:
    """Changes of batches of pictures and their targets; pure, as the engine's steps want it.

    Parameters
    ----------
    changes : Changes
        How far.
    target : {"class", "number", "points"}
        What the target is: points are (batch, 2 n), all x, then all y, as shares of width and
        height counted from the top left corner.
    centre : float, default=0.0
        Value of a target that a mirrored picture leaves as it is, where mirrors negate.
    name : str, default="pictures"
        Which input they are: (batch, height, width, channels), 0 to 255.
    equalize : one of `layers.equalize.EQUALIZERS` or None, default=None
        What makes the light of pictures alike before they are changed, so that changes mean the
        same to a dark picture as to a bright one.

    Examples
    --------
    >>> still = Augmenter(Changes(), "class")
    >>> pictures = np.ones((1, 2, 2, 1), np.uint8)
    >>> changed, _ = still({"pictures": pictures}, np.zeros(1), jax.random.key(0))
    >>> changed["pictures"].tolist() == pictures.tolist()
    True
    """

    def __init__(
        self, changes: Changes, target: Target, centre: float = 0.0, name: str = "pictures",
        *, equalize: str | None = None,
    ) -> None:  # fmt: skip
        self.changes, self.target, self.centre, self.name = changes, target, centre, name
        self.equalize = equalize

    @property
    def signature(self) -> str:
        """Text that is equal for changes that compile to the same program."""
        return f"{astuple(self.changes)}{self.target}{self.centre}{self.name}{self.equalize}"

    def __call__(self, inputs: dict[str, Any], target: Any, key: Any) -> tuple[Any, Any]:
        """Inputs and target changed together; the pictures are float32 afterwards."""
        aim, pictures = (self.target, self.centre), inputs[self.name]
        if self.equalize is not None:
            pictures = EQUALIZERS[self.equalize][1](pictures)
        pictures, target = changed(pictures, target, key, self.changes, aim)
        return {**inputs, self.name: pictures}, target


def changed(
    pictures: Any, target: Any, key: Any, changes: Changes, aim: tuple[Target, float]
) -> tuple[Any, Any]:
    """Pictures (batch, height, width, channels), float32 0 to 255, and their targets.

    Parameters
    ----------
    pictures : uint8 or float array (batch, height, width, channels)
    target : array (batch, ...)
        As `Augmenter` has it.
    key : JAX key
        All draws.
    changes : Changes
    aim : (target, centre)
        As `Augmenter` has them.
    """
    moving, colour = jax.random.split(key)
    values = jnp.asarray(pictures, "float32")
    if changes.moves:
        matrix, mirrored = _maps(moving, values.shape, changes)
        bend = _bend(jax.random.fold_in(moving, 1), values.shape, changes.elastic)
        values = sampled(values, matrix, bend)
        target = _moved(target, (matrix, bend, mirrored), changes, aim)
    if changes.recolours:
        values = _recoloured(values, colour, changes)
    return values, target


def _maps(key: Any, shape: Sequence[int], changes: Changes) -> tuple[Any, Any]:
    """Map of each picture (batch, 2, 3) from the new places to the old, and which are mirrored.

    Places are (y, x), from -1 to 1 across the picture.
    """
    rows, height, width = shape[0], shape[1], shape[2]
    draws = jax.random.uniform(key, (9, rows), minval=-1.0, maxval=1.0)
    angle, lean = (
        jnp.deg2rad(v * a) for v, a in ((draws[0], changes.rotation), (draws[1], changes.shear))
    )
    size = (1 + changes.zoom * draws[2]) / (1 - changes.crop * 0.5 * (1 + draws[3]))
    room = changes.crop * 0.5 * (1 + draws[3])  # of what is cut off, on both sides together
    y = 2 * changes.shift * draws[4] + room * draws[5]
    x = 2 * changes.shift * draws[6] + room * draws[7]
    sides = jax.random.bernoulli(jax.random.fold_in(key, 2), shape=(2, rows))
    across = sides[0] if changes.flip in ("horizontal", "both") else jnp.zeros(rows, bool)
    down = sides[1] if changes.flip in ("vertical", "both") else jnp.zeros(rows, bool)
    aspect = width / height
    cos, sin, tan = jnp.cos(angle), jnp.sin(angle), jnp.tan(lean)
    turned = [[cos, -sin * aspect], [sin / aspect, cos]]  # a circle stays one in oblong pictures
    leaning = [[turned[0][0], turned[0][1]],
               [turned[1][0] + tan * turned[0][0], turned[1][1] + tan * turned[0][1]]]  # fmt: skip
    sign = [jnp.where(down, -1.0, 1.0), jnp.where(across, -1.0, 1.0)]
    lines = [
        jnp.stack([s * leaning[k][0] / size, s * leaning[k][1] / size, s * (y, x)[k]], axis=-1)
        for k, s in enumerate(sign)
    ]
    return jnp.stack(lines, axis=1), across  # (B, 2, 3)


def _bend(key: Any, shape: Sequence[int], amount: float) -> Any:
    """Smooth random displacement (batch, height, width, 2) in places; None for none."""
    if not amount:
        return None
    coarse = 2 * amount * jax.random.normal(key, (shape[0], COARSE, COARSE, 2))
    return jax.image.resize(coarse, (*shape[:3], 2), "cubic")


def _places(height: int, width: int) -> Any:
    """Middle of each pixel (height, width, 2) as (y, x), from -1 to 1 across the picture."""
    y = (np.arange(height, dtype=np.float32) + 0.5) * 2 / height - 1
    x = (np.arange(width, dtype=np.float32) + 0.5) * 2 / width - 1
    return np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1)


def sampled(values: Any, matrix: Any, bend: Any = None) -> Any:
    """Pictures looked at through a map: between four pixels in proportion, the edge going on.

    Parameters
    ----------
    values : float array (batch, height, width, channels)
    matrix : float array (batch, 2, 3)
        From the new places to the old, (y, x, 1) with y and x from -1 to 1.
    bend : float array (batch, height, width, 2) or None
        Added to the old places.
    """
    _, height, width, _ = values.shape
    places = jnp.asarray(_places(height, width))
    old = jnp.einsum("hwk,bjk->bhwj", places, matrix[:, :, :2]) + matrix[:, None, None, :, 2]
    if bend is not None:
        old = old + bend
    y = jnp.clip((old[..., 0] + 1) * height / 2 - 0.5, 0, height - 1)
    x = jnp.clip((old[..., 1] + 1) * width / 2 - 0.5, 0, width - 1)
    return jax.vmap(_between)(values, y, x)


def _between(picture: Any, y: Any, x: Any) -> Any:
    """Values (height, width, channels) of one picture at places between its pixels."""
    height, width, channels = picture.shape
    top, left = jnp.floor(y).astype("int32"), jnp.floor(x).astype("int32")
    down, right = (y - top)[..., None], (x - left)[..., None]
    flat = picture.reshape(height * width, channels)

    def at(rows: Any, columns: Any) -> Any:
        place = jnp.minimum(rows, height - 1) * width + jnp.minimum(columns, width - 1)
        return flat.at[place].get(mode="promise_in_bounds")

    above = at(top, left) * (1 - right) + at(top, left + 1) * right
    below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return above * (1 - down) + below * down


def _moved(
    target: Any, move: tuple[Any, Any, Any], changes: Changes, aim: tuple[Target, float]
) -> Any:
    """Target after the picture has moved."""
    (matrix, bend, mirrored), (kind, centre) = move, aim
    if kind == "number" and changes.mirror == "negate":
        shape = (-1,) + (1,) * (target.ndim - 1)
        return jnp.where(mirrored.reshape(shape), 2 * centre - target, target)
    if kind != "points":
        return target
    points = moved_points(target, matrix, bend)
    if isinstance(changes.mirror, tuple):
        half = points.shape[1] // 2
        partners = np.array(changes.mirror)
        swapped = points[:, np.concatenate([partners, half + partners])]
        points = jnp.where(mirrored[:, None], swapped, points)
    return points


def moved_points(points: Any, matrix: Any, bend: Any = None) -> Any:
    """Where points of a picture are after it was sampled through the map.

    Parameters
    ----------
    points : float array (batch, 2 n)
        All x, then all y, as shares of width and height.
    matrix : float array (batch, 2, 3)
        From the new places to the old.
    bend : float array (batch, height, width, 2) or None
        Of `sampled`; a point moves against what its own old place was bent by, which holds while
        the bend changes slowly.
    """
    count = points.shape[1] // 2
    x, y = 2 * points[:, :count] - 1, 2 * points[:, count:] - 1
    old = jnp.stack([y, x], axis=1)  # (B, 2, n)
    linear, offset = matrix[:, :, :2], matrix[:, :, 2:]
    determinant = linear[:, 0, 0] * linear[:, 1, 1] - linear[:, 0, 1] * linear[:, 1, 0]
    inverse = jnp.stack(
        [jnp.stack([linear[:, 1, 1], -linear[:, 0, 1]], -1),
         jnp.stack([-linear[:, 1, 0], linear[:, 0, 0]], -1)], axis=1,
    ) / determinant[:, None, None]  # fmt: skip
    new = jnp.einsum("bij,bjn->bin", inverse, old - offset)
    if bend is not None:
        for _ in range(3):  # what the new place, not the old one, is bent by
            bent = jax.vmap(_bent_by)(bend, new)
            new = jnp.einsum("bij,bjn->bin", inverse, old - offset - bent)
    return jnp.concatenate([new[:, 1], new[:, 0]], axis=1) / 2 + 0.5


def _bent_by(bend: Any, places: Any) -> Any:
    """Displacement (2, n) at places (2, n) of one picture."""
    height, width, _ = bend.shape
    y = jnp.clip((places[0] + 1) * height / 2 - 0.5, 0, height - 1)
    x = jnp.clip((places[1] + 1) * width / 2 - 0.5, 0, width - 1)
    return _between(bend, y[:, None], x[:, None])[:, 0].T


def _recoloured(values: Any, key: Any, changes: Changes) -> Any:
    """Pictures brighter or darker, paler or stronger, blurred, noisy, with a hole; 0 to 255."""
    rows, height, width, _ = values.shape
    keys = jax.random.split(key, 4)
    light, strength = jax.random.uniform(keys[0], (2, rows, 1, 1, 1), minval=-1.0, maxval=1.0)
    mean = values.mean(axis=(1, 2), keepdims=True)
    values = mean + (values - mean) * (1 + changes.contrast * strength)
    values = values * (1 + changes.brightness * light)
    if changes.blur:
        width = changes.blur * jax.random.uniform(keys[3], (rows, 1, 1))
        values = smoothed(values, width)
    if changes.noise:
        values = values + 255 * changes.noise * jax.random.normal(keys[1], values.shape)
    if changes.cutout:
        middle = jax.random.uniform(keys[2], (rows, 1, 1, 2), minval=-1.0, maxval=1.0)
        away = jnp.abs(jnp.asarray(_places(height, width)) - middle).max(axis=-1, keepdims=True)
        values = jnp.where(away < changes.cutout, mean, values)
    return jnp.clip(values, 0, 255)


def smoothed(values: Any, width: Any) -> Any:
    """Pictures blurred by a Gaussian, each by its own; beyond the edge there is nothing to weigh.

    Parameters
    ----------
    values : float array (batch, height, width, channels)
    width : float array (batch, 1, 1)
        Standard deviation as a share of height and width; 0 leaves the picture as it is.
    """
    down, across = (_gaussians(n, width * n) for n in values.shape[1:3])
    return jnp.einsum("bij,bjkc,blk->bilc", down, values, across)


def _gaussians(n: int, sigma: Any) -> Any:
    """Weights (batch, n, n) of n places around each of them; sigma (batch, 1, 1) in pixels."""
    place = np.arange(n, dtype=np.float32)
    gap = (place[:, None] - place[None, :]) / jnp.maximum(sigma, SHARPEST)
    weights = jnp.exp(-0.5 * gap**2)
    return weights / weights.sum(axis=-1, keepdims=True)
