"""What a trained trigger word answers: scores and alarms of sounds, thresholds, detectors.

How it learns is in `trigger`; what runs on a stream in `standalone`.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from fondo.contracts import Real, check_value
from fondo.judge.detection import Stream, Word
from fondo.judge.events import Policy
from fondo.networks.trigger import kernel_and_stride
from fondo.tasks.audio.alarm import Alarm
from fondo.tasks.audio.exporting import detector_of, write
from fondo.tasks.audio.front import FrontEnd, front_end
from fondo.tasks.audio.person import BLOCKS, frames_looked_at, learn_person
from fondo.tasks.audio.recordings import sources_of
from fondo.tasks.audio.rounds import chosen
from fondo.tasks.audio.standalone import Detector
from fondo.tasks.base import Task


class StreamTask(Task):
    """A task whose network scores sound step by step, as it comes in."""

    architecture: str
    front: str
    alarm: Alarm | None
    policy_: Mapping[str, Any]
    choice_: dict[str, Any]
    curve_: dict[str, Any]
    person_: dict[str, Any]
    seen_mean_: np.ndarray
    seen_spread_: np.ndarray

    @property
    def front_end(self) -> FrontEnd:
        """What the network is given."""
        return front_end(self.front)

    @property
    def alarm_(self) -> Alarm:
        """When scores make an alarm, defaults filled in."""
        return self.alarm or Alarm()

    @property
    def step_seconds(self) -> float:
        """Time from one score to the next."""
        front = self.front_end
        return float(kernel_and_stride(self.architecture)[1] * front.frames.hop / front.rate)

    def choose(self, streams: Sequence[Stream]) -> Self:
        """Choose the threshold anew, on recordings like those that it will listen to.

        Fitting chooses it on mixed clips, in which words lie closer to each other, and deeper in
        noise and echoes, than where most people listen; `false_alarms` and `near_misses` are what
        it keeps to.

        Parameters
        ----------
        streams : sequence of judge.detection.Stream
            Of `stream`; recordings that were not learnt from, with words in some of them.

        Raises
        ------
        BadData
            There is no word in them, or no time outside of words.
        BadParameter
            A setting cannot be.
        """
        check_is_fitted(self, "network_")
        self._check_settings()
        self.take_choice(chosen(self, streams))
        return self

    def enrol(
        self, X: Any, voice: str | Sequence[str], *, share: float = 0.95, seed: int = 0
    ) -> Self:
        """Answer to one person's voice alone, or to those of a few.

        Parameters
        ----------
        X : folder or Sources
            With three recordings of the word or more by this voice, ten are better, and with the
            word by other voices, which it is told from.
        voice : str or sequence of str
            Whose.
        share : float in (0, 1), default=0.95
            Of the person's words that shall be let through; less keeps out more of the others.
        seed : int, default=0
            Draws how recordings are changed before they are learnt from.

        Raises
        ------
        BadData
            There are too few recordings, or nobody of this name.

        Notes
        -----
        What it is worth stands in `person_`, by recordings that were left out of learning. It is
        a convenience, not a lock: a voice that is alike, or a recording of it, gets through.
        """
        check_is_fitted(self, "network_")
        check_value("enrol", "share", share, Real(0, 1, open_low=True, open_high=True))
        names = [voice] if isinstance(voice, str) else list(voice)
        sources = sources_of(X, self.front_end.rate)
        found = learn_person(self, sources, names, share=share, seed=seed)
        self.person_ = {
            "voices": names, "basis": found.basis, "weights": found.weights,
            "bias": np.array([found.bias]), "own": found.own.to_json(),
            "others": found.others.to_json(), "words": str(found),
        }  # fmt: skip
        return self

    def forget(self) -> Self:
        """Answer to everybody again."""
        if hasattr(self, "person_"):
            del self.person_
        return self

    def take_choice(self, found: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]) -> None:
        """Policy, choice and curve; with a warning where no threshold would do."""
        self.policy_, self.choice_, self.curve_ = found
        if "recall" not in self.choice_:
            warnings.warn(f"TriggerWord: {self.choice_['words']}", stacklevel=3)

    def _check_settings(self) -> None:
        super()._check_settings()
        self.alarm_.policy(0.5, self.step_seconds)  # what only its settings together tell

    @property
    def gates(self) -> list[dict[str, Any]]:
        """What must hold besides a high score, as `tasks.audio.gates` has it."""
        voice, person = self.alarm_.voice, getattr(self, "person_", None)
        found: list[dict[str, Any]] = []
        if voice is not None:
            found.append({"kind": "voice", "seconds": float(voice)})
        if person is not None:
            front = self.front_end
            frames = frames_looked_at(front.rate, front.frames.hop)
            found.append({
                "kind": "who", "frames": frames, "blocks": BLOCKS, "window": front.frames.window,
                "hop": front.frames.hop,
            })  # fmt: skip
        return found

    @property
    def policy(self) -> Policy:
        """When scores make an alarm."""
        return Policy(**self.policy_)

    def detector(self) -> Detector:
        """Detector on a stream, in NumPy alone, at its start."""
        check_is_fitted(self, "network_")
        front = self.front_end
        spec, arrays = front.plain(self.seen_mean_, self.seen_spread_)
        if person := getattr(self, "person_", None):
            arrays |= {f"who.{name}": person[name] for name in ("basis", "weights", "bias")}
        return detector_of(
            self.network_, (spec, arrays), self.policy_,
            kind=self.architecture, rate=front.rate, gates=self.gates,
        )  # fmt: skip

    def scores(self, samples: Any) -> np.ndarray:
        """Probability at each step of one sound, as a stream from its beginning.

        Parameters
        ----------
        samples : float array (samples,)
            Full scale is 1; at the rate of `front_end`.

        Returns
        -------
        scores : float32 array (steps,)
        """
        return np.asarray(self.detector().feed(np.asarray(samples, np.float32))[0])

    def stream(
        self,
        samples: Any,
        words: Sequence[Word] = (),
        name: str = "",
        detector: Detector | None = None,
    ) -> Stream:
        """Scores of one sound with the words in it, to be judged.

        Parameters
        ----------
        samples : float array (samples,), or iterable of such
            At the rate of `front_end`; pieces that follow each other are one sound.
        words : sequence of judge.detection.Word, default=()
            Where the word is said.
        name : str, default=""
            For messages.
        detector : Detector or None, default=None
            Of this network, begun anew; None makes one, which takes longer than a short sound.
        """
        detector = detector or self.detector()
        detector.reset()
        pieces = [samples] if isinstance(samples, np.ndarray) else samples
        scores = np.concatenate([detector.feed(np.asarray(p, np.float32))[0] for p in pieces])
        step, first = detector.spec["stride"], detector.spec["first"]
        return Stream(scores, words, step / detector.rate, first / detector.rate, name)

    def detect(self, samples: Any) -> np.ndarray:
        """Seconds at which the word is heard in one sound (alarms,)."""
        detector = self.detector()
        _, alarms = detector.feed(np.asarray(samples, np.float32))
        return np.array([detector.seconds(step) for step in alarms])

    def export(self, path: str | Path, *, bits: int = 32) -> Path:
        """Write the detector as one file: a Python program or a model for ONNX.

        Parameters
        ----------
        path : path
            .py needs NumPy alone; .onnx runs step by step in any runtime of ONNX.
        bits : {32, 8}, default=32
            Of a weight, in .py; see `exporting.as_program`.
        """
        return write(self.detector(), path, bits)
