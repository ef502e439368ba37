"""fondo.layers.loudness: librosa's PCEN, and clips of one level."""

from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.layers import loudness
from fondo.layers.loudness import PCEN, Centred, Level, running_mean, smoothing_of

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "sounds.npz")


def energies(rows: int = 2, frames: int = 30, bands: int = 4) -> np.ndarray:
    return np.random.default_rng(0).gamma(0.5, 1, (rows, frames, bands)).astype(np.float32)


@pytest.mark.parametrize(
    ("layer", "unit", "name"),
    [
        (PCEN(smoothing_of(0.4, 16000, 160), start=1.0), 2.0**31, "pcen"),
        (PCEN(0.1, 0.8, 10, 0.25, floor=1e-3, start=1.0), 1.0, "pcen_other"),
    ],
    ids=["as it stands", "other numbers"],
)
def test_it_is_that_of_librosa(layer, unit, name):
    found, expected = np.asarray(layer(unit * GOLDEN["mel"][None]))[0], GOLDEN[name]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * expected.max())


def test_three_frames_by_hand():
    # mean: 4, 0.5 * 4 + 0.5 * 2 = 3, 0.5 * 3 + 0 = 1.5; shares 1, 2/3, 0; (share + 3)^0.5 - 3^0.5
    layer = PCEN(0.5, 1.0, 3.0, 0.5, floor=1e-9)
    found = np.asarray(layer(np.array([[[4.0], [2.0], [0.0]]])))[0, :, 0]
    assert found == pytest.approx([2 - 3**0.5, (3 + 2 / 3) ** 0.5 - 3**0.5, 0], abs=1e-5)


@pytest.mark.parametrize("smoothing", [0.025, 1.0, np.array([0.1, 0.2, 0.5, 0.9], np.float32)])
def test_loop_and_scan_are_the_running_mean_of_scipy(smoothing):
    x, shares = energies(), np.broadcast_to(smoothing, 4)
    expected = np.stack(
        [signal.lfilter([s], [1, s - 1], x[..., k], axis=1, zi=(1 - s) * x[:, :1, k])[0]
         for k, s in enumerate(shares)], axis=-1,
    )  # fmt: skip
    for way in (loudness._looped, loudness._scanned, running_mean):
        np.testing.assert_allclose(np.asarray(way(x, smoothing, x[:, 0])), expected, rtol=1e-5)


def test_loop_and_scan_have_the_same_slopes():
    x = energies(frames=6)

    def slopes(way):
        def total(values, smoothing):
            return (way(values, smoothing, values[:, 0]) ** 2).sum()

        return jax.jit(jax.grad(total, argnums=(0, 1)))(x, np.float32(0.1))

    both = slopes(loudness._looped), slopes(loudness._scanned)
    for first, second in zip(*both, strict=True):
        np.testing.assert_allclose(np.asarray(first), np.asarray(second), rtol=1e-4, atol=1e-5)


@settings(max_examples=5)
@given(st.floats(0.1, 1e4))
def test_with_all_of_the_loudness_divided_out_the_unit_does_not_matter(unit):
    layer = PCEN(gain=1.0, floor=1e-12)
    one, other = (np.asarray(layer(np.float32(k) * energies())) for k in (1, unit))
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def test_elsewhere_than_on_the_cpu_it_is_scanned(monkeypatch):
    expected = np.asarray(PCEN()(energies()))
    monkeypatch.setattr(loudness.jax, "default_backend", lambda: "gpu")
    np.testing.assert_allclose(np.asarray(PCEN()(energies())), expected, rtol=1e-4, atol=1e-6)


def test_learned_numbers_start_where_they_are_said_to_and_can_be_learned():
    fixed, learned = PCEN(0.1, 0.9, 3.0, 0.4), PCEN(0.1, 0.9, 3.0, 0.4, learned=True)
    x = energies()
    expected = np.asarray(fixed(x))
    np.testing.assert_allclose(np.asarray(learned(x)), expected, rtol=1e-4, atol=1e-5)
    assert [tuple(weight.shape) for weight in learned.trainable_variables] == [(4,)] * 4
    assert fixed.variables == []

    def total(weights):
        return learned.stateless_call(weights, [], x)[0].sum()

    for slope in jax.jit(jax.grad(total))([weight.value for weight in learned.trainable_variables]):
        assert np.isfinite(np.asarray(slope)).all()
        assert np.abs(np.asarray(slope)).min() > 0


def test_silence_stays_silence_with_slopes_that_are_numbers():
    silent = np.zeros((2, 5, 3), np.float32)
    pcen, level = PCEN(), Level()
    assert not np.asarray(pcen(silent)).any()
    slopes = jax.jit(jax.grad(lambda x: pcen(x).sum()))(silent)
    assert np.isfinite(np.asarray(slopes)).all()
    waves = np.zeros((2, 9), np.float32)
    assert not np.asarray(level(waves)).any()
    slopes = jax.jit(jax.grad(lambda x: level(x).sum()))(waves)
    assert np.isfinite(np.asarray(slopes)).all()


@settings(max_examples=6)
@given(st.floats(-40, 0), st.floats(0.05, 10))
def test_clips_come_to_the_same_level(level, gain):
    waves = np.float32(gain) * np.random.default_rng(0).normal(size=(3, 500)).astype(np.float32)
    found = np.asarray(Level(level)(waves))
    decibels = 20 * np.log10(np.sqrt((found**2).mean(axis=1)))
    np.testing.assert_allclose(decibels, level, atol=1e-3)


def test_what_is_all_but_silent_is_raised_by_the_most_that_is_allowed():
    waves = np.full((1, 8), 1e-5, np.float32)  # -100 decibels
    assert np.asarray(Level(-20, most=30)(waves)) == pytest.approx(waves * 10**1.5, rel=1e-5)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (PCEN(0.1, 0.9, 3.0, 0.4, floor=1e-3, start=0.0, learned=True), (30, 4)),
        (Level(-12.0, 20.0), (50,)),
    ],
)
def test_in_a_network_the_shape_is_known_and_the_config_rebuilds_it(layer, shape):
    entry = keras.Input(shape)
    network = keras.Model(entry, layer(entry))
    batch = np.abs(np.random.default_rng(0).normal(size=(2, *shape))).astype(np.float32)
    assert network.output.shape == (None, *shape) == layer.compute_output_shape((None, *shape))
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(np.asarray(again(batch)), np.asarray(network(batch)))


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        (PCEN, {"smoothing": 0}, r"PCEN\(smoothing=0\): smoothing must be a number in \(0, 1\]"),
        (PCEN, {"smoothing": 1.0, "learned": True}, r"PCEN\(smoothing=1.0\): .* in \(0, 1\)"),
        (PCEN, {"gain": -1}, r"PCEN\(gain=-1\): gain must be a number of at least 0"),
        (PCEN, {"gain": 0, "learned": True}, r"PCEN\(gain=0\): gain must be a number above 0"),
        (PCEN, {"bias": 0}, r"PCEN\(bias=0\): bias must be a number above 0"),
        (PCEN, {"power": 2}, r"PCEN\(power=2\): power must be a number in \(0, 1\]"),
        (PCEN, {"floor": 0}, r"PCEN\(floor=0\): floor must be a number above 0"),
        (PCEN, {"start": -1}, r"PCEN\(start=-1\): start must be None, or a number of at least 0"),
        (PCEN, {"learned": 1}, r"PCEN\(learned=1\): learned must be True or False"),
        (Level, {"level": "loud"}, r"Level\(level='loud'\): level must be a finite number"),
        (Level, {"most": -1}, r"Level\(most=-1\): most must be a number of at least 0 \(decibels"),
    ],
)
def test_settings_that_cannot_be_are_refused(kind, wrong, words):
    with pytest.raises(BadParameter, match=words):
        kind(**wrong)


def test_smoothing_forgets_as_fast_as_librosa_does_and_faster_for_shorter_times():
    # T = 40 frames: (sqrt(6401) - 1) / 3200
    assert smoothing_of(0.4, 16000, 160) == pytest.approx((6401**0.5 - 1) / 3200)
    assert smoothing_of(0.01, 16000, 160) == pytest.approx((5**0.5 - 1) / 2)


def test_centring_takes_the_mean_of_each_band_of_each_clip():
    values = np.random.default_rng(0).normal(3, 2, (2, 7, 4)).astype(np.float32)
    found = np.asarray(Centred()(values))
    np.testing.assert_allclose(found, values - values.mean(axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-6)
    # what is added to a band is of no matter, and to centre twice is to centre once
    moved = np.asarray(Centred()(values + np.array([5, -3, 0, 100], np.float32)))
    np.testing.assert_allclose(moved, found, atol=1e-4)
    np.testing.assert_allclose(np.asarray(Centred()(found)), found, atol=1e-6)


def test_centring_stays_in_whole_precision_and_comes_back_from_its_configuration():
    layer = Centred(name="c")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config()["name"] == "c"
    half = keras.DTypePolicy("mixed_float16")
    large = np.array([[[60_000.0], [60_001.0]]], np.float32)  # no such halves in 16 bits
    assert np.asarray(Centred(dtype=half)(large)).ravel().tolist() == [-0.5, 0.5]
    assert Centred()(keras.Input((5, 3))).shape == (None, 5, 3)
