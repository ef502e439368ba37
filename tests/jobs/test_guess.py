"""fondo.jobs.guess: which task a target column asks for, and the reason given."""

import polars as pl
import pytest

from fondo.jobs.guess import MOST_CLASSES, guess, guess_of

CLASSES, NUMBERS = "table-classifier", "table-regressor"


@pytest.mark.parametrize(
    ("values", "task", "why"),
    [
        (["a", "b", "a"], CLASSES, "'t' holds 2 different words"),
        ([True, False, True], CLASSES, "2 different words"),
        ([0, 1, 1, 0], CLASSES, "2 different whole numbers"),
        ([0.0, 1.0, None, 0.0], CLASSES, "2 different whole numbers"),
        (list(range(MOST_CLASSES)) * 5, CLASSES, "20 different whole numbers"),
        (list(range(MOST_CLASSES)) * 4, NUMBERS, "20 different whole numbers"),
        (list(range(MOST_CLASSES + 1)) * 9, NUMBERS, "21 different whole numbers"),
        ([1.5, 2.25, 3.0], NUMBERS, "3 different numbers"),
        (["1.5"] * 19 + ["abc"], NUMBERS, "95.0% of the entries of 't' are numbers"),
        (["1.5"] * 9 + ["abc"], CLASSES, "2 different words"),
        (["007", "012", "007"], CLASSES, "2 different words"),  # zeros that count: codes
        ([None, None], CLASSES, "0 different words"),
    ],
)
def test_the_task_follows_from_the_values(values, task, why) -> None:
    found = guess(pl.Series("t", values))
    assert (found.task, found.why) == (task, found.why)
    assert why in found.why


@pytest.mark.parametrize(
    ("names", "task"),
    [
        (["x1", "y1", "x2", "y2"], "image-keypoints"),
        (["left_eye_x", "left_eye_y", "mouth_x", "mouth_y"], "image-keypoints"),
        (["1X", "1Y", "2X", "2Y"], "image-keypoints"),
        (["x", "y"], "image-regressor"),  # a point alone has no size to measure errors by
        (["angle", "speed"], "image-regressor"),
        (["x1", "x2", "y1", "y2"], "image-regressor"),  # no x and y of one point after the other
        (["x1", "y1", "x2"], "image-regressor"),
        (["x1", "y1", "x2", "y3"], "image-regressor"),
    ],
)
def test_columns_that_are_pairs_are_points_and_others_numbers(names, task) -> None:
    frame = pl.DataFrame({"picture": ["a.png"]} | {name: [0.5] for name in names})
    assert guess_of(frame, ",".join(names)).task == task
