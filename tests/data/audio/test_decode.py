"""fondo.data.audio.decode: against sines that are known, against soxr, and by hand."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio import files
from fondo.data.audio.decode import Wave, decode, excerpt, filled, mixed
from fondo.data.audio.places import Span, part_of
from fondo.data.audio.waves import Sample
from fondo.errors import BadData, BadParameter

RATES = [8_000, 11_025, 16_000, 22_257, 44_100, 48_000, 192_000]


def sine(rate: int, seconds: float, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate + 0.3)


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.2, n).astype(np.float32)


def put(path: Path, samples: np.ndarray, rate: int) -> str:
    soundfile.write(path, samples, rate, format="WAV", subtype="FLOAT")
    return str(path)


@pytest.mark.parametrize("stored", RATES)
@pytest.mark.parametrize("wanted", [8_000, 16_000, 44_100])
def test_a_sine_is_the_same_sine_at_any_rate(tmp_path: Path, stored: int, wanted: int) -> None:
    place = put(tmp_path / "a.wav", sine(stored, 1.0), stored)
    found = decode(place, Wave.of_seconds(wanted, 1.0))
    expected = sine(wanted, 1.0)
    assert found.dtype == np.float32
    assert found.shape == expected.shape
    edge = wanted // 20  # beyond the ends of a sound there is silence
    np.testing.assert_allclose(found[edge:-edge], expected[edge:-edge], atol=3e-5)


def test_what_a_lower_rate_cannot_hold_is_gone(tmp_path: Path) -> None:
    place = put(tmp_path / "a.wav", sine(48_000, 0.5, hertz=10_000) * 2, 48_000)
    found = decode(place, Wave.of_seconds(16_000, 0.5))[1000:-1000]
    assert abs(found).max() < 1e-4  # it would be heard at 6 kHz


@pytest.mark.parametrize("stored", RATES)
def test_block_by_block_is_as_soxr_at_once(
    tmp_path: Path, stored: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = noise(stored // 2)
    place = put(tmp_path / "a.wav", samples, stored)
    expected = soxr.resample(samples, stored, 16_000, quality="HQ")
    monkeypatch.setattr(files, "_BLOCK", 1000)
    found = decode(place, Wave(16_000, len(expected)))
    np.testing.assert_allclose(found, expected, atol=1e-6)


@given(
    st.sampled_from(RATES),
    st.sampled_from([8_000, 16_000, 44_100]),
    st.integers(0, 1_900_000),
    st.integers(1, 900_000),
)
def test_a_stretch_is_a_stretch_of_the_whole(
    stored: int, wanted: int, start: int, length: int
) -> None:
    source = Sample(noise(2 * stored), stored, "noise")
    form = Wave(wanted, 1)
    whole = excerpt(source, wanted, 0, 2 * wanted, form)
    first = round(start / 1e6 * wanted)
    last = min(first + 1 + round(length / 1e6 * wanted), 2 * wanted)
    part = excerpt(source, wanted, first, last, form)
    np.testing.assert_allclose(part, whole[first:last], atol=1e-5)


@pytest.mark.parametrize("container", ["FLAC", "OGG", "MP3"])
def test_stretches_of_files_that_are_compressed(tmp_path: Path, container: str) -> None:
    path = tmp_path / "a"
    with soundfile.SoundFile(path, "w", 22_050, 2, format=container) as file:
        for seed in range(40):  # half a minute; at once it would be too much for libvorbis
            file.write(np.stack([noise(16_538, seed), noise(16_538, seed + 50)], axis=1))
    whole = decode(str(path), Wave.of_seconds(16_000, 30))
    for start in (27.4, 0.0, 11.7, 25.00001, 3.1):
        place = part_of(str(path), Span(start, start + 0.5))
        first = round(start * 16_000)
        np.testing.assert_allclose(
            decode(place, Wave(16_000, 8000)), whole[first : first + 8000], atol=1e-5
        )


def test_only_what_is_needed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = put(tmp_path / "a.wav", np.zeros(3_000_000, np.float32), 44_100)
    read = []
    keep = files.Sound._read

    def counted(self: files.Sound, frames: int) -> np.ndarray:
        found = keep(self, frames)
        read.append(len(found))
        return found

    monkeypatch.setattr(files.Sound, "_read", counted)
    form = Wave(16_000, 16_000, place="middle")
    for wanted in (place, part_of(place, Span(60, 61)), part_of(place, Span(60, 67))):
        read.clear()
        decode(wanted, form)
        assert sum(read) < 44_100 + 5000  # the window, and what the filter looks at beside it


def test_channels_are_averaged_or_the_first_two_kept(tmp_path: Path) -> None:
    left, right, rear = noise(500), noise(500, 1), noise(500, 2)
    place = put(tmp_path / "a.wav", np.stack([left, right, rear], axis=1), 8000)
    np.testing.assert_allclose(decode(place, Wave(8000, 500)), (left + right + rear) / 3, atol=1e-7)
    both = decode(place, Wave(8000, 500, mono=False))
    np.testing.assert_array_equal(both, np.stack([left, right], axis=1))
    put(tmp_path / "a.wav", left, 8000)
    twice = decode(place, Wave(16_000, 1000, mono=False))
    assert twice.shape == (1000, 2)
    np.testing.assert_array_equal(twice[:, 0], twice[:, 1])
    np.testing.assert_allclose(twice[:, 0], soxr.resample(left, 8000, 16_000), atol=1e-6)


def test_longer_and_shorter_sounds_by_hand(tmp_path: Path) -> None:
    ramp = np.arange(1, 11, dtype=np.float32) / 16
    place = put(tmp_path / "a.wav", ramp, 8000)
    for form, expected in (
        (Wave(8000, 4), [1, 2, 3, 4]),
        (Wave(8000, 4, place="middle"), [4, 5, 6, 7]),
        (Wave(8000, 5, place="middle"), [3, 4, 5, 6, 7]),
        (Wave(8000, 10), range(1, 11)),
        (Wave(8000, 13), [*range(1, 11), 0, 0, 0]),
        (Wave(8000, 13, place="middle"), [0, *range(1, 11), 0, 0]),
        (Wave(8000, 13, fill="repeat"), [*range(1, 11), 1, 2, 3]),
        (Wave(8000, 23, "middle", fill="repeat"), [*range(1, 11), *range(1, 11), 1, 2, 3]),
    ):
        np.testing.assert_array_equal(decode(place, form) * 16, list(expected))
    part = part_of(place, Span(2 / 8000, 5 / 8000))
    np.testing.assert_array_equal(decode(part, Wave(8000, 5)) * 16, [3, 4, 5, 0, 0])
    np.testing.assert_array_equal(decode(part, Wave(8000, 5, fill="repeat")) * 16, [3, 4, 5, 3, 4])
    stereo = filled(
        np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), Wave(8000, 3, False, fill="repeat")
    )
    np.testing.assert_array_equal(stereo, [[1, 2], [3, 4], [1, 2]])


@pytest.mark.parametrize("n", [1, 2, 3, 5, 11])
@pytest.mark.parametrize("stored", [8_000, 192_000])
def test_sounds_of_a_few_samples(tmp_path: Path, n: int, stored: int) -> None:
    place = put(tmp_path / "a.wav", np.full(n, 0.5), stored)
    for fill in ("zeros", "repeat"):
        found = decode(place, Wave(16_000, 40, fill=fill))
        assert found.shape == (40,)
        assert np.isfinite(found).all()
        assert abs(found).max() > 0.1


@given(st.integers(1, 400), st.sampled_from(RATES), st.sampled_from([8000, 16_000, 44_100]))
def test_every_length_is_converted_to_its_end(n: int, stored: int, wanted: int) -> None:
    source = Sample(np.full(n, 0.5, np.float32), stored, "x")
    total = max(round(n * wanted / stored), 1)
    found = excerpt(source, wanted, 0, total, Wave(wanted, total))
    assert len(found) == total
    assert found.min() > 0.05  # silence behind the end bends it down, but no sample is left out


def test_a_stretch_must_begin_before_the_end(tmp_path: Path) -> None:
    place = put(tmp_path / "a.wav", noise(8000), 8000)
    with pytest.raises(BadData, match=r"the stretch from 1 s on begins after the end.* at 1 s"):
        decode(part_of(place, Span(1, 2)), Wave(8000, 100))
    late = decode(part_of(place, Span(0.999, 2)), Wave(8000, 100))
    assert np.flatnonzero(late).max() == 7


def test_a_damaged_part_is_found_where_it_is_read(tmp_path: Path) -> None:
    samples = noise(8000)
    samples[6000] = np.nan
    place = put(tmp_path / "a.wav", samples, 8000)
    decode(place, Wave(8000, 5000))
    with pytest.raises(BadData, match="sample 6,000 is NaN"):
        decode(place, Wave(8000, 7000))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"rate": 99}, r"Wave\(rate=99\): rate must be a whole number of 100 to 4,000,000"),
        ({"rate": 8000.0}, r"Wave\(rate=8000.0\)"),
        ({"samples": 0}, r"Wave\(samples=0\): samples must be a whole number of at least 1"),
        ({"samples": True}, r"Wave\(samples=True\)"),
        ({"place": "end"}, r"Wave\(place='end'\): place must be start or middle"),
        ({"fill": "noise"}, r"Wave\(fill='noise'\): fill must be zeros or repeat"),
    ],
)
def test_forms_that_cannot_be(settings: dict, told: str) -> None:
    with pytest.raises(BadParameter, match=told):
        Wave(**{"rate": 8000, "samples": 10, **settings})


def test_forms_in_seconds() -> None:
    form = Wave.of_seconds(8000, 1.5, fill="repeat")
    assert (form.samples, form.seconds, form.shape) == (12_000, 1.5, (12_000,))
    assert Wave.of_seconds(8000, 1e-9, mono=False).shape == (1, 2)
    for wrong in (0, -1.0, float("nan"), float("inf"), "2"):
        with pytest.raises(BadParameter, match="seconds must be a number above 0"):
            Wave.of_seconds(8000, wrong)


def test_mixing_keeps_the_memory_in_one_piece() -> None:
    block = np.arange(12, dtype=np.float32).reshape(4, 3)
    for mono in (True, False):
        assert mixed(block, mono).flags.c_contiguous
    np.testing.assert_array_equal(mixed(block, True), [1, 4, 7, 10])
