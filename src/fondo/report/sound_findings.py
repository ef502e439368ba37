"""What was found out about answers to sounds, as plain data: no task, no network.

`jobs.heard` fills it; `sounds` draws it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Clip:
    """A stretch of a sound to be played.

    Parameters
    ----------
    samples : float array (samples,)
        Full scale is 1.
    rate : int
        Hertz.
    start : float
        Where in what the network heard it begins. Seconds.
    """

    samples: Array
    rate: int
    start: float = 0.0

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.samples) / self.rate


@dataclass(frozen=True)
class Heard:
    """One sound with what was answered, what the network saw and what that rests on.

    Parameters
    ----------
    row : int
        Which, counted from 0.
    name : str
        File, or what it is called.
    answer : str
        In the user's words.
    seconds : float
        Length of what the network heard.
    spectrum : float array (frames, bands)
        What it saw, the lowest band first, in spreads of the training sounds around their mean.
    clip : Clip
        What it heard, or a part of that.
    truth : str or None
        None where it is not known.
    sure : float or None
        Probability of the answer.
    silenced : explain.audio.silence.Silenced or None
        Probability of the answer while stretches are silent; None where that was not asked.
    """

    row: int
    name: str
    answer: str
    seconds: float
    spectrum: Array
    clip: Clip
    truth: str | None = None
    sure: float | None = None
    silenced: Any = None

    def to_json(self) -> dict[str, Any]:
        """All but the spectrum and the samples."""
        return {
            "row": self.row,
            "sound": self.name,
            "answer": self.answer,
            "truth": self.truth,
            "probability": self.sure,
            "silenced": None if self.silenced is None else self.silenced.to_json(),
        }


@dataclass(frozen=True)
class Mixed:
    """Sounds of one class that were taken for another: how many."""

    truth: str
    answer: str
    count: int

    def to_json(self) -> dict[str, Any]:
        """The two classes and how often."""
        return {"truth": self.truth, "answer": self.answer, "count": self.count}


@dataclass(frozen=True)
class SoundFindings:
    """Answers to sounds looked at.

    Parameters
    ----------
    n_rows, n_wrong : int
        Sounds whose answers are known, and those answered wrongly.
    seen : str
        What is drawn of a sound: "decibels of 64 mel bands".
    wrong, right : sequence of Heard
        The surest mistakes, and the surest right answers of different classes.
    confused : sequence of Mixed
        Pairs of classes, the most frequent first.
    asked_for : sequence of Heard
        Sounds that were named.
    quarters : mapping of str to sequence of explain.audio.quartiles.Quarter
        Right answers by "length (s)" and by "level (dBFS)".
    notes : sequence of str
        What was left out, and why.
    """

    n_rows: int = 0
    n_wrong: int = 0
    seen: str = ""
    wrong: Sequence[Heard] = ()
    right: Sequence[Heard] = ()
    confused: Sequence[Mixed] = ()
    asked_for: Sequence[Heard] = ()
    quarters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Numbers, words and names of files."""
        return {
            "rows": self.n_rows,
            "wrong": self.n_wrong,
            "mistakes": [each.to_json() for each in self.wrong],
            "examples": [each.to_json() for each in self.right],
            "confused": [each.to_json() for each in self.confused],
            "asked_for": [each.to_json() for each in self.asked_for],
            "quarters": {
                name: [each.to_json() for each in found] for name, found in self.quarters.items()
            },
            "notes": list(self.notes),
        }
