import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from fondo.errors import BadParameter
from fondo.funds.group_table import by_features, by_returns
from fondo.funds.group_weeks import blocks, weeks_again
from fondo.funds.groups import k_means
from fondo.funds.panel import Panel
from fondo.funds.scalings import USUAL, scaled
from fondo.funds.universe import make_universe


def panel() -> Panel:
    return make_universe("market", funds=12, years=3, seed=2, groups=3, group_sd=0.03)


class Once(np.random.Generator):
    """A generator that starts every block where the one before ended: the window as it is."""

    def integers(self, high: int, size: int) -> np.ndarray:  # type: ignore[override]
        return np.arange(size) * 13 % high


def as_it_is() -> Once:
    return Once(np.random.PCG64(0))


def test_blocks_hold_neighbours_and_go_round() -> None:
    places = blocks(50, np.random.default_rng(3), size=10)
    assert len(places) == 50
    steps = np.diff(places.reshape(5, 10), axis=1) % 50
    assert (steps == 1).all()
    assert len(blocks(7, np.random.default_rng(0), size=13)) == 7


def test_every_week_is_drawn_equally_often() -> None:
    random = np.random.default_rng(0)
    counts = sum(np.bincount(blocks(20, random, size=5), minlength=20) for _ in range(2000))
    assert np.ptp(counts) < 0.15 * counts.mean()


def test_the_weeks_in_their_order_give_the_table_itself() -> None:
    prices = panel()
    end = prices.dates[-1]
    returns = by_returns(prices, length=104)
    np.testing.assert_allclose(
        weeks_again(prices, returns, USUAL, end, 104)(as_it_is()), returns.values, atol=1e-12
    )
    features = by_features(prices, length=104)
    np.testing.assert_allclose(
        weeks_again(prices, features, USUAL, end, 104)(as_it_is()),
        scaled(features.values, USUAL),
        atol=1e-6,
    )


def test_other_weeks_give_other_rows_of_the_same_groups() -> None:
    prices = panel()
    table = by_returns(prices, length=104)
    again = weeks_again(prices, table, USUAL, prices.dates[-1], 104)(np.random.default_rng(1))
    assert not np.allclose(again, table.values)
    np.testing.assert_allclose((again**2).sum(axis=1), 1)
    groups = [k_means(rows, 3).labels for rows in (again, table.values)]
    assert adjusted_rand_score(*groups) == 1


def test_a_table_of_other_funds_is_refused() -> None:
    prices = panel()
    table = by_returns(prices, length=104)
    with pytest.raises(BadParameter, match="it holds funds that the panel does not"):
        weeks_again(prices.take(funds=[0, 1, 2, 3]), table, USUAL, prices.dates[-1], 104)
