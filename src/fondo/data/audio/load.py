"""Many sounds become one array, decoded in threads and kept.

How one is decoded is in `decode`; what is kept, and where, in `images.cache`.
"""

from collections.abc import Callable, Hashable, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.audio.decode import Wave, shaped
from fondo.data.audio.files import SAMPLE, opened, stamp
from fondo.data.audio.places import WHOLE, Span, by_file, parse
from fondo.data.audio.waves import Sample
from fondo.data.images.cache import Cache
from fondo.data.threads import in_threads
from fondo.errors import OutputError

Array = np.ndarray[Any, Any]

_CHUNK = 16  # files, or stretches of one file, that a thread decodes before it comes back


class SoundCache(Cache):
    """Decoded sounds by what they are and their form; 512 MiB in memory, the rest on disk."""

    def room(self, shape: tuple[int, ...]) -> Array:
        """Array of bytes to be filled; see `Cache.room`."""
        try:
            return super().room(shape)
        except OutputError as error:
            told = str(error).replace("decoded pictures", "decoded sounds")
            raise OutputError(told.replace("smaller pictures", "shorter sounds")) from error

    def waves(
        self, keys: Sequence[Hashable], form: Wave, make: Callable[[list[int], Array], None]
    ) -> Array:
        """Sounds in the order of their keys, float32 (n, samples[, 2]); see `Cache.load`."""

        def as_bytes(positions: list[int], room: Array) -> None:
            make(positions, _as_waves(room, form))

        return _as_waves(self.load(keys, form, (4 * prod(form.shape),), as_bytes), form)

    def waves_room(self, n: int, form: Wave) -> Array:
        """Sounds to be filled in, float32 (n, samples[, 2])."""
        return _as_waves(self.room((n, 4 * prod(form.shape))), form)


cache = SoundCache()


def load(places: Sequence[str], form: Wave) -> Array:
    """Sounds of files and of stretches of files, in one form.

    Parameters
    ----------
    places : sequence of str (n,)
        See `places`.
    form : Wave
        Rate, length, channels, and what to do about other lengths.

    Returns
    -------
    waves : float32 array (n, samples) or (n, samples, 2)
        Read only. A `numpy.memmap` where it is larger than 512 MiB.

    Raises
    ------
    BadData
        A sound cannot be read; one is named.
    OutputError
        There is neither memory nor disk for them.
    """
    files = by_file(places)
    known = {path: (_whole_path(path), *stamp(path)) for path in files}
    keys = [(known[path], span) for path, span in map(parse, places)]

    def make(positions: list[int], room: Array) -> None:
        jobs = _jobs([places[position] for position in positions])

        # many stretches of one file make jobs long enough for a thread each
        step = _CHUNK if all(len(wanted) == 1 for _, wanted in jobs) else 1

        def decode_some(start: int) -> None:
            for path, wanted in jobs[start : start + step]:
                _decode(path, wanted, room, form)

        in_threads(decode_some, range(0, len(jobs), step))

    return cache.waves(keys, form, make)


def load_samples(samples: Sequence[Sample], digests: Sequence[int], form: Wave) -> Array:
    """Sounds in memory, in one form; see `load`.

    Parameters
    ----------
    samples : sequence of Sample (n,)
        The sounds.
    digests : sequence of int (n,)
        What tells them apart.
    form : Wave
        What they are brought to.

    Returns
    -------
    waves : float32 array (n, samples) or (n, samples, 2)
    """

    def make(positions: list[int], room: Array) -> None:
        def shape_some(start: int) -> None:
            for k in range(start, min(start + _CHUNK, len(positions))):
                room[k] = shaped(samples[positions[k]], WHOLE, form)

        in_threads(shape_some, range(0, len(positions), _CHUNK))

    if all(sample.rate == form.rate for sample in samples):  # cutting is cheaper than keeping
        result = cache.waves_room(len(samples), form)
        make(list(range(len(samples))), result)
        return result
    keys = [(sample.frames, digest) for sample, digest in zip(samples, digests, strict=True)]
    return cache.waves(keys, form, make)


def _whole_path(path: str) -> str:
    """Path that is the same wherever one stands."""
    return path if path.startswith(SAMPLE) else str(Path(path).absolute())


def _jobs(places: Sequence[str]) -> list[tuple[str, list[tuple[int, Span]]]]:
    """Files with the stretches that are wanted of them, not too many at a time, in order."""
    jobs = []
    for path, wanted in by_file(places).items():
        inside = sorted(wanted, key=lambda one: one[1])
        jobs += [(path, inside[k : k + _CHUNK]) for k in range(0, len(inside), _CHUNK)]
    return jobs


def _decode(path: str, wanted: list[tuple[int, Span]], room: Array, form: Wave) -> None:
    with opened(path) as sound:
        for position, span in wanted:
            room[position] = shaped(sound, span, form)


def _as_waves(room: Array, form: Wave) -> Array:
    """Bytes (n, ...) as the samples that they are."""
    return room.view(np.float32).reshape(len(room), *form.shape)
