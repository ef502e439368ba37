"""fondo.data.images.idx: the format byte by byte, and what must be refused."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fondo.data.images.idx import read_idx, read_mnist
from fondo.errors import BadData

CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx(array: np.ndarray) -> bytes:
    """The format, written from its description: big-endian throughout."""
    header = bytes([0, 0, CODES[array.dtype.name], array.ndim])
    lengths = b"".join(struct.pack(">i", length) for length in array.shape)
    return header + lengths + array.astype(array.dtype.newbyteorder(">")).tobytes()


@settings(max_examples=20)
@given(st.sampled_from(sorted(CODES)).flatmap(lambda n: arrays(n, array_shapes(max_dims=4))))
def test_what_is_written_comes_back(tmp_path_factory, array: np.ndarray) -> None:
    place = tmp_path_factory.mktemp("idx") / "zahlen-ä.idx"
    for data in (idx(array), gzip.compress(idx(array))):
        place.write_bytes(data)
        found = read_idx(place)
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(found, array)


def test_by_hand(tmp_path: Path) -> None:
    # int16 (0x0B), two axes of 1 and 2: 258 = 0x0102, -1 = 0xFFFF
    place = tmp_path / "a"
    place.write_bytes(bytes([0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 0xFF, 0xFF]))
    assert read_idx(place).tolist() == [[258, -1]]


WHOLE = idx(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "This one begins with nothing"),
        (b"PK\x03\x04 and so on", "begins with 50 4b 03 04; it is not an IDX file"),
        (b"\0\0\x07\x01\0\0\0\0", "a type from 0x08 to 0x0E"),
        (b"\0\0\x08\x00", "must have 1 to 8 axes .* states 0"),
        (b"\0\0\x08\x09" + b"\0\0\0\1" * 9 + b"\0", "must have 1 to 8 axes .* states 9"),
        (b"\0\0\x08\x02\0\0\0\2", "states 2; the file is cut off"),
        (b"\0\0\x08\x01\xff\xff\xff\xff", r"shape \(-1,\); no length may be below 0"),
        (WHOLE[:-1], r"shape \(2, 3\), 6 bytes, and 5 follow"),
        (WHOLE + b"\0", "6 bytes, and more than 6 follow"),
        (b"\0\0\x08\x02\x7f\xff\xff\xff\x7f\xff\xff\xff", "more than the 4,294,967,296 that are"),
        (gzip.compress(WHOLE, mtime=0)[:-9], "cannot be read .* Fetch it again"),
        (b"\x1f\x8bnonsense", "cannot be read"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, data: bytes, told: str) -> None:
    place = tmp_path / "broken.idx"
    place.write_bytes(data)
    with pytest.raises(BadData, match=f"broken.idx: .*{told}"):
        read_idx(place)


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path):
        with pytest.raises(BadData, match="cannot be read"):
            read_idx(place)


NAMES = {
    "X": "train-images-idx3-ubyte",
    "y": "train-labels-idx1-ubyte.gz",
    "X_test": "t10k-images.idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
PARTS = {
    "X": np.arange(24, dtype=np.uint8).reshape(4, 2, 3),
    "y": np.array([0, 1, 2, 1], np.uint8),
    "X_test": np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
    "y_test": np.array([2, 0], np.uint8),
}


def folder(tmp_path: Path, **changes: np.ndarray | None) -> Path:
    for name, array in {**PARTS, **changes}.items():
        if array is not None:
            data = idx(array)
            place = tmp_path / NAMES[name]
            place.write_bytes(gzip.compress(data) if place.suffix == ".gz" else data)
    return tmp_path


def test_four_files_under_any_of_their_names_are_one_set(tmp_path: Path) -> None:
    found = read_mnist(folder(tmp_path))
    for name, array in PARTS.items():
        np.testing.assert_array_equal(getattr(found, name), array)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"y_test": None}, "there is no t10k-labels-idx1-ubyte.gz"),
        ({"y": PARTS["y"][:3]}, "4 pictures in train-images-idx3-ubyte and 3 labels"),
        ({"X": PARTS["X"][:0], "y": PARTS["y"][:0]}, "0 pictures"),
        ({"X": PARTS["X"].astype(np.int32)}, "must be unsigned bytes on 3 axes. Found int32"),
        ({"X": PARTS["X"][:, 0]}, "on 3 axes. Found uint8 of shape \\(4, 3\\)"),
        ({"y": PARTS["y"].reshape(2, 2)}, "on 1 axis. Found uint8"),
        ({"X_test": PARTS["X_test"][:, :1]}, r"\(2, 3\). They are \(1, 3\)"),
        ({"X": PARTS["X"][:, :0], "X_test": PARTS["X_test"][:, :0]}, "must have a pixel"),
        ({"y": np.full(4, 7, np.uint8)}, "at least two labels. Every label is 7"),
        ({"y_test": np.array([2, 9], np.uint8)}, "label 9 is not among the training labels"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(tmp_path, changes, told: str) -> None:
    with pytest.raises(BadData, match=told):
        read_mnist(folder(tmp_path, **changes))


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "x.gz"
    place.write_bytes(b"")
    with pytest.raises(BadData, match="Give the folder, not a file"):
        read_mnist(place)


@pytest.mark.data
def test_the_real_files_hold_what_the_world_knows_of_them(fondo_data: Path) -> None:
    found = read_mnist(fondo_data / "images" / "mnist")
    assert (found.X.shape, found.X_test.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert found.y[:4].tolist() == [5, 0, 4, 1]
    assert np.bincount(found.y_test)[1] == 1135  # the commonest digit: 11.35 %
    assert found.X.max() == 255
