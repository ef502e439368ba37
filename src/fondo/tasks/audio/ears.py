"""Several words listened for at once: a detector for each, on one stream.

Where the samples come from is in `listening`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from fondo.errors import BadParameter
from fondo.tasks.audio.standalone import Detector

Array = np.ndarray[Any, Any]


class Heard(NamedTuple):
    """A word that was heard, and when: seconds from the start of the stream."""

    seconds: float
    word: str


class Ears:
    """Detectors side by side on one stream.

    Parameters
    ----------
    detectors : mapping of str to Detector
        By the word that each listens for; all of one rate, at their start.

    Raises
    ------
    BadParameter
        There is none, or rates differ.

    Notes
    -----
    They do not know of each other: a sound that two of them take for theirs gives two alarms.
    """

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        self.detectors = dict(detectors)
        rates = {word: each.rate for word, each in self.detectors.items()}
        if len(set(rates.values())) != 1:
            told = ", ".join(f"{word} {rate:,}" for word, rate in rates.items()) or "none"
            raise BadParameter(
                f"Ears(detectors): detectors on one stream must have one rate, and there must be "
                f"one at least. Found (samples a second): {told}. Listen with those that agree."
            )
        self.rate = next(iter(rates.values()))

    def feed(self, samples: Array) -> list[Heard]:
        """What is heard in the next samples of the stream, in order of time.

        Parameters
        ----------
        samples : float array (samples,)
            Full scale is 1; at the rate of the detectors. Any number.
        """
        return self.listen(samples)[0]

    def listen(self, samples: Array) -> tuple[list[Heard], dict[str, Array]]:
        """The same, and the scores (steps,) of each word that these samples complete."""
        found: list[Heard] = []
        scores: dict[str, Array] = {}
        for word, each in self.detectors.items():
            scores[word], alarms = each.feed(samples)
            found += [Heard(each.seconds(step), word) for step in alarms]
        return sorted(found), scores

    def again(self) -> "Ears":
        """Others like these, at the start of a stream of their own; weights are shared."""
        return Ears({w: Detector(each.spec, each.arrays) for w, each in self.detectors.items()})

    def reset(self) -> None:
        """Forget the stream: the next sample is the first one."""
        for each in self.detectors.values():
            each.reset()

    def state(self) -> dict[str, list[Array]]:
        """All that is remembered of the stream, by word."""
        return {word: each.state() for word, each in self.detectors.items()}

    def restore(self, state: Mapping[str, list[Array]]) -> None:
        """Go on from where `state` was taken."""
        for word, each in self.detectors.items():
            each.restore(state[word])
