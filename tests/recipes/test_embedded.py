"""fondo.recipes.embedded: neighbours, votes, cuts and thresholds against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from fondo.errors import BadData, BadParameter
from fondo.recipes.embedded import (
    cut_at,
    cuts,
    flattened,
    nearest,
    threshold_for,
    together,
    unit,
    voted,
)

DRAW = np.random.default_rng(0)


def test_neighbours_are_those_of_scikit_learn() -> None:
    asked, known = DRAW.normal(size=(7, 5)), DRAW.normal(size=(30, 5))
    rows, likeness = nearest(asked, known, k=4)
    away, expected = NearestNeighbors(n_neighbors=4, metric="cosine").fit(known).kneighbors(asked)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(likeness, 1 - away, atol=1e-12)


def test_length_says_nothing_and_nothing_is_near_nothing() -> None:
    asked, known = DRAW.normal(size=(3, 4)), DRAW.normal(size=(9, 4))
    rows, likeness = nearest(asked * 7, known * 0.1)
    np.testing.assert_array_equal(rows, nearest(asked, known)[0])
    assert likeness.max() <= 1 + 1e-12
    np.testing.assert_array_equal(unit(np.zeros((2, 3))), 0)
    assert nearest(asked, known[:2], k=5)[0].shape == (3, 2)


@pytest.mark.parametrize("known", [np.zeros((4, 3)), np.zeros((0, 2)), np.zeros(2)])
def test_vectors_of_two_networks_are_refused(known) -> None:
    with pytest.raises(BadData, match=r"nearest\(asked=\(1, 2\), .*vectors of the same length"):
        nearest(np.ones((1, 2)), known)


def test_of_equal_votes_the_nearest_one_counts() -> None:
    assert voted(np.array([["b", "a", "a", "b"], ["x", "y", "z", "z"]])).tolist() == ["b", "z"]


def test_slices_of_the_same_recording_do_not_count_as_neighbours() -> None:
    vectors = np.array([[1, 0], [1, 0.01], [0.9, 0.1], [0, 1]], float)
    labels, groups = np.array(["a", "a", "b", "a"]), np.array([0, 0, 1, 2])
    # the first two are nearest each other, but of one recording: the third is of another class
    assert together(vectors, labels, groups).tolist() == [False, False, False, False]
    assert together(vectors, labels, np.arange(4)).tolist() == [True, True, False, False]


def test_a_map_keeps_groups_together_and_is_the_same_again() -> None:
    middles = np.repeat(np.eye(3), 10, axis=0)
    vectors = middles + 0.01 * DRAW.normal(size=middles.shape)
    places, group = flattened(vectors), np.repeat(np.arange(3), 10)
    np.testing.assert_array_equal(flattened(vectors), places)
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    assert (group[away.argmin(axis=1)] == group).all()
    with pytest.raises(BadData, match="at least 5"):
        flattened(vectors[:4])


def test_a_cut_by_hand() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, False, True, False, False])
    cut = cut_at(0.7, sure, right, np.arange(5))
    assert (cut.kept, cut.coverage, cut.accuracy) == (3, 0.6, pytest.approx(2 / 3))
    assert cut.caught == pytest.approx(2 / 3)  # of three mistakes, two are below
    assert cut.low < 2 / 3 < cut.high
    nothing = cut_at(1.0, sure, right, np.arange(5))
    assert nothing.kept == nothing.coverage == 0
    assert np.isnan(nothing.accuracy)
    assert np.isnan(cut_at(0.0, sure, np.ones(5, bool), np.arange(5)).caught)


def test_the_table_goes_from_all_answers_to_the_surest_tenth() -> None:
    sure = DRAW.random(200)
    right = DRAW.random(200) < sure
    table = cuts(sure, right, np.arange(200))
    assert [cut.coverage for cut in table] == pytest.approx(np.arange(10, 0, -1) / 10)
    assert table[0].accuracy == right.mean()
    assert table[-1].accuracy > table[0].accuracy  # who is sure is right more often
    assert len(cuts(np.full(5, 0.3), np.ones(5, bool), np.arange(5))) == 1  # nothing to part


answers = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=20)


@given(answers, st.sampled_from([0.5, 0.75, 1.0]))
def test_a_threshold_lets_the_most_pass_that_may(pairs, wanted) -> None:
    sure, right = np.array([s / 6 for s, _ in pairs]), np.array([r for _, r in pairs])
    found = threshold_for(wanted, sure, right)
    may = [level for level in np.unique(sure) if right[sure >= level].mean() >= wanted]
    assert found == (min(may) if may else np.inf)


@pytest.mark.parametrize("wanted", [0.0, 1.5, float("nan")])
def test_a_share_that_cannot_be_is_refused(wanted) -> None:
    with pytest.raises(BadParameter, match=r"wanted must be a share in \(0, 1\]"):
        threshold_for(wanted, np.ones(2), np.ones(2, bool))
