"""fondo.judge.power_law: planted laws, curve_fit, a straight line in logarithms, by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from fondo.errors import BadData, BadParameter
from fondo.judge.power_law import FASTEST, SLOWEST, fit_power_law

SIZES = np.array([50.0, 100.0, 200.0, 400.0, 800.0])


def law_of(n, floor, scale, rate):
    return floor + scale * (n / SIZES[-1]) ** -rate


def noisy(seed, *law, noise=0.01):
    return law_of(SIZES, *law) + np.random.default_rng(seed).normal(0, noise, len(SIZES))


def squares(errors, found):
    return float((SIZES * (errors - np.array([found(n) for n in SIZES])) ** 2).sum())


def test_three_sizes_by_hand():
    # 3, 2, 1.5 fall by 1 and then by half of that while the rows double: the rate is 1;
    # scale (2 - 1) = 2 - 1.5, so the scale is 0.5 and the floor 1.5 - 0.5
    found = fit_power_law([1, 2, 4], np.array([3.0, 2.0, 1.5]))
    assert (found.floor, found.scale, found.rate) == pytest.approx((1, 0.5, 1), rel=1e-4)
    assert found(8) == pytest.approx(1.25, rel=1e-4)
    assert found.rows_for(1.25) == pytest.approx(8, rel=1e-3)


@settings(max_examples=20)
@given(st.floats(0, 2), st.floats(0.05, 5), st.floats(0.1, 1.9))
def test_a_planted_law_comes_back(floor, scale, rate):
    found = fit_power_law(SIZES, law_of(SIZES, floor, scale, rate))
    assert found.rate == pytest.approx(rate, rel=1e-3)
    assert (found.floor, found.scale) == pytest.approx((floor, scale), rel=1e-3, abs=1e-3)
    assert found(1600) == pytest.approx(law_of(1600, floor, scale, rate), rel=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_noisy_errors_give_what_curve_fit_finds(seed):
    errors = noisy(seed, 0.3, 0.2, 0.6)
    theirs, _ = curve_fit(
        law_of,
        SIZES,
        errors,
        p0=(0.3, 0.2, 0.6),
        sigma=1 / np.sqrt(SIZES),
        bounds=([0, -np.inf, SLOWEST], [np.inf, np.inf, FASTEST]),
        ftol=1e-14,
        xtol=1e-14,
        gtol=1e-14,
    )
    found = fit_power_law(SIZES, errors)
    assert found(1600) == pytest.approx(law_of(1600, *theirs), rel=1e-4)
    assert (found.floor, found.scale, found.rate) == pytest.approx(tuple(theirs), rel=1e-2)


def test_a_floor_that_would_be_negative_is_zero_and_the_rest_fits_as_well_as_it_can():
    errors = noisy(1, -0.1, 0.2, 0.4, noise=0.002)
    free, held = fit_power_law(SIZES, errors, bounded=False), fit_power_law(SIZES, errors)
    assert free.floor < 0
    assert held.floor == 0
    theirs, _ = curve_fit(
        lambda n, scale, rate: law_of(n, 0, scale, rate),
        SIZES,
        errors,
        p0=(0.2, 0.5),
        sigma=1 / np.sqrt(SIZES),
    )
    assert (held.scale, held.rate) == pytest.approx(tuple(theirs), rel=1e-4)
    assert squares(errors, held) > squares(errors, free)


def test_without_a_floor_the_law_is_a_straight_line_in_logarithms():
    errors = law_of(SIZES, 0, 0.2, 0.35)
    slope, height = np.polyfit(np.log(SIZES), np.log(errors), 1)
    found = fit_power_law(SIZES, errors)
    assert found.rate == pytest.approx(-slope, rel=1e-4)
    assert found(5000) == pytest.approx(np.exp(height) * 5000**slope, rel=1e-4)


@settings(max_examples=15)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(0.1, 50))
def test_other_units_of_errors_and_rows_change_nothing_but_the_units(seed, times, rows):
    errors = noisy(seed, 0.3, 0.2, 0.6)
    one, other = fit_power_law(SIZES, errors), fit_power_law(SIZES * rows, errors * times)
    assert other.rate == pytest.approx(one.rate, rel=1e-5)
    assert other(1600 * rows) == pytest.approx(times * one(1600), rel=1e-6)


def test_many_lines_at_once_are_each_fitted_as_alone():
    errors = np.stack([noisy(seed, 0.1, 0.5, 0.8) for seed in range(6)]).reshape(2, 3, 5)
    found = fit_power_law(SIZES, errors)
    assert found.floor.shape == (2, 3)
    alone = fit_power_law(SIZES, errors[1, 2])
    assert found(3000)[1, 2] == pytest.approx(float(alone(3000)), rel=1e-9)


def test_errors_that_rise_or_stand_still_never_come_down():
    rising = fit_power_law(SIZES, np.array([1.0, 1.1, 1.15, 1.18, 1.2]))
    assert rising.scale < 0
    assert rising(1600) > rising(800)
    assert rising.rows_for(0.5) == np.inf
    still = fit_power_law(SIZES, np.full(5, 0.4))
    assert still(1600) == pytest.approx(0.4)
    assert still.rows_for(0.3) == np.inf
    assert still.rows_for(0.5) < 1  # below it from the start


def test_rates_beyond_what_sizes_can_tell_are_held_at_the_ends():
    assert fit_power_law(SIZES, law_of(SIZES, 0.1, 1e-4, 3.5)).rate == pytest.approx(FASTEST, 1e-3)
    slow = fit_power_law(SIZES, 1 - 0.001 * np.log(SIZES), bounded=False)
    assert slow.rate == pytest.approx(SLOWEST, rel=1e-3)


def test_an_error_at_or_below_the_floor_needs_endless_rows():
    found = fit_power_law(SIZES, law_of(SIZES, 0.3, 0.2, 0.6))
    assert found.rows_for(0.29) == np.inf
    assert found.rows_for(float(found(12_345))) == pytest.approx(12_345, rel=1e-6)


@pytest.mark.parametrize(
    ("sizes", "errors", "kind", "message"),
    [
        ([1, 2], [1.0, 2.0], BadParameter, "at least 3 rising numbers"),
        ([1, 3, 2], [1.0, 2.0, 3.0], BadParameter, "rising numbers of rows"),
        ([0, 1, 2], [1.0, 2.0, 3.0], BadParameter, "rising numbers of rows"),
        ([1, 2, 4], [1.0, np.nan, 3.0], BadData, "a finite error for each of the 3 sizes"),
        ([1, 2, 4], [1.0, 2.0], BadData, r"in shape \(\.\.\., 3\), not \(2,\)"),
        ([1, 2, 4], 1.0, BadData, "not \\(\\)"),
    ],
)
def test_what_cannot_be_fitted_is_refused(sizes, errors, kind, message):
    with pytest.raises(kind, match=message):
        fit_power_law(sizes, np.asarray(errors))
