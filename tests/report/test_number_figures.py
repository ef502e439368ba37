import xml.etree.ElementTree as ET
from collections.abc import Callable

from fondo.judge.evaluation import Evaluation
from fondo.report.number_figures import MOST_BARS, coverage, residuals, targets
from fondo.report.svg import Chart

Check = Callable[[Chart], ET.Element]


def test_the_curves_of_the_judge_fit(check_chart: Check, number_evaluation: Evaluation) -> None:
    charts = residuals(number_evaluation.curves["residuals"], "dollars")
    for chart in charts:
        check_chart(chart)
        assert "(dollars)" in chart.svg
    assert [chart.title for chart in charts] == [
        "Predicted and actual",
        "Residuals by prediction",
        "Residuals",
    ]
    assert "Half of the residuals lie between" in charts[2].caption


def test_a_sample_is_told() -> None:
    quantiles = {"0.05": -2, "0.25": -1, "0.75": 1, "0.95": 2}
    curve = {"actual": [1.0, 2.0], "predicted": [1.5, 1.5], "rows": 900, "mean": 0.25}
    charts = residuals(curve | {"quantiles": quantiles}, "")
    assert all("Shown are 2 of 900 rows" in chart.caption for chart in charts)
    assert "The mean residual is 0.250;" in charts[1].caption
    assert "between \N{MINUS SIGN}1 and 1, 90 % between \N{MINUS SIGN}2 and 2." in charts[2].caption


def test_coverage_stands_beside_what_was_stated(check_chart: Check) -> None:
    facts = {"coverage": 0.9, "measured": 0.8963, "low": 0.88, "high": 0.91, "half_width": 0.74}
    chart = coverage(facts, "metres")
    check_chart(chart)
    assert "should hold 90\N{NO-BREAK SPACE}% of the true values hold 89.6" in chart.caption
    assert "give or take 0.740 metres" in chart.caption


def test_a_residual_is_actual_minus_predicted() -> None:
    quantiles = dict.fromkeys(("0.05", "0.25", "0.75", "0.95"), 2.0)
    curve = {"actual": [3.0], "predicted": [1.0], "rows": 1, "mean": 2.0, "quantiles": quantiles}
    assert not [c for c in residuals(curve, "") if "\N{MINUS SIGN}" in c.svg]  # 3 - 1 = 2


def target(name: str, error: float, **more: object) -> dict[str, object]:
    facts = {"rmse": 2 * error, "mae": error, "sd": 2.0, "standardised": error}
    return {"target": name, **facts, "r2": 1 - error**2, **more}


def test_each_of_several_targets_is_drawn_the_worst_first(check_chart: Check) -> None:
    curve = {"actual": [1.0, 2.0], "predicted": [1.5, 1.5], "rows": 900, "mean": 0.25}
    charts = targets([target("angle", 0.25), target("speed", 0.5, residuals=curve)])
    for chart in charts:
        check_chart(chart)
    assert [chart.title for chart in charts] == ["Error by target", "Predicted and actual: speed"]
    assert charts[0].svg.index(">speed<") < charts[0].svg.index(">angle<")
    assert "Worst is “speed”: RMSE 1, where the true values have 2; R² 0.750." in charts[0].caption
    assert "Shown are 2 of 900 rows" in charts[1].caption


def test_many_targets_are_counted_and_one_without_spread_is_told() -> None:
    rows = [target(f"t{k}", k / 100) for k in range(MOST_BARS + 3)]
    rows.append(target("still", 9.0) | {"r2": None, "sd": 0.0})
    caption = targets(rows)[0].caption
    assert "its true values are all one, so that it is measured in its own unit." in caption
    assert "The 4 targets with smaller errors are not drawn." in caption
