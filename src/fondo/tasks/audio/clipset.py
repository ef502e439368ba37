"""Clips as a trigger word's network sees them: features, and where words end.

How clips are made is in `data.audio.clips`; here their samples are heard once and let go.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.data.audio.labels import end_labels
from fondo.data.audio.mixing import Clip, Event
from fondo.networks.trigger import score_steps
from fondo.tasks.audio.front import FrontEnd

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class ClipSet:
    """Clips of one length.

    Attributes
    ----------
    features : float32 array (n, frames, bands)
        Not standardised.
    events : list of tuple of Event (n,)
        Words of each.
    seconds : float
        Length of each.
    skipped : int, default=0
        Words that found no place.
    """

    features: Array
    events: list[tuple[Event, ...]]
    seconds: float
    skipped: int = 0

    @classmethod
    def of(cls, clips: Iterable[Clip], front: FrontEnd, n: int) -> "ClipSet":
        """Features of n clips, made one after the other; their samples are not kept."""
        features: Array | None = None
        events, seconds, skipped = [], 0.0, 0
        for row, clip in enumerate(clips):
            found = front.features(clip.samples)
            if features is None:
                features = np.empty((n, *found.shape), np.float32)
            features[row] = found
            events.append(clip.events)
            seconds, skipped = clip.milliseconds / 1000, skipped + len(clip.skipped)
        return cls(features if features is not None else np.empty((0, 0, 0), "f4"), events,
                   seconds, skipped)  # fmt: skip

    def __len__(self) -> int:
        return len(self.events)

    def take(self, rows: Array) -> "ClipSet":
        """Only these, in this order."""
        chosen = np.asarray(rows)
        events = [self.events[row] for row in chosen.tolist()]
        return ClipSet(self.features[chosen], events, self.seconds)

    def joined(self, other: "ClipSet") -> "ClipSet":
        """These and others of the same length."""
        both = np.concatenate([self.features, other.features])
        return ClipSet(both, [*self.events, *other.events], self.seconds)

    def labels(self, kind: str, length: float, slack: float = 0.0) -> Array:
        """Targets of a network: 1 for a while after each word, float32 (n, scores).

        Steps around where that while begins and ends are -1: they do not count.

        Parameters
        ----------
        kind : str
            Of the network.
        length : float
            How long that while is. Seconds.
        slack : float, default=0
            How long before and after its beginning and its end nothing counts. Seconds.
        """
        steps = score_steps(kind, self.features.shape[1])
        count = max(round(length * steps / self.seconds), 1)
        unsure = min(round(slack * steps / self.seconds), (count - 1) // 2)
        ms = self.seconds * 1000
        return np.stack(
            [
                end_labels(
                    [min(e.end, ms) for e in events if e.kind == "positive"],
                    milliseconds=ms, steps=steps, length=count, slack=unsure,
                )
                for events in self.events
            ]
        )  # fmt: skip

    def fingerprint(self) -> str:
        """Sha-256 of features and words, as 64 hexadecimal digits."""
        made = hashlib.sha256(repr(self.events).encode())
        made.update(np.ascontiguousarray(self.features).data)
        return made.hexdigest()
