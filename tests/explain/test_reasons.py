"""Reasons of single rows, on tasks small enough to check."""

import datetime
import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData, BadParameter
from fondo.explain.reasons import Reason, reasons
from fondo.judge.answers import Answers


@dataclass
class Toy:
    """What `reasons` asks of a task: a price per column, or two classes by the sign of it."""

    kind: str = "number"
    asked: list[int] = field(default_factory=list)
    explained_columns: tuple[str, ...] = ("size", "age")

    def read(self, X: Any, y: Any = None) -> tuple[pl.DataFrame, Any]:
        return pl.DataFrame(X), y

    def n_rows(self, X: pl.DataFrame) -> int:
        return X.height

    def take(self, X: pl.DataFrame, rows: np.ndarray) -> pl.DataFrame:
        return X[rows.tolist()]

    def answers(self, X: pl.DataFrame) -> Answers:
        self.asked.append(X.height)
        price = (3 * X["size"] - X["age"]).to_numpy().astype(float)
        if self.kind == "number":
            return Answers(numbers=price)
        p = 1 / (1 + np.exp(-price))
        classes = np.array(["cheap", "dear"])
        both = np.stack([1 - p, p], axis=1)
        return Answers(labels=classes[both.argmax(axis=1)], probabilities=both, classes=classes)


ROWS = {"size": [5.0, 1.0], "age": [10, 1], "name": ["x", "y"]}
BACKGROUND = {"size": [1.0, 3.0], "age": [0, 4], "name": ["u", "v"]}


def test_a_price_by_hand() -> None:
    # background means: size 2, age 2; so 3 (5 - 2) = 9 and -(10 - 2) = -8; second row -3 and 1
    found = reasons(Toy(), ROWS, BACKGROUND)
    assert [[(each.name, each.shown) for each in row] for row in found] == [
        [("size", 5.0), ("age", 10)],
        [("size", 1.0), ("age", 1)],
    ]
    effects = [[each.effect for each in row] for row in found]
    np.testing.assert_allclose(effects, [[9, -8], [-3, 1]], atol=1e-12)


def test_effects_of_a_class_move_the_probability_of_the_answer() -> None:
    toy = Toy("class")
    for row, why in enumerate(reasons(toy, ROWS, BACKGROUND)):
        chosen = int(np.asarray(toy.answers(pl.DataFrame(ROWS)).probabilities)[row].argmax())
        of_row = np.asarray(toy.answers(pl.DataFrame(ROWS)).probabilities)[row, chosen]
        base = np.asarray(toy.answers(pl.DataFrame(BACKGROUND)).probabilities)[:, chosen].mean()
        np.testing.assert_allclose(sum(each.effect for each in why), of_row - base, atol=1e-12)


def test_the_strongest_reason_comes_first() -> None:
    for why in reasons(Toy(explained_columns=("age", "size")), ROWS, BACKGROUND):
        sizes = [abs(each.effect) for each in why]
        assert sizes == sorted(sizes, reverse=True)


def test_the_network_is_asked_once_a_row_in_one_shape() -> None:
    toy = Toy()
    reasons(toy, {name: values * 4 for name, values in ROWS.items()}, BACKGROUND, samples=10)
    assert toy.asked == [2 * 6 * 3] * 8  # 5 pairs make 6: 3 for each background row


def test_a_wide_table_asks_no_more_than_a_bounded_number_of_rows() -> None:
    names = tuple(f"x{i}" for i in range(400))
    wide = {**ROWS, **{name: [0.0, 1.0] for name in names}}
    toy = Toy(explained_columns=names)
    reasons(toy, {name: values[:1] for name, values in wide.items()}, wide)
    assert toy.asked[0] <= 2 << 14
    assert toy.asked[0] * 400 <= 2 << 22


def test_background_rows_are_drawn_by_seed() -> None:
    many = {"size": np.arange(500.0), "age": np.zeros(500), "name": ["z"] * 500}
    one, same, other = (reasons(Toy(), ROWS, many, seed=seed) for seed in (0, 0, 1))
    assert one == same != other


def test_columns_that_only_one_table_has_do_not_matter() -> None:
    found = reasons(Toy(), {**ROWS, "price": [1, 2]}, {**BACKGROUND, "row": [0, 1]})
    assert found == reasons(Toy(), ROWS, BACKGROUND)


def test_what_cannot_be_explained_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"reasons\(samples=1\): samples must be .* at least 2"):
        reasons(Toy(), ROWS, BACKGROUND, samples=1)
    with pytest.raises(BadData, match=r"reasons\(background\): there are no rows to compare with"):
        reasons(Toy(), ROWS, {name: values[:0] for name, values in BACKGROUND.items()})
    with pytest.raises(BadData, match="column 'age' is not in both tables"):
        reasons(Toy(), {"size": [1.0], "age": [2]}, {"size": [1.0]})


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (5.0, 5.0),
        (True, True),
        ("ü", "ü"),
        (None, None),
        (math.inf, None),
        (datetime.date(2024, 2, 29), "2024-02-29"),
    ],
)
def test_a_reason_is_plain_json(shown: Any, told: Any) -> None:
    document = json.loads(json.dumps(Reason("x", shown, 0.5).to_json(), allow_nan=False))
    assert document == {"name": "x", "shown": told, "effect": 0.5}


def test_a_gap_is_shown_as_none() -> None:
    rows = {"size": [math.nan], "age": [1], "name": ["x"]}
    found = {each.name: each.shown for each in reasons(Toy(), rows, BACKGROUND)[0]}
    assert found == {"size": None, "age": 1}
