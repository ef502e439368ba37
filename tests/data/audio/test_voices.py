"""fondo.data.audio.voices: words by made-up voices."""

import subprocess
import sys

import numpy as np
import pytest

from fondo.data.audio.voices import ACCENTS, VARIANTS, Voice, speak, spoken, voices
from fondo.errors import BadData, BadParameter


def test_a_longer_word_takes_longer_and_a_faster_voice_less():
    voice = Voice("en-us", "f1")
    short, rate = speak("go", voice)
    long, _ = speak("go and come back again", voice)
    fast, _ = speak("go and come back again", voice, speed=300)
    assert rate == 22_050
    assert len(short) < len(fast) < len(long)
    assert np.abs(long).max() <= 1


def test_a_high_voice_is_higher():
    def height(pitch):
        samples, rate = speak("aaaaah", Voice("en-us", "m1"), pitch=pitch, spread=0)
        middle = samples[len(samples) // 3 :][:4096] * np.hanning(4096)
        ring = np.correlate(middle, middle, "full")[4095:]
        period = int(rate / 240) + int(ring[int(rate / 240) : int(rate / 60)].argmax())
        return rate / period

    assert height(90) > 1.2 * height(10)


def test_recordings_are_of_the_texts_in_turn_at_the_wanted_rate():
    found = spoken(["yes", "no"], voices(["en-us"], ["m1", "f1"]), 4, 16_000, seed=3)
    assert [r.source.split(":")[2] for r in found] == ["yes", "no", "yes", "no"]
    assert {r.voice for r in found} <= {"m1", "f1"}
    assert all(1600 < len(r.samples) < 16_000 for r in found)


def test_all_accents_and_a_sample_of_throats_speak():
    for accent in ACCENTS:
        assert len(speak("alexa", Voice(accent, "m3"))[0])
    for variant in VARIANTS[:: max(len(VARIANTS) // 10, 1)]:
        assert len(speak("alexa", Voice("en-us", variant))[0])


@pytest.mark.parametrize(
    ("voice", "told"),
    [(Voice("en-us", "Anie"), "Did you mean 'Annie'"), (Voice("xx", "f1"), "has no such voice")],
    ids=["throat", "accent"],
)
def test_unknown_voices_are_refused(voice, told):
    with pytest.raises(BadData, match=told):
        speak("go", voice)


def test_nothing_to_say_is_refused():
    with pytest.raises(BadData, match="it has no sound"):
        speak("   ", Voice("en-us", "f1"))
    with pytest.raises(BadData, match="at least one text and one voice"):
        spoken([], voices(), 3, 16_000)
    with pytest.raises(BadParameter, match="n"):
        spoken(["go"], voices(), 0, 16_000)


def test_another_process_says_the_same_to_the_bit():
    says = (
        "import hashlib; from fondo.data.audio.voices import spoken, voices; "
        "who = voices(['en-us', 'en-029'], ['f1', 'm3', 'Annie', 'Nguyen', 'Tweaky']); "
        "found = spoken(['alexa', 'go on'], who, 12, 16_000, seed={}); "
        "print(hashlib.sha1(b''.join(r.samples.tobytes() for r in found)).hexdigest())"
    )
    heard = [
        subprocess.run(
            [sys.executable, "-c", says.format(seed)], capture_output=True, text=True, check=True
        ).stdout
        for seed in (3, 3, 4)
    ]
    assert heard[0] == heard[1] != heard[2]


def test_a_seed_draws_what_no_two_sayings_have_alike():
    voice = Voice("en-us", "f1")
    lengths = {len(speak("turn the radio on", voice, seed=seed)[0]) for seed in range(6)}
    assert len(lengths) > 1
