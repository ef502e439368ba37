"""fondo.funds.plan: settings that all models of a backtest share."""

import json

import pytest

from fondo.errors import BadParameter
from fondo.funds.features import FeatureSet
from fondo.funds.labels import Label
from fondo.funds.plan import BacktestPlan


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"groups": "alone"}, r"groups must be .*together"),
        ({"scale": "robust"}, "scale must be"),
        ({"share": 0.0}, "share must be a number in"),
        ({"burn_in": -1}, "burn_in must be a whole number"),
        ({"tune_every": 0}, "tune_every must be"),
        ({"half_life": 0}, "half_life must be"),
        ({"label": "sharpe"}, "label must be a Label"),
        ({"look_back": 0}, "look_back must be"),
    ],
)
def test_a_setting_that_cannot_be_is_named(setting, told) -> None:
    with pytest.raises(BadParameter, match=rf"BacktestPlan\(.*{told}"):
        BacktestPlan(**setting)


@pytest.mark.parametrize(
    ("label", "side", "sign"),
    [
        (Label("sharpe"), 1, 1),
        (Label("sharpe", side="bottom"), -1, -1),
        (Label("volatility"), 1, -1),  # the calmest are the first quartile
        (Label("volatility", side="bottom"), -1, 1),
        (Label(lambda window: window.returns.mean(axis=0)), 1, 1),
    ],
)
def test_sides_and_signs_say_what_is_good(label: Label, side: int, sign: int) -> None:
    plan = BacktestPlan(label=label)
    assert (plan.side, plan.sign) == (side, sign)


def test_it_is_written_as_json_with_functions_by_name() -> None:
    def spread(window):
        return window.returns.max(axis=0)

    plan = BacktestPlan(label=Label(spread), features=FeatureSet(["sharpe", "volatility"]))
    told = json.loads(json.dumps(plan.to_json()))
    assert told["label"]["measure"] == "spread"
    assert told["features"]["features"] == ["sharpe", "volatility"]
    assert told["burn_in"] == 1095
