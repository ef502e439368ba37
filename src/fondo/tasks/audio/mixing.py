"""What clips a trigger word's network learns from: a group of settings.

How a clip is mixed is in `data.audio.mixing`, what is drawn for it in `data.audio.clips`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from sklearn.base import BaseEstimator

from fondo.contracts import Contract, Flag, Listed, Real, Whole
from fondo.data.audio.clips import Recipe, Sources
from fondo.layers.spec_augment import BandAugmenter


class Mixing(BaseEstimator):  # type: ignore[misc]
    """What clips the network learns from.

    Parameters
    ----------
    clips : int, default=1500
        How many, for training; a fifth as many are held for choosing.
    seconds : float, default=10
        Length of each.
    positives, negatives : (int, int), default=(0, 3), (0, 4)
        Fewest and most words in a clip.
    snr_db : (float, float), default=(0, 30)
        Level of the words over that of the background under them. Decibels.
    gain_db : (float, float), default=(-25, 5)
        What clips are made louder or quieter by, so that loudness tells nothing. Decibels.
    speed : (float, float), default=(0.85, 1.15)
        Of each word; the pitch goes along.
    tone : float, default=9
        Most that low, middle or high frequencies of a word are made louder or quieter, as another
        microphone or another throat would. Decibels.
    pitch : float, default=0
        Most that the bands of a clip move up or down, anew in every epoch. Bands.
    band_gaps : float in [0, 1], default=0
        Widest gap in its bands, as a share of all, anew in every epoch (SpecAugment).
    room : float in [0, 1], default=0.5
        Share of clips that are heard in a room.
    clipping : float in [0, 1], default=0
        Share of clips that are cut off at full scale, as by a microphone driven too hard.
    codec : float in [0, 1], default=0
        Share of clips that have gone through a codec, Opus or MP3, as calls and most recordings do.
    label : float, default=0.4
        How long the answer is wanted to stay up after the word. Seconds.
    slack : float, default=0.1
        Answers so near to where that begins and ends do not count, since nobody knows to a tenth
        of a second where a word ends. Seconds; below half of `label`.
    notes : bool, default=False
        Clips as in the notes: background 20 dB quieter, nothing else changed,
        no slack.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "clips": Whole(4),
        "seconds": Real(1, 600),
        "positives": Listed(Whole(0, 100), least=2, most=2),
        "negatives": Listed(Whole(0, 100), least=2, most=2),
        "snr_db": Listed(Real(-100, 100), least=2, most=2),
        "gain_db": Listed(Real(-100, 100), least=2, most=2),
        "speed": Listed(Real(0.5, 2), least=2, most=2),
        "tone": Real(0, 60, unit="decibels"),
        "pitch": Real(0, 64, unit="bands"),
        "band_gaps": Real(0, 1),
        "room": Real(0, 1),
        "clipping": Real(0, 1),
        "codec": Real(0, 1),
        "label": Real(0, 10, open_low=True, unit="seconds"),
        "slack": Real(0, 5, unit="seconds"),
        "notes": Flag(),
    }

    def __init__(
        self,
        *,
        clips: int = 1500,
        seconds: float = 10.0,
        positives: tuple[int, int] = (0, 3),
        negatives: tuple[int, int] = (0, 4),
        snr_db: tuple[float, float] = (0.0, 30.0),
        gain_db: tuple[float, float] = (-25.0, 5.0),
        speed: tuple[float, float] = (0.85, 1.15),
        tone: float = 9.0,
        pitch: float = 0.0,
        band_gaps: float = 0.0,
        room: float = 0.5,
        clipping: float = 0.0,
        codec: float = 0.0,
        label: float = 0.4,
        slack: float = 0.1,
        notes: bool = False,
    ) -> None:
        self.clips = clips
        self.seconds = seconds
        self.positives = positives
        self.negatives = negatives
        self.snr_db = snr_db
        self.gain_db = gain_db
        self.speed = speed
        self.tone = tone
        self.pitch = pitch
        self.band_gaps = band_gaps
        self.room = room
        self.clipping = clipping
        self.codec = codec
        self.label = label
        self.slack = slack
        self.notes = notes

    @property
    def unsure(self) -> float:
        """Seconds around each end of an answer that do not count."""
        return 0.0 if self.notes else self.slack

    def change(self) -> BandAugmenter | None:
        """What is changed in every epoch."""
        if self.notes or not (self.pitch or self.band_gaps):
            return None
        return BandAugmenter(self.pitch, self.band_gaps)

    def recipe(self, sources: Sources) -> Recipe:
        """The same for `data.audio.clips`; no more words of a kind than there are."""
        if self.notes:
            return replace(Recipe.notes(), seconds=self.seconds)
        few = len(sources.others)
        others = (min(self.negatives[0], few), min(self.negatives[1], few))
        ends = ("positives", "snr_db", "gain_db", "speed")
        given: dict[str, Any] = {name: tuple(getattr(self, name)) for name in ends}
        return Recipe(
            seconds=self.seconds, negatives=others, room=self.room, tone_db=self.tone,
            overdriven=self.clipping, coded=self.codec, level_db=-20.0, again=True, **given,
        )  # fmt: skip
