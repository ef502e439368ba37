from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from fondo.report.svg import WIDTH, Axis, Canvas, Chart, Key, fitting_ticks, label, placeholder

shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
Check = Callable[[Chart], object]


def test_an_axis_says_its_unit() -> None:
    assert Axis("loss", "nats").label == "loss (nats)"
    assert Axis("score").label == "score"
    assert Axis("x", low=0, high=1).covers([0.5, 3]) == (0, 3)
    assert Axis("x").covers([]) == (0.0, 1.0)


@shared
@given(st.floats(-1e308, 1e308), st.floats(-1e308, 1e308))
def test_no_range_makes_labels_overlap(check_chart: Check, low: float, high: float) -> None:
    span = (min(low, high), max(low, high))
    canvas = Canvas("t", Axis("x", "m"), Axis("y", "s"), span, span)
    check_chart(canvas.chart("Nothing."))


@shared
@given(st.lists(st.text(max_size=60), min_size=2, max_size=6))
def test_no_legend_overlaps(check_chart: Check, names: list[str]) -> None:
    keys = [Key(name, 1, "dot") for name in names]
    check_chart(Canvas("t", Axis("x"), Axis("y"), (0, 1), (0, 1), keys).chart("Nothing."))


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12), st.floats(200, 500))
def test_fitting_ticks_cover_too(low: float, span: float, room: float) -> None:
    values, labels = fitting_ticks(low, low + span, room)
    assert values[0] <= low
    assert values[-1] >= low + span
    assert len(values) == len(labels)


def test_corners_of_a_canvas_by_hand() -> None:
    canvas = Canvas("t", Axis("x"), Axis("y"), (0, 10), (0, 10))
    # no legend: top = 30 + 26; the frame is 250 high; "10" needs less than the least margin of 44
    assert (canvas.x(0), canvas.y(0)) == (44, 306)
    assert (canvas.x(10), canvas.y(10)) == (WIDTH - 18, 56)


def test_a_placeholder_says_why(check_chart: Check) -> None:
    chart = placeholder("Loss", "Nothing to draw: no epochs.")
    check_chart(chart)
    assert "no epochs" in chart.caption
    assert "<figcaption>Nothing to draw: no epochs.</figcaption>" in chart.figure()


@pytest.mark.parametrize("text", ["x" * 500, "<script>" * 40])
def test_a_cut_label_keeps_the_whole_for_hovering(text: str) -> None:
    made = label(0, 0, text, 80)
    assert "<title>" in made
    assert "<script>" not in made
