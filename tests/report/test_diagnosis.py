"""fondo.report.diagnosis: the levels in a picture, the gaps in a table, findings in words."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from fondo.judge.diagnosis import Diagnosis, diagnose
from fondo.judge.levels import Level, Levels
from fondo.report.content import ReportContent
from fondo.report.diagnosis import diagnosis, levels
from fondo.report.page import render

Make = Callable[..., ReportContent]


@pytest.fixture
def found() -> Diagnosis:
    def level(whose: str, value: float, n: int = 500) -> Level:
        return Level(whose, value, value - 0.01, value + 0.02, n)

    known = Levels(
        "error_rate",
        training=level("on training rows", 0.02),
        validation=level("on validation rows", 0.11),
        test=level("on test rows", 0.12),
        naive=level("of always giving the same answer", 0.4),
        rival=level("of trees <b> on test rows", 0.1),
        human=0.015,
        notes=("A <note>.",),
    )
    nats = replace(known, metric="log_loss", human=None, notes=())
    return diagnose(known, nats)


def test_findings_levels_gaps_and_notes_are_shown(make_content: Make, found: Diagnosis) -> None:
    section = diagnosis(make_content(diagnosis=found))
    for expected in (
        "<b>High variance. </b>",
        "More rows help most",
        "human",
        "best rival, 500 rows",
        "training, 500 rows",
        "Error rate (%)",
        "size (points)",
        "<td>variance</td>",
        "6.8 to 11.2",  # 9 - sqrt(1 + 4), 9 + sqrt(4 + 1) points
        "stands out",
        "may be chance",
        "error on validation rows, less that on training rows",
        "The same by log loss",
        "Log loss (nats)",
        "size (nats)",
        "A &lt;note&gt;.",
        "with dropout off",
    ):
        assert expected in section, expected
    assert "<b> on test" not in section


def test_error_rates_are_drawn_in_per_cent(found: Diagnosis, check_chart) -> None:
    chart = levels(found)
    check_chart(chart)
    assert "12.0 (11.0 to 14.0)" in chart.svg
    assert "1.5" in chart.svg  # a person's, without an interval
    assert "0.120 (0.110 to 0.140)" in levels(found.also).svg


def test_errors_of_numbers_have_the_unit_of_the_target(
    make_content: Make, found: Diagnosis
) -> None:
    numbers = diagnose(replace(found.levels, metric="rmse"))
    section = diagnosis(make_content(diagnosis=numbers, unit="dollars"))
    assert "RMSE (dollars)" in section
    assert "size (dollars)" in section
    assert "size</th>" in diagnosis(make_content(diagnosis=numbers, unit=""))
    beside = diagnosis(make_content(diagnosis=replace(found, also=numbers)))
    assert "<h3>The same by RMSE</h3>" in beside


def test_a_page_on_pictures_does_not_speak_of_rows(make_content: Make, found: Diagnosis) -> None:
    pictures = diagnose(found.levels, found.also.levels, "pictures")
    section = diagnosis(make_content(diagnosis=pictures))
    assert "best rival, 500 pictures" in section
    assert "Training pictures are predicted like all others" in section
    assert "error on validation pictures, less that on training pictures" in section
    assert not re.search(r"\b(rows?|columns?)\b", re.sub("<[^>]*>", "", section))


def test_a_gap_below_zero_is_none(make_content: Make, found: Diagnosis) -> None:
    well = replace(found.levels.training, value=0.001, low=0.0, high=0.002)
    section = diagnosis(make_content(diagnosis=diagnose(replace(found.levels, training=well))))
    assert "<td>avoidable bias</td>" in section
    assert "none, it is below" in section


def test_an_interval_without_bound_breaks_nothing(make_content: Make, found: Diagnosis) -> None:
    lone = Level("on test rows", 3.0, 0.0, float("inf"), 1)
    open_ended = diagnose(replace(found.levels, metric="mae", test=lone, validation=None))
    section = diagnosis(make_content(diagnosis=open_ended))
    assert "without bound" in section
    assert "inf" not in section.replace("information", "")


def test_a_page_without_a_diagnosis_says_so() -> None:
    page = render(ReportContent("TableClassifier", "y"))
    assert "Not diagnosed: that takes training, validation and test rows" in page
