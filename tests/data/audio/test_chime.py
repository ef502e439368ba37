"""fondo.data.audio.chime: what lies where, stereo kept, nothing beyond full scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.chime import bell, with_chimes
from fondo.errors import BadData, BadParameter

RATE = 1000
TONE = np.array([0.1, 0.2, 0.3])


def test_worked_by_hand():
    found = with_chimes(np.zeros(10), [0.002, 0.003, 0.009], rate=RATE, chime=TONE)
    # 2: .1 | 3: .2 + .1 | 4: .3 + .2 | 5: .3 | 9: .1 and the rest is cut off
    expected = [0, 0, 0.1, 0.3, 0.5, 0.3, 0, 0, 0, 0.1]
    np.testing.assert_allclose(found, expected, atol=1e-7)
    assert found.dtype == np.float32


def test_the_length_is_that_of_the_recording_unless_it_may_grow():
    longer = with_chimes(np.zeros(10), [0.009], rate=RATE, chime=TONE, lengthen=True)
    assert longer.shape == (12,)
    np.testing.assert_allclose(longer[-3:], TONE, atol=1e-7)
    early = with_chimes(np.zeros(10), [0.001], rate=RATE, chime=TONE, lengthen=True)
    assert early.shape == (10,)


def test_stereo_is_kept_and_a_chime_of_one_channel_is_heard_in_both():
    stereo = np.stack([np.zeros(8), np.full(8, 0.25)], axis=1)
    found = with_chimes(stereo, [0.002], rate=RATE, chime=TONE)
    assert found.shape == (8, 2)
    np.testing.assert_allclose(found[:, 1] - found[:, 0], 0.25, atol=1e-7)
    np.testing.assert_allclose(found[2:5, 0], TONE, atol=1e-7)


def test_a_chime_of_two_channels_is_averaged_for_one():
    chime = np.stack([TONE, 3 * TONE], axis=1)
    found = with_chimes(np.zeros(3), [0.0], rate=RATE, chime=chime)
    np.testing.assert_allclose(found, 2 * TONE, atol=1e-7)
    both = with_chimes(np.zeros((3, 2)), [0.0], rate=RATE, chime=chime)
    np.testing.assert_allclose(both, chime, atol=1e-7)


@given(st.lists(st.floats(0, 0.5), max_size=6), st.floats(0.1, 3.0))
def test_the_peak_keeps_to_full_scale_by_making_all_of_it_quieter(times, loud):
    recording = loud * np.sin(np.arange(500.0))
    found = with_chimes(recording, times, rate=RATE, chime=TONE)
    assert found.shape == (500,)
    assert np.abs(found).max() <= 1
    added = recording.copy()
    for time in times:
        start = round(time * RATE)
        added[start : start + 3] += TONE[: max(0, 500 - start)]
    np.testing.assert_allclose(found, added / max(1, np.abs(added).max()), atol=1e-6)


def test_without_a_time_the_recording_comes_back():
    recording = np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype(np.float32)
    np.testing.assert_array_equal(with_chimes(recording, [], rate=RATE), recording)
    assert with_chimes(np.zeros(0), [0.0], rate=RATE).shape == (0,)


@pytest.mark.parametrize("rate", [1000, 3000, 8000, 44_100])
def test_the_bell_dies_away_and_holds_no_tone_above_half_of_the_rate(rate):
    chime = bell(rate, seconds=0.3)
    assert len(chime) == int(0.3 * rate)
    power = np.abs(np.fft.rfft(chime)) ** 2
    top = power.argmax() / 0.3  # hertz
    assert min(abs(top - min(hertz, rate / 4)) for hertz in (1318.5, 1760)) < 10
    assert np.abs(chime).max() == pytest.approx(0.5)
    tenth = len(chime) // 10
    assert np.abs(chime[-tenth:]).max() < 0.01 * np.abs(chime[:tenth]).max()


def test_what_cannot_be_overlaid_is_refused():
    with pytest.raises(BadData, match="every time must lie between 0 and 0.01 seconds, but one is"):
        with_chimes(np.zeros(10), [0.5], rate=RATE)
    with pytest.raises(BadData, match="but one is nan"):
        with_chimes(np.zeros(10), [float("nan")], rate=RATE)
    with pytest.raises(BadData, match="of int16.: recording must be fractions"):
        with_chimes(np.zeros(10, np.int16), [], rate=RATE)
    with pytest.raises(BadData, match="chime must be fractions"):
        with_chimes(np.zeros(10), [], rate=RATE, chime=np.zeros((2, 2, 2)))
    with pytest.raises(BadData, match=r"with_chimes\(recording\): samples must be finite"):
        with_chimes(np.full(3, np.nan), [], rate=RATE)
    with pytest.raises(BadParameter, match="peak must be"):
        bell(8000, peak=2.0)
