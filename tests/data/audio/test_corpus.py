"""fondo.data.audio.corpus: what is written comes back, is resumed, and is refused when damaged."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from fondo.data.audio.clips import Recipe, Sources, clips
from fondo.data.audio.corpus import read_manifest, write_clips
from fondo.data.audio.mixing import Recording
from fondo.errors import BadData, MissingExtra, OutputError

RATE = 8000
RECIPE = Recipe(seconds=0.5, positives=(1, 3), negatives=(0, 1))


def made_of():
    rng = np.random.default_rng(0)

    def noise(name, count):
        return Recording(0.1 * rng.normal(size=count), name, f"voice of {name}")

    return Sources(
        RATE,
        [noise("rain", RATE), Recording(np.zeros(9), "silence")],
        [noise(f"ja-{k}-ü", 1000) for k in range(3)],
        [noise("nein", 3000)],
    )


def test_clips_come_back_as_they_were_made(tmp_path):
    entries = write_clips(tmp_path / "new" / "clips", made_of(), RECIPE, seed=5, n=6)
    assert entries == read_manifest(tmp_path / "new" / "clips")
    for entry, clip in zip(entries, clips(made_of(), RECIPE, 5, 6), strict=True):
        samples, rate = soundfile.read(entry.path, dtype="float32")
        np.testing.assert_allclose(samples, clip.samples, atol=1.1 / 32768)
        assert (rate, entry.rate, entry.milliseconds) == (RATE, RATE, 500)
        assert (entry.events, entry.skipped) == (clip.events, clip.skipped)
        assert (entry.background, entry.room) == (clip.background, clip.room)
        assert (entry.ends, entry.snr) == (clip.ends, clip.levels.snr_db)
    assert [(e.seed, e.number) for e in entries] == [(5, k) for k in range(6)]
    assert any(e.skipped for e in entries) or any(e.events for e in entries)


def test_the_manifest_has_a_line_of_plain_values_for_each_clip(tmp_path):
    write_clips(tmp_path, made_of(), RECIPE, n=2)
    first, _ = (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(first)
    assert (row["file"], row["seed"], row["number"]) == ("000000.flac", 0, 0)
    assert {"start", "end", "kind", "source", "voice", "snr"} == set(row["events"][0])


def test_clips_that_are_there_are_not_made_again(tmp_path, monkeypatch):
    write_clips(tmp_path, made_of(), RECIPE, n=3)
    before = [(path, path.stat().st_mtime_ns) for path in sorted(tmp_path.glob("*.flac"))]
    assert len(write_clips(tmp_path, made_of(), RECIPE, n=5)) == 5
    assert [(path, path.stat().st_mtime_ns) for path, _ in before] == before
    assert len(write_clips(tmp_path, made_of(), RECIPE, n=2)) == 2  # the first two of five
    assert len(read_manifest(tmp_path)) == 5


def test_work_that_was_stopped_goes_on(tmp_path):
    whole = write_clips(tmp_path / "a", made_of(), RECIPE, n=4)
    write_clips(tmp_path / "b", made_of(), RECIPE, n=4)
    manifest = tmp_path / "b" / "manifest.jsonl"
    lines = manifest.read_text(encoding="utf-8").splitlines()
    manifest.write_text("\n".join(lines[:2]) + "\n" + lines[2][:40], encoding="utf-8")  # torn
    (tmp_path / "b" / "000003.flac").write_bytes(b"fLaC")  # half a file that no line names
    again = write_clips(tmp_path / "b", made_of(), RECIPE, n=4)
    assert [e.events for e in again] == [e.events for e in whole]
    for one, other in zip(whole, again, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()


def test_a_file_that_is_gone_is_made_again(tmp_path):
    whole = write_clips(tmp_path, made_of(), RECIPE, n=3)
    whole[1].path.unlink()
    with pytest.raises(BadData, match="line 2: its file 000001.flac is missing"):
        read_manifest(tmp_path)
    assert write_clips(tmp_path, made_of(), RECIPE, n=3) == whole


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"recipe": replace(RECIPE, seconds=0.6)}, "recipe"),
        ({"seed": 1}, "seed"),
        ({"sources": replace(made_of(), negatives=())}, "sources"),
    ],
)
def test_a_folder_of_other_clips_is_refused(tmp_path, change, what):
    plain = {"sources": made_of(), "recipe": RECIPE, "seed": 0, "n": 1}
    write_clips(tmp_path, **plain)
    with pytest.raises(OutputError, match=f"clips of another kind; what differs: {what}. Give an"):
        write_clips(tmp_path, **{**plain, **change})


def test_folders_that_cannot_be_used_are_refused(tmp_path):
    with pytest.raises(BadData, match=r"manifest.jsonl: there is no such file. Make clips"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(OutputError, match=r"it holds a manifest, but no about.json"):
        write_clips(tmp_path, made_of(), RECIPE, n=1)
    (tmp_path / "about.json").write_text("[]", encoding="utf-8")
    with pytest.raises(OutputError, match="clips of another kind; what differs: form"):
        write_clips(tmp_path, made_of(), RECIPE, n=1)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="clips cannot be written"):
        write_clips(tmp_path / "file", made_of(), RECIPE, n=1)


@pytest.mark.parametrize("change", [
    {"events": [{"start": 0, "end": 500, "kind": "positive", "source": "x"}]},
    {"events": [{"from": 0}]},
    {"events": None},
    {"rate": None, "milliseconds": "long"},
    {"file": "../other.flac"},
])  # fmt: skip
def test_a_line_that_cannot_be_read_is_named(tmp_path, change):
    write_clips(tmp_path, made_of(), RECIPE, n=2)
    manifest = tmp_path / "manifest.jsonl"
    first, second = manifest.read_text(encoding="utf-8").splitlines()
    bad = json.dumps({**json.loads(second), **change})
    manifest.write_text(f"{first}\n{bad}\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"manifest.jsonl, line 2: this is no line of a manifest"):
        read_manifest(tmp_path)


def test_without_soundfile_the_command_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(MissingExtra, match=r"pip install 'fondo\[audio\]'"):
        write_clips(tmp_path, made_of(), RECIPE, n=1)
