"""fondo.funds.persistence: by hand, against pandas, by chance, bad input."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.funds.persistence import stay_rates, transitions

DAYS = np.array(["2020-01-03", "2021-01-01", "2022-01-07"], "datetime64[D]")


def walk(rng, dates=12, funds=40):
    """Random quartiles of funds of which some are missing at some dates, shuffled."""
    date = np.repeat(np.datetime64("2010-01-01") + 364 * np.arange(dates), funds)
    fund, codes = np.tile(np.arange(funds), dates), rng.integers(-1, 4, dates * funds)
    keep = rng.permutation(np.flatnonzero(rng.random(dates * funds) < 0.9))
    return codes[keep], date[keep], fund[keep]


@given(st.integers(0, 10_000), st.sampled_from([1, 3]))
@settings(max_examples=20)
def test_counts_are_those_of_a_pandas_crosstab(seed, step):
    codes, date, fund = walk(np.random.default_rng(seed))
    wide = pd.DataFrame({"d": date, "f": fund, "c": codes}).pivot(
        index="d", columns="f", values="c"
    )
    wide = wide.fillna(-1).astype(int)
    before, after = wide[:-step].to_numpy().ravel(), wide[step:].to_numpy().ravel()
    after = np.where(after < 0, 4, after)
    expected = pd.crosstab(before[before >= 0], after[before >= 0]).reindex(
        index=range(4), columns=range(5), fill_value=0
    )
    assert transitions(codes, date, fund, step=step).counts.tolist() == expected.to_numpy().tolist()


def test_by_hand():
    # 2020: a, b best; 2021: a best, b second, c best; 2022: a and b gone, c best again
    fund = ["a", "b", "c", "a", "b", "c", "c"]
    found = transitions(
        [0, 0, 1, 0, 1, 0, 0], [*[DAYS[0]] * 3, *[DAYS[1]] * 3, DAYS[2]], fund, quantiles=2
    )
    assert found.counts.tolist() == [[2, 1, 1], [1, 0, 1]]
    assert found.repeat == 0.5
    assert found.chance == pytest.approx(3 / 6)
    assert (found.started.tolist(), found.stayed.tolist()) == ([2, 2], [1, 1])
    assert found.shares[1].tolist() == [0.5, 0, 0.5]
    assert found.to_json()["counts"] == [[2, 1, 1], [1, 0, 1]]


def test_staying_on_top_by_hand():
    # a stays twice, b once, c never: 2 of 3 after one look; of the first date's, 1 of 3 after two
    codes, fund = [0, 0, 0, 0, 0, 1, 0, 1, 0], list("abc") * 3
    shares, started = stay_rates(codes, np.repeat(DAYS, 3), fund, periods=3)
    assert started.tolist() == [5, 3, 0]
    assert shares[:2] == pytest.approx([3 / 5, 1 / 3])
    assert math.isnan(shares[2])


def test_without_skill_staying_is_chance():
    rng = np.random.default_rng(0)
    date, fund = (
        np.repeat(np.datetime64("1950-01-01") + 364 * np.arange(60), 80),
        np.tile(np.arange(80), 60),
    )
    codes = np.concatenate([rng.permutation(np.arange(80) % 4) for _ in range(60)])
    found = transitions(codes, date, fund)
    assert found.shares[:, :4] == pytest.approx(np.full((4, 4), 0.25), abs=0.04)
    assert found.chance == pytest.approx(0.25)
    low, high, _ = found.interval()
    assert low < 0.25 < high
    shares, _ = stay_rates(codes, date, fund, periods=2)
    assert shares == pytest.approx([1 / 4, 1 / 16], abs=0.03)


def test_an_empty_best_quantile_has_no_repeat():
    found = transitions([1, 1], DAYS[:2], ["a", "a"])
    assert math.isnan(found.repeat)
    assert found.to_json()["repeat"] is None
    assert math.isnan(stay_rates([1, 1], DAYS[:2], ["a", "a"])[0][0])


def test_bad_input_is_refused():
    with pytest.raises(BadData, match=r"there are 1 dates, so that none lies 1 later"):
        transitions([0, 1], [DAYS[0]] * 2, ["a", "b"])
    with pytest.raises(BadData, match="a fund stands twice at one date"):
        transitions([0, 1, 1], [DAYS[0], DAYS[0], DAYS[1]], ["a", "a", "a"])
    with pytest.raises(BadData, match="must be whole numbers from -1"):
        transitions([0.0, np.nan], DAYS[:2], ["a", "a"])
    with pytest.raises(BadData, match="must be whole numbers from -1"):
        stay_rates([-2, 0], DAYS[:2], ["a", "a"])
    with pytest.raises(BadData, match="must have one entry for each row"):
        transitions([0], DAYS[:2], ["a", "a"])
    with pytest.raises(BadParameter, match=r"quantiles=4\): codes reach 7"):
        transitions([7, 0], DAYS[:2], ["a", "a"])
    with pytest.raises(BadParameter, match="step must be a whole number of at least 1"):
        transitions([0, 0], DAYS[:2], ["a", "a"], step=0)
    with pytest.raises(BadParameter, match="periods must be a whole number of at least 1"):
        stay_rates([0, 0], DAYS[:2], ["a", "a"], periods=0)
