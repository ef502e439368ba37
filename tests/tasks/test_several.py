"""fondo.tasks.several: targets of several numbers a row, read with their names, and checked."""

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData
from fondo.tasks.several import Targets, aligned, checked, titles, too_large, with_names

PLAIN = np.array([[0.5, 20.0], [0.1, 30.0]])


@pytest.mark.parametrize("kind", ["polars", "pandas", "records"])
def test_columns_of_a_frame_keep_their_names(kind):
    made = {"angle": [0.5, 0.1], "speed": [20.0, 30.0]}
    if kind == "pandas":
        y = pytest.importorskip("pandas").DataFrame(made)
    else:
        y = pl.DataFrame(made) if kind == "polars" else pl.DataFrame(made).to_struct("both")
    found = with_names(y)
    assert isinstance(found, Targets)
    assert found.names == ("angle", "speed")
    assert np.array_equal(found, PLAIN)
    assert found[[1]].names == ("angle", "speed")  # rows of it keep them


def test_other_targets_are_left_as_they_are():
    for y in (PLAIN, [1, 2], pl.Series("a", [1.0]), None):
        assert with_names(y) is y


def test_rows_that_are_lists_become_an_array():
    rows = np.empty(2, object)
    rows[:] = [[0.5, 20], (0.1, 30)]
    assert np.array_equal(checked(rows, "R"), PLAIN)
    assert checked(PLAIN.astype("f4"), "R").dtype == "f8"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[0.5, "fast"], [0.1, 30]], r"R: the target 'speed' of row 0 is 'fast', which is no num"),
        ([[0.5, 20], [np.nan, 30]], "R: the target is missing in 1 rows, first 'angle' in row 1"),
        ([[0.5, None], [None, 30]], "R: the target is missing in 2 rows, first 'speed' in row 0"),
        ([[0.5, 20], [0.1, -np.inf]], "R: the target 'speed' of row 1 is infinity, beyond what"),
        ([[1e200, 20], [0.1, 30]], r"'angle' of row 0 is 1e\+200, beyond what can be learnt"),
    ],
    ids=["text", "gap", "none", "infinite", "large"],
)
def test_what_is_no_number_is_named_by_row_and_target(values, message):
    y = np.array(values, dtype=object).view(Targets)
    y.names = ("angle", "speed")
    with pytest.raises(BadData, match=message):
        checked(y, "R")


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros((2, 2, 2)), r"\(n,\) or several \(n, k\). Found shape \(2, 2, 2\)"),
        (np.zeros((2, 0)), r"Found shape \(2, 0\)"),
        (np.array([[1.0], [1.0, 2.0]], dtype=object), "rows hold different numbers of targets"),
    ],
    ids=["cube", "no column", "ragged"],
)
def test_other_forms_are_refused(y, message):
    with pytest.raises(BadData, match=message):
        checked(y, "R")


def named(*names: str) -> Targets:
    y = PLAIN.view(Targets)
    y.names = names
    return y


def test_named_targets_come_in_the_order_in_which_they_were_learnt():
    found = aligned(named("speed", "angle"), ["angle", "speed"], "R")
    assert np.array_equal(found, PLAIN[:, ::-1])
    assert found.names == ("angle", "speed")


def test_without_names_on_one_side_the_place_decides():
    assert np.array_equal(aligned(named(), ["angle", "speed"], "R"), PLAIN)
    assert np.array_equal(aligned(named("b", "a"), ["target 1", "target 2"], "R"), PLAIN)


def test_targets_that_were_not_learnt_are_refused():
    with pytest.raises(BadData, match=r"2 targets a row, but it was trained on 3 \(a, b, c\)"):
        aligned(named(), ["a", "b", "c"], "R")
    with pytest.raises(BadData, match="no target 'speed', which it was trained on. Did you mean"):
        aligned(named("angle", "speeds"), ["angle", "speed"], "R")


def test_titles_count_what_has_no_name():
    assert titles((), 2) == ("target 1", "target 2")
    assert titles(("a", "b"), 2) == ("a", "b")
    assert "is infinity, beyond" in too_large("R", "of row 1", -np.inf)
