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
