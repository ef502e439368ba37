"""fondo.data.audio.alike: near misses for any word."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.data.audio.alike import alike
from fondo.data.audio.voices import ACCENTS, Voice, sounds_of, speak
from fondo.errors import BadData, BadParameter

VOICE = Voice("en-us", "m1")


def bare(sounds):
    return [sound.strip("',%=") for sound in sounds]


def parts_of(text):
    return bare(text[2:-2].split("|"))


def test_sounds_of_a_word_have_its_stress():
    assert sounds_of("alexa", VOICE) == ("a#", "l", "'E", "k", "s", "@")
    assert sounds_of("hey computer", VOICE)[:3] == ("h", "'eI", "k")
    assert sounds_of("  ", VOICE) == ()
    with pytest.raises(BadData, match="no such voice"):
        sounds_of("alexa", Voice("en-us", "nobody"))


def test_one_sound_is_another_of_its_kind_or_an_end_is_missing():
    word = bare(sounds_of("marvin", VOICE))
    for text in alike("marvin", 30):
        sounds = parts_of(text)
        if len(sounds) == len(word):
            assert sum(a != b for a, b in zip(sounds, word, strict=True)) == 1
        else:
            assert sounds in (word[:3], word[:4], word[1:])


def test_those_that_change_least_come_first():
    far = [parts_of(text) for text in alike("alexa", 10_000)]
    word = bare(sounds_of("alexa", VOICE))
    changed = [
        sum(a != b for a, b in zip(s, word, strict=True)) for s in far if len(s) == len(word)
    ]
    assert changed == sorted(changed)
    assert set(changed) == {1, 2}


@settings(max_examples=25, deadline=None)
@given(
    st.text("abdefgiklmnoprstuvw", min_size=2, max_size=9), st.integers(1, 80), st.integers(0, 9)
)
def test_none_is_the_word_in_any_accent_and_none_comes_twice(word, n, seed):
    texts = alike(word, n, seed=seed)
    assert len(set(texts)) == len(texts) <= n
    own = [bare(sounds_of(word, Voice(accent, "m1"))) for accent in ACCENTS]
    assert not [text for text in texts if parts_of(text) in own]
    assert alike(word, n, seed=seed) == texts


def test_pairs_that_differ_in_voice_alone_are_left():
    assert not {"f"} & {
        parts_of(text)[2] for text in alike("marvin", 40) if len(parts_of(text)) == 5
    }
    assert {"s"} <= {parts_of(text)[2] for text in alike("marvin", 60) if len(parts_of(text)) == 5}


def test_they_are_said_as_they_are_spelt():
    rate = speak("alexa", VOICE)[1]
    whole = len(speak("alexa", VOICE)[0]) / rate
    again = len(speak("[[" + "|".join(sounds_of("alexa", VOICE)) + "]]", VOICE)[0]) / rate
    assert again == pytest.approx(whole, abs=0.02)
    short = next(text for text in alike("alexa", 99) if len(parts_of(text)) == 3)
    assert len(speak(short, VOICE)[0]) / rate < whole - 0.03
    assert all(np.abs(speak(text, Voice(accent, "f2"))[0]).max() > 0.01
               for text in alike("alexa", 3) for accent in ACCENTS)  # fmt: skip


def test_nothing_to_sound_like_is_refused():
    with pytest.raises(BadData, match="it has no sound"):
        alike("...")
    with pytest.raises(BadParameter, match="n"):
        alike("go", 0)
