"""Words spoken by made-up voices: espeak-ng, through its library, without a network.

espeak-ng is free software under the GPL 3, an extra of its own (`fondo[tts]`): only the sound that
it makes is used here.
"""

import ctypes
import importlib
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from fondo.contracts import Whole, check_value
from fondo.data.audio.mixing import Recording
from fondo.data.audio.shaping import trimmed
from fondo.errors import BadData, MissingExtra, did_you_mean

Array = np.ndarray[Any, Any]

ACCENTS = ("en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-029", "en-gb-x-gbclan")
VARIANTS = (
    "m1", "f1", "m2", "f2", "m3", "f3", "m4", "f4", "m5", "f5", "m6", "m7", "m8", "Alex", "Alicia",
    "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky",
    "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Reed", "RicishayMax", "RicishayMax2",
    "RicishayMax3", "Storm", "Tweaky", "adam", "anika", "antonio", "aunty", "belinda", "benjamin",
    "boris", "caleb", "david", "ed", "edward", "edward2", "grandma", "grandpa", "gustave", "ian",
    "iven", "iven2", "iven3", "iven4", "john", "kaukovalta", "linda", "marcelo", "max", "michel",
    "miguel", "mike2", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert", "sandro",
    "shelby", "steph", "steph2", "steph3", "travis", "victor", "zac",
)  # fmt: skip
_RETRIEVAL, _RATE, _PITCH, _RANGE = 1, 1, 3, 4  # of espeak's speak_lib.h
_UTF8, _SOUNDS = 1, 0x100  # how a text is read
_SEEDS = 2**31  # of C's rand
_SPEEDS, _PITCHES, _RANGES = (110, 210), (20, 85), (20, 80)  # words a minute; of 100


@dataclass(frozen=True)
class Voice:
    """Somebody made up.

    Attributes
    ----------
    accent : str
        Language, such as "en-us".
    variant : str
        Whose throat.
    """

    accent: str
    variant: str

    @property
    def name(self) -> str:
        """Name of the person, whatever the accent: "Annie"."""
        return self.variant

    def __str__(self) -> str:
        return f"{self.accent}+{self.variant}"


def voices(accents: Sequence[str] = ACCENTS, variants: Sequence[str] = VARIANTS) -> list[Voice]:
    """Every person with every accent.

    Parameters
    ----------
    accents, variants : sequence of str
        Of espeak-ng.
    """
    return [Voice(accent, variant) for accent in accents for variant in variants]


def speak(
    text: str, voice: Voice, *, speed: int = 160, pitch: int = 50, spread: int = 50, seed: int = 0
) -> tuple[Array, int]:
    """A text as somebody says it.

    Parameters
    ----------
    text : str
        One word or many; or sounds in the spelling of espeak-ng, in double brackets, as `alike`
        makes them up.
    voice : Voice
        Who.
    speed : int, default=160
        Words a minute.
    pitch, spread : int from 0 to 100, default=50
        How high the voice is, and how much it rises and falls.
    seed : int, default=0
        Draws what no two sayings have alike.

    Returns
    -------
    samples : float32 array (samples,)
        Full scale is 1.
    rate : int
        Samples a second. Hertz.

    Raises
    ------
    MissingExtra
        espeakng-loader is not installed.
    BadData
        There is no such voice, or the text has no sound.

    Notes
    -----
    espeak-ng goes on from where it was when it fell silent: said again with the same seed, a word
    differs by some milliseconds. A process that says the same in the same order as another does so
    to the bit.
    """
    with _LOCK:
        library, rate = _library()
        _take_voice(library, voice)
        for parameter, value in ((_RATE, speed), (_PITCH, pitch), (_RANGE, spread)):
            library.espeak_SetParameter(parameter, int(value), 0)
        _draw_from(library, seed)
        _heard.clear()
        data = text.encode()
        library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8 | _SOUNDS, None, None)
        library.espeak_Synchronize()
        samples = np.concatenate(_heard).astype(np.float32) / 32768 if _heard else np.zeros(0, "f4")
    if not samples.any():
        raise BadData(f"speak(text={text!r}): it has no sound. Give a word that can be read out.")
    return samples, rate


def sounds_of(text: str, voice: Voice) -> tuple[str, ...]:
    """Sounds of a text, in the spelling of espeak-ng: a part for each, with its stress in front.

    Raises
    ------
    MissingExtra
        espeakng-loader is not installed.
    BadData
        There is no such voice.

    Examples
    --------
    >>> sounds_of("alexa", Voice("en-us", "m1"))
    ('a#', 'l', "'E", 'k', 's', '@')
    """
    with _LOCK:
        library, _ = _library()
        _take_voice(library, voice)
        rest, found = ctypes.c_char_p(text.encode()), []
        while rest.value:
            spelt = library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, ord("_") << 8)
            found += re.split(r"[_ ]+", (spelt or b"").decode())
    return tuple(sound for sound in found if sound.strip("',%=:;"))


def spoken(
    texts: Sequence[str], who: Sequence[Voice], n: int, rate: int, *, seed: int = 0
) -> list[Recording]:
    """Recordings of texts by voices, each at a speed and pitch of its own.

    Parameters
    ----------
    texts : sequence of str
        In turn.
    who : sequence of Voice
        Drawn evenly.
    n : int
        How many.
    rate : int
        Samples a second that they are brought to. Hertz.
    seed : int, default=0
        Draws voices, speeds, pitches, and the seed of each saying; see `speak` on how far it goes.

    Returns
    -------
    recordings : list of Recording (n,)
        Silence at the ends cut off; `voice` is the name of the person.

    Raises
    ------
    BadData
        There are no texts or no voices.
    """
    check_value("spoken", "n", n, Whole(1))
    if not texts or not who:
        raise BadData("spoken(texts, who): give at least one text and one voice.")
    return list(islice(_spoken(texts, who, rate, np.random.default_rng(seed)), n))


def _spoken(
    texts: Sequence[str], who: Sequence[Voice], rate: int, rng: np.random.Generator
) -> Iterator[Recording]:
    from fondo.data.audio.files import soxr

    number = 0
    while True:
        text, voice = texts[number % len(texts)], who[int(rng.integers(len(who)))]
        speed, pitch, spread = (int(rng.integers(*ends)) for ends in (_SPEEDS, _PITCHES, _RANGES))
        drawn = int(rng.integers(_SEEDS))
        samples, own = speak(text, voice, speed=speed, pitch=pitch, spread=spread, seed=drawn)
        heard = trimmed(np.asarray(soxr().resample(samples, own, rate), np.float32), rate)
        yield Recording(heard, f"espeak:{voice}:{text}:{number}", voice.name)
        number += 1


# ---- the library

_LOCK = threading.Lock()  # it has one state for all
_heard: list[Array] = []


@cache
def _library() -> tuple[Any, int]:
    try:
        loader = importlib.import_module("espeakng_loader")
    except ImportError as error:
        raise MissingExtra(
            "Made-up voices need espeakng-loader, which is not installed. "
            "Install it with: pip install 'fondo[tts]'"
        ) from error
    library = ctypes.CDLL(loader.get_library_path())
    library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
        ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    rate = library.espeak_Initialize(_RETRIEVAL, 0, loader.get_data_path().encode(), 0)
    if rate <= 0:
        raise BadData("speak: espeak-ng does not start; its data may be damaged. Install it anew.")
    library.espeak_SetSynthCallback(_callback())
    return library, int(rate)


def _take_voice(library: Any, voice: Voice) -> None:
    """Let the library speak with a voice; BadData where there is none, which espeak says of few."""
    if voice.variant not in _variants():  # espeak would take another one and say nothing
        raise BadData(
            f"speak(voice={str(voice)!r}): espeak-ng has no such voice. "
            f"{did_you_mean(voice.variant, sorted(_variants()))}"
        )
    if library.espeak_SetVoiceByName(str(voice).encode()) != 0:
        raise BadData(f"speak(voice={str(voice)!r}): espeak-ng has no such voice.")


def _draw_from(library: Any, seed: int) -> None:
    """Seed what espeak draws with: a generator of its own, and C's, which breath is made with."""
    library.espeak_ng_SetRandSeed(ctypes.c_long(seed))
    if os.name == "posix":
        ctypes.CDLL(None).srand(seed)


@cache
def _variants() -> frozenset[str]:
    """Names of all throats."""
    folder = Path(importlib.import_module("espeakng_loader").get_data_path(), "voices", "!v")
    return frozenset(path.name for path in folder.iterdir())


@cache
def _callback() -> Any:
    """What espeak calls with each piece of sound; kept, as the library holds only its address."""
    kind = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    )

    def take(wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            _heard.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0

    return kind(take)
