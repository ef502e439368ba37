"""fondo.layers.spectrogram: the plain spectrogram's numbers, in float32 and on the device."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.layers import spectrogram
from fondo.layers.spectrogram import Spectrogram, framed
from fondo.layers.spectrogram_plain import Frames, specgram


def waves(rows: int = 3, n: int = 1200, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, n)).astype(np.float32)


def plain(batch: np.ndarray, frames: Frames) -> np.ndarray:
    return np.stack([specgram(row, frames) for row in batch])


def test_the_notes_spectrogram_of_ten_seconds():
    batch = waves(1, 441_000)
    found, expected = np.asarray(Spectrogram()(batch)), plain(batch, Frames())
    assert found.dtype == np.float32
    assert found.shape == (1, 5511, 101)
    assert np.abs(found - expected).max() <= 1e-5 * expected.max()


@pytest.mark.parametrize("scaling", ["density", "spectrum", "power", "magnitude"])
@pytest.mark.parametrize(
    ("window", "hop", "n_fft"), [(200, 80, None), (128, 32, 256), (50, 3, None), (30, 70, 31)]
)
def test_every_scale_and_cut_is_the_plain_one(window, hop, n_fft, scaling):
    settings = {"taper": "hamming", "scaling": scaling, "rate": 16000.0}
    found = np.asarray(Spectrogram(window, hop, n_fft, **settings)(waves()))
    expected = plain(waves(), Frames(window, hop, n_fft, **settings))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * expected.max())


@settings(max_examples=6)
@given(st.integers(3, 40), st.integers(1, 50), st.integers(0, 9), st.integers(60, 90))
def test_frames_are_slices_of_the_wave(window, hop, more, n):
    batch = waves(2, n)
    frames = Frames(window, hop, window + more)
    found = np.asarray(framed(batch, frames))
    expected = np.stack([batch[:, t * hop :][:, :window] for t in range(found.shape[1])], axis=1)
    np.testing.assert_array_equal(found, expected)
    assert found.shape[1] == frames.n_frames(n)
    assert found.shape[1] * hop + window > n  # no further frame would have fitted


@settings(max_examples=6)
@given(st.integers(2, 20), st.integers(1, 50), st.integers(0, 9), st.integers(1, 90))
def test_centred_frames_have_their_sample_in_the_middle(half, hop, more, n):
    batch = waves(1, n)
    found = np.asarray(framed(batch, Frames(2 * half, hop, 2 * (half + more)), centre=True))[0]
    around = np.pad(batch[0], (100, 200))
    assert len(found) == n // hop + 1
    for t, frame in enumerate(found):
        start = 100 + t * hop - half
        np.testing.assert_array_equal(frame, around[start : start + 2 * half])


def test_rows_at_a_time_change_nothing(monkeypatch):
    layer = Spectrogram(64, 16, log="db")
    together = np.asarray(layer(waves(7)))
    for numbers in (1, 3 * 64 * 72):  # one row, three rows of 72 frames
        monkeypatch.setattr(spectrogram, "AT_ONCE", numbers)
        np.testing.assert_allclose(np.asarray(layer(waves(7))), together, rtol=1e-4, atol=1e-3)


@settings(max_examples=5)
@given(st.floats(0.01, 100))
def test_a_gain_multiplies_magnitudes_and_shifts_decibels(gain):
    gain, batch = np.float32(gain), waves(1, 400)
    one, many = (np.asarray(Spectrogram(scaling="magnitude")(k * batch)) for k in (1, gain))
    np.testing.assert_allclose(many, gain * one, rtol=1e-3, atol=1e-4 * gain)
    for scaling in ("magnitude", "density"):
        layer = Spectrogram(scaling=scaling, log="db")
        change = np.median(np.asarray(layer(gain * batch)) - np.asarray(layer(batch)))
        assert change == pytest.approx(20 * np.log10(gain), abs=1e-3)


def test_power_over_all_frequencies_is_that_of_the_tapered_frame():
    batch = waves(2, 300)
    power = np.asarray(Spectrogram(100, 50, rate=1.0)(batch)).sum(axis=2) / 100  # Parseval
    taper = np.hanning(100)
    cut = np.asarray(framed(batch, Frames(100, 50))) * taper
    np.testing.assert_allclose(power, (cut**2).sum(axis=2) / (taper**2).sum(), rtol=1e-5)


def test_a_shift_by_one_hop_shifts_the_frames_by_one():
    batch = waves(1, 1000)
    layer = Spectrogram(100, 40)
    now, later = np.asarray(layer(batch)), np.asarray(layer(batch[:, 40:]))
    np.testing.assert_allclose(now[:, 1 : later.shape[1] + 1], later, rtol=1e-4, atol=1e-9)


def test_logarithms_stop_at_the_floor():
    silent = np.zeros((1, 400), np.float32)
    assert np.asarray(Spectrogram(log="db")(silent)).max() == pytest.approx(-140)
    assert np.asarray(Spectrogram(log="log", floor=0.5)(silent)).max() == pytest.approx(np.log(0.5))
    decibels = np.asarray(Spectrogram(log="db", scaling="magnitude", floor=0.1)(silent))
    assert decibels.max() == pytest.approx(-20)


@pytest.mark.parametrize("scaling", ["magnitude", "density"])
@pytest.mark.parametrize("log", [None, "log"])
def test_slopes_are_those_of_nudging_and_finite_in_silence(scaling, log):
    layer = Spectrogram(16, 8, scaling=scaling, log=log, floor=1e-6)
    total = jax.jit(lambda batch: layer(batch).sum())
    batch = waves(2, 60)
    slope = np.asarray(jax.grad(total)(batch))
    nudge = 0.01 * waves(2, 60, seed=1)
    change = float(total(batch + nudge) - total(batch - nudge)) / 2
    assert (slope * nudge).sum() == pytest.approx(change, rel=0.02)
    assert np.isfinite(np.asarray(jax.grad(total)(np.zeros((2, 60), np.float32)))).all()


def test_in_a_network_the_shape_is_known_and_the_config_rebuilds_it():
    entry = keras.Input((1000,))
    layer = Spectrogram(128, 64, 200, taper="blackman", scaling="power", centre=True, log="log")
    network = keras.Model(entry, layer(entry))
    assert network.output.shape == (None, 16, 101)
    assert network(waves(2, 1000)).shape == (2, 16, 101)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(np.asarray(again(waves())), np.asarray(layer(waves())))
    assert layer.compute_output_shape((None, None)) == (None, None, 101)


def test_half_precision_of_the_network_leaves_it_in_float32():
    layer = Spectrogram(dtype="mixed_bfloat16")
    assert np.asarray(layer(waves())).dtype == np.float32
    np.testing.assert_array_equal(np.asarray(layer(waves())), np.asarray(Spectrogram()(waves())))
    assert layer(keras.Input((1000,))).dtype == "float32"


def test_waves_without_a_frame_or_with_channels_are_refused():
    with pytest.raises(BadData, match=r"Spectrogram\(waves of shape \(1, 199\)\): waves must be"):
        Spectrogram()(waves(1, 199))
    with pytest.raises(BadData, match=r"waves of shape \(2, 300, 1\)\): waves must be \(batch"):
        Spectrogram()(np.zeros((2, 300, 1), np.float32))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hop": 0}, r"Spectrogram\(hop=0\): hop must be a whole number"),
        ({"n_fft": 100}, r"Spectrogram\(n_fft=100\): n_fft must not be below window, 200 samples"),
        ({"log": "ln"}, r"Spectrogram\(log='ln'\): log must be None, or one of 'log', 'db'"),
        ({"floor": 0}, r"Spectrogram\(floor=0\): floor must be a number above 0"),
        ({"centre": 1}, r"Spectrogram\(centre=1\): centre must be True or False"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, words):
    with pytest.raises(BadParameter, match=words):
        Spectrogram(**wrong)
