"""fondo.data.audio.mixing: levels measured in what was mixed, ends where the words end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.labels import end_labels
from fondo.data.audio.mixing import Levels, Recording, Skipped, mix
from fondo.data.audio.placement import overlaps
from fondo.data.audio.shaping import in_room, made_up_room, rms, to_db
from fondo.errors import BadData, BadParameter

RATE = 4000


def noise(count, name="noise", seed=0, level=0.1):
    return Recording(level * np.random.default_rng(seed).normal(size=count), name)


def word(milliseconds, name="word", seed=1, voice=""):
    samples = np.random.default_rng(seed).uniform(-0.3, 0.3, milliseconds * RATE // 1000)
    return Recording(samples, name, voice)


def layers(clip, background, seed, **levels):
    """The words and the background of a clip, as they were added up."""
    under = mix(background, rate=RATE, levels=Levels(**levels), seed=seed).samples.astype(float)
    return clip.samples.astype(float) / clip.scale - under, under


def part_of(event, length):
    start = event.start * RATE // 1000
    return slice(start, start + length)


@given(st.floats(-10, 40), st.integers(0, 999), st.integers(1, 900))
def test_the_mixed_distance_is_the_one_asked_for(snr, seed, short):
    # a background shorter than the clip runs into itself; its level may change under the words
    loud = np.linspace(0.5, 2, RATE * short // 1000 + 9)
    background = Recording(loud * noise(len(loud)).samples, "rain")
    words = [word(150, "a"), word(90, "b", 2)]
    wanted = Levels(1, snr_db=snr, level_db=-20, gain_db=3)
    clip = mix(background, words[:1], words[1:], rate=RATE, levels=wanted, seed=seed)
    above, under = layers(clip, background, seed, seconds=1)
    for event in clip.events:
        part = part_of(event, RATE * (event.end - event.start + 1) // 1000)
        assert to_db(rms(above[part]) / rms(under[part])) == pytest.approx(snr, abs=0.1)
        assert event.snr == pytest.approx(snr)
        above[part] = 0
    assert np.abs(above).max() < 1e-5  # nothing was added elsewhere


def test_words_as_they_were_recorded_over_a_background_20_db_quieter():
    background, said = noise(2 * RATE, level=0.2), word(200)
    levels = Levels(1, background_db=20)
    clip = mix(background, [said], rate=RATE, levels=levels, seed=4)
    above, under = layers(clip, background, 4, seconds=1, background_db=20)
    part = part_of(clip.events[0], len(said.samples))
    np.testing.assert_allclose(above[part], said.samples, atol=1e-6)
    assert rms(under) == pytest.approx(0.02, rel=0.05)
    assert clip.events[0].snr == pytest.approx(
        to_db(rms(said.samples) / rms(under[part])), abs=0.01
    )


@given(st.floats(-40, -6), st.floats(-10, 10))
def test_the_clip_has_the_level_asked_for(level, gain):
    levels = Levels(1, level_db=level, gain_db=gain)
    clip = mix(noise(2 * RATE), [word(100)], rate=RATE, levels=levels)
    if np.abs(clip.samples).max() < 1:
        assert to_db(rms(clip.samples)) == pytest.approx(level + gain, abs=0.01)
    else:
        assert to_db(rms(clip.samples)) < level + gain


def test_a_clip_that_would_go_beyond_full_scale_is_made_quieter_as_a_whole():
    loud = Recording(np.r_[np.zeros(100), np.full(40, 5.0)], "shout")
    clip = mix(noise(RATE), [loud], rate=RATE, levels=Levels(1), seed=2)
    assert 1 - 1e-6 <= np.abs(clip.samples).max() <= 1
    assert clip.scale < 0.25
    above, _ = layers(clip, noise(RATE), 2, seconds=1)
    part = part_of(clip.events[0], 140)
    np.testing.assert_allclose(above[part], loud.samples, atol=1e-5)  # its form is unchanged


def test_overdriving_cuts_off_the_peaks():
    clip = mix(noise(RATE), rate=RATE, levels=Levels(1, overdrive_db=12))
    cut = np.abs(clip.samples) == 1
    assert 0.1 < cut.mean() < 0.6
    whole = mix(noise(RATE), rate=RATE, levels=Levels(1)).samples
    np.testing.assert_allclose(clip.samples[~cut], whole[~cut] * clip.scale, rtol=1e-5)


def test_the_labels_follow_the_very_end_of_the_word_and_an_echo_does_not_move_it():
    silence = Recording(np.zeros(RATE), "silence")
    room = made_up_room(RATE, 0.3, 0.0, np.random.default_rng(0))
    dry = Recording(np.ones(403), "word")  # 100.75 ms: 101 are covered
    for said in (dry, Recording(in_room(dry.samples, room), "word", spoken=403)):
        clip = mix(silence, [said], rate=RATE, levels=Levels(1), seed=3)
        event = clip.events[0]
        assert event.end - event.start + 1 == 101
        start = int(np.flatnonzero(clip.samples)[0])
        assert start == event.start * RATE // 1000
        assert event.end < (start + 403) * 1000 / RATE <= event.end + 1
        assert clip.ends == [event.end]
        assert event.snr is None
    after = int(np.flatnonzero(clip.samples)[-1])
    assert after > start + 1000  # the echo is heard beyond it
    labels = end_labels(clip.ends, milliseconds=clip.milliseconds, steps=250, length=20)
    assert labels.argmax() == event.end * 250 // 1000 + 1


def test_an_echo_is_cut_off_with_the_clip():
    said = Recording(np.ones(800), "word", spoken=40)
    clip = mix(Recording(np.zeros(9), "silence"), [said], rate=RATE, levels=Levels(0.02), seed=0)
    assert clip.samples.shape == (80,)


@given(st.integers(0, 9999), st.integers(0, 5), st.integers(0, 4))
def test_words_never_touch_and_none_gets_lost(seed, positives, negatives):
    lengths = np.random.default_rng(seed).integers(50, 400, 9)
    words = [word(int(n), f"w{k}") for k, n in enumerate(lengths)]
    said, others = words[:positives], words[5 : 5 + negatives]
    clip = mix(noise(500), said, others, rate=RATE, levels=Levels(1, snr_db=10), seed=seed)
    spans = [(e.start, e.end) for e in clip.events]
    for place, span in enumerate(spans):
        assert not overlaps(span, spans[:place])
        assert 0 <= span[0] < span[1] < 1000
    assert spans == sorted(spans)
    named = [e.source for e in clip.events] + [s.source for s in clip.skipped]
    assert sorted(named) == sorted(w.source for w in said + others)
    assert all(s.reason == "no room is left" for s in clip.skipped)
    assert np.abs(clip.samples).max() <= 1
    assert {e.kind for e in clip.events} <= {"positive", "negative"}


def test_words_that_cannot_be_placed_are_told():
    silent = Recording(np.zeros(10), "mute")
    words = [word(2000, "long"), word(900, "first"), word(200, "second"), silent]
    clip = mix(noise(RATE), words, rate=RATE, levels=Levels(1))
    assert [e.source for e in clip.events] == ["first"]
    assert clip.skipped == (
        Skipped("positive", "long", "it is longer than the clip"),
        Skipped("positive", "second", "no room is left"),
        Skipped("positive", "mute", "it is silent"),
    )


def test_same_seed_same_clip_and_others_differ():
    one, again, other = (mix(noise(3 * RATE), [word(99)], rate=RATE, levels=Levels(1), seed=s)
                         for s in (5, 5, 6))  # fmt: skip
    np.testing.assert_array_equal(one.samples, again.samples)
    assert one.events == again.events
    assert one.events != other.events


def test_a_hushed_background_leaves_the_words_as_they_are():
    background = Recording(np.r_[np.full(RATE - 2, 1e-6), 0.5, 0.5], "silent up to a click")
    clip = mix(background, [word(100)], rate=RATE, levels=Levels(1, snr_db=10), seed=1)
    assert clip.events[0].snr is None
    assert np.abs(clip.samples[: RATE - 2]).max() > 0.29


def test_rates_at_which_milliseconds_are_no_whole_samples():
    said = Recording(np.ones(481), "word")
    for seed in range(50):
        clip = mix(Recording(np.zeros(7), "silence"), [said] * 9, rate=44_100,
                   levels=Levels(0.11), seed=seed)  # fmt: skip
        assert clip.samples.shape == (4851,)
        assert np.count_nonzero(clip.samples) == 481 * len(clip.events)  # no sample shared or lost
    tight = Recording(np.ones(485), "word")  # 11 ms less a tenth of a sample
    clips = [mix(Recording(np.zeros(7), "silence"), [tight] * 2, rate=44_100,
                 levels=Levels(0.022), seed=seed) for seed in range(30)]  # fmt: skip
    full = [clip.samples for clip in clips if len(clip.events) == 2]
    assert full
    assert all(np.array_equal(samples, np.ones(970)) for samples in full)


def test_a_voice_goes_along():
    clip = mix(noise(RATE), [word(50, "w", voice="anna")], rate=RATE, levels=Levels(1))
    assert clip.events[0].voice == "anna"
    assert clip.background == "noise"


def test_what_cannot_be_mixed_is_refused():
    with pytest.raises(BadData, match=r"Recording\('x'\)\(samples of int16\)"):
        Recording(np.zeros(4, np.int16), "x")
    with pytest.raises(BadParameter, match=r"Recording\(spoken=9\): spoken must be a whole number"):
        Recording(np.zeros(4), "x", spoken=9)
    with pytest.raises(BadParameter, match=r"Levels\(seconds=0\): seconds must be a number in"):
        Levels(0)
    with pytest.raises(BadParameter, match=r"Levels\(level_db=3\): level_db must be None, or"):
        Levels(level_db=3)
    with pytest.raises(BadParameter, match=r"mix\(rate=0\): rate must be a whole number"):
        mix(noise(9), rate=0)
