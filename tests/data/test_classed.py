"""fondo.data.classed: the way through a folder, for any kind of file; see the tests of pictures."""

from pathlib import Path

from fondo.data.classed import Walk, count, read_classed
from fondo.data.named_files import Kind

SCORES = Kind("score", "scores", (".mid",), r"^.+\.mid#\d+$")


def test_files_of_the_kind_become_rows(tmp_path: Path) -> None:
    for name in ("b/2.mid", "a/1.MID", "a/x.txt", "stray.mid"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    frame, notes = read_classed(tmp_path, SCORES)
    assert frame.columns == ["score", "label"]
    assert frame["label"].to_list() == ["a", "b"]
    assert notes == [
        "1 file is no score and passed over (.txt 1).",
        "1 score beside the class folders is of no class and left out.",
    ]
    walk = Walk(tmp_path, SCORES)
    walk.start()
    assert sorted(walk.found) == ["a/1.MID", "b/2.mid", "stray.mid"]
    assert walk.others == {".txt": 1}


def test_counts_are_said_in_words() -> None:
    assert [count(n, "score") for n in (0, 1, 1234)] == ["0 scores", "1 score", "1,234 scores"]
    assert count(2, "entry") == "2 entries"
