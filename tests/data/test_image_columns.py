"""fondo.data.images.columns: which column names pictures, and where its files are."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.images.columns import ENDINGS, is_picture, picture_column, resolve
from fondo.data.images.places import parse
from fondo.errors import BadData


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def frame_of(*names: str | None) -> pl.DataFrame:
    return pl.DataFrame({"id": range(len(names)), "image": pl.Series(names, dtype=pl.String)})


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["a.jpg", "b.PNG", None], True),
        (["deep/er/a b.tiff", "c:\\x\\y.bmp"], True),
        (["a.npz#1", "a.npz#X/2", "t-images-idx3-ubyte.gz#0", "x.idx#1", "c.png"], True),
        (["sample:digits#3"], True),
        (["写真.webp", "a\nb.gif"], True),
        (["a.jpg", "b.txt"], False),
        (["a.jpg", ""], False),
        ([".jpg", "x/.png"], False),
        (["jpg", "a.jpgx"], False),
        (["a.csv#1", "photo#1"], False),
        ([None, None], False),
        ([], False),
        (["https://x.org/a.jpg"], False),
        (["a.jpg", "http://x.org/a.jpg"], False),
    ],
)
def test_columns_of_pictures(entries: list[str | None], found: bool) -> None:
    assert picture_column(frame_of(*entries)) == ("image" if found else None)


def test_columns_of_categories_and_of_numbers() -> None:
    frame = frame_of("a.jpg", "b.jpg", "a.jpg").with_columns(pl.col("image").cast(pl.Categorical))
    assert picture_column(frame) == "image"
    assert picture_column(frame.select("id")) is None
    assert picture_column(pl.DataFrame()) is None


@pytest.mark.parametrize("ending", ENDINGS)
def test_names_of_pictures(ending: str) -> None:
    assert is_picture(f"a{ending}")
    assert is_picture(f"A{ending.upper()}")
    assert not is_picture(f"a{ending}\n")
    assert not is_picture(ending)


@given(st.text(alphabet="ab.#/:0 npzyjgidxsample-ubt\n", max_size=24))
def test_a_row_of_an_array_is_a_place_to_both(text: str) -> None:
    is_place = picture_column(frame_of(text)) is not None and not is_picture(text)
    assert is_place == (parse(text) is not None and not is_picture(text))


def test_paths_are_from_the_folder_of_the_table(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "sub/b.png", "far/c.png")
    far = str(tmp_path / "far" / "c.png")
    frame, notes = resolve(frame_of("a.png", None, "sub/b.png", far), tmp_path / "t.csv")
    assert frame["image"].to_list() == [
        str(tmp_path / "a.png"), None, str(tmp_path / "sub" / "b.png"), far,
    ]  # fmt: skip
    assert frame["id"].to_list() == [0, 1, 2, 3]
    assert notes == []


def test_else_they_are_in_the_one_folder_that_holds_them(tmp_path: Path) -> None:
    put(tmp_path, "images/a.png", "images/b.png", "other/a.png", ".hidden/a.png", "here.png")
    frame, notes = resolve(frame_of("b.png", "a.png", "here.png", "a.png"), str(tmp_path / "t.csv"))
    names = [str(Path(path).relative_to(tmp_path)) for path in frame["image"]]
    assert names == ["images/b.png", "images/a.png", "here.png", "images/a.png"]
    assert notes == ["The files of column 'image' are in images/."]


def test_two_folders_that_hold_them_are_too_many(tmp_path: Path) -> None:
    put(tmp_path, "train/a.png", "test/a.png")
    with pytest.raises(BadData, match=r"in each of test/ and train/, .* as in test/a.png"):
        resolve(frame_of("a.png"), tmp_path / "t.csv")


def test_a_path_that_comes_back_is_found_again(tmp_path: Path) -> None:
    put(tmp_path, "images/a.png")
    frame, _ = resolve(frame_of("a.png"), tmp_path / "t.csv")
    assert resolve(frame, Path("elsewhere") / "t.csv")[0].equals(frame)


def test_missing_files_are_named_ten_at_most(tmp_path: Path) -> None:
    put(tmp_path, "images/a.png")
    names = ["a.png", *(f"{k}.png" for k in range(12)), "0.png"]
    with pytest.raises(BadData) as caught:
        resolve(frame_of(*names), tmp_path / "t.csv")
    told = str(caught.value)
    assert "t.csv: column 'image': 12 of 13 files do not exist, neither from" in told
    assert told.count("\n  ") == 11
    assert "\n  0.png" in told
    assert "\n  10.png" not in told
    assert told.endswith("\n  and 2 more")
    with pytest.raises(BadData, match="1 of 1 files do not exist"):
        resolve(frame_of("/nowhere/a.png"), tmp_path / "t.csv")
    with pytest.raises(BadData, match="1 of 1 files do not exist"):
        resolve(frame_of("x" * 300 + ".png"), tmp_path / "t.csv")


def test_folders_that_hold_none_of_the_files_are_not_proposed(tmp_path: Path) -> None:
    put(tmp_path, "b/x.png", "c/y.png")
    with pytest.raises(BadData, match="1 of 1 files do not exist, neither from"):
        resolve(frame_of("a.png"), tmp_path / "t.csv")


def test_rows_of_arrays_are_found_by_their_file(tmp_path: Path) -> None:
    put(tmp_path, "a.npz", "data/b.npy")
    frame, _ = resolve(frame_of("a.npz#X/1", "b.npy#0", "sample:digits#4"), tmp_path / "t.csv")
    assert frame["image"].to_list() == [
        f"{tmp_path}/a.npz#X/1", f"{tmp_path}/data/b.npy#0", "sample:digits#4",
    ]  # fmt: skip
    with pytest.raises(BadData, match="c.npy#0"):
        resolve(frame_of("c.npy#0"), tmp_path / "t.csv")


def test_frames_without_pictures_come_back_as_they_are(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": [1], "name": ["a"]})
    found, notes = resolve(frame, tmp_path / "t.csv")
    assert found is frame
    assert notes == []


def test_addresses_are_told(tmp_path: Path) -> None:
    frame = frame_of("https://x.org/a.jpg", "HTTP://x.org/b.png")
    found, notes = resolve(frame, tmp_path / "t.csv")
    assert found is frame
    assert "Column 'image' holds addresses of pictures, not files" in notes[0]


def test_of_two_columns_the_first_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "a.png")
    frame = pl.DataFrame({"left": ["a.png"], "right": ["gone.png"]})
    found, notes = resolve(frame, tmp_path / "t.csv")
    assert found["left"].to_list() == [str(tmp_path / "a.png")]
    assert found["right"].to_list() == ["gone.png"]
    assert "Columns 'left', 'right' all name pictures; the first, 'left', is used" in notes[0]


def test_tables_need_no_arrays_and_no_pillow() -> None:
    code = "import sys, fondo.data.images.columns; print({'PIL', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.data
@pytest.mark.parametrize(
    ("table", "folder"),
    [
        ("steering/driving_log.csv", "images"),
        ("keypoints/train.csv", "train"),
        ("keypoints/test.csv", "test"),
        ("signs/test_labels.csv", "test"),
        ("captioned/captions.csv", "images"),
    ],
)
def test_real_tables(fondo_data: Path, table: str, folder: str) -> None:
    path = fondo_data / "images" / table
    frame, notes = resolve(pl.read_csv(path), path)
    assert notes == [f"The files of column 'image' are in {folder}/."]
    assert Path(frame["image"][-1]).parent == path.parent / folder
