import xml.etree.ElementTree as ET
from collections.abc import Callable

from fondo.judge.evaluation import Evaluation
from fondo.report.class_figures import calibration, confusion, gain, lift, thresholds
from fondo.report.svg import Chart

Check = Callable[[Chart], ET.Element]

# ten rows, two positives: the first half holds both
TABLE = [
    {"part": 1, "rows": 5, "positives": 2, "rate": 0.4, "low": 0.1, "high": 0.7, "lift": 2.0,
     "captured": 1.0},
    {"part": 2, "rows": 5, "positives": 0, "rate": 0.0, "low": 0.0, "high": 0.4, "lift": 0.0,
     "captured": 1.0},
]  # fmt: skip


def test_gain_says_what_the_first_part_holds(check_chart: Check) -> None:
    chart = gain(TABLE)
    check_chart(chart)
    assert "1 of 2 parts of the rows with the highest scores holds 100 %" in chart.caption
    assert "2.0 times as many" in chart.caption


def test_lift_says_the_ends(check_chart: Check) -> None:
    chart = lift(TABLE)
    check_chart(chart)
    assert chart.caption == (
        "With the highest scores 40 % of rows are positive, 2 times the share in all rows (the "
        "lift); with the lowest 0 %, 0 times."
    )


def test_thresholds_tell_the_chosen_one(check_chart: Check) -> None:
    curve = [
        {"threshold": 0.0, "precision": 0.25, "recall": 1.0},
        {"threshold": 0.5, "precision": 0.75, "recall": 0.5},
        {"threshold": 1.0, "precision": None, "recall": 0.0},
    ]
    chart = thresholds(curve, {"value": 0.48, "aim": "f1"})
    check_chart(chart)
    assert ">threshold 0.48</text>" in chart.svg
    assert "chosen for f1, 75\N{NO-BREAK SPACE}% of the rows called positive are" in chart.caption
    assert "not drawn" not in chart.caption  # no row is flagged there: nothing is missing
    check_chart(thresholds(curve, None))
    assert "A higher threshold" in thresholds(curve, {"value": None}).caption


def test_calibration_tells_gap_and_brier(check_chart: Check) -> None:
    bins = [{"predicted": 0.1, "observed": 0.12, "low": 0.05, "high": 0.2, "rows": 50}]
    chart = calibration({"bins": bins, "brier": 0.0564, "gap": 0.02})
    check_chart(chart)
    assert "2 percentage points; the Brier score is 0.0564" in chart.caption


def test_confusion_tells_the_most_frequent_mistake(check_chart: Check) -> None:
    chart = confusion({"classes": ["a", "b"], "counts": [[8, 2], [0, 10]]})
    check_chart(chart)
    assert chart.caption == (
        "18 of 20 rows (90.0\N{NO-BREAK SPACE}%) are answered rightly. The most frequent mistake: "
        "2 rows of “a” answered as “b”."
    )
    perfect = confusion({"classes": ["a", "b"], "counts": [[8, 0], [0, 10]]})
    assert "mistake" not in perfect.caption


def test_the_curves_of_the_judge_fit(check_chart: Check, class_evaluation: Evaluation) -> None:
    curves = class_evaluation.curves
    check_chart(gain(curves["lift"]))
    check_chart(lift(curves["lift"]))
    check_chart(thresholds(curves["thresholds"], None))
    check_chart(calibration(curves["calibration"]))
    check_chart(confusion(curves["confusion"]))
