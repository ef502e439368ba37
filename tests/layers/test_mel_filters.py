"""fondo.layers.mel_filters: librosa's filters, number by number."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadParameter
from fondo.layers.mel_filters import Bands, edges_of, hertz_of, mel_filters, mel_of

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "sounds.npz")


def test_filters_are_those_of_librosa():
    slaney = mel_filters(16000, 512, Bands(40))
    htk = mel_filters(22050, 1024, Bands(23, 20, 7600, "htk", None))
    np.testing.assert_allclose(slaney, GOLDEN["filters_slaney"], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(htk, GOLDEN["filters_htk"], rtol=1e-12, atol=1e-15)


def test_mels_are_those_of_librosa_and_of_htk_by_hand():
    hertz = [0.0, 60, 999, 1000, 1001, 4000, 11025]
    np.testing.assert_allclose(mel_of(hertz), GOLDEN["mels"], rtol=1e-12)
    # 700 Hz: 2595 log10(2) = 2595 * 0.30103
    assert float(mel_of(700, "htk")) == pytest.approx(781.17, abs=0.01)


@given(st.floats(0, 20000), st.sampled_from(["slaney", "htk"]))
def test_hertz_undo_mels(hertz, scale):
    assert float(hertz_of(mel_of(hertz, scale), scale)) == pytest.approx(hertz, abs=1e-8)


@given(st.floats(0, 19999), st.floats(0.01, 1000), st.sampled_from(["slaney", "htk"]))
def test_higher_is_more_mels(hertz, more, scale):
    assert mel_of(hertz + more, scale) > mel_of(hertz, scale)


@given(st.integers(2, 30), st.sampled_from(["slaney", "htk"]))
def test_tops_of_one_between_the_outer_tops_weigh_every_frequency_once(count, scale):
    bands = Bands(count, 100, 3900, scale, None)
    edges = edges_of(bands, 8000)
    weights = mel_filters(8000, 1024, bands)
    frequencies = np.arange(513) * 8000 / 1024
    inside = (frequencies >= edges[1]) & (frequencies <= edges[-2])
    np.testing.assert_allclose(weights.sum(axis=1)[inside], 1, rtol=1e-9)
    assert not weights[(frequencies < 100) | (frequencies > 3900)].any()


def test_areas_of_one_hear_white_noise_alike_in_all_bands():
    weights = mel_filters(16000, 8192, Bands(30))
    np.testing.assert_allclose(weights.sum(axis=0) * 16000 / 8192, 1, rtol=0.03)


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        (Bands(0), r"mel_filters\(bands=0\): bands must be a whole number of at least 1"),
        (Bands(low=-1), r"mel_filters\(low=-1\): low must be a number of at least 0 \(hertz\)"),
        (Bands(high=0), r"mel_filters\(high=0\): high must be a number above 0 \(hertz\)"),
        (Bands(high=5000), r"low=0, high=5000\): low must be below high, and .* rate, 4000 Hz"),
        (Bands(low=900, high=900), r"mel_filters\(low=900, high=900\): low must be below high"),
        (Bands(scale="bark"), r"mel_filters\(scale='bark'\): scale must be one of 'slaney', 'htk'"),
        (Bands(norm="l1"), r"mel_filters\(norm='l1'\): norm must be None, or one of 'slaney'"),
        (Bands(200), r"mel_filters\(bands=200\): every band must hold .* Take fewer bands, or"),
    ],
)
def test_bands_that_cannot_be_are_refused(bands, words):
    with pytest.raises(BadParameter, match=words):
        mel_filters(8000, 256, bands)
