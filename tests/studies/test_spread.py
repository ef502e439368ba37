"""Seeds, intervals over them, and words that respect these; SciPy is the reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadParameter
from fondo.studies.spread import bands, seeds_from, shares, spread, student, told, verdict

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12)


@pytest.mark.parametrize("count", [2, 3, 5, 10, 20, 100])
def test_the_quantile_is_that_of_scipy(count: int) -> None:
    assert student(count) == pytest.approx(stats.t.ppf(0.975, count - 1), rel=1e-4)


def test_an_interval_worked_by_hand() -> None:
    # mean 2, standard deviation 1, t(0.975; 2) = 4.3027, so 2 +- 4.3027 / sqrt(3) = 2 +- 2.4841
    found = spread([1.0, 2.0, 3.0])
    assert found == pytest.approx({"mean": 2.0, "low": -0.4841, "high": 4.4841}, abs=1e-4)


@given(VALUES, st.floats(-1e3, 1e3))
def test_a_constant_added_to_all_moves_the_interval_alone(values, constant) -> None:
    before, after = spread(values), spread([value + constant for value in values])
    scale = max(1.0, *map(abs, values))
    for name, end in before.items():
        assert after[name] == pytest.approx(end + constant, abs=1e-8 * scale * 1e3)


def test_the_band_of_a_curve_is_the_interval_at_each_point(random) -> None:
    curves = random.normal(size=(6, 4))
    found = bands(curves)
    for k in range(4):
        at = {name: ends[k] for name, ends in found.items()}
        assert at == pytest.approx(spread(curves[:, k].tolist()))


def test_an_interval_covers_the_truth_as_often_as_it_says(random) -> None:
    draws = [spread(random.normal(3, 2, 10).tolist()) for _ in range(2000)]
    covered = np.mean([found["low"] <= 3 <= found["high"] for found in draws])
    assert covered == pytest.approx(0.95, abs=0.015)  # 3 standard errors of 2000 draws


def test_shares_end_at_0_and_1() -> None:
    assert shares([1.0, 0.9, 1.0])["high"] == 1.0
    assert shares([0.0, 0.1, 0.0])["low"] == 0.0


def test_words_follow_the_interval() -> None:
    words = ("below", "above", "level")
    assert verdict({"mean": -1, "low": -2, "high": -0.1}, *words) == "below"
    assert verdict({"mean": 1, "low": 0.1, "high": 2}, *words) == "above"
    assert verdict({"mean": 1, "low": 0.0, "high": 2}, *words) == "level"


def test_a_number_without_spread_says_so() -> None:
    assert told(spread([0.5, 0.5])) == "0.500 (every run)"
    assert told({"mean": 0.5, "low": 0.41, "high": 0.59}) == "0.50 (0.41 to 0.59)"


def test_seeds_are_drawn_from_one_and_shared_with_no_other() -> None:
    assert seeds_from(3, 10) == seeds_from(3, 12)[:10]
    drawn = [each for seed in range(50) for each in seeds_from(seed, 10)]
    assert len(set(drawn)) == 500


def test_one_run_and_a_seed_below_0_are_refused() -> None:
    with pytest.raises(BadParameter, match=r"study\(seeds=1\): seeds must be .* at least 2"):
        seeds_from(0, 1)
    with pytest.raises(BadParameter, match=r"study\(seed=-1\): seed must be .* at least 0"):
        seeds_from(-1, 10)
