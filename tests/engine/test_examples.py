from typing import Any

import numpy as np
import pytest

from fondo.engine.examples import Examples, Streamed
from fondo.engine.plan import Plan
from fondo.errors import BadData, BadParameter


def test_arrays_take_the_types_of_the_device() -> None:
    inputs = {"a": np.zeros((2, 3)), "b": np.zeros((2, 1), np.int64), "c": np.array([[True]] * 2)}
    examples = Examples(inputs, np.array([0.5, 1]))
    kinds = {name: array.dtype.name for name, array in examples.inputs.items()}
    assert kinds == {"a": "float32", "b": "int32", "c": "float32"}
    assert examples.target.dtype == "float32"
    assert examples.weight.tolist() == [1, 1]
    assert examples.nbytes == 2 * (12 + 4 + 4 + 4 + 4)
    assert not isinstance(examples, Streamed)


@pytest.mark.parametrize(
    ("inputs", "target", "weight", "message"),
    [
        (np.zeros((2, 1)), np.zeros(3), None, "same number of rows"),
        (np.zeros((0, 1)), np.zeros(0), None, "at least one row"),
        (np.zeros((2, 1)), np.zeros(2), np.zeros(3), r"shape must be \(2,\)"),
        (np.zeros((2, 1)), np.zeros(2), [1, -1], "row 1 has weight -1"),
        (np.zeros((2, 1)), np.zeros(2), [np.nan, 1], "row 0 has weight nan"),
        (np.zeros((2, 1)), np.zeros(2), [0, 0], "every row has weight 0"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    inputs: Any, target: Any, weight: Any, message: str
) -> None:
    with pytest.raises(BadData, match=message):
        Examples(inputs, target, weight)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("epochs", 0, r"Plan\(epochs=0\): epochs must be a whole number of at least 1"),
        ("batch_size", 2.5, r"Plan\(batch_size=2.5\)"),
        ("patience", 0, r"Plan\(patience=0\): patience must be None, or a whole number"),
        ("seed", -1, r"Plan\(seed=-1\)"),
        ("checkpoint_seconds", -0.1, r"Plan\(checkpoint_seconds=-0.1\)"),
        ("memory_budget", 0, r"Plan\(memory_budget=0\)"),
    ],
)
def test_plans_that_cannot_be_are_refused(setting: str, value: Any, message: str) -> None:
    with pytest.raises(BadParameter, match=message):
        Plan(**{setting: value})
