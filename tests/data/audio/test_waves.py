"""fondo.data.audio.waves: sounds in memory are fractions of full scale, or refused."""

from typing import Any

import numpy as np
import pytest

from fondo.data.audio.waves import Sample, checked_waves, fractions
from fondo.errors import BadData, BadParameter


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([-128, 64], np.int8), [-1, 0.5]),
        (np.array([0, 128, 192], np.uint8), [-1, 0, 0.5]),
        (np.array([-32_768, 16_384], np.int16), [-1, 0.5]),
        (np.array([-(2**31), 2**30], np.int32), [-1, 0.5]),
        (np.array([-1, 0.5], np.float16), [-1, 0.5]),
        (np.array([-1, 1.25], np.float64), [-1, 1.25]),
    ],
)
def test_whole_numbers_have_a_full_scale(array: np.ndarray, expected: list[float]) -> None:
    assert fractions(array).dtype == np.float32
    np.testing.assert_array_equal(fractions(array), np.float32(expected))


def test_arrays_and_lists_share_their_memory() -> None:
    array = np.zeros((3, 5), np.int16)
    waves = checked_waves(array, 8000, "docs")
    assert all(np.shares_memory(wave, array) for wave in waves)
    ragged = [np.zeros(2), np.zeros(7, np.int16), [0.5, -0.5]]
    assert [len(wave) for wave in checked_waves(ragged, 8000, "docs")] == [2, 7, 2]
    as_objects = np.empty(2, object)
    as_objects[:] = [np.zeros(2), np.zeros(3)]
    assert [len(wave) for wave in checked_waves(as_objects, 8000, "docs")] == [2, 3]
    assert checked_waves([], 8000, "docs") == []
    assert checked_waves(np.zeros((0, 5)), 8000, "docs") == []


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.zeros(5), r"Task\(X=\.\.\.\): sounds must be an array of shape \(n, samples\)"),
        (np.zeros((2, 5, 2)), r"This one is \(2, 5, 2\); average channels"),
        (np.zeros((2, 0)), r"row 0 has no sample"),
        ([np.zeros(3), np.zeros((3, 2))], r"row 1 is of shape \(3, 2\)"),
        ([np.zeros(3), np.zeros(0)], r"row 1 has no sample"),
        ([1.0, 2.0], r"row 0 is of shape \(\)"),
        ([[1, 2, 3]], r"row 0 holds int64; samples must be fractions"),
        (np.zeros((2, 5), bool), "holds bool"),
        (np.zeros((2, 5), complex), "holds complex128"),
        (["a.wav"], r"row 0 is of shape \(\)"),
        ("a.wav", "must be an array"),
        (7, "must be an array"),
        (np.array([[0, 0], [0, np.nan]]), "row 1: sample 1 is NaN or infinite"),
        ([np.array([0.0, -np.inf])], "row 0: sample 1 is NaN or infinite"),
        ([np.array([0.0, 0.1, -20_000])], "row 0: sample 2 is 20,000; fractions must lie"),
    ],
)
def test_what_is_no_sound_is_refused(array: Any, told: str) -> None:
    with pytest.raises(BadData, match=told):
        checked_waves(array, 8000, "Task")


@pytest.mark.parametrize("rate", [0, 99, 5_000_000, 8000.0, "8000", None])
def test_rates_that_cannot_be(rate: Any) -> None:
    with pytest.raises(BadParameter, match=r"Task\(rate=.*\): rate must be a whole number of 100"):
        checked_waves([np.zeros(3)], rate, "Task")


def test_a_sample_is_read_in_blocks() -> None:
    array = np.random.default_rng(0).integers(-1000, 1000, 2_500_000).astype(np.int16)
    blocks = list(Sample(array, 8000, "x").blocks(7, 2_400_000))
    assert [block.shape[1] for block in blocks] == [1, 1, 1]
    np.testing.assert_array_equal(np.concatenate(blocks)[:, 0], fractions(array[7:2_400_000]))
