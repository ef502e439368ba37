"""A clip for training: words laid over a background at a known distance, and where they lie.

What words, how many and how loud is drawn in `clips`; places are in `placement`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fondo.contracts import Either, Nothing, Real, Whole, check_value
from fondo.data.audio.placement import Segment, place
from fondo.data.audio.shaping import checked, from_db, looped, rms, to_db

Array = np.ndarray[Any, Any]
Seed = int | np.random.SeedSequence

POSITIVE, NEGATIVE = "positive", "negative"
FADE = 0.05  # seconds over which a background that is too short runs into itself
HUSHED = 1e-3  # a background so much quieter than on the whole (60 dB) counts as silent


@dataclass(frozen=True, eq=False)
class Recording:
    """Samples and whose they are.

    Parameters
    ----------
    samples : float array (samples,)
        Full scale is 1. Kept as float32.
    source : str
        Name of the file or of what it was made with.
    voice : str, default=""
        Who speaks; empty where it is not known.
    spoken : int or None, default=None
        Samples up to the end of the word, where an echo follows; all of them by default.

    Raises
    ------
    BadData
        The samples are none, not fractions, or not finite.
    """

    samples: Array
    source: str
    voice: str = ""
    spoken: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", checked(f"Recording({self.source!r})", self.samples))
        if self.spoken is None:
            object.__setattr__(self, "spoken", len(self.samples))
        check_value("Recording", "spoken", self.spoken, Whole(1, len(self.samples)))

    @property
    def word(self) -> Array:
        """The samples up to the end of the word."""
        return self.samples[: self.spoken]


class Event(NamedTuple):
    """A word in a clip.

    Attributes
    ----------
    start, end : int
        First and last millisecond that it covers, without the echo.
    kind : str
        "positive" or "negative".
    source, voice : str
        As the recording has them.
    snr : float or None
        Level of the word over that of the background under it. Decibels; None where the
        background is silent there.
    """

    start: int
    end: int
    kind: str
    source: str
    voice: str = ""
    snr: float | None = None


class Skipped(NamedTuple):
    """A word that did not get into a clip, and why."""

    kind: str
    source: str
    reason: str


@dataclass(frozen=True)
class Levels:
    """How long a clip is and how loud its parts are.

    Parameters
    ----------
    seconds : float, default=10
        Length of the clip, in whole milliseconds.
    snr_db : float or None, default=None
        Level (root mean square) of each word over that of the background under it. Decibels.
        None leaves the words as loud as they were recorded.
    background_db : float, default=0
        How much quieter the background is made first. Decibels. Of no account with `snr_db`,
        except where the background is silent.
    level_db : float or None, default=None
        Level that the clip is brought to, in decibels under full scale; None leaves it.
    gain_db : float, default=0
        What it is made louder by afterwards. Decibels.
    overdrive_db : float, default=0
        How far its peak is driven beyond full scale and cut off there. Decibels; 0 cuts nothing.

    Raises
    ------
    BadParameter
        A value cannot be.

    Notes
    -----
    Full scale is 1. Whatever is asked for, a clip that would go beyond it is made quieter as a
    whole, so nothing is cut off except by `overdrive_db`.
    """

    seconds: float = 10.0
    snr_db: float | None = None
    background_db: float = 0.0
    level_db: float | None = None
    gain_db: float = 0.0
    overdrive_db: float = 0.0

    contracts = {
        "seconds": Real(0.001, 3600),
        "snr_db": Either(Nothing(), Real(-100, 100)),
        "background_db": Real(-100, 100),
        "level_db": Either(Nothing(), Real(-100, 0)),
        "gain_db": Real(-100, 100),
        "overdrive_db": Real(0, 60),
    }

    def __post_init__(self) -> None:
        for name, contract in self.contracts.items():
            check_value("Levels", name, getattr(self, name), contract)

    @property
    def milliseconds(self) -> int:
        """Length of the clip."""
        return round(self.seconds * 1000)


@dataclass(frozen=True, eq=False)
class Clip:
    """A mixed clip and what is in it.

    Attributes
    ----------
    samples : float32 array (samples,)
        Between -1 and 1.
    rate : int
        Samples a second.
    events : tuple of Event
        Words by their start.
    skipped : tuple of Skipped
        Words that found no place, or cannot be heard.
    background, room : str
        Where they come from; "" for none.
    levels : Levels
        What was asked for.
    scale : float
        What the sum of background and words was multiplied by in the end.
    """

    samples: Array
    rate: int
    events: tuple[Event, ...]
    skipped: tuple[Skipped, ...]
    background: str
    levels: Levels
    scale: float
    room: str = ""

    @property
    def milliseconds(self) -> int:
        """Length."""
        return self.levels.milliseconds

    @property
    def ends(self) -> list[int]:
        """Last millisecond of every positive word, as `labels` wants them."""
        return [event.end for event in self.events if event.kind == POSITIVE]


def mix(
    background: Recording,
    positives: Sequence[Recording] = (),
    negatives: Sequence[Recording] = (),
    *,
    rate: int,
    levels: Levels | None = None,
    seed: Seed = 0,
) -> Clip:
    """Lay words over a background at random places where none touches another.

    Parameters
    ----------
    background : Recording
        One that is too short runs into itself; of one that is too long, a part is taken.
    positives, negatives : sequence of Recording
        Words, placed in this order, positives first.
    rate : int
        Samples a second, of all of them.
    levels : Levels or None, default=None
        Length and loudness; 10 s and everything as it was recorded by default.
    seed : int or numpy.random.SeedSequence, default=0
        Draws the part of the background and the places.

    Returns
    -------
    clip : Clip
        A word that finds no room is skipped, and told.

    Notes
    -----
    An echo rings on after the end of its word, under what comes next, up to the end of the clip.

    Examples
    --------
    >>> hum = Recording(np.full(800, 0.01), "hum")
    >>> clip = mix(hum, [Recording(np.full(80, 0.5), "word")], rate=800, levels=Levels(1, snr_db=6))
    >>> [event.end - event.start + 1 for event in clip.events], round(clip.events[0].snr, 3)
    ([100], 6.0)
    """
    check_value("mix", "rate", rate, Whole(1))
    levels = levels or Levels()
    rng = np.random.default_rng(seed)
    total = levels.milliseconds
    count = total * rate // 1000
    under = _background(background, count, rate, rng) * from_db(-levels.background_db)
    mixed, quiet = under.copy(), rms(under) * HUSHED
    events: list[Event] = []
    skipped: list[Skipped] = []
    taken: list[Segment] = []
    words = [(POSITIVE, word) for word in positives] + [(NEGATIVE, word) for word in negatives]
    for kind, word in words:
        if rms(word.word) == 0:
            skipped.append(Skipped(kind, word.source, "it is silent"))
            continue
        length = -(-len(word.word) * 1000 // rate)  # a millisecond that is begun is covered
        found = place(length, total, taken, rng)
        if found is None:
            room = "it is longer than the clip" if length > total else "no room is left"
            skipped.append(Skipped(kind, word.source, room))
            continue
        taken.append(found)
        # rounded down, two words that share no millisecond share no sample, nor the end of the clip
        at = found[0] * rate // 1000
        gain, snr = _gain(word, under[at : at + len(word.word)], quiet, levels.snr_db)
        part = word.samples[: count - at]
        mixed[at : at + len(part)] += part * np.float32(gain)
        events.append(Event(*found, kind, word.source, word.voice, snr))
    samples, scale = _levelled(mixed, levels)
    events.sort()
    return Clip(samples, rate, tuple(events), tuple(skipped), background.source, levels, scale)


def _background(recording: Recording, count: int, rate: int, rng: np.random.Generator) -> Array:
    """As much of a background as the clip is long, from a random place."""
    whole = len(recording.samples)
    starts = whole - count + 1 if whole >= count else whole
    return looped(recording.samples, count, int(rng.integers(starts)), int(FADE * rate))


def _gain(
    word: Recording, under: Array, quiet: float, wanted: float | None
) -> tuple[float, float | None]:
    """What a word is multiplied by, and how far above the background it then is (decibels)."""
    below, own = rms(under), rms(word.word)
    if below <= quiet:  # nothing to be measured against: it stays as loud as it was recorded
        return 1.0, None
    if wanted is None:
        return 1.0, to_db(own / below)
    return below * from_db(wanted) / own, float(wanted)


def _levelled(mixed: Array, levels: Levels) -> tuple[Array, float]:
    """Clip at its level, within full scale, and what it was multiplied by."""
    peak, level = float(np.abs(mixed).max(initial=0.0)), rms(mixed)
    if peak == 0:
        return mixed, 1.0
    scale = 1.0 if levels.level_db is None else from_db(levels.level_db) / level
    scale *= from_db(levels.gain_db)
    if levels.overdrive_db > 0:
        scale = from_db(levels.overdrive_db) / peak
    elif scale * peak > 1:
        scale = 1.0 / peak
    # after the guard this cuts no more than what rounding to float32 adds
    return np.clip(mixed * np.float32(scale), -1.0, 1.0), scale
