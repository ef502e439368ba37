"""Permutation importance against scikit-learn's, its laws, and cases worked by hand."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.inspection import permutation_importance

from fondo.errors import BadData, BadParameter
from fondo.explain.importance import Importance, _summary, importance, losses
from fondo.judge.answers import Answers

SLOPES = np.array([3.0, -1.0, 0.0])


class Line(BaseEstimator):
    """A fitted linear model, for scikit-learn."""

    def fit(self, X: Any, y: Any) -> "Line":
        return self

    def predict(self, X: Any) -> np.ndarray:
        return np.asarray(X) @ SLOPES


@dataclass
class Toy:
    """What `importance` asks of a task: a linear function, or three classes by nearness."""

    kind: str = "number"
    certain: bool = True
    unit: float = 1.0
    asked: list[int] = field(default_factory=list)

    @property
    def explained_columns(self) -> list[str]:
        return ["a", "b", "c"]

    def read(self, X: Any, y: Any = None) -> tuple[pl.DataFrame, Any]:
        return pl.DataFrame(X), y

    def n_rows(self, X: pl.DataFrame) -> int:
        return X.height

    def take(self, X: pl.DataFrame, rows: np.ndarray) -> pl.DataFrame:
        return X[rows.tolist()]

    def shuffled(self, X: pl.DataFrame, column: str, order: np.ndarray) -> pl.DataFrame:
        assert sorted(order.tolist()) == list(range(X.height))
        return X.with_columns(X[column].gather(order.tolist()))

    def answers(self, X: pl.DataFrame) -> Answers:
        self.asked.append(X.height)
        numbers = X.select("a", "b", "c").to_numpy() @ SLOPES * self.unit
        if self.kind == "number":
            return Answers(numbers=numbers)
        classes = np.array(["low", "middle", "up"])
        p = np.exp(-np.abs(numbers[:, None] - np.array([-2.0, 0.0, 2.0])))
        p = p / p.sum(axis=1, keepdims=True)
        labels = classes[p.argmax(axis=1)]
        return Answers(labels=labels, probabilities=p if self.certain else None, classes=classes)


def table(n: int, seed: int = 0) -> pl.DataFrame:
    return pl.DataFrame(np.random.default_rng(seed).normal(size=(n, 3)), schema=["a", "b", "c"])


def test_two_rows_by_hand() -> None:
    # the answer 3 a is right; a swap of a = 0 and a = 1 makes both rows wrong by 3
    X = pl.DataFrame({"a": [0.0, 1.0], "b": [0.0, 0.0], "c": [0.0, 0.0]})
    found = {each.name: each for each in importance(Toy(), X, np.array([0.0, 3.0]), repeats=1)}
    assert found["a"].value in (0.0, 3.0)
    assert found["b"] == Importance("b", 0.0, 0.0, 0.0)
    many = importance(Toy(), X, np.array([0.0, 3.0]), repeats=400)[0]
    assert many.name == "a"
    assert many.value == pytest.approx(1.5, abs=0.25)  # swapped half of the time


def test_scikit_learn_agrees() -> None:
    X = table(300)
    y = X.to_numpy() @ SLOPES + np.random.default_rng(1).normal(size=300)
    reference = permutation_importance(
        Line(), X.to_numpy(), y, scoring="neg_mean_absolute_error", n_repeats=40, random_state=0
    )
    found = {each.name: each.value for each in importance(Toy(), X, y, repeats=40)}
    np.testing.assert_allclose(
        [found[name] for name in "abc"], reference.importances_mean, rtol=0.02, atol=0.02
    )


def test_the_interval_holds_the_importance_on_many_rows() -> None:
    def measured(n: int, seed: int) -> Importance:
        X = table(n, seed)
        y = X.to_numpy() @ SLOPES + np.random.default_rng(seed).normal(size=n)
        return importance(Toy(), X, y, seed=seed)[0]

    truth = measured(2000, 99).value
    hits = sum((found := measured(100, seed)).low <= truth <= found.high for seed in range(40))
    assert hits >= 32


@given(st.integers(0, 2**32 - 1))
def test_a_column_that_is_not_used_has_no_importance(seed: int) -> None:
    X = table(30, seed)
    found = {each.name: each for each in importance(Toy(), X, X["a"].to_numpy(), seed=seed)}
    assert found["c"] == Importance("c", 0.0, 0.0, 0.0)
    assert found["a"].low <= found["a"].value <= found["a"].high


def test_in_a_unit_a_thousand_times_smaller_everything_is_a_thousand_times_larger() -> None:
    X = table(50)
    y = X["a"].to_numpy()
    large, small = importance(Toy(), X, y)[0], importance(Toy(unit=1000.0), X, 1000 * y)[0]
    ends = [large.value, large.low, large.high]
    np.testing.assert_allclose([small.value, small.low, small.high], np.multiply(ends, 1000))


def test_the_interval_by_hand() -> None:
    # rises of 0, 1, 2 and 3: mean 1.5, deviation sqrt(5 / 3), so 1.96 * 1.2910 / 2 = 1.2651
    found = _summary("x", np.array([0.0, 1.0, 2.0, 3.0]))
    np.testing.assert_allclose(
        [found.value, found.high - 1.5, 1.5 - found.low], [1.5, 1.2651, 1.2651], atol=1e-4
    )


def test_the_most_important_comes_first() -> None:
    X = table(200)
    found = importance(Toy(), X, X.to_numpy() @ SLOPES)
    assert [each.name for each in found] == ["a", "b", "c"]
    assert json.loads(json.dumps(found[2].to_json())) == {
        "name": "c",
        "value": 0.0,
        "low": 0.0,
        "high": 0.0,
    }


def test_every_call_has_one_shape_and_rows_are_drawn() -> None:
    toy = Toy()
    importance(toy, table(90), np.zeros(90), repeats=3, max_rows=40)
    assert toy.asked == [120] * 4


def test_the_same_seed_gives_the_same_importances() -> None:
    X = table(90)
    one, same, other = (importance(Toy(), X, X["b"].to_numpy(), seed=s) for s in (3, 3, 4))
    assert one == same != other


def test_the_loss_of_classes_is_surprise_in_nats() -> None:
    X = pl.DataFrame({"a": [0.0, 0.0], "b": [0.0, 0.0], "c": [0.0, 0.0]})
    # number 0: distances 2, 0, 2 to the classes, so p(middle) = 1 / (1 + 2 e^-2)
    surprise = np.log(1 + 2 * np.exp(-2))
    found = losses(Toy("class"), X, np.array(["middle", "up"]))
    np.testing.assert_allclose(found, [surprise, surprise + 2])
    assert losses(Toy("class", certain=False), X, np.array(["middle", "up"])).tolist() == [0, 1]


def test_a_certain_mistake_costs_a_finite_amount() -> None:
    X = pl.DataFrame({"a": [1000.0], "b": [0.0], "c": [0.0]})
    toy = Toy("class")
    certain, classes = np.array([[0.0, 0.0, 1.0]]), np.array(["low", "middle", "up"])
    toy.answers = lambda X: Answers(probabilities=certain, classes=classes)  # type: ignore[method-assign]
    # -log 1e-7 = 7 log 10 = 16.118
    assert losses(toy, X, np.array(["low"])).tolist() == [pytest.approx(16.118, abs=1e-3)]
    assert losses(toy, X, np.array(["up"])).tolist() == [0]


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(
        BadParameter, match=r"importance\(repeats=0\): repeats must be .* at least 1"
    ):
        importance(Toy(), table(9), np.zeros(9), repeats=0)
    with pytest.raises(BadParameter, match=r"importance\(max_rows=1\): max_rows must be"):
        importance(Toy(), table(9), np.zeros(9), max_rows=1)
    with pytest.raises(BadData, match="importance: the targets are missing. Give at least 2 rows"):
        importance(Toy(), table(9), None)
    with pytest.raises(BadData, match="importance: there are too few rows"):
        importance(Toy(), table(1), np.zeros(1))
