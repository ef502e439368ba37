"""fondo.data.audio.coding: what a codec leaves of a sound."""

import numpy as np
import pytest

from fondo.data.audio.coding import MP3_RATES, OPUS_RATES, coded
from fondo.errors import BadParameter


def chirp(rate, seconds=1.5):
    """From 200 to 1500 hertz, fading in and out."""
    times = np.arange(round(seconds * rate)) / rate
    wave = np.sin(2 * np.pi * (200 * times + 433 * times**2))
    return (0.4 * wave * np.hanning(len(times))).astype(np.float32)


def kept_db(samples, heard):
    return 10 * np.log10((samples**2).sum() / ((samples - heard) ** 2).sum())


@pytest.mark.parametrize("rate", [*OPUS_RATES, *MP3_RATES])
def test_it_is_as_long_not_shifted_and_all_but_the_same(rate):
    samples = chirp(rate)
    heard = coded(samples, rate, 0.3)
    assert heard.shape == samples.shape
    assert heard.dtype == np.float32
    assert kept_db(samples, heard) > 10  # one sample aside would already be nearer to 0
    spectra = np.fft.rfft([samples, heard], 2 * len(samples))
    together = np.fft.irfft(spectra[1] * spectra[0].conj())
    assert int(together.argmax()) == 0


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_the_more_is_lost_the_less_is_left(rate):
    samples = chirp(rate) + 0.05 * np.random.default_rng(0).normal(size=round(1.5 * rate))
    left = [kept_db(samples, coded(samples, rate, loss)) for loss in (0.0, 0.6, 1.0)]
    assert left[0] > left[1] > left[2]


def test_the_same_comes_out_each_time_and_silence_stays_silent():
    samples = chirp(16_000)
    np.testing.assert_array_equal(coded(samples, 16_000), coded(samples, 16_000))
    assert np.abs(coded(np.zeros(8000), 16_000)).max() < 1e-3
    assert coded(np.zeros(0), 16_000).shape == (0,)
    assert coded(np.full(7, 0.1), 16_000).shape == (7,)
    assert np.abs(coded(3 * samples, 16_000, 0.0)).max() < 1.3


def test_other_rates_and_losses_are_refused():
    with pytest.raises(BadParameter, match=r"coded\(rate=10000\): no codec here has this rate"):
        coded(np.zeros(100), 10_000)
    with pytest.raises(BadParameter, match="loss"):
        coded(np.zeros(100), 16_000, 1.5)
