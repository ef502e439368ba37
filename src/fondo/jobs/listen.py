"""The work behind `fondo trigger`: clips, training, judging, chimes.

How it looks on the screen is in `cli.trigger`; the network and its threshold in `tasks.audio`;
made-up voices in `speak`.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.audio.chime import with_chimes
from fondo.data.audio.clips import Sources
from fondo.data.audio.corpus import Entry, write_clips
from fondo.data.audio.decode import Wave, decode
from fondo.data.audio.files import opened
from fondo.data.audio.hygiene import check_apart
from fondo.data.audio.mixing import Recording
from fondo.data.audio.shaping import rms
from fondo.data.audio.sounds import Sounds
from fondo.engine.callbacks import Callback
from fondo.errors import BadData, OutputError
from fondo.jobs.places import checkpoint_note, checkpoint_of
from fondo.jobs.speak import write_sound
from fondo.judge.detection import Detection, Stream, Word, detect
from fondo.judge.detection_curve import DetectionCurve, detection_curve
from fondo.store.atomic import blaming
from fondo.store.folder import check_place
from fondo.tasks.audio.ears import Heard
from fondo.tasks.audio.listening import pieces
from fondo.tasks.audio.recordings import read_recordings, sources_of
from fondo.tasks.audio.rounds import forget_rounds
from fondo.tasks.audio.standalone import Detector
from fondo.tasks.audio.trigger import TriggerWord
from fondo.tasks.run import Run

SNRS = (20.0, 10.0, 5.0, 0.0)  # decibels at which words are judged
GAP = 2.0  # seconds between two words of a stream
QUIET = 1e-4  # of full scale: noise where there is no background

Say = Callable[[str], None]


def mix_clips(task: TriggerWord, folder: Path, out: Path, *, n: int, seed: int) -> list[Entry]:
    """Mix clips from a folder of recordings into another, as training would, with a manifest."""
    sources = sources_of(folder, task.front_end.rate)
    return write_clips(out, sources, task.recipe(sources), seed=seed, n=n)


def train_trigger(
    task: TriggerWord, folder: Path, out: Path, validation: Path | None, say: Say,
    *, resume: bool = False, callbacks: tuple[Callback, ...] = (),
) -> TriggerWord:  # fmt: skip
    """Train on a folder of recordings and write the model folder.

    What was stopped goes on with `resume`, from checkpoints beside the model folder.
    """
    if note := checkpoint_note(out, resume=resume):
        say(note)
    say(f"Mixing clips from {folder} and training. This takes minutes.")
    check_place(out)
    held = None if validation is None else (validation, None)
    place = checkpoint_of(out)
    with blaming(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    task.fit(folder, validation_data=held, run=Run(place, resume=resume, callbacks=callbacks))
    task.save(out)
    place.unlink(missing_ok=True)
    forget_rounds(place)
    return task


@dataclass(frozen=True)
class Judged:
    """What a detector is worth on recordings that it has not met.

    Attributes
    ----------
    words : Detection
        Words at several distances from the background, with latencies.
    rest : Detection
        Recordings without the word: false alarms and near misses.
    curve : DetectionCurve
        Of all streams together.
    seconds : float
        Of sound that was listened to.
    took : float
        Seconds that listening took, on one thread.
    megabytes : float or None
        Most memory of the process.
    failures : list of dict
        Words that were missed and alarms for nothing, with the samples around them.
    """

    words: Detection
    rest: Detection
    curve: DetectionCurve
    seconds: float
    took: float
    megabytes: float | None
    failures: list[dict[str, Any]]

    @property
    def real_time_factor(self) -> float:
        """Share of the sound's own time that listening takes."""
        return self.took / self.seconds

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {
            "words": self.words.to_json(),
            "without": self.rest.to_json(),
            "curve": self.curve.to_json(),
            "seconds": self.seconds,
            "real_time_factor": self.real_time_factor,
            "megabytes": self.megabytes,
            "failures": [{k: v for k, v in f.items() if k != "samples"} for f in self.failures],
        }


def evaluate_trigger(
    task: TriggerWord, folder: Path, streams: Sequence[Path] = (), *, seed: int = 0
) -> Judged:
    """Judge on a folder of recordings by voices that were not learnt from.

    Parameters
    ----------
    task : TriggerWord
        Fitted.
    folder : path
        Words are laid over its backgrounds, 20, 10, 5 and 0 dB above them, with gaps between
        them; its negatives and near misses, one after the other, are what must not be taken for
        the word, and are counted apart.
    streams : sequence of path, default=()
        Long recordings without the word.
    seed : int, default=0
        Draws the noise where there is no background.

    Raises
    ------
    BadData
        A voice of the folder was learnt from.
    """
    begun = time.perf_counter()
    failures: list[dict[str, Any]] = []
    words, rest = _heard_in(task, folder, streams, seed, failures)
    took = time.perf_counter() - begun
    both = [*words, *rest]
    return Judged(
        detect(words, task.policy), detect(rest, task.policy), detection_curve(both, task.policy),
        sum(stream.seconds for stream in both), took, _megabytes(), failures,
    )  # fmt: skip


def choose_threshold(
    task: TriggerWord, folder: Path, streams: Sequence[Path] = (), *, seed: int = 0
) -> TriggerWord:
    """Choose the threshold anew on a folder of recordings, heard as `evaluate_trigger` hears them.

    Parameters
    ----------
    task : TriggerWord
        Fitted; changed.
    folder : path
        Of voices that were not learnt from, nor will be judged on.
    streams : sequence of path, default=()
        Long recordings without the word, such as of the room that will be listened to.
    seed : int, default=0
        Draws the noise where there is no background.

    Raises
    ------
    BadData
        A voice of the folder was learnt from.
    """
    words, rest = _heard_in(task, folder, streams, seed, [])
    return task.choose([*words, *rest])


def _heard_in(
    task: TriggerWord, folder: Path, streams: Sequence[Path], seed: int,
    failures: list[dict[str, Any]],
) -> tuple[list[Stream], list[Stream]]:  # fmt: skip
    """Scores of a folder's words at several distances from the background, and of all else."""
    sources = read_recordings(folder, task.front_end.rate)
    if known := getattr(task, "identities_", None):
        check_apart({"training": known, "judging": sources.identities()},
                    allow=("background", "room"))  # fmt: skip
    rng = np.random.default_rng(seed)
    words = [
        _listened(task, *_in_row(sources.positives, sources, snr, rng), failures) for snr in SNRS
    ]
    rest = []
    for parts in (sources.negatives, sources.near_misses):
        if parts:
            rest.append(_listened(task, *_in_row(parts, sources, 20.0, rng), failures))
    rate = task.front_end.rate
    rest += [task.stream(pieces(str(path), rate), name=path.name) for path in streams]
    rest += [
        task.stream(b.samples, name=b.source) for b in sources.backgrounds if len(b.samples) > 1
    ]
    return words, rest


def _in_row(
    parts: Sequence[Recording], sources: Sources, snr: float, rng: np.random.Generator
) -> tuple[np.ndarray, list[Word], str]:
    """Words one after the other, a background under them; negatives stand without being words."""
    rate = sources.rate
    wanted = {id(r): False for r in sources.positives} | dict.fromkeys(
        (id(r) for r in sources.near_misses), True
    )
    pieces_, words, at = [], [], 0
    gap = np.zeros(round(GAP * rate), np.float32)
    for part in parts:
        at += len(gap)
        if id(part) in wanted:
            labels = {"snr": snr, "voice": part.voice}
            end, near = (at + len(part.word)) / rate, wanted[id(part)]
            words.append(Word(at / rate, end, near_miss=near, labels=labels))
        pieces_ += [gap, part.samples]
        at += len(part.samples)
    pieces_.append(gap)
    mixed = np.concatenate(pieces_)
    level = rms(np.concatenate([part.samples for part in parts]))
    under = _background(sources, len(mixed), rng)
    mixed = mixed + under * (level / max(rms(under), 1e-12) * 10 ** (-snr / 20))
    near = bool(words) and all(word.near_miss for word in words)
    name = "near misses" if near else "words" if words else "without the word"
    return np.asarray(mixed, np.float32), words, f"{name}, {snr:g} dB"


def _background(sources: Sources, n: int, rng: np.random.Generator) -> np.ndarray:
    """Backgrounds one after the other, as long as is wanted; noise where they are silent."""
    loud = [b.samples / rms(b.samples) for b in sources.backgrounds if rms(b.samples) > QUIET]
    if not loud:
        return np.asarray(rng.normal(size=n), np.float32)
    return np.resize(np.concatenate(loud), n)


def _listened(
    task: TriggerWord, samples: np.ndarray, words: list[Word], name: str,
    failures: list[dict[str, Any]],
) -> Stream:  # fmt: skip
    """Scores of a stream; what went wrong is kept to be heard."""
    stream = task.stream(samples, words, name)
    found = detect([stream], task.policy)
    rate = task.front_end.rate
    for outcome in found.outcomes:
        if (outcome.latency is None) is not outcome.word.near_miss:
            kind = "near miss" if outcome.word.near_miss else "missed"
            failures.append(_failure(kind, outcome.word.onset, samples, rate, name))
    alarms = stream.times(task.policy.detect(stream.scores))
    for second in alarms.tolist():
        if not any(w.onset <= second <= w.end + 1.0 for w in words):
            failures.append(_failure("false alarm", second - 1.0, samples, rate, name))
    return stream


def _failure(kind: str, second: float, samples: np.ndarray, rate: int, name: str) -> dict[str, Any]:
    first = max(round((second - 0.3) * rate), 0)
    return {
        "kind": kind, "stream": name, "seconds": round(second, 3),
        "samples": samples[first : first + 2 * rate],
    }  # fmt: skip


def _megabytes() -> float | None:
    """Most memory of the process; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def heard(words: Mapping[str, TriggerWord], path: str) -> Iterator[Heard]:
    """What is heard in a file, in order of time; each word at its own rate."""
    return merge(*[_heard(word, task.detector(), path) for word, task in words.items()])


def _heard(word: str, detector: Detector, path: str) -> Iterator[Heard]:
    """One word in a file, as it is found."""
    for piece in pieces(path, detector.rate):
        for step in detector.feed(piece)[1]:
            yield Heard(detector.seconds(step), word)


def chimed(task: TriggerWord, path: Path, out: Path, chime: Path | None) -> list[float]:
    """Write a recording with a chime where the word was heard; its rate and channels are kept."""
    times = [at.seconds for at in heard({"": task}, str(path))]
    with opened(str(path)) as sound:
        rate, frames, channels = sound.rate, sound.frames, sound.channels
    mono = channels == 1
    samples = decode(str(path), Wave(rate, frames, mono=mono))
    bell = None
    if chime is not None:
        survey = Sounds.of_places([str(chime)]).survey()
        if survey.faults:
            raise BadData(survey.faults[0])
        bell = decode(str(chime), Wave.of_seconds(rate, float(survey.seconds[0])))
    write_sound(out, with_chimes(samples, times, rate=rate, chime=bell), rate)
    return times


def write_report(judged: Judged, task: TriggerWord, path: Path) -> None:
    """Write the page on what a detector is worth."""
    from fondo.report.trigger import trigger_page

    text = trigger_page(judged, task.policy.threshold, task.front_end.rate)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: it cannot be written ({error}).") from error


def draw(task: TriggerWord, sound: Path, path: Path) -> None:
    """Draw the first minute of a recording: what the network was given, probability, alarms."""
    from fondo.report.style import standalone
    from fondo.report.trigger import Stretch, stretch_chart

    samples = next(pieces(str(sound), task.front_end.rate))
    detector = task.detector()
    features = detector.front.feed(samples)
    stream = task.stream(samples)
    steps = np.arange(len(stream.scores))
    found = Stretch(
        features, stream.times(steps), np.asarray(stream.scores),
        task.detect(samples).tolist(), len(samples) / detector.rate, task.policy.threshold,
    )  # fmt: skip
    try:
        path.write_text(standalone(stretch_chart(found, sound.name)), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: it cannot be written ({error}).") from error
