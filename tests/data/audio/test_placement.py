"""fondo.data.audio.placement: the notes' cases, against trying every start, and by law."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from fondo.data.audio.placement import free_starts, overlaps, place, segment
from fondo.errors import BadParameter


@pytest.mark.parametrize(
    ("part", "taken", "answer"),
    [  # the lesson "Trigger word detection" prints these
        ((950, 1430), [(2000, 2550), (260, 949)], False),
        ((2305, 2950), [(824, 1532), (1900, 2305), (3424, 3656)], True),
        ((200, 250), [(100, 200)], True),
        ((200, 250), [(100, 199)], False),
        ((100, 200), [(200, 250)], True),
        ((100, 199), [(200, 250)], False),
        ((200, 250), [], False),
    ],
)
def test_touching_counts_as_overlap(part, taken, answer):
    assert overlaps(part, taken) is answer


segments = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: segment(*p)), max_size=4
)


@given(st.integers(1, 12), st.integers(1, 60), segments)
@example(3, 12, [(5, 6)])
def test_free_starts_are_those_that_overlap_nothing(length, total, taken):
    tried = [s for s in range(total - length + 1) if not overlaps(segment(s, length), taken)]
    assert free_starts(length, total, taken).tolist() == tried


@given(st.integers(0, 999), segments)
def test_many_sounds_find_places_apart_or_none(seed, taken):
    rng = np.random.default_rng(seed)
    for length in (10, 7, 7, 3, 3, 1):
        found = place(length, 40, taken, rng)
        if found is None:
            assert free_starts(length, 40, taken).size == 0
            continue
        assert found[1] - found[0] + 1 == length
        assert 0 <= found[0] <= found[1] < 40
        assert not overlaps(found, taken)
        taken = [*taken, found]


def test_every_free_place_is_as_likely_as_trying_until_one_fits():
    rng, taken = np.random.default_rng(0), [(5, 9), (14, 14)]
    starts = [place(3, 20, taken, rng)[0] for _ in range(4000)]
    free = free_starts(3, 20, taken)
    counts = [starts.count(start) for start in free.tolist()]
    assert stats.chisquare(counts).pvalue > 0.001
    assert sum(counts) == 4000


def test_a_sound_as_long_as_the_clip_fits_exactly_and_a_longer_one_never():
    rng = np.random.default_rng(0)
    assert place(10, 10, [], rng) == (0, 9)
    assert place(11, 10, [], rng) is None
    assert place(10, 10, [(3, 3)], rng) is None


def test_a_sound_without_length_is_refused():
    with pytest.raises(BadParameter, match=r"segment\(length=0\): length must be at least 1"):
        segment(0, 0)
    with pytest.raises(BadParameter, match=r"free_starts\(length=0\): length must be at least 1"):
        free_starts(0, 10, [])
