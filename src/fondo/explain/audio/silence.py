"""Which stretch of a sound an answer rests on, by silencing one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter

Array = np.ndarray[Any, Any]

_LEAST = 0.01  # a fall of the probability that is told


@dataclass(frozen=True)
class Silenced:
    """Probability of one answer while parts of a sound are silent.

    Attributes
    ----------
    edges : float array (k + 1,)
        Ends of the pieces of time that are told apart. Seconds.
    kept : float array (k,)
        Mean probability of the answer over the silenced stretches that a piece lies in.
    whole : float
        Probability with nothing silenced.
    nothing : float
        Probability with everything silenced: what the network says of no sound at all.
    stretch : float
        Length that is silenced at a time. Seconds.
    """

    edges: Array
    kept: Array
    whole: float
    nothing: float
    stretch: float

    @property
    def falls(self) -> Array:
        """How far the probability falls for each piece (k,)."""
        return np.asarray(self.whole - self.kept)

    @property
    def deepest(self) -> tuple[float, float, float]:
        """Begin and end of the piece that matters most, in seconds, and how far it falls there."""
        most = int(np.argmax(self.falls))
        return float(self.edges[most]), float(self.edges[most + 1]), float(self.falls[most])

    @property
    def anywhere(self) -> bool:
        """Whether every stretch costs half as much as the worst: then the hole itself counts.

        Silence is a sound of its own where there never is any, as in steady noise.
        """
        return bool(self.falls.max() >= _LEAST and 2 * self.falls.min() > self.falls.max())

    @property
    def nowhere(self) -> bool:
        """Whether no stretch costs a hundredth."""
        return bool(self.falls.max() < _LEAST)

    def to_json(self) -> dict[str, Any]:
        """All numbers."""
        return {
            "seconds": self.edges.tolist(),
            "probability_without": self.kept.tolist(),
            "probability": self.whole,
            "probability_of_silence": self.nothing,
        }


def silenced(
    probabilities: Callable[[Array], Array],
    wave: Array,
    choice: int,
    rate: int,
    *,
    pieces: int = 20,
    width: int = 2,
    fade: float = 0.005,
) -> Silenced:
    """Silence each stretch of a sound in turn, and see how far the answer falls.

    Parameters
    ----------
    probabilities : callable
        Waves (n, samples) -> probabilities (n, classes).
    wave : float array (samples,)
        As it enters the network.
    choice : int
        Number of the answered class.
    rate : int
        Hertz.
    pieces : int, default=20
        Pieces of equal length that time is cut into; not more than there are samples.
    width : int from 1 to pieces, default=2
        Pieces in a row that are silenced at a time.
    fade : float, default=0.005
        Ends of a stretch over which the sound fades, so that no click comes in. Seconds.

    Returns
    -------
    silenced : Silenced

    Raises
    ------
    BadData
        The wave is empty or not flat.
    BadParameter
        There are no pieces, or fewer than are to be silenced.

    Notes
    -----
    Asks for `pieces - width + 3` answers. It is the occlusion of pictures, along time.

    References
    ----------
    Zeiler and Fergus (2014), Visualizing and Understanding Convolutional Networks, section 4.2.

    Examples
    --------
    >>> loud = lambda waves: np.abs(waves[:, 60:]).mean(axis=1, keepdims=True)
    >>> found = silenced(loud, np.ones(100), 0, rate=100)
    >>> found.deepest[0] >= 0.6, found.whole, found.nothing
    (True, 1.0, 0.0)
    """
    array = np.asarray(wave, np.float32)
    if array.ndim != 1 or not len(array):
        raise BadData(
            f"silenced(wave): it must be samples in a row (samples,). Found {array.shape}."
        )
    if not 1 <= width <= pieces:
        raise BadParameter(
            f"silenced(pieces={pieces}, width={width}): both must be at least 1, and no more than "
            "all pieces can be silenced at a time."
        )
    count = min(pieces, len(array))
    width = min(width, count)
    edges = np.linspace(0, len(array), count + 1).round().astype(int)
    asked = [array, np.zeros_like(array)]
    for first in range(count - width + 1):
        start, stop = edges[first], edges[first + width]
        asked.append(array * _gate(len(array), start, stop, round(fade * rate)))
    told = np.asarray(probabilities(np.stack(asked)), float)[:, choice]
    kept = _by_piece(told[2:], count, width)
    length = len(array) * width / count
    return Silenced(edges / rate, kept, float(told[0]), float(told[1]), length / rate)


def _by_piece(told: Array, pieces: int, width: int) -> Array:
    """Mean over the stretches that a piece lies in.

    Examples
    --------
    >>> _by_piece(np.array([1.0, 2.0, 6.0]), 4, 2).tolist()
    [1.0, 1.5, 4.0, 6.0]
    """
    return np.array([told[max(piece - width + 1, 0) : piece + 1].mean() for piece in range(pieces)])


def _gate(samples: int, start: int, stop: int, fade: int) -> Array:
    """Factors (samples,) that are 0 within a stretch and 1 beside it, fading outside of it."""
    away = np.arange(samples, dtype=np.float32)
    away = np.maximum(np.maximum(start - away, away - (stop - 1)), 0)
    if fade < 1:
        return np.asarray(away > 0, np.float32)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(away / fade, 0, 1)), np.float32)
