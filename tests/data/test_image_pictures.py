"""fondo.data.images.pictures: many pictures in a row, from files and from arrays."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fondo.data.images.decode import Form
from fondo.data.images.load import cache
from fondo.data.images.pictures import Pictures
from fondo.errors import BadData

X = np.random.default_rng(0).integers(0, 256, (4, 6, 9, 3), np.uint8)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for k, pixels in enumerate(X):
        Image.fromarray(pixels).save(tmp_path / f"{k}.png")
    np.save(tmp_path / "a.npy", X)
    return [str(tmp_path / f"{k}.png") for k in range(len(X))]


def test_files_rows_and_arrays_are_the_same_pictures(files: list[str]) -> None:
    npy = files[0].replace("0.png", "a.npy")
    of_files = Pictures.of_places(files)
    of_rows = Pictures.of_places([f"{npy}#{k}" for k in range(4)])
    mixed = Pictures.of_places([files[0], f"{npy}#1", f"{npy}#2", files[3]])
    of_array = Pictures.of_array(X, "test")
    for form in (Form(6, 9, 3), Form(6, 9, 1), Form(4, 4, 3, "crop"), Form(12, 5, 1, "pad")):
        wanted = of_files.load(form)
        assert wanted.shape == (4, form.height, form.width, form.channels)
        for other in (of_rows, mixed, of_array):
            np.testing.assert_array_equal(other.load(form), wanted)
    for pictures in (of_files, of_rows, of_array):
        np.testing.assert_array_equal(pictures.original(2), X[2])
        assert pictures.survey().heights.tolist() == [6] * 4
    np.testing.assert_array_equal(of_files.load(Form(6, 9, 3)), X)


def test_take_keeps_the_order_asked_for(files: list[str]) -> None:
    for pictures in (Pictures.of_places(files), Pictures.of_array(X, "test")):
        part = pictures.take([3, 1, 3]).take(np.array([True, False, True]))
        assert len(part) == 2
        assert part.places == [pictures.places[3]] * 2
        np.testing.assert_array_equal(part.load(Form(6, 9, 3)), X[[3, 3]])
        np.testing.assert_array_equal(part.original(1), X[3])
        assert len(pictures.take([])) == 0
        assert pictures.take([]).load(Form(5, 5, 1)).shape == (0, 5, 5, 1)
        with pytest.raises(IndexError):
            pictures.take([4])


def test_arrays_have_names() -> None:
    assert Pictures.of_array(X, "t").take([2]).places == ["picture 2"]


@settings(max_examples=15)
@given(st.lists(st.integers(0, 3), max_size=6))
def test_a_pickle_carries_its_own_rows_only(rows: list[int]) -> None:
    part = Pictures.of_array(X, "test").take(rows)
    packed = pickle.dumps(part)
    again = pickle.loads(packed)
    assert again.places == part.places
    np.testing.assert_array_equal(again.load(Form(6, 9, 3)), X[rows])
    np.testing.assert_array_equal(again.load(Form(3, 3, 1)), part.load(Form(3, 3, 1)))
    assert again.fingerprint() == part.fingerprint()
    assert len(packed) < 3000 + len(rows) * X[0].nbytes


def test_files_can_be_pickled(files: list[str]) -> None:
    pictures = pickle.loads(pickle.dumps(Pictures.of_places(files)))
    assert pictures.places == files


def test_fingerprints_are_of_content_and_order(files: list[str], tmp_path: Path) -> None:
    copies = []
    for k, path in enumerate(files):
        copies.append(str(tmp_path / f"copy-{k}.png"))
        Path(copies[-1]).write_bytes(Path(path).read_bytes())
    first = Pictures.of_places(files)
    assert Pictures.of_places(copies).fingerprint() == first.fingerprint()
    assert first.take([1, 0, 2, 3]).fingerprint() != first.fingerprint()
    assert first.take([0, 1, 2]).fingerprint() != first.fingerprint()
    array = Pictures.of_array(X, "t")
    assert Pictures.of_array(X.copy(), "u").fingerprint() == array.fingerprint()
    assert Pictures.of_array(X / 255, "u").fingerprint() == array.fingerprint()
    assert Pictures.of_array(255 - X, "t").fingerprint() != array.fingerprint()
    assert len(array.fingerprint()) == 64


def test_parts_of_fractions_are_scaled_as_the_whole_is() -> None:
    array = np.zeros((2, 3, 3))
    array[0], array[1] = 1, 200
    part = Pictures.of_array(array, "t").take([0])
    assert pickle.loads(pickle.dumps(part)).load(Form(3, 3, 1)).max() == 1


def test_another_array_is_not_taken_for_the_first() -> None:
    form = Form(3, 3, 1)
    dark, light = np.zeros((1, 6, 6), np.uint8), np.full((1, 6, 6), 200, np.uint8)
    assert Pictures.of_array(dark, "t").load(form).max() == 0
    assert Pictures.of_array(light, "t").load(form).min() == 200
    before = cache.decoded
    assert Pictures.of_array(light.copy(), "t").load(form).min() == 200
    assert cache.decoded == before


def test_arrays_that_are_no_pictures_name_their_owner() -> None:
    with pytest.raises(BadData, match=r"ImageClassifier\(X=\.\.\.\): pictures must be an array"):
        Pictures.of_array(np.zeros(4), "ImageClassifier")


def test_transparency_in_arrays() -> None:
    array = np.zeros((1, 2, 2, 4), np.uint8)
    array[..., 3] = [[255, 0], [255, 255]]
    pictures = Pictures.of_array(array, "t")
    assert pictures.load(Form(2, 2, 1)).ravel().tolist() == [0, 255, 0, 0]
    assert pictures.original(0)[0, 1].tolist() == [255, 255, 255]
    assert pictures.survey().channels.tolist() == [4]


def test_rows_that_are_not_there(files: list[str]) -> None:
    npy = files[0].replace("0.png", "a.npy")
    pictures = Pictures.of_places([f"{npy}#0", f"{npy}#9", f"{npy}#4", f"{npy}#3"])
    assert list(pictures.survey().faults) == [1, 2]
    assert pictures.survey().heights.tolist() == [6, 0, 0, 6]
    with pytest.raises(BadData, match="a.npy#9: there is no such row"):
        pictures.load(Form(6, 9, 3))
    with pytest.raises(BadData, match="a.npy#9: there is no such row"):
        pictures.original(1)


def test_grey_and_colour_may_be_mixed(tmp_path: Path) -> None:
    Image.new("L", (8, 8), 9).save(tmp_path / "a.png")
    Image.new("RGB", (8, 8), (9, 9, 9)).save(tmp_path / "b.png")
    Image.new("RGBA", (8, 8), (9, 9, 9, 255)).save(tmp_path / "c.png")
    pictures = Pictures.of_places([str(tmp_path / f"{k}.png") for k in "abc"])
    assert pictures.survey().channels.tolist() == [1, 3, 4]
    for channels in (1, 3):
        np.testing.assert_array_equal(pictures.load(Form(8, 8, channels)), 9)


def test_many_rows_of_an_array_keep_their_order() -> None:
    shades = np.random.default_rng(1).permutation(100).astype(np.uint8)
    pictures = Pictures.of_array(np.broadcast_to(shades[:, None, None], (100, 4, 6)), "t")
    found = pictures.load(Form(3, 5, 3))
    np.testing.assert_array_equal(found[:, 1, 2, 0], shades)
