"""fondo.layers.mel: librosa's features, in float32 and on the device."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import fft

from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.layers import spectrogram
from fondo.layers.mel import MFCC, LogMel, MelSpectrogram, cosines

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "sounds.npz")
SPEECH = (16000, 400, 160, 512, 40)
HTK = {"bands": 23, "low": 20, "high": 7600, "scale": "htk", "norm": None}


def rising() -> np.ndarray:
    """The wave of make_sounds.py."""
    n = np.arange(4000)
    t = n / 16000
    noise = ((7 * n * n + 13 * n) % 251) / 251 - 0.5
    return (0.5 * np.sin(2 * np.pi * (200 * t + 6000 * t * t)) + 0.02 * noise)[None]


def noise(rows: int = 3, n: int = 3000) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, n)).astype(np.float32)


@pytest.mark.parametrize(
    ("layer", "name", "within"),
    [
        (MelSpectrogram(*SPEECH), "mel", 1e-6),
        (MelSpectrogram(16000, scaling="magnitude", **HTK), "mel_htk", 1e-6),
        (LogMel(*SPEECH, span=60), "decibels", 1e-5),
        (MFCC(*SPEECH, span=60, coefficients=13), "mfcc", 1e-5),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_features_are_those_of_librosa(layer, name, within):
    found, expected = np.asarray(layer(rising()))[0], GOLDEN[name]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= within * np.abs(expected).max()


def test_a_tone_is_strongest_in_the_band_around_it():
    tone = np.sin(2 * np.pi * 2000 * np.arange(4000) / 16000)[None]
    layer = MelSpectrogram(*SPEECH)
    tops = layer.filters().argmax(axis=0) * 16000 / 512
    found = np.asarray(layer(tone))[0, 12].argmax()
    assert abs(tops[found] - 2000) <= 100


def test_decibels_and_natural_logarithms_tell_the_same():
    decibels, natural = (np.asarray(LogMel(*SPEECH, log=log)(noise())) for log in ("db", "log"))
    np.testing.assert_allclose(decibels * np.log(10) / 10, natural, rtol=1e-4, atol=1e-4)


def test_magnitudes_have_decibels_of_their_own():
    both = [np.asarray(LogMel(*SPEECH, scaling=s)(0.1 * noise())) for s in ("power", "magnitude")]
    louder = [np.asarray(LogMel(*SPEECH, scaling=s)(noise())) for s in ("power", "magnitude")]
    for quiet, loud in zip(both, louder, strict=True):
        np.testing.assert_allclose(loud - quiet, 20, atol=1e-2)


@settings(max_examples=5)
@given(st.floats(1, 60))
def test_nothing_lies_further_below_the_loudest_of_its_clip_than_the_span(span):
    batch = noise(2) * np.array([[1.0], [1e-3]], np.float32)
    free = np.asarray(LogMel(*SPEECH)(batch))
    found = np.asarray(LogMel(*SPEECH, span=span)(batch))
    least = free.max(axis=(1, 2), keepdims=True) - span
    np.testing.assert_allclose(found, np.maximum(free, least), atol=1e-4)


@pytest.mark.parametrize(("bands", "coefficients"), [(40, 40), (23, 13), (1, 1)])
def test_cosines_are_those_of_scipy(bands, coefficients):
    rows = np.random.default_rng(0).normal(size=(4, bands))
    expected = fft.dct(rows, type=2, norm="ortho")[:, :coefficients]
    np.testing.assert_allclose(rows @ cosines(bands, coefficients), expected, atol=1e-12)


def test_cepstra_are_the_transform_of_the_log_mels():
    logs = np.asarray(LogMel(*SPEECH)(noise()))
    expected = fft.dct(logs, type=2, norm="ortho")[..., :20]
    np.testing.assert_allclose(np.asarray(MFCC(*SPEECH)(noise())), expected, rtol=1e-4, atol=1e-3)


def test_a_gain_changes_the_first_cepstrum_alone():
    one, ten = (np.asarray(MFCC(*SPEECH)(k * noise())) for k in (1, 10))
    np.testing.assert_allclose(ten[..., 0] - one[..., 0], 20 * np.sqrt(40), rtol=1e-4)
    np.testing.assert_allclose(ten[..., 1:], one[..., 1:], atol=1e-2)


def test_rows_at_a_time_change_nothing(monkeypatch):
    layer = MFCC(*SPEECH)
    together = np.asarray(layer(noise(5)))
    monkeypatch.setattr(spectrogram, "AT_ONCE", 2 * 19 * 512)
    np.testing.assert_allclose(np.asarray(layer(noise(5))), together, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("layer", "last"),
    [
        (MelSpectrogram(16000, centre=False, scaling="density", **HTK), 23),
        (LogMel(8000, 200, 80, log="log", floor=1e-4, span=5.0, bands=20, taper="hamming"), 20),
        (MFCC(*SPEECH, coefficients=13, span=80.0), 13),
    ],
)
def test_in_a_network_the_shape_is_known_and_the_config_rebuilds_it(layer, last):
    entry = keras.Input((3000,))
    network = keras.Model(entry, layer(entry))
    found = np.asarray(network(noise()))
    assert network.output.shape[1:] == found.shape[1:]
    assert found.shape[2] == last
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(np.asarray(again(noise())), found)
    assert layer.compute_output_shape((None, None)) == (None, None, last)


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        (MelSpectrogram, {"rate": 0}, r"MelSpectrogram\(rate=0\): rate must be a number above 0"),
        (MelSpectrogram, {"high": 9000}, r"MelSpectrogram\(low=0, high=9000\): low must be below"),
        (MelSpectrogram, {"bands": 300}, r"mel_filters\(bands=300\): every band must hold a freq"),
        (MelSpectrogram, {"centre": 1}, r"MelSpectrogram\(centre=1\): centre must be True or Fal"),
        (LogMel, {"log": None}, r"LogMel\(log=None\): log must be one of 'log', 'db'"),
        (LogMel, {"floor": 0.0}, r"LogMel\(floor=0.0\): floor must be a number above 0"),
        (LogMel, {"span": 0}, r"LogMel\(span=0\): span must be None, or a number above 0"),
        (MFCC, {"coefficients": 0}, r"MFCC\(coefficients=0\): coefficients must be a whole numb"),
        (MFCC, {"coefficients": 65}, r"MFCC\(coefficients=65\): coefficients must be at most ban"),
    ],
)
def test_settings_that_cannot_be_are_refused(kind, wrong, words):
    with pytest.raises(BadParameter, match=words):
        kind(**{"rate": 16000, **wrong})


def test_errors_name_the_layer():
    with pytest.raises(BadData, match=r"MFCC\(waves of shape \(1, 100\)\): waves must be at least"):
        MFCC(16000, centre=False)(np.zeros((1, 100)))
