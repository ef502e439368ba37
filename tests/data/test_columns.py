"""fondo.data.tables.columns, kinds, text: what a column holds and why it is left out."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone

from fondo.data.tables.columns import Columns, infer_kinds
from fondo.data.tables.kinds import infer_kind, is_identifier_name
from fondo.data.tables.read import read_table
from fondo.data.tables.text import NUMBER_SHARE, exact_type, wider
from fondo.errors import BadData, BadParameter


def kind_of(values, name="x"):
    plan = infer_kind(pl.Series(name, values, strict=False))
    return plan.kind, plan.reason


MANY = list(range(100))
SENTENCES = [f"the flat number {i} has a nice view" for i in range(10)]


@pytest.mark.parametrize(
    ("values", "kind", "reason"),
    [
        ([1.5, 2, None], "number", ""),
        ([0, 1, None], "boolean", ""),
        ([1, 2, 1], "number", ""),
        (["1", "2", " 3 "], "number", ""),
        (["yes", "No", None], "boolean", ""),
        (["yes", "yes", None], "category", ""),
        ([True, False], "boolean", ""),
        (["red", "blue", "red"], "category", ""),
        (["1,5", "2,5", "2,5"], "category", ""),
        (["01907", "02116", "02116"], "category", ""),
        ([dt.date(2020, 1, 1), dt.date(2020, 1, 2)], "datetime", ""),
        ([dt.time(1), dt.time(2)], "number", ""),
        ([dt.timedelta(1), dt.timedelta(2)], "number", ""),
        (["31/12/2019", "01/01/2020"], "datetime", ""),
        (["03/04/2020", "05/06/2020"], "datetime", "day first; they fit either way"),
        ([None, None], "dropped", "all values are missing"),
        (["NA", "", None], "dropped", "all values are missing"),
        ([float("nan")] * 2, "dropped", "all values are missing"),
        ([7, 7, 7], "dropped", "constant: every value is 7"),
        ([[1], [2]], "dropped", "lists or objects"),
        (MANY, "dropped", "identifier-like"),
        ([float(i) for i in MANY], "dropped", "identifier-like"),
        (MANY[::-1], "dropped", "identifier-like"),
        ([3 * i for i in MANY], "dropped", "identifier-like"),
        ([i + 0.5 for i in MANY], "number", ""),
        ([1000 * i * i for i in MANY], "number", ""),
        (MANY[:10], "number", ""),
        ([f"row{i}" for i in MANY], "dropped", "identifier-like: 100 different values"),
        (SENTENCES, "dropped", "free text"),
        (SENTENCES[:2] * 10, "category", ""),
    ],
)
def test_kinds_and_reasons(values, kind, reason):
    found, why = kind_of(values)
    assert found == kind
    assert reason in why
    assert bool(why) == bool(reason)


def test_names_tell_identifiers_times_and_dates_apart():
    scattered = [i * i * 1000 + 7 for i in MANY]
    assert kind_of(scattered, "customer_id")[0] == "dropped"
    assert kind_of(scattered, "column_1")[0] == "dropped"
    assert kind_of(scattered, "paid")[0] == "number"
    assert kind_of(list(range(1900, 2000)), "year")[0] == "number"
    months = [year * 100 + month for year in (1926, 1927) for month in range(1, 13)]
    assert kind_of(months, "column_1") == (
        "datetime",
        "whole numbers read as dates (20200131, 202001)",
    )


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "userId", "row", "Index", "Unnamed: 0"])
def test_names_of_identifiers(name):
    assert is_identifier_name(name)


@pytest.mark.parametrize("name", ["paid", "PAID", "grid", "idea", "rows sold", "monkey", "age"])
def test_names_of_other_things(name):
    assert not is_identifier_name(name)


def test_entries_that_are_no_numbers_are_counted_and_listed():
    # 2 of 40 are wrong: 95 % read as numbers, which is just enough
    values = [str(i % 7) for i in range(38)] + ["abc", "12 %"]
    kind, reason = kind_of(values)
    assert NUMBER_SHARE == 0.95
    assert kind == "number"
    assert reason == ("2 of 40 entries are no number and count as missing: 'abc', '12 %'")
    assert kind_of([*values, "def"])[0] == "category"


def test_settings_go_before_guesses():
    frame = pl.DataFrame(
        {"code": [1, 2, 3, 4], "word": ["1", "x", "2", "y"], "out": [1.5, 2, 3, 4]}
    )
    columns = Columns(kinds={"code": "category", "word": "number"}, drop=["out"])
    plans = infer_kinds(frame, columns)
    assert [plan.kind for plan in plans] == ["category", "number", "dropped"]
    assert plans[1].reason.startswith("2 of 4 entries are no number")
    assert plans[2].reason == "left out as asked"


def test_unknown_columns_in_settings_get_a_suggestion():
    frame = pl.DataFrame({"income": [1, 2]})
    with pytest.raises(BadParameter, match=r"Columns\(drop='incme'\).*Did you mean 'income'"):
        infer_kinds(frame, Columns(drop=["incme"]))
    with pytest.raises(BadParameter, match=r"Columns\(kinds='incme'\)"):
        infer_kinds(frame, Columns(kinds={"incme": "number"}))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kinds": {"a": "numbr"}}, "kinds must be"),
        ({"missing": "medan"}, "Did you mean 'median'"),
        ({"fill": np.inf}, "fill must be a finite number"),
        ({"cap": (0.9, 0.1)}, "the lower quantile must be below the upper one"),
        ({"cap": (0.1, 1.1)}, "cap must be"),
        ({"drop": "age"}, "drop must be"),
        ({"scale": "z"}, "scale must be one of"),
        ({"category_limit": 0}, "category_limit must be"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(BadParameter, match=message):
        Columns(**settings).check()


def test_columns_are_a_scikit_learn_group_of_settings():
    columns = clone(Columns(scale="max"))
    assert columns.get_params() == Columns(scale="max").get_params()
    assert list(columns.get_params()) == sorted(Columns.contracts)


def test_identifiers_are_kept_where_nothing_else_is_left():
    plans = infer_kinds(pl.DataFrame({"x0": MANY}), Columns())
    assert plans[0].kind == "number"
    assert plans[0].reason.endswith("kept, as nothing else is left")


def test_a_table_of_nothing_is_refused_with_all_reasons():
    frame = pl.DataFrame({"a": [1, 1], "b": [None, None]})
    with pytest.raises(BadData, match=r"a: constant.*b: all values are missing"):
        infer_kinds(frame, Columns())


@pytest.mark.parametrize(
    ("one", "other"),
    [(["1"], ["2.5"]), (["1"], ["x"]), (["NA"], ["1"]), (["true"], ["1"]), (["01"], ["2"])],
)
def test_types_of_parts_add_up_to_the_type_of_the_whole(one, other):
    whole = exact_type(pl.Series(one + other))
    assert wider(exact_type(pl.Series(one)), exact_type(pl.Series(other))) == whole


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "dropped", "categories", "dates"),
    [
        ("tables/credit.csv.gz", ["column_1"], [], []),
        ("tables/taiwan_credit.csv", ["ID"], [], []),
        ("tables/california.csv", [], ["ocean_proximity"], []),
        ("tables/boston.csv", [], [], []),
        ("investors/scf_risk.csv", ["column_1"], [], []),
        ("funds/edhec.csv", [], [], ["date"]),
        (
            "funds/india_funds.csv",
            ["fund_id", "fund_name"],
            ["house", "category"],
            ["first_date", "last_date"],
        ),
        ("funds/fama_french/F-F_Research_Data_Factors_m.csv.gz", [], [], ["column_1"]),
    ],
)
def test_real_tables_are_understood(fondo_data, file, dropped, categories, dates):
    plans = infer_kinds(read_table(fondo_data / file), Columns())
    found = {kind: [p.name for p in plans if p.kind == kind] for kind in ("category", "datetime")}
    assert [p.name for p in plans if p.kind == "dropped"] == dropped
    assert found == {"category": categories, "datetime": dates}
