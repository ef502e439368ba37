"""fondo.data.audio.labels: the notes' golden steps, against the lesson's loop, and by law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.labels import end_labels
from fondo.errors import BadData, BadParameter


def lesson(ends, steps=1375, milliseconds=10000.0, length=50):
    """`insert_ones` of the lesson, its loop written plainly."""
    y = np.zeros(steps)
    for end in ends:
        segment_end_y = int(end * steps / milliseconds)
        for i in range(segment_end_y + 1, segment_end_y + 1 + length):
            if i < steps:
                y[i] = 1
    return y


def test_the_golden_steps_of_the_notes():
    y = end_labels([9700, 4251])
    assert (y[1333], y[634], y[635]) == (0, 1, 0)
    assert y[1334:].sum() == 41  # cut off with the clip
    assert y[:1300].sum() == 50
    assert y.shape == (1375,)
    assert y.dtype == np.float32


@given(st.lists(st.integers(0, 10_000), max_size=5))
def test_labels_are_those_of_the_lesson(ends):
    np.testing.assert_array_equal(end_labels(ends), lesson(ends))


@given(
    st.lists(st.floats(0, 700), max_size=4),
    st.integers(1, 400),
    st.integers(1, 60),
    st.floats(700, 5000),
)
def test_other_lengths_and_steps_follow_the_same_rule(ends, steps, length, milliseconds):
    found = end_labels(ends, milliseconds=milliseconds, steps=steps, length=length)
    np.testing.assert_array_equal(found, lesson(ends, steps, milliseconds, length))


def test_labels_of_two_words_are_the_union_and_their_order_does_not_matter():
    one, other = end_labels([3000]), end_labels([3100])
    np.testing.assert_array_equal(end_labels([3100, 3000]), np.maximum(one, other))
    assert end_labels([3000, 3000]).max() == 1
    assert end_labels([]).sum() == 0


def test_steps_near_where_a_label_begins_and_ends_do_not_count_with_slack():
    found = end_labels([5000], steps=100, length=10, slack=2)
    assert np.flatnonzero(found == -1).tolist() == [49, 50, 51, 52, 59, 60, 61, 62]
    assert np.flatnonzero(found == 1).tolist() == list(range(53, 59))
    cut = end_labels([0, 9900], steps=100, length=10, slack=2)
    assert cut[:3].tolist() == [-1, -1, -1]
    assert cut[-2:].tolist() == [-1, -1]


@given(st.lists(st.integers(0, 10_000), max_size=4), st.integers(0, 24))
def test_what_counts_is_as_without_slack_and_what_one_word_is_sure_of_is_sure(ends, slack):
    found, plain = end_labels(ends, slack=slack), end_labels(ends)
    sure = found != -1
    np.testing.assert_array_equal(found[sure], plain[sure])
    alone = [end_labels([end], slack=slack) == 1 for end in ends]
    assert (found[np.any(alone, axis=0)] == 1).all() if ends else not found.any()


def test_slack_that_would_leave_nothing_of_a_label_is_refused():
    with pytest.raises(BadParameter, match="slack"):
        end_labels([5000], steps=100, length=10, slack=5)
    with pytest.raises(BadParameter, match="slack"):
        end_labels([5000], slack=-1)


@pytest.mark.parametrize("end", [-1, 10_001, float("nan")])
def test_an_end_outside_of_the_clip_is_refused(end):
    with pytest.raises(BadData, match="every end must lie between 0 and 10000 milliseconds"):
        end_labels([end])


def test_lengths_that_cannot_be_are_refused():
    with pytest.raises(BadParameter, match=r"end_labels\(steps=0\): steps must be a whole number"):
        end_labels([], steps=0)
    with pytest.raises(BadParameter, match=r"end_labels\(length=0\): length must be"):
        end_labels([], length=0)
    with pytest.raises(BadParameter, match=r"milliseconds must be a number above 0"):
        end_labels([], milliseconds=0)
