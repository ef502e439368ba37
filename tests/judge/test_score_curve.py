"""fondo.judge.score_curve: scores that rise and errors that fall, tables, and plain words."""

import json
import math

import numpy as np
import pytest

from fondo.judge.learning_curve import Estimate, learning_curve
from fondo.judge.score_curve import ScoreCurve, rounded

SIZES = (100, 200, 400, 800, 1600)


def made(scale, *, metric="log_loss", higher=False, noise=0.002, floor=0.3, naive=0.69):
    """Curve of five repeats around floor + scale (n / 1600)^-0.5."""
    errors = floor + scale * (np.array(SIZES) / SIZES[-1]) ** -0.5
    errors = errors + noise * np.random.default_rng(0).normal(size=(5, len(SIZES)))
    scores = 1 - errors if higher else errors
    plain = tuple(map(tuple, scores.tolist()))
    return ScoreCurve(metric, higher, learning_curve(SIZES, errors), plain, (naive,) * len(SIZES))


def test_an_error_that_falls_is_told_with_its_interval():
    told = made(0.04).told
    # 0.04 (1 - 1 / sqrt 2) is 0.0117, and 0.3 + 0.0283 what is left
    assert told.startswith("Doubling the 1,600 training rows would lower log loss by about 0.01")
    assert ", to 0.32" in told
    assert "(0.01" in told


def test_a_score_that_rises_is_the_same_the_other_way_round():
    error, score = made(0.04), made(0.04, metric="accuracy", higher=True, naive=0.5)
    assert score.gain() == error.gain()
    assert score.at(3200).value == pytest.approx(1 - error.at(3200).value)
    assert score.at(3200).low == pytest.approx(1 - error.at(3200).high)
    assert score.measured(0).high == pytest.approx(1 - error.measured(0).low)
    assert score.rows_for(1 - 0.32) == pytest.approx(error.rows_for(0.32))
    assert "would raise accuracy by about 0.01" in score.told
    assert score.told_briefly.startswith("The accuracy would rise by about 0.01")
    assert error.told_briefly.startswith("The log loss would fall by about 0.01")


def test_no_score_is_told_below_zero():
    wide = made(0.3, metric="accuracy", higher=True, noise=0.6)
    assert wide.measured(0).low == 0
    assert wide.at(100).low >= 0


def test_a_curve_that_stands_still_buys_nothing_that_can_be_told():
    still = made(0.0, noise=0.01)
    assert not still.helps
    assert still.told.startswith("More rows of this kind would buy nothing that can be told from")
    assert "change log loss by something between -0.0" in still.told
    assert " and +0.0" in still.told
    assert "no gain can be told from chance (-0.0" in still.told_briefly


def test_a_score_that_rises_by_chance_alone_has_the_sign_of_the_score():
    still = made(0.0, noise=0.01, metric="accuracy", higher=True, naive=0.5)
    low, high = still.gain().low, still.gain().high
    assert low < 0 < high
    shown = rounded(still.gain(), sign="+")
    assert f"between {shown[1]} and {shown[2]}." in still.told


def test_a_gain_that_is_written_as_zero_is_none():
    def told(low):
        curve = made(0.04)
        object.__setattr__(curve, "gain", lambda factor=2.0: Estimate(0.01, low, 0.02))
        return curve.helps

    assert told(0.001)
    assert not told(0.0001)
    assert not told(-0.001)


def test_a_curve_that_rises_says_what_to_look_at():
    worse = made(-0.05)
    assert worse.told.startswith("More rows made it worse")
    assert "Look whether the rows are all of one kind" in worse.told


def test_what_makes_the_curve_doubtful_is_told():
    assert made(0.04).warning == ""
    assert "no better by log loss than always giving the same" in made(0.04, naive=0.33).warning
    high = made(0.04, metric="accuracy", higher=True, naive=0.7)
    assert "no better by accuracy" in high.warning
    errors = np.array([0.6, 0.5, 0.44, 0.41, 0.2]) + np.zeros((3, 1))
    errors += 0.001 * np.random.default_rng(0).normal(size=(3, 5))
    plain = tuple(map(tuple, errors.tolist()))
    bent = ScoreCurve("rmse", False, learning_curve(SIZES, errors), plain, (1.0,) * 5)
    assert "no sure guide: from the smaller sizes alone it foretells rmse 0.3" in bent.warning
    assert "for 1,600 rows, and 0.19" in bent.warning


def test_the_table_has_a_row_a_size_and_the_doubled_rows():
    rows = made(0.04).table()
    assert [row["rows"] for row in rows] == [*SIZES, 3200]
    assert [row["foretold"] for row in rows] == [False] * 5 + [True]
    assert rows[-1]["naive"] is None
    assert rows[0]["naive"] == 0.69
    assert rows[0]["low"] < rows[0]["value"] < rows[0]["high"]
    assert rows[2]["curve"] == pytest.approx(0.3 + 0.04 * 2, abs=0.005)


def test_json_is_plain_and_holds_the_law():
    plain = json.loads(json.dumps(made(0.04).to_json(), allow_nan=False))
    assert plain["law"]["floor"] + plain["law"]["scale"] == pytest.approx(0.34, abs=0.005)
    assert plain["doubling"]["low"] < plain["doubling"]["value"]
    assert plain["check"]["holds"] is True
    assert len(plain["scores"]) == 5


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (Estimate(0.0, 0.0, 0.0), ("0.0000", "0.0000", "0.0000")),
        (Estimate(-0.0004, -0.021, 0.0005), ("0.000", "-0.021", "0.001")),
        (Estimate(1.2e12, -3e11, 1.25e13), ("1.2e+12", "-3e+11", "1.25e+13")),
        (Estimate(1500.0, 400.0, math.inf), ("1,500", "400", "inf")),
    ],
)
def test_numbers_are_written_as_exactly_as_they_are_known(found, shown):
    assert rounded(found) == shown


def test_digits_may_be_those_of_another_interval():
    assert rounded(Estimate(0.33333, 0.1, 0.5), Estimate(0, -0.001, 0.001))[0] == "0.3333"
