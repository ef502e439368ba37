"""fondo.explain.audio.quartiles: counts by hand, intervals, and when nothing is said."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.explain.audio.quartiles import FEWEST, quarters
from fondo.judge.intervals import wilson


def test_counts_and_intervals_by_hand():
    values, right = np.arange(80.0)[::-1], np.arange(80)[::-1] % 20 < 15
    found = quarters(values, right)
    assert [(q.low, q.high, q.n, q.right) for q in found] == [
        (0, 19, 20, 15), (20, 39, 20, 15), (40, 59, 20, 15), (60, 79, 20, 15),
    ]  # fmt: skip
    assert found[0].share == 0.75
    assert found[0].ends == wilson(15, 20, 1 - 0.05 / 4)[:2]
    assert found[0].to_json()["n"] == 20


def test_equal_values_are_not_parted():
    values = np.repeat([1.0, 2.0], [70, 10])
    found = quarters(values, values > 1)
    assert [(q.low, q.n, q.right) for q in found] == [(1, 70, 0), (2, 10, 10)]
    assert found[0].ends == wilson(0, 70, 1 - 0.05 / 2)[:2]


@pytest.mark.parametrize("values", [np.arange(FEWEST - 1.0), np.ones(200), np.zeros(0)])
def test_few_or_equal_sounds_say_nothing(values):
    assert quarters(values, np.ones(len(values), bool)) == []


@given(arrays(float, st.integers(FEWEST, 120), elements=st.floats(-60, 0)))
def test_every_sound_is_in_one_quarter(values):
    right = np.arange(len(values)) % 3 == 0
    found = quarters(values, right)
    if found:
        assert sum(q.n for q in found) == len(values)
        assert sum(q.right for q in found) == right.sum()
        assert all(a.high < b.low for a, b in pairwise(found))
        assert 2 <= len(found) <= 4
