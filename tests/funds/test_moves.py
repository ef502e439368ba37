from typing import Any

import numpy as np
import polars as pl
import pytest

from fondo.funds.moves import Moves, moves
from fondo.funds.result import Backtest

NAN = float("nan")
# Eight funds, then seven of them: h has ended. Quartiles of 8 hold 2 each; of 7 they end after
# 2, 4 and 5 funds (1.75, 3.5 and 5.25, halves up).
FIRST = dict(zip("abcdefgh", [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], strict=True))
SECOND = dict(zip("abcdefg", [7.0, 1.0, 6.0, 5.0, 4.0, 3.0, 2.0], strict=True))
COUNTS = [[1, 0, 0, 1, 0], [1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]]


def made(looks: dict[tuple[str, str], dict[str, float]], sign: int = 1, side: int = 1) -> Backtest:
    """Backtest of outcomes by (date, end of label); a fund "a2" is fund a in group 2."""
    rows: list[dict[str, Any]] = [
        {"date": date, "label_end": end, "fund": fund, "peer": f"group {fund[1:] or 1}",
         "outcome": value, "y": 0.0 if value == value else NAN}
        for (date, end), values in looks.items()
        for fund, value in values.items()
    ]  # fmt: skip
    frame = pl.DataFrame(rows).with_columns(pl.col("date", "label_end").str.to_date())
    return Backtest(frame, {}, {"sign": sign, "side": side})


def found(done: Backtest, peer: str | None = None) -> Moves:
    told = moves(done, peer)
    assert told is not None
    return told


YEARS = [("2020-01-03", "2021-01-01"), ("2021-01-01", "2022-01-07")]


def test_moves_worked_by_hand() -> None:
    told = found(made({YEARS[0]: FIRST, YEARS[1]: SECOND}))
    assert told.found.counts.tolist() == COUNTS
    assert told.found.repeat == 0.5
    assert told.found.chance == 2 / 8  # a and c of all eight
    assert told.step == 1
    np.testing.assert_array_equal(told.stayed, [0.5, NAN, NAN])
    assert told.started.tolist() == [2, 0, 0]
    assert told.by_chance.tolist() == [0.25, 0.0625, 0.015625]
    assert told.year.tolist() == ["2020"]
    assert (told.again.tolist(), told.first.tolist(), told.repeat.tolist()) == ([1], [2], [0.5])


@pytest.mark.parametrize(("sign", "side", "factor"), [(1, 1, 1), (-1, -1, 1), (-1, 1, -1)])
def test_the_first_quartile_is_the_investors_best(sign: int, side: int, factor: int) -> None:
    # sign times side is 1 where a higher outcome is better, whatever the label looks for
    looks = [{fund: factor * v for fund, v in values.items()} for values in (FIRST, SECOND)]
    done = made(dict(zip(YEARS, looks, strict=True)), sign, side)
    assert found(done).found.counts.tolist() == COUNTS


def test_a_fund_without_a_label_is_gone() -> None:
    told = found(made({YEARS[0]: FIRST, YEARS[1]: SECOND | {"a": NAN}}))
    assert told.found.counts[0].tolist() == [0, 0, 0, 1, 1]
    assert told.found.repeat == 0
    done = made({YEARS[0]: FIRST, YEARS[1]: SECOND})  # an outcome alone does not rank it
    last = (pl.col("fund") == "a") & (pl.col("date").dt.year() == 2021)
    rows = done.rows.with_columns(pl.when(last).then(NAN).otherwise("y").alias("y"))
    told = found(Backtest(rows, {}, done.facts))
    assert told.found.counts[0].tolist() == [0, 0, 0, 1, 1]


def test_a_group_is_ranked_by_itself() -> None:
    other = {f"{fund}2": -value for fund, value in FIRST.items()}
    again = {f"{fund}2": -value for fund, value in FIRST.items()}
    done = made({YEARS[0]: FIRST | other, YEARS[1]: SECOND | again})
    assert found(done, "group 1").found.counts.tolist() == COUNTS
    assert found(done, "group 2").found.counts.tolist() == (2 * np.eye(4, 5)).tolist()
    both = found(done, None).found.counts
    assert both.tolist() == (np.array(COUNTS) + 2 * np.eye(4, 5)).tolist()


def test_looks_are_a_label_window_apart_and_years_are_split() -> None:
    half = [
        ("2019-01-04", "2020-01-03"), ("2019-07-05", "2020-07-03"),
        ("2020-01-03", "2021-01-01"), ("2020-07-03", "2021-07-02"),
        ("2021-01-01", "2022-01-07"),
    ]  # fmt: skip
    turned = {fund: -value for fund, value in FIRST.items()}
    told = found(made(dict(zip(half, [FIRST, FIRST, FIRST, turned, turned], strict=True))))
    assert told.step == 2
    # 2019: from January all stay, from July all turn round; 2020: from January all turn round
    assert told.year.tolist() == ["2019", "2020"]
    assert told.again.tolist() == [2, 0]
    assert told.first.tolist() == [4, 2]
    assert told.repeat.tolist() == [0.5, 0.0]


def test_without_two_windows_there_are_no_moves() -> None:
    assert moves(made({YEARS[0]: FIRST})) is None
    unknown = dict.fromkeys(FIRST, NAN)
    assert moves(made({YEARS[0]: unknown, YEARS[1]: unknown})) is None
    assert moves(made({YEARS[0]: FIRST, YEARS[1]: SECOND}), "group 9") is None


def test_a_year_without_a_first_quartile_has_no_rate() -> None:
    looks = {
        YEARS[0]: dict.fromkeys(FIRST, NAN), YEARS[1]: SECOND,
        ("2022-01-07", "2023-01-06"): SECOND,
    }  # fmt: skip
    told = found(made(looks))
    np.testing.assert_array_equal(told.repeat, [NAN, 1.0])
