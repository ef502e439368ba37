"""fondo.data.audio.sounds: rows of files, of stretches and of arrays are taken apart alike."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.decode import Wave
from fondo.data.audio.sounds import Sounds
from fondo.errors import BadData, BadParameter

RATE = 8000


def noises(*seconds: float) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.uniform(-0.5, 0.5, round(s * RATE)).astype(np.float32) for s in seconds]


def on_disk(folder: Path, waves: list[np.ndarray]) -> Sounds:
    places = [folder / f"{k}.wav" for k in range(len(waves))]
    for place, wave in zip(places, waves, strict=True):
        soundfile.write(place, wave, RATE, "FLOAT")
    return Sounds.of_places(places)


def in_memory(_: Path, waves: list[np.ndarray]) -> Sounds:
    return Sounds.of_array(waves, RATE, "docs")


both = pytest.mark.parametrize("made", [on_disk, in_memory])


@both
def test_loading_surveying_and_taking(tmp_path: Path, made) -> None:
    waves = noises(0.1, 0.3, 0.2)
    sounds = made(tmp_path, waves)
    found = sounds.load(Wave(RATE, 1600))
    assert len(sounds) == 3
    np.testing.assert_array_equal(found[0, :800], waves[0])
    np.testing.assert_array_equal(found[1], waves[1][:1600])
    np.testing.assert_allclose(sounds.survey().seconds, [0.1, 0.3, 0.2])
    for rows in ([2, 0], np.array([True, False, True]), np.array([1, 1, 2]), []):
        part = sounds.take(rows)
        chosen = np.arange(3)[np.asarray(rows, None if len(rows) else int)]
        assert part.places == [sounds.places[row] for row in chosen]
        np.testing.assert_array_equal(part.load(Wave(RATE, 1600)), found[chosen])
        np.testing.assert_allclose(part.survey().peaks, sounds.survey().peaks[chosen])
    assert sounds.take([0]).load(Wave(16_000, 50)).shape == (1, 50)


@both
def test_copies_are_the_same_sounds(tmp_path: Path, made) -> None:
    sounds = made(tmp_path, noises(0.1, 0.2))
    for other in (pickle.loads(pickle.dumps(sounds)), copy.deepcopy(sounds)):
        assert other.fingerprint() == sounds.fingerprint()
        np.testing.assert_array_equal(other.load(Wave(RATE, 9)), sounds.load(Wave(RATE, 9)))


def test_a_part_does_not_carry_the_whole_array_along() -> None:
    sounds = Sounds.of_array(np.zeros((100, RATE)), RATE, "docs")
    assert len(pickle.dumps(sounds.take([3]))) < 2 * 8 * RATE


@both
def test_fingerprints_are_of_what_is_heard_in_its_order(tmp_path: Path, made) -> None:
    waves = noises(0.1, 0.2, 0.2)
    sounds = made(tmp_path, waves)
    (tmp_path / "copy").mkdir()
    assert made(tmp_path / "copy", waves).fingerprint() == sounds.fingerprint()
    assert sounds.take([1, 0, 2]).fingerprint() != sounds.fingerprint()
    assert sounds.take([0, 1]).fingerprint() != sounds.fingerprint()
    assert len(sounds.fingerprint()) == 64


def test_whole_numbers_and_fractions_of_them_are_the_same_sounds() -> None:
    whole = np.random.default_rng(0).integers(-30_000, 30_000, (4, 900)).astype(np.int16)
    one = Sounds.of_array(whole, RATE, "docs")
    other = Sounds.of_array(whole / 32_768, RATE, "docs")
    assert one.fingerprint() == other.fingerprint()
    for form in (Wave(RATE, 500), Wave(16_000, 2000, fill="repeat")):
        np.testing.assert_array_equal(one.load(form), other.load(form))


@both
def test_windows_cover_a_sound_and_know_its_row(tmp_path: Path, made) -> None:
    waves = noises(2.0, 0.4, 1.0, 2.25)
    sounds = made(tmp_path, waves)
    windows, rows = sounds.windows(1.0, 0.5)
    assert rows.tolist() == [0, 0, 0, 1, 2, 3, 3, 3, 3]
    names = [place.rpartition("#")[2] if "#t=" in place else "" for place in windows.places]
    assert names == [
        "t=0,1", "t=0.5,1.5", "t=1,2", "", "", "t=0,1", "t=0.5,1.5", "t=1,2", "t=1.25,2.25",
    ]  # fmt: skip
    found = windows.load(Wave(RATE, RATE))
    for k, (row, start) in enumerate(
        [(0, 0), (0, 4000), (0, 8000), (1, 0), (2, 0), (3, 0), (3, 4000), (3, 8000), (3, 10_000)]
    ):
        expected = np.zeros(RATE, np.float32)
        part = waves[row][start : start + RATE]
        expected[: len(part)] = part
        np.testing.assert_array_equal(found[k], expected)
    np.testing.assert_allclose(windows.survey().seconds, [1, 1, 1, 0.4, 1, 1, 1, 1, 1])
    assert len(set(windows.survey().digests.tolist())) == 9
    touching, rows = sounds.windows(1.0)
    assert rows.tolist() == [0, 0, 1, 2, 3, 3, 3]
    _, rows = sounds.windows(0.5, 2.0)  # with gaps, so nothing is added at the end
    assert rows.tolist() == [0, 1, 2, 3]
    assert len(touching) == 7


@both
def test_windows_of_windows(tmp_path: Path, made) -> None:
    sounds = made(tmp_path, noises(2.0))
    inner, rows = sounds.windows(1.0)[0].windows(0.5)
    assert [place.rpartition("#")[2] for place in inner.places] == [
        "t=0,0.5", "t=0.5,1", "t=1,1.5", "t=1.5,2",
    ]  # fmt: skip
    assert rows.tolist() == [0, 0, 1, 1]
    form = Wave(RATE, RATE // 2)
    np.testing.assert_array_equal(inner.load(form), sounds.windows(0.5)[0].load(form))


@given(st.integers(1, 3000), st.integers(1, 800), st.integers(1, 800))
def test_every_sample_is_in_a_window(n: int, length: int, step: int) -> None:
    step = min(step, length)
    sounds = Sounds.of_array([np.arange(1, n + 1) / 4096], RATE, "docs")
    windows, _ = sounds.windows(length / RATE, step / RATE)
    found = windows.load(Wave(RATE, length)) * 4096
    assert set(found.ravel().tolist()) - {0} == set(range(1, n + 1))
    assert len(windows) <= max((n - length) // step + 2, 1)


def test_broken_files_stay_one_row(tmp_path: Path) -> None:
    sounds = on_disk(tmp_path, noises(2.0, 1.0))
    (tmp_path / "0.wav").write_text("text")
    windows, rows = sounds.windows(0.5)
    assert rows.tolist() == [0, 1, 1]
    assert windows.places[0] == sounds.places[0]
    assert list(windows.survey().faults) == [0]


@pytest.mark.parametrize(("seconds", "step"), [(0, 1), (-1, None), (1, 0), (1, float("nan"))])
def test_windows_that_cannot_be(seconds: float, step: float | None) -> None:
    with pytest.raises(BadParameter, match=r"Sounds\.windows\((seconds|step)=.* above 0"):
        Sounds.of_array([np.zeros(9)], RATE, "docs").windows(seconds, step)


@both
def test_originals_are_as_they_are_but_mono(tmp_path: Path, made) -> None:
    waves = noises(0.5, 2.0)
    sounds = made(tmp_path, waves)
    for row in (0, 1):
        wave, rate = sounds.original(row)
        assert rate == RATE
        np.testing.assert_array_equal(wave, waves[row])
    np.testing.assert_array_equal(sounds.original(1, most=0.25)[0], waves[1][:2000])
    windows, _ = sounds.windows(1.0)
    np.testing.assert_array_equal(windows.original(2)[0], waves[1][RATE:])


def test_bad_arrays_are_refused_with_their_owner() -> None:
    with pytest.raises(BadData, match=r"SoundClassifier\(X=\.\.\.\): row 1: sample 0 is NaN"):
        Sounds.of_array(np.array([[0.0], [np.nan]]), RATE, "SoundClassifier")
    with pytest.raises(BadParameter, match=r"SoundClassifier\(rate=1\)"):
        Sounds.of_array(np.zeros((1, 9)), 1, "SoundClassifier")


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "ending", "count", "rate", "seconds"),
    [
        ("digits", "flac", 1500, 8000, 656),
        ("esc10", "ogg", 400, 16_000, 2003),
        ("urban", "ogg", 700, 16_000, 2800),
        ("wake", "ogg", 699, 16_000, 1934),
        ("trigger", "flac", 25, 44_100, 58),
    ],
)
def test_real_sounds(
    fondo_data: Path, folder: str, ending: str, count: int, rate: int, seconds: float
) -> None:
    found = sorted((fondo_data / "audio" / folder).rglob(f"*.{ending}"))
    assert len(found) == count
    some = Sounds.of_places(found[:: 1 + count // 60])
    known = some.survey()
    assert (known.faults, set(known.rates.tolist())) == ({}, {rate})
    assert known.seconds.mean() * count == pytest.approx(seconds, rel=0.2)
    assert -80 < known.levels.min() < known.levels.max() < 0
    waves = some.load(Wave.of_seconds(16_000, 1.0))
    assert waves.shape == (len(some), 16_000)
    assert np.abs(waves).max() < 3
