"""fondo.recipes.pantry: made-up tables that show what their recipes are about."""

import numpy as np
import pytest

from fondo.recipes.pantry import loans, prices


@pytest.mark.parametrize("make", [loans, prices])
def test_the_same_seed_makes_the_same_table(make) -> None:
    assert make(seed=3).equals(make(seed=3))
    assert not make(seed=3).equals(make(seed=4))


def test_loans_are_rarely_bad_and_have_gaps_and_outliers() -> None:
    table = loans(20_000)
    assert 0.05 < table["SeriousDlqin2yrs"].mean() < 0.09
    assert 0.15 < table["MonthlyIncome"].null_count() / 20_000 < 0.25
    assert table["RevolvingUtilizationOfUnsecuredLines"].max() > 50
    assert table["DebtRatio"].quantile(0.95) > 100 * table["DebtRatio"].median()
    assert table.width == 11


def test_prices_fall_then_rise_day_by_day() -> None:
    table = prices(2000)
    close = table["Close"].to_numpy()
    assert table["Date"].is_sorted()
    assert table["Date"].n_unique() == 2000
    assert close.min() > 0
    assert np.log(close[-1] / close[1000]) > np.log(close[999] / close[0])
