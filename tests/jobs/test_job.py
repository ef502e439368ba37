"""fondo.jobs.job, rows and roles: what is asked for, and what rows come of it."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from fondo.data.fingerprint import fingerprint
from fondo.errors import BadData, BadParameter
from fondo.jobs.job import Job, check_job
from fondo.jobs.roles import LARGEST, gap_notes, shown
from fondo.jobs.rows import name_of, rows_of, split

CLASSES = Job("t.csv", "y", "table-classifier")
NUMBERS = Job("t.csv", "v", "table-regressor")


def with_(job: Job, **changes) -> Job:
    return dataclasses.replace(job, **changes)


def test_a_job_comes_back_from_json() -> None:
    job = with_(CLASSES, drop=("a", "b"), group="g", settings={"epochs": "3"}, test=0.3)
    written = job.to_json()
    assert written["drop"] == ["a", "b"]
    assert Job.from_json(written) == job


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"test": 0}, r"train\(test=0\): test must be a share between 0 and 1, such as 0.2"),
        ({"test": 1}, "must be a share"),
        ({"test": float("nan")}, "must be a share"),
        ({"seed": -1}, r"train\(seed=-1\): seed must be a whole number from 0 to 4294967295"),
        ({"group": "a", "time": "b"}, r"train\(group='a', time='b'\): only one of the two"),
        ({"group": "y"}, r"train\(group='y'\): this is the target column. Choose another"),
        ({"time": "y"}, "this is the target"),
        ({"weight": "y"}, "this is the target"),
        ({"drop": ("a", "y")}, r"train\(drop='y'\): this is the target"),
    ],
)
def test_what_cannot_be_is_refused(changes, match) -> None:
    with pytest.raises(BadParameter, match=match):
        check_job(with_(CLASSES, **changes))


def test_rows_without_a_target_are_set_aside_and_the_others_keep_their_places(table) -> None:
    frame = table(6, y=["a", None, "b", "a", None, "b"], w=[1, 2, 3, 4, 5, 6])
    rows = rows_of(with_(CLASSES, weight="w", drop=("v",)), frame)
    assert rows.X.columns == ["x", "z", "colour"]
    assert rows.y.to_list() == ["a", "b", "a", "b"]
    assert rows.places.tolist() == [0, 2, 3, 5]
    assert rows.weight.tolist() == [1, 3, 4, 6]
    assert rows.notes == [
        "2 of 6 rows have no value in 'y' and were set aside (rows 1, 4, counted from 0)."
    ]
    part = rows.take(np.array([1, 3]))
    assert (part.places.tolist(), part.weight.tolist()) == ([2, 5], [3, 6])


def test_numbers_written_as_words_are_targets_too(table) -> None:
    rows = rows_of(NUMBERS, table(4, v=["1", "2.5", "NA", " 4"]))
    assert rows.y.to_list() == [1.0, 2.5, 4.0]


INF = float("inf")


@pytest.mark.parametrize(
    ("job", "columns", "match"),
    [
        (CLASSES, {"y": [None] * 4}, "t.csv: no row has a value in the target column 'y'"),
        (NUMBERS, {"v": [float("nan")] * 4}, "no row has a value in the target column 'v'"),
        (NUMBERS, {"v": [1.0, 2.0, -INF, 3.0]}, r"column 'v' \(target\), row 2: -inf is beyond"),
        (NUMBERS, {"v": [1.0, 10 * LARGEST, 2.0, 3.0]}, "row 1: 1e.151 is beyond what can be"),
        (NUMBERS, {"v": ["1", "2", "x", "3"]}, "row 2: 'x' is no number. Correct it, leave"),
        (CLASSES, {"y": [[1]] * 4}, "target column 'y' holds lists or objects"),
        (CLASSES, {"y": pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 4), eager=True)},
         "target column 'y' holds dates or times. Turn it into numbers"),
        (with_(CLASSES, weight="w"), {"w": [1, None, 1, 1]}, r"'w' \(weight\), row 1 holds a gap"),
        (with_(CLASSES, weight="w"), {"w": [1, 1, -2, 1]}, "row 2 holds -2. Every row"),
        (with_(CLASSES, weight="w"), {"w": [1.0, 1.0, INF, 1.0]}, "row 2 holds inf"),
        (with_(CLASSES, weight="w"), {"w": list("abcd")}, "row 0: 'a' is no number"),
        (with_(CLASSES, time="t"), {"t": ["2024-01-02", "2024-02-01", "soon", None]},
         r"t.csv: column 't' \(time\), row 2: 'soon' is no date"),
        (with_(CLASSES, target="Y"), {}, "no column 'Y' .target.. Did you mean 'y'?"),
        (with_(CLASSES, drop=("color",)), {}, "no column 'color' .drop.. Did you mean 'colour'?"),
        (with_(CLASSES, drop=("x", "z", "colour", "v")), {}, "no column is left to learn from"),
    ],
)  # fmt: skip
def test_columns_that_cannot_play_their_part_are_told_with_file_and_row(
    table, job, columns, match
) -> None:
    with pytest.raises(BadData, match=match):
        rows_of(job, table(4, **columns))


@pytest.mark.parametrize(
    ("job", "columns", "match"),
    [
        (NUMBERS, {"v": [3.5] * 8}, "every training row has the same value, '3.5'"),
        (CLASSES, {"y": ["a"] * 8}, "every training row has the same value, 'a', in the target"),
        (CLASSES, {"y": list("abcdefgh")}, "the 8 rows have as many different values in the"),
        (with_(CLASSES, target="v"), {}, "holds fractions such as .*which are no classes"),
        (with_(CLASSES, group="g"), {"g": [1] * 8}, "the group column 'g' has only one value"),
        (with_(CLASSES, time="t"), {"t": [1] * 8}, "the time column 't' has only one value"),
        (with_(CLASSES, group="y2"), {"y2": list("aaaabbbb"), "y": list("aaaabbbb")},
         "there is nothing to learn"),
        (with_(CLASSES, time="t"), {"t": [1] * 6 + [2] * 2, "y": list("abababcc")},
         "no test row has a class of 'y' that a training row has"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_parted_are_told(table, job, columns, match) -> None:
    with pytest.raises(BadData, match=match):
        split(job, rows_of(job, table(8, **columns)))


def test_one_row_cannot_be_parted(table) -> None:
    with pytest.raises(BadData, match="t.csv: 1 row with a target. At least 2 are needed"):
        split(CLASSES, rows_of(CLASSES, table(1)))


def test_a_class_of_one_row_is_learnt_from_and_told(table) -> None:
    frame = table(40, y=["a", "b"] * 19 + ["a", "rare"])
    training, test = split(CLASSES, rows_of(CLASSES, frame))
    assert "rare" in training.y.to_list()
    assert "rare" not in test.y.to_list()
    assert "1 of 3 classes have a single training row ('rare')" in test.notes[-1]


def test_later_rows_of_unknown_classes_are_set_aside_and_told(table) -> None:
    job = with_(CLASSES, time="t")
    frame = table(20, t=[1] * 16 + [2] * 4, y=["a", "b"] * 8 + ["a", "b", "new", "new"])
    training, test = split(job, rows_of(job, frame))
    assert (training.X.height, test.y.to_list()) == (16, ["a", "b"])
    assert test.notes == [
        "2 of 4 test rows were set aside: no training row has their class ('new')."
    ]


def test_times_in_words_part_the_latest_rows(table) -> None:
    job = with_(CLASSES, time="t")
    days = [f"{1 + k % 28:02d}.{1 + k // 28:02d}.2024" for k in range(40)]
    training, test = split(job, rows_of(job, table(40, t=days[::-1])))
    assert test.places.tolist() == list(range(8))  # the table runs backwards
    assert training.times.max() < test.times.min()


def test_gaps_in_groups_and_times_follow_a_stated_rule(table) -> None:
    frame = table(6, g=["a", None, "b", None, "c", "c"])
    (told,) = gap_notes(with_(CLASSES, group="g"), frame)
    assert told == (
        "2 of 6 rows have no value in 'g' (group) and stay together as one group (rows 1, 3, "
        "counted from 0)."
    )
    assert shown(np.ones(9, bool)) == "0, 1, 2, 3, 4, ..."


def test_a_source_is_called_by_what_the_user_wrote(table) -> None:
    assert name_of("sample:iris") == "sample:iris"
    assert name_of(table(2)) == "frame"


def test_split_is_that_of_its_seed(table) -> None:
    rows = rows_of(CLASSES, table())
    one, again, other = (split(with_(CLASSES, seed=s), rows)[1] for s in (0, 0, 1))
    assert fingerprint(one.X) == fingerprint(again.X) != fingerprint(other.X)
