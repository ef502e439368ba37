"""Words that sound like another, made up from its sounds: what is taken for it most easily.

Who says them is in `voices`; they are written in the sounds of espeak-ng, "[[m|'A@|v|I|n]]", which
it reads as they stand.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from fondo.contracts import Whole, check_value
from fondo.data.audio.voices import ACCENTS, Voice, sounds_of
from fondo.errors import BadData

CONSONANTS = (  # those of a group are taken for each other; those of a pair differ in voice alone
    (("p", "b"), ("t", "d"), ("k", "g"), ("tS", "dZ")),
    (("f", "v"), ("T", "D"), ("s", "z"), ("S", "Z"), ("h",)),
    (("m",), ("n",), ("l",), ("r",), ("w",), ("j",)),
)
VOWELS = ("a", "E", "I", "i:", "A:", "0", "O:", "U", "u:", "V", "3:", "eI", "aI", "oU", "aU", "OI")
NEAR_VOWELS = {  # so close that nobody could tell a word by them, in one accent or another
    "a": ("A:", "V", "aa"), "A:": ("a", "0", "A@", "A~"), "A@": ("A:", "a", "0"),
    "0": ("A:", "O:", "V"), "O:": ("0", "oU", "O@"), "E": ("3:",), "I": ("i:",), "i:": ("I",),
    "U": ("u:",), "u:": ("U",), "V": ("a", "0", "3:"), "3:": ("E", "V"), "oU": ("O:",),
}  # fmt: skip
_STRESS = "'"
_MARKS = "',%="  # of espeak: stress, weakness
_AT_LEAST = 3  # sounds of a part of a word


def alike(word: str, n: int = 60, *, seed: int = 0) -> list[str]:
    """Words that do not exist, or do, and sound like a word: for `near_misses`.

    Parameters
    ----------
    word : str
        One word or a few, as one would write it; it is read in English.
    n : int, default=60
        Most that are wanted; a short word has fewer.
    seed : int, default=0
        Draws which, and their order.

    Returns
    -------
    texts : list of str (up to n,)
        Each as `voices.speak` takes it, none twice, none of them the word in any accent: parts of
        it that lack its beginning or its end, and words in which one or two sounds are others of
        the same kind (a stop for a stop, a stressed vowel for another).

    Raises
    ------
    BadData
        The word has no sound.
    MissingExtra
        espeakng-loader is not installed.

    Notes
    -----
    Sounds that differ in voice alone ("marvin", "marfin") and weak vowels are left: nobody hears
    them apart for sure. They are for judging: where a network that heard made-up voices alone
    learnt from them too, it heard 0.26 of real words in place of 0.79 (docs/trigger.md).

    Examples
    --------
    >>> texts = alike("alexa", 4)
    >>> len(set(texts)), all(text.startswith("[[") for text in texts)
    (4, True)
    """
    check_value("alike", "n", n, Whole(1))
    said = [spelt for accent in ACCENTS if (spelt := sounds_of(word, Voice(accent, "m1")))]
    if not said:
        raise BadData(f"alike(word={word!r}): it has no sound. Give a word that can be read out.")
    rng = np.random.default_rng(seed)
    own = {_bare(sounds) for sounds in said}
    single = [*_parts(said[0]), *_changed(said[0])]
    double = [twice for once in single for twice in _changed(once) if _apart(twice, said[0]) != 1]
    found: list[str] = []
    for choices in (single, double):  # those that change least come first
        fresh = {_bare(c): c for c in choices if _bare(c) not in own}
        kept = list(fresh.values())
        found += ["[[" + "|".join(kept[k]) + "]]" for k in rng.permutation(len(kept))]
        own |= set(fresh)
    return found[:n]


def _bare(sounds: Sequence[str]) -> str:
    """Sounds without stress, to tell whether two are the same word."""
    return "|".join(sound.strip(_MARKS) for sound in sounds).strip("|")


def _changed(sounds: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The same with one sound for another."""
    for place, sound in enumerate(sounds):
        bare = sound.lstrip(_MARKS)
        marks = sound[: len(sound) - len(bare)]
        for other in _others(bare, stressed=_STRESS in marks):
            yield (*sounds[:place], marks + other, *sounds[place + 1 :])


def _apart(sounds: Sequence[str], word: Sequence[str]) -> int | None:
    """How many sounds differ; None where one is shorter."""
    if len(sounds) != len(word):
        return None
    return sum(a != b for a, b in zip(sounds, word, strict=True))


def _others(sound: str, *, stressed: bool) -> Iterator[str]:
    """Sounds that one could be taken for, and still be heard apart from."""
    for group in CONSONANTS:
        if any(sound in pair for pair in group):
            yield from (other for pair in group if sound not in pair for other in pair)
    if stressed and _is_vowel(sound):
        near = (sound, *NEAR_VOWELS.get(sound, ()))
        yield from (vowel for vowel in VOWELS if vowel not in near)


def _is_vowel(sound: str) -> bool:
    return bool(re.match(r"[aAeEiIoOuUV03@]", sound))


def _parts(sounds: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """What is left without the end, up to the stressed vowel, or without what comes before it."""
    stressed = [k for k, s in enumerate(sounds) if _STRESS in s and _is_vowel(s.lstrip(_MARKS))]
    if not stressed:
        return
    first, last = stressed[0], stressed[-1]
    for end in range(max(first + 1, _AT_LEAST), len(sounds)):
        yield tuple(sounds[:end])
    if 0 < last and len(sounds) - last >= _AT_LEAST:
        yield tuple(sounds[last:])
