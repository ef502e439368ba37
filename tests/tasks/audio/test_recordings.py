"""fondo.tasks.audio.recordings: folders of words, voices apart."""

import numpy as np
import pytest
import soundfile

from fondo.data.audio.hygiene import check_apart
from fondo.errors import BadData, BadParameter
from fondo.tasks.audio.recordings import part_sources, read_recordings, sources_of, told_of

RATE = 8000


def write(path, seconds=0.5, rate=RATE, quiet=0.2):
    path.parent.mkdir(parents=True, exist_ok=True)
    n, still = int(seconds * rate), int(quiet * rate)
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(n) / rate)
    soundfile.write(path, np.r_[np.zeros(still), tone, np.zeros(still)], rate)


@pytest.fixture
def folder(tmp_path):
    for voice in ("anna", "börje", "carl"):
        for take in range(2):
            write(tmp_path / "positives" / voice / f"{take}.wav")
        write(tmp_path / "negatives" / voice / "other.flac")
    for k in range(3):
        write(tmp_path / "backgrounds" / f"{k}.wav", 2.0, quiet=0.0)
    return tmp_path


def test_words_are_cut_to_where_they_are_heard_and_have_the_voice_of_their_folder(folder):
    sources = read_recordings(folder, 16_000)
    assert [r.voice for r in sources.positives] == [
        "anna",
        "anna",
        "börje",
        "börje",
        "carl",
        "carl",
    ]
    assert all(abs(len(r.samples) / 16_000 - 0.5) < 0.05 for r in sources.positives)
    assert len(sources.negatives) == 3
    assert len(sources.backgrounds[0].samples) == 32_000


def test_near_misses_are_parted_by_voice_like_all_that_is_said(folder):
    for voice in ("anna", "börje", "carl"):
        write(folder / "near_misses" / voice / "close.wav")
    sources = read_recordings(folder, 16_000)
    assert [r.voice for r in sources.near_misses] == ["anna", "börje", "carl"]
    assert len(sources.others) == 6
    train, held, _ = part_sources(sources, 0.34)
    voices = [{r.voice for r in part.near_misses} for part in (train, held)]
    assert voices[0] == {r.voice for r in train.positives}
    assert voices[1] == {r.voice for r in held.positives}
    assert held.identities()["recording"][-1].endswith("close.wav")


def test_names_tell_voices_where_there_are_no_folders(tmp_path):
    for name in ("anna_1", "anna_2", "bo_1"):
        write(tmp_path / "positives" / f"{name}.wav")
    files = [r.voice for r in read_recordings(tmp_path, RATE).positives]
    assert files == ["anna_1", "anna_2", "bo_1"]
    told = read_recordings(tmp_path, RATE, voice=r"^(\w+)_\d")
    assert [r.voice for r in told.positives] == ["anna", "anna", "bo"]


def test_parts_share_no_voice_and_no_background(folder):
    train, held, notes = part_sources(read_recordings(folder, RATE), 0.3, seed=1)
    assert not notes
    check_apart({"train": train.identities(), "held": held.identities()})
    assert len(train.positives) + len(held.positives) == 6
    assert held.positives
    again, _, _ = part_sources(read_recordings(folder, RATE), 0.3, seed=1)
    assert [r.source for r in again.positives] == [r.source for r in train.positives]


def test_one_background_is_shared_and_told(tmp_path):
    for voice in "ab":
        write(tmp_path / "positives" / voice / "1.wav")
    write(tmp_path / "backgrounds" / "1.wav")
    train, held, notes = part_sources(read_recordings(tmp_path, RATE), 0.3)
    assert "share it" in notes[0]
    assert [len(part.backgrounds) for part in (train, held)] == [1, 1]


def test_no_background_is_silence(tmp_path):
    write(tmp_path / "positives" / "1.wav")
    (only,) = read_recordings(tmp_path, RATE).backgrounds
    assert only.source == "silence"
    assert not only.samples.any()


def test_noise_is_made_up_where_a_folder_has_no_background(tmp_path):
    for voice in "ab":
        write(tmp_path / "positives" / voice / "1.wav")
    found = sources_of(tmp_path, RATE)
    names = [b.source for b in found.backgrounds]
    assert names[0] == "silence"
    assert sum("white" in n for n in names) == sum("brown" in n for n in names) == 2
    assert all(np.isfinite(b.samples).all() for b in found.backgrounds)
    other = sources_of(tmp_path, RATE, seed=1)
    assert not set(names[1:]) & {b.source for b in other.backgrounds}
    assert "made-up noise" in told_of(found)[0]
    train, held, notes = part_sources(found, 0.3)
    assert not notes
    assert not {b.source for b in train.backgrounds} & {b.source for b in held.backgrounds}
    write(tmp_path / "backgrounds" / "1.wav")
    recorded = sources_of(tmp_path, RATE)
    assert len(recorded.backgrounds) == 1
    assert told_of(recorded) == []


def test_broken_files_are_named_and_left_out(folder):
    (folder / "positives" / "anna" / "bad.wav").write_text("no sound")
    with pytest.warns(UserWarning, match=r"1 of 7 sounds cannot be read(?s:.*)bad\.wav"):
        sources = read_recordings(folder, RATE)
    assert len(sources.positives) == 6


def test_what_is_missing_is_told(tmp_path, folder):
    with pytest.raises(BadData, match="there is no such folder"):
        read_recordings(tmp_path / "none", RATE)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadData, match="there is no recording of the word"):
        read_recordings(tmp_path / "empty", RATE)
    with pytest.raises(BadParameter, match="there must be a group"):
        read_recordings(folder, RATE, voice="anna")
    with pytest.raises(BadParameter, match=r"read_recordings\(voice='\('\)"):
        read_recordings(folder, RATE, voice="(")
    write(tmp_path / "lone" / "positives" / "1.wav")
    with pytest.raises(BadData, match="only one voice"):
        part_sources(read_recordings(tmp_path / "lone", RATE), 0.2)
