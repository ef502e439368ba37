"""Training clips without end: what is drawn for each, from which recordings, by which seed.

How one clip is put together is in `mixing`; clips on disk are in `corpus`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count as counting
from typing import Any

import numpy as np

from fondo.contracts import Either, Flag, Listed, Nothing, Real, Whole, check_value
from fondo.data.audio.coding import coded
from fondo.data.audio.mixing import Clip, Levels, Recording, mix
from fondo.data.audio.shaping import FASTEST, SLOWEST, at_speed, in_room, in_tone, made_up_room
from fondo.errors import BadData, BadParameter

Array = np.ndarray[Any, Any]
Range = tuple[float, float]

_WORDS = Listed(Whole(0, 1000), least=2, most=2)
_DECIBELS = Listed(Real(-100, 100), least=2, most=2)

KINDS = ("backgrounds", "positives", "negatives", "rooms", "near_misses")
CODING_LOSS = 0.5, 1.0  # of `coded`: from what nobody hears to a bad line
TONES = 7  # frequencies at which loudness is drawn for another tone
ROOM = "made up"  # name of a room that is drawn, where no responses of rooms are given


@dataclass(frozen=True, eq=False)
class Sources:
    """Recordings that clips are made of, all at one rate.

    Parameters
    ----------
    rate : int
        Samples a second.
    backgrounds : sequence of Recording
        At least one.
    positives : sequence of Recording
        The word, once in each.
    negatives : sequence of Recording, default=()
        Other words.
    rooms : sequence of Recording, default=()
        Impulse responses; without any, rooms are made up.
    near_misses : sequence of Recording, default=()
        Words that sound like the one that is listened for. They get into clips as `negatives` do,
        each as likely, and are told apart from them where a threshold is chosen.

    Raises
    ------
    BadData
        There is no background, or two recordings share a name.
    """

    rate: int
    backgrounds: Sequence[Recording]
    positives: Sequence[Recording]
    negatives: Sequence[Recording] = ()
    rooms: Sequence[Recording] = ()
    near_misses: Sequence[Recording] = ()

    def __post_init__(self) -> None:
        check_value("Sources", "rate", self.rate, Whole(1))
        if not self.backgrounds:
            raise BadData(
                "Sources(backgrounds): there must be at least one background. Silence is one too: "
                "Recording(numpy.zeros(rate), 'silence')."
            )
        for kind in KINDS:
            names = [recording.source for recording in getattr(self, kind)]
            if double := sorted({name for name in names if names.count(name) > 1}):
                raise BadData(
                    f"Sources({kind}): names of recordings must differ, but {double[0]!r} occurs "
                    "more than once. Give each its path."
                )

    @property
    def others(self) -> Sequence[Recording]:
        """All that is said and is not the word."""
        return [*self.negatives, *self.near_misses]

    def identities(self) -> dict[str, list[str]]:
        """Who and what is heard: "voice", "background", "room", "recording"; see `hygiene`."""
        words = [*self.positives, *self.others]
        return {
            "voice": [word.voice for word in words],
            "background": [recording.source for recording in self.backgrounds],
            "room": [recording.source for recording in self.rooms],
            "recording": [word.source for word in words],
        }

    def fingerprint(self) -> str:
        """Hash of every sample and name, as 32 hexadecimal digits."""
        made = hashlib.blake2b(f"{self.rate}".encode(), digest_size=16)
        for kind in KINDS:
            for recording in getattr(self, kind):
                head = (kind, recording.source, recording.voice, recording.spoken)
                made.update(f"{head!r}{len(recording.samples)}\n".encode())
                made.update(recording.samples.tobytes())
        return made.hexdigest()


@dataclass(frozen=True)
class Recipe:
    """What clips are like; each draws its own amounts, evenly between two ends.

    Parameters
    ----------
    seconds : float, default=10
        Length of a clip.
    positives, negatives : (int, int), default=(0, 4), (0, 2)
        Fewest and most words in a clip.
    snr_db : (float, float) or None, default=(0, 30)
        Level of the words over that of the background under them, one draw a clip. Decibels.
        None leaves both as they were recorded, but for `background_db`.
    background_db : float, default=0
        How much quieter backgrounds are made. Decibels. For where `snr_db` is None.
    level_db : float or None, default=-30
        Level that clips are brought to. Decibels under full scale. The notes have -20, which
        leaves no room for louder clips: their peaks would go beyond full scale.
    gain_db : (float, float), default=(-10, 10)
        What they are made louder or quieter by after that. Decibels.
    speed : (float, float), default=(0.9, 1.1)
        Of each word; the pitch goes along. Not below 0.5, not above 2.
    tone_db : float, default=0
        Most that low, middle or high frequencies of a word are made louder or quieter, as another
        microphone or another throat would. Each word draws how much of it. Decibels.
    room : float in [0, 1], default=0.5
        Share of clips in which the words are heard in a room.
    echo_seconds : (float, float), default=(0.1, 0.6)
        Time in which the echo of a made-up room falls by 60 dB.
    direct_db : (float, float), default=(0, 15)
        Energy of the sound itself over that of its echo in a made-up room. Decibels.
    overdriven : float in [0, 1], default=0
        Share of clips whose peaks are cut off, as by a bad microphone.
    overdrive_db : (float, float), default=(1, 10)
        How far their peaks are driven beyond full scale. Decibels.
    coded : float in [0, 1], default=0
        Share of clips that have gone through a codec, as `coding.coded` has it.
    again : bool, default=False
        Whether a recording may come twice in one clip. Where it may not, a clip holds no more
        words than there are.

    Raises
    ------
    BadParameter
        A value cannot be, or the first end of a range is above the second.
    """

    seconds: float = 10.0
    positives: tuple[int, int] = (0, 4)
    negatives: tuple[int, int] = (0, 2)
    snr_db: Range | None = (0.0, 30.0)
    background_db: float = 0.0
    level_db: float | None = -30.0
    gain_db: Range = (-10.0, 10.0)
    speed: Range = (0.9, 1.1)
    tone_db: float = 0.0
    room: float = 0.5
    echo_seconds: Range = (0.1, 0.6)
    direct_db: Range = (0.0, 15.0)
    overdriven: float = 0.0
    overdrive_db: Range = (1.0, 10.0)
    coded: float = 0.0
    again: bool = False

    contracts = {
        "seconds": Real(0.001, 3600),
        "positives": _WORDS,
        "negatives": _WORDS,
        "snr_db": Either(Nothing(), _DECIBELS),
        "background_db": Real(-100, 100),
        "level_db": Either(Nothing(), Real(-100, 0)),
        "gain_db": _DECIBELS,
        "speed": Listed(Real(SLOWEST, FASTEST), least=2, most=2),
        "tone_db": Real(0, 60),
        "room": Real(0, 1),
        "echo_seconds": Listed(Real(0, 20, open_low=True), least=2, most=2),
        "direct_db": _DECIBELS,
        "overdriven": Real(0, 1),
        "overdrive_db": Listed(Real(0, 60), least=2, most=2),
        "coded": Real(0, 1),
        "again": Flag(),
    }

    def __post_init__(self) -> None:
        for name, contract in self.contracts.items():
            value = getattr(self, name)
            check_value("Recipe", name, value, contract)
            if not isinstance(value, Sequence):
                continue
            object.__setattr__(self, name, tuple(value))  # JSON has only lists
            if value[0] > value[1]:
                raise BadParameter(
                    f"Recipe({name}={tuple(value)}): the first of {name} must not be above the "
                    "second. Swap them."
                )

    @classmethod
    def notes(cls) -> "Recipe":
        """Clips of the Coursera lesson: background 20 dB quieter, all at -20 dB, nothing else."""
        plain: dict[str, Any] = {"snr_db": None, "speed": (1.0, 1.0), "gain_db": (0.0, 0.0)}
        return cls(background_db=20.0, level_db=-20.0, room=0.0, again=True, **plain)

    def to_json(self) -> dict[str, Any]:
        """Plain settings."""
        return asdict(self)


def clip_seed(seed: int, number: int) -> np.random.SeedSequence:
    """Seed of one clip: it hangs on these two numbers alone.

    Parameters
    ----------
    seed : int
        At least 0; of all clips.
    number : int
        At least 0; which one.

    Returns
    -------
    seed : numpy.random.SeedSequence
        The same as `SeedSequence(seed).spawn(n)[number]`, without the others.
    """
    check_value("clip_seed", "seed", seed, Whole(0))
    check_value("clip_seed", "number", number, Whole(0))
    return np.random.SeedSequence(seed, spawn_key=(number,))


def make_clip(sources: Sources, recipe: Recipe, seed: int, number: int) -> Clip:
    """One clip.

    Parameters
    ----------
    sources : Sources
        What it may be made of.
    recipe : Recipe
        What it is like.
    seed, number : int
        Of all clips, and which one.

    Returns
    -------
    clip : Clip
        The same whatever other clips are made before or beside it.

    Raises
    ------
    BadData
        The recipe wants a word of a kind of which there is none.
    """
    for_words, for_mix = clip_seed(seed, number).spawn(2)
    rng = np.random.default_rng(for_words)
    background = sources.backgrounds[int(rng.integers(len(sources.backgrounds)))]
    chosen = [
        _choose(kind, recordings, getattr(recipe, kind), recipe.again, rng)
        for kind, recordings in (("positives", sources.positives), ("negatives", sources.others))
    ]
    room = _room(sources, recipe, rng)
    positives, negatives = (
        [_changed(w, sources.rate, recipe, room, rng) for w in words] for words in chosen
    )
    driven = bool(rng.random() < recipe.overdriven)
    levels = Levels(
        seconds=recipe.seconds,
        snr_db=None if recipe.snr_db is None else float(rng.uniform(*recipe.snr_db)),
        background_db=recipe.background_db,
        level_db=recipe.level_db,
        gain_db=float(rng.uniform(*recipe.gain_db)),
        overdrive_db=float(rng.uniform(*recipe.overdrive_db)) if driven else 0.0,
    )
    clip = mix(background, positives, negatives, rate=sources.rate, levels=levels, seed=for_mix)
    if recipe.coded and rng.random() < recipe.coded:
        loss = rng.uniform(*CODING_LOSS)
        clip = replace(clip, samples=coded(clip.samples, sources.rate, loss))
    return replace(clip, room=room.source) if room else clip


def clips(
    sources: Sources, recipe: Recipe, seed: int = 0, n: int | None = None, first: int = 0
) -> Iterator[Clip]:
    """Clips, made one after the other as they are asked for.

    Parameters
    ----------
    sources : Sources
        What they may be made of.
    recipe : Recipe
        What they are like.
    seed : int, default=0
        Same seed, same clips.
    n : int or None, default=None
        How many; None never ends.
    first : int, default=0
        Number of the first one, to go on where another left off.

    Yields
    ------
    clip : Clip

    Examples
    --------
    >>> sources = Sources(800, [Recording(np.ones(800) / 9, "hum")], [Recording(np.ones(80), "go")])
    >>> recipe = Recipe(seconds=1, positives=(1, 1))
    >>> third = list(clips(sources, recipe, n=3))[2]
    >>> bool((next(clips(sources, recipe, first=2)).samples == third.samples).all())
    True
    """
    numbers = counting(first) if n is None else range(first, first + n)
    for number in numbers:
        yield make_clip(sources, recipe, seed, number)


def _choose(
    kind: str,
    recordings: Sequence[Recording],
    limits: tuple[int, int],
    again: bool,
    rng: np.random.Generator,
) -> list[Recording]:
    """Some recordings of a kind."""
    if limits[0] > 0 and not recordings:
        raise BadData(
            f"make_clip(sources): there are no {kind}, but the recipe wants at least {limits[0]} "
            f"in every clip. Give some, or Recipe({kind}=(0, 0))."
        )
    wanted = int(rng.integers(limits[0], limits[1] + 1))
    wanted = wanted if again and recordings else min(wanted, len(recordings))
    return [recordings[i] for i in rng.choice(len(recordings), wanted, again)] if wanted else []


def _room(sources: Sources, recipe: Recipe, rng: np.random.Generator) -> Recording | None:
    """Room in which the words of a clip are heard, if in any."""
    if rng.random() >= recipe.room:
        return None
    if sources.rooms:
        return sources.rooms[int(rng.integers(len(sources.rooms)))]
    seconds, direct = rng.uniform(*recipe.echo_seconds), rng.uniform(*recipe.direct_db)
    return Recording(made_up_room(sources.rate, seconds, direct, rng), ROOM)


def _changed(
    word: Recording, rate: int, recipe: Recipe, room: Recording | None, rng: np.random.Generator
) -> Recording:
    """A word at another speed, in another tone, in a room; its end is told apart from its echo."""
    dry = at_speed(word.word, rng.uniform(*recipe.speed))
    if recipe.tone_db:
        most = rng.uniform(0.0, recipe.tone_db)
        dry = in_tone(dry, rate, rng.uniform(-most, most, TONES).tolist())
    wet = dry if room is None else in_room(dry, room.samples)
    return replace(word, samples=wet, spoken=len(dry))
