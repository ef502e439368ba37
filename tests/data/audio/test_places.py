"""fondo.data.audio.places: a stretch of a file is written as it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.places import WHOLE, Span, by_file, parse, part_of
from fondo.errors import BadData


@given(st.text(min_size=1, max_size=8), st.integers(0, 10**11), st.integers(1, 10**11))
def test_what_is_written_is_read(name: str, start_at: int, length: int) -> None:
    start, end = start_at / 1e6, (start_at + length) / 1e6
    file = f"{name}.wav"
    assert parse(part_of(file, Span(start, end))) == (file, Span(start, end))
    assert parse(part_of(file, WHOLE)) == (file, WHOLE)


@pytest.mark.parametrize(
    "place", ["a.wav", "a#t=1.wav", "a.wav#t=1", "a.wav#t=1,", "a.wav#t=-1,2", "#t=1,2", "a.wav#12"]
)
def test_names_that_look_a_little_like_stretches(place: str) -> None:
    assert parse(place) == (place, WHOLE)


@pytest.mark.parametrize("place", ["a.wav#t=2,1", "a.wav#t=1.50,1.5"])
def test_a_stretch_ends_after_it_begins(place: str) -> None:
    with pytest.raises(BadData, match=r"a\.wav#t=.*: the stretch must end after it begins"):
        parse(place)


def test_places_by_file_keep_their_positions() -> None:
    found = by_file(["b.wav#t=3,4", "a.wav", "b.wav", "b.wav#t=3,4"])
    assert found == {
        "b.wav": [(0, Span(3, 4)), (2, WHOLE), (3, Span(3, 4))],
        "a.wav": [(1, WHOLE)],
    }
