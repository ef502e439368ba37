import xml.etree.ElementTree as ET
from collections.abc import Callable

from fondo.judge.evaluation import Evaluation
from fondo.report.content import ReportContent
from fondo.report.figures import charts_of, learning_curve
from fondo.report.svg import Chart

Check = Callable[[Chart], ET.Element]


def test_the_kept_epoch_is_marked(check_chart: Check) -> None:
    history = [{"epoch": i, "loss": 1 / i, "val_loss": abs(i - 3) + 0.5} for i in range(1, 6)]
    chart = learning_curve(history, 3, "cross-entropy (nats)")
    check_chart(chart)
    assert "kept: epoch 3" in chart.svg
    assert "cross-entropy (nats)" in chart.svg
    assert chart.caption == (
        "The weights of epoch 3 of 5 were kept, where the validation loss was 0.500."
    )


def test_without_validation_there_is_one_line(check_chart: Check) -> None:
    chart = learning_curve([{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}], None, "loss")
    check_chart(chart)
    assert chart.svg.count("<path") == 1


def test_no_history_is_told() -> None:
    assert learning_curve([], None, "loss").caption == "Nothing to draw: no epoch was recorded."


def test_each_kind_of_target_has_its_plots(
    class_evaluation: Evaluation, number_evaluation: Evaluation
) -> None:
    def titles(evaluation: Evaluation) -> list[str]:
        return [c.title for c in charts_of(ReportContent("T", "y", evaluation=evaluation))]

    assert titles(class_evaluation) == [
        "Gain",
        "Lift: positive rows by score",
        "Precision and recall by threshold",
        "Calibration",
        "Confusion matrix",
    ]
    assert len(titles(number_evaluation)) == 3
    assert charts_of(ReportContent("T", "y")) == []
