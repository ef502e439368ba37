"""fondo.judge.rates: the known intervals, against SciPy, by simulation, and in words."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.judge.rates import Rate, Share, garwood, hours_needed


@pytest.mark.parametrize(
    ("count", "hours", "low", "high"),
    [(0, 10, 0, 0.369), (2, 24, 0.010, 0.301), (5, 10, 0.162, 1.167), (0, 1, 0, 3.689)],
)
def test_the_exact_intervals_that_are_known(count, hours, low, high):
    assert garwood(count, hours)[:2] == pytest.approx((low, high), abs=5e-4)


def test_the_share_that_is_known():
    share = Share.of(285, 300)
    assert (share.low, share.high) == pytest.approx((0.9192, 0.9695), abs=5e-5)


@given(st.integers(0, 60), st.floats(0.1, 100), st.floats(0.5, 0.999))
def test_the_ends_are_where_the_count_becomes_unlikely(count, hours, level):
    low, high, method = garwood(count, hours, level)
    assert stats.poisson.cdf(count, high * hours) == pytest.approx((1 - level) / 2, abs=1e-9)
    if count:
        assert stats.poisson.sf(count - 1, low * hours) == pytest.approx((1 - level) / 2, abs=1e-9)
    assert low <= count / hours <= high
    assert method == "Garwood"


@pytest.mark.parametrize("mean", [0.3, 2.0, 9.5])
def test_the_interval_keeps_its_promise(mean):
    counts = np.arange(60)
    inside = [garwood(int(c), 1.0).low <= mean <= garwood(int(c), 1.0).high for c in counts]
    assert stats.poisson.pmf(counts, mean) @ inside >= 0.95


def test_what_may_be_claimed():
    assert hours_needed(0.1) == pytest.approx(29.957, abs=1e-3)  # -ln 0.05 / 0.1
    assert Rate.of(0, 30).claims(0.1)
    assert not Rate.of(0, 29.9).claims(0.1)
    assert Rate.of(0, hours_needed(0.5)).claims(0.5)
    assert not Rate.of(2, 24).claims(0.1)  # 0.083 as counted
    assert Rate.of(2, 24).claims(0.27)


def test_nothing_is_ever_said_to_be_0_an_hour():
    assert str(Rate.of(0, 6)) == "0 in 6 h: at most 0.615 an hour"
    assert str(Rate.of(5, 10)) == "5 in 10 h: 0.500 an hour (0.162-1.167)"
    for hours in (0, -1, float("nan")):
        with pytest.raises(BadData, match="without hours there is no rate, not even 0 an hour"):
            Rate.of(0, hours)


def test_shares_in_words_and_plain_numbers():
    assert str(Share.of(285, 300)) == "0.950 (0.919-0.969; 285 of 300)"
    assert str(Share.of(0, 0)) == "none of none"
    assert json.loads(json.dumps(Share.of(0, 0).to_json()))["value"] is None
    plain = json.loads(json.dumps(Rate.of(2, 24).to_json()))
    assert plain["per_hour"] == pytest.approx(1 / 12)
    assert (plain["count"], plain["hours"]) == (2, 24)


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(BadParameter, match=r"garwood\(count=-1\): count must be a whole number"):
        garwood(-1, 10)
    with pytest.raises(BadParameter, match=r"garwood\(exposure=0\): exposure must be a number"):
        garwood(1, 0)
    with pytest.raises(BadParameter, match=r"hours_needed\(per_hour=0\)"):
        hours_needed(0)
    with pytest.raises(BadParameter, match=r"level must be a number in \(0, 1\)"):
        garwood(1, 1, 95)
