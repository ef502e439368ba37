"""fondo.recipes.figures: means over seeds against SciPy, by law and by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fondo.errors import BadParameter
from fondo.recipes.figures import mean_of, pick, scored

samples = st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=8)


@given(samples)
def test_the_interval_is_students(values: list[float]) -> None:
    figure, spread = mean_of("x", values), stats.sem(values)
    if spread > 1e-9:
        expected = stats.t.interval(0.95, len(values) - 1, np.mean(values), spread)
        assert (figure.low, figure.high) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(samples, st.floats(-100, 100))
def test_adding_a_constant_moves_everything_by_it(values: list[float], shift: float) -> None:
    before, after = mean_of("x", values), mean_of("x", [value + shift for value in values])
    for name in ("ours", "low", "high"):
        assert getattr(after, name) == pytest.approx(getattr(before, name) + shift, abs=1e-6)


def test_by_hand() -> None:
    # mean 2, deviation 1, t(0.975, 2) = 4.3027: half-width 4.3027 / sqrt(3) = 2.4841
    figure = mean_of("gain", [1.0, 2.0, 3.0], naive=0.5, published=7.0)
    assert figure.name == "gain (mean of 3 seeds)"
    assert (figure.low, figure.high) == pytest.approx((-0.4841, 4.4841), abs=1e-4)
    assert (figure.naive, figure.published) == (0.5, 7.0)


def test_one_seed_has_no_interval() -> None:
    figure = mean_of("x", [3.0])
    assert (figure.name, figure.ours, figure.low, figure.high) == ("x", 3.0, None, None)


def _score(name: str, value: float) -> SimpleNamespace:
    return SimpleNamespace(name=name, value=value, low=value - 1, high=value + 1)


def test_a_score_stands_beside_its_baseline() -> None:
    evaluation = SimpleNamespace(
        scores=[_score("mae", 3.0), _score("rmse", 4.0)],
        baselines={"median": [_score("rmse", 8.0), _score("mae", 6.0)]},
    )
    figure = scored(evaluation, "mae", "MAE", naive="median", published=6.7)
    assert (figure.ours, figure.low, figure.high) == (3.0, 2.0, 4.0)
    assert (figure.naive, figure.published) == (6.0, 6.7)


def test_a_score_that_is_not_there_is_named() -> None:
    with pytest.raises(BadParameter, match=r"no such score. Did you mean 'rmse'"):
        pick([_score("rmse", 1.0)], "rmsle")
