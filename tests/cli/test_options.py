"""fondo.cli.options: settings, rows and sizes out of text; every message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.cli.options import parse_rows, parse_settings, parse_size
from fondo.errors import BadParameter

names = st.from_regex(r"[a-z_.]{1,12}", fullmatch=True)
values = st.from_regex(r"[a-z0-9=,.:]{0,12}", fullmatch=True)


@given(st.dictionaries(names, values, max_size=5))
def test_settings_come_back_as_they_were_written(settings: dict[str, str]) -> None:
    assert parse_settings([f"{name}={value}" for name, value in settings.items()]) == settings


def test_a_value_may_hold_equals_signs_and_spaces_around() -> None:
    assert parse_settings([" a = b=c "]) == {"a": "b=c"}


@pytest.mark.parametrize("pair", ["epochs", "=20", " =3", ""])
def test_a_setting_without_name_or_equals_sign_is_refused(pair: str) -> None:
    with pytest.raises(BadParameter, match=r"a setting must be written key=value.*epochs=20"):
        parse_settings([pair])


def test_a_setting_given_twice_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"--set epochs\): a setting must be given once"):
        parse_settings(["epochs=2", "epochs=3"])


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
def test_rows_come_back_in_their_order(rows: list[int]) -> None:
    assert parse_rows(", ".join(map(str, rows))) == tuple(rows)


@pytest.mark.parametrize("text", ["", " ", "a", "1,-2", "1;2", "1.5", "٣"])
def test_rows_that_are_no_whole_numbers_are_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="rows must be whole numbers of at least 0"):
        parse_rows(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [  # by hand: 1 kB = 1000 bytes, 1 KiB = 1024
        ("1", 1),
        ("10B", 10),
        ("2kB", 2000),
        ("2KiB", 2048),
        ("3M", 3 * 1024**2),
        ("1.5GB", 1_500_000_000),
        ("0.5 TiB", 2**39),
        (None, None),
    ],
)
def test_sizes(text: str | None, size: int | None) -> None:
    assert parse_size(text) == size


@given(st.integers(1, 10**6), st.sampled_from(["K", "M", "G", "T"]))
def test_a_unit_with_i_is_the_letter_alone(count: int, letter: str) -> None:
    assert parse_size(f"{count}{letter}iB") == parse_size(f"{count}{letter.lower()}")


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "0", "2XB", "1e9", "0.1B"])
def test_no_size_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="memory must be a size of at least one byte"):
        parse_size(text)
