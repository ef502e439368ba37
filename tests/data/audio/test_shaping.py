"""fondo.data.audio.shaping: pitch, echo, level and length, measured."""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.shaping import (
    at_speed,
    checked,
    from_db,
    in_room,
    in_tone,
    looped,
    made_up_noise,
    made_up_room,
    rms,
    to_db,
    trimmed,
    word_of,
)
from fondo.errors import BadData, BadParameter
from fondo.layers.wave_augment import COLOURS, TONES, WaveChanges, toned

RATE = 8000


def tone(hertz, seconds=1.0):
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)


def strongest(samples):
    """Frequency with most energy. Hertz."""
    taper = np.hanning(len(samples))
    return np.abs(np.fft.rfft(samples * taper)).argmax() * RATE / len(samples)


@given(st.floats(0.5, 2.0))
def test_speed_moves_pitch_and_length_together(speed):
    speed = round(speed, 2)
    found = at_speed(tone(500), speed)
    assert len(found) == pytest.approx(RATE / speed, abs=1)
    assert strongest(found) == pytest.approx(500 * speed, abs=2)
    middle = slice(len(found) // 4, 3 * len(found) // 4)
    assert rms(found[middle]) == pytest.approx(np.sqrt(0.5), rel=0.01)
    assert found.dtype == np.float32


def test_what_would_fold_over_is_gone():
    high = tone(3500)  # at twice the speed it would be 7 kHz, and fold to 1 kHz
    assert rms(at_speed(high, 2.0)) < 0.02
    assert rms(np.interp(np.arange(0, RATE, 2), np.arange(RATE), high)) > 0.5  # as others do it


def test_speed_one_changes_nothing():
    samples = np.random.default_rng(0).normal(size=100).astype(np.float32)
    np.testing.assert_array_equal(at_speed(samples, 1.0), samples)
    np.testing.assert_array_equal(at_speed(samples, 1.004), samples)


@pytest.mark.parametrize(("seconds", "direct"), [(0.2, 5.0), (0.5, 0.0), (0.4, 12.0)])
def test_a_made_up_room_dies_away_as_asked(seconds, direct):
    impulse = made_up_room(RATE, seconds, direct, np.random.default_rng(3)).astype(float)
    assert len(impulse) == int(seconds * RATE)
    assert impulse[0] == 1
    assert 10 * np.log10(1 / (impulse[1:] ** 2).sum()) == pytest.approx(direct, abs=0.01)
    # Schroeder (1965): energy that is still to come falls in a line; -5 to -25 dB of the echo
    left = 10 * np.log10(np.cumsum((impulse[1:] ** 2)[::-1])[::-1])
    left -= left[0]
    first, last = (int(np.argmax(left < level)) for level in (-5, -25))
    assert (last - first) / RATE * 3 == pytest.approx(seconds, rel=0.12)


def test_a_room_leaves_the_first_sound_where_and_as_loud_as_it_was():
    click = np.zeros(50)
    click[10] = 0.5
    late = np.array([0.0, 0.01, 4.0, 1.0, -0.5])  # the sound itself comes third
    found = in_room(click, late)
    assert len(found) == 52
    expected = np.zeros(52)
    expected[10:13] = 0.5, 0.125, -0.0625
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_room_is_a_convolution():
    rng = np.random.default_rng(1)
    samples, impulse = rng.normal(size=300), np.r_[1.0, rng.uniform(-0.5, 0.5, 40)]
    found = in_room(samples, impulse)
    np.testing.assert_allclose(found, np.convolve(samples, impulse), atol=1e-4)


@given(st.integers(2, 50), st.integers(0, 60), st.integers(1, 200), st.integers(0, 60))
def test_an_endless_sound_is_periodic_and_its_parts_agree(n, start, count, fade):
    samples = np.random.default_rng(n).normal(size=n).astype(np.float32)
    found = looped(samples, count, start, fade)
    assert found.shape == (count,)
    if start + count <= n:
        np.testing.assert_array_equal(found, samples[start : start + count])
        return
    period = n - min(fade, n // 2)
    np.testing.assert_array_equal(found[period:], found[: max(count - period, 0)])


def test_the_seam_is_smooth_and_as_loud_as_the_rest():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=4000)
    levels = [rms(looped(rng.normal(size=1000), 1001, 0, 400)[:400]) for _ in range(50)]
    assert np.mean(levels) == pytest.approx(1, abs=0.02)  # powers add up to 1
    ramp = np.linspace(0, 1, 1000)  # its ends do not meet: a bare loop jumps by 1
    assert np.abs(np.diff(looped(ramp, 3000, 0, 200))).max() < 0.03
    assert np.abs(np.diff(looped(ramp, 3000, 0, 0))).max() > 0.9
    assert rms(looped(noise, 20_000, 17, 400)) == pytest.approx(1, abs=0.05)


def test_a_loop_of_one_sample_is_constant():
    np.testing.assert_array_equal(looped(np.array([0.5]), 4, 0, 10), [0.5] * 4)


def test_silence_before_and_after_is_cut_off():
    word = np.r_[np.zeros(800), tone(300, 0.2), np.zeros(2000)]
    found = trimmed(word + 1e-4 * np.random.default_rng(0).normal(size=len(word)), RATE)
    assert len(found) == pytest.approx(1600, abs=80)  # blocks of 10 ms
    np.testing.assert_array_equal(trimmed(np.zeros(500), RATE), np.zeros(500))


@given(st.floats(-80, 80))
def test_decibels_and_back(decibels):
    assert to_db(from_db(decibels)) == pytest.approx(decibels, abs=1e-9)


def test_levels_by_hand():
    assert rms(np.array([3.0, -4.0])) == pytest.approx(np.sqrt(12.5))
    assert rms(np.zeros(0)) == 0
    assert to_db(0.0) == -np.inf


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((2, 3)), r"Owner\(samples=\(2, 3\)\): samples must be one row of at least 1"),
        (np.zeros(0), r"Owner\(samples=\(0,\)\)"),
        (np.zeros(3, np.int16), r"Owner\(samples of int16\): samples must be fractions"),
        (np.array([0.0, np.nan]), r"Owner\(samples\): samples must be finite"),
    ],
)
def test_samples_that_cannot_be_are_refused(samples, message):
    with pytest.raises(BadData, match=message):
        checked("Owner", samples)


def test_changes_that_cannot_be_are_refused():
    with pytest.raises(BadParameter, match=r"at_speed\(speed=3\): speed must be a number in \[0.5"):
        at_speed(np.ones(5), 3)
    with pytest.raises(BadParameter, match=r"made_up_room\(seconds=0\): seconds must be a number"):
        made_up_room(RATE, 0, 0.0, np.random.default_rng(0))
    with pytest.raises(BadData, match="the response of a room must not be silent"):
        in_room(np.ones(5), np.zeros(5))


def test_a_word_is_found_between_noise_and_clicks():
    rng = np.random.default_rng(0)
    rate = 16_000
    word = np.sin(2 * np.pi * 300 * np.arange(rate // 2) / rate)
    noise = 0.01 * rng.normal(size=rate)
    noise[500] = 0.9  # a click of one sample
    found = word_of(np.r_[noise, word, noise], rate)
    assert len(found) == pytest.approx(rate // 2, abs=0.06 * rate)
    np.testing.assert_array_equal(word_of(np.zeros(2000), rate), np.zeros(2000))
    assert len(word_of(np.ones(10), rate)) == 10  # shorter than a stretch


def test_another_tone_is_heard_at_each_frequency_by_hand():
    rate, decibels = 16_000, [0.0, 6.0, -6.0]  # at 60, 693 and 8000 hertz
    for hertz, wanted in ((60, 0.0), (693, 6.0), (2355, 0.0), (7999, -6.0)):
        time = np.arange(rate) / rate
        both = np.sin(2 * np.pi * hertz * time) + 0.1 * np.sin(2 * np.pi * 300 * time)
        found = np.abs(np.fft.rfft(in_tone(both, rate, decibels)))
        places = hertz, 300  # one second: hertz are places
        loud = 20 * np.log10(found[places[0]] / found[places[1]]) - 20  # over the tone beside it
        beside = np.interp(np.log(300), np.log([60, np.sqrt(60 * 8000), 8000]), decibels)
        assert loud + beside == pytest.approx(wanted, abs=0.1)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=9), st.integers(2, 900))
def test_another_tone_leaves_length_and_loudness(decibels, n):
    samples = np.random.default_rng(n).normal(size=n)
    found = in_tone(samples, 8000, decibels)
    assert found.dtype == np.float32
    assert len(found) == n
    assert rms(found) == pytest.approx(rms(samples), rel=1e-5)
    assert not in_tone(np.zeros(n), 8000, decibels).any()


def test_tones_of_host_and_device_are_one_law():
    key, changes = jax.random.key(3), WaveChanges(tone=9.0, rate=16_000)
    drawn = 9.0 * np.asarray(jax.random.uniform(key, (2, TONES), minval=-1.0))
    waves = np.random.default_rng(0).normal(size=(2, 4000)) * np.hanning(4000)
    device = np.asarray(toned(waves, key, changes))
    host = np.stack([in_tone(w, 16_000, d.tolist()) for w, d in zip(waves, drawn, strict=True)])
    np.testing.assert_allclose(device, host, atol=0.02)


def test_a_tone_needs_two_frequencies():
    with pytest.raises(BadParameter, match="at least 2 numbers"):
        in_tone(np.ones(4), 8000, [3.0])


@pytest.mark.parametrize(("colour", "falls"), [("white", 0.0), ("pink", 10.0), ("brown", 20.0)])
def test_made_up_noise_falls_as_its_colour_does(colour, falls):
    noise = made_up_noise(16_000, 20.0, COLOURS[colour], np.random.default_rng(3))
    assert noise.shape == (320_000,)
    assert rms(noise) == pytest.approx(0.1, rel=1e-4)
    power, hertz = np.abs(np.fft.rfft(noise)) ** 2, np.fft.rfftfreq(320_000, 1 / 16_000)
    low, high = (power[(hertz > f) & (hertz < 1.2 * f)].mean() for f in (100, 1000))
    assert 10 * np.log10(low / high) == pytest.approx(falls, abs=1.0)  # decibels in a decade
    assert power[hertz < 15].sum() < 1e-6 * power.sum()


def test_noise_that_rises_is_refused_and_short_noise_is_some():
    with pytest.raises(BadParameter, match="exponent"):
        made_up_noise(8000, 1.0, -1.0, np.random.default_rng(0))
    assert made_up_noise(8000, 0.0001, 0.5, np.random.default_rng(0)).shape == (1,)
