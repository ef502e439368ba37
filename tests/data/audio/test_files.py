"""fondo.data.audio.files and lengths: sounds are told by content, broken ones by their fault."""

import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio import files as module
from fondo.data.audio.files import check_samples, kind_of, naming, opened, soxr
from fondo.data.audio.files import soundfile as door
from fondo.data.audio.lengths import is_cut_off, is_unstated
from fondo.errors import BadData, MissingExtra

RATE = 16_000
# ending, container, coding, how exactly it comes back
KINDS = [
    ("wav", "WAV", "PCM_U8", 1 / 128),
    ("wav", "WAV", "PCM_16", 1 / 32_768),
    ("wav", "WAVEX", "PCM_24", 1e-6),
    ("wav", "WAV", "PCM_32", 1e-7),
    ("wav", "WAV", "FLOAT", 0.0),
    ("wav", "WAV", "DOUBLE", 0.0),
    ("wav", "RF64", "PCM_16", 1 / 32_768),
    ("flac", "FLAC", "PCM_16", 1 / 32_768),
    ("flac", "FLAC", "PCM_24", 1e-6),
    ("aiff", "AIFF", "PCM_16", 1 / 32_768),
    ("au", "AU", "PCM_16", 1 / 32_768),
    ("ogg", "OGG", "VORBIS", 0.08),
    ("opus", "OGG", "OPUS", 0.3),
    ("mp3", "MP3", "MPEG_LAYER_III", 0.08),
]
IDS = [f"{container}-{coding}" for _, container, coding, _ in KINDS]
BY_CONTAINER = {
    "WAV": 1,
    "RF64": 6,
    "FLAC": 7,
    "AIFF": 9,
    "AU": 10,
    "OGG": 11,
    "OPUS": 12,
    "MP3": 13,
}


def tone(seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    left = 0.4 * np.sin(2 * np.pi * 440 * time) + 0.2 * np.sin(2 * np.pi * 1000 * time + 1)
    return np.stack([left, 0.5 * left, -left][:channels], axis=1).astype(np.float32)


def put(path: Path, samples: np.ndarray, kind: int = 1, rate: int = RATE) -> Path:
    _, container, coding, _ = KINDS[kind]
    soundfile.write(path, samples, rate, format=container, subtype=coding)
    return path


def samples_of(path: Path) -> np.ndarray:
    with opened(str(path)) as sound:
        return np.concatenate(list(sound.blocks(0, sound.frames)))


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=IDS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_kind_comes_back_whatever_its_name(tmp_path: Path, kind: int, channels: int) -> None:
    samples = tone(1.0, channels)
    path = put(tmp_path / "a.txt", samples, kind)
    with opened(str(path)) as sound:
        assert (sound.rate, sound.frames, sound.channels) == (RATE, RATE, channels)
    found = samples_of(path)
    assert found.dtype == np.float32
    expected = soundfile.read(path, dtype="float32", always_2d=True)[0]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert abs(found - samples)[2000:-2000].max() <= KINDS[kind][3]


def test_samples_are_those_of_pythons_own_reader(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav", tone(0.1, 2))
    with wave.open(str(path)) as file:
        expected = np.frombuffer(file.readframes(10**6), "<i2").reshape(-1, 2) / 32_768
    np.testing.assert_array_equal(samples_of(path), expected.astype(np.float32))


def test_a_name_that_ends_in_raw_or_has_any_letters(tmp_path: Path) -> None:
    for name in ("a.raw", "Glöckchen 鈴.wav", "no ending"):
        path = put(tmp_path / name, tone(0.1))
        assert len(samples_of(path)) == RATE // 10


@pytest.mark.parametrize("kind", BY_CONTAINER.values(), ids=BY_CONTAINER)
@pytest.mark.parametrize("channels", [1, 2])
def test_reading_from_the_middle_gives_what_reading_all_gives(
    tmp_path: Path, kind: int, channels: int
) -> None:
    noise = np.random.default_rng(0).normal(size=(4 * RATE, channels))
    loud = np.cumsum(noise, axis=0)
    path = put(tmp_path / "a", (0.8 * loud / abs(loud).max()).astype(np.float32), kind)
    whole = samples_of(path)
    with opened(str(path)) as sound:
        for start in (50_000, 9, 30_001, 12_345, 0, 63_999):
            stop = min(start + 3000, sound.frames)
            part = np.concatenate(list(sound.blocks(start, stop)))
            np.testing.assert_allclose(part, whole[start:stop], atol=1e-6)


def test_jumping_in_long_files_gives_what_reading_all_gives(tmp_path: Path) -> None:
    path, rng, total = tmp_path / "a.ogg", np.random.default_rng(11), 40 * RATE
    walk = np.cumsum(rng.normal(size=total)).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE, 1, format="OGG", subtype="VORBIS") as file:
        for part in np.split(0.8 * walk / abs(walk).max(), 40):
            file.write(part)
    whole = samples_of(path)
    starts = rng.integers(0, total - 1, 40), total - 1 - rng.integers(0, 2 * RATE, 40)
    with opened(str(path)) as sound:
        for start in rng.permuted(np.concatenate(starts)).tolist():
            part = np.concatenate(list(sound.blocks(start, min(start + 500, total))))
            np.testing.assert_allclose(part, whole[start : start + 500], atol=1e-6)


@pytest.mark.parametrize("kind", BY_CONTAINER.values(), ids=BY_CONTAINER)
@pytest.mark.parametrize("block", [997, 31_990])
def test_blocks_of_any_size_are_the_same_samples(
    tmp_path: Path, kind: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "a", tone(2.0, 2), kind)
    whole = samples_of(path)
    monkeypatch.setattr(module, "_BLOCK", block)  # soundfile alone would miss the end of Opus
    np.testing.assert_allclose(samples_of(path), whole, atol=1e-6)


@pytest.mark.parametrize("kind", BY_CONTAINER.values(), ids=BY_CONTAINER)
@pytest.mark.parametrize("share", [0.995, 0.6, 0.2])
def test_a_file_that_is_cut_off_is_a_fault(tmp_path: Path, kind: int, share: float) -> None:
    path = put(tmp_path / "a.wav", tone(3.0), kind)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadData, match=r"a\.wav: the file is (cut off|damaged)"):
        samples_of(path)


@given(st.sampled_from(["WAV", "RF64", "FLAC", "AIFF", "AU"]), st.data())
def test_wherever_a_file_is_cut_it_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, container: str, data: st.DataObject
) -> None:
    path = put(tmp_path_factory.mktemp("cut") / "a", tone(0.02), BY_CONTAINER[container])
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:cut])
    with pytest.raises(BadData, match="the file is|this is"):
        samples_of(path)


@pytest.mark.parametrize("container", ["FLAC", "OGG", "OPUS", "MP3"])
def test_a_file_that_is_damaged_in_the_middle_is_a_fault(tmp_path: Path, container: str) -> None:
    path = put(tmp_path / "a.wav", tone(3.0), BY_CONTAINER[container])
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = np.random.default_rng(0).bytes(400)
    path.write_bytes(data)
    with pytest.raises(BadData, match=r"a\.wav: the file is (cut off|damaged)"):
        samples_of(path)


def test_sizes_that_programs_write_into_pipes_are_no_promise(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav", tone(0.1))
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    for size in (0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000):
        data[at : at + 4] = size.to_bytes(4, "little")
        path.write_bytes(data)
        assert len(samples_of(path)) == RATE // 10
    data[at : at + 4] = (len(data) - at - 4 + 1).to_bytes(4, "little")
    path.write_bytes(data)
    assert is_cut_off(str(path), "WAV")


def test_what_follows_the_samples_does_not_matter(tmp_path: Path) -> None:
    for container in ("WAV", "AIFF", "AU", "FLAC", "OGG", "MP3"):
        path = put(tmp_path / container, tone(0.5), BY_CONTAINER[container])
        before = samples_of(path)
        path.write_bytes(path.read_bytes() + b"more to come" * 20)
        np.testing.assert_array_equal(samples_of(path), before)


def test_flac_that_does_not_say_how_long_it_is(tmp_path: Path) -> None:
    path = put(tmp_path / "a.flac", tone(0.1), BY_CONTAINER["FLAC"])
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0  # the 36 bits of total samples, behind the mark, the head and 13.5 bytes
    data[22:26] = bytes(4)
    path.write_bytes(data)
    with pytest.raises(BadData, match="its header does not say how long it is"):
        samples_of(path)


def test_mp3_of_varying_bit_rate_must_say_how_long_it_is(tmp_path: Path) -> None:
    samples = tone(4.0)[:, 0]
    samples[: 2 * RATE] += np.random.default_rng(0).normal(0, 0.1, 2 * RATE)
    path = tmp_path / "a.mp3"
    for mode, unstated in (("VARIABLE", True), ("CONSTANT", False)):
        with soundfile.SoundFile(
            path, "w", RATE, 1, format="MP3", bitrate_mode=mode, compression_level=0.5
        ) as file:
            file.write(samples)
        assert len(samples_of(path)) == 4 * RATE
        data = path.read_bytes()
        # the first frame holds the length; without it the next ones are the first
        path.write_bytes(data[data.index(data[:2], 40) :])
        assert is_unstated(str(path), "MP3") == unstated
        if unstated:
            with pytest.raises(BadData, match="its header does not say how long"):
                samples_of(path)
    tagged = b"ID3\x03\0\0\0\0\x01\0" + bytes(128)
    path.write_bytes(tagged + data)
    assert len(samples_of(path)) == 4 * RATE


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"Good morning\n", "this is a text file named .wav, not a sound"),
        ("Grüß Gott ".encode() * 60, "this is a text file named .wav"),
        (b" <!DOCTYPE html><p>404", "this is a web page named .wav"),
        (b"\xff\xfeh\0i\0", "this is no sound named .wav of a kind that is read"),
        (b"\0\0\0\x20ftypM4A ", "this is an MP4, M4A or MOV file named .wav; .* Convert it"),
        (b"\xff\xf1\x50\x80\0\0\0\0", "this is an AAC file"),
        (b"caff\0\1", "this is a CAF file"),
        (b"RIFF\x24\0\0\0AVI LIST", "this is no sound named .wav"),
        (b"RIFF\x24\0\0\0WAVE", "the file is cut off"),
        (b"RIFF\x24\0\0\0WAVEdata\0\0\0\0", "the file is damaged"),
        (b"OggS" + bytes(100), "the file is (cut off|damaged)"),
        (b"fLaC" + bytes(100), "the file is damaged"),
        (b".snd" + bytes(100), "the file is damaged"),
        (b"\x80\x81\x82\x83", "this is no sound"),
    ],
)
def test_strangers_are_named(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(BadData, match=rf"a\.wav: {told}"):
        samples_of(path)


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.wav").mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    for name, told in (
        ("gone.wav", "there is no such file"),
        ("x.wav", "this is a folder, not a sound"),
        ("pipe.wav", "this is no ordinary file"),
        ("a\0b.wav", "the file cannot be opened"),
    ):
        with pytest.raises(BadData, match=told), opened(str(tmp_path / name)):
            pass


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("at", [0, 1234])
def test_samples_that_are_not_finite_are_a_fault(tmp_path: Path, value: float, at: int) -> None:
    samples = tone(0.1)
    samples[at] = value
    path = put(tmp_path / "a.wav", samples, 4)
    with pytest.raises(BadData, match=rf"a\.wav: sample {at:,} is NaN or infinite"):
        samples_of(path)


def test_overshoot_is_forgiven_and_steps_are_not(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav", np.array([0.5, -9.9, 1.5]), 4)
    np.testing.assert_allclose(samples_of(path)[:, 0], [0.5, -9.9, 1.5], rtol=1e-6)
    put(path, np.array([0.5, 3.0, -20_000.0]), 4)
    with pytest.raises(BadData, match="sample 2 is 20,000; fractions must lie between -1 and 1"):
        samples_of(path)
    check_samples(np.array([10.0]))


@pytest.mark.parametrize("container", ["WAV", "AIFF", "AU", "OGG"])
def test_no_sample_is_a_fault_and_one_is_a_sound(tmp_path: Path, container: str) -> None:
    path = put(tmp_path / "a.wav", np.zeros(0, np.float32), BY_CONTAINER[container])
    with pytest.raises(BadData, match=r"a\.wav: there is no sample in it"):
        samples_of(path)
    put(path, np.full(1, 0.25, np.float32), BY_CONTAINER[container])
    assert samples_of(path).shape == (1, 1)


@pytest.mark.parametrize("rate", [99, 4_000_001])
def test_rates_that_cannot_be(tmp_path: Path, rate: int) -> None:
    path = put(tmp_path / "a.wav", tone(0.01), rate=rate)
    with pytest.raises(BadData, match=f"its header says {rate:,} samples a second"):
        samples_of(path)


def test_errors_of_the_decoder_are_told_with_the_name() -> None:
    with pytest.raises(BadData, match=r"a\.wav: the file is damaged \(the decoder says no more\)"):
        with naming("a.wav"):
            raise RuntimeError(" ")
    with pytest.raises(MemoryError), naming("a.wav"):
        raise MemoryError


@given(st.binary(max_size=12))
def test_any_beginning_has_a_kind_or_none(data: bytes) -> None:
    assert kind_of(data) in ("", "WAV", "FLAC", "OGG", "MP3", "AIFF", "AU")
    assert kind_of(b"RIFX\0\0\0\0WAVE" + data) == "WAV"
    assert kind_of(b"\xff\xfb\x90" + data) == "MP3"


def test_without_the_packages_it_is_said_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    monkeypatch.setitem(sys.modules, "soxr", None)
    for package in (door, soxr):
        with pytest.raises(MissingExtra, match=r"pip install 'fondo\[audio\]'"):
            package()

    def broken(_: str) -> None:
        raise OSError("sndfile library not found")

    monkeypatch.setattr(module.importlib, "import_module", broken)
    with pytest.raises(MissingExtra, match="need soundfile"):
        door()


def test_nothing_of_them_is_imported_before_a_file_is_opened() -> None:
    code = (
        "import sys, numpy; from fondo.data.audio.sounds import Sounds, Wave;"
        "s = Sounds.of_array(numpy.ones((2, 900)), 8000, 'x'); s.load(Wave(8000, 400));"
        "s.survey(); import fondo.data.audio.source, fondo.data.samples;"
        "print({'soundfile', 'soxr', 'keras', 'jax'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
