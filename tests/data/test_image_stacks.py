"""fondo.data.images.stacks and places: which number is white, and which row of which file."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from fondo.data.images import places as module
from fondo.data.images import stacks
from fondo.data.images.places import (
    Place,
    check_rows,
    is_array_file,
    parse,
    sort,
    stack_of,
    stamp,
)
from fondo.data.images.stacks import Stack
from fondo.errors import BadData


def read(values: Any, kind: Any) -> list[int]:
    """What becomes of numbers in an array of one picture."""
    array = np.array(values, kind).reshape(1, 1, -1)
    return Stack(array, "x").bytes(np.array([0])).ravel().tolist()


def test_which_number_is_white_by_hand() -> None:
    assert read([0, 1, 255], np.uint8) == [0, 1, 255]
    assert read([0, 1], np.uint8) == [0, 1]
    assert read([False, True], np.bool_) == [0, 255]
    # 128 / 257 = 0.498, 129 / 257 = 0.502; always, however dark
    assert read([0, 128, 129, 65_535], np.uint16) == [0, 0, 1, 255]
    assert read([0, 129], np.uint16) == [0, 1]
    # 0.1 * 255 = 25.5, in float32 a little more; 0.002 * 255 = 0.51
    assert read([0, 0.1, 0.002, 1], np.float32) == [0, 26, 1, 255]
    assert read([0, 1, 254.6], np.float64) == [0, 1, 255]
    assert read([0, 1, 255], np.int64) == [0, 1, 255]
    assert read([0, 257, 256], np.int32) == [0, 1, 1]


def test_the_whole_array_says_what_is_white_not_one_picture() -> None:
    array = np.zeros((3, 2, 2))
    array[0], array[2] = 1, 200
    assert Stack(array, "x").bytes(np.array([0]))[0].max() == 1


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.zeros((2, 2)), r"x: pictures must be an array of shape .* This one is \(2, 2\)"),
        (np.zeros((2, 3, 4, 2)), r"with 1, 3 or 4 channels. This one is \(2, 3, 4, 2\)"),
        (np.zeros((2, 0, 4)), r"a picture must have a pixel. The array is of shape \(2, 0, 4\)"),
        (np.zeros((1, 1, 1), "U3"), "pictures must be numbers. The array holds <U3"),
        (np.zeros((1, 1, 1), complex), "pictures must be numbers"),
        (np.array([[[1.0]], [[np.nan]]]), "x: row 1 holds numbers that are not finite"),
        (np.array([[[1.0]], [[-np.inf]]]), "x: row 1 holds numbers that are not finite"),
        (np.array([[[1]], [[2]], [[-1]]]), "x: row 2 holds numbers below 0"),
        (np.array([[[300.0]]]), "x: row 0 holds numbers above 255. Brightness must lie"),
        (np.array([[[70_000]]]), "x: row 0 holds numbers above 65,535"),
    ],
)
def test_arrays_that_are_no_pictures(array: np.ndarray, told: str) -> None:
    with pytest.raises(BadData, match=told):
        Stack(array, "x")


def test_large_arrays_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "_BLOCK", 10)
    array = np.arange(7 * 4, dtype=float).reshape(7, 2, 2)
    rows = np.array([6, 0, 3, 3, 5])
    np.testing.assert_array_equal(Stack(array, "x").bytes(rows)[..., 0], array[rows])
    array[5, 1, 1] = -1
    with pytest.raises(BadData, match="row 5 holds"):
        Stack(array, "x")


def test_an_array_without_pictures() -> None:
    assert len(Stack(np.zeros((0, 4, 4)), "x")) == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.npz#3", Place("a.npz", "", 3)),
        ("d#1/A.NPZ#X/12", Place("d#1/A.NPZ", "X", 12)),
        ("a.npz#deep/X/0", Place("a.npz", "deep/X", 0)),
        ("t-images-idx3-ubyte.gz#7", Place("t-images-idx3-ubyte.gz", "", 7)),
        ("t.idx3-ubyte#7", Place("t.idx3-ubyte", "", 7)),
        ("a.idx#0", Place("a.idx", "", 0)),
        ("sample:digits#5", Place("sample:digits", "", 5)),
        ("sample:roses#5", Place("sample:roses", "", 5)),
        ("photo#1.jpg", None),
        ("photo#1", None),
        ("a.npz", None),
        ("a.npz#x", None),
        ("a.npz#-1", None),
    ],
)
def test_places_are_told_apart(text: str, place: Place | None) -> None:
    assert parse(text) == place


@given(st.text(max_size=12))
def test_any_text_is_some_place(text: str) -> None:
    found = parse(text)
    assert found is None or is_array_file(found.file) or found.file.startswith("sample:")


def test_places_are_sorted_into_files_and_arrays() -> None:
    found = sort(["b.jpg", "a.npz#X/3", "b.jpg", "a.npz#1", "a.npz#X/0"])
    assert found.files == {"b.jpg": [0, 2]}
    told = [(file, member, at.tolist(), rows.tolist()) for file, member, at, rows in found.stacks]
    assert told == [("a.npz", "X", [1, 4], [3, 0]), ("a.npz", "", [3], [1])]


def test_files_of_arrays(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "one.npz", pixels=array, y=np.arange(2))
    np.savez_compressed(tmp_path / "two.npz", X=array, Z=array[::-1])
    (tmp_path / "a.idx").write_bytes(
        bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]) + array.tobytes()
    )
    for name in ("a.npy", "one.npz", "two.npz", "a.idx"):
        stack, _ = stack_of(str(tmp_path / name))
        np.testing.assert_array_equal(stack.bytes(np.array([1, 0]))[..., 0], array[::-1])
    stack, _ = stack_of(str(tmp_path / "two.npz"), "Z")
    np.testing.assert_array_equal(stack.bytes(np.array([0]))[0, ..., 0], array[1])


def test_the_digits_of_scikit_learn_are_stretched() -> None:
    stack, _ = stack_of("sample:digits")
    assert stack.shape == (1797, 8, 8, 1)
    wanted = np.rint(load_digits().images[5] * 255 / 16)
    np.testing.assert_array_equal(stack.bytes(np.array([5]))[0, ..., 0], wanted)


def test_a_file_is_opened_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.npy"
    opened: list[str] = []
    keep = module._read
    monkeypatch.setattr(module, "_read", lambda f, m: (opened.append(f), keep(f, m))[1])
    np.save(path, np.zeros((2, 2, 2), np.uint8))
    first, then = stack_of(str(path))
    assert stack_of(str(path))[0] is first
    np.save(path, np.ones((3, 2, 2), np.uint8))
    os.utime(path, ns=(1, 1))
    second, now = stack_of(str(path))
    assert (len(opened), len(second)) == (2, 3)
    assert then != now


def test_only_few_files_stay_open(tmp_path: Path) -> None:
    for k in range(6):
        np.save(tmp_path / f"{k}.npy", np.zeros((1, 2, 2), np.uint8))
        stack_of(str(tmp_path / f"{k}.npy"))
    assert len(module._kept._stacks) == module._KEPT


def test_files_of_arrays_that_cannot_be_used(tmp_path: Path) -> None:
    objects = np.array([[[{}]]], object)
    np.save(tmp_path / "objects.npy", objects)
    np.savez(tmp_path / "objects.npz", X=np.zeros((1, 2, 2)), Z=objects)
    np.savez(tmp_path / "flat.npz", X=np.zeros((2, 2)))
    np.savez(tmp_path / "both.npz", a=np.zeros((1, 2, 2)), b=np.zeros((1, 2, 2)))
    np.save(tmp_path / "a.npy", np.zeros((1, 2, 2)))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-9])
    (tmp_path / "cut.npz").write_bytes((tmp_path / "both.npz").read_bytes()[:-50])
    (tmp_path / "text.npz").write_text("hello")
    (tmp_path / "npy.npz").write_bytes((tmp_path / "a.npy").read_bytes())
    (tmp_path / "text.npy").write_text("hello")
    (tmp_path / "empty.npz").write_bytes(b"")
    for name, member, told in (
        ("objects.npy", "", "objects.npy: it holds Python objects, which are never opened"),
        ("objects.npz", "Z", "objects.npz#Z: it holds Python objects"),
        ("flat.npz", "", r"flat.npz: no array has 3 or 4 axes.* There are: X \(2, 2\)"),
        ("both.npz", "", "both.npz: several arrays may be the pictures. Call one of them X, or"),
        ("both.npz", "c", "both.npz: there is no array 'c'. There are: a, b"),
        ("a.npy", "X", "a.npy#X: only .npz files have arrays with names. Leave 'X' out"),
        ("cut.npy", "", "cut.npy: the file cannot be read"),
        ("cut.npz", "", "cut.npz: (the file cannot be read|this is no file of NumPy)"),
        ("text.npz", "", "text.npz: this is no file of NumPy"),
        ("npy.npz", "", "npy.npz: this is no .npz file"),
        ("text.npy", "", "text.npy: this is no file of NumPy"),
        ("empty.npz", "", "empty.npz: the file cannot be read"),
        ("gone.npy", "", "gone.npy: there is no such file"),
    ):
        with pytest.raises(BadData, match=told):
            stack_of(str(tmp_path / name), member)
    with pytest.raises(BadData, match="sample:roses: there is no such sample of pictures"):
        stack_of("sample:roses")


def test_rows_must_be_there(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((3, 2, 2)))
    stack, _ = stack_of(str(tmp_path / "a.npy"))
    check_rows(stack, np.array([0, 2]))
    with pytest.raises(BadData, match=r"a.npy#3: there is no such row. The array has 3 pict"):
        check_rows(stack, np.array([0, 3]))


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("1")
    first = stamp(str(path))
    path.write_text("22")
    assert stamp(str(path)) != first
    with pytest.raises(BadData, match="cannot be opened"):
        stamp("nul\0")
