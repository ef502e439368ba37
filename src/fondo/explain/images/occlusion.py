"""Where a network looked, by covering one part of the picture after the other."""

from functools import partial
from typing import Any

import numpy as np

from fondo.backend import jnp
from fondo.engine.predict import predict
from fondo.errors import BadParameter
from fondo.explain.images.graph import (
    Array,
    check_choice,
    check_pictures,
    in_blocks,
    picked,
    walk,
)


def occlusion(
    network: Any, pictures: Any, choice: Any, *, patch: float = 0.2, stride: float = 0.1
) -> Array:
    """How far the chosen output falls where a part of the picture is covered.

    Every place of a square patch of the picture's mean colour is tried. A pixel's value is the
    mean fall over the patches that cover it.

    Parameters
    ----------
    network : keras.Model, built
        Pictures (batch, height, width, channels), 0 to 255 -> (batch, outputs).
    pictures : uint8 or float array (n, height, width, channels)
        In the size that the network takes.
    choice : int or int array (n,)
        Number of the output; of a network with one output 1 is itself and 0 its negative.
    patch : float in (0, 1], default=0.2
        Height and width of the patch as shares of those of the picture; at least one pixel.
    stride : float in (0, patch], default=0.1
        Step from place to place, likewise.

    Returns
    -------
    maps : float32 array (n, height, width)
        Positive where covering lowers the output.

    Raises
    ------
    BadData
        The pictures are none.
    BadParameter
        There is no such output, or the shares leave pixels out.

    Notes
    -----
    Asks the network for about 1 / stride^2 pictures for each picture.

    References
    ----------
    Zeiler and Fergus (2014), Visualizing and Understanding Convolutional Networks, section 4.2.
    """
    if not 0 < stride <= patch <= 1:
        raise BadParameter(
            f"occlusion(patch={patch}, stride={stride}): they must be shares of the picture with "
            "0 < stride <= patch <= 1, or pixels would never be covered."
        )
    array = check_pictures(pictures, "occlusion")
    chosen = check_choice(network, choice, len(array), "occlusion")
    whole = _outputs(network, array, chosen)
    spans = [_spans(side, patch, stride) for side in array.shape[1:3]]
    maps = np.zeros(array.shape[:3], np.float32)
    for row, picture in enumerate(array):
        maps[row] = _one(network, picture, chosen[row], whole[row], spans)
    return maps


def _one(network: Any, picture: Array, choice: Any, whole: float, spans: Any) -> Array:
    places = [(slice(*rows), slice(*columns)) for rows in spans[0] for columns in spans[1]]
    covered = np.repeat(picture[None], len(places), axis=0)
    blank = picture.mean(axis=(0, 1))
    blank = blank.round() if picture.dtype == np.uint8 else blank
    for k, (rows, columns) in enumerate(places):
        covered[k, rows, columns] = blank
    falls = whole - _outputs(network, covered, np.full(len(places), choice, np.int32))
    total, times = np.zeros(picture.shape[:2]), np.zeros(picture.shape[:2])
    for (rows, columns), fall in zip(places, falls, strict=True):
        total[rows, columns] += fall
        times[rows, columns] += 1
    return np.asarray(total / times, np.float32)


def _outputs(network: Any, pictures: Array, choice: Array) -> Array:
    """The chosen output of each picture (n,)."""
    if pictures.dtype == np.uint8:  # the program of every other answer
        outputs = np.asarray(predict(network, pictures))
    else:
        outputs = in_blocks(network, "outputs", partial(walk, network), pictures)
    return np.asarray(picked(jnp.asarray(outputs), jnp.asarray(choice)))


def _spans(side: int, patch: float, stride: float) -> list[tuple[int, int]]:
    """Starts and ends of the patches along one side, the last one flush with the edge.

    Examples
    --------
    >>> _spans(10, 0.4, 0.3)
    [(0, 4), (3, 7), (6, 10)]
    """
    size, step = max(round(side * patch), 1), max(round(side * stride), 1)
    starts = [*range(0, side - size, step), side - size]
    return [(start, start + size) for start in starts]
