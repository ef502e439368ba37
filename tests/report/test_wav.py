"""fondo.report.wav: files that the standard library and soundfile read back; elements of a page."""

import base64
import io
import re
import struct
import wave

import numpy as np
import pytest

from fondo.errors import BadData
from fondo.report.wav import page_bytes, player, wav

SAMPLES = np.array([0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0], np.float32)


def test_it_is_read_back_by_the_standard_library():
    with wave.open(io.BytesIO(wav(SAMPLES, 16_000))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        found = np.frombuffer(file.readframes(99), "<i2")
    # one channel, 16,000 frames and 32,000 bytes a second, 2 bytes a frame, 16 bits
    assert struct.unpack("<HHIIHH", wav(SAMPLES, 16_000)[20:36]) == (1, 1, 16_000, 32_000, 2, 16)
    assert found.tolist() == [0, 16384, -16384, 32767, -32767, 32767, -32767]


def test_it_is_read_back_by_soundfile(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    (tmp_path / "a.wav").write_bytes(wav(SAMPLES, 44_100))
    found, rate = soundfile.read(tmp_path / "a.wav")
    assert rate == 44_100
    assert found == pytest.approx(np.clip(SAMPLES, -1, 1), abs=1 / 32_000)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_what_it_takes_in_a_page_is_foretold(count):
    made = str(player(np.zeros(count), 8000, "a <b> & 'c'"))
    found = re.search('base64,([^"]*)"', made)
    assert found is not None
    assert len(found[1]) == page_bytes(count)
    assert base64.b64decode(found[1]) == wav(np.zeros(count), 8000)
    assert 'controls="controls"' in made
    assert "<b>" not in made


@pytest.mark.parametrize(
    "samples",
    [np.zeros((2, 2)), np.array([np.nan]), np.array([np.inf]), np.zeros(3, np.int16)],
    ids=["flat", "NaN", "infinite", "whole numbers"],
)
def test_what_is_no_sound_is_refused(samples):
    with pytest.raises(BadData, match=r"wav\(samples\): they must be finite fractions"):
        wav(samples, 8000)
