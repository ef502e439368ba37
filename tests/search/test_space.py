"""fondo.search.space: choices and ranges, and what is no space."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo import TableClassifier
from fondo.errors import BadData, BadParameter
from fondo.search.space import Choices, Range, Space, make_space, read_space


@given(st.floats(0.001, 10), st.floats(1.01, 100), st.booleans(), st.integers(0, 99))
def test_draws_stay_within_their_range(low, factor, log, seed):
    each = Range(low, low * factor, log=log)
    drawn = [each.draw(np.random.default_rng((seed, k))) for k in range(20)]
    assert all(low * (1 - 1e-5) <= value <= low * factor * (1 + 1e-5) for value in drawn)


def test_logarithmic_draws_are_even_over_powers():
    random, each = np.random.default_rng(0), Range(1e-4, 1.0, log=True)
    drawn = np.array([each.draw(random) for _ in range(4000)])
    # four powers of ten: a quarter of the draws in each
    shares = np.histogram(np.log10(drawn), bins=4, range=(-4, 0))[0] / 4000
    np.testing.assert_allclose(shares, 0.25, atol=0.03)


def test_whole_ranges_hold_both_ends():
    random, each = np.random.default_rng(0), Range(1, 3, whole=True)
    assert {each.draw(random) for _ in range(200)} == {1, 2, 3}
    assert Range(1, 3, whole=True, steps=9).points() == (1, 2, 3)
    assert Range(0.01, 1, log=True, steps=3).points() == (0.01, 0.1, 1.0)


def test_a_grid_is_every_combination_in_order():
    space = Space({"a": Choices((1, 2)), "b": Range(0.0, 1.0, steps=2)})
    found = [tuple(settings.values()) for settings in space.grid()]
    assert found == [(1, 0.0), (1, 1.0), (2, 0.0), (2, 1.0)]
    with pytest.raises(BadParameter, match=r"how many points 'b' has. Give steps"):
        list(Space({"b": Range(0.0, 1.0)}).grid())


def test_a_space_is_read_as_it_was_written(tmp_path):
    given_ = {"hidden": [[8], [8, 4]], "learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
    path = tmp_path / "space.json"
    path.write_text(json.dumps(given_), encoding="utf-8")
    space = make_space(read_space(path), TableClassifier)
    assert space.dimensions["hidden"] == Choices(((8,), (8, 4)))
    assert json.loads(json.dumps(space.to_json())) == given_


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({}, "the space is empty"),
        ({"hiden": [(8,)]}, "no such setting. Did you mean 'hidden'"),
        ({"architecture": [1]}, "architecture is a group. Name one of architecture.hidden"),
        ({"epochs": []}, "the choices of 'epochs' are empty"),
        ({"dropout": {"low": 0.5, "high": 0.1}}, "range of 'dropout' is upside down, from 0.5"),
        ({"dropout": {"low": 0.5}}, "range of 'dropout' must have low and high"),
        ({"dropout": {"low": 0.1, "high": 0.2, "to": 1}}, "Found .'high', 'low', 'to'"),
        ({"l2": {"low": 0.0, "high": 0.1, "log": True}}, "must lie above 0. 'l2' starts at 0"),
        ({"l2": {"low": "a", "high": 0.1}}, "ends of 'l2' must be finite numbers"),
        ({"dropout": {"low": 0.1, "high": 1.5}}, r"MLP\(dropout=1.5\): dropout must be"),
        ({"epochs": [5, 0]}, r"TableClassifier\(epochs=0\): epochs must be"),
        ({"epochs": 5}, "'epochs' must be a list of values or a range. Found 5"),
    ],
)
def test_what_is_no_space_is_refused(space, message):
    with pytest.raises(BadParameter, match=message):
        make_space(space, TableClassifier)


def test_files_that_hold_no_space_are_refused(tmp_path):
    with pytest.raises(BadData, match="there is no such file. Give a JSON file"):
        read_space(tmp_path / "none.json")
    path = tmp_path / "space.json"
    for text, message in (("{", "is no JSON file"), ("[1]", "must be a JSON object.*a list")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadData, match=message):
            read_space(path)
