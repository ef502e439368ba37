"""fondo.judge.learning_curve: Student's t, coverage by simulation, curves that do not fall."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.judge import learning_curve as module
from fondo.judge.learning_curve import Estimate, learning_curve

SIZES = (50, 100, 200, 400, 800)


def law(n, floor=0.3, scale=0.1, rate=0.5):
    return floor + scale * (np.asarray(n) / SIZES[-1]) ** -rate


def errors(seed=0, repeats=5, noise=0.02, true=law):
    """Repeats whose errors differ the more, the fewer the rows."""
    spread = noise * np.sqrt(SIZES[-1] / np.array(SIZES)) / 2
    return true(SIZES) + spread * np.random.default_rng(seed).normal(size=(repeats, len(SIZES)))


def test_a_curve_without_noise_is_known_to_the_last_digit():
    found = learning_curve(SIZES, np.tile(law(SIZES), (3, 1)))
    # 0.1 (1 - 1 / sqrt 2) is what doubling buys; 0.35 is 0.05 above the floor, at 4 x 800 rows
    assert found.gain() == pytest.approx([0.1 * (1 - math.sqrt(0.5))] * 3, rel=1e-4)
    assert found.at(1600) == pytest.approx([0.3 + 0.1 * math.sqrt(0.5)] * 3, rel=1e-5)
    assert found.rows_for(0.35) == pytest.approx([3200] * 3, rel=1e-3)
    assert found.foretold.predicted == pytest.approx(0.4, rel=1e-4)
    assert found.foretold.measured == pytest.approx(0.4)


@pytest.mark.parametrize("repeats", [3, 8])
def test_measured_means_have_the_interval_of_student(repeats):
    values = errors(3, repeats)
    found = learning_curve(SIZES, values).measured(2)
    low, high = stats.t.interval(0.95, repeats - 1, values[:, 2].mean(), stats.sem(values[:, 2]))
    assert found.value == pytest.approx(values[:, 2].mean())
    assert (found.high - found.low) == pytest.approx(high - low, rel=0.15)


def test_what_rows_add_is_added_as_variances_are():
    values, rows = errors(1, 40, noise=1e-4), 0.03**2 * np.ones((5, 5))
    found = learning_curve(SIZES, values, rows=rows)
    # a shift that all sizes share: 2 x 1.96 x 0.03 wide, and the gain hardly knows it
    level = found.measured(4)
    assert level.high - level.low == pytest.approx(2 * 1.96 * 0.03, rel=0.1)
    gain = found.gain()
    assert gain.high - gain.low < 0.01


@settings(max_examples=10)
@given(st.integers(0, 1000), st.permutations(range(5)))
def test_the_order_of_repeats_does_not_matter(seed, order):
    values = errors(seed)
    one, other = learning_curve(SIZES, values), learning_curve(SIZES, values[list(order)])
    assert other.gain() == pytest.approx(one.gain(), rel=1e-6, abs=1e-9)
    assert other.at(1600) == pytest.approx(one.at(1600), rel=1e-6)


@settings(max_examples=10)
@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_errors_in_another_unit_give_the_same_answer_in_that_unit(seed, times):
    values, rows = errors(seed), np.diag(np.full(5, 1e-4))
    one = learning_curve(SIZES, values, rows=rows)
    other = learning_curve(SIZES, times * values, rows=times**2 * rows)
    assert other.gain() == pytest.approx([times * x for x in one.gain()], rel=1e-5, abs=1e-7)
    assert other.foretold.low == pytest.approx(times * one.foretold.low, rel=1e-5, abs=1e-7)
    assert other.rows_for(times * 0.38) == pytest.approx(one.rows_for(0.38), rel=1e-4)


def simulate(seed):
    """Repeats that share a shift of their test rows, which no repeat can show, and dealings."""
    generator = np.random.default_rng(seed)
    shared = 0.03 * generator.normal()
    own = 0.02 * generator.normal(size=(5, 1))
    fits = 0.01 * np.sqrt(SIZES[-1] / np.array(SIZES)) / 1.5 * generator.normal(size=(5, 5))
    return law(SIZES) + shared + own + fits


def test_intervals_hold_the_truth_about_as_often_as_they_say(monkeypatch):
    """Of 40 planted curves; without what the rows add, errors would be far too sure."""
    held = {"error": 0, "gain": 0, "check": 0, "bare": 0}
    rows = 0.03**2 * np.ones((5, 5))
    monkeypatch.setattr(module, "RESAMPLES", 200)
    for seed in range(40):
        found = learning_curve(SIZES, simulate(seed), rows=rows)
        held["error"] += found.at(1600).low <= law(1600) <= found.at(1600).high
        held["gain"] += found.gain().low <= law(800) - law(1600) <= found.gain().high
        held["check"] += found.foretold.holds
        bare = learning_curve(SIZES, simulate(seed)).at(1600)
        held["bare"] += bare.low <= law(1600) <= bare.high
    assert held["error"] >= 36
    assert held["gain"] >= 36
    assert held["check"] >= 36
    assert held["bare"] <= 30


def test_a_level_below_gives_shorter_intervals():
    wide, short = (learning_curve(SIZES, errors(), level=level).gain() for level in (0.95, 0.5))
    assert wide.low < short.low < short.value < short.high < wide.high


def test_errors_that_stand_still_tell_no_gain():
    wrong = 0
    for seed in range(20):
        gain = learning_curve(SIZES, errors(seed, true=lambda n: 0.4 + 0 * law(n))).gain()
        wrong += not gain.low <= 0 <= gain.high
    assert wrong <= 3


def test_errors_that_rise_are_told_as_a_loss():
    found = learning_curve(SIZES, errors(noise=0.002, true=lambda n: 0.6 - law(n, floor=0.0)))
    assert found.gain().high < 0
    assert found.rows_for(0.1) == (math.inf, math.inf, math.inf)


def test_a_step_at_the_end_is_not_foretold_by_the_smaller_sizes():
    step = learning_curve(
        SIZES, errors(noise=0.002, true=lambda n: law(n) - 0.1 * (np.array(n) > 400))
    )
    assert not step.foretold.holds
    assert step.foretold.predicted > step.foretold.measured + 0.05
    assert learning_curve(SIZES, errors(noise=0.002)).foretold.holds


def test_errors_that_cannot_be_negative_are_not_told_so():
    low, rows = errors(true=lambda n: law(n, floor=0.0, scale=0.02)), 0.03**2 * np.ones((5, 5))
    bounded = learning_curve(SIZES, low, rows=rows)
    free = learning_curve(SIZES, low, rows=rows, bounded=False)
    assert bounded.at(1600).low == 0
    assert bounded.measured(4).low == 0
    assert free.at(1600).low < 0


def test_never_fewer_rows_than_were_measured_are_told():
    assert learning_curve(SIZES, errors()).rows_for(5.0) == (50, 50, 50)


def test_estimates_without_a_bound_become_none_in_json():
    assert Estimate(1.0, 0.5, math.inf).to_json() == {"value": 1.0, "low": 0.5, "high": None}


@pytest.mark.parametrize(
    ("sizes", "given", "kind", "message"),
    [
        (SIZES[:3], {}, BadParameter, "at least 4 sizes: three fix the curve"),
        (SIZES, {"repeats": 1}, BadData, "at least 2 repeats.*One dealing of the rows"),
        ((50, 100, 100, 400, 800), {}, BadParameter, "rising numbers of rows"),
        ((50, 100, 200, 400), {}, BadData, "a finite error for each of the 4 sizes"),
    ],
)
def test_too_few_points_are_refused(sizes, given, kind, message):
    with pytest.raises(kind, match=message):
        learning_curve(sizes, errors(**given)[:, : len(sizes) if len(sizes) == 3 else None])


def test_numbers_that_cannot_be_are_refused():
    holes = errors()
    holes[1, 2] = np.nan
    with pytest.raises(BadData, match="a finite error"):
        learning_curve(SIZES, holes)
    with pytest.raises(BadData, match=r"finite covariance of shape \(5, 5\), not \(2, 2\)"):
        learning_curve(SIZES, errors(), rows=np.eye(2))
    with pytest.raises(BadParameter, match=r"learning_curve\(level=2\)"):
        learning_curve(SIZES, errors(), level=2)
    found = learning_curve(SIZES, errors())
    with pytest.raises(BadParameter, match=r"gain\(factor=0\): factor must be a number above 0"):
        found.gain(0)
    with pytest.raises(BadParameter, match="error must be a finite number"):
        found.rows_for(math.nan)
