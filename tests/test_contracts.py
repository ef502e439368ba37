"""fondo.contracts: each rule holds what it should, reads what a shell gives, and says itself."""

import math
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.contracts import (
    Choice,
    Contract,
    Either,
    Flag,
    Listed,
    Made,
    Nothing,
    Real,
    Table,
    Whole,
    Word,
    check,
    check_value,
    fraction,
    parse,
)
from fondo.errors import BadParameter

CASES: list[tuple[Contract, list[Any], list[Any], str]] = [
    (Whole(1, unit="rows"), [1, np.int64(7)], [0, 1.0, True, "1", None], "at least 1 (rows)"),
    (Whole(0, 9), [0, 9], [10, -1], "a whole number from 0 to 9"),
    (Real(), [0, -1.5, np.float32(2)], [math.nan, math.inf, "1", True], "a finite number"),
    (Real(0, open_low=True), [1e-9], [0, -1], "a number above 0"),
    (Real(0), [0, 5], [-1], "a number of at least 0"),
    (fraction(), [0, 0.99], [1, -0.1], "a number in [0, 1)"),
    (Choice("mse", "mae"), ["mse"], ["MSE", 1, None], "one of 'mse', 'mae'"),
    (Word("a loss", lambda w: w.startswith("q")), ["q:1"], ["p", 1], "a loss"),
    (Flag(), [True, False], [1, "yes"], "True or False"),
    (Nothing(), [None], [0, "none"], "None"),
    (Listed(Whole(1), least=1), [(1,), [2, 3]], [(), (0,), "12", 5], "at least 1 values"),
    (Listed(Whole(1), least=2, most=2), [(1, 2)], [(1,), (1, 2, 3)], "a sequence of 2 values"),
    (Table(Real(0)), [{}, {"a": 1}], [{"a": -1}, [1]], "a mapping whose values"),
    (Made("callable", callable), [len], [1], "callable"),
    (Either(Nothing(), Whole(1)), [None, 3], [0, "x"], "None, or a whole number"),
]


@pytest.mark.parametrize(("contract", "good", "bad", "rule"), CASES)
def test_a_contract_holds_what_its_rule_says(contract, good, bad, rule):
    assert rule in contract.rule
    assert all(contract.holds(value) for value in good)
    assert not any(contract.holds(value) for value in bad)


@pytest.mark.parametrize(
    ("contract", "text", "value"),
    [
        (Whole(1), "12", 12),
        (Real(), "1e-3", 1e-3),
        (Flag(), "Yes", True),
        (Flag(), "false", False),
        (Nothing(), "none", None),
        (Listed(Whole(1)), "64, 32", (64, 32)),
        (Listed(Whole(1)), "(64,)", (64,)),
        (Listed(Whole(1)), "", ()),
        (Table(Real()), "yes:10,no:1", {"yes": 10.0, "no": 1.0}),
        (Table(Choice("number")), "a:b:number", {"a:b": "number"}),
        (Either(Nothing(), Real(0)), "none", None),
        (Either(Nothing(), Real(0)), "3", 3.0),
        (Either(Choice("balanced"), Table(Real())), "balanced", "balanced"),
    ],
)
def test_text_from_a_shell_is_read(contract, text, value):
    assert parse("Task", "setting", text, contract) == value


@pytest.mark.parametrize(
    ("contract", "text", "message"),
    [
        (Whole(1), "many", r"Task\(setting='many'\): setting must be a whole number"),
        (Whole(1), "0", r"Task\(setting=0\): setting must be a whole number of at least 1\."),
        (Flag(), "perhaps", "setting must be True or False"),
        (Nothing(), "some", "setting must be None"),
        (Table(Real()), "yes=10", "must be a mapping"),
        (Made("a layer", callable), "x", "must be a layer"),
        (Choice("robust", "standard"), "standrad", "Did you mean 'standard'"),
        (Either(Nothing(), Choice("balanced")), "balancd", "Did you mean 'balanced'"),
    ],
)
def test_text_that_cannot_be_is_refused_with_the_rule(contract, text, message):
    with pytest.raises(BadParameter, match=message):
        parse("Task", "setting", text, contract)


def test_check_names_the_first_setting_that_breaks_its_contract():
    class Task:
        contracts: ClassVar[dict[str, Contract]] = {"width": Whole(1), "depth": Whole(1)}
        width, depth = 3, 0

    with pytest.raises(BadParameter, match=r"^Task\(depth=0\): depth must be a whole number of"):
        check(Task())


def test_long_values_are_named_by_type():
    with pytest.raises(BadParameter, match=r"Task\(X=list\)"):
        check_value("Task", "X", list(range(500)), Whole())


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_a_whole_number_within_its_ends_goes_to_text_and_back(low, value):
    contract = Whole(low)
    if value >= low:
        assert parse("Task", "n", str(value), contract) == value
    else:
        assert not contract.holds(value)
