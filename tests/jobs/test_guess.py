"""fondo.jobs.guess: which task a target column asks for, and the reason given."""

import polars as pl
import pytest

from fondo.jobs.guess import MOST_CLASSES, guess

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
