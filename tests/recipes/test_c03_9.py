"""fondo.recipes.c03_9: windows cut by time, and a weight inside a square counts squared."""

import numpy as np
import pytest

from fondo.errors import BadData
from fondo.recipes import c03_9, pantry
from fondo.recipes.kitchen import Kitchen


def test_windows_are_five_closes_and_the_next_oldest_first() -> None:
    rows, close = c03_9.windows(Kitchen()), pantry.prices()["Close"].to_numpy()
    np.testing.assert_array_equal(rows.X[0], close[:5])
    assert rows.y[0] == close[5]
    np.testing.assert_array_equal(rows.X_test[-1], close[-6:-1])
    assert rows.y_test[-1] == close[-1]
    assert len(rows.y) + len(rows.y_test) == len(close) - 5


def test_the_published_cut() -> None:
    views = 2256
    assert round(views * c03_9.TRAIN) == 2100


def test_a_sample_weight_of_w_squared_is_the_printed_loss() -> None:
    # (|e| w)^2 = w^2 e^2, for every row
    error, weight = np.array([1.0, -2.0, 3.0]), np.array([0.0, 0.5, 1.0])
    np.testing.assert_allclose((np.abs(error) * weight) ** 2, weight**2 * error**2)


def test_the_dish_judges_without_weights_beside_the_last_price(monkeypatch) -> None:
    monkeypatch.setattr(c03_9, "EPOCHS", 3)
    dish = c03_9.run(Kitchen())
    rows = c03_9.windows(Kitchen())
    naive = float(np.sqrt(np.mean((rows.X_test[:, -1] - rows.y_test) ** 2)))
    assert [figure.naive for figure in dish.figures] == pytest.approx([naive] * 4)
    for figure in dish.figures:
        assert figure.low <= figure.ours <= figure.high
    equal, meant, printed, change = (figure.ours for figure in dish.figures)
    assert len({equal, meant, printed}) == 3  # the weights do something
    assert change < equal
    assert change < 1.3 * naive


def test_a_table_without_prices_is_refused(tmp_path) -> None:
    place = tmp_path / "names.csv"
    place.write_text("name\na\nb\n")
    with pytest.raises(BadData, match="at least 20 closing prices"):
        c03_9.windows(Kitchen(data=place))


def test_the_first_column_of_numbers_serves_where_there_is_no_close(tmp_path) -> None:
    place = tmp_path / "shares.csv"
    rows = "\n".join(f"2020-01-{day:02d},{100 + day}.5,{day}" for day in range(1, 29))
    place.write_text(f"Date,MMM,AXP\n{rows}\n")
    assert c03_9.windows(Kitchen(data=place)).X[0].tolist() == [101.5, 102.5, 103.5, 104.5, 105.5]
