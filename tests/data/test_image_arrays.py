"""fondo.data.images.arrays: files of arrays as sources, with their labels."""

from pathlib import Path

import numpy as np
import pytest

from fondo.data.images.arrays import read_arrays
from fondo.data.images.pictures import Form, Pictures
from fondo.errors import BadData

X = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)


def idx(array: np.ndarray) -> bytes:
    lengths = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize("name", ["y", "labels", "targets"])
def test_a_npz_with_labels(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, images=X, **{name: np.array(["cat", "dog", "cat"])}, fold=np.arange(3))
    frame, notes = read_arrays(path)
    assert frame.columns == ["picture", "label"]
    assert frame["picture"].to_list() == [f"{path}#{k}" for k in range(3)]
    assert frame["label"].to_list() == ["cat", "dog", "cat"]
    assert notes == ["The pictures are 'images'; passed over: fold."]
    found = Pictures.of_places(frame["picture"].to_list()).load(Form(4, 5, 1))
    np.testing.assert_array_equal(found[..., 0], X)


def test_several_arrays_of_pictures_are_named_in_the_places(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, X=X, masks=X)
    frame, notes = read_arrays(path)
    assert frame["picture"][2] == f"{path}#X/2"
    assert notes == ["The pictures are 'X'; passed over: masks."]
    found = Pictures.of_places([frame["picture"][2]]).load(Form(4, 5, 1))
    np.testing.assert_array_equal(found[0, ..., 0], X[2])


def test_sets_as_keras_saves_them(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=X, y_train=[3, 1, 2], x_test=X[:1], y_test=[7])
    frame, notes = read_arrays(path)
    assert frame["label"].to_list() == [3, 1, 2, 7]
    assert frame["part"].to_list() == ["train"] * 3 + ["test"]
    assert frame["picture"][3] == f"{path}#x_test/0"
    assert notes == []


def test_labels_of_several_numbers_are_columns(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=X, y=np.arange(6.0).reshape(3, 2))
    frame, _ = read_arrays(tmp_path / "a.npz")
    assert frame["label2"].to_list() == [1, 3, 5]
    np.savez(tmp_path / "b.npz", X=X, y=np.arange(3).reshape(3, 1))
    assert read_arrays(tmp_path / "b.npz")[0]["label"].to_list() == [0, 1, 2]


def test_a_npy_has_no_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", X)
    np.save(tmp_path / "labels.npy", np.arange(3))
    frame, notes = read_arrays(tmp_path / "images.npy")
    assert frame.columns == ["picture"]
    assert (frame.height, notes) == (3, [])


@pytest.mark.parametrize("beside", ["t-labels-idx1-ubyte", "t-labels-idx1-ubyte.gz", None])
def test_an_idx_file_takes_labels_from_beside_it(tmp_path: Path, beside: str | None) -> None:
    path = tmp_path / "t-images-idx3-ubyte"
    path.write_bytes(idx(X))
    if beside:
        (tmp_path / beside).write_bytes(idx(np.array([4, 0, 9])))
    frame, _ = read_arrays(path)
    assert frame["picture"][1] == f"{path}#1"
    assert frame.columns == (["picture", "label"] if beside else ["picture"])
    assert (frame["label"].to_list() if beside else [4, 0, 9]) == [4, 0, 9]


def test_bytes_of_0_and_1_are_noted(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=(X > 9).astype(np.uint8))
    assert (
        "bytes of 'X' are only 0 and 1, and 255 is white" in read_arrays(tmp_path / "a.npz")[1][0]
    )


def test_labels_must_fit(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=X, y=np.arange(2))
    np.savez(tmp_path / "b.npz", X=X, y=np.zeros((3, 2, 2)))
    np.savez(tmp_path / "c.npz", X=X, y=np.array(3))
    (tmp_path / "t-images-idx3-ubyte").write_bytes(idx(X))
    (tmp_path / "t-labels-idx1-ubyte").write_bytes(idx(np.array([4])))
    for name, told in (
        ("a.npz", r"a.npz: .* There are 3 pictures and 2 labels in 'y' \(2,\)"),
        ("b.npz", r"b.npz: labels 'y' \(3, 2, 2\) must have one or two axes"),
        ("c.npz", r"c.npz: labels 'y' \(\) must have one or two axes"),
        ("t-images-idx3-ubyte", "There are 3 pictures and 1 labels in the file of labels beside"),
        ("t-labels-idx1-ubyte", r"pictures must be an array of shape .* This one is \(1,\)"),
    ):
        with pytest.raises(BadData, match=told):
            read_arrays(tmp_path / name)


@pytest.mark.data
def test_the_words(fondo_data: Path) -> None:
    frame, notes = read_arrays(fondo_data / "images" / "words" / "words.npz")
    assert frame.shape == (6877, 1)
    assert "The bytes of 'bitmaps' are only 0 and 1" in notes[0]
    assert Pictures.of_places(frame["picture"].to_list()[:3]).load(Form(16, 112, 1)).max() == 1
