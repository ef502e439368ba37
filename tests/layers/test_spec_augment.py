"""fondo.layers.spec_augment: gaps of the widths that were asked for, pitch by bands."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.layers.spec_augment import BandAugmenter, SpecAugment, raised

raise_by = jax.jit(raised)


def spectrograms(rows: int = 8, frames: int = 40, bands: int = 20) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, frames, bands)).astype(np.float32)


def hidden(layer: SpecAugment, batch: np.ndarray) -> np.ndarray:
    """Which numbers a layer with fill=99 has filled."""
    found = np.asarray(layer(batch, training=True))
    gaps = found == 99
    np.testing.assert_array_equal(found[~gaps], batch[~gaps])
    return gaps


def test_outside_of_training_nothing_changes():
    layer = SpecAugment(pitch=3)
    np.testing.assert_array_equal(np.asarray(layer(spectrograms())), spectrograms())


def test_gaps_in_time_hold_all_bands_and_are_of_every_width_up_to_the_widest():
    layer = SpecAugment(times=1, time_width=0.25, bands=0, fill=99)
    gaps = hidden(layer, spectrograms(400))
    assert (gaps.all(axis=2) == gaps.any(axis=2)).all()
    late = gaps.any(axis=2)
    assert sorted(set(late.sum(axis=1))) == list(range(11))  # a quarter of 40 frames
    edges = np.abs(np.diff(np.pad(late, ((0, 0), (1, 1))).astype(int), axis=1)).sum(axis=1)
    assert edges.max() == 2  # one piece
    assert late.any(axis=0).all()  # every frame is hidden somewhere, the first and last too


def test_gaps_in_frequency_hold_all_frames():
    gaps = hidden(SpecAugment(times=0, bands=1, band_width=0.2, fill=99), spectrograms(200))
    assert (gaps.all(axis=1) == gaps.any(axis=1)).all()
    assert sorted(set(gaps.any(axis=1).sum(axis=1))) == list(range(5))


def test_there_are_at_most_as_many_gaps_as_asked_for():
    gaps = hidden(SpecAugment(times=3, bands=0, fill=99), spectrograms(200))
    pieces = (np.diff(np.pad(gaps[:, :, 0], ((0, 0), (1, 0))).astype(int), axis=1) == 1).sum(axis=1)
    assert pieces.max() == 3


def test_gaps_are_filled_with_the_mean_of_their_example():
    batch = spectrograms(20) + 5
    found = np.asarray(SpecAugment(band_width=0.3)(batch, training=True))
    for new, old in zip(found, batch, strict=True):
        filled = new[new != old]
        np.testing.assert_allclose(filled, old.mean(), rtol=1e-5)


def test_wide_gaps_may_hide_everything_and_widths_of_nothing_hide_nothing():
    everything = hidden(SpecAugment(times=1, time_width=1.0, bands=0, fill=99), spectrograms(300))
    assert everything.all(axis=(1, 2)).any()
    nothing = SpecAugment(time_width=0.0, band_width=0.0, fill=99)
    assert not hidden(nothing, spectrograms()).any()


def test_pitch_by_hand():
    # half a band up: 0 goes on below, then 0.5 = (0 + 1) / 2; two bands down: 3, then 3 goes on
    batch = np.array([[[0.0, 1.0, 3.0]], [[0.0, 1.0, 3.0]]], np.float32)
    found = np.asarray(raise_by(batch, np.array([0.5, -2.0], np.float32)))
    assert found[:, 0].tolist() == [[0.0, 0.5, 2.0], [3.0, 3.0, 3.0]]


@settings(max_examples=8)
@given(st.floats(-6, 6))
def test_pitch_moves_every_frame_as_interpolation_does(higher):
    batch = spectrograms(1)
    found = np.asarray(raise_by(batch, np.array([higher], np.float32)))[0]
    places = np.arange(20) - higher
    for new, old in zip(found, batch[0], strict=True):
        np.testing.assert_allclose(new, np.interp(places, np.arange(20), old), atol=1e-4)


def test_pitch_is_drawn_for_each_example_within_its_bounds():
    ramp = np.tile(np.arange(20, dtype=np.float32), (200, 2, 1))
    found = np.asarray(SpecAugment(0, 0.0, 0, 0.0, pitch=2.5)(ramp, training=True))
    moved = ramp[:, 0, 10] - found[:, 0, 10]
    assert -2.5 <= moved.min() < -2
    assert 2 < moved.max() <= 2.5


def test_each_step_draws_anew_and_the_seed_fixes_it():
    first, again = SpecAugment(seed=5, fill=99), SpecAugment(seed=5, fill=99)
    one, two = hidden(first, spectrograms()), hidden(first, spectrograms())
    assert not np.array_equal(one, two)
    np.testing.assert_array_equal(hidden(again, spectrograms()), one)


def test_in_a_compiled_step_the_seed_is_state_and_slopes_pass_all_but_the_gaps():
    entry = keras.Input((40, 20))
    layer = SpecAugment(fill=0.0)
    network = keras.Model(entry, layer(entry))
    assert network.output.shape == (None, 40, 20)
    batch = spectrograms()

    @jax.jit
    def slopes(batch, state):
        def total(batch):
            outputs, after = network.stateless_call([], state, batch, training=True)
            return outputs.sum(), (outputs, after)

        return jax.grad(total, has_aux=True)(batch)

    state = [variable.value for variable in network.non_trainable_variables]
    slope, (outputs, after) = slopes(batch, state)
    np.testing.assert_array_equal(np.asarray(slope) == 1, np.asarray(outputs) == batch)
    assert len(after) == 1
    assert not np.array_equal(np.asarray(after[0]), np.asarray(state[0]))


def test_its_config_rebuilds_it():
    layer = SpecAugment(1, 0.2, 3, 0.25, pitch=1.5, fill=-80.0, seed=4)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    both = (np.asarray(each(spectrograms(), training=True)) for each in (layer, again))
    np.testing.assert_array_equal(*both)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"times": -1}, r"SpecAugment\(times=-1\): times must be a whole number of at least 0"),
        ({"bands": 0.5}, r"SpecAugment\(bands=0.5\): bands must be a whole number of at least 0"),
        (
            {"time_width": 2},
            r"SpecAugment\(time_width=2\): time_width must be a number in",
        ),
        ({"band_width": -1}, r"SpecAugment\(band_width=-1\): band_width must be a number in"),
        ({"pitch": -1}, r"SpecAugment\(pitch=-1\): pitch must be a number of at least 0 \(bands\)"),
        ({"fill": "mean"}, r"SpecAugment\(fill='mean'\): fill must be None, or a finite number"),
        ({"seed": -1}, r"SpecAugment\(seed=-1\): seed must be a whole number of at least 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, words):
    with pytest.raises(BadParameter, match=words):
        SpecAugment(**wrong)


def test_the_augmenter_moves_bands_and_hides_a_gap_in_all_frames_alike():
    values = np.random.default_rng(0).normal(size=(60, 5, 20)).astype(np.float32)
    inputs, target = {"features": values, "other": np.ones(60)}, np.arange(60)
    found, kept = BandAugmenter(0.0, 0.25)(inputs, target, jax.random.key(0))
    assert kept is target
    assert found["other"] is inputs["other"]
    gaps = np.asarray(found["features"]) != values
    assert (gaps == gaps[:, :1]).all()  # no frame alone
    widths = gaps[:, 0].sum(axis=1)
    assert set(widths.tolist()) == {0, 1, 2, 3, 4, 5}
    for row in np.flatnonzero(widths):
        places = np.flatnonzero(gaps[row, 0])
        assert places[-1] - places[0] + 1 == widths[row]  # one gap
        filled = np.asarray(found["features"])[row][:, places]
        np.testing.assert_allclose(filled, values[row].mean(), atol=1e-5)
    moved = np.asarray(BandAugmenter(2.0, 0.0)(inputs, target, jax.random.key(1))[0]["features"])
    ramp = np.broadcast_to(np.arange(20.0, dtype=np.float32), (60, 5, 20))
    there = BandAugmenter(2.0, 0.0)({"features": ramp}, 0, jax.random.key(1))[0]["features"]
    higher = ramp[:, 0, 10] - np.asarray(there)[:, 0, 10]
    assert np.abs(higher).max() <= 2
    assert higher.std() > 0.8
    np.testing.assert_allclose(moved, np.asarray(raised(values, higher)), atol=1e-4)


def test_an_augmenter_of_nothing_changes_nothing_and_equal_ones_share_a_signature():
    inputs = {"features": np.ones((2, 3, 4), np.float32)}
    same = BandAugmenter(0.0, 0.0)(inputs, 0, jax.random.key(0))[0]["features"]
    np.testing.assert_array_equal(same, inputs["features"])
    assert BandAugmenter(1, 0.5).signature == BandAugmenter(1, 0.5).signature
    assert BandAugmenter(1, 0.5).signature != BandAugmenter(1, 0.4).signature
    assert BandAugmenter(1, 0.5).signature != BandAugmenter(1, 0.5, "sound").signature
    with pytest.raises(BadParameter, match="width"):
        BandAugmenter(1.0, 1.5)
    with pytest.raises(BadParameter, match="pitch"):
        BandAugmenter(-1.0, 0.5)
