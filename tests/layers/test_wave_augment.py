"""fondo.layers.wave_augment: how far waves are changed, measured."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.layers import wave_augment
from fondo.layers.wave_augment import COLOURS, WaveAugmenter, WaveChanges, coloured

KEY = jax.random.key(3)
changed = jax.jit(wave_augment.changed_waves, static_argnums=2)
played = jax.jit(wave_augment.played, static_argnums=3)
shifted = jax.jit(wave_augment.shifted, static_argnums=2)


def waves(rows: int = 6, n: int = 400, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, n)).astype(np.float32)


def tone(hertz: float, n: int = 4000, rate: float = 16000) -> np.ndarray:
    return np.sin(2 * np.pi * hertz / rate * np.arange(n))[None].astype(np.float32)


def decibels(batch: np.ndarray) -> np.ndarray:
    return 10 * np.log10((np.asarray(batch, np.float64) ** 2).mean(axis=1))


def test_no_change_is_no_change():
    assert not WaveChanges().any
    np.testing.assert_array_equal(np.asarray(changed(waves(), KEY, WaveChanges())), waves())


def test_a_gain_is_drawn_for_each_clip_within_its_bounds():
    assert WaveChanges(gain=6).any
    gains = decibels(changed(waves(60), KEY, WaveChanges(gain=6))) - decibels(waves(60))
    assert -6 <= gains.min() < -4
    assert 4 < gains.max() <= 6


def test_polarity_turns_about_half_of_the_clips():
    found = np.asarray(changed(waves(60), KEY, WaveChanges(polarity=True)))
    turned = [np.array_equal(a, -b) for a, b in zip(found, waves(60), strict=True)]
    kept = [np.array_equal(a, b) for a, b in zip(found, waves(60), strict=True)]
    assert sum(turned) + sum(kept) == 60
    assert 18 <= sum(turned) <= 42


def test_shifts_by_hand():
    one = np.arange(1, 6, dtype=np.float32)[None].repeat(3, axis=0)
    later = np.array([2, 0, -1], np.int32)
    silence = np.asarray(shifted(one, later, WaveChanges(shift=0.4)))
    assert silence.tolist() == [[0, 0, 1, 2, 3], [1, 2, 3, 4, 5], [2, 3, 4, 5, 0]]
    circular = np.asarray(shifted(one, later, WaveChanges(shift=0.4, fill="circular")))
    assert circular.tolist() == [[4, 5, 1, 2, 3], [1, 2, 3, 4, 5], [2, 3, 4, 5, 1]]


def test_a_circular_shift_is_a_roll_within_its_bounds():
    changes = WaveChanges(shift=0.25, fill="circular")
    found = np.asarray(changed(waves(30), KEY, changes))
    moves = []
    for new, old in zip(found, waves(30), strict=True):
        rolled = [k for k in range(-100, 101) if np.array_equal(np.roll(old, k), new)]
        moves += rolled
    assert len(moves) == 30
    assert min(moves) < -40
    assert max(moves) > 40


def test_a_whole_shift_is_the_same_read_between_samples():
    later = np.array([[3.0], [-7.0], [0.0]], np.float32)
    none = np.zeros((3, 1), np.float32)
    for fill in ("silence", "circular"):
        changes = WaveChanges(shift=0.1, fill=fill)
        between = np.asarray(played(waves(3), later, none, changes))
        whole = np.asarray(shifted(waves(3), later[:, 0].astype(np.int32), changes))
        np.testing.assert_array_equal(between, whole)


@settings(max_examples=8)
@given(st.floats(-0.2, 0.2), st.floats(-20, 20), st.floats(100, 1500))
def test_a_tone_played_faster_is_a_higher_tone(faster, later, hertz):
    amounts = (np.array([[v]], np.float32) for v in (later, faster))
    changes = WaveChanges(speed=0.2, shift=0.01)
    found = np.asarray(played(tone(hertz), *amounts, changes))[0]
    t = np.arange(4000)
    places = t + (t - 1999.5) * faster - later
    inside = (places > 3) & (places < 3996)
    expected = np.sin(2 * np.pi * hertz / 16000 * places)
    assert np.abs(found - expected)[inside].max() < 0.06 * (hertz / 1500) ** 3 + 1e-3
    assert np.abs(found[(places < -3) | (places > 4003)]).max(initial=0) == 0


def test_a_cubic_between_four_samples_by_hand():
    # half way between 1 and 2 in (0, 1, 2, 0): (-0 + 9 * 1 + 9 * 2 - 0) / 16
    one = np.array([[0, 1, 2, 0]], np.float32)
    found = np.asarray(played(one, np.array([[-0.5]]), np.zeros((1, 1)), WaveChanges(shift=0.2)))
    assert found[0, 1] == pytest.approx(27 / 16)


def test_places_in_a_clip_of_a_minute_are_as_fine_as_in_a_short_one():
    n = 1_000_000
    found = np.asarray(
        played(tone(500, n), np.zeros((1, 1)), np.full((1, 1), 0.01, np.float32),
               WaveChanges(speed=0.01))
    )[0]  # fmt: skip
    t = np.arange(n)
    places = t + (t - (n - 1) / 2) * float(np.float32(0.01))
    inside = (places > 3) & (places < n - 4)
    assert np.abs(found - np.sin(2 * np.pi * 500 / 16000 * places))[inside].max() < 0.005


@pytest.mark.parametrize("colour", ["white", "any"])
@pytest.mark.parametrize("above", [-10, 7.5, 40])
def test_noise_lies_as_far_below_the_clip_as_was_asked(colour, above):
    changes = WaveChanges(noise=(above, above), colour=colour)
    for seed in range(5):
        batch = waves(3, 2000, seed) * np.array([[1e-3], [1.0], [30.0]], np.float32)
        found = np.asarray(changed(batch, jax.random.key(seed), changes))
        apart = decibels(batch) - decibels(found - batch)
        np.testing.assert_allclose(apart, above, atol=0.1)


def test_how_far_below_is_drawn_between_both_ends():
    found = np.asarray(changed(waves(60), KEY, WaveChanges(noise=(5, 15))))
    apart = decibels(waves(60)) - decibels(found - waves(60))
    assert 4.9 <= apart.min() < 7
    assert 13 < apart.max() <= 15.1


@pytest.mark.parametrize(("colour", "fall"), [("white", 0), ("pink", 1), ("brown", 2)])
def test_the_power_of_noise_falls_with_its_power_of_frequency(colour, fall):
    noise = np.asarray(coloured(waves(200, 1000), COLOURS[colour]))
    power = (np.abs(np.fft.rfft(noise, axis=1)) ** 2).mean(axis=0)
    low, high = power[10:20].mean(), power[100:200].mean()  # ten times the frequency
    # over a band the mean of 1 / f^2 is not that at its middle, but of both bands alike
    assert np.log10(low / high) == pytest.approx(fall, abs=0.1)


def test_any_colour_draws_each_of_them():
    found = np.asarray(changed(waves(60, 512), KEY, WaveChanges(noise=(0, 0), colour="any")))
    power = np.abs(np.fft.rfft(found - waves(60, 512), axis=1)) ** 2
    steep = np.log10(power[:, 5:20].mean(axis=1) / power[:, 80:].mean(axis=1))
    assert (steep < 0.5).sum() >= 10
    assert (steep > 1.5).sum() >= 10
    assert ((steep > 0.5) & (steep < 1.5)).sum() >= 5


def test_a_room_leaves_level_and_direct_sound_and_echoes_die_away():
    click = np.zeros((20, 4000), np.float32)
    click[:, 100] = 1
    found = np.asarray(changed(click, KEY, WaveChanges(room=0.1, rate=16000)))
    np.testing.assert_allclose(decibels(found), decibels(click), atol=1e-3)
    assert np.abs(found[:, :100]).max() < 1e-5  # nothing is heard before it is said
    assert (found[:, 100] > 0.6).all()
    early = (found[:, 101:180] ** 2).mean(axis=1)
    late = (found[:, 1701:] ** 2).mean(axis=1)  # after a tenth of a second, 60 decibels and more
    assert (late < 1e-5 * early).all()
    echoes = (found[:, 101:] ** 2).sum(axis=1) / found[:, 100] ** 2
    assert (10 ** (-12.1 / 10) <= echoes).all()
    assert (echoes <= 1.02).all()


def test_a_room_is_a_filter_and_does_not_come_round():
    changes = WaveChanges(room=0.02, rate=16000)
    batch = waves(1, 500)
    batch[:, 250:] = 0
    click = np.zeros((1, 500), np.float32)
    click[:, 0] = 1
    response = np.asarray(changed(click, KEY, changes))[0]
    found = np.asarray(changed(batch, KEY, changes))[0]
    expected = np.convolve(batch[0], response)[:500]
    expected *= np.sqrt((batch**2).mean() / (expected**2).mean())
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_another_tone_moves_each_frequency_within_its_bounds_and_keeps_level_and_place():
    click = np.zeros((40, 4000), np.float32)
    click[:, 2000] = 1
    found = np.asarray(changed(click, KEY, WaveChanges(tone=9, rate=16000)))
    np.testing.assert_allclose(decibels(found), decibels(click), atol=1e-3)
    assert (np.abs(found).argmax(axis=1) == 2000).all()
    moved = 20 * np.log10(np.abs(np.fft.rfft(found)))  # (clips, frequencies); a click has all alike
    spread = moved.max(axis=1) - moved.min(axis=1)
    assert (spread <= 18.2).all()  # from 9 below to 9 above
    assert spread.max() > 9
    assert np.abs(np.diff(moved[:, 20:])).max() < 1.5  # a line over octaves: neighbours are alike
    noise = waves(3, 500)
    noise[:, 250:] = 0
    late = np.asarray(changed(noise, KEY, WaveChanges(tone=9, rate=16000)))[:, 400:]
    assert np.abs(late).max() < 0.02  # what rings at one end does not come round to the other


def test_a_share_of_the_clips_gets_noise():
    found = np.asarray(changed(waves(60), KEY, WaveChanges(noise=(0, 0), share=0.5)))
    same = (found == waves(60)).all(axis=1)
    assert 18 <= same.sum() <= 42


ALL = WaveChanges(
    gain=6,
    polarity=True,
    shift=0.1,
    speed=0.1,
    tone=6,
    room=0.01,
    noise=(0, 20),
    colour="any",
    share=0.8,
)


def test_silence_stays_silence_and_slopes_are_numbers():
    silent = np.zeros((2, 400), np.float32)
    assert not np.asarray(changed(silent, KEY, ALL)).any()
    slopes = jax.jit(jax.grad(lambda batch: wave_augment.changed_waves(batch, KEY, ALL).sum()))
    for batch in (silent, waves(2)):
        assert np.isfinite(np.asarray(slopes(batch))).all()


def test_the_augmenter_changes_its_input_alone_and_by_its_key():
    augment = WaveAugmenter(WaveChanges(gain=6, shift=0.1), "sound")
    other, target = np.ones(6), np.arange(6)
    first, again, another = (
        augment({"sound": waves(), "other": other}, target, key)
        for key in (KEY, KEY, jax.random.key(4))
    )
    assert first[0]["other"] is other
    assert first[1] is target
    found = [np.asarray(each[0]["sound"]) for each in (first, again, another)]
    assert found[0].dtype == np.float32
    assert found[0].shape == waves().shape
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_equal_changes_share_a_signature():
    assert WaveAugmenter(ALL).signature == WaveAugmenter(ALL).signature
    others = [WaveAugmenter(WaveChanges(gain=k)).signature for k in (1, 2)]
    assert len({*others, WaveAugmenter(WaveChanges(gain=1), "sound").signature}) == 3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"gain": -1}, r"WaveChanges\(gain=-1\): gain must be a number of at least 0 \(decibels\)"),
        ({"polarity": 1}, r"WaveChanges\(polarity=1\): polarity must be True or False"),
        ({"shift": 1.5}, r"WaveChanges\(shift=1.5\): shift must be a number in \[0, 1\]"),
        ({"fill": "zero"}, r"WaveChanges\(fill='zero'\): fill must be one of 'silence', 'circul"),
        ({"speed": 1}, r"WaveChanges\(speed=1\): speed must be a number in \[0, 1\)"),
        ({"room": -1}, r"WaveChanges\(room=-1\): room must be a number of at least 0 \(seconds\)"),
        ({"noise": 10}, r"WaveChanges\(noise=10\): noise must be None, or a sequence of 2 values"),
        ({"noise": (20, 10)}, r"WaveChanges\(noise=\(20, 10\)\): the first must not be above"),
        ({"colour": "pnik"}, r"WaveChanges\(colour='pnik'\): .*Did you mean 'pink'\?"),
        ({"share": 0}, r"WaveChanges\(share=0\): share must be a number in \(0, 1\]"),
        ({"rate": 0}, r"WaveChanges\(rate=0\): rate must be a number above 0 \(hertz\)"),
    ],
)
def test_changes_that_cannot_be_are_refused(wrong, words):
    with pytest.raises(BadParameter, match=words):
        WaveAugmenter(WaveChanges(**wrong))


def test_waves_with_channels_are_refused():
    with pytest.raises(BadData, match=r"waves of shape \(2, 9, 2\)\): waves must be \(batch, samp"):
        changed(np.zeros((2, 9, 2)), KEY, WaveChanges(gain=1))
