"""fondo.data.audio.folder and source: classes are folders; what is meant of a mixed one."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fondo.data.audio.folder import read_folder
from fondo.data.audio.sounds import Sounds
from fondo.data.audio.source import read_sounds
from fondo.errors import BadData


def put(folder: Path, *names: str) -> None:
    """Files of which nobody looks inside."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_class_folders_give_labels_in_order(tmp_path: Path) -> None:
    put(tmp_path, "dog/b.wav", "dog/a.FLAC", "鳥/deep/er/z.ogg", "Glöckchen/ü.mp3", "dog/.x.wav")
    put(tmp_path, "dog/read.me", "dog/cover.jpg")
    frame, notes = read_folder(tmp_path)
    assert frame.columns == ["sound", "label"]
    names = ["Glöckchen/ü.mp3", "dog/a.FLAC", "dog/b.wav", "鳥/deep/er/z.ogg"]
    assert frame["sound"].to_list() == [str(tmp_path / name) for name in names]
    assert frame["label"].to_list() == ["Glöckchen", "dog", "dog", "鳥"]
    assert notes == [
        "2 files are no sound and passed over (.jpg 1, .me 1).",
        "1 hidden entry passed over.",
    ]


def test_sounds_alone_have_no_labels(tmp_path: Path) -> None:
    put(tmp_path, "b.wav", "a.opus")
    frame, notes = read_folder(tmp_path)
    assert frame.columns == ["sound"]
    assert frame["sound"].to_list() == [str(tmp_path / "a.opus"), str(tmp_path / "b.wav")]
    assert notes == []


def test_what_is_strange_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="there is no sound in this folder or below"):
        read_folder(tmp_path)
    with pytest.raises(BadData, match="gone: there is no such folder"):
        read_folder(tmp_path / "gone")
    put(tmp_path, "train/a/1.wav", "test/a/1.wav")
    with pytest.raises(BadData, match="look like parts, .* a table with a column of sounds"):
        read_folder(tmp_path)
    put(tmp_path, "x/Cat/1.wav", "x/cat/1.wav")
    with pytest.raises(BadData, match="only in capitals: 'Cat' and 'cat'. Put their sounds"):
        read_folder(tmp_path / "x")
    put(tmp_path, "y/a/1.wav", "y/stray.wav", "y/labels.csv")
    (tmp_path / "y" / "void").mkdir()
    (tmp_path / "y" / "a" / "up").symlink_to(tmp_path / "y")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/y/a/\xff.wav")).write_bytes(b"x")
    assert read_folder(tmp_path / "y")[1] == [
        "2 files are no sound and passed over (.csv 1, name that is no text 1).",
        "1 folder without sounds: void.",
        "1 folder walked already under another name: a/up.",
        "1 sound beside the class folders is of no class and left out.",
        "There is only one class folder, 'a'. There is a table, labels.csv: did you mean to give "
        "that?",
    ]


def test_a_folder_named_like_a_sound_is_a_fault_later(tmp_path: Path) -> None:
    put(tmp_path, "b/2.wav")
    (tmp_path / "a" / "x.wav").mkdir(parents=True)
    frame, _ = read_folder(tmp_path)
    faults = Sounds.of_places(frame["sound"].to_list()).survey().faults
    assert "x.wav: this is a folder, not a sound" in faults[0]


def test_a_mixed_folder_is_one_of_what_there_is_more_of(tmp_path: Path) -> None:
    put(tmp_path, "a/1.wav", "a/2.wav", "b/3.wav", "a/cover.jpg", "b/cover.png")
    found = read_sounds(tmp_path)
    assert found is not None
    assert found[0].height == 3
    assert found[1] == ["2 files are no sound and passed over (.jpg 1, .png 1)."]
    put(tmp_path, "b/4.png")
    with pytest.raises(BadData, match="there are 3 sounds and as many pictures"):
        read_sounds(tmp_path)
    put(tmp_path, "b/5.gif")
    assert read_sounds(tmp_path) is None


def test_sources_of_every_kind(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(9), 8000)
    found = read_sounds(tmp_path / "a.wav")
    assert found is not None
    assert found[0].to_dict(as_series=False) == {"sound": [str(tmp_path / "a.wav")]}
    for name in ("t.csv", "gone.wav", "picture.png"):
        assert read_sounds(tmp_path / name) is None
    (tmp_path / "void").mkdir()
    assert read_sounds(tmp_path / "void") is None


@pytest.mark.data
def test_real_folders(fondo_data: Path) -> None:
    audio = fondo_data / "audio"
    found = read_sounds(audio / "esc10")
    assert found is not None
    assert found[0]["label"].value_counts()["count"].to_list() == [40] * 10
    assert read_folder(audio / "wake")[0]["label"].value_counts(sort=True)["count"].to_list() == [
        384, 315,
    ]  # fmt: skip
    assert read_folder(audio / "digits")[0].columns == ["sound"]
    assert "There is a table, labels.csv" in read_folder(audio / "urban")[1][-1]
