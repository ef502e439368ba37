"""Shapley values against the definition, their axioms, and cases worked by hand."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.explain.shapley import shapley

NAMES = ["a", "b", "c", "d"]
Function = Callable[[pl.DataFrame], np.ndarray]


def table(n: int, seed: int = 0) -> pl.DataFrame:
    return pl.DataFrame(np.random.default_rng(seed).normal(size=(n, 4)), schema=NAMES)


def by_definition(function: Function, row: pl.DataFrame, background: pl.DataFrame) -> np.ndarray:
    """Sum over all sets of the other columns, each weighted as Shapley (1953) says."""

    def worth(taken: tuple[str, ...]) -> float:
        mixed = background.with_columns(pl.lit(row[name][0]).alias(name) for name in taken)
        return float(np.mean(function(mixed)))

    n, effects = len(row.columns), []
    for name in row.columns:
        rest = [other for other in row.columns if other != name]
        total = 0.0
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for taken in itertools.combinations(rest, size):
                total += weight * (worth((*taken, name)) - worth(taken))
        effects.append(total)
    return np.array(effects)


def linear(rows: pl.DataFrame) -> np.ndarray:
    return (2 * rows["a"] - 3 * rows["b"] + rows["c"] + 7).to_numpy()


def paired(rows: pl.DataFrame) -> np.ndarray:
    return (rows["a"] * rows["b"] + rows["c"].sin() * rows["d"] + rows["a"]).to_numpy()


def tangled(rows: pl.DataFrame) -> np.ndarray:
    return np.asarray(np.tanh(rows["a"] * rows["b"] * rows["c"] - rows["d"]))


def test_by_hand_a_product_is_shared_equally() -> None:
    # f = a b, row (2, 3), background (0, 0): f goes from 0 to 6 only when both are in; 3 each
    row, background = pl.DataFrame({"a": [2.0], "b": [3.0]}), pl.DataFrame({"a": [0.0], "b": [0.0]})
    effects, base = shapley(lambda t: (t["a"] * t["b"]).to_numpy(), row, background)
    assert effects.tolist() == [3, 3]
    assert base == 0


@pytest.mark.parametrize("function", [linear, paired])
@pytest.mark.parametrize("pairs", [1, 5])
def test_sums_of_functions_of_two_columns_are_exact(function: Function, pairs: int) -> None:
    row, background = table(1), table(3, seed=1)
    effects, base = shapley(function, row, background, pairs=pairs)
    np.testing.assert_allclose(effects, by_definition(function, row, background), atol=1e-12)
    np.testing.assert_allclose(base, np.mean(function(background)))


def test_a_linear_function_gives_its_slopes() -> None:
    row, background = table(1), table(5, seed=1)
    effects, _ = shapley(linear, row, background, pairs=1)
    gaps = row.to_numpy()[0] - background.to_numpy().mean(axis=0)
    np.testing.assert_allclose(effects, [2, -3, 1, 0] * gaps, atol=1e-12)


def test_any_function_comes_near_its_definition() -> None:
    row, background = table(1), table(4, seed=1)
    effects, _ = shapley(tangled, row, background, pairs=2000)
    np.testing.assert_allclose(effects, by_definition(tangled, row, background), atol=0.02)


@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 9))
def test_effects_sum_to_the_answer_less_the_base(seed: int, height: int, pairs: int) -> None:
    row, background = table(1, seed), table(height, seed + 1)
    effects, base = shapley(tangled, row, background, pairs=pairs, seed=seed)
    np.testing.assert_allclose(effects.sum(), tangled(row)[0] - base, atol=1e-12)
    np.testing.assert_allclose(base, np.mean(tangled(background)), atol=1e-12)


@given(st.integers(0, 2**32))
def test_a_column_without_a_say_gets_nothing(seed: int) -> None:
    effects, _ = shapley(linear, table(1, seed), table(3, seed + 1))
    assert effects[3] == 0


def test_columns_with_the_same_say_get_the_same() -> None:
    row = pl.DataFrame({"a": [1.0], "b": [1.0], "c": [1.0]})
    background = pl.DataFrame({"a": [0.0], "b": [0.0], "c": [0.0]})
    effects, _ = shapley(lambda t: (t["a"] * t["b"] + t["c"]).to_numpy(), row, background)
    assert effects.tolist() == [0.5, 0.5, 1]


def test_columns_that_are_not_asked_for_stay_as_in_the_row() -> None:
    row, background = table(1), table(3, seed=1)
    effects, base = shapley(linear, row, background, columns=["b", "a"])
    fixed = background.with_columns(c=row["c"][0], d=row["d"][0])
    np.testing.assert_allclose(base, np.mean(linear(fixed)))
    gaps = row.to_numpy()[0] - background.to_numpy().mean(axis=0)
    np.testing.assert_allclose(effects, [-3 * gaps[1], 2 * gaps[0]], atol=1e-12)


def test_the_function_is_asked_once_for_rows_of_the_same_columns() -> None:
    asked: list[pl.DataFrame] = []

    def ask(rows: pl.DataFrame) -> np.ndarray:
        asked.append(rows)
        return linear(rows)

    shapley(ask, table(1), table(3, seed=1), pairs=4)
    assert [rows.shape for rows in asked] == [(2 * 6 * 5, 4)]  # 4 orders make 6: 2 a background row
    assert asked[0].columns == NAMES


def test_words_dates_and_gaps_are_mixed_as_they_are() -> None:
    row = pl.DataFrame(
        {"word": ["new"], "day": [None], "n": [3]}, schema_overrides={"day": pl.Date}
    )
    background = pl.DataFrame({"word": [None, "old"], "day": [None, None], "n": [1, 2]}).cast(
        {"day": pl.Date}
    )
    effects, base = shapley(
        lambda t: ((t["word"] == "new").fill_null(value=False).cast(float) + t["n"]).to_numpy(),
        row,
        background,
    )
    assert effects.tolist() == [1, 0, 1.5]
    assert base == 1.5


def test_the_same_seed_gives_the_same_effects() -> None:
    one, other = (shapley(tangled, table(1), table(3, 1), pairs=3, seed=s)[0] for s in (4, 4))
    assert one.tolist() == other.tolist()
    assert shapley(tangled, table(1), table(3, 1), pairs=3, seed=5)[0].tolist() != one.tolist()


def test_what_cannot_be_explained_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"shapley\(pairs=0\): pairs must be a whole number"):
        shapley(linear, table(1), table(1), pairs=0)
    for row, background in ((table(2), table(1)), (table(1), table(0)), (table(0), table(1))):
        with pytest.raises(BadData, match=r"rows to explain, . background rows .* Give one row"):
            shapley(linear, row, background)
    with pytest.raises(BadData, match="0 columns"):
        shapley(linear, table(1), table(1), columns=[])
    with pytest.raises(BadData, match="column 'd' is not in both tables. Give the same"):
        shapley(linear, table(1), table(1).drop("d"))
    with pytest.raises(BadData, match="column 'a' is String in the background and Float64 in the"):
        shapley(linear, table(1), table(1).cast({"a": pl.String}))
