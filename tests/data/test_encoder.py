"""fondo.data.tables.encoder, fields, categories: rows of a table become arrays, always alike."""

import copy
import json
import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.tables.columns import Columns
from fondo.data.tables.encoder import TableEncoder
from fondo.data.tables.frames import take_rows
from fondo.data.tables.read import read_table
from fondo.errors import BadData, BadParameter

CITIES = [f"city{i % 15}" for i in range(40)]
TABLE = pl.DataFrame(
    {
        "age": [20.0 + i % 13 for i in range(39)] + [None],
        "smokes": (["yes", "no", None, "no"] * 10),
        "town": (["Rome", "Oslo", "Rome", None] * 10),
        "city": [*CITIES[:-1], "onlyonce"],
        "day": pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 2, 9), eager=True),
        "id": range(40),
        "same": [1] * 40,
    }
)


def test_names_owners_and_shapes_agree():
    encoder = TableEncoder().fit(TABLE)
    inputs = encoder.transform(TABLE)
    assert {k: v.dtype for k, v in inputs.items()} == {
        "numbers": np.float32,
        "flags": np.float32,
        "categories": np.int32,
    }
    for key, array in inputs.items():
        assert array.shape == (40, len(encoder.names_[key]))
        assert len(encoder.owners_[key]) == array.shape[1]
        assert set(encoder.owners_[key]) <= set(encoder.feature_names_)
    assert encoder.feature_names_ == ["age", "smokes", "town", "city", "day"]
    assert [name for name, _ in encoder.dropped_] == ["id", "same"]
    assert encoder.names_["flags"] == [
        "age is missing",
        "smokes is missing",
        "town is missing",
        "smokes",
        "town = Rome",
        "town = Oslo",
    ]
    assert encoder.cardinalities_ == [16]
    assert encoder.notes_ == ["city: 1 rare categories share the code of unseen ones"]
    assert encoder.kinds_["day"] == "datetime"


def test_flags_by_hand():
    flags = TableEncoder().fit(TABLE).transform(TABLE)["flags"]
    # rows: (yes, Rome), (no, Oslo), (missing, Rome), (no, missing); a third of known rows smoke
    assert flags[:4, 1:].tolist() == [
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 1],
        [1, 0, pytest.approx(1 / 3), 1, 0],
        [0, 1, 0, 0, 0],
    ]
    assert flags[39, 0] == 1


def test_statistics_come_from_training_rows_alone():
    train, rest = TABLE[:20], TABLE[20:].with_columns(pl.col("age") * 1000)
    alone = TableEncoder().fit(train).transform(train)
    encoder = TableEncoder().fit(train)
    encoder.transform(rest)
    for key, array in encoder.transform(train).items():
        np.testing.assert_array_equal(array, alone[key])


@given(st.permutations(range(40)))
def test_rows_are_encoded_one_by_one(order):
    encoder = TableEncoder().fit(TABLE)
    shuffled = encoder.transform(take_rows(TABLE, np.array(order)))
    for key, array in encoder.transform(TABLE).items():
        np.testing.assert_array_equal(shuffled[key], array[list(order)])


def test_a_trip_through_json_changes_nothing():
    for columns in (Columns(), Columns(scale="quantile", cap=None, kinds={"id": "number"})):
        encoder = TableEncoder(columns).fit(TABLE)
        again = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json(), allow_nan=False)))
        assert again.to_json() == encoder.to_json()
        assert vars(again).keys() == vars(encoder).keys()
        for key, array in encoder.transform(TABLE).items():
            np.testing.assert_array_equal(again.transform(TABLE)[key], array)
        for one, other in zip(again.plain(TABLE), encoder.plain(TABLE), strict=True):
            np.testing.assert_array_equal(one, other)


def broken(path, value):
    values = copy.deepcopy(TableEncoder().fit(TABLE).to_json())
    place = values
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return values


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], 2),
        (["columns", "scale"], "zoom"),
        (["columns", "what"], 1),
        (["columns"], None),
        (["plans", 0, "kind"], "thing"),
        (["plans"], []),
        (["plans", 0], {}),
        (["fields", 0], None),
        (["fields", 0, "kind"], "code"),
        (["fields", 0, "name"], 3),
        (["fields", 1, "share"], float("nan")),
        (["fields", 1, "words"], ["yes"]),
        (["fields", 2, "vocabulary"], ["Rome", "Rome"]),
        (["fields", 2, "vocabulary"], "Rome"),
        (["fields", 2, "rare"], "many"),
        (["fields", 4, "used"], ["century"]),
        (["missing"], ["nobody"]),
        (["missing"], 7),
        (["numbers", "low"], [1.0]),
        (["numbers"], None),
    ],
)
def test_nonsense_is_no_encoder(path, value):
    with pytest.raises(BadData, match=r"TableEncoder\(json\)|Numbers\(json\)"):
        TableEncoder.from_json(broken(path, value))


def test_a_missing_column_is_named_with_the_nearest():
    encoder = TableEncoder().fit(TABLE)
    with pytest.raises(BadData, match=r"the column 'age' .* is missing. Did you mean 'ages'"):
        encoder.transform(TABLE.rename({"age": "ages"}))


def test_extra_columns_are_ignored_with_one_warning():
    encoder = TableEncoder().fit(TABLE)
    more = TABLE.with_columns(pl.lit(1).alias(f"new{i}") for i in range(7)).drop("id", "same")
    with pytest.warns(UserWarning, match=r"ignored: 'new0', .*'new4' \.\.\.") as caught:
        inputs = encoder.transform(more)
    assert len(caught) == 1
    for key, array in encoder.transform(TABLE).items():
        np.testing.assert_array_equal(inputs[key], array)


def test_unseen_categories_have_code_0_and_no_flag():
    encoder = TableEncoder().fit(TABLE)
    new = TABLE[:1].with_columns(town=pl.lit("Mars"), city=pl.lit("Atlantis"))
    inputs = encoder.transform(new)
    assert inputs["categories"][0, 0] == 0
    assert inputs["flags"][0, 4:].tolist() == [0, 0]
    matrix, categorical = encoder.plain(new)
    assert np.isnan(matrix[0, categorical]).all()


def test_ten_thousand_categories_are_embedded_within_the_limit():
    words = pl.DataFrame({"w": [f"w{i % 10_000}" for i in range(20_000)]})
    encoder = TableEncoder().fit(words)
    assert encoder.cardinalities_ == [10_001]
    few = TableEncoder(Columns(category_limit=100)).fit(words)
    assert few.cardinalities_ == [101]
    assert few.transform(words)["categories"].max() == 100


def test_categories_are_flags_or_codes_as_asked():
    onehot = TableEncoder(Columns(categories="onehot")).fit(TABLE)
    assert not onehot.names_["categories"]
    embed = TableEncoder(Columns(categories="embed")).fit(TABLE)
    assert embed.names_["categories"] == ["town", "city"]
    # Rome is the most frequent: code 1; Oslo 2; missing 0
    assert embed.transform(TABLE)["categories"][:4, 0].tolist() == [1, 2, 1, 0]


def test_spelling_of_numbers_does_not_matter_to_categories():
    columns = Columns(kinds={"code": "category"})
    encoder = TableEncoder(columns).fit(pl.DataFrame({"code": [1, 2, 1, 2]}))
    for spelling in ([1.0, 2.0], ["1", "2"]):
        flags = encoder.transform(pl.DataFrame({"code": spelling}))["flags"]
        assert flags.tolist() == [[1, 0], [0, 1]]


def test_any_two_values_can_be_yes_and_no():
    frame = pl.DataFrame({"sex": ["F", "M", None, "M"]})
    encoder = TableEncoder(Columns(kinds={"sex": "boolean"})).fit(frame)
    assert encoder.transform(frame)["flags"][:, 1].tolist() == [0, 1, pytest.approx(2 / 3), 1]
    with pytest.raises(BadParameter, match="holds 3 different values"):
        TableEncoder(Columns(kinds={"s": "boolean"})).fit(pl.DataFrame({"s": ["a", "b", "c"]}))


def test_cap_flags_tell_which_side_was_cut():
    frame = pl.DataFrame({"x": [float(i * i) for i in range(101)]})
    encoder = TableEncoder(Columns(cap=(0, 0.95), cap_flags=True, indicator=False)).fit(frame)
    assert encoder.names_["flags"] == ["x above cap"]
    assert encoder.transform(frame)["flags"][:, 0].tolist() == [0.0] * 96 + [1.0] * 5
    both = TableEncoder(Columns(cap=(0.1, 0.9), cap_flags=True)).fit(frame)
    assert both.names_["flags"] == ["x below cap", "x above cap"]


def test_a_trained_number_that_turns_to_text():
    encoder = TableEncoder().fit(TABLE)
    good = encoder.transform(TABLE.with_columns(pl.col("age").cast(pl.String)))
    np.testing.assert_array_equal(good["numbers"], encoder.transform(TABLE)["numbers"])
    partly = TABLE.with_columns(pl.Series("age", ["20", "young"] + ["30"] * 38))
    with pytest.warns(UserWarning, match=r"column 'age', row 1: 'young' is no number; 1 such"):
        encoder.transform(partly)
    with pytest.raises(BadData, match=r"column 'age', row 0: 'young' is no number, nor is any"):
        encoder.transform(TABLE.with_columns(age=pl.lit("young")))
    with pytest.raises(BadData, match=r"column 'day', row 0: 'soon' is no date"):
        encoder.transform(TABLE.with_columns(day=pl.lit("soon")))


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=5))
def test_nothing_infinite_comes_out(values):
    encoder = TableEncoder().fit(TABLE)
    rows = TABLE[: len(values)].with_columns(pl.Series("age", values))
    assert all(np.isfinite(array).all() for array in encoder.transform(rows).values())
    assert not np.isinf(encoder.plain(rows)[0]).any()


def test_no_rows_are_refused_in_training_and_fine_afterwards():
    with pytest.raises(BadData, match="the table has no rows"):
        TableEncoder().fit(TABLE[:0])
    inputs = TableEncoder().fit(TABLE).transform(TABLE[:0])
    assert {array.shape[0] for array in inputs.values()} == {0}


def test_one_row_is_enough_for_what_varies_with_missing():
    with pytest.raises(BadData, match="no column is left"):
        TableEncoder().fit(pl.DataFrame({"a": [1]}))


def test_names_that_are_not_ascii():
    frame = pl.DataFrame({"größe": [1.0, 2.5], "город": ["Рим", "Осло"]})
    encoder = TableEncoder().fit(frame)
    assert encoder.names_["flags"] == ["город = Осло", "город = Рим"]
    again = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again.names_ == encoder.names_


@pytest.mark.data
@pytest.mark.parametrize("file", ["credit.csv.gz", "california.csv", "boston.csv"])
def test_real_tables_become_finite_arrays(fondo_data, file):
    frame = read_table(fondo_data / "tables" / file)[:5000]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        inputs = TableEncoder().fit(frame).transform(frame)
    assert all(np.isfinite(array).all() for array in inputs.values())
