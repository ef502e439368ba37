"""fondo.judge.leaks: planted leaks are found, clean and merely coarse tables are left alone."""

import json

import numpy as np
import polars as pl
import pytest
from sklearn import datasets

from fondo.errors import BadData, BadParameter
from fondo.judge.leaks import Leak, Part, find_leaks

SAMPLES = {
    "breast_cancer": (datasets.load_breast_cancer, "class"),
    "wine": (datasets.load_wine, "class"),
    "iris": (datasets.load_iris, "class"),
    "diabetes": (datasets.load_diabetes, "number"),
}


def part(frame, y, rows, **more):
    hashes = frame.with_columns(y=pl.Series(y)).hash_rows().to_numpy()
    columns = {name: frame[name].to_numpy()[rows] for name in frame.columns}
    return Part(hashes[rows], columns, y[rows], **more)


def split(n, seed, copied=0):
    order = np.random.default_rng(seed).permutation(n)
    test, train = order[: n // 5], order[n // 5 :]
    return train, np.r_[test[copied:], train[:copied]]


def load(name):
    loader, kind = SAMPLES[name]
    X, y = loader(return_X_y=True)
    return pl.DataFrame({f"x{i}": X[:, i] for i in range(X.shape[1])}), y, kind


def leaks(frame, y, kind, rows):
    return find_leaks(part(frame, y, rows[0]), part(frame, y, rows[1]), kind)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("seed", range(4))
def test_clean_samples_raise_no_alarm(name, seed):
    frame, y, kind = load(name)
    found = leaks(frame, y, kind, split(len(y), seed))
    assert [leak for leak in found if leak.severity != "note"] == []
    if name != "iris":  # where two flowers measure the same
        assert found == []


@pytest.mark.parametrize("name", SAMPLES)
def test_copied_rows_are_found(name):
    frame, y, kind = load(name)
    (leak,) = leaks(frame, y, kind, split(len(y), 0, copied=10))
    assert (leak.kind, leak.severity, leak.rows) == ("same row", "leak", 10)
    assert "far more than coincidence explains" in leak.message


def test_copied_rows_are_found_under_a_new_number():
    frame, y, kind = load("wine")
    train, test = split(len(y), 0, copied=10)
    number = np.random.default_rng(1).permutation(len(y))
    first = part(frame.with_columns(row_id=number), y, train)
    other = frame.with_columns(row_id=number + len(y))
    (leak,) = find_leaks(first, part(other, y, test), kind)
    assert (leak.kind, leak.rows) == ("same row", 10)
    assert "apart from row_id" in leak.message


def test_coarse_rows_meet_by_coincidence():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.integers(0, 4, 2000) for name in "abcde"})
    y = rng.integers(0, 2, 2000)
    (leak,) = leaks(frame, y, "class", split(2000, 0))
    assert (leak.kind, leak.severity) == ("same row", "note")
    assert "no sign of a leak" in leak.message


def test_a_few_copies_are_a_warning_and_no_columns_cannot_excuse_them():
    hashes = np.arange(1000, dtype=np.uint64)
    y = np.arange(1000.0)
    (leak,) = find_leaks(
        Part(hashes, {}, y), Part(np.r_[hashes[:3], hashes[:997] + 5000], {}, y), "number"
    )
    assert (leak.severity, leak.rows) == ("warning", 3)


@pytest.mark.parametrize("disguise", ["copy", "scaled", "logarithm", "noisy"])
def test_the_target_in_disguise_is_found(disguise):
    frame, y, _ = load("diabetes")
    noise = np.random.default_rng(0).normal(size=len(y)) * 0.02 * y.std()
    column = {"copy": y, "scaled": 3 - 2 * y, "logarithm": np.log(y), "noisy": y + noise}[disguise]
    (leak,) = leaks(frame.with_columns(later=column), y, "number", split(len(y), 0))
    assert (leak.kind, leak.severity, leak.where) == ("target in disguise", "leak", "later")


@pytest.mark.parametrize("words", [False, True])
def test_a_class_in_disguise_is_found(words):
    frame, y, _ = load("wine")
    column = pl.Series([f"type {label}" for label in y]) if words else y * 7
    (leak,) = leaks(frame.with_columns(later=column), y, "class", split(len(y), 0))
    assert (leak.kind, leak.where) == ("target in disguise", "later")


def test_an_identifier_predicts_only_where_rows_are_sorted():
    frame, y, _ = load("wine")  # sorted by class
    numbers = np.arange(len(y))
    (leak,) = leaks(frame.with_columns(number=numbers), y, "class", split(len(y), 0))
    assert (leak.kind, leak.severity, leak.where) == ("identifier", "leak", "number")
    mixed = np.random.default_rng(0).permutation(len(y))
    assert leaks(frame.with_columns(number=mixed), y, "class", split(len(y), 0)) == []
    names = pl.Series([f"W{number:05d}" for number in numbers])
    (leak,) = leaks(frame.with_columns(name=names), y, "class", split(len(y), 0))
    assert (leak.kind, leak.where) == ("identifier", "name")


def test_time_running_backwards_is_found():
    frame, y, kind = load("diabetes")
    train, test = split(len(y), 0)
    when = np.datetime64("2024-01-01") + np.arange(len(y))
    found = find_leaks(
        part(frame, y, train, time=when[train]), part(frame, y, test, time=when[test]), kind
    )
    assert [(leak.kind, leak.severity) for leak in found] == [("time", "leak")]
    late, early = np.sort(np.r_[train, test])[350:], np.arange(350)
    assert (
        find_leaks(
            part(frame, y, early, time=when[early]), part(frame, y, late, time=when[late]), kind
        )
        == []
    )


def test_groups_on_both_sides_are_found():
    frame, y, kind = load("diabetes")
    train, test = split(len(y), 0)
    person = np.array([f"p{i // 2}" for i in range(len(y))])
    (leak,) = find_leaks(
        part(frame, y, train, groups=person[train]), part(frame, y, test, groups=person[test]), kind
    )
    known = np.isin(person[test], person[train]).sum()
    assert (leak.kind, leak.severity, leak.rows) == ("group", "leak", known)
    own = np.arange(len(y))
    assert (
        find_leaks(
            part(frame, y, train, groups=own[train]), part(frame, y, test, groups=own[test]), kind
        )
        == []
    )


def test_a_person_with_several_rows_on_both_sides_is_noticed():
    rng = np.random.default_rng(0)
    person = rng.integers(0, 60, 600)
    y = rng.normal(size=60)[person] * 3 + rng.normal(size=600)
    frame = pl.DataFrame({"patient_id": person.astype(str), "x": rng.normal(size=600)})
    (leak,) = leaks(frame, y, "number", split(600, 0))
    assert (leak.kind, leak.severity, leak.where) == ("group", "warning", "patient_id")


def test_odd_columns_do_no_harm():
    n = 100
    frame = pl.DataFrame(
        {
            "none": pl.Series([None] * n, dtype=pl.String),
            "words": ["a", None] * (n // 2),
            "flag": [True, False] * (n // 2),
            "huge": [np.inf, 1e308, -np.inf, np.nan] * (n // 4),
            "day": pl.Series([None, "2024-01-01"] * (n // 2)).str.to_date(),
        }
    )
    y = np.random.default_rng(0).normal(size=n)
    found = leaks(frame, y, "number", split(n, 0))
    assert [leak for leak in found if leak.severity != "note"] == []


def test_a_leak_survives_json():
    leak = Leak("time", "leak", "time", "words", 3)
    assert Leak.from_json(json.loads(json.dumps(leak.to_json()))) == leak


def test_messages():
    empty = Part(np.zeros(0, np.uint64), {}, np.zeros(0))
    with pytest.raises(BadData, match=r"find_leaks\(train\): there must be at least one row"):
        find_leaks(empty, empty, "class")
    with pytest.raises(BadParameter, match="kind must be 'class', 'number' or 'points'"):
        find_leaks(empty, empty, "words")


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "target", "kind", "expected"),
    [
        ("california.csv", "median_house_value", "number", []),
        ("taiwan_credit.csv", "class", "class", ["note"]),
        ("credit.csv.gz", "SeriousDlqin2yrs", "class", ["note"]),
    ],
)
def test_real_tables_raise_no_alarm_and_copies_do(fondo_data, file, target, kind, expected):
    frame = pl.read_csv(fondo_data / "tables" / file, null_values=["NA"], infer_schema_length=None)
    y, frame = frame[target].to_numpy(), frame.drop(target)
    found = leaks(frame, y, kind, split(len(y), 0))
    assert [leak.severity for leak in found] == expected
    copied = leaks(frame, y, kind, split(len(y), 0, copied=len(y) // 50))
    assert "leak" in [leak.severity for leak in copied]
