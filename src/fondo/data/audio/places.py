"""Where one sound is: a file, or a stretch of a file.

`FILE` or `sample:tones#ROW`, or either with `#t=START,END` behind it, both in seconds from the
beginning, `END` not included, as in the Media Fragments of the W3C. What is done with the samples
is in `decode` and `load`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from fondo.errors import BadData

_PART = re.compile(r"(?s)(.+)#t=(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)")


class Span(NamedTuple):
    """A stretch of a sound.

    Attributes
    ----------
    start : float
        Seconds.
    end : float
        Seconds, not included; infinite where it goes to the end.
    """

    start: float = 0.0
    end: float = float("inf")


WHOLE = Span()


def parse(place: str) -> tuple[str, Span]:
    """Path of the file and the stretch of it.

    Raises
    ------
    BadData
        The stretch ends before it begins.

    Examples
    --------
    >>> parse("a.wav#t=1.5,3")
    ('a.wav', Span(start=1.5, end=3.0))
    >>> parse("take#1.wav")[0]
    'take#1.wav'
    """
    found = _PART.fullmatch(place) if "#t=" in place else None
    if found is None:
        return place, WHOLE
    span = Span(float(found[2]), float(found[3]))
    if span.start >= span.end:
        raise BadData(
            f"{place}: the stretch must end after it begins. Write #t=START,END in seconds."
        )
    return found[1], span


def part_of(file: str, span: Span) -> str:
    """Place of a stretch of a file, to the microsecond.

    Examples
    --------
    >>> part_of("a.wav", Span(0.5, 2.0))
    'a.wav#t=0.5,2'
    """
    if span == WHOLE:
        return file
    start, end = (f"{second:.6f}".rstrip("0").rstrip(".") for second in span)
    return f"{file}#t={start},{end}"


def by_file(places: Sequence[str]) -> dict[str, list[tuple[int, Span]]]:
    """Positions and stretches of each file that occurs.

    Examples
    --------
    >>> list(by_file(["b.ogg", "a.wav#t=0,1", "b.ogg"]))
    ['b.ogg', 'a.wav']
    """
    files: dict[str, list[tuple[int, Span]]] = {}
    for position, place in enumerate(places):
        file, span = parse(place)
        files.setdefault(file, []).append((position, span))
    return files
