"""fondo.data.audio.survey: levels against sines, faults as data, and nothing looked at twice."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.survey import QUIETEST, Survey, look_at, seen, survey
from fondo.data.audio.waves import Sample

RATE = 8000


def sine(amplitude: float, seconds: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 500 * np.arange(round(RATE * seconds)) / RATE)


def put(path: Path, samples: np.ndarray, coding: str = "FLOAT") -> str:
    soundfile.write(path, samples, RATE, format="WAV", subtype=coding)
    return str(path)


def test_what_is_seen_of_good_files(tmp_path: Path) -> None:
    quiet, loud = sine(0.5), np.clip(sine(2.0, 1.0), -1, 1)
    places = [
        put(tmp_path / "a.wav", quiet),
        put(tmp_path / "b.wav", np.stack([loud, 0.5 * loud], axis=1), "PCM_16"),
        put(tmp_path / "c.wav", np.zeros(100)),
        put(tmp_path / "d.wav", np.stack([loud, -loud], axis=1)),
        put(tmp_path / "e.wav", np.full(1, 0.25)),
    ]
    found = survey(places)
    np.testing.assert_allclose(found.seconds, [0.5, 1.0, 0.0125, 1.0, 1 / RATE])
    assert found.rates.tolist() == [RATE] * 5
    assert found.channels.tolist() == [1, 2, 1, 2, 1]
    np.testing.assert_allclose(found.peaks, [0.5, 1, 0, 1, 0.25], atol=1e-4)
    # a sine has 1/sqrt(2) of its amplitude
    assert found.levels[0] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=1e-3)
    assert found.levels[1] == pytest.approx(
        20 * np.log10(np.sqrt(np.mean((0.75 * loud) ** 2))), abs=1e-3
    )
    assert found.levels[2] == found.levels[3] == QUIETEST
    assert found.silent.tolist() == [False, False, True, True, False]
    # two thirds of the time a sine is beyond half its amplitude; one of two channels
    np.testing.assert_allclose(found.clipped, [0, 1 / 3, 0, 2 / 3, 0], atol=0.05)
    assert len(set(found.digests.tolist())) == 5
    assert (found.faults, found.broken.any()) == ({}, False)


def test_faults_are_data_and_name_the_file(tmp_path: Path) -> None:
    samples = sine(0.5)
    samples[10] = np.nan
    whole = put(tmp_path / "whole.wav", sine(0.5))
    (tmp_path / "cut.wav").write_bytes(Path(whole).read_bytes()[:1000])
    (tmp_path / "text.wav").write_text("not here")
    (tmp_path / "void.wav").touch()
    (tmp_path / "folder.wav").mkdir()
    put(tmp_path / "nan.wav", samples)
    put(tmp_path / "none.wav", np.zeros(0))
    told = {
        "cut.wav": "the file is cut off",
        "text.wav": "this is a text file named .wav",
        "void.wav": "the file is empty",
        "folder.wav": "this is a folder",
        "nan.wav": "sample 10 is NaN or infinite",
        "none.wav": "there is no sample in it",
        "gone.wav": "there is no such file",
        "whole.wav#t=9,10": "the stretch from 9 s on begins after the end",
        "whole.wav#t=3,2": "the stretch must end after it begins",
        "nan.wav#t=0.1,0.2": "sample 10 is NaN or infinite",
    }
    places = [whole, *(str(tmp_path / name) for name in told), whole]
    found = survey(places)
    assert list(found.faults) == list(range(1, len(told) + 1))
    for row, (name, reason) in enumerate(told.items(), start=1):
        assert f"{name.partition('#')[0]}" in found.faults[row]
        assert reason in found.faults[row]
    assert found.broken.tolist() == [False, *[True] * len(told), False]
    assert found.seconds[1:-1].max() == 0
    assert (found.digests[1] != 0, found.digests[2]) == (True, 0)


def test_stretches_are_measured_on_their_own(tmp_path: Path) -> None:
    place = put(tmp_path / "a.wav", np.concatenate([sine(0.5, 1.0), np.zeros(RATE)]))
    found = survey([place, f"{place}#t=0,1", f"{place}#t=1,2", f"{place}#t=1.5,9"])
    np.testing.assert_allclose(found.seconds, [2, 1, 1, 0.5])
    assert found.silent.tolist() == [False, False, True, True]
    assert found.levels[1] == pytest.approx(found.levels[0] + 3.01, abs=0.01)
    assert len(set(found.digests.tolist())) == 4


def test_equal_files_have_equal_digests(tmp_path: Path) -> None:
    one, other = put(tmp_path / "a.wav", sine(0.5)), put(tmp_path / "b.wav", sine(0.5))
    third = put(tmp_path / "c.wav", sine(0.51))
    digests = survey([one, other, third, f"{one}#t=0,0.1", f"{other}#t=0,0.1"]).digests
    assert digests[0] == digests[1] != digests[2]
    assert digests[3] == digests[4] != digests[0]


def test_what_is_known_is_only_looked_up(tmp_path: Path) -> None:
    places = [put(tmp_path / f"{k}.wav", sine(0.1 * k)) for k in range(9)]
    before = seen.counted
    survey([*places, *places])
    assert seen.counted == before + 9
    survey([f"{places[0]}#t=0,0.1", *places])
    assert seen.counted == before + 9
    put(Path(places[4]), sine(0.9))
    os.utime(places[4], ns=(7, 7))
    assert survey(places).peaks[4] == pytest.approx(0.9, abs=1e-3)
    assert seen.counted == before + 10


def test_no_sounds_at_all() -> None:
    found = survey([])
    assert isinstance(found, Survey)
    assert (len(found), found.faults, found.digests.dtype) == (0, {}, np.uint64)


@given(st.floats(-60, 20), st.integers(100, 3000))
def test_gain_moves_the_level_and_the_peak_alike(gain: float, n: int) -> None:
    samples = np.random.default_rng(n).uniform(-0.5, 0.5, n)
    one = look_at(Sample(samples, RATE, "x"))
    other = look_at(Sample(samples * 10 ** (gain / 20), RATE, "x"))
    assert other.level - one.level == pytest.approx(gain, abs=1e-3)
    assert 20 * np.log10(other.peak / one.peak) == pytest.approx(gain, abs=1e-3)


def test_sounds_in_memory_are_told_by_content_and_rate() -> None:
    samples = np.array([0, 16_384, -32_768], np.int16)
    look = look_at(Sample(samples, RATE, "x"))
    assert look.digest == look_at(Sample(samples / 32_768, RATE, "y")).digest
    assert look.digest != look_at(Sample(samples, 2 * RATE, "x")).digest
    assert (look.peak, look.clipped) == (1.0, pytest.approx(1 / 3))
