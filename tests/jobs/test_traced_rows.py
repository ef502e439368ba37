"""fondo.jobs.traced_rows: sources that are rows of a bare network, and sources that are not."""

import numpy as np
import polars as pl
import pytest

from fondo.backend import keras
from fondo.errors import BadData
from fondo.jobs.traced_rows import check_row, traced


def bare(*shape):
    return keras.Sequential([keras.Input(shape), keras.layers.Flatten()])


def test_a_table_of_numbers_is_read_in_one_line_and_shaped():
    frame = pl.DataFrame({"a": [1, 2], "b": [3, 4], "c": [True, False], "d": [5.0, 6.0]})
    found = traced(bare(2, 2), frame, 1, None)
    assert found.inputs["inputs"].tolist() == [[[2, 4], [0, 6]]]
    assert found.target is None


def test_words_as_target_are_codes_in_their_sorted_order():
    frame = pl.DataFrame({"a": [1, 2, 3], "t": ["b", "a", "c"]})
    assert [traced(bare(1), frame, k, "t").target.item() for k in range(3)] == [1, 0, 2]


def test_words_among_the_numbers_are_refused():
    frame = pl.DataFrame({"a": [1], "name": ["x"]})
    with pytest.raises(BadData, match="'name' holds no numbers. A bare network takes numbers"):
        traced(bare(1), frame, 0, None)


def test_array_files_are_read_without_opening_objects(tmp_path):
    np.savez(tmp_path / "rows.npz", x=np.arange(4.0).reshape(2, 2))
    assert traced(bare(2), tmp_path / "rows.npz", 1, None).inputs["inputs"].tolist() == [[2, 3]]
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}]), allow_pickle=True)
    with pytest.raises(BadData, match=r"objects.npy: no array can be read"):
        traced(bare(2), tmp_path / "objects.npy", 0, None)
    with pytest.raises(BadData, match=r"none.npy: there is no such file"):
        traced(bare(2), tmp_path / "none.npy", 0, None)
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(BadData, match=r"cut.npz: no array can be read"):
        traced(bare(2), tmp_path / "cut.npz", 0, None)


def test_an_open_axis_takes_any_length():
    network = keras.Sequential([keras.Input((None, 2)), keras.layers.LSTM(1)])
    rows = np.ones((1, 7, 2))
    assert traced(network, rows, 0, None).inputs["inputs"].shape == (1, 7, 2)
    with pytest.raises(BadData, match=r"numbers of shape \(None, 2\)"):
        traced(network, np.ones((1, 7, 3)), 0, None)


def test_networks_of_several_inputs_need_a_task():
    a, b = keras.Input((1,)), keras.Input((1,))
    network = keras.Model([a, b], keras.layers.Add()([a, b]))
    with pytest.raises(BadData, match="only networks of one input"):
        traced(network, np.ones((1, 2)), 0, None)


def test_rows_are_counted_from_zero():
    check_row("t.csv", 1, 2)
    with pytest.raises(BadData, match=r"t.csv: there is no row 2. Rows go from 0 to 1"):
        check_row("t.csv", 2, 2)
