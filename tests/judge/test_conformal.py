"""fondo.judge.conformal: by simulation, by the exact law of coverage, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.judge.conformal import half_width, rows_needed


def test_worked_by_hand():
    # nine residuals, coverage 0.8: the ceil(10 * 0.8) = 8th smallest in size
    assert half_width(np.array([-9, 1, -2, 3, 4, -5, 6, 7, -8]), 0.8) == 8
    assert half_width(np.arange(1, 10), 0.9) == 9  # the fewest rows for 0.9: the largest


@pytest.mark.parametrize(("n", "coverage"), [(9, 0.9), (40, 0.9), (19, 0.95), (30, 0.5)])
def test_the_stated_coverage_is_kept_on_average(n, coverage):
    rng = np.random.default_rng(n)
    calibration, new = rng.standard_t(3, size=(4000, n)), rng.standard_t(3, size=4000)
    widths = np.array([half_width(rows, coverage) for rows in calibration])
    covered = (abs(new) <= widths).mean()
    assert coverage - 0.015 <= covered <= coverage + 1 / (n + 1) + 0.015


@given(st.lists(st.floats(-1e6, 1e6), min_size=19, max_size=60), st.floats(0.1, 10))
@settings(deadline=None, derandomize=True)
def test_width_follows_the_unit_and_grows_with_coverage(residuals, factor):
    r = np.array(residuals)
    assert half_width(factor * r, 0.9) == pytest.approx(factor * half_width(r, 0.9))
    assert half_width(r, 0.5) <= half_width(r, 0.9) <= half_width(r, 0.95)


def test_fewest_rows():
    assert [rows_needed(c) for c in (0.5, 0.8, 0.9, 0.95, 0.99)] == [1, 4, 9, 19, 99]


def test_messages():
    with pytest.raises(BadData, match="coverage 0.9 needs at least 9 calibration rows, not 8"):
        half_width(np.zeros(8), 0.9)
    with pytest.raises(BadData, match="every residual must be finite"):
        half_width(np.array([np.nan] * 20))
    with pytest.raises(BadParameter, match=r"half_width\(coverage=90\): coverage must be a number"):
        half_width(np.zeros(20), 90)
