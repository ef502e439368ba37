"""Whose voice a trigger word answers to: a gate that is learnt from a few recordings of a person.

What it computes on a stream is `gates.Who`; the network itself is left as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.fft import dct
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from fondo.data.audio.clips import Sources
from fondo.data.audio.mixing import Recording
from fondo.data.audio.shaping import at_speed, rms
from fondo.errors import BadData, BadParameter
from fondo.judge.rates import Share
from fondo.tasks.audio.gates import cepstra
from fondo.tasks.audio.standalone import Detector, sigmoid, through

Array = np.ndarray[Any, Any]

FEWEST, FEWEST_OTHERS = 3, 2  # recordings of the person, other voices
LOOKED_AT, BLOCKS, COEFFICIENTS = 0.8, 8, 23  # seconds before a score, parts of them, cepstra
BEFORE, AFTER = 1.5, 0.6  # seconds around a word in which it is heard
COPIES, COPIES_OF_OTHERS = 6, 2  # of each recording, changed a little
SPEED, SNR = (0.94, 1.06), (10.0, 30.0)  # of the copies; decibels over noise
LEVEL = 0.1  # root mean square of a word
STEPS = 8  # of a copy that are learnt from, at most
FOLDS, STRENGTH = 10, 0.3  # of the check on what was left out; of the regression, inverse


@dataclass(frozen=True)
class Person:
    """What tells one person's word from that of others.

    Attributes
    ----------
    voices : tuple of str
        Whose.
    basis : float array (bands, coefficients)
        Cosines that cepstra are made with.
    weights : float array (blocks * coefficients,)
        Of each cepstrum.
    bias : float
        Added; the gate is open from 0 on.
    own, others : Share
        Recordings that were let through when they were left out of learning: of the person, and
        of other voices.
    """

    voices: tuple[str, ...]
    basis: Array
    weights: Array
    bias: float
    own: Share
    others: Share

    def __str__(self) -> str:
        names = " and ".join(self.voices)
        return (
            f"left out of learning, {self.own} recordings of {names} were let through, and "
            f"{self.others} of other voices"
        )


def learn_person(
    task: Any, sources: Sources, voices: Sequence[str], *, share: float = 0.95, seed: int = 0
) -> Person:
    """Learn to tell who says the word.

    Parameters
    ----------
    task : TriggerWord
        Fitted; its network says where in a recording the word is heard.
    sources : Sources
        With the word by these voices and by others.
    voices : sequence of str
        Whose.
    share : float in (0, 1), default=0.95
        Of the person's words that shall be let through.
    seed : int, default=0
        Draws how copies are changed.

    Raises
    ------
    BadData
        There are fewer than three recordings of the person, or fewer than two other voices.
    BadParameter
        The network is given powers without a logarithm, which loudness decides.

    Notes
    -----
    A logistic regression on cepstra of the last 0.8 s, in eight parts, at steps where the word is
    heard; each recording is learnt from in copies at other speeds and over noise. Where it opens
    is chosen by the person's recordings that were left out.
    """
    if task.front_end.log is None:
        raise BadParameter(
            f"enrol(front={task.front!r}): without a logarithm a voice cannot be told from its "
            "loudness. Use the front 'log_mel' or 'notes_log'."
        )
    mine, others = _parted(sources, voices)
    hear = _Listening(task, sources)
    rng = np.random.default_rng(seed)
    own = [list(hear.copies(word, COPIES, rng)) for word in mine]
    rest = [list(hear.copies(word, COPIES_OF_OTHERS, rng)) for word in others]
    passed, kept, bias = _left_out(own, rest, [word.voice for word in others], share)
    weights, intercept = _fitted([c for w in own for c in w], [c for w in rest for c in w])
    return Person(
        tuple(voices), hear.basis, weights, intercept - bias,
        Share.of(passed, len(own)), Share.of(kept, len(rest)),
    )  # fmt: skip


def _parted(sources: Sources, voices: Sequence[str]) -> tuple[list[Recording], list[Recording]]:
    """Recordings of the word by these voices, and by others."""
    there = sorted({word.voice for word in sources.positives})
    for voice in voices:
        if voice not in there:
            raise BadData(
                f"enrol(voice={voice!r}): nobody of this name says the word there. Found "
                f"{', '.join(there[:12])}{', ...' if len(there) > 12 else ''}."
            )
    mine = [word for word in sources.positives if word.voice in voices]
    others = [word for word in sources.positives if word.voice not in voices]
    if len(mine) < FEWEST:
        raise BadData(
            f"enrol(voice={', '.join(voices)!r}): {len(mine)} recordings of the word are too few, "
            f"at least {FEWEST} are needed and ten are better. Record more."
        )
    if len(there) - len(set(voices)) < FEWEST_OTHERS:
        raise BadData(
            "enrol(RECORDINGS): there must be at least two other voices that say the word, to be "
            "told from. Add recordings of other people, or made-up voices."
        )
    return mine, others


class _Listening:
    """What a network and a gate see of a recording."""

    def __init__(self, task: Any, sources: Sources) -> None:
        front = task.front_end
        self.rate, self.threshold = front.rate, task.policy.threshold
        self.detector: Detector = task.detector()
        hop = front.frames.hop
        self.frames = frames_looked_at(self.rate, hop)
        self.basis = cosines(front.n_bands)
        self.noises = [b.samples for b in sources.backgrounds if rms(b.samples) > 1e-4]

    def copies(self, word: Recording, count: int, rng: np.random.Generator) -> Iterator[Array]:
        """Cepstra (steps, values) where the word is heard in each copy, the first unchanged."""
        for number in range(count):
            samples, snr = word.word, SNR[1]
            if number:
                samples, snr = at_speed(samples, rng.uniform(*SPEED)), rng.uniform(*SNR)
            level = LEVEL / max(rms(samples), 1e-9)
            padded = np.pad(samples * level, [round(s * self.rate) for s in (BEFORE, AFTER)])
            noise = self._noise(len(padded), rng)
            yield self._seen(padded + noise * LEVEL * 10 ** (-snr / 20))

    def _noise(self, count: int, rng: np.random.Generator) -> Array:
        """Some background of root mean square 1."""
        if not self.noises:
            return rng.normal(size=count)
        noise = self.noises[int(rng.integers(len(self.noises)))]
        part = np.resize(noise[int(rng.integers(len(noise))) :], count)
        return part / max(rms(part), 1e-9)

    def _seen(self, samples: Array) -> Array:
        detector = self.detector
        detector.reset()
        features = detector.front.feed(np.asarray(samples, np.float32))
        scores = sigmoid(through(detector.layers, features)[:, 0])
        hop, window = detector.front.hop, detector.front.window
        ends = detector.spec["first"] + np.arange(len(scores)) * detector.spec["stride"]
        last = (ends - window) // hop + 1
        scores = np.where(last >= self.frames, scores, -1.0)
        high = np.flatnonzero(scores >= self.threshold)
        steps = high if len(high) else np.array([scores.argmax()])
        steps = steps[np.unique(np.linspace(0, len(steps) - 1, STEPS).round().astype(int))]
        plain = features * detector.front.scale + detector.front.mean
        return np.stack(
            [cepstra(plain[last[k] - self.frames : last[k]], self.basis, BLOCKS) for k in steps]
        )


def frames_looked_at(rate: int, hop: int) -> int:
    """Frames before a score that the gate looks at: 0.8 s, in parts of equal length.

    Examples
    --------
    >>> frames_looked_at(16_000, 160)
    80
    """
    return BLOCKS * max(round(LOOKED_AT * rate / hop / BLOCKS), 1)


def cosines(bands: int) -> Array:
    """Cosines (bands, coefficients) that make cepstra, without the first, which is loudness."""
    return np.asarray(dct(np.eye(bands), norm="ortho", axis=1)[:, 1 : COEFFICIENTS + 1])


def _fitted(own: list[Array], others: list[Array]) -> tuple[Array, float]:
    """Weights and intercept on cepstra as they are."""
    X = np.concatenate([*own, *others])
    y = np.repeat([1, 0], [sum(map(len, own)), sum(map(len, others))])
    counts = [1 / len(copy) for part in (own, others) for copy in part for _ in range(len(copy))]
    scaler = StandardScaler().fit(X)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit(scaler.transform(X), y, sample_weight=counts)
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - weights @ scaler.mean_)


def _left_out(
    own: list[list[Array]], rest: list[list[Array]], voices: list[str], share: float
) -> tuple[int, int, float]:
    """Recordings let through that were not learnt from, own and of others, and from what value."""
    folds = min(len(own), FOLDS, max(len(set(voices)), 2))
    fold_of = {voice: k % folds for k, voice in enumerate(sorted(set(voices)))}
    mine, theirs = np.empty((len(own), COPIES)), np.empty(len(rest))
    for fold in range(folds):
        away = [k for k in range(len(own)) if k % folds == fold]
        gone = [k for k, voice in enumerate(voices) if fold_of[voice] == fold]
        weights, bias = _fitted(
            [copy for k, word in enumerate(own) if k not in away for copy in word],
            [copy for k, word in enumerate(rest) if k not in gone for copy in word],
        )
        for k in away:
            mine[k] = [(copy @ weights + bias).max() for copy in own[k]]
        theirs[gone] = [(rest[k][0] @ weights + bias).max() for k in gone]
    least = float(np.quantile(mine, 1 - share, method="lower"))
    return int((mine[:, 0] >= least).sum()), int((theirs >= least).sum()), least
