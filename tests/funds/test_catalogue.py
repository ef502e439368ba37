"""fondo.funds.catalogue: models by name, baselines beside them."""

import pytest

from fondo.errors import BadParameter
from fondo.funds.catalogue import LEARNED, rankers
from fondo.funds.learned import Logistic
from fondo.funds.universe import make_universe


def test_every_name_gives_its_ranker_and_baselines_stand_beside() -> None:
    panel = make_universe(funds=20, years=3)
    found = rankers([*LEARNED, "past_sharpe"], panel)
    assert [each.name for each in found] == [
        "logistic", "forest", "network", "boosting", "past_sharpe", "random", "past_quartile",
        "low_volatility",
    ]  # fmt: skip
    assert [each.learns for each in found] == [True] * 4 + [False] * 4
    costly = make_universe(funds=20, years=3, cost=0.02)
    assert rankers([], costly)[-1].name == "low_cost"


def test_models_may_come_with_settings_once() -> None:
    panel = make_universe(funds=20, years=3)
    assert rankers([Logistic(k=3)], panel)[0] == Logistic(k=3)
    with pytest.raises(BadParameter, match=r"no such model. Did you mean 'logistic'"):
        rankers(["logistics"], panel)
    with pytest.raises(BadParameter, match="'logistic' stands twice"):
        rankers(["logistic", Logistic(k=3)], panel)
