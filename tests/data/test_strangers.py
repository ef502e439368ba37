"""fondo.data.tables.strangers: entries that an encoder cannot take as they stand."""

import numpy as np
import polars as pl
import pytest

from fondo.data.tables.encoder import TableEncoder
from fondo.data.tables.strangers import strangers
from fondo.errors import BadData

TRAINING = pl.DataFrame(
    {
        "age": [20.0, 30.0, None, 50.0],
        "day": ["2024-01-01", "2024-02-03", "2024-03-01", None],
        "smokes": ["yes", "no", "yes", None],
        "town": ["Rome", "Oslo", "Rome", "Oslo"],
    }
)


@pytest.fixture(scope="module")
def encoder() -> TableEncoder:
    return TableEncoder().fit(TRAINING)


def test_training_rows_hold_no_strangers_and_gaps_are_none(encoder) -> None:
    assert strangers(encoder, TRAINING) == {}
    nothing = TRAINING.select(pl.lit(None).alias(name) for name in TRAINING.columns)
    assert strangers(encoder, nothing) == {}


def test_each_kind_of_column_has_its_strangers(encoder) -> None:
    new = pl.DataFrame(
        {
            "age": ["20", "old", "NA"],
            "day": ["2024-01-01", "2024-02-02", "someday"],
            "smokes": ["perhaps", "yes", "no"],
            "town": ["Rome", "Paris", "Lima"],
        }
    )
    assert dict(strangers(encoder, new)) == {
        "age": "column 'age', row 1: 'old' is no number; 1 of 3 entries count as missing.",
        "day": "column 'day', row 2: 'someday' is no date; 1 of 3 entries count as missing.",
        "smokes": "column 'smokes', row 0: 'perhaps' is neither of its two values; 1 of 3 entries "
        "count as missing.",
        "town": "column 'town', row 1: 'Paris' was not among the categories of training, or too "
        "rare there; 2 of 3 entries count as unseen.",
    }
    assert "town" not in strangers(encoder, new, categories=False)
    assert "row 70:" in strangers(encoder, new, places=np.array([60, 70, 80]))["age"]


def test_infinite_numbers_are_cut_off_and_told(encoder) -> None:
    new = TRAINING.with_columns(age=pl.Series([1.0, float("inf"), None, float("-inf")]))
    assert strangers(encoder, new)["age"] == (
        "column 'age', row 1: infinite; 2 of 4 entries are cut off at the cap that training found."
    )


def test_a_column_of_strangers_alone_is_refused(encoder) -> None:
    with pytest.raises(BadData, match="column 'age', row 0: 'a' is no number, nor is any other"):
        strangers(encoder, TRAINING.with_columns(age=pl.lit("a")))
