"""fondo.tasks.audio.front: clips seen as the notes, and the layers, see them."""

import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.layers.mel import LogMel
from fondo.layers.spectrogram_plain import specgram
from fondo.tasks.audio.front import FRONTS, front_end


def test_the_notes_spectrogram_is_theirs():
    samples = np.random.default_rng(0).normal(size=441_000).astype("float32")
    front = front_end("notes")
    found = front.features(samples)
    assert found.shape == (5511, 101)
    wanted = specgram(samples.astype(np.float64))
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    logs = front_end("notes_log").features(samples)
    np.testing.assert_allclose(logs, np.log(np.maximum(wanted, 1e-14)), rtol=1e-5, atol=1e-5)


def test_mel_bands_are_those_of_the_layer():
    samples = np.random.default_rng(1).normal(size=8000).astype("float32")
    front = front_end("log_mel")
    layer = LogMel(
        16_000, 400, 160, 512, 40, low=60.0, high=7600.0, log="log", floor=front.floor, centre=False
    )
    np.testing.assert_allclose(
        front.features(samples), np.asarray(layer(samples[None]))[0], rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("name", sorted(FRONTS))
def test_silence_has_finite_features(name):
    front = front_end(name)
    found = front.features(np.zeros(front.rate, np.float32))
    assert found.shape == (front.n_frames(front.rate), front.n_bands)
    assert np.isfinite(found).all()


def test_unknown_fronts_are_refused():
    with pytest.raises(BadParameter, match=r"front='logmel'\): Did you mean 'log_mel'"):
        front_end("logmel")
