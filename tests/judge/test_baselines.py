"""fondo.judge.baselines: against scikit-learn's dummies, by laws, and by hand."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier, DummyRegressor

from fondo.errors import BadData, BadParameter
from fondo.judge.baselines import Naive, naive


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30))
@settings(deadline=None, derandomize=True)
def test_classes_agree_with_scikit_learn(labels):
    y, rows = np.array(labels), np.zeros((len(labels), 1))
    for name, strategy in (("majority", "most_frequent"), ("prior", "prior")):
        theirs = DummyClassifier(strategy=strategy).fit(rows, y)
        ours = naive("class", y)[name].answers(2)
        np.testing.assert_array_equal(ours.labels, theirs.predict(rows[:1].repeat(2, axis=0)))
        np.testing.assert_allclose(ours.probabilities, theirs.predict_proba(np.zeros((2, 1))))
        np.testing.assert_array_equal(ours.classes, theirs.classes_)


def test_numbers_agree_with_scikit_learn():
    y, rows = np.array([1.0, 2.0, 10.0]), np.zeros((3, 1))
    for name in ("mean", "median"):
        theirs = DummyRegressor(strategy=name).fit(rows, y).predict(rows)
        np.testing.assert_allclose(naive("number", y)[name].answers(3).numbers, theirs)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(-10, 10))
@settings(deadline=None, derandomize=True)
def test_no_constant_beats_the_mean_in_squares_or_the_median_in_sizes(values, step):
    y, fools = np.array(values), naive("number", np.array(values))
    mean, median = fools["mean"].value, fools["median"].value
    assert ((y - mean) ** 2).sum() <= ((y - mean - step) ** 2).sum() * (1 + 1e-9) + 1e-3
    assert abs(y - median).sum() <= abs(y - median - step).sum() * (1 + 1e-9) + 1e-6


@pytest.mark.parametrize(
    "y", [np.array(["no", "yes", "no"]), np.array([3, 1, 1]), np.array([True])]
)
def test_a_fool_survives_json(y):
    for fool in naive("class", y).values():
        back = Naive.from_json(json.loads(json.dumps(fool.to_json())))
        assert back == fool
        np.testing.assert_array_equal(back.answers(2).labels, fool.answers(2).labels)
    for fool in naive("number", y == y[0]).values():
        assert Naive.from_json(json.loads(json.dumps(fool.to_json()))) == fool


@pytest.mark.parametrize(
    "plain",
    [
        {},
        None,
        {"kind": "number", "name": "mean", "value": None},
        {"kind": "number", "name": "mean", "value": float("nan")},
        {"kind": "class", "name": "prior", "classes": ["a"], "shares": [0.5]},
        {"kind": "class", "name": "prior", "classes": ["a"], "shares": [0.5, 0.5]},
        {"kind": "class", "name": "clever", "classes": ["a"], "shares": [1.0]},
        {"kind": "class", "name": "prior", "classes": [], "shares": []},
        {"kind": "class", "name": "prior", "classes": ["a", "b"], "shares": ["x", 1]},
    ],
)
def test_damaged_json_is_refused(plain):
    with pytest.raises(BadData, match=r"Naive.from_json\(plain\): it must hold kind, name"):
        Naive.from_json(plain)


def test_messages():
    with pytest.raises(BadData, match="there must be at least one row"):
        naive("class", np.array([]))
    with pytest.raises(BadData, match="every number must be finite"):
        naive("number", np.array([np.inf]))
    with pytest.raises(BadParameter, match="kind must be 'class', 'number' or 'points'"):
        naive("words", np.zeros(2))
