"""fondo.judge.wording: what is said of rows and columns, said of pictures and sounds."""

import re
from pathlib import Path

import pytest

from fondo.judge import diagnosis
from fondo.judge.remedies import NOTHING, TOO_FEW, TOO_FEW_GROUPS, remedy
from fondo.judge.wording import NOUNS, PHRASES, nouns, told_of

NAMES = ("high bias", "avoidable bias", "high variance", "data mismatch", "choice of the epoch")
REMEDIES = sorted(
    {remedy(name, unfinished, rows)
     for name in NAMES for unfinished in (False, True) for rows in ("alike", "later", "elsewhere")}
    | {NOTHING, TOO_FEW, TOO_FEW_GROUPS}
)  # fmt: skip
OF_TABLES = re.compile(r"\b(rows?|columns?|hidden)\b", re.IGNORECASE)


@pytest.mark.parametrize("data", list(NOUNS))
@pytest.mark.parametrize("text", REMEDIES)
def test_no_remedy_of_pictures_or_sounds_speaks_of_tables(data, text) -> None:
    told = told_of(data, text)
    assert not OF_TABLES.search(told), told
    assert told[-1] == "."


@pytest.mark.parametrize("text", REMEDIES)
def test_of_tables_every_word_stays(text) -> None:
    assert told_of("tables", text) == told_of("games", text) == text


def test_every_phrase_is_written_somewhere_and_told_of_every_kind() -> None:
    source = re.sub(r'"\s*f?"', "", Path(diagnosis.__file__).read_text(encoding="utf-8"))
    written = " ".join([*REMEDIES, source])
    for phrase, others in PHRASES.items():
        assert phrase in written, phrase
        assert set(others) == set(NOUNS)


def test_one_row_and_several_with_and_without_a_capital_letter() -> None:
    assert told_of("sounds", "Rows of one row. A row, a narrow row; browse --rows") == (
        "Sounds of one sound. A sound, a narrow sound; browse --rows"
    )
    assert nouns("sounds") == ("sound", "sounds")
    assert nouns("tables") == nouns("ratings") == ("row", "rows")
