"""fondo.data.audio.columns: which column names sounds, and where its files are."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.columns import ENDINGS, is_sound, resolve, sound_column
from fondo.data.audio.places import WHOLE, parse
from fondo.errors import BadData


def frame_of(*names: str | None) -> pl.DataFrame:
    return pl.DataFrame({"id": range(len(names)), "clip": pl.Series(names, dtype=pl.String)})


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["a.wav", "b.MP3", None], True),
        (["deep/er/a b.flac", "c:\\x\\y.ogg", "鈴.opus"], True),
        (["a.wav#t=0,1", "a.wav#t=0.5,1.25", "b.au"], True),
        (["a.wav", "b.txt"], False),
        (["a.wav#t=1", "b.wav"], False),
        (["a.txt#t=0,1"], False),
        ([".wav", "x/.ogg"], False),
        ([None, None], False),
        ([], False),
        (["https://x.org/a.wav"], False),
        (["sample:a.npy#3"], False),
    ],
)
def test_columns_of_sounds(entries: list[str | None], found: bool) -> None:
    assert sound_column(frame_of(*entries)) == ("clip" if found else None)


@pytest.mark.parametrize("ending", ENDINGS)
def test_names_of_sounds(ending: str) -> None:
    assert is_sound(f"a{ending}")
    assert is_sound(f"A{ending.upper()}")
    assert not is_sound(f"a{ending}\n")
    assert not is_sound(ending)


@given(st.text(alphabet="ab.#/t=0,1 wav\n", max_size=20))
def test_a_stretch_is_a_place_to_both(text: str) -> None:
    is_part = sound_column(frame_of(text)) is not None and not is_sound(text)
    file, span = parse(text) if not text.endswith(("1,0", "0,0", "1,1")) else (text, WHOLE)
    assert not is_part or span != WHOLE or text.endswith(("1,0", "0,0", "1,1"))
    assert is_part or span == WHOLE or not is_sound(file)


def test_stretches_are_found_by_their_file(tmp_path: Path) -> None:
    put(tmp_path, "a.wav", "clips/b.ogg")
    frame, notes = resolve(frame_of("a.wav#t=0,1", "b.ogg#t=2,3.5", "b.ogg"), tmp_path / "t.csv")
    assert frame["clip"].to_list() == [
        f"{tmp_path}/a.wav#t=0,1", f"{tmp_path}/clips/b.ogg#t=2,3.5", f"{tmp_path}/clips/b.ogg",
    ]  # fmt: skip
    assert notes == ["The files of column 'clip' are in clips/."]
    with pytest.raises(BadData, match="2 of 3 files do not exist"):
        resolve(frame_of("a.wav", "c.wav#t=0,1", "d.wav"), tmp_path / "t.csv")
    with pytest.raises(BadData, match="1 of 1 files do not exist"):
        resolve(frame_of("c.wav"), tmp_path / "t.csv")


def test_tables_need_no_arrays_and_no_decoder() -> None:
    code = (
        "import sys, fondo.data.audio.source, fondo.data.audio.folder;"
        "print({'soundfile', 'soxr', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.data
@pytest.mark.parametrize("table", ["urban/labels.csv", "speech/transcripts.csv"])
def test_real_tables(fondo_data: Path, table: str) -> None:
    path = fondo_data / "audio" / table
    frame, notes = resolve(pl.read_csv(path), path)
    assert notes == ["The files of column 'file' are in clips/."]
    assert Path(frame["file"][-1]).parent == path.parent / "clips"
