"""Sound that goes on: files in pieces, standard input, a microphone; what was lost is counted.

Scores and alarms are the detector's; this only brings it samples.
"""

import importlib
import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from fondo.data.audio.decode import Wave, decode
from fondo.data.audio.places import Span, part_of
from fondo.data.audio.sounds import Sounds
from fondo.errors import BadData, MissingExtra
from fondo.tasks.audio.ears import Ears, Heard

Array = np.ndarray[Any, Any]

PIECE = 60.0  # seconds of a file that are in memory at a time
BLOCK = 0.08  # seconds that a microphone gives at a time
WAITING = 50  # blocks that may wait before some are dropped: 4 s


def pieces(path: str, rate: int) -> Iterator[Array]:
    """Samples of a sound file of any length, one minute after the other.

    Parameters
    ----------
    path : str
        Any kind that `data.audio` reads.
    rate : int
        Samples a second that it is brought to. Hertz.

    Yields
    ------
    samples : float32 array (samples,)
        Mono.

    Raises
    ------
    BadData
        The file cannot be read to its end.
    """
    survey = Sounds.of_places([path]).survey()
    if survey.faults:
        raise BadData(survey.faults[0])
    total = max(round(float(survey.seconds[0]) * rate), 1)
    step = round(PIECE * rate)
    for first in range(0, total, step):
        last = min(first + step, total)
        place = part_of(path, Span(first / rate, last / rate)) if total > step else path
        yield decode(place, Wave(rate, last - first))


def raw(stream: BinaryIO, rate: int) -> Iterator[Array]:
    """Samples of raw sound: 16 bits, little end first, one channel, at the detector's rate.

    Parameters
    ----------
    stream : binary file
        Such as standard input.
    rate : int
        Samples a second. Hertz.

    Yields
    ------
    samples : float32 array (samples,)
        As they come in; half a sample at the very end is left out.
    """
    size, rest = max(2 * round(BLOCK * rate), 2), b""
    while data := stream.read(size):
        samples, rest = whole_samples(rest + data)
        yield samples


def whole_samples(data: bytes) -> tuple[Array, bytes]:
    """Samples of 16 bits, little end first, as (samples,) of full scale 1, and what is left over.

    Examples
    --------
    >>> whole_samples(bytes([0, 64, 65]))
    (array([0.5], dtype=float32), b'A')
    """
    whole = len(data) // 2 * 2
    return np.frombuffer(data[:whole], "<i2").astype(np.float32) / 32768, data[whole:]


@dataclass
class Listener:
    """Detectors behind a queue that a microphone fills.

    Parameters
    ----------
    ears : Ears
    waiting : int, default=50
        Blocks that may wait; more are dropped and counted.

    Attributes
    ----------
    dropped : int
        Blocks that were lost. After a loss the detectors begin anew, as they cannot know what they
        missed.
    """

    ears: Ears
    waiting: int = WAITING
    dropped: int = 0
    _queue: "queue.Queue[tuple[int, Array]]" = field(init=False, repr=False)
    _given: int = 0
    _taken: int = 0
    _offset: float = 0.0
    _heard: int = 0

    def __post_init__(self) -> None:
        self._queue = queue.Queue(self.waiting)

    def give(self, samples: Array) -> None:
        """Take a block in; called from the sound card's own thread, so it never waits."""
        block = np.asarray(samples, np.float32)
        number, self._given = self._given, self._given + 1
        try:
            self._queue.put_nowait((number, block))
        except queue.Full:
            self.dropped += 1

    def hear(self, timeout: float | None = 0.0) -> list[Heard]:
        """Words heard in what waits; seconds are from the start, gaps counted.

        Parameters
        ----------
        timeout : float or None, default=0
            How long to wait for a first block. Seconds; None waits for ever.
        """
        found: list[Heard] = []
        wait = timeout
        while True:
            try:
                number, block = self._queue.get(wait != 0.0, wait)
            except queue.Empty:
                return found
            wait = 0.0
            found += self._heard_in(number, block)

    def _heard_in(self, number: int, block: Array) -> list[Heard]:
        if number != self._taken:  # blocks are missing in between
            missed = number - self._taken
            self._offset += (self._heard + missed * len(block)) / self.ears.rate
            self._heard = 0
            self.ears.reset()
        self._taken = number + 1
        self._heard += len(block)
        found = self.ears.feed(block)
        return [Heard(self._offset + seconds, word) for seconds, word in found]


def sounddevice() -> Any:
    """The package sounddevice, or MissingExtra with what installs it."""
    try:
        return importlib.import_module("sounddevice")
    except ImportError as error:
        raise MissingExtra(
            "A microphone needs sounddevice, which is not installed. "
            "Install it with: pip install 'fondo[microphone]'"
        ) from error
    except OSError as error:  # the package is there, the system's library is not
        raise MissingExtra(
            f"A microphone needs PortAudio ({error}). Install it with: apt install libportaudio2"
        ) from error


def microphone(ears: Ears) -> Iterator[tuple[Heard, Listener]]:
    """Listen to the microphone until stopped.

    Yields
    ------
    heard : Heard
        A word, and when it was heard, from the start.
    listener : Listener
        With the count of what was dropped.
    """
    listener = Listener(ears)

    def take(block: Array, frames: int, time: Any, status: Any) -> None:
        listener.give(block[:, 0].copy())

    size = round(BLOCK * ears.rate)
    with sounddevice().InputStream(
        ears.rate, size, channels=1, dtype="float32", latency=0.2, callback=take
    ):
        while True:
            for heard in listener.hear(1.0):
                yield heard, listener
