"""fondo.tasks.tables.regress: it learns, its intervals hold what they promise."""

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from fondo import MLP, TableRegressor
from fondo.errors import BadData, BadParameter

SMALL = MLP(hidden=(32,), embedding="none", members=1, dropout=0.0)


def small(**settings):
    return TableRegressor(
        **{"architecture": SMALL, "epochs": 40, "batch_size": 32, "learning_rate": 0.01} | settings
    )


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return train_test_split(X, y, test_size=0.25, random_state=0)


def wave(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, size=(n, 2))
    return X, 100 + 20 * np.sin(2 * X[:, 0]) + 5 * X[:, 1] + rng.normal(size=n)


def test_it_beats_the_mean_by_a_third_of_the_variance(diabetes):
    X, X_test, y, y_test = diabetes
    voting = MLP(hidden=(16,), embedding="none", members=8, dropout=0.2)
    task = small(architecture=voting, learning_rate=0.003).fit(X, y)
    assert task.score(X_test, y_test) > 0.3  # the mean scores 0, least squares 0.36


def test_answers_come_in_the_units_of_the_target():
    X, y = wave(600, 0)
    for unit in (1.0, 1e6, 1e-6):
        error = np.abs(small().fit(X, y * unit).predict(X) / unit - y).mean()
        assert error < 4


def test_intervals_cover_what_they_state():
    X, y = wave(3000, 0)
    task = small(validation=0.3).fit(X[:1500], y[:1500])
    for coverage in (0.5, 0.8, 0.95):
        low, high = task.predict_interval(X[1500:], coverage).T
        share = ((low <= y[1500:]) & (y[1500:] <= high)).mean()
        # 450 calibration and 1,500 test rows: three standard errors of the share
        assert abs(share - coverage) < 3 * np.sqrt(coverage * (1 - coverage) * (1 / 450 + 1 / 1500))


def test_an_interval_needs_enough_validation_rows():
    X, y = wave(60, 0)
    task = small(epochs=2).fit(X, y)
    with pytest.raises(BadData, match="coverage 0.99 needs at least 99 calibration rows"):
        task.predict_interval(X, 0.99)


def test_the_quantile_loss_lies_above_its_share_of_rows():
    X, y = wave(2000, 1)
    for level in (0.1, 0.9):
        above = small(loss=f"quantile:{level}").fit(X[:1000], y[:1000]).predict(X[1000:])
        assert abs((y[1000:] < above).mean() - level) < 0.08


def test_a_loss_of_ones_own_sees_the_targets_units():
    import jax.numpy as jnp

    X, y = wave(600, 0)
    seen = []

    def roots(truth, prediction):
        seen.append(truth.shape)
        return (jnp.sqrt(jnp.maximum(prediction, 1e-3)) - jnp.sqrt(truth)) ** 2

    assert small(loss=roots).fit(X, y).score(X, y) > 0.8
    assert seen


def test_a_loss_without_a_slope_is_refused():
    import jax.numpy as jnp

    X, y = wave(100, 0)
    with pytest.raises(BadParameter, match="the loss of row 0 is not finite"):
        small(loss=lambda truth, p: jnp.log(p - 1e9)).fit(X, y)
    with pytest.raises(BadParameter, match="its gradient is not the slope of its value"):
        small(loss=lambda truth, p: jnp.round(10 * (p - truth))).fit(X, y)


@pytest.mark.parametrize("loss", ["mae", "huber", "log_cosh", "msle", "poisson", "mape"])
def test_every_named_loss_beats_the_mean(loss):
    X, y = wave(600, 2)
    assert small(loss=loss, learning_rate=0.02).fit(X, y).score(X, y) > 0.5


def test_targets_that_are_no_numbers_are_refused():
    X = np.arange(30.0)[:, None]
    with pytest.raises(BadData, match="the target holds 'dear', which is no number"):
        small().fit(X, np.array(["1", "dear"] * 15, dtype=object))
    frame = pl.DataFrame({"x": X[:, 0]})
    with pytest.raises(BadData, match="the target is missing in 2 rows, first in row 0"):
        small().fit(frame, pl.Series([None, None] + [1.0] * 28))
    y = np.arange(30.0)
    y[1] = np.nan
    with pytest.raises(BadData, match="the target is missing in 1 rows, first in row 1"):
        small().fit(frame, y)
    y[1] = np.inf
    with pytest.raises(BadData, match="the target of row 1 is infinity"):
        small().fit(frame, y)
    with pytest.raises(BadParameter, match="a loss such as"):
        small(loss="cross_entropy").fit(X, X[:, 0])


def test_a_constant_target_is_answered_with_the_constant():
    X = np.random.default_rng(0).normal(size=(60, 2))
    np.testing.assert_allclose(small(epochs=30).fit(X, np.full(60, 7.0)).predict(X), 7, atol=0.5)
