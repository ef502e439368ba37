"""fondo.explain.images.shifts: moves by hand, laws of moving, and scores at each of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.explain.images.shifts import shift, shift_study
from fondo.judge.intervals import wilson

NINE = np.arange(1, 10).reshape(1, 3, 3, 1)


def moved(down, right, **more):
    return shift(NINE, down, right, **more)[0, :, :, 0].tolist()


def test_moves_by_hand():
    assert moved(0, -1) == [[2, 3, 3], [5, 6, 6], [8, 9, 9]]
    assert moved(0, 1) == [[1, 1, 2], [4, 4, 5], [7, 7, 8]]
    assert moved(1, 0) == [[1, 2, 3], [1, 2, 3], [4, 5, 6]]
    assert moved(-2, 0) == [[7, 8, 9]] * 3
    assert moved(0, 1, fill=[0]) == [[0, 1, 2], [0, 4, 5], [0, 7, 8]]
    assert moved(1, 0, fill=[0]) == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert moved(1, -1, fill=[0]) == [[0, 0, 0], [2, 3, 0], [5, 6, 0]]


def test_the_cookbooks_one_pixel_to_the_left_is_this_one():
    probe = np.random.default_rng(0).random((1, 28, 28, 1))
    theirs = probe.copy()
    for column in range(20):  # in place; what is left of it takes the value of the next column
        theirs[:, :, column] = theirs[:, :, column + 1]
    ours = shift(probe, 0, -1)
    np.testing.assert_array_equal(ours[:, :, :20], theirs[:, :, :20])


@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 99))
def test_there_and_back_leaves_the_middle(down, right, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (2, 8, 9, 3), np.uint8)
    back = shift(shift(picture, down, right), -down, -right)
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back[:, 3:-3, 3:-3], picture[:, 3:-3, 3:-3])


def test_a_colour_comes_in_for_every_channel():
    picture = np.zeros((1, 2, 2, 3), np.uint8)
    assert shift(picture, 0, 1, fill=[1, 2, 3])[0, :, 0].tolist() == [[1, 2, 3]] * 2
    assert picture.sum() == 0  # the picture itself stays


def test_accuracy_at_each_shift():
    pictures = np.zeros((6, 5, 5, 1), np.uint8)
    pictures[:, 2, 2] = 255
    y = np.array([1, 1, 1, 1, 1, 0])

    def answer(shown):
        return (shown[:, 2, 2:, 0] > 0).any(axis=1).astype(int)  # bears moves to the right

    study = shift_study(answer, pictures, y, 2, fill=[0])
    sideways = {row.pixels: row.value for row in study.curve("sideways")}
    assert sideways == {-2: 1 / 6, -1: 1 / 6, 0: 5 / 6, 1: 5 / 6, 2: 5 / 6}
    upright = {row.pixels: row.value for row in study.curve("up and down")}
    assert upright == {-2: 1 / 6, -1: 1 / 6, 0: 5 / 6, 1: 1 / 6, 2: 1 / 6}
    still = study.curve("sideways")[2]
    assert (still.low, still.high) == wilson(5, 6)[:2]
    assert study.by_size() == [(0, 5 / 6), (1, pytest.approx(2 / 6)), (2, pytest.approx(2 / 6))]
    assert study.metric == "accuracy"
    assert study.to_json()["rows"][0] == {
        "axis": "sideways", "pixels": -2, "value": 1 / 6,
        "low": wilson(1, 6)[0], "high": wilson(1, 6)[1],
    }  # fmt: skip


def test_numbers_have_errors_instead():
    pictures = np.zeros((2, 4, 4, 1), np.uint8)
    study = shift_study(lambda shown: np.array([1.0, 3.0]), pictures, np.array([0.0, 0.0]), 9)
    row = study.rows[0]
    assert row.value == 2.0
    assert row.high == pytest.approx(2 + 1.959964 * np.sqrt(2) / np.sqrt(2))
    assert study.metric == "mean absolute error"
    assert max(r.pixels for r in study.rows) == 3  # the pictures have no more


def test_what_cannot_be_moved_is_told():
    with pytest.raises(BadData, match=r"shift\(down=3, right=0\): nothing would be left"):
        shift(NINE, 3, 0)
    with pytest.raises(BadData, match=r"shift\(pictures\): they must be an array"):
        shift(NINE[0], 0, 0)
    with pytest.raises(BadParameter, match="fill must be 'edge' or 1 numbers, one a channel"):
        shift(NINE, 0, 1, fill=[0, 0])
    with pytest.raises(BadParameter, match=r"shift_study\(most=0\)"):
        shift_study(len, NINE, np.zeros(1), 0)
    with pytest.raises(BadData, match=r"one truth for each of the 1 pictures.*Found 2"):
        shift_study(len, NINE, np.zeros(2))
