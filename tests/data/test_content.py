"""fondo.data.content: tables are told by what their files hold, wherever these lie."""

import shutil

import numpy as np
import polars as pl
import pytest

from fondo.data.content import by_content
from fondo.report.png import png
from fondo.report.wav import wav


def put(folder):
    (folder / "a").mkdir(parents=True)
    for k in range(3):
        (folder / "a" / f"{k}.wav").write_bytes(wav(np.full(9, 0.1 * k), 8000))
        (folder / "a" / f"{k}.png").write_bytes(png(np.full((2, 2), k, np.uint8)))


@pytest.mark.parametrize("ending", ["wav", "png"])
def test_a_copy_elsewhere_is_the_same_and_a_change_is_not(tmp_path, ending):
    put(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "there")

    def table(place):
        files = [str(tmp_path / place / "a" / f"{k}.{ending}") for k in range(3)]
        return pl.DataFrame({"file": [*files, None], "y": [1, 2, 3, 4]})

    here, there = by_content(table("here")), by_content(table("there"))
    assert here.equals(there)
    assert here["file"].n_unique() == 4
    assert here["file"][3] is None
    other = tmp_path / "there" / "a" / f"0.{ending}"
    other.write_bytes((tmp_path / "here" / "a" / f"1.{ending}").read_bytes())
    changed = by_content(table("there"))
    assert changed["file"][0] == changed["file"][1]
    assert changed["file"][1:].equals(here["file"][1:])


def test_tables_without_files_stay_as_they_are(tmp_path):
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert by_content(frame) is frame


def test_a_table_of_pictures_and_sounds_is_about_pictures(tmp_path):
    put(tmp_path)
    frame = pl.DataFrame(
        {"s": [str(tmp_path / "a" / "0.wav")], "p": [str(tmp_path / "a" / "0.png")]}
    )
    found = by_content(frame)
    assert found["s"].equals(frame["s"])
    assert len(found["p"][0]) == 16
