"""fondo.explain.audio.silence: which stretch counts, by networks whose answer is known."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.explain.audio.silence import Silenced, _gate, silenced


def loudness(first: int, last: int):
    """Probability of two classes: how loud a stretch is, and the rest."""

    def probabilities(waves):
        p = np.abs(waves[:, first:last]).mean(axis=1)
        return np.stack([p, 1 - p], axis=1)

    return probabilities


def test_the_answer_falls_where_the_network_listens():
    found = silenced(loudness(600, 700), np.ones(1000), 0, 100)
    assert (found.whole, found.nothing, found.stretch) == (1.0, 0.0, 1.0)
    assert found.edges.tolist() == [k / 2 for k in range(21)]
    falls = found.falls
    assert falls[12:14] == pytest.approx([0.75, 0.75], abs=0.02)  # half of the stretches: all of it
    assert falls[11] == pytest.approx(0.25, abs=0.02)
    assert np.abs(np.delete(falls, [11, 12, 13, 14])).max() < 0.01
    begin, end, fall = found.deepest
    assert (begin >= 6.0, end <= 7.0, fall > 0.7) == (True, True, True)
    assert not found.anywhere
    assert not found.nowhere


def test_the_other_class_rises_there():
    found = silenced(loudness(600, 700), np.ones(1000), 1, 100)
    assert found.falls[12] == pytest.approx(-0.75, abs=0.02)
    assert found.nothing == 1.0


def test_a_hole_that_counts_by_itself_is_told_apart():
    def full(waves):  # of a network that wants every sample
        return (np.abs(waves) > 0.01).mean(axis=1, keepdims=True) > 0.99

    assert silenced(full, np.ones(1000), 0, 100).anywhere
    assert silenced(lambda w: np.full((len(w), 1), 0.4), np.ones(1000), 0, 100).nowhere


def test_by_hand():
    found = silenced(lambda w: w[:, :1], np.array([0.8, 1, 1, 1]), 0, 1, pieces=4)
    # stretches 0-2, 1-3, 2-4: only the first holds sample 0, and only piece 0 is in it alone
    assert found.edges.tolist() == [0, 1, 2, 3, 4]
    assert found.kept == pytest.approx([0.0, 0.4, 0.8, 0.8])
    assert json.loads(json.dumps(found.to_json()))["probability"] == pytest.approx(0.8)


@given(st.integers(1, 300), st.integers(1, 30), st.integers(1, 30))
def test_every_moment_is_silent_once_at_least(samples, pieces, width):
    asked = []

    def mean(waves):
        asked.append(waves)
        return np.abs(waves).mean(axis=1, keepdims=True)

    found = silenced(mean, np.ones(samples), 0, 100, pieces=pieces, width=min(width, pieces))
    assert asked[0][2:].min(axis=0).max() == 0
    assert found.edges[0] == 0
    assert found.edges[-1] == pytest.approx(samples / 100)
    assert np.all(np.diff(found.edges) > 0)
    assert len(found.kept) == min(pieces, samples)
    assert (found.whole, found.nothing) == (1.0, 0.0)
    assert found.kept.max() < 1


def test_ends_of_a_stretch_fade():
    gate = _gate(100, 40, 60, 10)
    assert gate[40:60].max() == 0
    assert gate[:31].min() == 1
    assert np.all(np.diff(gate[30:41]) <= 0)
    assert 0.4 < gate[35] < 0.6
    assert gate[59 + 5] == pytest.approx(gate[40 - 5])


def test_it_is_plain_data():
    found = Silenced(np.array([0.0, 1.0]), np.array([0.25]), 0.75, 0.1, 1.0)
    assert found.falls.tolist() == [0.5]
    assert found.deepest == (0.0, 1.0, 0.5)


@pytest.mark.parametrize("wave", [np.ones((2, 5)), np.ones(0)], ids=["flat", "empty"])
def test_what_is_no_wave_is_refused(wave):
    with pytest.raises(BadData, match=r"silenced\(wave\): it must be samples in a row"):
        silenced(loudness(0, 1), wave, 0, 100)


@pytest.mark.parametrize(("pieces", "width"), [(0, 0), (5, 0), (3, 4)])
def test_pieces_that_cannot_be_are_refused(pieces, width):
    with pytest.raises(BadParameter, match=r"silenced\(pieces=\d, width=\d\): both must be at"):
        silenced(loudness(0, 1), np.ones(10), 0, 100, pieces=pieces, width=width)
