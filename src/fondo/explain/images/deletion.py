"""Whether a map of where a network looked says something: its pixels are removed, hottest first.

Compared with maps that are as smooth and know nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter

Array = np.ndarray[Any, Any]
CHANCE = 0.05  # most random maps that do as well, for a map to say something


@dataclass(frozen=True)
class DeletionCheck:
    """How fast the chosen output falls when pixels go, hottest first.

    Attributes
    ----------
    shares : float array (steps + 1,)
        Of the pixels removed, 0 to 1.
    curve : float array (steps + 1,)
        The chosen output at each share.
    area : float
        Under that curve; the smaller, the better the map.
    random_areas : float array (n_random,)
        The same for maps that know nothing.
    random_curve : float array (steps + 1,)
        Their mean curve.
    """

    shares: Array
    curve: Array
    area: float
    random_areas: Array
    random_curve: Array

    @property
    def share_as_good(self) -> float:
        """Share of random maps that do at least as well."""
        return float(np.mean(self.random_areas <= self.area))

    @property
    def says_something(self) -> bool:
        """Whether chance alone would hardly do as well (p of a permutation test at most 5 %)."""
        count = int(np.sum(self.random_areas <= self.area))
        return (1 + count) / (1 + len(self.random_areas)) <= CHANCE

    def to_json(self) -> dict[str, Any]:
        """Areas and the verdict."""
        return {
            "area": self.area,
            "random_area": float(self.random_areas.mean()),
            "n_random": len(self.random_areas),
            "share_of_random_maps_as_good": self.share_as_good,
            "says_something": self.says_something,
        }


def deletion_check(
    predict: Callable[[Array], Array],
    picture: Array,
    map_: Array,
    choice: int,
    rng: np.random.Generator,
    n_random: int = 19,
    *,
    steps: int = 10,
) -> DeletionCheck:
    """Remove pixels in the order of a map, hottest first, and see how fast an output falls.

    What is removed takes the mean colour of the picture.

    Parameters
    ----------
    predict : callable (n, height, width, channels) -> (n, outputs)
        Best probabilities, which have a floor.
    picture : uint8 or float array (height, width, channels)
        What `predict` takes.
    map_ : float array (height, width)
        Large where the network is said to have looked.
    choice : int
        Column of the output that is watched.
    rng : numpy.random.Generator
        Draws the random maps.
    n_random : int, at least 1, default=19
        Random maps of the same smoothness: the map's own waves, shifted against each other at
        random. With fewer than 19 no verdict can be clear.
    steps : int, at least 2, default=10
        Portions in which the pixels go.

    Returns
    -------
    check : DeletionCheck
        Areas under the curve of the map and of the random ones.

    Raises
    ------
    BadData
        Map and picture have other sizes, or the map is not finite.
    BadParameter
        `n_random` below 1 or `steps` below 2.

    Notes
    -----
    Asks for (n_random + 1) (steps + 1) pictures. Removing pixels makes pictures such as the
    network never saw; random maps do too, which is why they are what a map is compared with.

    References
    ----------
    Petsiuk, Das, Saenko (2018), RISE, section 4.2 (deletion).
    """
    if n_random < 1 or steps < 2:
        raise BadParameter(
            f"deletion_check(n_random={n_random}, steps={steps}): there must be at least 1 random "
            "map and 2 steps."
        )
    heat = np.asarray(map_, float)
    if heat.shape != picture.shape[:2] or not np.isfinite(heat).all():
        raise BadData(
            f"deletion_check(map_): it must be finite and have the size of the picture, "
            f"{picture.shape[:2]}. Found shape {heat.shape}."
        )
    maps = [heat, *random_maps(heat, n_random, rng)]
    stack = np.concatenate([_removed(picture, each, steps, rng) for each in maps])
    curves = np.asarray(predict(stack), float)[:, choice].reshape(len(maps), steps + 1)
    shares = np.linspace(0, 1, steps + 1)
    areas = np.trapezoid(curves, shares, axis=1)
    others = curves[1:].mean(axis=0)
    return DeletionCheck(shares, curves[0], float(areas[0]), areas[1:], others)


def random_maps(map_: Array, count: int, rng: np.random.Generator) -> Array:
    """Maps (count, height, width) as smooth as a given one, that know nothing of the picture.

    Each wave of the map keeps its strength and gets a random phase, so mean, variance and
    autocorrelation (around the edges) stay as they are.

    Parameters
    ----------
    map_ : float array (height, width)
        What they are to be like.
    count : int
        How many.
    rng : numpy.random.Generator
        Draws the phases.
    """
    strength = np.abs(np.fft.fft2(map_))
    noise = np.fft.fft2(rng.normal(size=(count, *map_.shape)))  # phases of something real
    phase = noise / np.maximum(np.abs(noise), 1e-300)
    phase[:, 0, 0] = np.sign(map_.sum()) or 1.0
    return np.asarray(np.fft.ifft2(strength * phase).real)


def _removed(picture: Array, heat: Array, steps: int, rng: np.random.Generator) -> Array:
    """The picture after each portion of its pixels was removed (steps + 1, ...)."""
    flat = heat.ravel()
    order = np.lexsort((rng.random(flat.size), -flat))  # ties in random order
    rank = np.empty(flat.size, int)
    rank[order] = np.arange(flat.size)
    ends = np.round(np.linspace(0, flat.size, steps + 1)).astype(int)
    gone = rank.reshape(heat.shape)[None] < ends[:, None, None]  # (steps + 1, H, W)
    blank = picture.reshape(-1, picture.shape[-1]).mean(axis=0)
    if picture.dtype == np.uint8:
        blank = blank.round()
    return np.where(gone[..., None], blank.astype(picture.dtype), picture[None])
