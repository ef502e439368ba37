"""fondo.layers.spectrogram_plain: SciPy's numbers, in double precision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from fondo.errors import BadData, BadParameter
from fondo.layers.spectrogram_plain import Frames, specgram, taper_of, weights_of


def wave(n: int = 3000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


def test_ten_seconds_are_those_of_scipy_and_matplotlib():
    samples = wave(441_000)
    frequencies, _, expected = signal.spectrogram(
        samples, window=np.hanning(200), nperseg=200, noverlap=120,
        detrend=False, scaling="density", fs=8000,
    )  # fmt: skip
    found = specgram(samples)
    assert found.shape == (5511, 101)
    np.testing.assert_allclose(found, expected.T, rtol=1e-9)
    np.testing.assert_array_equal(Frames().frequencies(), frequencies)


@pytest.mark.parametrize("taper", ["hann", "hamming", "blackman", "hann_symmetric", "rectangular"])
@pytest.mark.parametrize("scaling", ["density", "spectrum"])
@pytest.mark.parametrize(("window", "hop", "n_fft"), [(64, 20, 64), (31, 31, 50), (30, 7, 33)])
def test_other_frames_are_those_of_scipy(taper, scaling, window, hop, n_fft):
    names = {"hann_symmetric": np.hanning(window), "rectangular": np.ones(window)}
    shape = names[taper] if taper in names else signal.get_window(taper, window)
    _, _, expected = signal.spectrogram(
        wave(500), 11025, window=shape, nperseg=window, noverlap=window - hop,
        nfft=n_fft, detrend=False, scaling=scaling,
    )  # fmt: skip
    found = specgram(wave(500), Frames(window, hop, n_fft, taper, scaling, 11025))
    np.testing.assert_allclose(found, expected.T, rtol=1e-9, atol=1e-18)


def test_a_hop_may_be_longer_than_a_frame():
    found = specgram(wave(100), Frames(30, 45))
    alone = [specgram(wave(100)[k : k + 30], Frames(30)) for k in (0, 45)]
    np.testing.assert_allclose(found, np.concatenate(alone), rtol=1e-12)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman"])
@pytest.mark.parametrize("window", [3, 4, 200])
def test_tapers_are_those_of_scipy_and_numpy(name, window):
    symmetric = {"hann": np.hanning, "hamming": np.hamming, "blackman": np.blackman}[name]
    np.testing.assert_allclose(
        taper_of(name, window), signal.get_window(name, window), atol=1e-15, rtol=0
    )
    np.testing.assert_allclose(
        taper_of(f"{name}_symmetric", window), symmetric(window), atol=1e-15, rtol=0
    )
    assert taper_of("rectangular", window).tolist() == [1] * window


def test_one_frame_by_hand():
    # 4 samples, rectangular: 1 + 2 + 3 + 4 = 10; 1 - 2 - 3 + 4 ... = -2 + 2i; 1 - 2 + 3 - 4 = -2
    frames = Frames(4, 4, taper="rectangular", scaling="power")
    assert specgram([1, 2, 3, 4], frames)[0] == pytest.approx([100, 8, 4])
    density = Frames(4, 4, taper="rectangular", scaling="density", rate=2)
    assert specgram([1, 2, 3, 4], density)[0] == pytest.approx([100 / 8, 2 * 8 / 8, 4 / 8])
    magnitude = Frames(4, 4, taper="rectangular", scaling="magnitude")
    assert specgram([1, 2, 3, 4], magnitude)[0] == pytest.approx([10, np.sqrt(8), 2])


@given(st.integers(3, 40), st.integers(0, 30), st.integers(0, 1000))
def test_density_over_frequency_is_the_mean_square(window, more, seed):
    frames = Frames(window, window, window + more, "rectangular", rate=1000.0)
    samples = wave(window, seed)
    power = specgram(samples, frames).sum() * 1000 / frames.size  # Parseval
    assert power == pytest.approx((samples**2).mean())


def test_spectrum_of_a_sine_is_half_its_amplitude_squared():
    samples = 3 * np.sin(2 * np.pi * 10 / 100 * np.arange(100))
    power = specgram(samples, Frames(100, 100, scaling="spectrum"))
    assert power[0, 10] == pytest.approx(4.5, 1e-3)


@given(st.integers(3, 60), st.integers(1, 90), st.lists(st.integers(0, 150), max_size=6))
def test_a_stream_cut_anywhere_gives_the_same_frames(window, hop, cuts):
    frames = Frames(window, hop)
    samples = wave(600)
    found, waiting, start = [], np.zeros(0), 0  # start: samples until the next frame begins
    for part in np.split(samples, np.cumsum(cuts)):
        waiting = np.concatenate([waiting, part])
        skipped = min(start, len(waiting))
        waiting, start = waiting[skipped:], start - skipped
        new = specgram(waiting, frames)
        found.append(new)
        used = min(len(new) * hop, len(waiting))
        waiting, start = waiting[used:], start + len(new) * hop - used
    np.testing.assert_allclose(np.concatenate(found), specgram(samples, frames), rtol=1e-12)


def test_what_is_shorter_than_a_frame_has_none():
    assert specgram(wave(199)).shape == (0, 101)
    assert specgram([]).shape == (0, 101)
    assert len(specgram(wave(200))) == 1


def test_whole_numbers_are_taken_as_they_are():
    samples = np.random.default_rng(0).integers(-32768, 32768, 400).astype(np.int16)
    np.testing.assert_array_equal(specgram(samples), specgram(samples.astype(np.float64)))


def test_two_channels_and_complex_numbers_are_refused():
    with pytest.raises(BadData, match=r"specgram\(samples of shape \(2, 300\), float64\): samples"):
        specgram(np.zeros((2, 300)))
    with pytest.raises(BadData, match="one wave of real numbers. Take one channel"):
        specgram(np.zeros(300, complex))


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (Frames(window=2), r"specgram\(window=2\): window must be a whole number of at least 3"),
        (Frames(hop=0), r"specgram\(hop=0\): hop must be a whole number of at least 1 \(samples\)"),
        (Frames(n_fft=199), r"specgram\(n_fft=199\): n_fft must not be below window, 200"),
        (Frames(taper="han"), r"specgram\(taper='han'\): .*Did you mean 'hann'\?"),
        (Frames(scaling="psd"), r"specgram\(scaling='psd'\): scaling must be one of 'density'"),
        (Frames(rate=0), r"specgram\(rate=0\): rate must be a number above 0 \(hertz\)"),
    ],
)
def test_frames_that_cannot_be_are_refused(frames, words):
    with pytest.raises(BadParameter, match=words):
        specgram(wave(), frames)


def test_one_sided_scales_count_the_ends_once():
    even, odd = (weights_of(Frames(n, 4, taper="rectangular", rate=1.0)) * n for n in (6, 5))
    assert even.tolist() == pytest.approx([1, 2, 2, 1])
    assert odd.tolist() == pytest.approx([1, 2, 2])
