"""Many sounds in a row, decoded when they are asked for."""

import hashlib
from collections.abc import Sequence
from math import floor
from pathlib import Path
from typing import Any, Self

import numpy as np

from fondo.data.audio.decode import Source, Wave, bounds, shaped
from fondo.data.audio.files import opened
from fondo.data.audio.load import load, load_samples
from fondo.data.audio.places import WHOLE, Span, parse, part_of
from fondo.data.audio.survey import Look, Survey, look_at, survey
from fondo.data.audio.waves import Sample, checked_waves
from fondo.data.threads import in_threads
from fondo.errors import BadParameter

Array = np.ndarray[Any, Any]

_CHUNK = 64  # sounds in memory that a thread looks at before it comes back
_SHORT = 1e-6  # seconds; places are written to the microsecond


class Sounds:
    """Sounds in a row: of files, of stretches of files, or of arrays in memory.

    Make them with `of_places` or `of_array`. They can be pickled, copied and taken apart; nothing
    is decoded before `load`, `survey`, `windows` or `original`.

    Parameters
    ----------
    places : list of str (n,)
        Where each is, or what it is called.
    samples : list of Sample (n,) or None, default=None
        The sounds, where they are in memory.

    Examples
    --------
    >>> sounds = Sounds.of_array(np.zeros((3, 800), np.int16), 8000, "docs")
    >>> len(sounds), sounds.take([2, 0]).places
    (3, ['sound 2', 'sound 0'])
    >>> sounds.load(Wave(16_000, 1000)).shape
    (3, 1000)
    """

    def __init__(self, places: list[str], samples: list[Sample] | None = None) -> None:
        self.places = places
        self._samples = samples
        self._looks: list[Look] | None = None

    @classmethod
    def of_places(cls, places: Sequence[str | Path]) -> Self:
        """Sounds of places: paths of files, or `FILE#t=START,END` (seconds)."""
        return cls([str(place) for place in places])

    @classmethod
    def of_array(cls, array: Any, rate: int, owner: str) -> Self:
        """Sounds of an array (n, samples), or of a list of arrays (samples,).

        Parameters
        ----------
        array : array or sequence of arrays
            Fractions between -1 and 1, or whole numbers of 8, 16 or 32 bits; see `checked_waves`.
        rate : int
            Hertz, of all of them.
        owner : str
            Who was given it, for messages.

        Raises
        ------
        BadData
            Its shape, its type or its numbers are not those of sounds.
        BadParameter
            The rate cannot be.
        """
        waves = checked_waves(array, rate, owner)
        name = f"{owner}(X=...): row"
        samples = [Sample(wave, int(rate), f"{name} {row}") for row, wave in enumerate(waves)]
        return cls([f"sound {row}" for row in range(len(waves))], samples)

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: Any) -> "Sounds":
        """Only these, in this order.

        Parameters
        ----------
        rows : sequence of int, or of bool (n,)
            Which.

        Returns
        -------
        sounds : Sounds
            With the same memory.
        """
        chosen = np.arange(len(self))[np.asarray(rows, None if len(rows) else np.intp)].tolist()
        samples = None if self._samples is None else [self._samples[row] for row in chosen]
        taken = Sounds([self.places[row] for row in chosen], samples)
        if self._looks is not None:
            taken._looks = [self._looks[row] for row in chosen]
        return taken

    def load(self, form: Wave) -> Array:
        """All of them in one form, float32 (n, samples) or (n, samples, 2); see `load.load`."""
        if self._samples is None:
            return load(self.places, form)
        if all(sample.rate == form.rate for sample in self._samples):
            return load_samples(self._samples, [], form)
        return load_samples(self._samples, [look.digest for look in self._looked()], form)

    def original(self, row: int, most: float = 60.0) -> tuple[Array, int]:
        """One of them as it is, mono (samples,), with its rate in hertz, to be heard or drawn.

        Parameters
        ----------
        row : int
            Which.
        most : float, default=60
            Seconds; a longer sound is cut there.

        Raises
        ------
        BadData
            It cannot be read.
        """
        if self._samples is not None:
            return _original(self._samples[row], WHOLE, most)
        path, span = parse(self.places[row])
        with opened(path) as sound:
            return _original(sound, span, most)

    def survey(self) -> Survey:
        """Lengths, levels and faults of all of them; looked at once."""
        return survey(self.places) if self._samples is None else Survey.of(self._looked())

    def fingerprint(self) -> str:
        """Sha-256 of what is heard, as 64 hexadecimal digits; order counts, paths do not."""
        digests = self.survey().digests.astype("<u8")
        return hashlib.sha256(f"{len(self)} sounds\n".encode() + digests.tobytes()).hexdigest()

    def windows(self, seconds: float, step: float | None = None) -> tuple["Sounds", Array]:
        """Sounds cut into windows of one length, which may overlap.

        Keep windows of one sound in one part of a split: give `rows`, or what they stand for, as
        the groups.

        Parameters
        ----------
        seconds : float
            Length of a window.
        step : float or None, default=None
            Seconds from one beginning to the next; None for windows that touch.

        Returns
        -------
        windows : Sounds
            Sound by sound, in order of time. The last of each ends where the sound does, so that
            nothing is left out (it overlaps more); a sound that is shorter than a window, or
            broken, stays as it is.
        rows : int array (n_windows,)
            The row of the sound that each was cut from.

        Notes
        -----
        With a step longer than a window there are gaps, and no window more at the end.

        Raises
        ------
        BadParameter
            A length that is not above 0.
        """
        step = seconds if step is None else step
        for name, value in (("seconds", seconds), ("step", step)):
            if not 0 < value < float("inf"):
                raise BadParameter(
                    f"Sounds.windows({name}={value!r}): {name} must be a number above 0."
                )
        places: list[str] = []
        samples: list[Sample] = []
        rows: list[int] = []
        for row, length in enumerate(self.survey().seconds.tolist()):
            spans = _spans(length, seconds, step)
            rows += [row] * len(spans)
            places += _places(self.places[row], spans)
            if self._samples is not None:
                samples += [_cut(self._samples[row], span) for span in spans]
        return Sounds(places, None if self._samples is None else samples), np.array(rows, np.intp)

    def _looked(self) -> list[Look]:
        """Looks at sounds in memory."""
        if self._looks is None:
            samples = self._samples or []
            parts = [samples[start : start + _CHUNK] for start in range(0, len(samples), _CHUNK)]
            found = in_threads(lambda part: [look_at(sample) for sample in part], parts)
            self._looks = [look for part in found for look in part]
        return self._looks


def _spans(length: float, seconds: float, step: float) -> list[Span]:
    """Windows of a sound; the whole of one that is not longer than a window."""
    if length <= seconds + _SHORT:
        return [WHOLE]
    count = floor((length - seconds) / step + _SHORT) + 1
    spans = [Span(k * step, k * step + seconds) for k in range(count)]
    if step <= seconds and length - spans[-1].end > _SHORT:
        spans.append(Span(length - seconds, length))
    return spans


def _places(place: str, spans: list[Span]) -> list[str]:
    if spans == [WHOLE]:
        return [place]
    file, (start, _) = parse(place)
    return [part_of(file, Span(start + span.start, start + span.end)) for span in spans]


def _cut(sample: Sample, span: Span) -> Sample:
    if span == WHOLE:
        return sample
    first, last = bounds(sample, span, sample.rate)
    return Sample(sample.array[first:last], sample.rate, sample.name)


def _original(source: Source, span: Span, most: float) -> tuple[Array, int]:
    first, last = bounds(source, span, source.rate)
    count = min(last - first, max(round(most * source.rate), 1))
    return shaped(source, span, Wave(source.rate, count)), source.rate
