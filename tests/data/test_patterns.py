"""fondo.data.tables.patterns: parts of texts as columns, in order."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.tables.patterns import column_of, is_pattern, natural
from fondo.errors import BadData, BadParameter

TABLE = pl.DataFrame(
    {"image": ["a/01_9.png", "a/01_10.png", "b/02_1.png", None], "n": [1, 2, 3, 4]}
)


def test_a_column_is_taken_as_it_is():
    assert column_of(TABLE, "n").to_list() == [1, 2, 3, 4]


def test_groups_of_a_pattern_are_joined_and_gaps_stay():
    found = column_of(TABLE, r"image:(\w)/(\d+)_").to_list()
    assert found == ["a/01", "a/01", "b/02", None]


def test_what_a_pattern_finds_is_numbered_in_natural_order():
    found = column_of(TABLE, r"image:_(\d+)", ordered=True).to_list()
    assert found == [1.0, 2.0, 0.0, None]  # 9, 10, 1


@given(st.lists(st.integers(0, 10**12), min_size=1, unique=True))
def test_numbers_in_texts_sort_as_numbers(numbers: list[int]):
    texts = [f"frame {n}.png" for n in numbers]
    assert sorted(texts, key=natural) == [f"frame {n}.png" for n in sorted(numbers)]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ("m", BadData, "there is no column 'm'"),
        (r"pictur:(\d)", BadData, "there is no column 'pictur'"),
        ("image:[", BadParameter, "must be a regular expression"),
        (r"image:\d+", BadParameter, "must have a group in brackets"),
        (r"n:(\d)", BadData, "'n' holds no text"),
        (r"image:(x)", BadData, "row 0: 'a/01_9.png' does not fit"),
    ],
)
def test_what_cannot_be_is_said(asked: str, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        column_of(TABLE, asked)


def test_only_text_behind_the_name_of_a_column_is_a_pattern():
    assert is_pattern(TABLE, r"image:(\d)")
    assert not is_pattern(TABLE, "image")
    assert not is_pattern(TABLE, r"other:(\d)")
