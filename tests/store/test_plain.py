"""JSON, strict both ways."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadParameter
from fondo.store.plain import dump, parse

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9
)


@given(VALUES)
def test_plain_values_come_back(value: Any) -> None:
    assert parse(dump(value, "it")) == value


@given(VALUES)
def test_the_reference_reader_agrees(value: Any) -> None:
    assert json.loads(dump(value, "it")) == value


def test_numpy_numbers_and_tuples_become_plain() -> None:
    value = {"a": np.float32(0.5), "b": (np.int64(3), np.bool_(True)), "c": np.float64(2)}
    found = parse(dump(value, "it"))
    assert found == {"a": 0.5, "b": [3, True], "c": 2.0}
    assert type(found["b"][1]) is bool


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, r"write\(model=nan\): must be finite"),
        ({"cap": [1, math.inf]}, r"write\(model.cap\[1\]=inf\)"),
        ({"weights": {0: 1.0}}, r"write\(model.weights=dict\): .* mappings with text keys"),
        ({"a": b"x"}, r"write\(model.a=bytes\)"),
        ({"a": object()}, r"write\(model.a=object\).*Convert it first"),
        ({"a": np.zeros(2)}, r"write\(model.a=ndarray\)"),
    ],
)
def test_what_json_cannot_hold_is_refused_by_name(value: Any, message: str) -> None:
    with pytest.raises(BadParameter, match=message):
        dump(value, "model")


def test_gaps_are_null_where_they_are_allowed() -> None:
    rows = [{"loss": math.nan, "best": np.float32(-math.inf), "epoch": 1}]
    assert parse(dump(rows, "history", gaps=True)) == [{"loss": None, "best": None, "epoch": 1}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[NaN]", "NaN is no JSON number"),
        (b"[-Infinity]", "-Infinity is no JSON number"),
        (b"[1e999]", "1e999 is out of range"),
        (b"[" + b"9" * 5000 + b"]", "5000 digits is out of range"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": 1, "a": 2}', "a name stands twice"),
        (b"\xff\xfe", "utf-8"),
        (b"{'a': 1}", "Expecting property name"),
        (b"", "Expecting value"),
        (b"{} {}", "Extra data"),
    ],
)
def test_what_is_wrong_with_a_text_is_a_value_error(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)
