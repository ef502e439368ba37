"""fondo.explain.images.place: boxes and words, by hand."""

import numpy as np
import pytest

from fondo.explain.images.place import Box, hot_box, in_words


def test_a_box_around_the_hottest_tenth():
    map_ = np.arange(100.0).reshape(10, 10)  # the hottest tenth is the last row
    assert hot_box(map_) == Box(0.9, 0.0, 1.0, 1.0)


def test_a_stray_pixel_does_not_widen_the_box():
    map_ = np.zeros((10, 20))
    map_[2:5, 1:7] = 1
    map_[9, 19] = 2
    box = hot_box(map_)
    assert (box.top, box.left, box.bottom) == (0.2, 0.05, 0.5)
    assert box.right == pytest.approx(0.35)


def test_nothing_above_zero_is_nowhere():
    assert hot_box(np.zeros((4, 4))) is None
    assert hot_box(-np.ones((4, 4))) is None
    assert in_words(None) == "nowhere in particular"


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (Box(0.1, 0.1, 0.3, 0.3), "upper left"),
        (Box(0.7, 0.7, 0.9, 0.9), "lower right"),
        (Box(0.4, 0.7, 0.6, 0.9), "right"),
        (Box(0.0, 0.4, 0.2, 0.6), "top"),
        (Box(0.8, 0.4, 1.0, 0.6), "bottom"),
        (Box(0.4, 0.4, 0.6, 0.6), "middle"),
        (Box(0.0, 0.0, 0.3, 1.0), "upper part, across"),
        (Box(0.0, 0.8, 1.0, 1.0), "right part, from top to bottom"),
        (Box(0.0, 0.0, 1.0, 1.0), "all over the picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_for_boxes(box, words):
    assert in_words(box) == words
