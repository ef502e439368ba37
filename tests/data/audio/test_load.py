"""fondo.data.audio.load: nothing is decoded twice, and memory is bounded."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fondo.data.audio.decode import Wave, decode
from fondo.data.audio.load import SoundCache, cache, load, load_samples
from fondo.data.audio.waves import Sample
from fondo.data.images import cache as images_cache
from fondo.errors import BadData, OutputError

FORM = Wave(16_000, 500)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    rng = np.random.default_rng(0)
    for k in range(40):
        soundfile.write(tmp_path / f"{k:02}.wav", rng.uniform(-1, 1, 200 + k), 8000, "FLOAT")
    return [str(tmp_path / f"{k:02}.wav") for k in range(40)]


def each(places: list[str], form: Wave = FORM) -> np.ndarray:
    return np.stack([decode(place, form) for place in places])


@pytest.mark.parametrize("form", [FORM, Wave(16_000, 500, mono=False), Wave(8000, 10)])
def test_all_at_once_is_one_by_one_and_decoded_once(files: list[str], form: Wave) -> None:
    before = cache.decoded
    found = load(files, form)
    assert (found.shape, found.dtype) == ((40, *form.shape), np.float32)
    np.testing.assert_array_equal(found, each(files, form))
    assert np.shares_memory(load(files, form), found)
    for part in (files[10:20], files[::-1], [files[5]] * 4):
        np.testing.assert_array_equal(load(part, form), each(part, form))
    assert cache.decoded == before + 40
    assert not found.flags.writeable


def test_stretches_of_one_file_in_any_order(files: list[str]) -> None:
    places = [f"{files[1]}#t=0.0{k % 20:02},0.025" for k in range(37, 0, -1)]
    mixed = [files[0], *places, files[1], *places[:3]]
    before = cache.decoded
    np.testing.assert_array_equal(load(mixed, FORM), each(mixed))
    assert cache.decoded == before + 22


def test_a_file_that_changed_is_decoded_again(files: list[str]) -> None:
    load(files, FORM)
    soundfile.write(files[4], np.full(300, 0.5), 16_000, "FLOAT")
    os.utime(files[4], ns=(7, 7))
    assert load(files, FORM)[4, 100] == 0.5


def test_none_at_all_and_one_that_is_broken(files: list[str], tmp_path: Path) -> None:
    assert load([], FORM).shape == (0, 500)
    with pytest.raises(BadData, match=r"gone\.wav: there is no such file"):
        load([files[0], str(tmp_path / "gone.wav")], FORM)
    (tmp_path / "bad.wav").write_text("no sound")
    with pytest.raises(BadData, match=r"bad\.wav: this is a text file"):
        load([*files, str(tmp_path / "bad.wav")], FORM)


def test_sounds_in_memory_are_kept_where_they_were_converted() -> None:
    samples = [Sample(np.full(50 + k, k / 32), 8000, f"row {k}") for k in range(20)]
    before = cache.decoded
    found = load_samples(samples, list(range(20)), FORM)
    assert np.shares_memory(load_samples(samples, list(range(20)), FORM), found)
    assert cache.decoded == before + 20
    assert found[3, 50] == pytest.approx(3 / 32, abs=1e-3)
    as_they_are = load_samples(samples, [], Wave(8000, 60))
    np.testing.assert_array_equal(as_they_are[5], np.r_[np.full(55, 5 / 32), np.zeros(5)])
    assert cache.decoded == before + 20


def test_what_is_too_large_for_memory_is_on_disk() -> None:
    small = SoundCache(memory=1000, disk=100_000)
    form = Wave(8000, 100)

    def make(positions: list[int], room: np.ndarray) -> None:
        room[:] = np.array(positions)[:, None] / 8

    found = small.waves(range(5), form, make)
    assert isinstance(found.base, np.memmap) or isinstance(found, np.memmap)
    np.testing.assert_array_equal(found[:, 7], np.arange(5) / 8)
    assert small.held() == (0, 2000)


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(images_cache, "_on_disk", full)
    with pytest.raises(OutputError, match=r"decoded sounds \(No space left.* shorter sounds"):
        SoundCache(memory=10).waves_room(5, FORM)
