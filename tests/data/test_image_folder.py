"""fondo.data.images.folder: classes are folders, and what is strange is said."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fondo.data.images.folder import read_folder
from fondo.data.images.pictures import Form, Pictures
from fondo.data.images.source import read_pictures
from fondo.errors import BadData


def put(folder: Path, *names: str) -> None:
    """Files of which nobody looks inside."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def idx(array: np.ndarray) -> bytes:
    lengths = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()


def test_class_folders_give_labels_in_order(tmp_path: Path) -> None:
    put(
        tmp_path, "dog/b.png", "dog/a.JPG", "cat/deep/er/z.gif", "cat/y.tiff", "10/x.bmp", "9/w.ppm"
    )
    frame, notes = read_folder(tmp_path)
    assert frame.columns == ["picture", "label"]
    names = ["10/x.bmp", "9/w.ppm", "cat/deep/er/z.gif", "cat/y.tiff", "dog/a.JPG", "dog/b.png"]
    assert frame["picture"].to_list() == [str(tmp_path / name) for name in names]
    assert frame["label"].to_list() == ["10", "9", "cat", "cat", "dog", "dog"]
    assert notes == []


def test_paths_begin_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "set/a/1.png", "set/b/2.png")
    monkeypatch.chdir(tmp_path)
    assert read_folder(Path("set"))[0]["picture"].to_list() == ["set/a/1.png", "set/b/2.png"]
    monkeypatch.chdir(tmp_path / "set")
    assert read_folder(Path())[0]["picture"].to_list() == ["a/1.png", "b/2.png"]


def test_pictures_alone_have_no_labels(tmp_path: Path) -> None:
    put(tmp_path, "b.png", "a.png", "notes.txt")
    frame, notes = read_folder(tmp_path)
    assert frame.columns == ["picture"]
    assert frame["picture"].to_list() == [str(tmp_path / "a.png"), str(tmp_path / "b.png")]
    assert notes == ["1 file is no picture and passed over (.txt 1)."]


def test_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/2.png", "a/.hidden.png", ".git/c.png", "a/x.txt", "b/y.TXT", "b/z")
    (tmp_path / "void").mkdir()
    (tmp_path / "odd" / "deep").mkdir(parents=True)
    frame, notes = read_folder(tmp_path)
    assert frame.height == 2
    assert notes == [
        "3 files are no picture and passed over (.txt 2, no ending 1).",
        "2 hidden entries passed over.",
        "2 folders without pictures: odd, void.",
    ]


def test_pictures_beside_class_folders_are_told(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/2.png", "stray.png")
    frame, notes = read_folder(tmp_path)
    assert frame.height == 2
    assert notes == ["1 picture beside the class folders is of no class and left out."]


def test_one_class_is_told_and_a_table_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png")
    assert read_folder(tmp_path)[1] == ["There is only one class folder, 'a'."]
    put(tmp_path, "log.csv")
    assert "There is a table, log.csv: did you mean" in read_folder(tmp_path)[1][-1]


def test_an_empty_folder_and_none(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="there is no picture in this folder or below"):
        read_folder(tmp_path)
    (tmp_path / "void").mkdir()
    put(tmp_path, "x.txt")
    with pytest.raises(BadData, match=r"or below. 1 file is no picture .* 1 folder without pictu"):
        read_folder(tmp_path)
    for name in ("gone", "x.txt"):
        with pytest.raises(BadData, match=f"{name}: there is no such folder"):
            read_folder(tmp_path / name)


def test_classes_that_differ_only_in_capitals(tmp_path: Path) -> None:
    put(tmp_path, "Cat/1.png", "cat/2.png", "dog/3.png", "STRASSE/4.png", "straße/5.png")
    with pytest.raises(BadData, match="only in capitals: 'Cat' and 'cat'; 'STRASSE' and 'straße'"):
        read_folder(tmp_path)


@pytest.mark.parametrize("names", [("train", "test"), ("Train", "val", "test"), ("training",)])
def test_parts_are_not_taken_for_classes(tmp_path: Path, names: tuple[str, ...]) -> None:
    put(tmp_path, *(f"{name}/a/1.png" for name in names))
    with pytest.raises(BadData, match="look like parts, not like classes. Give one of them"):
        read_folder(tmp_path)


def test_a_class_may_be_called_test(tmp_path: Path) -> None:
    put(tmp_path, "test/1.png", "rest/2.png")
    assert read_folder(tmp_path)[0]["label"].to_list() == ["rest", "test"]


def test_links_in_circles_end(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/2.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    (tmp_path / "b" / "round").symlink_to(tmp_path / "b" / "round")
    (tmp_path / "b" / "gone.png").symlink_to(tmp_path / "nowhere")
    frame, notes = read_folder(tmp_path)
    assert [Path(p).name for p in frame["picture"]] == ["1.png", "2.png", "gone.png"]
    assert "2 folders walked already under another name: a/self, a/up." in notes
    assert list(Pictures.of_places(frame["picture"].to_list()).survey().faults) == [0, 1, 2]


def test_a_link_does_not_take_the_pictures_of_another_class(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/2.png")
    (tmp_path / "a" / "other").symlink_to(tmp_path / "b")
    assert read_folder(tmp_path)[0]["label"].to_list() == ["a", "b"]


def test_class_folders_may_be_links(tmp_path: Path) -> None:
    put(tmp_path, "far/1.png", "set/b/2.png")
    (tmp_path / "set" / "a").symlink_to(tmp_path / "far")
    frame, _ = read_folder(tmp_path / "set")
    assert frame["picture"][0] == str(tmp_path / "set" / "a" / "1.png")
    assert frame["label"].to_list() == ["a", "b"]


def test_a_folder_that_must_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/1.png", "b/2.png")
    keep = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return keep(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everything, and tests may be root
    frame, notes = read_folder(tmp_path)
    assert frame["label"].to_list() == ["b"]
    assert "1 folder that must not be read: a." in notes


def test_a_folder_named_like_a_picture_is_a_fault_later(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/2.png")
    (tmp_path / "a" / "x.jpg").mkdir()
    frame, _ = read_folder(tmp_path)
    assert frame.height == 3
    faults = Pictures.of_places(frame["picture"].to_list()).survey().faults
    assert "x.jpg: this is a folder, not a picture" in faults[1]


def test_names_in_any_letters(tmp_path: Path) -> None:
    put(tmp_path, "Hündin/gâteau 1.png", "貓/写真.jpg")
    frame, _ = read_folder(tmp_path)
    assert frame["label"].to_list() == ["Hündin", "貓"]


def test_names_that_are_no_text_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/2.png")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/a/\xff.png")).write_bytes(b"x")
    frame, notes = read_folder(tmp_path)
    assert frame.height == 2
    assert notes == ["1 file is no picture and passed over (name that is no text 1)."]


@pytest.mark.parametrize("dot", ["-", "."])
def test_the_four_files_of_mnist(tmp_path: Path, dot: str) -> None:
    X = np.arange(5 * 2 * 3).reshape(5, 2, 3)
    for part, n in (("train", 3), ("t10k", 2)):
        (tmp_path / f"{part}-images{dot}idx3-ubyte").write_bytes(idx(X[:n] + 10 * n))
        (tmp_path / f"{part}-labels{dot}idx1-ubyte").write_bytes(idx(np.arange(n)))
    frame, notes = read_folder(tmp_path)
    assert frame["label"].to_list() == ["0", "1", "2", "0", "1"]
    assert frame["part"].to_list() == ["train"] * 3 + ["test"] * 2
    assert frame["picture"][4] == f"{tmp_path}/t10k-images{dot}idx3-ubyte#1"
    found = Pictures.of_places(frame["picture"].to_list()).load(Form(2, 3, 1))[..., 0]
    np.testing.assert_array_equal(found, np.concatenate([X[:3] + 30, X[:2] + 20]))
    assert notes == []
    (tmp_path / f"t10k-labels{dot}idx1-ubyte").unlink()
    with pytest.raises(BadData, match="there is no t10k-labels-idx1-ubyte.gz"):
        read_folder(tmp_path)


def test_sources_of_every_kind(tmp_path: Path) -> None:
    Image.new("L", (4, 4), 3).save(tmp_path / "a.png")
    np.save(tmp_path / "a.npy", np.zeros((2, 4, 4)))
    for path, height in ((tmp_path, 1), (tmp_path / "a.npy", 2), (tmp_path / "a.png", 1)):
        found = read_pictures(path)
        assert found is not None
        assert found[0].height == height
    assert read_pictures(tmp_path / "table.csv") is None


@pytest.mark.data
def test_real_folders(fondo_data: Path) -> None:
    images = fondo_data / "images"
    frame, _ = read_folder(images / "faces")
    assert frame["label"].value_counts(sort=True)["count"].to_list() == [1300, 1300]
    assert read_folder(images / "signs" / "train")[0]["label"].n_unique() == 43
    assert read_folder(images / "mnist")[0]["part"].value_counts(sort=True)["count"][0] == 60_000
    with pytest.raises(BadData, match="its folders test/, train/ look like parts"):
        read_folder(images / "keypoints")
