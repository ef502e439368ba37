"""fondo.data.named_files: kinds of files differ in their words only; see the tests of pictures."""

from pathlib import Path

import polars as pl
import pytest

from fondo.data.named_files import Kind
from fondo.errors import BadData

SCORES = Kind("score", "scores", (".mid",), r"^.+\.mid#\d+$", "made:")


def test_a_kind_has_its_words_endings_and_parts(tmp_path: Path) -> None:
    (tmp_path / "a.mid").touch()
    frame = pl.DataFrame({"x": [1, 2, 3], "piece": ["a.mid#2", "made:up.mid", "A.mid"]})
    assert SCORES.columns(frame) == ["piece"]
    with pytest.raises(BadData, match="1 of 3 files do not exist.*\n  A.mid"):
        SCORES.resolve(frame, tmp_path / "t.csv")
    found, notes = SCORES.resolve(frame[:2], tmp_path / "t.csv")
    assert found["piece"].to_list() == [f"{tmp_path}/a.mid#2", "made:up.mid"]
    assert notes == []


def test_where_none_is_there_it_may_be_a_column_of_words(tmp_path: Path) -> None:
    frame = pl.DataFrame({"piece": ["a.mid", "b.mid"]})
    found, notes = SCORES.resolve(frame, tmp_path / "t.csv", lenient=True)
    assert found is frame
    assert notes == ["Column 'piece' names scores, of which none is there, and is read as words."]
    with pytest.raises(BadData, match="2 of 2 files do not exist"):
        SCORES.resolve(frame, tmp_path / "t.csv")
    (tmp_path / "a.mid").touch()
    with pytest.raises(BadData, match="1 of 2 files do not exist"):
        SCORES.resolve(frame, tmp_path / "t.csv", lenient=True)
