"""One look at every sound: how long, how loud, how it is stored, whether it is broken.

Decoding them for a network is in `load`.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log10, sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fondo.data.audio.decode import Source, bounds, mixed
from fondo.data.audio.files import SAMPLE, first_bytes, opened, stamp
from fondo.data.audio.places import WHOLE, Span, parse, part_of
from fondo.data.audio.tones import tone_at
from fondo.data.audio.waves import Sample
from fondo.data.images.places import Stamp
from fondo.data.threads import in_threads
from fondo.errors import BadData

Array = np.ndarray[Any, Any]

SILENT = 1e-3  # of full scale, -60 decibels: a sound of which no sample is louder is silent
LOUD = 0.99  # of full scale: a sample that reaches so far counts as clipped
QUIETEST = -200.0  # decibels, of a sound of zeros

_CHUNK = 32  # files that a thread looks at before it comes back
_PIECE = 1 << 20  # bytes that are hashed at a time
_KEPT = 1_000_000  # sounds that are remembered, about 0.3 kB each


@dataclass
class Survey:
    """What is known of some sounds.

    Parameters
    ----------
    seconds : float64 array (n,)
        Length; 0 where the sound is broken.
    rates : int32 array (n,)
        Hertz, as stored; 0 where it is broken.
    channels : int32 array (n,)
        As stored; 0 where it is broken.
    digests : uint64 array (n,)
        Of the content: of the bytes of a file, with the stretch where it is one; of the samples in
        memory. 0 where the file cannot be read at all.
    peaks : float32 array (n,)
        Largest sample of any channel, without its sign; 1 is full scale.
    levels : float32 array (n,)
        Root mean square of the mean of the channels, in decibels of full scale (dBFS): a sine of
        full scale has -3.0. Not below -200.
    clipped : float32 array (n,)
        Share of the samples, of all channels, at 0.99 of full scale or beyond.
    silent : bool array (n,)
        Whether no sample of the mean of the channels is above 0.001 of full scale (-60 dBFS). Two
        channels that are each other's opposite are silent too.
    faults : dict of int to str
        Row to what is wrong, with the name of the sound.
    """

    seconds: Array
    rates: Array
    channels: Array
    digests: Array
    peaks: Array
    levels: Array
    clipped: Array
    silent: Array
    faults: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, looks: Sequence["Look"]) -> "Survey":
        """Of sounds that were looked at one by one."""
        columns: list[Any] = list(zip(*looks, strict=True)) or [()] * len(Look._fields)
        types = (np.float64, np.int32, np.int32, np.uint64, *(np.float32,) * 3, np.bool_)
        values: list[Any] = [
            np.array(column, dtype) for column, dtype in zip(columns, types, strict=False)
        ]
        found = cls(*values)
        found.faults.update({row: look.fault for row, look in enumerate(looks) if look.fault})
        return found

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def broken(self) -> Array:
        """Which sounds cannot be read (n,)."""
        return np.asarray(self.rates == 0)


class Look(NamedTuple):
    """What is known of one sound; see `Survey`."""

    seconds: float = 0.0
    rate: int = 0
    channels: int = 0
    digest: int = 0
    peak: float = 0.0
    level: float = QUIETEST
    clipped: float = 0.0
    silent: bool = False
    fault: str = ""


def survey(places: Sequence[str]) -> Survey:
    """Look at sounds once, in several threads; what is known already is only looked up.

    Parameters
    ----------
    places : sequence of str (n,)
        Files, or stretches of files; see `places`.

    Returns
    -------
    survey : Survey
        Nothing is raised for a broken sound: it is among `faults`.

    Raises
    ------
    MissingExtra
        soundfile is not installed.

    Notes
    -----
    Every file is decoded to its end, in blocks. A file is looked at again when its size or its time
    of change differ. One sample is a sound, and silence is one. Faults are:

    - no such file, a folder, an empty file, no sound by its content;
    - one that is cut off or damaged, or holds fewer samples than its header says; or none at all;
    - one that does not say how long it is: some FLAC from pipes, and MP3 of varying bit rate
      without the frame that counts;
    - a sample that is NaN, infinite or above 10 times full scale;
    - a rate outside of 100 Hz to 4 MHz;
    - a stretch that begins after the end or ends before it begins, or is of a broken file.
    """
    looks: dict[str, Look] = {}
    work: dict[str, list[tuple[str, Span]]] = {}
    for place in dict.fromkeys(places):
        try:
            path, span = parse(place)
            now = stamp(path)
        except BadData as error:
            looks[place] = Look(fault=str(error))
            continue
        look = seen.get(path, span, now)
        if look is None:
            work.setdefault(path, []).append((place, span))
        else:
            looks[place] = look
    jobs = list(work.items())
    parts = [jobs[start : start + _CHUNK] for start in range(0, len(jobs), _CHUNK)]
    for part in in_threads(_look_at_files, parts):
        looks.update(part)
    return Survey.of([looks[place] for place in places])


def look_at(sample: Sample) -> Look:
    """Look at a sound in memory.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    look : Look
        Its digest is of the samples as fractions and of the rate.
    """
    made = hashlib.blake2b(f"{sample.rate} {sample.frames}\n".encode(), digest_size=8)
    for block in sample.blocks(0, sample.frames):
        made.update(np.ascontiguousarray(block).data)
    return _measured(sample, WHOLE, int.from_bytes(made.digest(), "little"))


class _Seen:
    """Looks at files and their stretches, by path; the ones that were asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: OrderedDict[tuple[str, Span], tuple[Stamp, Look]] = OrderedDict()
        self.counted = 0  # files that were decoded, ever

    def get(self, path: str, span: Span, now: Stamp) -> Look | None:
        key = (path, span)
        with self._lock:
            then, look = self._looks.get(key, (None, None))
            if then != now:
                return None
            self._looks.move_to_end(key)
            return look

    def put(self, path: str, span: Span, now: Stamp, look: Look) -> None:
        with self._lock:
            self.counted += span == WHOLE
            self._looks[path, span] = now, look
            while len(self._looks) > _KEPT:
                self._looks.popitem(last=False)


seen = _Seen()


def _look_at_files(jobs: Sequence[tuple[str, list[tuple[str, Span]]]]) -> dict[str, Look]:
    """Looks at some files, and at what is wanted of them, one after the other."""
    return {place: look for path, wanted in jobs for place, look in _look_at_file(path, wanted)}


def _look_at_file(path: str, wanted: list[tuple[str, Span]]) -> list[tuple[str, Look]]:
    try:
        now = stamp(path)
    except BadData as error:  # it was there a moment ago
        return [(place, Look(fault=str(error))) for place, _ in wanted]
    whole = seen.get(path, WHOLE, now)
    if whole is None:
        whole = _whole(path)
        seen.put(path, WHOLE, now, whole)
    found = []
    for place, span in wanted:
        look = whole if span == WHOLE or whole.fault else _stretch(path, span, whole.digest)
        if span != WHOLE:
            seen.put(path, span, now, look)
        found.append((place, look))
    return found


def _whole(path: str) -> Look:
    digest = 0
    try:
        if path.startswith(SAMPLE):
            return look_at(tone_at(path))
        first_bytes(path)  # a film of 4 GB named .wav is not read to its end
        digest = _digest(path)
        with opened(path) as sound:
            return _measured(sound, WHOLE, digest)
    except BadData as error:
        return Look(digest=digest, fault=str(error))
    except OSError as error:
        return Look(fault=f"{path}: the file cannot be read ({error.strerror}).")


def _stretch(path: str, span: Span, digest: int) -> Look:
    try:
        own = hashlib.blake2b(f"{digest} {part_of('', span)}".encode(), digest_size=8).digest()
        with opened(path) as sound:
            return _measured(sound, span, int.from_bytes(own, "little"))
    except BadData as error:
        return Look(digest=digest, fault=str(error))


def _digest(path: str) -> int:
    """First 64 bits of a hash of the bytes of a file."""
    made = hashlib.blake2b(digest_size=8)
    with Path(path).open("rb") as file:
        while piece := file.read(_PIECE):
            made.update(piece)
    return int.from_bytes(made.digest(), "little")


def _measured(source: Source, span: Span, digest: int) -> Look:
    """Length and levels of a stretch."""
    first, last = bounds(source, span, source.rate)
    peak = loudest = squares = 0.0
    clipped = 0
    for block in source.blocks(first, last):
        size = np.abs(block)
        peak = max(peak, float(size.max()))
        clipped += int(np.count_nonzero(size >= LOUD))
        mono = mixed(block, True)
        loudest = max(loudest, float(np.abs(mono).max()))
        squares += float(np.square(mono, dtype=np.float64).sum())
    n = last - first
    level = max(20 * log10(max(sqrt(squares / n), 1e-10)), QUIETEST)
    share = clipped / (n * source.channels)
    seconds = n / source.rate
    return Look(
        seconds, source.rate, source.channels, digest, peak, level, share, loudest <= SILENT
    )
